"""The statements that a revision says, by running its upgrade() or downgrade() through Alembic with no database.

The file is compiled from its own bytes; neither the project's env.py nor a `__pycache__` takes part. Statements are
collected one by one rather than as a script: Alembic's offline output turns tabs into blanks, inside literals too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from ..errors import ReconcileError
from ..model.changes import Statement
from ..model.codec import collector_working
from ..sources.revisions import Revision
from .environment import asked_of

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


MARK_IT: Final = (
    "write it with op.* or op.execute and SQL; or put `reconcile_python = True` below `down_revision`, "
    "so that it is run instead of rendered"
)


INSTALL_IT: Final = "install what it imports beside reconcile: of the project itself, pip install -e ."


CLEAN: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
"""All that a revision sees of the environment."""


_READING: Final = (b"get_bind", b"inspect")


class NotRenderable(ReconcileError):
    """A revision that needs a live connection, or whose code fails without one."""


def compiled(revision: Revision) -> dict[str, Any]:
    """The module of a revision, executed from the bytes that were hashed."""
    space: dict[str, Any] = {"__name__": f"revision_{revision.id}", "__file__": revision.path}
    code = _code(revision.text, revision.path or f"<{revision.id}>")
    import alembic  # noqa: F401  what is installed is imported as ever, before byte code is no longer read
    import sqlalchemy  # noqa: F401

    try:
        with _clean():
            exec(code, space)  # noqa: S102  a revision is code; what it renders to is what gets approved and run
    except (Exception, SystemExit) as e:
        why = _short(e)
        raise NotRenderable("the revision cannot be loaded", where=revision.path, why=why, next=way_out(e)) from e
    return space


@lru_cache(maxsize=1)
def _code(text: bytes, path: str) -> CodeType:
    """The code of a file; the last one is kept, since a proof goes up and down by the same one."""
    return compile(text, path, "exec", dont_inherit=True)


def rendered(revision: Revision, dialect: str, direction: str = "upgrade") -> list[Statement]:
    """The statements of one direction, in order; those of an `autocommit_block` are not transactional.

    dialect: SQLAlchemy's name. Raises NotRenderable where the revision asks for a connection.
    """
    with at_home(revision):
        while True:
            context, found = _collecting(dialect)
            try:
                with asked_of(context, offline=True):
                    _say(revision, direction, context)
                return found
            except NotRenderable as e:
                if not _imported_late(e.__cause__):
                    raise


def _imported_late(error: BaseException | None) -> bool:
    """Whether a module that a revision names without importing it is there now: under Alembic env.py imports much."""
    if not isinstance(error, AttributeError) or not isinstance(error.obj, ModuleType) or not error.name:
        return False
    try:
        with _clean():
            import_module(f"{error.obj.__name__}.{error.name}")
    except ModuleNotFoundError:
        return False
    return hasattr(error.obj, error.name)


def _say(revision: Revision, direction: str, context: MigrationContext) -> None:
    from alembic.operations import Operations

    act = compiled(revision).get(direction)
    if act is None:
        return
    try:
        with Operations.context(context), _clean(), collector_working():
            act()
    except (Exception, SystemExit) as e:
        raise NotRenderable(
            f"{direction}() of {revision.id} cannot be rendered to SQL",
            where=revision.path,
            why=_why(e, revision),
            next=way_out(e) or MARK_IT,
        ) from e


def _why(error: BaseException, revision: Revision) -> str:
    """What stopped it; where it reads, that there is nothing to read from."""
    reads = any(word in revision.text for word in _READING)
    if reads and type(error).__name__ in ("NoInspectionAvailable", "AttributeError", "TypeError"):
        return f"it reads from the database, and there is none while it is rendered ({_short(error)[:80]})"
    return _short(error)


def way_out(error: BaseException) -> str:
    """What to do about an error of a revision's Python; "" where nothing is known."""
    if isinstance(error, ModuleNotFoundError):
        return INSTALL_IT
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        name = f"{error.obj.__name__}.{error.name}"
        return f"put `import {name}` into the revision: env.py, which may have imported it, is not run"
    return ""


def _collecting(dialect_name: str) -> tuple[MigrationContext, list[Statement]]:
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import text
    from sqlalchemy.schema import DDLElement

    found: list[Statement] = []
    dialect = _sqlalchemy_dialect(dialect_name)
    context = MigrationContext.configure(dialect=dialect, opts={"as_sql": True, "literal_binds": True})
    inside = [True]

    def collect(construct: Any, options: Any = None, multiparams: Any = None, params: Any = None) -> None:
        if multiparams or params:
            raise TypeError("SQL parameters cannot be rendered")
        construct = text(construct) if isinstance(construct, str) else construct
        _require_bound(construct)
        literal = {} if isinstance(construct, DDLElement) else {"compile_kwargs": {"literal_binds": True}}
        sql = str(construct.compile(dialect=dialect, **literal)).strip().rstrip(";").rstrip()
        if sql:
            found.append(Statement(sql, transactional=inside[0]))

    @contextmanager
    def outside() -> Iterator[None]:
        inside[0] = False
        try:
            yield
        finally:
            inside[0] = True

    context.impl._exec = collect  # type: ignore[assignment]
    context.autocommit_block = outside  # type: ignore[method-assign]
    return context, found


def _require_bound(construct: Any) -> None:
    """SQLAlchemy reads `:name` in a text as a parameter, inside of literals too, and would render it as NULL."""
    unbound = [name for name, p in getattr(construct, "_bindparams", {}).items() if p.required]
    if unbound:
        raise TypeError(f"the SQL has parameters without a value ({', '.join(unbound)}); write a colon as \\:")


def _sqlalchemy_dialect(name: str) -> Any:
    """A dialect whose compiler leaves percent signs alone: paramstyle `named`, not a driver's `pyformat`."""
    from sqlalchemy.dialects import registry

    return registry.load(name)(paramstyle="named")


@contextmanager
def _clean() -> Iterator[None]:
    """An environment without secrets or switches, and no byte code but what is made from sources now: so one revision
    renders to one text everywhere."""
    kept, prefix, writes = dict(os.environ), sys.pycache_prefix, sys.dont_write_bytecode
    with tempfile.TemporaryDirectory(prefix="reconcile-") as nothing:
        os.environ.clear()
        os.environ.update({k: kept[k] for k in CLEAN if k in kept})
        sys.pycache_prefix, sys.dont_write_bytecode = nothing, True
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(kept)
            sys.pycache_prefix, sys.dont_write_bytecode = prefix, writes


@contextmanager
def at_home(revision: Revision) -> Iterator[None]:
    """Modules of the revision's project can be imported, behind all that is installed, and are forgotten afterwards:
    another revision's may be those of a commit."""
    if not revision.home:
        yield
        return
    before = set(sys.modules)
    places = [revision.home, str(Path(revision.home, "src"))]
    sys.path += places
    try:
        yield
    finally:
        for place in places:
            sys.path.remove(place)
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(revision.home + os.sep):
                del sys.modules[name]


def _short(e: BaseException) -> str:
    first = str(e).strip().splitlines()
    return f"{type(e).__name__}: {first[0] if first else ''}".rstrip(": ")
