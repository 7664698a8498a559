"""Alembic's own version table: the same shape and meaning, so that `alembic upgrade` and we can be used in turns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import ReconcileError
from .tables import exists, rows_if_there

DEFAULT: Final = "alembic_version"


def current(session: Session, dialect: Dialect, version_table: str = DEFAULT) -> tuple[str, ...]:
    """The revisions that the database is at, sorted; () where there is no version table or nothing in it."""
    found = rows_if_there(session, f"SELECT version_num FROM {_spelled(dialect, version_table)}")
    return tuple(sorted(str(row[0]) for row in found or ()))


def ensure(session: Session, dialect: Dialect, version_table: str) -> None:
    """The version table, made as Alembic makes it where it is missing."""
    table = _spelled(dialect, version_table)
    if not exists(session, table):
        key = dialect.quoted(version_table.rpartition(".")[2] + "_pkc")
        session.execute(
            f"CREATE TABLE {table} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {key} PRIMARY KEY (version_num))"
        )


def advanced(at: Iterable[str], revision: str, follows: Iterable[str]) -> tuple[str, ...]:
    """The rows of the table after a revision: it takes the place of those that it comes after."""
    return tuple(sorted({*at} - {*follows} | {revision}))


def move(session: Session, dialect: Dialect, version_table: str, old: Iterable[str], new: Iterable[str]) -> None:
    """Takes the table from one set of rows to another; raises ReconcileError where it did not hold the old ones."""
    table = _spelled(dialect, version_table)
    gone, come = sorted({*old} - {*new}), sorted({*new} - {*old})
    if len(gone) == len(come) == 1:
        _once(session, f"UPDATE {table} SET version_num = {dialect.literal(come[0])}", dialect, gone[0])
        return
    for revision in gone:
        _once(session, f"DELETE FROM {table}", dialect, revision)
    for revision in come:
        session.execute(f"INSERT INTO {table} (version_num) VALUES ({dialect.literal(revision)})")


def _once(session: Session, statement: str, dialect: Dialect, revision: str) -> None:
    if session.execute(f"{statement} WHERE version_num = {dialect.literal(revision)}") != 1:
        raise ReconcileError(
            f"the version table no longer says {revision}",
            where=session.target,
            why="somebody moved it while a revision was applied",
            next="see who else migrates this database, then run `reconcile apply` again",
        )


def _spelled(dialect: Dialect, version_table: str) -> str:
    return ".".join(dialect.quoted(part) for part in version_table.split("."))
