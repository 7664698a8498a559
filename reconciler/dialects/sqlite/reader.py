"""Reads one CREATE TABLE as SQLite keeps it in sqlite_schema, token by token, into clauses.

Knows the grammar of parse.y and no database, and makes no objects of the model. What it cannot read raises
`UnreadableError`: a table that is not understood is listed as such, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from .comments import Comments, comments, joined
from .cursor import Cursor, UnreadableError, key_term, parts
from .tokens import ident, is_name, name_of, tokens

_ENDS_TYPE: Final = frozenset(
    {"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "AS", "DEFERRABLE"}
    | {",", ")", "(", ""}
)
_OWN_CONSTRAINTS: Final = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "DEFERRABLE"})
_TABLE_CONSTRAINTS: Final = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})


class Clause(msgspec.Struct, kw_only=True):
    """A part of a definition, with what the comments in it say."""

    comment: str | None = None


class KeyClause(Clause, kw_only=True):
    """PRIMARY KEY or UNIQUE; each term with its column, its collation and whether it descends."""

    primary: bool
    name: str | None
    inline: bool
    terms: list[tuple[str, str | None, bool]]
    conflict: str | None = None
    autoincrement: bool = False


class CheckClause(Clause, kw_only=True):
    name: str | None
    column: str | None
    words: Sequence[str]


class ReferenceClause(Clause, kw_only=True):
    """`said` are the words of its deferring that go without saying."""

    name: str | None
    columns: list[str]
    target: str
    target_columns: list[str]
    actions: dict[str, str]
    match: str = "simple"
    deferrable: bool = False
    deferred: bool = False
    inline: bool = False
    said: list[str] = []


class ColumnClause(Clause, kw_only=True):
    name: str
    type: str = ""
    not_null: bool = False
    not_null_name: str | None = None
    conflict: str | None = None
    default: Sequence[str] | None = None
    collation: str | None = None
    generated: Sequence[str] | None = None
    stored: bool = False
    computed_first: bool = False
    """Whether NOT NULL or COLLATE is written behind what computes it."""
    constraints_last: bool = False
    """Whether its checks, and keys that stay in it, are."""


class TableClause(Clause, kw_only=True):
    """A table's definition: `options` are the words after its closing bracket, in their order; `marks` says whether
    names are quoted that have capitals and need no quotes, and whether any are not."""

    name: str
    columns: list[ColumnClause]
    keys: list[KeyClause]
    checks: list[CheckClause]
    references: list[ReferenceClause]
    options: list[str]
    marks: set[bool]


def table_clause(sql: str) -> TableClause:
    """The clauses of a CREATE TABLE; raises UnreadableError."""
    remarks = comments(sql)
    first, rest = ([], sql) if remarks else _first_columns(sql)
    return _Reader(tokens(rest), remarks, first).table()


_HEAD: Final = re.compile(r"CREATE TABLE \w+ ?\(", re.ASCII)
# A column of plain words, sizes, texts and numbers, whole as far as its comma.
_ITEM: Final = re.compile(
    r"\s*([A-Za-z_]\w*+(?: [A-Za-z_]\w*+(?:\(\d++(?:, ?\d++)?\))?| '[^']*+'(?!')| -?\d++(?:\.\d++)?)*+)\s*,", re.ASCII
)


def _first_columns(sql: str) -> tuple[list[_Plain], str]:
    """The first columns as far as they are plain, and the text without them. A text that many tables have in common is
    read once, which is most of what an inspection can save."""
    found: list[_Plain] = []
    head = _HEAD.match(sql)
    if head is None:
        return found, sql
    at = head.end()
    while (item := _ITEM.match(sql, at)) and (plain := _column_of(item[1])) is not None:
        found.append(plain)
        at = item.end()
    return found, sql[: head.end()] + sql[at:]


@lru_cache(maxsize=4096)
def _column_of(text: str) -> _Plain | None:
    """A column from its text; None where it is none, or has constraints of its own."""
    words = tokens(text)
    upper = {w.upper() for w in words}
    return None if upper & _OWN_CONSTRAINTS or words[0].upper() in _TABLE_CONSTRAINTS else _plain_column(*words)


_Plain = tuple[ColumnClause, frozenset[bool]]
"""A column without constraints of its own, and the marks of its name."""


class _Reader(Cursor):
    """Of a whole table, perhaps without its first columns, which are known; or of a part of one."""

    def __init__(self, words: list[str], remarks: Comments, first: Sequence[_Plain] = ()) -> None:
        super().__init__(words)
        self.remarks = remarks
        self.first = first

    def table(self) -> TableClause:
        self.need("CREATE")
        _ = self.take("TEMP") or self.take("TEMPORARY")
        self.need("TABLE")
        self.take("IF", "NOT", "EXISTS")
        name = self.name()
        if self.take("."):
            name = self.name()
        self.read = TableClause(name=name, columns=[], keys=[], checks=[], references=[], options=[], marks=set())
        for column, marks in self.first:
            self.read.columns.append(column)
            self.read.marks |= marks
        self.need("(")
        self._remark(self.read, range(self.at))
        self._items()
        closed = self.at
        self._options()
        self._remark(self.read, range(closed, self.at + 1))
        return self.read

    def _items(self) -> None:
        before: Clause = self.read
        behind_mark = True
        while True:
            start = self.at
            is_column = not self.read.columns or self.upper[self.at] not in _TABLE_CONSTRAINTS
            item = self._column() if is_column else self._table_constraint()
            if self.remarks:
                if behind_mark:
                    self._remark_between(before, item, start)
                self._remark(item, range(start + 1, self.at + 1))
            before = item
            mark = self.upper[self.at]
            behind_mark = mark == ","
            self.at += behind_mark or mark == ")"
            if mark == ")":
                return
            if not behind_mark and mark not in _TABLE_CONSTRAINTS:
                raise UnreadableError(f", or ) expected, {self.here()!r} found")

    def _remark(self, clause: Clause, places: range) -> None:
        """The comments before the tokens of these numbers are about this clause."""
        if self.remarks:
            clause.comment = joined((c for at in places for c in self.remarks.get(at, ())), clause.comment)

    def _remark_between(self, before: Clause, item: Clause, at: int) -> None:
        """Behind a comma or bracket, what ends its line is about what stands before it; all else about what follows."""
        for comment in self.remarks.get(at, ()):
            about = before if comment.last and not comment.apart else item
            about.comment = joined([comment], about.comment)

    def _options(self) -> None:
        while self.here():
            if self.take("WITHOUT", "ROWID"):
                self.read.options.append("without rowid")
            elif self.take("STRICT"):
                self.read.options.append("strict")
            elif not (self.take(",") or self.take(";")):
                raise UnreadableError(f"an option of the table that is not known: {self.here()!r}")

    def _marked(self) -> str:
        """A name, with a look at its quotes."""
        token, name = self.here(), self.name()
        if name != name.lower() and ident(name) == name:
            self.read.marks.add(token != name)
        return name

    def _column(self) -> ColumnClause:
        if not self.remarks and (end := self._plain_end()) and (known := _plain_column(*self.words[self.at : end])):
            column, marks = known
            self.read.columns.append(column)
            self.read.marks |= marks
            self.at = end
            return column
        return self._read_column()

    def _plain_end(self) -> int:
        """Where a column without constraints of its own ends; 0 where it may have any, or may not be whole."""
        upper, at, depth = self.upper, self.at, 0
        while (word := upper[at]) and word not in _OWN_CONSTRAINTS:
            if word == "(":
                depth += 1
            elif word == ")":
                if not depth:
                    return at
                depth -= 1
            elif word == "," and not depth:
                return at
            at += 1
        return 0

    def _read_column(self) -> ColumnClause:
        column = ColumnClause(name=self._marked())
        self.read.columns.append(column)
        column.type = self._type()
        name: str | None = None
        while self.upper[self.at] not in (",", ")", ""):
            if self.take("CONSTRAINT"):
                name = self._marked()
                continue
            read = _COLUMN.get(self.upper[self.at])
            if read is None:
                raise UnreadableError(f"{self.here()!r} in the definition of column {column.name}")
            read(self, column, name)
            name = None
        return column

    def _type(self) -> str:
        start, at, upper = self.at, self.at, self.upper
        while (word := upper[at]) not in _ENDS_TYPE and (is_name(word) or word[0] == "'"):
            if word == "GENERATED" and upper[at + 1] == "ALWAYS":
                break
            at += 1
        self.at = at
        text = " ".join(self.words[start:at])
        if at > start and upper[at] == "(":
            text += "(" + ", ".join("".join(part) for part in parts(self.bracketed())) + ")"
        return text

    def _conflict(self) -> str | None:
        return self.name().lower() if self.upper[self.at] == "ON" and self.take("ON", "CONFLICT") else None

    def _null(self, column: ColumnClause, name: str | None) -> None:
        self.at += 1
        self._conflict()

    def _not(self, column: ColumnClause, name: str | None) -> None:
        if self.upper[self.at + 1] == "DEFERRABLE":
            self._deferrable(column, name)
            return
        self.need("NOT", "NULL")
        column.not_null, column.not_null_name = True, name
        column.computed_first = column.generated is not None
        column.conflict = self._conflict()

    def _default(self, column: ColumnClause, name: str | None) -> None:
        self.at += 1
        start = self.at
        if self.here() == "(":
            self.bracketed()
        else:
            self.at += 2 if self.here() in ("+", "-") else 1
        column.default = self.words[start : self.at]

    def _collate(self, column: ColumnClause, name: str | None) -> None:
        self.at += 1
        column.collation = self.name()
        column.computed_first = column.generated is not None

    def _generated(self, column: ColumnClause, name: str | None) -> None:
        self.take("GENERATED", "ALWAYS")
        self.need("AS")
        column.generated = self.bracketed()
        column.stored = self.take("STORED")
        _ = column.stored or self.take("VIRTUAL")

    def _column_key(self, column: ColumnClause, name: str | None) -> None:
        primary = self.take("PRIMARY", "KEY")
        _ = primary or self.take("UNIQUE")
        descends = primary and not self.take("ASC") and self.take("DESC")
        key = KeyClause(primary=primary, name=name, inline=True, terms=[(column.name, None, descends)])
        key.conflict = self._conflict()
        key.autoincrement = primary and self.take("AUTOINCREMENT")
        column.constraints_last |= key.conflict is not None and column.generated is not None
        self.read.keys.append(key)

    def _column_check(self, column: ColumnClause, name: str | None) -> None:
        self.at += 1
        self.read.checks.append(CheckClause(name=name, column=column.name, words=self.bracketed()))
        column.constraints_last |= column.generated is not None
        self._conflict()

    def _column_reference(self, column: ColumnClause, name: str | None) -> None:
        self.read.references.append(self._reference(name, [column.name]))
        self.read.references[-1].inline = True

    def _reference(self, name: str | None, columns: list[str]) -> ReferenceClause:
        self.need("REFERENCES")
        found = ReferenceClause(name=name, columns=columns, target=self.name(), target_columns=self.names(), actions={})
        while (word := self.upper[self.at]) in ("ON", "MATCH"):
            self.at += 1
            what = self.name().lower()
            if word == "ON":
                found.actions[what] = self._action()
            else:
                found.match = what
        return found

    def _action(self) -> str:
        first = self.name().lower()
        return f"{first} {self.name().lower()}" if first in ("set", "no") else first

    def _deferrable(self, column: ColumnClause | None, name: str | None) -> None:
        """Belongs to the foreign key before it; SQLite takes it without one, too, and then it means nothing."""
        deferrable = not self.take("NOT")
        self.need("DEFERRABLE")
        deferred = self.take("INITIALLY", "DEFERRED")
        immediate = not deferred and self.take("INITIALLY", "IMMEDIATE")
        if self.read.references:
            key = self.read.references[-1]
            key.deferrable, key.deferred = deferrable, deferrable and deferred
            said = {"not deferrable": not deferrable, "deferred": deferred and not deferrable, "immediate": immediate}
            key.said = [word for word, there in said.items() if there]

    def _table_constraint(self) -> Clause:
        name = self._marked() if self.take("CONSTRAINT") else None
        word = self.upper[self.at]
        primary = word == "PRIMARY" and self.take("PRIMARY", "KEY")
        if primary or (word == "UNIQUE" and self.take("UNIQUE")):
            return self._table_key(primary, name)
        if word == "CHECK":
            self.at += 1
            self.read.checks.append(CheckClause(name=name, column=None, words=self.bracketed()))
            self._conflict()
            return self.read.checks[-1]
        if word == "FOREIGN" and self.take("FOREIGN", "KEY"):
            self.read.references.append(self._reference(name, self.names()))
            if self.upper[self.at] in ("NOT", "DEFERRABLE"):
                self._deferrable(None, None)
            return self.read.references[-1]
        if name is None:
            raise UnreadableError(f"{self.here()!r} where a constraint of the table is expected")
        return Clause()  # a name with nothing behind it, which SQLite takes

    def _table_key(self, primary: bool, name: str | None) -> KeyClause:
        inner = list(self.bracketed())
        autoincrement = primary and inner[-1].upper() == "AUTOINCREMENT"
        terms = []
        for part in parts(inner[:-1] if autoincrement else inner):
            over, collated, descends = key_term(part)
            if len(over) != 1 or not (is_name(over[0]) or over[0][0] == "'"):
                raise UnreadableError("a key over an expression")
            terms.append((name_of(over[0]), collated, descends))
        key = KeyClause(primary=primary, name=name, inline=False, terms=terms, autoincrement=autoincrement)
        key.conflict = self._conflict()
        self.read.keys.append(key)
        return key


@lru_cache(maxsize=4096)
def _plain_column(*words: str) -> _Plain | None:
    """A column and the marks of its name from all of its tokens; None where they are read otherwise. Many tables have
    columns of the same name and type, and to read them takes most of the time that an inspection takes."""
    reader = _Reader(list(words), {})
    reader.read = TableClause(name="", columns=[], keys=[], checks=[], references=[], options=[], marks=set())
    try:
        column = reader._read_column()
    except UnreadableError:
        return None  # told by who reads the whole table
    return (column, frozenset(reader.read.marks)) if reader.at == len(words) else None


_COLUMN: Final[dict[str, Callable[[_Reader, ColumnClause, str | None], None]]] = {
    "NULL": _Reader._null,
    "NOT": _Reader._not,
    "DEFAULT": _Reader._default,
    "COLLATE": _Reader._collate,
    "GENERATED": _Reader._generated,
    "AS": _Reader._generated,
    "PRIMARY": _Reader._column_key,
    "UNIQUE": _Reader._column_key,
    "CHECK": _Reader._column_check,
    "REFERENCES": _Reader._column_reference,
    "DEFERRABLE": _Reader._deferrable,
}
