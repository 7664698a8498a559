"""A plan: the ordered steps that take one catalog to another, and what is to be said about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import msgspec

from ..diagnostics import Finding, in_order
from ..errors import ReconcileError
from ..model.address import Address, spelled
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Drop, Rename, Step
from ..model.objects import Object
from ..model.profile import Profile
from . import renames
from .adopt import adopted
from .cascade import cascaded, unmodelled_touched
from .diff import alike
from .diff import changes as raw_changes
from .fold import Folded, folded
from .loosen import loosened
from .names import Names, Renames
from .order import ordered
from .rings import opened


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Steps from `old` to `new`. `findings` hold what a person should know; one of level error forbids the plan.

    `renamed` is the old catalog after the renames, which come first; `names` what was renamed, by old address.
    """

    old: Catalog
    new: Catalog
    renamed: Catalog
    steps: tuple[Step, ...]
    names: dict[Address, str]
    findings: tuple[Finding, ...] = ()
    spelled: Callable[[str], str] = spelled
    """A name as the database prints it."""

    @property
    def empty(self) -> bool:
        return not self.steps

    def called(self) -> dict[Address, Address]:
        """Where what is renamed stands at the end, by each address that it has until then (a spare one among them)."""
        found: dict[Address, Address] = {}
        later: list[Renames] = []
        for change in (s.change for s in reversed(self.steps)):
            if isinstance(change, Rename):
                now = change.new.address
                end = found.get(now) or reduce(lambda a, names: names.address(a), reversed(later), now)
                found[change.old.address] = end
                if not now.parent:
                    later.append(Renames({change.old.address: change.new.name}))
        return found

    def drops(self) -> list[Object]:
        """What the plan takes away for good: dropped, and not made again under the same address."""
        gone = (s.change.old for s in self.steps if isinstance(s.change, Drop))
        return [o for o in gone if o.address in self.renamed and o.address not in self.new]


def make_plan(
    old: Catalog,
    new: Catalog,
    profile: Profile,
    *,
    wanted_names: Names | None = None,
    follow_order: bool = False,
) -> Plan:
    """The plan from one catalog to another.

    wanted_names: new address → old name, as the source says it. follow_order: a changed order of columns is a change.
    Raises InputError for a rename that cannot be, ReconcileError for a cycle.
    """
    if old is new:
        return Plan(old=old, new=new, renamed=old, steps=(), names={})
    names: dict[Address, str] = {}
    moved: list[Rename] = []
    before = old
    finders: Sequence[Callable[[Catalog], Mapping[Address, str]]] = (
        lambda b: renames.said(b, new, wanted_names or {}),
        lambda b: renames.respelled(b, new, profile),
        lambda b: renames.respelled(b, new, profile, parts=True),
        lambda b: renames.only_names_differ(b, new, profile),
    )
    for found_in in finders:
        found = found_in(before)
        origins = _origins(old, names, profile)
        before, more = renames.applied(before, found, profile)
        moved += more
        names.update({origins.get(a, a): name for a, name in found.items()})
    origins = _origins(old, names, profile)
    before, more, values = renames.values_renamed(before, new, wanted_names or {}, origins, profile)
    moved += more
    names.update(values)
    before = renames.relabelled(before, new)
    before, new = alike(before, adopted(before, new), profile)
    raw = raw_changes(before, new, profile, follow_order=follow_order)
    findings = renames.likely(before, new)
    every, reasons = _with_all_it_takes(raw, before, new, profile, follow_order)
    every = loosened(every, before, new, profile)
    every += profile.uninvited(every, before, new)
    every, apart = opened(every, profile)
    refused = [*_blocked(every, before), *profile.refusals(every, before, new)]
    steps = _in_order(every, folded(every, profile, reasons, apart), profile, new, refused)
    return Plan(
        old=old,
        new=new,
        renamed=before,
        steps=(*(Step(change=r) for r in moved), *steps),
        names=names,
        spelled=profile.spelled,
        findings=tuple(in_order([*findings, *refused])),
    )


def _with_all_it_takes(
    raw: list[Change], old: Catalog, new: Catalog, profile: Profile, follow_order: bool
) -> tuple[list[Change], dict[Address, Address]]:
    """All changes, and the reasons of those that come from others. Where the order of columns counts, a table that they
    would leave in another one is replaced, and what that takes is looked for again."""
    replaced: set[Address] = set()
    while True:
        every, reasons = cascaded(profile.rewrite(raw, old, new, follow_order), old, new, profile)
        mixed = sorted(profile.out_of_order(every, old, new) - replaced) if follow_order else []
        if not mixed:
            return every, reasons
        replaced.update(mixed)
        kept = [c for c in raw if not (isinstance(c, Alter) and c.new.address in mixed)]
        raw = [*kept, *(Drop(old[a]) for a in mixed), *(Create(new[a]) for a in mixed)]


def _origins(old: Catalog, names: Names, profile: Profile) -> dict[Address, Address]:
    """The address that each object had before the renames, by the one that it has after them."""
    ahead = Renames(names, old, profile.spelled)
    return {ahead.address(a): a for a in old} if names else {}


def _in_order(
    changes: Sequence[Change], steps: Folded, profile: Profile, new: Catalog, refused: Sequence[Finding]
) -> list[Step]:
    """The ordered steps; of a plan that is refused, and that nobody carries out, in any order where there is none."""
    try:
        return ordered(changes, steps, profile, new)
    except ReconcileError:
        if not any(f.level == "error" for f in refused):
            raise
        return list(steps.steps.values())


def _blocked(changes: Sequence[Change], catalog: Catalog) -> list[Finding]:
    return [
        Finding(
            rule="unmodelled",
            address=str(address),
            message=f"the plan would have to touch {what}, which is not modelled",
            why="what we do not model we cannot put back as it was",
            next="change it by hand first, or leave the object that it hangs on as it is",
        )
        for what, address in unmodelled_touched(changes, catalog)
    ]


def reverse_names(plan: Plan) -> dict[Address, str]:
    """The names that a plan back needs, in the form `make_plan` takes them: old address → new name of this plan."""
    back = Renames(plan.names)
    return {a: back.address(a).name for a in plan.names}
