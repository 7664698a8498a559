"""A revision's function called through Alembic, with SQLAlchemy over a session's own DBAPI connection.

SQLAlchemy is given none of the words that begin or end a transaction: what the revision does stays in the transaction
that the caller began, and it is the caller who ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import DatabaseError, ReconcileError
from ..sources.revisions import Revision
from .environment import asked_of
from .rendered import at_home, compiled, way_out

_LOST: Final = "08006"
_WORDS: Final = ("do_begin", "do_commit", "do_rollback", "do_close", "do_terminate")

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


def called(
    revision: Revision,
    session: Session,
    dialect: Dialect,
    direction: str = "upgrade",
    *,
    outside: Callable[[], AbstractContextManager[None]] | None = None,
) -> None:
    """Runs one direction of the revision; call it in a transaction, which it may neither leave nor roll back. With
    `outside` in the place of `autocommit_block` it may do the one, and the other does nothing.

    Raises DatabaseError with the server's code where it was SQL that failed, ReconcileError otherwise.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    import_module("sqlalchemy.orm")  # revisions say `sa.orm`, which is there under Alembic: env.py imports models
    engine = _engine(session, dialect)
    connection = engine.connect()
    context = MigrationContext.configure(connection=connection)
    context.autocommit_block = outside or _no_autocommit  # type: ignore[method-assign,assignment]
    try:
        kept = nullcontext() if outside else _no_rollback(engine)
        with kept, asked_of(context, offline=False), Operations.context(context), at_home(revision):
            if (act := compiled(revision).get(direction)) is not None:
                act()
    except ReconcileError:
        raise
    except Exception as error:
        lost = bool(getattr(session.dbapi, "closed", False))
        raise _failure(error, revision, direction, lost=lost) from error
    finally:
        connection.close()


def _engine(session: Session, dialect: Dialect) -> Engine:
    """An engine over the session's connection that can neither begin, commit, roll back nor close it."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    driver = getattr(session, "driver", "")
    name = (dialect.alembic or dialect.name) + (f"+{driver}" if driver else "")
    engine = create_engine(f"{name}://", creator=lambda: session.dbapi, poolclass=StaticPool, pool_reset_on_return=None)
    for word in _WORDS:
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


def _failure(error: Exception, revision: Revision, direction: str, *, lost: bool) -> ReconcileError:
    driver = getattr(error, "orig", None)
    where, why = revision.path or revision.id, "nothing of it was kept"
    if driver is None:
        what = f"{direction}() of {revision.id} failed: {type(error).__name__}: {' '.join(str(error).split())}"
        return ReconcileError(what, where=where, why=why, next=way_out(error))
    code = getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None)
    code = code or getattr(driver, "sqlite_errorname", None) or (_LOST if lost else "")
    statement = str(getattr(error, "statement", "") or "")
    return DatabaseError(" ".join(str(driver).split()), code=str(code), statement=statement, where=where, why=why)
