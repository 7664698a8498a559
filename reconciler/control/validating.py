"""`validate`: everything that can be said about configuration and manifests without a database."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from ..config.project import Project, check_project, found_file
from ..diagnostics import Finding, Span, in_order
from ..dialects.registry import dialect_named, known_dialects
from ..errors import ReconcileError
from ..sources import registry
from ..sources.findings import EMULATED, LEFT_OUT, NOT_PORTABLE, without_portability
from ..sources.written import Written
from .sides import context_of
from .workspace import Workspace

ALL: Final = "all"
AS_WRITTEN: Final = "as written"
_VERDICTS: Final = {EMULATED: "emulated", LEFT_OUT: "left out"}


class ForOne(msgspec.Struct, frozen=True, kw_only=True):
    """What one dialect makes of the sources: its findings, and how many top-level objects it has of them."""

    findings: tuple[Finding, ...] = ()
    objects: int = 0

    @property
    def ok(self) -> bool:
        return not any(f.level == "error" for f in self.findings)


class Validated(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one run that somebody has to act on, and what each dialect makes of the sources."""

    findings: tuple[Finding, ...]
    dialects: Mapping[str, ForOne] = {}
    several: bool = False

    @property
    def objects(self) -> int:
        """How many top-level objects were looked at, by the dialect that has most of them."""
        return max((d.objects for d in self.dialects.values()), default=0)

    @property
    def in_own_way(self) -> int:
        """In how many places a dialect keeps something else, or leaves something out."""
        return sum(f.rule in _VERDICTS for d in self.dialects.values() for f in d.findings)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A place that some dialect does not take as it is written: the verdict of each, and how those differ that do."""

    span: Span
    address: str
    verdicts: Mapping[str, str]
    how: str


def validated(config: Path | None, paths: Sequence[Path], dialect: str | None) -> Validated:
    """The findings for the project and its manifests, or for the given manifests alone."""
    project, findings = _project(config, required=not paths)
    if project is None and not paths:
        return Validated(findings=tuple(findings))
    ws = Workspace(project, Path.cwd())
    names = _dialects(project, dialect)
    several = len(names) > 1
    found = {name: _for_one(ws, name, [str(p) for p in paths], several) for name in names}
    told = {_same(f): f for d in reversed(found.values()) for f in without_portability(d.findings)}
    return Validated(findings=tuple(in_order([*findings, *told.values()])), dialects=found, several=several)


def _same(finding: Finding) -> Hashable:
    """What tells a finding from others: one of all dialects is the same one, though addresses differ by a schema."""
    about_dialect = finding.rule == NOT_PORTABLE or not finding.span.line
    return finding if about_dialect else (finding.rule, finding.span)


def _dialects(project: Project | None, asked: str | None) -> list[str]:
    """The dialects to look at: those of the project; `all` are these, or every known one where there is but one."""
    own = project.dialects if project is not None else ("postgresql",)
    if asked == ALL:
        return list(own) if len(own) > 1 else list(known_dialects())
    return [asked] if asked is not None else list(own)


def _for_one(ws: Workspace, name: str, paths: Sequence[str], several: bool) -> ForOne:
    findings: list[Finding] = []
    objects = 0
    ws = ws.suited(name)
    context = context_of(ws, dialect_named(name))
    context = msgspec.structs.replace(context, portable=context.portable or several)
    for source in paths or [ws.desired_source()]:
        found = registry.load(source, context)
        if isinstance(found, Written):
            findings += found.findings
            objects += len(found.units)
    return ForOne(findings=tuple(in_order(findings)), objects=objects)


def rows(found: Validated) -> list[Row]:
    """The places that some dialect does not take as they are written, in the order of the files."""
    places: dict[tuple[Span, str], dict[str, list[Finding]]] = {}
    for name, d in found.dialects.items():
        for f in d.findings:
            if f.level == "error" or f.rule in _VERDICTS:
                line = Span(f.span.file, f.span.line)
                places.setdefault((line, _bare(f.address)), {}).setdefault(name, []).append(f)
    return [_row(span, address, by, list(found.dialects)) for (span, address), by in sorted(places.items())]


def _bare(address: str) -> str:
    """An address without its schema, which not every dialect has: `column:orders.id` of `column:shop.orders.id`."""
    kind, _, name = address.partition(":")
    parts = name.split(".")
    return f"{kind}:{'.'.join(parts[-2:] if kind in _INSIDE else parts[-1:])}" if kind and name else address


_INSIDE: Final = frozenset({"column", "primary_key", "unique", "check", "foreign_key", "exclusion", "index", "trigger"})


def _row(span: Span, address: str, by: Mapping[str, Sequence[Finding]], dialects: Sequence[str]) -> Row:
    verdicts = {name: _verdict(by.get(name, ())) for name in dialects}
    said: dict[str, list[str]] = {}
    for name, findings in by.items():
        messages = (f.message.removeprefix(f"{name} ") for f in findings)
        said.setdefault("; ".join(messages), []).append(name)
    how = "; ".join(f"{', '.join(names)}: {message}" for message, names in said.items())
    return Row(span=span, address=address, verdicts=verdicts, how=how)


def _verdict(findings: Sequence[Finding]) -> str:
    if any(f.level == "error" for f in findings):
        return "refused"
    rules = [f.rule for f in findings]
    return next((word for rule, word in _VERDICTS.items() if rule in rules), AS_WRITTEN)


def _project(config: Path | None, *, required: bool) -> tuple[Project | None, list[Finding]]:
    try:
        file = config or found_file()
    except ReconcileError:
        if required:
            raise
        return None, []
    return check_project(file)
