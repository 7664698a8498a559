"""Who holds locks on tables that stand in a statement's way, as far as the role may see it."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from ..base import Holder
from ..holding import shortened
from ..session import Session
from .said import said_impact

_MODES: Final = (
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
    "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
)  # fmt: skip
_FROM: Final = {
    "none": 1, "share update exclusive": 3, "share row exclusive": 2, "exclusive": 1, "access exclusive": 0,
}  # fmt: skip
"""The weakest mode that conflicts with a lock; all stronger ones do, too (13.3.1), but for SHARE's with itself. Of a
statement on rows: those who may hold the rows."""


def holders(session: Session, sql: str) -> list[Holder]:
    """Others' transactions that hold what the statement asks for, oldest first. Raises DatabaseError."""
    words = set(re.findall(r"\w+", sql))
    wanted = conflicting(said_impact(sql).lock)
    found = []
    for pid, role, application, state, age, since, text, tables, modes in session.rows(_query()):
        held = [t for t in tables.split(",") if t in words]
        if held and wanted.intersection(modes.split(",")):
            who = f"pid {pid} (role {role}, {application}, {state})"
            last = shortened(text)
            found.append(Holder(who=who, tables=tuple(held), seconds=int(age), since=since or "", query=last))
    return found


def conflicting(lock: str) -> frozenset[str]:
    """The modes that are not held together with a lock."""
    if lock == "share":
        return frozenset(_MODES[2:]) - {"ShareLock"}
    return frozenset(_MODES[_FROM.get(lock, 0) :])


@cache
def _query() -> str:
    return (files(__package__) / "queries" / "holders.sql").read_text()
