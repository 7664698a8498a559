"""The keys of indexes as the server prints them; it is asked to print only those that are not plain."""

from __future__ import annotations

from typing import Final

from ..session import Session
from .snapshot import Row, Snapshot, query
from .spelling import cut, ident

# Orders of a key by indoption: 1 is DESC, 2 is NULLS FIRST. Only btree has them.
_ORDERS: Final = {"0": "", "1": " DESC NULLS LAST", "2": " NULLS FIRST", "3": " DESC"}
_VARCHAR, _TEXT = 1043, 25  # varchar has no operator classes of its own: it takes text's


class IndexKeys:
    """The printed keys by the number of the index; `read` must run inside the snapshot's transaction."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._types: dict[int, int] = {r[0]: r[1] for r in snapshot.rows["operator_classes"]}
        self._columns = {o: {r[1]: r for r in rows} for o, rows in snapshot.columns.items()}
        self._names: dict[str, str] = {}

    def read(self, session: Session, rows: list[Row]) -> dict[int, tuple[str, ...]]:
        """The keys of all indexes but those of primary keys that are no partition's share of one."""
        found: dict[int, tuple[str, ...]] = {}
        left: list[int] = []
        for r in rows:
            if not r[4] or r[14]:
                keys = self._plain(r)
                if keys is None:
                    left.append(r[0])
                else:
                    found[r[0]] = keys
        methods = {r[0]: r[5] for r in rows}
        if left:
            for oid, text in session.rows(query("index_texts", session.version[0]), (left,)):
                found[oid] = tuple(cut(text, text.index(" USING ") + len(ident(methods[oid])) + 8)[0])
        return found

    def _plain(self, r: Row) -> tuple[str, ...] | None:
        """The keys of a btree or hash index over columns alone, with default operator classes and collations."""
        if r[5] not in ("btree", "hash"):
            return None
        columns = self._columns.get(r[1])
        if columns is None:
            return None
        keys = []
        numbers = r[6].split()[: r[7]]  # INCLUDE columns have no operator class
        for number, operators, collation, order in zip(
            numbers, r[15].split(), r[16].split(), r[17].split(), strict=True
        ):
            column = columns.get(int(number))
            if column is None or int(collation) != column[5] or not self._default(int(operators), column[3]):
                return None
            keys.append(self._spelled(column[2]) + _ORDERS[order])
        return tuple(keys)

    def _default(self, operators: int, type: int) -> bool:
        found = self._types.get(operators)
        return found == type or (found == _TEXT and type == _VARCHAR)

    def _spelled(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = ident(name)
        return known
