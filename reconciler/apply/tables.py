"""Reading and writing the tables that we keep in a target, in SQL that every dialect takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import DatabaseError

# undefined table and schema (PostgreSQL), no such table (MariaDB, MySQL)
_MISSING_CODES: Final = frozenset({"42P01", "3F000", "1146"})
_MISSING_TEXT: Final = re.compile(r"no such table: ", re.IGNORECASE)  # SQLite has no code for it
_DENIED_CODES: Final = frozenset({"42501", "1142"})


def rows_if_there(session: Session, sql: str) -> list[tuple[Any, ...]] | None:
    """What a query returns, None where the table it reads does not exist.

    Needs no right but to read, in or out of a transaction: what fails is undone to a savepoint.
    """
    try:
        with session.transaction(read_only=True):
            return session.rows(sql)
    except DatabaseError as error:
        if is_missing(error):
            return None
        if error.code in _DENIED_CODES:
            error.next = "grant this role USAGE on the schema of that table, and SELECT on the table"
        raise


def is_missing(error: DatabaseError) -> bool:
    """Whether what was read is not there, neither table nor schema."""
    return error.code in _MISSING_CODES or _MISSING_TEXT.match(error.what) is not None


def exists(session: Session, table: str) -> bool:
    return rows_if_there(session, f"SELECT 1 FROM {table} WHERE 1 = 0") is not None


def insert(session: Session, dialect: Dialect, table: str, row: Mapping[str, str | int]) -> None:
    values = ", ".join(str(v) if isinstance(v, int) else dialect.literal(v) for v in row.values())
    session.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})")
