"""An Alembic or Flask-Migrate folder found: by alembic.ini, by pyproject.toml, or as a migrations folder."""

from __future__ import annotations

import ast
import configparser
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..dialects.registry import is_url
from ..errors import ReconcileError, RefusedError
from .envpy import Modules, Said, said

_INI = "alembic.ini"


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """Where the scripts are, what the configuration and env.py tell, and the application if it is Flask's."""

    location: Path
    env: Said
    url: str = ""
    app: str = ""


def found_folder(root: Path, ini: str = "") -> Folder:
    """The Alembic or Flask-Migrate folder of a project; `ini` names its alembic.ini where that is not in `root`.

    Raises ReconcileError where there is none, or one that lies outside of the project.
    """
    file = root / (ini or _INI)
    if ini and not file.is_file():
        raise ReconcileError(f"there is no {ini}", where=str(root), next="name the alembic.ini of the project")
    options = _of_ini(file) if file.is_file() else _of_pyproject(root)
    here = file.parent if file.is_file() else root
    spelled = str(options.get("script_location") or "")
    location = _place(spelled or "migrations", root, here)
    if not (location / "env.py").is_file():  # it may be run in its own folder, or lie in the one it names
        location = next((p for p in (here / spelled, here) if (p / "env.py").is_file()), location)
    if not (location / "env.py").is_file():
        raise _none_found(root, file, spelled or "migrations")
    _require_within(location, root, options, file)
    env = said((location / "env.py").read_text(), root)
    url = str(options.get("sqlalchemy.url") or "")
    app = _flask_app(root) if env.flask else ""
    return Folder(location=location.resolve(), env=env, url=url if is_url(url) else "", app=app)


def _of_ini(file: Path) -> Mapping[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(file)
    return dict(parser["alembic"]) if parser.has_section("alembic") else {}


def _of_pyproject(root: Path) -> Mapping[str, Any]:
    file = root / "pyproject.toml"
    if not file.is_file():
        return {}
    try:
        found: Mapping[str, Any] = tomllib.loads(file.read_text()).get("tool", {}).get("alembic", {})
    except tomllib.TOMLDecodeError as error:
        raise ReconcileError("pyproject.toml cannot be read", where=str(file), why=str(error)) from None
    return found


def _place(spelled: str, root: Path, here: Path) -> Path:
    """A path as Alembic takes it: from the project's folder, from the file (`%(here)s`), or inside a package."""
    package, colon, inner = spelled.partition(":")
    if colon and re.fullmatch(r"[A-Za-z_][\w.]*", package) and (folder := Modules(root).folder(package)) is not None:
        return folder / inner
    return root / spelled.replace("%(here)s", str(here))


def _none_found(root: Path, file: Path, spelled: str) -> ReconcileError:
    if file.is_file():
        why = f"{file.relative_to(root)} says script_location = {spelled}, and there is no env.py in that"
        return ReconcileError(
            "no Alembic folder to adopt", where=str(file), why=why, next="correct script_location in it"
        )
    below = sorted(str(p.relative_to(root)) for p in _inis_below(root))
    why = f"there is neither an {_INI} that names one nor a migrations folder with an env.py"
    if below:
        why += f"; there is {', '.join(below[:5])}"
    ways = " or ".join(f"reconcile init --adopt --ini {b}" for b in below[:2])
    return ReconcileError(
        "no Alembic folder to adopt", where=str(root), why=why, next=ways or "reconcile init without --adopt"
    )


def _inis_below(root: Path) -> list[Path]:
    hidden = ("site-packages", "node_modules")
    found = root.glob("*/**/" + _INI)
    return [p for p in found if not any(q.startswith(".") or q in hidden for q in p.relative_to(root).parts)]


def _require_within(location: Path, root: Path, options: Mapping[str, Any], file: Path) -> None:
    """Refuses revisions that are not below the script location, and that below the project: they would not be read."""
    if not location.resolve().is_relative_to(root.resolve()):
        raise RefusedError(
            f"the Alembic folder {location} is not in this project",
            where=str(root),
            next="run it in the root of the project that has it",
        )
    for one in _version_locations(options):
        if not _place(one, root, file.parent).resolve().is_relative_to(location.resolve()):
            raise RefusedError(
                f"revisions lie outside of the script location: {one}",
                where=str(file),
                why=f"all revisions of a project are below one folder, {location}",
                next="move them there; their ids and texts stay",
            )


_SEPARATORS = {"os": os.pathsep, "newline": "\n", "space": " "}


def _version_locations(options: Mapping[str, Any]) -> list[str]:
    spelled = options.get("version_locations") or ()
    if not isinstance(spelled, str):
        return [str(s) for s in spelled]
    separator = str(options.get("path_separator") or options.get("version_path_separator") or "")
    parts = spelled.split(_SEPARATORS.get(separator, separator)) if separator else re.split(r"[,\s]+", spelled)
    return [part.strip() for part in parts if part.strip()]


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
