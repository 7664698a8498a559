"""Who holds locks on tables, as far as the role may see it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ..base import Holder
from ..session import Session


def holders(session: Session) -> list[Holder]:
    """Others' transactions that hold a lock on a table, oldest first. Raises DatabaseError."""
    rows = session.rows(_query())
    return [Holder(who=who, tables=tuple(tables.split(",")), seconds=int(age or 0)) for who, tables, age in rows]


@cache
def _query() -> str:
    return (files(__package__) / "queries" / "holders.sql").read_text()
