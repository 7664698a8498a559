"""`validate`: everything that can be said about configuration and manifests without a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..config.project import Project, check_project, found_file
from ..diagnostics import Finding, in_order
from ..dialects.registry import dialect_named
from ..errors import ReconcileError
from ..sources import registry
from ..sources.written import Written
from .sides import context_of
from .workspace import Workspace


class Validated(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one run, and how many top-level objects were looked at."""

    findings: tuple[Finding, ...]
    objects: int = 0


def validated(config: Path | None, paths: Sequence[Path], dialect: str | None) -> Validated:
    """The findings for the project and its manifests, or for the given manifests alone."""
    project, findings = _project(config, required=not paths)
    if project is None and not paths:
        return Validated(findings=tuple(findings))
    ws = Workspace(project, Path.cwd())
    sources = [str(p) for p in paths] or [ws.desired_source()]
    chosen = dialect_named(dialect or (project.dialect if project is not None else "postgresql"))
    objects = 0
    for source in sources:
        found = registry.load(source, context_of(ws, chosen))
        if isinstance(found, Written):
            findings += found.findings
            objects += len(found.units)
    return Validated(findings=tuple(in_order(findings)), objects=objects)


def _project(config: Path | None, *, required: bool) -> tuple[Project | None, list[Finding]]:
    try:
        file = config or found_file()
    except ReconcileError:
        if required:
            raise
        return None, []
    return check_project(file)
