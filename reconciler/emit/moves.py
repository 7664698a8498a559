"""Where tables and columns are after statements ran: renames read from SQL, whoever wrote it.

A rename says itself in few ways, in every dialect. What looks like one inside of a literal names nothing that is there,
and so moves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Statement
from ..model.tables import Column, Table

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


class Places:
    """The tables and columns of a catalog by their address of then, each with the one that it has now."""

    def __init__(self, catalog: Catalog, default_schema: str) -> None:
        self.default = default_schema
        self.now = {a: a for a, o in catalog.items() if isinstance(o, Table | Column)}

    def follow(self, statements: Iterable[Statement]) -> None:
        """Moves what they rename."""
        for statement in statements:
            self._follow(statement.sql)

    def _follow(self, sql: str) -> None:
        tables = _TABLES.match(sql)
        for pair in _PAIR.finditer(tables[1]) if tables else ():
            self._table(self._address(pair[1]), _names(pair[2])[-1])
        alter = _ALTER.match(sql)
        if alter is None:
            return
        table = self._address(alter["table"])
        for part in _COLUMN.finditer(alter["what"]):
            old, new = (_names(text)[-1] for text in part.groups() if text is not None)
            self._moved(Address(Column.kind, table.schema, old, table.name), new)
        if renamed := _TABLE.search(alter["what"]):
            self._table(table, _names(renamed[1])[-1])

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
        *before, name = _names(path)
        return Address(Table.kind, before[-1] if before and self.default else self.default, name)


def renames_said(
    statements: Iterable[Statement], before: Catalog, after: Catalog, default_schema: str
) -> Mapping[Address, str]:
    """What statements that took one catalog to another renamed, as a source would say it: new address → old name."""
    places = Places(before, default_schema)
    places.follow(statements)
    return {
        now: a.name
        for a, now in places.now.items()
        if a.name != now.name and now in after and now not in before and a not in after
    }


def _names(path: str) -> list[str]:
    return [_plain(m[0]) for m in _PART.finditer(path)]


def _plain(token: str) -> str:
    if token[0] in "\"`":
        return token[1:-1].replace(token[0] * 2, token[0])
    return token[1:-1] if token[0] == "[" else token
