"""`init --adopt`: a project begun on the Alembic or Flask-Migrate folder that is there already, as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..apply.tables import is_missing
from ..config.project import FILE, load_project
from ..dialects.registry import dialect_named, dialect_of_url, is_url
from ..errors import DatabaseError, ReconcileError
from ..model.address import Address
from ..model.catalog import Catalog
from ..prove.lockfile import locked
from ..prove.replay import measured
from ..sources import registry
from ..sources.context import SourceContext
from ..sources.revisions import History
from ..sources.written import Written
from .alembic_folder import Folder, found_folder
from .envpy import dotted
from .gitstate import ATTRIBUTES, MERGED_BY_LINE, working_state
from .initiating import Begun, Wanted, config_text, require_room, written
from .workspace import Workspace

_DEFAULT = "alembic_version"


def begin_adopted(root: Path, wanted: Wanted) -> Begun:
    """Its history stays, and replaying it measures the lockfile. Where that fails, nothing is left behind."""
    require_room(root)
    folder = found_folder(root, wanted.ini)
    url = wanted.url or folder.url
    dialect = wanted.dialect or (dialect_of_url(url).name if url else "")
    desired = wanted.desired or folder.app
    table = folder.env.version_table
    if desired.startswith("flask:"):
        facts = _read(root, desired, dialect).facts
        said = str(facts.get("url", ""))
        url = url or (said if is_url(said) else "")
        dialect = dialect or (dialect_of_url(url).name if url else "")
        table = dotted(facts) or table
    if not dialect:
        next_step = "add --dialect postgresql, sqlite or mysql"
        raise ReconcileError("nothing says which database this is for", next=next_step)
    desired = desired or _models(folder, root, dialect)
    more = {"versionTable": table} if table not in ("", _DEFAULT) else {}
    migrations = folder.location.relative_to(root.resolve()).as_posix() + "/"
    named = msgspec.structs.replace(wanted, url=url)
    files = written(root, {FILE: config_text(dialect, desired, migrations, named, more)})
    try:
        ws = Workspace(load_project(file=root / FILE), root)
        history = working_state(ws).history
        lock, unmodelled = _measured_lock(ws, history)
    except DatabaseError as error:
        (root / FILE).unlink()
        if is_missing(error):
            error.next = (
                "where the history begins on tables that something else made, "
                "add a revision that makes them, and let its first come after that"
            )
        raise
    except BaseException:
        (root / FILE).unlink()
        raise
    ws.required.lockfile.write_bytes(lock)
    files += written(root, {f"{migrations}{ATTRIBUTES}": MERGED_BY_LINE.decode()})
    files.append(f"{migrations}{ws.required.lockfile.name}")
    return Begun(files=tuple(files), notes=(*ws.notices, *_about_heads(history)), unmodelled=unmodelled)


def _about_heads(history: History) -> list[str]:
    """What is to be done first where a history ends in several places."""
    heads = history.heads
    return [f"the history has {len(heads)} heads: alembic merge heads, before anything is planned"] * (len(heads) > 1)


def _read(root: Path, desired: str, dialect: str) -> Written:
    chosen = dialect_named(dialect or "sqlite")  # what the app itself says is the same for any
    found = registry.load(desired, SourceContext(dialect=chosen, cwd=root))
    return found if isinstance(found, Written) else Written(units=())


def _models(folder: Folder, root: Path, dialect: str) -> str:
    """The address of the models that env.py names, with those of the modules which it imports beside them that have
    tables of their own: a base alone has only what has been imported by then."""
    bases = folder.env.bases
    if not bases:
        raise ReconcileError(
            "what is desired cannot be read from env.py",
            where=str(folder.location / "env.py"),
            next="add --desired models:package.module:Base, or --desired flask:package:create_app",
        )
    beside = list(folder.env.beside)
    if beside:
        tables = _tables(root, _address(bases, beside), dialect)
        for module in folder.env.beside:
            fewer = [m for m in beside if m != module]
            if _hold(tables, root, _address(bases, fewer), dialect):
                beside = fewer
    return _address(bases, beside)


def _address(bases: Sequence[str], beside: Sequence[str]) -> str:
    return "models:" + ",".join((*bases, *beside))


def _tables(root: Path, desired: str, dialect: str) -> frozenset[Address]:
    return frozenset(u.address for u in _read(root, desired, dialect).units if u.address.kind == "table")


def _hold(tables: frozenset[Address], root: Path, desired: str, dialect: str) -> bool:
    """Whether an address has just these tables; one that has none is an error to read."""
    try:
        return _tables(root, desired, dialect) == tables
    except ReconcileError:
        return False


def _measured_lock(ws: Workspace, history: History) -> tuple[bytes, tuple[str, ...]]:
    if history.order:
        catalog = measured(history, ws.dialect, ws.scratch(ws.dialect, ws.version), ws.scope)
    else:
        catalog = Catalog(dialect=ws.required.dialect)
    return locked(history, catalog, digests={}), tuple(map(str, catalog.unmodelled))
