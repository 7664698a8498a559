"""Whether a database is what it should be: live against a catalog, without what was never ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Drop, address_of
from ..model.objects import Object
from ..model.profile import Profile
from ..plan.diff import changes


def differences(wanted: Catalog, live: Catalog, profile: Profile) -> list[Change]:
    """What would have to be undone in live to have what is wanted; [] where they are equal."""
    return changes(wanted, live, profile)


def shown(difference: Iterable[Change], most: int = 20) -> str:
    """The differing addresses, one a line: `+` too much in live, `-` missing, `~` other than it should be."""
    replaced = _replaced(difference := list(difference))
    lines = sorted({_line(c, replaced) for c in difference})
    more = [f"and {len(lines) - most} more"] if len(lines) > most else []
    return "\n    ".join(lines[:most] + more)


def strangers(before: Catalog, states: Sequence[Catalog]) -> frozenset[Address]:
    """The top-level objects that were in the database before us and are in no state of ours: never touched."""
    if not states:
        return frozenset()
    return frozenset(a for a, o in before.items() if o.parent is None and not any(a in s for s in states))


def without(catalog: Catalog, tops: frozenset[Address]) -> Catalog:
    """The catalog without some top-level objects and all that is part of them."""
    return catalog.where(lambda o: _top(o, catalog) not in tops) if tops else catalog


def _top(o: Object, catalog: Catalog) -> Address:
    while (parent := o.parent) is not None:
        if parent not in catalog:
            return parent
        o = catalog[parent]
    return o.address


def _replaced(difference: Iterable[Change]) -> set[Address]:
    gone = {address_of(c) for c in difference if isinstance(c, Drop)}
    return {address_of(c) for c in difference if isinstance(c, Create)} & gone


def _line(change: Change, replaced: set[Address]) -> str:
    address = address_of(change)
    if isinstance(change, Alter):
        return f"~ {address} ({', '.join(sorted(change.fields))})"
    if address in replaced:
        return f"~ {address}"
    return f"{'+' if isinstance(change, Create) else '-'} {address}"
