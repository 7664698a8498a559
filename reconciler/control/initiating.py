"""`init`: a project begun empty, from a database, or on the Alembic folder that is there already."""

from __future__ import annotations

import ast
import configparser
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..config.complaints import LOADED
from ..config.project import FILE, check_text, load_project
from ..config.secrets import passwords
from ..dialects.base import Dialect, Scope
from ..dialects.registry import dialect_named, dialect_of_url, is_url
from ..errors import InputError, ReconcileError, RefusedError
from ..model.catalog import Catalog
from ..prove.lockfile import locked
from ..prove.replay import measured
from ..review.repository import Repository
from .gitstate import ATTRIBUTES, MERGED_BY_LINE, working_state
from .importing import write_manifests
from .skeleton import ini_file, script_location
from .workspace import Workspace

_CONFIG = """\
# yaml-language-server: $schema=https://json.schemastore.org/any.json
apiVersion: reconcile/v1
kind: Project
spec:
  dialect: {dialect}
  desired: {desired}
  migrations: {migrations}
{more}  environments:
    {environment}:
      url: {url}
      policy: none           # a development database; for others: merged, with the branch that they track
    # prod:
    #   url: {{env: PROD_DATABASE_URL}}
    #   policy: merged
    #   branch: main
"""

_SEVERAL = """\
apiVersion: reconcile/v1
kind: Project
spec:
  dialects: [{dialects}]    # each has its own revisions and lockfile, in migrations/<dialect>/
  desired: {desired}
  environments:
    {environment}:
      dialect: {own}
      url: {url}
      policy: none           # a development database; for others: merged, with the branch that they track
    # prod:
    #   dialect: {other}
    #   url: {{env: PROD_DATABASE_URL}}
    #   policy: merged
    #   branch: main
"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the user said of the project to be: any of it may be left for us to find out."""

    dialect: str = ""
    desired: str = ""
    environment: str = "dev"
    url: str = ""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The files that were written, and what else there is to say."""

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    version: tuple[int, ...] | None = None
    """The server's that it is for, where that is known."""
    unmodelled: tuple[str, ...] = ()


def begin_empty(root: Path, wanted: Wanted) -> Begun:
    """A project without objects yet."""
    _require_room(root)
    names = list(dict.fromkeys(name.strip() for name in wanted.dialect.split(",") if name.strip()))
    for name in names:
        dialect_named(name)
    _require_own_url(names, wanted)
    if len(names) > 1:
        return Begun(files=tuple(_written(root, _of_several(names, wanted))))
    dialect = names[0] if names else dialect_of_url(wanted.url).name if wanted.url else "postgresql"
    files = _skeleton(root, dialect, wanted, wanted.desired or "manifests/", "migrations/")
    return Begun(files=tuple(files))


def _require_own_url(dialects: Sequence[str], wanted: Wanted) -> None:
    """Refuses a URL of another dialect than those that were asked for."""
    own = dialect_of_url(wanted.url).name if wanted.url else ""
    if own and dialects and own not in dialects:
        raise ReconcileError(
            f"the URL is of {own}, and --dialect says {', '.join(dialects)}",
            next=f"add {own} to --dialect, or correct the URL",
        )


def _of_several(dialects: Sequence[str], wanted: Wanted) -> dict[str, str]:
    """The files of a project of several dialects; the first environment has that of its URL, or else the first."""
    desired = wanted.desired or "manifests/"
    own = dialect_of_url(wanted.url).name if wanted.url else dialects[0]
    folders = {name: f"migrations/{name}/" for name in dialects}
    other = next(name for name in reversed(dialects) if name != own)
    config = _SEVERAL.format(
        dialects=", ".join(dialects), desired=desired, environment=wanted.environment, url=_url(wanted, own),
        own=own, other=other,
    )  # fmt: skip
    files = {FILE: config, **ini_file(folders)}
    for folder in folders.values():
        files |= {**script_location(folder), f"{folder}versions/.gitkeep": ""}
    if not desired.startswith(LOADED):
        files[f"{desired.rstrip('/')}/.gitkeep"] = ""
    return files


