"""The project: `reconcile.yaml` found, read and resolved.

Knows the file and what its words point at. Opens no database, reads no manifest, and resolves no secret.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from ..diagnostics import Finding, Span, has_errors, in_order
from ..errors import InputError, ReconcileError
from .checked import converted, did_you_mean
from .complaints import LOADED, SCRATCH_WORDS, complaints
from .dialects import declared, dialect_of, place_of
from .drops import Drop, Drops
from .environment import Environment, UrlSource, url_source
from .nodes import Document, Key
from .paths import inside
from .projectfile import (
    DialectForm,
    DropsForm,
    Elsewhere,
    EnvironmentForm,
    ProjectForm,
    SpecForm,
    project_schema,
    schema_text,
)
from .yamltext import document

__all__ = [
    "FILE", "Environment", "IgnoredDrift", "Project", "Unmanaged", "UrlSource",
    "check_project", "check_text", "found_file", "load_project", "project_schema", "schema_text",
]  # fmt: skip

FILE: Final = "reconcile.yaml"
VARIABLE: Final = "RECONCILE_CONFIG"
LOCKFILE: Final = "schema.lock"

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


class Unmanaged(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns (`fnmatch`) of objects that are left alone."""

    kind: str = "*"
    schema: str = "*"
    name: str = "*"
    reason: str = ""


