"""A revision run on a session, as `alembic upgrade` would run it: its rendered statements, or its Python online.

For scratch databases: what fails is left as it is, and the error names the file and the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..emit.rendered import NotRenderable, compiled, rendered
from ..errors import DatabaseError, ReconcileError
from ..model.changes import Statement
from ..sources.revisions import Revision

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

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
    """The revision's function, called by Alembic with SQLAlchemy over the session's own connection."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    act = compiled(revision).get(direction)
    if act is None:
        return
    session.execute("BEGIN")
    connection = _engine(session, dialect).connect()
    context = MigrationContext.configure(connection=connection)
    context.autocommit_block = lambda: _outside(session)  # type: ignore[method-assign]
    try:
        with Operations.context(context):
            act()
        _end(session)
    except ReconcileError:
        raise
    except Exception as error:
        raise _failure(error, revision, direction) from error
    finally:
        abandon(session)
        connection.close()


@contextmanager
def _outside(session: Session) -> Iterator[None]:
    _end(session)
    yield
    if not session.in_transaction:
        session.execute("BEGIN")


def _engine(session: Session, dialect: Dialect) -> Engine:
    """An engine over the session's connection that can neither begin, commit, roll back nor close it."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    driver = getattr(session, "driver", "")
    name = (dialect.alembic or dialect.name) + (f"+{driver}" if driver else "")
    engine = create_engine(f"{name}://", creator=lambda: session.dbapi, poolclass=StaticPool, pool_reset_on_return=None)
    for word in ("do_begin", "do_commit", "do_rollback", "do_close", "do_terminate"):
        setattr(engine.dialect, word, _nothing)
    return engine


def _nothing(connection: Any) -> None:
    """In place of the driver's commit, rollback and close."""


def _failure(error: Exception, revision: Revision, direction: Direction) -> ReconcileError:
    where = revision.path or revision.id
    driver = getattr(error, "orig", None)
    if driver is None:
        what = f"{direction}() of {revision.id} failed: {type(error).__name__}: {' '.join(str(error).split())}"
        return ReconcileError(what, where=where)
    code = str(getattr(driver, "sqlstate", "") or getattr(driver, "sqlite_errorname", "") or "")
    statement = str(getattr(error, "statement", "") or "")
    return DatabaseError(" ".join(str(driver).split()), code=code, statement=statement, where=where)
