"""New names for old addresses: in addresses, and in the texts that the database rewrites by itself when a name changes.

A text is rewritten by its words. Where that would be guessing (what a query calls the columns of a table that got
another name), the text is unknown from then on, and the object is made anew or replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from ..model.address import Address, spelled
from ..model.objects import KINDS, NAMESPACE, RELATIONS, UNTOLD, Object

Names = Mapping[Address, str]
"""Old address → new name."""

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\W\d][\w$]*|\s+|.""", re.S)
_WORD = re.compile(r"""(?P<d>\$\w*\$).*?(?P=d)|'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\W\d][\w$]*|\s+|::|.""", re.S)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_ROWS = frozenset({"new", "old", "excluded"})
"""What a row is called in triggers, rules and conflicts: before a point these are hardly schemas."""


class Renames:
    """New names for old addresses; what is in a schema or a table with another name goes along.

    known: what there is, so that texts can be told to mention it. spell: a name as the database prints it.
    """

    def __init__(self, names: Names, known: Iterable[Address] = (), spell: Callable[[str], str] = spelled) -> None:
        self._spell = spell
        self._names = dict(names)
        self._schemas = {a.name: new for a, new in self._names.items() if a.kind == NAMESPACE}
        self._columns: dict[tuple[str, str], dict[str, str]] = {}
        for a, new in self._names.items():
            if a.kind == "column":
                self._columns.setdefault((a.schema, a.parent), {})[a.name] = new
        self._mentions = dict(self._moved(known))
        self._spaces = {schema for schema, _ in self._mentions} | {*self._schemas}

    def _moved(self, known: Iterable[Address]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
        for a in known:
            if a.schema and not a.parent:
                name = a.name.partition("(")[0] if _is_spelled(a) else a.name
                will = self.schema_of(a.schema), name if _is_spelled(a) else self._names.get(a, name)
                if will != (a.schema, name):
                    yield (a.schema, name), will

    def schema_of(self, schema: str) -> str:
        return self._schemas.get(schema, schema)

    def name_of(self, address: Address) -> str:
        new = self._names.get(address)
        if new is None:
            return self.mentioned(address.name) if _is_spelled(address) else address.name
        return new

    def address(self, address: Address) -> Address:
        parent = address.parent and self._parent(address)
        return Address(address.kind, self.schema_of(address.schema), self.name_of(address), parent)

    def _parent(self, a: Address) -> str:
        return next((n for p in parents(a) if (n := self._names.get(p)) is not None), a.parent)

    def unknown(self, refs: Iterable[Address]) -> bool:
        """Whether a text that refers to these is no longer known: its words would have to be guessed."""
        relations = (r for r in refs if r.kind in RELATIONS or r.parent)
        return any(self.name_of(r) != r.name or (r.parent and self._parent(r) != r.parent) for r in relations)

    def rewritten(self, table: Address, text: Any) -> Any:
        columns = self._columns.get((table.schema, table.name), {})
        own = self._names.get(table)
        if not (columns or own) or text is None:
            return text
        if isinstance(text, tuple):
            return tuple(self.rewritten(table, t) for t in text)
        words = _TOKEN.findall(text)
        qualifier = {table.name: own} if own else {}
        around = zip(["", *words], words, [*words[1:], ""], strict=False)
        return "".join(
            self._rewritten_token(word, qualifier if after == "." else columns, qualified="." in (before, after))
            for before, word, after in around
        )

    def _rewritten_token(self, token: str, columns: Mapping[str, str], *, qualified: bool) -> str:
        """The token with the new name, in quotes where it needs them, or had them as part of a qualified name."""
        quoted = token[:1] in '"`['
        name = token[1:-1].replace(token[0] * 2, token[0]) if quoted else token
        new = columns.get(name)
        if new is None or token.startswith("'"):
            return token
        if token[0] == "`":
            return "`" + new.replace("`", "``") + "`"
        return '"' + new.replace('"', '""') + '"' if quoted and qualified else self._spell(new)

    def titled(self, text: str, was: str, now: str) -> str:
        """The text of a CREATE, in which the first name is the object's own."""
        if was == now:
            return text
        words = [m[0] for m in _WORD.finditer(text)]
        at = next((n for n, w in enumerate(words) if _name(w) == was), None)
        if at is None:
            return text
        return "".join([*words[:at], self._spell(now), *words[at + 1 :]])

    def mentioned(self, text: str) -> str:
        """A text with the qualified names in it as they are from now on (`app.state`, `'app.ids'::regclass`)."""
        if not any(space in text for space in self._spaces):
            return text
        words = [m[0] for m in _WORD.finditer(text)]
        for n, word in enumerate(words):
            after = words[n + 1 : n + 3]
            if word[0] == "'" and after[:1] == ["::"] and after[-1].startswith("reg"):
                words[n] = "'" + self.mentioned(word[1:-1].replace("''", "'")).replace("'", "''") + "'"
            elif len(after) == 2 and after[0] == "." and (n == 0 or words[n - 1] != "."):
                schema, name = _name(word), _name(after[1])
                if schema is not None:
                    words[n], words[n + 2] = self._place(schema, name, (word, after[1]))
        return "".join(words)

    def _place(self, schema: str, name: str | None, written: tuple[str, str]) -> tuple[str, str]:
        moved = self._mentions.get((schema, name)) if name is not None else None
        if moved is None:
            will = self.schema_of(schema)
            return (written[0] if will == schema or schema in _ROWS else self._spell(will)), written[1]
        return (
            written[0] if moved[0] == schema else self._spell(moved[0]),
            written[1] if moved[1] == name else self._spell(moved[1]),
        )

    def retold(self, o: Object) -> Object:
        """An object whose texts mention what has another name by that."""
        if not self._spaces:
            return o
        plain = all(isinstance(v, str) for v in getattr(o, o.value_field, ()))
        apart = {*UNTOLD, *([o.value_field] if plain else ())}
        fields = {f: (v, self._told(v)) for f in o.__struct_fields__ if f not in apart and (v := getattr(o, f))}
        changed = {f: will for f, (was, will) in fields.items() if will != was}
        return msgspec.structs.replace(o, **changed) if changed else o

    def _told(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.mentioned(value)
        if isinstance(value, tuple):
            return tuple(map(self._told, value))
        if isinstance(value, msgspec.Struct) and not isinstance(value, Address):
            fields = {f: self._told(getattr(value, f)) for f in value.__struct_fields__ if f not in UNTOLD}
            return msgspec.structs.replace(value, **fields)
        return value


def parents(a: Address) -> Iterator[Address]:
    """The addresses that the parent of a part may have: it may be of a table or of a view."""
    kind = getattr(KINDS.get(a.kind), "parent_kind", "table")
    for each in RELATIONS if kind == "table" else (kind,):
        yield Address(each, a.schema, a.parent)


def _is_spelled(a: Address) -> bool:
    return a.kind in KINDS and KINDS[a.kind].name_has_types


def _name(word: str) -> str | None:
    if word[:1] == '"':
        return word[1:-1].replace('""', '"')
    return word if _PLAIN.match(word) else None
