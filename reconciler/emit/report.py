"""A plan as a person or a program is told of it: one structure, built once, spelled as text, Markdown or JSON.

Nothing here prints. The JSON is this structure as it stands: a field is added, never renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import msgspec

from ..diagnostics import Finding
from ..dialects.base import Dialect
from ..model.changes import Alter, Change, Create, Drop, Impact, Rebuild, Rename, Statement, Step, Verb, subject, verb
from ..model.codec import digest, fingerprint
from ..model.objects import Object, changed_fields
from ..model.profile import Profile
from ..plan.plan import Plan
from ..plan.settle import moved, ordered_parts
from .sql import Rendered, rendered_steps, rendering

Sign = Literal["+", "-", "~", "→"]
SIGNS: dict[Verb, Sign] = {"create": "+", "drop": "-", "alter": "~", "rename": "→", "rebuild": "~"}


class FieldChange(msgspec.Struct, frozen=True):
    """A field that differs: as it was and as it will be, in plain values."""

    field: str
    old: Any
    new: Any


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that comes, goes or changes inside a step: a column of a created or rebuilt table."""

    sign: Sign
    kind: str
    name: str
    changes: tuple[FieldChange, ...] = ()


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `was` is the old name of what is renamed; `replaced` is true for both halves of a drop and create."""

    action: Verb
    sign: Sign
    kind: str
    address: str
    name: str
    was: str = ""
    replaced: bool = False
    reason: str = ""
    changes: tuple[FieldChange, ...] = ()
    parts: tuple[Part, ...] = ()
    statements: tuple[Statement, ...] = ()
    impact: Impact = Impact()


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How many objects a plan creates, alters, renames, replaces and drops, and how many of its steps lose data."""

    create: int = 0
    alter: int = 0
    rename: int = 0
    replace: int = 0
    drop: int = 0
    loses: int = 0

    def __str__(self) -> str:
        counts = (f"{n} to {what}" for what in _COUNTED if (n := getattr(self, what)))
        text = ", ".join(counts) or "nothing to change"
        return f"{text}; {self.loses} {'loses' if self.loses == 1 else 'lose'} data" if self.loses else text


_COUNTED = ("create", "alter", "rename", "replace", "drop")


@dataclass(frozen=True, kw_only=True)
class PlanReport:
    """A plan, told. `digest` is over both schemas and every statement: equal plans, and only they, have equal ones.

    The digests read every object of both schemas, so they are made when they are first asked for.
    """

    dialect: str
    summary: Summary
    steps: tuple[StepReport, ...]
    findings: tuple[Finding, ...]
    plan: Plan
    work: Rendered

    @cached_property
    def base(self) -> str:
        return fingerprint(self.plan.old)

    @cached_property
    def target(self) -> str:
        return fingerprint(self.plan.new)

    @cached_property
    def digest(self) -> str:
        return plan_digest(self.base, self.target, self.work)

    @property
    def empty(self) -> bool:
        return not self.steps

    @property
    def losses(self) -> list[StepReport]:
        return [s for s in self.steps if s.impact.loses]


def plan_report(plan: Plan, dialect: Dialect, profile: Profile, extra: Iterable[Finding] = ()) -> PlanReport:
    """The report of a plan; `extra` findings (of lint, of the sources) stand beside the plan's own."""
    context = rendering(plan, profile)
    steps = rendered_steps(plan, dialect, profile)
    both = _replaced(plan.steps)
    told = tuple(_step(s, said, dialect.impact(s, context), both) for s, said in steps)
    return PlanReport(
        dialect=dialect.name,
        summary=_summary(told),
        steps=told,
        findings=(*plan.findings, *extra),
        plan=plan,
        work=steps,
    )


def plan_digest(base: str, target: str, steps: Rendered) -> str:
    """One digest for what a plan starts from, what it leads to, and the SQL it does it with."""
    said = (f"{int(s.transactional)}{s.sql}" for _, statements in steps for s in statements)
    return digest(base.encode(), target.encode(), *(s.encode("utf-8", "surrogatepass") for s in said))


def as_data(report: PlanReport) -> Any:
    """The report in plain lists and maps, for JSON."""
    return msgspec.to_builtins({field: getattr(report, field) for field in _SAID})


