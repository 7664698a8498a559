"""A revision that is Python rather than SQL: its upgrade() run through Alembic, inside a transaction of ours.

SQLAlchemy is given the session's own DBAPI connection, and none of the words that begin or end a transaction: what
the revision does is committed with its version and its entry in the ledger, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..emit.rendered import compiled
from ..errors import DatabaseError, ReconcileError
from ..sources.revisions import Revision

_LOST: Final = "08006"

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


def upgrade(session: Session, dialect: Dialect, revision: Revision) -> None:
    """Runs the revision; call it in a transaction. Raises DatabaseError with the server's code where it was SQL that
    failed, ReconcileError otherwise."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    space = compiled(revision)
    engine = _engine(session, dialect)
    connection = engine.connect()
    context = MigrationContext.configure(connection=connection)
    context.autocommit_block = _no_autocommit  # type: ignore[method-assign]
    try:
        with _no_rollback(engine), Operations.context(context):
            space["upgrade"]()
    except ReconcileError:
        raise
    except Exception as error:
        raise _failure(error, revision, lost=bool(getattr(session.dbapi, "closed", False))) from error
    finally:
        connection.close()


def _engine(session: Session, dialect: Dialect) -> Engine:
    """An engine over the session's connection that can neither commit, roll back nor close it."""
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


@contextmanager
def _no_rollback(engine: Engine) -> Iterator[None]:
    """A rollback that the revision itself asks for cannot be had alone, and must not be passed over."""
    engine.dialect.do_rollback = _refuse_rollback  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        engine.dialect.do_rollback = _nothing  # type: ignore[method-assign,assignment]


def _refuse_rollback(connection: Any) -> None:
    raise ReconcileError(
        "the revision rolled its transaction back",
        why="a revision is applied whole or not at all",
        next="use begin_nested() for a part that may fail",
    )


@contextmanager
def _no_autocommit() -> Iterator[None]:
    raise ReconcileError(
        "a Python revision runs in one transaction, and it asks for an autocommit_block",
        next="put what has to be outside of a transaction in a revision of its own, written as SQL",
    )
    yield


def _failure(error: Exception, revision: Revision, *, lost: bool) -> ReconcileError:
    driver = getattr(error, "orig", None)
    if driver is None:
        what = f"upgrade() of {revision.id} failed: {type(error).__name__}: {error}"
        return ReconcileError(what, where=revision.path, why="nothing of it was kept")
    code = getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None)
    code = code or getattr(driver, "sqlite_errorname", None) or (_LOST if lost else "")
    statement = str(getattr(error, "statement", "") or "")
    what = " ".join(str(driver).split())
    return DatabaseError(what, code=str(code), statement=statement, where=revision.path, why="nothing of it was kept")
