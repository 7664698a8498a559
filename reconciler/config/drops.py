"""What becomes of a table or column that is no longer desired: dropped, or kept as a tombstone."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Drop = Literal["drop", "tombstone"]


class Drops(msgspec.Struct, frozen=True, kw_only=True):
    """By default, and for the tables and columns that patterns name; one that both lists name is kept.

    A pattern (`fnmatch`) is of a table or of a column, with its schema or without: `app.*`, `users`, `users.phone`.
    """

    default: Drop = "drop"
    tombstone: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @property
    def keeps_any(self) -> bool:
        return self.default == "tombstone" or bool(self.tombstone)

    def keeps(self, schema: str, table: str, column: str = "") -> bool:
        """Whether a table, or a column of one, becomes a tombstone."""
        names = [table, f"{schema}.{table}"]
        names += [f"{name}.{column}" for name in names] if column else []
        if _named(names, self.tombstone):
            return True
        return self.default == "tombstone" and not _named(names, self.drop)


def _named(names: Iterable[str], patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