class IgnoredDrift(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern of addresses whose drift is accepted up to and including `until`."""

    address: str
    until: datetime.date
    reason: str
    span: Span = Span()


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """`reconcile.yaml`, resolved: `root` is its folder, and `migrations` an absolute path under it.

    `desired` stays as written (a folder under `root`, `models:…` or `flask:…`), because sources are addressed by text.
    A file that declares several dialects gives one project for each, with its environments alone; `views` are all of
    them, in the order of the file, and empty where there is one dialect.
    """

    root: Path
    file: Path
    dialect: str
    desired: str
    migrations: Path
    version_table: str = "alembic_version"
    scratch: UrlSource | None = None
    schemas: tuple[str, ...] | None = None
    manage: tuple[str, ...] = ()
    """What is managed beside the schema itself: owners, grants, roles; of SQLite, numbers in the head of the file."""
    definers: Literal["keep", "drop"] = "keep"
    column_order: Literal["follow", "ignore"] = "follow"
    drops: Drops = Drops()
    keep_dropped: int = 30
    """Days between the plan that makes a tombstone and the first on which it may be purged."""
    unmanaged: tuple[Unmanaged, ...] = ()
    ignore_drift: tuple[IgnoredDrift, ...] = ()
    environments: tuple[Environment, ...] = ()
    interval: float = 60.0
    views: tuple[Project, ...] = ()

    @property
    def dialects(self) -> tuple[str, ...]:
        """The dialects of the file, in its order."""
        return tuple(v.dialect for v in self.views) or (self.dialect,)

    @property
    def several(self) -> bool:
        """Whether the file declares more than one dialect."""
        return len(self.views) > 1

    @property
    def every_environment(self) -> tuple[Environment, ...]:
        """The environments of all dialects, in the order of the file."""
        found = (e for v in self.views or (self,) for e in v.environments)
        return tuple(sorted(found, key=lambda e: (e.span.line, e.span.column)))

    def of(self, dialect: str) -> Project:
        """The project as one of its dialects has it; raises ReconcileError where it has no such dialect."""
        for view in self.views or (self,):
            if view.dialect == dialect:
                return msgspec.structs.replace(view, views=self.views)
        next_step = did_you_mean(dialect, self.dialects) or f"add it to spec.dialects in {self.file.name}"
        raise ReconcileError(f"the project has no dialect {dialect!r}", where=str(self.file), next=next_step)

    @property
    def lockfile(self) -> Path:
        return self.migrations / LOCKFILE

    @property
    def manifests(self) -> Path | None:
        """The folder of manifests, or None where desired comes from models."""
        return None if self.desired.startswith(LOADED) else self.root / self.desired

    def path(self, text: str) -> Path:
        """A path of the project from what somebody wrote; refused where it leaves the project."""
        return inside(self.root, text)

    def environment(self, name: str) -> Environment:
        """The environment of that name, of whichever dialect; the error names the nearest one that exists."""
        names = []
        for environment in self.every_environment:
            if environment.name == name:
                return environment
            names.append(environment.name)
        next_step = did_you_mean(name, names) or f"add it under spec.environments in {self.file.name}"
        raise ReconcileError(f"no environment {name!r}", where=str(self.file), next=next_step)

    def scratch_url(self) -> str:
        """`embedded`, `local`, a URL, or nothing where the project leaves the choice open."""
        if self.scratch is None or self.scratch.literal in SCRATCH_WORDS:
            return self.scratch.literal if self.scratch else ""
        return self.scratch.url()


def load_project(start: Path | None = None, file: Path | None = None) -> Project:
    """The project of `file`, else of RECONCILE_CONFIG, else of the nearest `reconcile.yaml` from `start` up."""
    path = file or found_file(start)
    project, findings = check_project(path)
    if project is None or has_errors(findings):
        raise InputError(f"{path.name} is not usable", [f for f in findings if f.level == "error"], where=str(path))
    return project


def found_file(start: Path | None = None) -> Path:
    """Where the project's file is: RECONCILE_CONFIG, or from `start` up to the root of the git repository."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    here = (start or Path.cwd()).resolve()
    for folder in _up_to_repository(here):
        if (folder / FILE).is_file():
            return folder / FILE
    raise ReconcileError(
        f"no {FILE} here or in a folder above", where=str(here), next="reconcile init, or --config FILE"
    )


def check_project(file: Path) -> tuple[Project | None, list[Finding]]:
    """The project, and everything there is to say about its file, warnings too; no project where its form is wrong."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ReconcileError(f"cannot read {file}", why=error.strerror or str(error), next="reconcile init") from None
    return check_text(text, file)


def check_text(text: bytes, file: Path) -> tuple[Project | None, list[Finding]]:
    """The same for what a file holds, or is to hold."""
    parsed = document(text, _shown(file))
    if parsed.findings:
        return None, in_order(parsed.findings)
    source = parsed.documents[0]
    form, findings = converted(source, ProjectForm, project_schema)
    if form is None:
        return None, in_order(findings)
    findings = list(complaints(form.spec, source, file.resolve().parent))
    if has_errors(findings):
        return None, in_order(findings)
    return _resolved(form.spec, source, file.resolve()), in_order(findings)


def _shown(file: Path) -> str:
    """The file as a person standing here would name it."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def _up_to_repository(here: Path) -> Iterator[Path]:
    """The folder and those above it, up to the repository's root; outside of one, only the folder itself."""
    folders = [here, *here.parents]
    roots = [i for i, folder in enumerate(folders) if (folder / ".git").exists()]
    yield from folders[: roots[0] + 1] if roots else [here]


def _resolved(spec: SpecForm, source: Document, file: Path) -> Project:
    views = tuple(_view(spec, name, form, source, file) for name, form in declared(spec).items())
    return msgspec.structs.replace(views[0], views=views if spec.dialects is not None else ())


def _view(spec: SpecForm, dialect: str, own: DialectForm, source: Document, file: Path) -> Project:
    """The project as one of its dialects has it."""
    root = file.parent
    place = place_of(spec, dialect, "scratch")
    return Project(
        root=root,
        file=file,
        dialect=dialect,
        desired=spec.desired,
        migrations=inside(root, own.migrations or ""),
        version_table=spec.version_table,
        scratch=_url_source(own.scratch, source, root, "the scratch database", *place),
        schemas=tuple(own.schemas) if own.schemas is not None else None,
        manage=tuple(sorted(set(own.manage))),
        definers=spec.definers,
        column_order=spec.column_order,
        drops=_drops(spec.drops),
        keep_dropped=_days(spec.keep_dropped),
        unmanaged=tuple(Unmanaged(kind=u.kind, schema=u.schema, name=u.name, reason=u.reason) for u in spec.unmanaged),
        ignore_drift=tuple(
            IgnoredDrift(address=d.address, until=d.until, reason=d.reason, span=source.at("spec", "ignoreDrift", n))
            for n, d in enumerate(spec.ignore_drift)
        ),
        environments=tuple(
            _environment(name, e, source, root, _days(e.keep_dropped or spec.keep_dropped))
            for name, e in spec.environments.items()
            if spec.dialects is None or dialect_of(spec, e) == dialect
        ),
        interval=_seconds(spec.interval),
    )


def _environment(name: str, form: EnvironmentForm, source: Document, root: Path, kept: int) -> Environment:
    place = ("spec", "environments", name)
    url = url_source(form.url, root, f"environment {name}", source.at(*place, "url"))
    span = source.at(*place)
    return Environment(
        name=name, url_source=url, policy=form.policy, branch=form.branch, remote=form.remote, keep_dropped=kept,
        span=span,
    )  # fmt: skip


def _url_source(
    written: str | Elsewhere | None, source: Document, root: Path, owner: str, *place: Key
) -> UrlSource | None:
    return None if written is None else url_source(written, root, owner, source.at(*place))


def _drops(form: Drop | DropsForm) -> Drops:
    if isinstance(form, DropsForm):
        return Drops(default=form.default, tombstone=tuple(form.tombstone), drop=tuple(form.drop))
    return Drops(default=form)


def _days(text: str) -> int:
    return int(text.removesuffix("d"))


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else float(text[:-1]) * _SECONDS[text[-1]]
