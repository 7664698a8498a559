"""From two sides to a plan, and the refusals that no plan may skip."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..diagnostics import Finding, in_order
from ..dialects.base import Dialect
from ..emit.report import PlanReport, plan_report
from ..emit.sql import Rendered, rendered_steps
from ..errors import ForbiddenError, InputError, RefusedError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Rebuild, subject
from ..model.profile import Profile
from ..model.tables import Check, Column
from ..plan.plan import Plan, make_plan
from ..plan.settle import Orders, settled
from ..sources.findings import about
from .sides import Side


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A plan from one side to another, and what is to be said about both."""

    plan: Plan
    dialect: Dialect
    profile: Profile
    findings: tuple[Finding, ...] = ()

    @property
    def empty(self) -> bool:
        return self.plan.empty

    def work(self) -> Rendered:
        """The steps with their statements."""
        return rendered_steps(self.plan, self.dialect, self.profile)

    def report(self) -> PlanReport:
        return plan_report(self.plan, self.dialect, self.profile, self.findings)


def compare(
    before: Side, after: Side, dialect: Dialect, *, follow_order: bool = False, written: Orders | None = None
) -> Comparison:
    """The plan from one side to the other. written: the orders of columns last written, for `follow_order`."""
    profile = profile_of(dialect, before.catalog, after.catalog)
    placed = profile.placed(after.catalog)
    new = settled(after.catalog, before.catalog, written or {}, after.names, follow=follow_order, placed=placed)
    plan = make_plan(before.catalog, new, profile, wanted_names=after.names, follow_order=True)
    findings = [*before.findings, *after.findings]
    if len(before.catalog):  # the first plan says all of it
        findings = about(findings, _touched(plan))
    return Comparison(plan=plan, dialect=dialect, profile=profile, findings=tuple(in_order(findings)))


def _touched(plan: Plan) -> frozenset[str]:
    """The addresses of whatever a plan makes, changes or takes away, and of the columns that its checks are over."""
    found: set[Address] = set()
    for step in plan.steps:
        if isinstance(step.change, Rebuild):
            before = {o.address: o for o in (step.change.old, *step.change.before)}
            touched = [o for o in (step.change.new, *step.change.after) if before.get(o.address) != o]
        else:
            touched = [subject(step.change), *step.folded]
        found |= {o.address for o in touched}
        found |= {a for o in touched if o.kind == Check.kind for a in o.refs if a.kind == Column.kind}
    return frozenset(map(str, found))


def profile_of(dialect: Dialect, *catalogs: Catalog) -> Profile:
    """The profile of the first server version that a catalog was read from; of the newest where none was."""
    return dialect.profile(next((c.version for c in catalogs if c.version), ()))


def unmodelled_notes(*sides: Side) -> list[str]:
    """A line for each side that holds what we do not model: seen, and neither compared nor touched; and what was left
    out by a rule of the project."""
    missing = [f"{s.label}: not modelled, so not compared: {', '.join(map(str, s.catalog.unmodelled))}"
               for s in sides if s.catalog.unmodelled]  # fmt: skip
    return missing + [f"{s.label}: {note}" for s in sides for note in s.catalog.notes]


def require_sound(found: Comparison) -> None:
    """Raises InputError where what is written is wrong, ForbiddenError where the plan must not be carried out."""
    wrong: Sequence[Finding] = [f for f in found.findings if f.level == "error"]
    forbidden: Sequence[Finding] = [f for f in found.plan.findings if f.level == "error"]
    if wrong:
        raise InputError("the plan cannot be carried out", [*wrong, *forbidden])
    if forbidden:
        raise ForbiddenError("the plan must not be carried out", forbidden)


def require_not_everything(found: Comparison) -> None:
    """Refuses a plan that takes everything away: an empty folder and a wrong branch look just like that."""
    implicit = found.profile.implicit
    had = [a for a, o in found.plan.renamed.items() if o.parent is None and not implicit(a)]
    if had and not any(a in found.plan.new for a in had):
        raise RefusedError(
            f"the plan drops everything: {len(had)} object{'s' * (len(had) != 1)}",
            why="desired is empty, or is that of another database",
            next="if this is meant, say so with --allow-drop-everything",
        )
