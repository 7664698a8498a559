"""Attributes of composite types that go, and whose values they take along."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Alter, Rebuild
from ...model.objects import Object
from ...model.tables import Column, Table
from ...model.types import CompositeType
from .kinds import REMADE


def lost(change: Alter | Rebuild, old: Catalog) -> str:
    """The attributes whose values go, in a few words; "" where no table holds any."""
    return "; ".join(
        f"the values of {', '.join(gone)} in {was.address.dotted} ({', '.join(held)})"
        for was, gone in _going(change)
        if (held := sorted(_holders(was.address, old)))
    )


def _going(change: Alter | Rebuild) -> Iterator[tuple[CompositeType, list[str]]]:
    parts = (change.before, change.after) if isinstance(change, Rebuild) else ((), ())
    after = {o.address: o for o in (change.new, *parts[1])}
    for was in (change.old, *parts[0]):
        will = after.get(was.address)
        if isinstance(was, CompositeType) and isinstance(will, CompositeType):
            names = {a.name for a in will.attributes}
            if gone := [a.name for a in was.attributes if a.name not in names]:
                yield was, gone


def _holders(type: Address, catalog: Catalog) -> Iterator[str]:
    """The tables of a type, and the columns that hold its values, also inside of other types."""
    types = closure(catalog, [type], lambda c, t: (d for d in c.dependents(t) if d.kind in REMADE))
    for user in (catalog[d] for t in types for d in catalog.dependents(t)):
        if _is_stored(user, types, catalog):
            yield user.address.dotted


def _is_stored(user: Object, types: set[Address], catalog: Catalog) -> bool:
    """Whether it holds values of the types itself; what only its default mentions a column does not hold."""
    table = catalog.get(user.parent) if isinstance(user, Column) and user.parent is not None else user
    if not isinstance(table, Table) or table.server is not None:
        return False
    return not isinstance(user, Column) or (user.generated is None and not types.isdisjoint(user.refs))
