"""Attributes of composite types that go, and whose values they take along; and those that get another type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Alter, Change, Rebuild
from ...model.objects import Object
from ...model.programs import Function
from ...model.tables import Column, Table
from ...model.types import Attribute, CompositeType
from .kinds import REMADE


def by_attribute(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    """Composite types of which an attribute gets another type, and that others than functions are made with: the server
    refuses it wherever values are held, or the attribute is read."""
    for c in changes:
        if isinstance(c, Alter) and retyped(c.old, c.new):
            users = (old[d] for d in old.dependents(c.old.address))
            if any(not u.topic and not _lets(u) for u in users):
                yield c.new.address


def retyped(old: Object, new: Object) -> list[Attribute]:
    """The attributes that a composite type has before and after, with another type."""
    if not isinstance(old, CompositeType) or not isinstance(new, CompositeType):
        return []
    before = {a.name: (a.type, a.collation) for a in old.attributes}
    return [a for a in new.attributes if before.get(a.name, (a.type, a.collation)) != (a.type, a.collation)]


def _lets(user: Object) -> bool:
    """Whether it is a function whose body the server has not read."""
    return isinstance(user, Function) and "\nBEGIN ATOMIC" not in user.definition


def lost(change: Alter | Rebuild, old: Catalog) -> str:
    """The attributes whose values go, in a few words; "" where no table holds any."""
    return "; ".join(
        f"the values of {', '.join(gone)} in {was.address.dotted} ({', '.join(held)})"
        for was, gone in _going(change)
        if (held := held_by(was.address, old))
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


def held_by(type: Address, catalog: Catalog) -> list[str]:
    """The tables of a type, and the columns that hold its values, also inside of other types."""
    types = closure(catalog, [type], lambda c, t: (d for d in c.dependents(t) if d.kind in REMADE))
    users = (catalog[d] for t in types for d in catalog.dependents(t))
    return sorted({user.address.dotted for user in users if _is_stored(user, types, catalog)})


def _is_stored(user: Object, types: set[Address], catalog: Catalog) -> bool:
    """Whether it holds values of the types itself; what only its default mentions a column does not hold."""
    table = catalog.get(user.parent) if isinstance(user, Column) and user.parent is not None else user
    if not isinstance(table, Table) or table.server is not None:
        return False
    return not isinstance(user, Column) or (user.generated is None and not types.isdisjoint(user.refs))
