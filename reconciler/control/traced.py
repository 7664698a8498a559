"""What became of each table and column since a revision: under which name it is now, and what was lost on the way.

Read from the statements that the revisions run, in their order, beside the lockfiles that git has of them: a rename
says itself in SQL in few ways, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from ..apply.render import Rendered
from ..dialects.base import Dialect
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Statement
from ..model.tables import Column, Table
from .losses import plan_told, said_losses

_ID: Final = r'(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^\]]+\]|[^\W\d][\w$]*)'
_PATH: Final = rf"{_ID}(?:\s*\.\s*{_ID})*"
_ALTER: Final = re.compile(
    rf"\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<table>{_PATH})\s+(?P<what>.*)", re.IGNORECASE | re.DOTALL
)
_COLUMN: Final = re.compile(
    rf"\bRENAME\s+(?:COLUMN\s+)?({_ID})\s+TO\s+({_ID})|\bCHANGE\s+(?:COLUMN\s+)?({_ID})\s+({_ID})\s", re.IGNORECASE
)
_TABLE: Final = re.compile(rf"\bRENAME\s+(?:TO|AS)\s+({_PATH})", re.IGNORECASE)
_TABLES: Final = re.compile(r"\s*RENAME\s+TABLES?\s+(.*)", re.IGNORECASE | re.DOTALL)
_PAIR: Final = re.compile(rf"({_PATH})\s+TO\s+({_PATH})", re.IGNORECASE)
_PART: Final = re.compile(_ID)
_LONGEST: Final = 120
_WRITES: Final = re.compile(r"\s*(?:WITH|UPDATE|DELETE|TRUNCATE|MERGE|REPLACE)\b", re.IGNORECASE)


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """By their address of then, the tables and columns that are still there, with where they are now; what was lost of
    the others and of rows, in sentences."""

    now: dict[Address, Address]
    lost: tuple[str, ...]

    @property
    def names(self) -> dict[Address, str]:
        """What has another name now, in the form in which a source says renames: address of then → name of now."""
        return {a: b.name for a, b in self.now.items() if a.name != b.name}


def traced(
    base: Catalog, items: Iterable[tuple[Rendered, Catalog | None]], head: Catalog, dialect: Dialect
) -> Traced:
    """From a catalog through revisions, each with the schema that it led to where that is known, to head."""
    trace = _Trace(base, dialect)
    before: Catalog | None = base
    for item, after in items:
        trace.run(item, before, after)
        before = after
    trace.settle(head, "a revision since then")
    return Traced(now=trace.now, lost=tuple(dict.fromkeys(trace.lost)))


class _Trace:
    def __init__(self, base: Catalog, dialect: Dialect) -> None:
        self.dialect = dialect
        self.default = dialect.profile(base.version).default_schema
        self.now = {a: a for a, o in base.items() if isinstance(o, Table | Column)}
        self.lost: list[str] = []

    def run(self, item: Rendered, before: Catalog | None, after: Catalog | None) -> None:
        name = item.revision.id
        if item.revision.python:
            self.lost.append(f"{name} ran Python: what it did to rows stays as it is")
        held = dict(self.now)
        for statement in item.statements:
            self._rename(statement)
        for sql in said_losses([item]):
            if _WRITES.match(sql):
                self.lost.append(f"{name} wrote rows, and they stay as it left them: {_one_line(sql)}")
        if after is not None:
            self.settle(after, name)
        if before is not None and after is not None:
            names = {self.now[a]: old.name for a, old in held.items() if a in self.now and self.now[a].name != old.name}
            self._losses(before, after, names, name)

    def settle(self, after: Catalog, revision: str) -> None:
        """Takes out what is not there any more."""
        for a, now in list(self.now.items()):
            if now not in after:
                del self.now[a]
                if not (a.parent and Address(Table.kind, a.schema, a.parent) not in self.now):
                    self.lost.append(f"{a.kind} {a.dotted} comes back empty: {revision} dropped it")

    def _losses(self, before: Catalog, after: Catalog, names: dict[Address, str], revision: str) -> None:
        """What a revision lost of columns that stayed: values that were cut or cast."""
        for step in plan_told(before, after, self.dialect, names).losses:
            if step.action != "drop":
                self.lost.append(f"{step.name} stays as {revision} left it, which took {step.impact.loses}")

    def _rename(self, statement: Statement) -> None:
        tables = _TABLES.match(statement.sql)
        for pair in _PAIR.finditer(tables[1]) if tables else ():
            self._table(self._address(pair[1]), _last(pair[2]))
        alter = _ALTER.match(statement.sql)
        if alter is None:
            return
        table = self._address(alter["table"])
        for part in _COLUMN.finditer(alter["what"]):
            old, new = (_last(text) for text in part.groups() if text is not None)
            self._moved(Address(Column.kind, table.schema, old, table.name), new)
        if renamed := _TABLE.search(alter["what"]):
            self._table(table, _last(renamed[1]))

    def _table(self, table: Address, name: str) -> None:
        if table not in self.now.values():
            return
        self._moved(table, name)
        for a, now in self.now.items():
            if (now.schema, now.parent) == (table.schema, table.name) and now.kind == Column.kind:
                self.now[a] = Address(now.kind, now.schema, now.name, name)

    def _moved(self, old: Address, name: str) -> None:
        new = Address(old.kind, old.schema, name, old.parent)
        self.now |= {a: new for a, now in self.now.items() if now == old}

    def _address(self, path: str) -> Address:
        *before, name = (_plain(m[0]) for m in _PART.finditer(path))
        return Address(Table.kind, before[-1] if before and self.default else self.default, name)


def _one_line(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _last(path: str) -> str:
    return list(map(_plain, _parts(path)))[-1]


def _parts(path: str) -> Iterator[str]:
    return (m[0] for m in _PART.finditer(path))


def _plain(token: str) -> str:
    if token[0] in "\"`":
        return token[1:-1].replace(token[0] * 2, token[0])
    return token[1:-1] if token[0] == "[" else token
