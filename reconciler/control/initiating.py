"""`init`: a project begun empty, or from a database. On an Alembic folder that is there already: see `adopting`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..config.complaints import LOADED
from ..config.project import FILE, check_text
from ..config.secrets import passwords
from ..dialects.base import Dialect, Scope
from ..dialects.registry import dialect_named, dialect_of_url, is_url
from ..errors import InputError, ReconcileError, RefusedError
from ..review.repository import Repository
from .importing import write_manifests
from .skeleton import ini_file, script_location

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
    ini: str = ""
    """The alembic.ini to adopt by; "" for the one in the project's folder, or none."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The files that were written, and what else there is to say."""

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    version: tuple[int, ...] | None = None
    """The server's that it is for, where that is known."""
    unmodelled: tuple[str, ...] = ()


def begin_empty(root: Path, wanted: Wanted) -> Begun:
    """A project without objects yet."""
    require_room(root)
    names = list(dict.fromkeys(name.strip() for name in wanted.dialect.split(",") if name.strip()))
    for name in names:
        dialect_named(name)
    _require_own_url(names, wanted)
    if len(names) > 1:
        return Begun(files=tuple(written(root, _of_several(names, wanted))))
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
    require_room(root)
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


def require_room(root: Path) -> None:
    """Refuses to begin where there is a project already."""
    Repository.around(root)
    if (root / FILE).exists():
        raise RefusedError(
            f"there is a {FILE} already", where=str(root / FILE), next="edit it, or begin in another folder"
        )


def _skeleton(root: Path, dialect: str, wanted: Wanted, desired: str, migrations: str) -> list[str]:
    """Writes what is not there; files that are stay as they are."""
    files = {
        FILE: config_text(dialect, desired, migrations, wanted),
        **ini_file({"alembic": migrations}),
        **script_location(migrations),
        f"{migrations}versions/.gitkeep": "",
    }
    if not desired.startswith(LOADED):
        files[f"{desired.rstrip('/')}/.gitkeep"] = ""
    return written(root, files)


def written(root: Path, files: Mapping[str, str]) -> list[str]:
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


def config_text(
    dialect: str, desired: str, migrations: str, wanted: Wanted, more: Mapping[str, str] | None = None
) -> str:
    """The text of `reconcile.yaml`; `more` are further lines of its spec."""
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
