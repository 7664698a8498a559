"""Errors that tell nothing of the statement they end: it was cancelled, its time was up, others held a lock, the
connection broke. Whoever takes an error for an answer ("no such view", "not for you to see") asks here first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..errors import DatabaseError

CANCELLED: Final = frozenset({"57014", "SQLITE_INTERRUPT", "1317"})
"""The codes of a statement that was cancelled."""
# lock timeout, deadlock, serialization (PostgreSQL); lock wait timeout, deadlock, NOWAIT (MariaDB, MySQL)
WAITED: Final = frozenset({"55P03", "40P01", "40001", "1205", "1213", "3572"})
WAITED_PREFIXES: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
# statement timeout (PostgreSQL), max_statement_time (MariaDB), max_execution_time (MySQL), our own clock (SQLite)
TOO_LONG: Final = frozenset({"57014", "1969", "3024", "SQLITE_INTERRUPT"})
LOST: Final = frozenset({"57P01", "57P02", "57P03", "1053", "1927", "2006", "2013", "2055", "4031"})


def has_waited(error: DatabaseError) -> bool:
    return error.code in WAITED or error.code.startswith(WAITED_PREFIXES)


def is_lost(error: DatabaseError) -> bool:
    return error.code.startswith("08") or error.code in LOST


def is_disturbance(error: DatabaseError) -> bool:
    return error.code in CANCELLED | TOO_LONG or has_waited(error) or is_lost(error)


@contextmanager
def refusals_ignored() -> Iterator[None]:
    """What the server refuses inside is left undone; a disturbance is raised."""
    try:
        yield
    except DatabaseError as error:
        if is_disturbance(error):
            raise
