"""Reads one CREATE TABLE as SHOW CREATE TABLE prints it, token by token, into clauses.

Knows the grammar of what MariaDB (10.4 to 11) and MySQL (5.7 to 9) print, and no server. What it cannot read raises
`UnreadableError`: a table that is not understood is listed as such, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from msgspec import structs

from .cursor import Cursor, UnreadableError
from .definition import CheckClause, ColumnClause, Item, KeyClause, ReferenceClause, TableClause
from .tokens import holds_bytes, in_hexadecimal


def table_clause(sql: str) -> TableClause:
    """The clauses of a printed CREATE TABLE; raises UnreadableError.

    Servers print an item a line, and many tables have the same ones but for names: to read each once is most of what
    can be saved. From the first line on that is not whole, or not understood alone, the text is read as a whole.
    """
    head = _HEAD.match(sql)
    if head is None or holds_bytes(sql):
        return _Reader(sql).table()
    items: list[Item] = []
    at = head.end()
    while (line := _LINE.match(sql, at)) and (item := _item_on(line[1])) is not None:
        items.append(item)
        at = line.end()
    if not sql.startswith(")", at):
        return _Reader(head[0] + sql[at:], items).table()
    end = _end_of(sql[at:])
    return _Reader(sql).table() if end is None else _with(structs.replace(end, name=head[1]), items)


_HEAD: Final = re.compile(r"CREATE TABLE `([^`]+)` \(\n")
# A line that holds a whole item: no name or text is begun in it and not ended, and nothing in it may be a comment.
_PLAIN: Final = r"[^`'\"\\#/\n-]*+"
_LINE: Final = re.compile(rf"  ({_PLAIN}(?:(?:`[^`\n]+`|'[^'\\\n]*+'){_PLAIN})*+)(?:(?<=,)\n|(?<!,)\n(?=\)))")
_OWN_NAME: Final = re.compile(r"((?:[A-Z]+ )?KEY |CONSTRAINT )`([^`]+)`(?= )")
_REFERENCE: Final = re.compile(
    r"CONSTRAINT `([^`]+)` (FOREIGN KEY \((?:`[^`]+`,?)+\) REFERENCES )`([^`]+)`( \((?:`[^`]+`,?)+\)[A-Z ]*,?)"
)


def _item_on(line: str) -> Item | None:
    """The item on a line; None where that is not all of it. Names that tables do not share are put in afterwards."""
    if line[0] == "`":
        return _item_of(line)
    if found := _REFERENCE.fullmatch(line):
        name, own, target, theirs = found.groups()
        read = _item_of(f"CONSTRAINT `_` {own}`_`{theirs}")
        return read and structs.replace(read, name=name, target=target)
    if found := _OWN_NAME.match(line):
        read = _item_of(f"{found[1]}`_`{line[found.end() :]}")
        return read and structs.replace(read, name=found[2])
    return _item_of(line)


@lru_cache(maxsize=4096)
def _item_of(line: str) -> Item | None:
    reader = _Reader(line if line.endswith(",") else line + ",")
    reader.read = TableClause(name="")
    try:
        reader._item()
    except UnreadableError:
        return None  # told by who reads the whole table
    read = reader.read
    items: list[Item] = [*read.columns, *read.keys, *read.checks, *read.references]
    return items[0] if items and reader.at == len(reader.spans) - 1 else None


@lru_cache(maxsize=256)
def _end_of(text: str) -> TableClause | None:
    """What stands behind the items."""
    reader = _Reader(text)
    reader.read = TableClause(name="")
    try:
        reader.need(")")
        reader._options()
    except UnreadableError:
        return None
    return reader.read


def _with(read: TableClause, items: Iterable[Item]) -> TableClause:
    """The table with these items in it."""
    lists: dict[type, list[Any]] = {ColumnClause: [], KeyClause: [], CheckClause: [], ReferenceClause: []}
    for item in items:
        lists[type(item)].append(item)
    columns, keys, checks, references = lists.values()
    return structs.replace(read, columns=columns, keys=keys, checks=checks, references=references)


_ACTIONS: Final = (("NO", "ACTION"), ("SET", "NULL"), ("SET", "DEFAULT"), ("RESTRICT",), ("CASCADE",))
_TYPE_WORDS: Final = frozenset(
    {"UNSIGNED", "SIGNED", "ZEROFILL", "PRECISION", "VARYING", "VARCHAR", "VARCHARACTER", "CHAR", "BINARY", "VARBINARY"}
)


class _Reader(Cursor):
    """Of a whole table, perhaps without its first items, which are known; or of a part of one."""

    def __init__(self, sql: str, items: Iterable[Item] = ()) -> None:
        super().__init__(sql)
        self.known = items

    def table(self) -> TableClause:
        self.need("CREATE")
        self.take("TEMPORARY")
        self.need("TABLE")
        self.read = _with(TableClause(name=self.name()), self.known)
        self.need("(")
        while True:
            self._item()
            if self.take(")"):
                break
            self.need(",")
        self._options()
        if holds_bytes(self.sql) and holds_bytes(str(self.read)):
            raise UnreadableError("it holds bytes that are no text")
        return self.read

    def _item(self) -> None:
        if self.here()[:1] == "`":
            self.read.columns.append(self._column())
            return
        for words, kind in _KEYS.get(self.upper[self.at], ()):
            if self.take(*words):
                self.read.keys.append(self._key(kind))
                return
        if self.take("PERIOD", "FOR"):
            start = self.at - 2
            self.name()
            self.names()
            self.read.periods.append(self.slice(start, self.at).removeprefix("PERIOD FOR "))
        elif self.take("CONSTRAINT"):
            self._constraint(self.name())
        elif self.upper[self.at] in ("CHECK", "FOREIGN"):
            self._constraint("")
        else:
            raise UnreadableError(f"{self.here()!r} was not expected among the columns")

    def _constraint(self, name: str) -> None:
        if self.take("CHECK"):
            check = CheckClause(name=name, expression=self.bracketed())
            check.enforced = not self.take("NOT", "ENFORCED")
            self.read.checks.append(check)
            return
        self.need("FOREIGN", "KEY")
        columns = self.names()
        self.need("REFERENCES")
        database, target = "", self.name()
        if self.take("."):
            database, target = target, self.name()
        key = ReferenceClause(
            name=name, columns=columns, database=database, target=target, target_columns=self.names(), actions={}
        )
        if self.take("MATCH"):
            key.match = self.next().lower()
        while self.take("ON"):
            event = self.next().lower()
            key.actions[event] = self._action()
        self.read.references.append(key)

    def _action(self) -> str:
        for words in _ACTIONS:
            if self.take(*words):
                return " ".join(words).lower()
        raise UnreadableError(f"an action expected, {self.here()!r} found")

    # Columns.

    def _column(self) -> ColumnClause:
        c = ColumnClause(name=self.name())
        c.type = self._type()
        while self.here() not in (",", ")"):
            for words, read in _BY_FIRST_WORD.get(self.upper[self.at], ()):
                if self.take(*words):
                    read(self, c)
                    break
            else:
                self._option(c.options)
        return c

    def _type(self) -> str:
        start = self.at
        self.next()
        while self.upper[self.at] in _TYPE_WORDS or self.here() == "(":
            if self.here() == "(":
                self.bracketed()
            else:
                self.at += 1
        return self.slice(start, self.at)

    def _value(self) -> str:
        """A default: a literal with sign and introducer, a call, or an expression in brackets."""
        start = self.at
        if self.here() in ("-", "+"):
            self.at += 1
        if self.here() == "(":
            self.bracketed()
            return self.slice(start, self.at)
        first = self.next()
        while (first[0] == "_" and self.here()[:1] in ("'", '"')) or self.here() == ".":
            self.at += 1 + (self.here() == ".")
        if self.here() == "(" and (first[0].isalpha() or first[0] == "`"):
            self.bracketed()
        text = self.slice(start, self.at)
        return in_hexadecimal(text) if self.at == start + 1 else text

    def _generated(self, c: ColumnClause) -> None:
        if self.take("ROW"):
            c.versioning = self.next().lower()
            return
        c.generated = self.bracketed()
        c.stored = self.take("STORED") or self.take("PERSISTENT")
        if not c.stored:
            self.take("VIRTUAL")

    def _option(self, options: dict[str, str]) -> None:
        """`name`=value, or NAME value, for what has no field of its own (STORAGE, COLUMN_FORMAT, SRID, …)."""
        name = self.next()
        if not (name[0] == "`" or name[0].isalpha()):
            raise UnreadableError(f"{name!r} was not expected")
        self.take("=")
        options[name if name[0] == "`" else name.lower()] = self.next()

    # Keys.

    def _key(self, kind: str) -> KeyClause:
        key = KeyClause(kind=kind, name="PRIMARY" if kind == "primary" else self.name(), terms=[])
        if self.take("USING"):
            key.using = self.next().lower()
        self.need("(")
        while True:
            self._term(key)
            if self.take(")"):
                break
            self.need(",")
        while self.here() not in (",", ")"):
            self._key_option(key)
        return key

    def _term(self, key: KeyClause) -> None:
        start = self.at
        column: str | None = None
        if self.here() == "(":
            self.bracketed()
        else:
            column = self.name()
            if self.take("WITHOUT", "OVERLAPS"):
                key.terms.append((column, self.slice(start, self.at)))
                return
            if self.here() == "(":
                self.bracketed()
        _ = self.take("DESC") or self.take("ASC")
        key.terms.append((column, self.slice(start, self.at)))

    def _key_option(self, key: KeyClause) -> None:
        if self.take("USING"):
            key.using = self.next().lower()
        elif self.take("COMMENT"):
            key.comment = self.text()
        elif self.take("WITH", "PARSER"):
            key.options["parser"] = self.name()
        elif self.take("IGNORED") or self.take("INVISIBLE"):
            key.invisible = True
        elif not (self.take("NOT", "IGNORED") or self.take("VISIBLE")):
            self._option(key.options)

    # What follows the closing bracket.

    def _options(self) -> None:
        read = self.read
        while self.here():
            if self.take("PARTITION", "BY"):
                self.next()
                start = self.spans[self.at - 1][0]
                read.partition_by = self.sql[start:].strip().removesuffix("*/").rstrip()
                return
            if self.take("ENGINE", "="):
                read.engine = self.next()
            elif self.take("AUTO_INCREMENT", "="):
                read.auto_increment = int(self.next())
            elif self.take("DEFAULT", "CHARSET", "="):
                read.charset = self.name()
            elif self.take("COLLATE", "="):
                read.collation = self.name()
            elif self.take("COMMENT", "="):
                read.comment = self.text()
            elif self.take("WITH", "SYSTEM", "VERSIONING"):
                read.versioned = True
            elif not self.take(","):
                self._table_option()

    def _table_option(self) -> None:
        name = self.next()
        if self.upper[self.at - 1] in ("DATA", "INDEX") and self.take("DIRECTORY"):
            name += " DIRECTORY"
        if not (name[0] == "`" or name[0].isalpha()):
            raise UnreadableError(f"{name!r} was not expected behind the columns")
        self.take("=")
        value = f"({self.bracketed()})" if self.here() == "(" else self.next()
        self.read.options[name if name[0] == "`" else name.lower()] = value


Attribute = Callable[[_Reader, ColumnClause], None]


def _set(**values: object) -> Attribute:
    def read(_reader: _Reader, c: ColumnClause) -> None:
        for name, value in values.items():
            setattr(c, name, value)

    return read


def _read(field: str, how: Callable[[_Reader], object]) -> Attribute:
    def read(reader: _Reader, c: ColumnClause) -> None:
        setattr(c, field, how(reader))

    return read


def _compression(reader: _Reader) -> str:
    return reader.next().lower() if reader.take("=") else "zlib"


_ATTRIBUTES: Final[Iterable[tuple[tuple[str, ...], Attribute]]] = (
    (("CHARACTER", "SET"), _read("charset", _Reader.name)),
    (("COLLATE",), _read("collation", _Reader.name)),
    (("NOT", "NULL"), _set(not_null=True)),
    (("NULL",), _set()),
    (("DEFAULT",), _read("default", _Reader._value)),
    (("ON", "UPDATE"), _read("on_update", _Reader._value)),
    (("AUTO_INCREMENT",), _set(auto_increment=True)),
    (("GENERATED", "ALWAYS", "AS"), _Reader._generated),
    (("INVISIBLE",), _set(invisible=True)),
    (("COMPRESSED",), _read("compressed", _compression)),
    (("COMMENT",), _read("comment", _Reader.text)),
    (("CHECK",), _read("check", _Reader.bracketed)),
    (("WITHOUT", "SYSTEM", "VERSIONING"), _set(versioning="without")),
)
_BY_FIRST_WORD: Final = {
    first: [(words, read) for words, read in _ATTRIBUTES if words[0] == first]
    for first in sorted({words[0] for words, _ in _ATTRIBUTES})
}
_KEYS: Final[dict[str, list[tuple[tuple[str, ...], str]]]] = {
    "KEY": [(("KEY",), "key")],
    **{w: [((w, "KEY"), w.lower())] for w in ("PRIMARY", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR")},
}
