"""Every source by its address: what a command may be given wherever it takes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from ..config.project import LOCKFILE, Project
from ..dialects.registry import dialect_of_url, is_url
from ..errors import ReconcileError
from ..model.catalog import Catalog
from .context import SourceContext
from .folders import is_manifest, manifest_files
from .manifest.load import load_manifests
from .manifest.remembered import memory_of
from .snapshot import Snapshot, read_snapshot
from .written import Written

Loader = Callable[[str, SourceContext], Catalog | Written]
_LOADERS: dict[str, Loader] = {}

FORMS: Final = (
    "env:NAME, a database URL, a folder or file of manifests, models:package.module:Base, "
    "flask:package.module:create_app, lock:, git:REF:FOLDER or git:REF:lock:"
)


def source(prefix: str) -> Callable[[Loader], Loader]:
    """Enter what reads `prefix:…`; raises ValueError on a duplicate."""

    def add(loader: Loader) -> Loader:
        if prefix in _LOADERS:
            raise ValueError(f"two loaders for {prefix}:")
        _LOADERS[prefix] = loader
        return loader

    return add


def load(text: str, context: SourceContext) -> Catalog | Written:
    """What a source says: a catalog where a database or a lockfile does, else units for a database to judge.

    Raises ReconcileError where it cannot be read; what is wrong *in* it is among the findings of Written.
    """
    if is_url(text):
        return _database(text, context)
    prefix, colon, rest = text.partition(":")
    if colon and prefix in _LOADERS and not (context.cwd / text).exists():
        return _LOADERS[prefix](rest, context)
    return _files(text, context)


def _database(url: str, context: SourceContext) -> Catalog:
    dialect = dialect_of_url(url)
    with dialect.connect(url, read_only=True) as session:
        return dialect.inspect(session, context.scope)


@source("env")
def _environment(name: str, context: SourceContext) -> Catalog:
    return _database(_project(context, f"env:{name}").environment(name).url(), context)


@source("lock")
def _lock(path: str, context: SourceContext) -> Catalog:
    file = context.cwd / path if path else _project(context, "lock:").lockfile
    return snapshot_of(file).catalog


def snapshot_of(file: Path) -> Snapshot:
    """The snapshot in a file; raises ReconcileError where there is none."""
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        next_step = "reconcile plan --write makes the first one"
        raise ReconcileError("there is no lockfile yet", where=str(file), next=next_step) from None
    except OSError as error:
        raise ReconcileError("cannot read the lockfile", where=str(file), why=error.strerror or str(error)) from None
    return read_snapshot(text, str(file))


@source("models")
def _models(text: str, context: SourceContext) -> Written:
    from .metadata import load_models

    return load_models(text, context)


@source("flask")
def _flask(text: str, context: SourceContext) -> Written:
    from .metadata import load_flask

    return load_flask(text, context)


@source("git")
def _git(text: str, context: SourceContext) -> Catalog | Written:
    """`git:REF`, `git:REF:FOLDER`, `git:REF:lock:`."""
    ref, _, path = text.partition(":")
    if context.read_tree is None or not ref:
        raise ReconcileError(f"git:{text} names no commit of a repository", next="write git:main:manifests/")
    project = context.project
    if path in ("lock:", "lock"):
        path = _in_repository(_project(context, f"git:{text}").lockfile, context)
        files = context.read_tree(ref, path)
        found = files.get(path) or next(iter(files.values()), None)
        if found is None:
            raise ReconcileError(f"there is no {LOCKFILE} at {ref}", where=path, next="name a later commit")
        return read_snapshot(found, f"{ref}:{path}").catalog
    if not path:
        if project is None or project.manifests is None:
            raise ReconcileError(
                f"git:{text} names no folder of manifests",
                why="models cannot be read from a commit without checking it out",
                next=f"write git:{ref}:manifests/ or git:{ref}:lock:",
            )
        path = _in_repository(project.manifests, context)
    return _at_commit(ref, path.rstrip("/"), context)


def _at_commit(ref: str, path: str, context: SourceContext) -> Written:
    assert context.read_tree is not None
    files = {p: data for p, data in context.read_tree(ref, path).items() if is_manifest(PurePosixPath(p))}
    if not files:
        raise ReconcileError(f"no manifests at {ref}", where=path, next="name a folder that the commit has")
    named = ((f"{ref}:{p}", data) for p, data in sorted(files.items()))
    return load_manifests(
        named, profile=context.profile(), scope=context.scope, origin=f"git:{ref}:{path}",
        emulating=context.emulating,
    )  # fmt: skip


def _in_repository(path: Path, context: SourceContext) -> str:
    """A path of the project as git names it: from the root of the repository."""
    path = path.resolve()
    for folder in (context.root.resolve(), *context.root.resolve().parents):
        if (folder / ".git").exists():
            return path.relative_to(folder).as_posix()
    return path.relative_to(context.root.resolve()).as_posix()


def _files(text: str, context: SourceContext) -> Written:
    """A folder or a file of manifests, from the working directory or else from the project's root."""
    path = next((p for p in (context.cwd / text, context.root / text) if p.exists()), None)
    if path is None:
        own = context.project.manifests if context.project is not None else None
        if own is not None and str(own) == text:
            raise ReconcileError(
                f"the folder of manifests is not there: {own.relative_to(context.root)}/",
                where=str(context.project.file) if context.project is not None else "",
                next=f"mkdir -p {own.relative_to(context.root)}, or correct spec.desired",
            )
        why = f"neither a file or folder, nor one of: {FORMS}"
        raise ReconcileError(f"no source {text!r}", why=why, next="correct the path, or one of the forms above")
    files = _shown(manifest_files(path), context.cwd)
    dialect = context.dialect.name if context.dialect is not None else ""
    memory = None
    if not context.portable:
        memory = memory_of(path, len(files), dialect, repr(context.version), repr(context.scope))
    return load_manifests(
        files, profile=context.profile(), scope=context.scope, origin=text, memory=memory,
        emulating=context.emulating,
    )  # fmt: skip


def _shown(files: Iterable[tuple[str, bytes]], cwd: Path) -> list[tuple[str, bytes]]:
    """The files by the names that a person standing here would give them."""
    here = str(cwd).rstrip("/") + "/"
    return [(name.removeprefix(here), data) for name, data in files]


def _project(context: SourceContext, text: str) -> Project:
    if context.project is None:
        next_step = "reconcile init, or --config FILE"
        raise ReconcileError(f"{text} needs a project", why="no reconcile.yaml was found", next=next_step)
    return context.project


def loaders() -> Mapping[str, Loader]:
    """The loaders by prefix."""
    return dict(_LOADERS)
