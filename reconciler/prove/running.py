"""A revision run on a session, as `alembic upgrade` would run it: its rendered statements, or its Python online.

For scratch databases: what fails is left as it is, and the error names the file and the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Literal

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..emit.online import called
from ..emit.rendered import NotRenderable, rendered
from ..errors import DatabaseError
from ..model.changes import Statement
from ..sources.revisions import Revision

Scratch = Callable[[], AbstractContextManager[Session]]
"""What opens a session on a new, empty database that is gone when the context is left."""

Direction = Literal["upgrade", "downgrade"]


def run_revision(revision: Revision, session: Session, dialect: Dialect, direction: Direction = "upgrade") -> None:
    """One direction of a revision, in transactions of its own. Raises DatabaseError or ReconcileError with the file."""
    if not revision.python:
        try:
            said = rendered(revision, dialect.alembic or dialect.name, direction)
        except NotRenderable:
            pass  # it asks for a connection, so it gets one
        else:
            return run_statements(session, said, revision.path or revision.id)
    run_online(revision, session, dialect, direction)


def run_statements(session: Session, said: Sequence[Statement], where: str) -> None:
    """The statements in order; neighbours that may stand in a transaction share one."""
    for number, statement in enumerate(said, 1):
        if statement.transactional and not session.in_transaction:
            session.execute("BEGIN")
        elif not statement.transactional and number > 1 and said[number - 2].transactional:
            _end(session)
        try:
            session.execute(statement.sql)
        except DatabaseError as error:
            abandon(session)
            error.where = f"{where}: statement {number} of {len(said)}"
            raise
    _end(session)


def _end(session: Session) -> None:
    """Commits what is open; a revision may have said COMMIT itself."""
    if session.in_transaction:
        try:
            session.execute("COMMIT")
        except DatabaseError:
            abandon(session)
            raise


def abandon(session: Session) -> None:
    """Leaves a transaction that failed."""
    with suppress(DatabaseError):
        if session.in_transaction:
            session.execute("ROLLBACK")


def run_online(revision: Revision, session: Session, dialect: Dialect, direction: Direction = "upgrade") -> None:
    """The revision's function, called by Alembic. One that is marked as Python stays in one transaction, as in `apply`;
    any other is only measured, and may leave it as under `alembic upgrade`."""
    session.execute("BEGIN")
    try:
        if revision.python:
            called(revision, session, dialect, direction)
        else:
            called(revision, session, dialect, direction, outside=lambda: _outside(session))
        _end(session)
    finally:
        abandon(session)


@contextmanager
def _outside(session: Session) -> Iterator[None]:
    _end(session)
    yield
    if not session.in_transaction:
        session.execute("BEGIN")