def begin_from(root: Path, wanted: Wanted) -> tuple[Begun, Dialect]:
    """A project whose manifests are what a database holds; the baseline revision is for `plan --write` to make."""
    _require_room(root)
    if not is_url(wanted.url):
        raise ReconcileError(f"{wanted.url} is not a database", next="give a database URL to --from")
    dialect = dialect_of_url(wanted.url)
    _require_own_url([wanted.dialect] if wanted.dialect else [], wanted)
    with dialect.connect(wanted.url, read_only=True) as session:
        live = dialect.inspect(session, Scope())  # before anything is written: it may not be reached
    files = _skeleton(root, dialect.name, wanted, "manifests/", "migrations/")
    made = write_manifests(live, dialect, root / "manifests")
    files += [f"manifests/{p}" for p in made.written]
    unmodelled = tuple(map(str, live.unmodelled))
    return Begun(files=tuple(files), notes=live.notes, version=live.version, unmodelled=unmodelled), dialect


def _require_room(root: Path) -> None:
    Repository.around(root)
    if (root / FILE).exists():
        raise RefusedError(
            f"there is a {FILE} already", where=str(root / FILE), next="edit it, or begin in another folder"
        )


def _skeleton(root: Path, dialect: str, wanted: Wanted, desired: str, migrations: str) -> list[str]:
    """Writes what is not there; files that are stay as they are."""
    files = {
        FILE: _config(dialect, desired, migrations, wanted),
        **ini_file({"alembic": migrations}),
        **script_location(migrations),
        f"{migrations}versions/.gitkeep": "",
    }
    if not desired.startswith(LOADED):
        files[f"{desired.rstrip('/')}/.gitkeep"] = ""
    return _written(root, files)


def _written(root: Path, files: Mapping[str, str]) -> list[str]:
    """Writes what is not there yet; nothing where the project's file would be none that can be used."""
    made = []
    if FILE in files:
        _, findings = check_text(files[FILE].encode(), root / FILE)
        if wrong := [f for f in findings if f.level == "error"]:
            raise InputError(f"this would make a {FILE} that is not usable; nothing was written", wrong)
    for path, text in files.items():
        target = root / path
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            made.append(path)
    return made


def _config(dialect: str, desired: str, migrations: str, wanted: Wanted, more: Mapping[str, str] | None = None) -> str:
    lines = "".join(f"  {k}: {v}\n" for k, v in (more or {}).items())
    text = _CONFIG.format(
        dialect=dialect, desired=desired, migrations=migrations, environment=wanted.environment,
        url=_url(wanted, dialect), more=lines,
    )  # fmt: skip
    return text.split("\n", 1)[1]


def _url(wanted: Wanted, dialect: str) -> str:
    """A URL as it may stand in git: a secret only by reference."""
    if wanted.url and not passwords(wanted.url):
        return wanted.url if re.fullmatch(r"[\w:/.@+-]+", wanted.url) else '"' + wanted.url.replace('"', "%22") + '"'
    if not wanted.url and dialect == "sqlite":
        return f"sqlite:///{wanted.environment}.db"
    return "{env: DATABASE_URL}"


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """An Alembic folder found: where its scripts are, and what its configuration and env.py tell."""

    location: Path
    flask: bool
    url: str = ""
    desired: str = ""


def found_folder(root: Path) -> Folder:
    """The Alembic or Flask-Migrate folder of a project, by alembic.ini or by a migrations folder with an env.py."""
    ini = root / "alembic.ini"
    url = ""
    location = root / "migrations"
    if ini.is_file():
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(ini)
        spelled = parser.get("alembic", "script_location", fallback="migrations")
        location = root / spelled.replace("%(here)s", str(root))
        url = parser.get("alembic", "sqlalchemy.url", fallback="")
    if not (location / "env.py").is_file():
        raise ReconcileError(
            "no Alembic folder to adopt",
            where=str(root),
            why="there is neither an alembic.ini that names one nor a migrations folder with an env.py",
            next="reconcile init without --adopt",
        )
    text = (location / "env.py").read_text()
    flask = "current_app" in text
    desired = _flask_app(root) if flask else _target_metadata(text)
    return Folder(location=location.resolve(), flask=flask, url=url if is_url(url) else "", desired=desired)


