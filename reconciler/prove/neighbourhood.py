"""The part of two catalogs that a plan's proof needs: what it touches, what hangs on that, and what all of it needs.

The same part of both sides, across renames, so that the proof of the part says what the proof of the whole would say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ..model.address import Address
from ..model.catalog import Catalog, closure
from ..model.changes import Change, Create, Drop, Rebuild, Rename, Step
from ..model.objects import Object
from ..plan.names import Renames
from ..plan.plan import Plan

_FRAME = frozenset({"column", "primary_key", "unique", "sequence_owner"})
"""The parts that a table needs in order to be a table that others refer to, even where a plan does not touch it."""


class Neighbourhood(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a plan's catalogs that is made on scratch, and how its old addresses are called afterwards."""

    base: Catalog
    target: Catalog
    names: Mapping[Address, Address]


def neighbourhood(plan: Plan, *, full: bool = False) -> Neighbourhood:
    """What is to be made on scratch to prove a plan; with `full` all of both catalogs."""
    names = renamed_addresses(plan)
    if full:
        return Neighbourhood(base=_sound(plan.old), target=_sound(plan.new), names=names)
    back = {n: o for o, n in names.items()}
    before = _needed(plan.old, _hanging(plan.old, (a for s in plan.steps for a in _before(s, back))))
    after = _needed(plan.new, _hanging(plan.new, (a for s in plan.steps for a in _after(s))))
    while True:
        more_before = _needed(plan.old, before | {back.get(a, a) for a in after})
        more_after = _needed(plan.new, after | {names.get(a, a) for a in more_before})
        if more_before == before and more_after == after:
            break
        before, after = more_before, more_after
    base = _sound(plan.old.where(lambda o: o.address in before))
    target = _sound(plan.new.where(lambda o: o.address in after))
    return Neighbourhood(base=base, target=target, names=names)


def renamed_addresses(plan: Plan) -> dict[Address, Address]:
    """Each old address under the name it has after the plan's renames, which are followed one by one."""
    now = dict(plan.old)
    for change in (s.change for s in plan.steps if isinstance(s.change, Rename)):
        own = change.old.address
        moved = Renames({own: change.new.name}, (own,), plan.spelled)
        now.update({a: o.renamed(moved) for a, o in now.items() if _is_of(o, own)})
    return {a: o.address for a, o in now.items()}


def _is_of(o: Object, own: Address) -> bool:
    """Whether the address of an object holds the name of another: that of a grant those of column and role, that of a
    function those of types."""
    told = bool(o.topic) or o.name_has_types or own.kind == "schema"
    return own in (o.address, o.parent) or (told and own in o.requires()) or Address("schema", "", o.schema) == own


def _before(step: Step, back: Mapping[Address, Address]) -> Iterator[Address]:
    """The old addresses that a step is about; renames come first, so later steps know the new names."""
    change: Change = step.change
    if not isinstance(change, Create):
        objects: Iterable[Object] = (change.old, *(change.before if isinstance(change, Rebuild) else ()))
        for o in objects:
            yield o.address
            yield back.get(o.address, o.address)
            if o.parent is not None:
                yield back.get(o.parent, o.parent)


def _after(step: Step) -> Iterator[Address]:
    change: Change = step.change
    if not isinstance(change, Drop):
        for o in (change.new, *step.folded, *(change.after if isinstance(change, Rebuild) else ())):
            yield o.address
            if o.parent is not None:
                yield o.parent


def _hanging(catalog: Catalog, seeds: Iterable[Address]) -> set[Address]:
    """The seeds and whatever depends on them, transitively: their parts, keys that refer to them, views over them."""
    return closure(catalog, seeds, lambda c, a: c.dependents(a))


def _needed(catalog: Catalog, seeds: Iterable[Address]) -> set[Address]:
    """The seeds and what they need; of tables that are merely needed no more than their frame."""
    return closure(catalog, seeds, _needs)


def _needs(catalog: Catalog, address: Address) -> Iterator[Address]:
    yield from catalog[address].requires()
    yield from (o.address for o in catalog.children(address) if o.kind in _FRAME)
    if address.schema:
        yield Address("schema", "", address.schema)


def _sound(part: Catalog) -> Catalog:
    """A part with the lists of column names that its tables keep cut to the columns that are in it."""
    return Catalog(part.values(), dialect=part.dialect, version=part.version, says=part.says)
