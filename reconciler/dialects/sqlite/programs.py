"""Indexes, views, triggers and virtual tables, made from their CREATE statements, with what they refer to.

SQLite keeps no dependencies, so the names that a text mentions are looked up among the tables and views there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from ...model.address import Address
from ...model.programs import Trigger, View, ViewColumn
from ...model.tables import Index
from .comments import comments, has_comments, joined
from .cursor import Cursor, UnreadableError, key_term, parts
from .tokens import ident, is_name, is_word, name_of, spelled, text_after, text_from, tokens

_SIMPLE_INDEX: Final = re.compile(
    r"CREATE( UNIQUE)? INDEX (\w+) ON \w+ ?\(([ \w]+(?:,[ \w]+)*)\)(?: WHERE ((?>[^\s;][^;]*)))?",
    re.IGNORECASE | re.ASCII,
)
_DIRECTIONS: Final = (["asc"], ["desc"])
_ENDS_FROM: Final = frozenset(
    {"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "SELECT", "SET", "WINDOW", "VALUES"}
    | {"RETURNING", "WHEN", "BEGIN", ";", "END", "DO"}
)
_STARTS: Final = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "TABLE"})


class Relation(msgspec.Struct, frozen=True):
    """A table or view that a text may mention: its address, and its columns by lower-case name."""

    address: Address
    columns: Mapping[str, str] = {}

    def column(self, lower: str) -> Address:
        return Address("column", self.address.schema, self.columns[lower], self.address.name)


Relations = Mapping[str, Relation]
"""By lower-case name."""


def index(sql: str, owner: Relation) -> Index:
    """An index from its CREATE INDEX; raises UnreadableError."""
    return _simple_index(sql, owner) or _read_index(sql, owner)


def _simple_index(sql: str, owner: Relation) -> Index | None:
    """An index over plain columns, without the tokenizer: most are, and it is five times as fast."""
    found = _SIMPLE_INDEX.fullmatch(sql)
    if found is None or has_comments(sql):
        return None
    terms = [c.lower().split() for c in found[3].split(",")]
    if not all(t[0] in owner.columns and (len(t) == 1 or t[1:] in _DIRECTIONS) for t in terms if t) or [] in terms:
        return None
    condition = tokens(found[4]) if found[4] else []
    said = (name_of(w).lower() for w in condition if is_name(w))
    mentioned = {*(t[0] for t in terms), *(m for m in said if m in owner.columns)}
    return Index(
        table=owner.address.name,
        name=found[2],
        keys=tuple(ident(owner.columns[t[0]]) + (" DESC" if t[-1] == "desc" and len(t) > 1 else "") for t in terms),
        unique=found[1] is not None,
        where=spelled(condition) if condition else None,
        refs=tuple(sorted(map(owner.column, mentioned))),
    )


def _read_index(sql: str, owner: Relation) -> Index:
    read = Cursor(tokens(sql))
    remarks = comments(sql)
    read.need("CREATE")
    unique = read.take("UNIQUE")
    read.need("INDEX")
    read.take("IF", "NOT", "EXISTS")
    name = _qualified(read)
    read.need("ON")
    read.name()
    words = read.bracketed()
    columns = dict(owner.columns)
    condition: Sequence[str] = _without_end(read.words[read.at :]) if read.take("WHERE") else []
    if not condition and read.here() not in ("", ";"):
        raise UnreadableError(f"{read.here()!r} after the columns of the index")
    mentioned = {name_of(w).lower() for w in (*words, *condition) if is_name(w)}
    return Index(
        table=owner.address.name,
        name=name,
        keys=tuple(_index_key(part, columns) for part in parts(words)),
        unique=unique,
        where=spelled(condition) if condition else None,
        comment=joined(c for _, found in sorted(remarks.items()) for c in found),
        refs=tuple(sorted(owner.column(m) for m in mentioned if m in columns)),
    )


def _index_key(words: Sequence[str], columns: dict[str, str]) -> str:
    over, collated, descends = key_term(words)
    if len(over) == 1 and is_name(over[0]) and name_of(over[0]).lower() in columns:
        text = ident(columns[name_of(over[0]).lower()])
    else:
        text = spelled(over)
    return text + (f" COLLATE {ident(collated)}" if collated else "") + (" DESC" if descends else "")


def _qualified(read: Cursor) -> str:
    name = read.name()
    return read.name() if read.take(".") else name


def view(sql: str, relations: Relations) -> View:
    """A view from its CREATE VIEW, its query as it was written."""
    read = Cursor(tokens(sql))
    read.need("CREATE")
    _ = read.take("TEMP") or read.take("TEMPORARY")
    read.need("VIEW")
    read.take("IF", "NOT", "EXISTS")
    name = _qualified(read)
    given = read.names()
    read.need("AS")
    words = _without_end(read.words[read.at :])
    return View(
        name=name,
        definition=text_after(sql, read.at),
        columns=tuple(ViewColumn(c, "") for c in given),
        comment=remark(sql, read.at),
        refs=mentioned(words, relations, but=name),
    )


def remark(sql: str, before: int) -> str | None:
    """What the comments in the head of a statement say: those in front of its first tokens."""
    return joined(c for at, found in sorted(comments(sql).items()) for c in found if at < before)


def _without_end(words: Sequence[str]) -> Sequence[str]:
    return words[:-1] if words and words[-1] == ";" else words


def trigger(sql: str, owner: Relation, relations: Relations) -> Trigger:
    """A trigger from its CREATE TRIGGER, as it was written, but for what SQLite leaves out of its head."""
    words = _without_end(tokens(sql))
    upper = [w.upper() for w in words]
    if "BEGIN" not in upper or upper[:1] != ["CREATE"]:
        raise UnreadableError("a trigger without a body")
    read = Cursor(list(words))
    read.need("CREATE")
    _ = read.take("TEMP") or read.take("TEMPORARY")
    read.need("TRIGGER")
    read.take("IF", "NOT", "EXISTS")
    name = _qualified(read)
    refs = {*mentioned(words, relations, but=""), *_own_columns(words, owner)} - {owner.address}
    return Trigger(
        table=owner.address.name,
        on=owner.address.kind,
        name=name,
        definition=f"CREATE TRIGGER {ident(name)} {text_from(sql, read.at)}",
        comment=remark(sql, read.at + 1),
        refs=tuple(sorted(refs)),
    )


def _own_columns(words: Sequence[str], owner: Relation) -> Iterator[Address]:
    for word in words:
        if is_name(word) and name_of(word).lower() in owner.columns:
            yield owner.column(name_of(word).lower())


def mentioned(words: Sequence[str], relations: Relations, but: str) -> tuple[Address, ...]:
    """The tables and views that a query reads or a trigger writes, and those of their columns that it names."""
    names = {name_of(w).lower() for w in words if is_name(w)}
    found = {name.lower() for name in _sources(words)} - {but.lower()}
    refs: set[Address] = set()
    for relation in (relations[f] for f in found if f in relations):
        refs.add(relation.address)
        refs.update(relation.column(c) for c in relation.columns if c in names)
    return tuple(sorted(refs))


def _sources(words: Sequence[str]) -> Iterator[str]:
    """Names that stand where SQLite expects a table; `inside` holds, for each open bracket, whether it is a FROM."""
    inside = [False]
    expecting = False
    before = ""
    for at, word in enumerate(words):
        upper = word.upper()
        if word == "(":
            inside.append(expecting)
        elif word == ")":
            inside = inside[:-1] or [False]
            expecting = False
        elif upper in _STARTS or (upper == "IN" and words[at + 1 : at + 2] != ["("]):
            inside[-1] = upper in ("FROM", "JOIN")
            expecting = True
        elif upper in _ENDS_FROM:
            inside[-1] = expecting = False
        elif word == ",":
            expecting = inside[-1]
        elif word == ".":
            expecting = before == "source"
        elif expecting and upper not in ("OR", "ROLLBACK", "ABORT", "REPLACE", "FAIL", "IGNORE") and _may_name(word):
            yield name_of(word)
            expecting, before = False, "source"
            continue
        before = ""


def _may_name(word: str) -> bool:
    return is_word(word) or word[0] in "\"`['"


def module_of(sql: str) -> str:
    """The module that a CREATE VIRTUAL TABLE names; "" where it cannot be read."""
    words = tokens(sql)
    at = next((n for n, w in enumerate(words) if w.upper() == "USING"), len(words))
    return name_of(words[at + 1]) if at + 1 < len(words) else ""


def indexes_another(definition: str) -> bool:
    """Whether it is a full-text index of rows that another table holds (`fts5(…, content='doc')`)."""
    words = [w.lower() for w in tokens(definition)]
    given = [name_of(words[at + 2]) for at in range(len(words) - 2) if words[at : at + 2] == ["content", "="]]
    return words[0] in ("fts4", "fts5") and any(given)


def names_in(text: str) -> Iterable[str]:
    """Every name that a virtual table's arguments could mean, also in quotes and lists."""
    return {n.lower() for w in tokens(text) for n in (name_of(w), name_of(w).strip("\"'[]`"))}