def _flask_app(root: Path) -> str:
    """`flask:module:name`, as Flask itself looks for an application: FLASK_APP, else app.py or wsgi.py."""
    named = os.environ.get("FLASK_APP", "")
    module, _, name = named.partition(":")
    module = module.removesuffix(".py").replace("/", ".").removeprefix("..")
    modules = [module] if module else ["app", "wsgi"]
    for candidate in modules:
        if name:
            return f"flask:{candidate}:{name}"
        path = root / candidate.replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if file.is_file() and (found := _app_in(file.read_text())):
            return f"flask:{candidate}:{found}"
    return ""


_APPS = ("app", "application", "create_app", "make_app")


def _app_in(text: str) -> str:
    """The application or factory that a module holds under one of the names that Flask knows."""
    names: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name for a in node.names}
    return next((n for n in _APPS if n in names), "")


def _target_metadata(text: str) -> str:
    """`models:module:Name` where env.py says `from module import Name` and `target_metadata = Name.metadata`."""
    tree = ast.parse(text)
    imported = {
        (a.asname or a.name): (node.module, a.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for a in node.names
    }
    modules = {(a.asname or a.name): a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "target_metadata" for t in node.targets
        ):
            path = ast.unparse(node.value).removesuffix(".metadata").split(".")
            if path[0] in imported and len(path) == 1:
                return f"models:{imported[path[0]][0]}:{imported[path[0]][1]}"
            if len(path) > 1 and ".".join(path[:-1]) in modules:
                return f"models:{modules['.'.join(path[:-1])]}:{path[-1]}"
    return ""


def begin_adopted(root: Path, wanted: Wanted) -> Begun:
    """A project on an Alembic folder as it is: its history stays, and replaying it measures the lockfile."""
    _require_room(root)
    folder = found_folder(root)
    desired = wanted.desired or folder.desired
    if not desired:
        raise ReconcileError(
            "what is desired cannot be read from env.py",
            where=str(folder.location / "env.py"),
            next="add --desired models:package.module:Base, or --desired flask:package:create_app",
        )
    url = wanted.url or folder.url
    dialect = wanted.dialect or (dialect_of_url(url).name if url else "")
    more: dict[str, str] = {}
    if desired.startswith("flask:"):
        facts = _facts(root, desired, dialect)
        said = str(facts.get("url", ""))
        url = url or (said if is_url(said) else "")
        dialect = dialect or (dialect_of_url(url).name if url else "")
        if (table := str(facts.get("version_table") or "alembic_version")) != "alembic_version":
            more["versionTable"] = table
    if not dialect:
        next_step = "add --dialect postgresql, sqlite or mysql"
        raise ReconcileError("nothing says which database this is for", next=next_step)
    migrations = folder.location.relative_to(root.resolve()).as_posix() + "/"
    named = msgspec.structs.replace(wanted, url=url)
    files = _written(root, {FILE: _config(dialect, desired, migrations, named, more)})
    try:
        ws = Workspace(load_project(file=root / FILE), root)
        lock, unmodelled = _measured_lock(ws)
    except BaseException:
        (root / FILE).unlink()
        raise
    ws.required.lockfile.write_bytes(lock)
    files += _written(root, {f"{migrations}{ATTRIBUTES}": MERGED_BY_LINE.decode()})
    files.append(f"{migrations}{ws.required.lockfile.name}")
    return Begun(files=tuple(files), notes=tuple(ws.notices), unmodelled=unmodelled)


def _facts(root: Path, desired: str, dialect: str) -> Mapping[str, object]:
    from ..dialects.registry import dialect_named
    from ..sources import registry
    from ..sources.context import SourceContext
    from ..sources.written import Written

    chosen = dialect_named(dialect or "sqlite")  # what the app itself says is the same for any
    found = registry.load(desired, SourceContext(dialect=chosen, cwd=root))
    return found.facts if isinstance(found, Written) else {}


def _measured_lock(ws: Workspace) -> tuple[bytes, tuple[str, ...]]:
    history = working_state(ws).history
    if history.order:
        catalog = measured(history, ws.dialect, ws.scratch(ws.dialect, ws.version), ws.scope)
    else:
        catalog = Catalog(dialect=ws.required.dialect)
    return locked(history, catalog, digests={}), tuple(map(str, catalog.unmodelled))