_SAID = ("dialect", "summary", "steps", "findings", "base", "target", "digest")


def _step(step: Step, said: Sequence[Statement], impact: Impact, both: set[str]) -> StepReport:
    change = step.change
    what = subject(change)
    return StepReport(
        action=verb(change),
        sign=SIGNS[verb(change)],
        kind=what.kind,
        address=str(what.address),
        name=what.address.dotted,
        was=_was(change),
        replaced=str(what.address) in both,
        reason=step.reason,
        changes=_changes(change),
        parts=tuple(_parts(step)),
        statements=tuple(said),
        impact=impact,
    )


def _was(change: Change) -> str:
    """The old name of an object that gets another; "" where it is a value of it that does."""
    if isinstance(change, Rename) and change.old.address != change.new.address:
        return change.old.address.dotted
    return ""


def _replaced(steps: Iterable[Step]) -> set[str]:
    made, gone = set(), set()
    for s in steps:
        if isinstance(s.change, Create):
            made.add(str(s.change.new.address))
        elif isinstance(s.change, Drop):
            gone.add(str(s.change.old.address))
    return made & gone


def _changes(change: Change) -> tuple[FieldChange, ...]:
    if isinstance(change, Alter):
        return field_changes(change.old, change.new, change.fields)
    same_kind = not isinstance(change, Rebuild) or change.old.kind == change.new.kind
    if same_kind and (isinstance(change, Rebuild) or (isinstance(change, Rename) and not _was(change))):
        order = {"columns"} if moved(change.old, change.new) else set()
        return field_changes(change.old, change.new, changed_fields(change.old, change.new) | order)
    return ()


def field_changes(old: Object, new: Object, fields: Iterable[str]) -> tuple[FieldChange, ...]:
    """The values of some fields before and after, in the order of their names."""
    return tuple(FieldChange(f, _plain(getattr(old, f)), _plain(getattr(new, f))) for f in sorted(fields))


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value)


def _parts(step: Step) -> Iterator[Part]:
    places = {name: i for i, name in enumerate(ordered_parts(subject(step.change)))}
    for o in sorted(step.folded, key=lambda o: (o.kind != "column", places.get(o.name, len(places)))):
        yield Part("+", o.kind, o.name)
    if isinstance(step.change, Rebuild):
        yield from _differences(step.change.before, step.change.after)


def _differences(before: Iterable[Object], after: Iterable[Object]) -> Iterator[Part]:
    olds = {o.address: o for o in before}
    news = {o.address: o for o in after}
    for a, o in olds.items():
        if a not in news:
            yield Part("-", o.kind, o.name)
    for a, n in news.items():
        if a not in olds:
            yield Part("+", n.kind, n.name)
        elif fields := changed_fields(olds[a], n):
            yield Part("~", n.kind, n.name, field_changes(olds[a], n, fields))


def _summary(steps: Sequence[StepReport]) -> Summary:
    counts = dict.fromkeys(_COUNTED, 0)
    for s in steps:
        if s.replaced:
            counts["replace"] += s.action == "create"
        else:
            counts["alter" if s.action == "rebuild" else s.action] += 1
    return Summary(**counts, loses=sum(bool(s.impact.loses) for s in steps))


def shown(value: Any) -> str:
    """A plain value in a line for a person."""
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k} {shown(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_together(v) if isinstance(v, list | tuple) else shown(v) for v in value)
    return str(value)


def _together(values: list[Any] | tuple[Any, ...]) -> str:
    """The fields of one thing, without those at the end that it has not."""
    said = [*values]
    while len(said) > 1 and said[-1] is None:
        said.pop()
    return " ".join(map(shown, said))


def kind_words(kind: str) -> str:
    return kind.replace("_", " ")


def impact_words(impact: Impact) -> str:
    """What a step does to others, in a few words; "" where it does nothing."""
    where = ", ".join(impact.on)
    said = [f"locks {where or 'the object'} ({impact.lock})"] if impact.lock != "none" else []
    said += [f"rewrites {where or 'the table'}"] if impact.rewrite else []
    said += [f"reads all of {where or 'the table'}"] if impact.scan else []
    said += [impact.note] if impact.note else []
    return " · ".join(said)
