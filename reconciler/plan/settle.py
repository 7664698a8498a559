"""The order of parts that a parent keeps in the order they came: what a person moved, and what merely was added.

A column written in the middle is added at the end, where no row has to be touched; one that was *moved* in the source
is moved in the database. The two differ only in what had been written before, which is why the lockfile keeps it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object

Orders = Mapping[Address, tuple[str, ...]]


def ordered_parts(o: Object) -> tuple[str, ...]:
    """The names that an object lists in order without comparing them; () for kinds that have no such list."""
    return getattr(o, "columns", ()) if "columns" in o.silent else ()


def orders(catalog: Catalog) -> dict[Address, tuple[str, ...]]:
    """The order of the parts of every object that has one."""
    return {a: parts for a, o in catalog.items() if (parts := ordered_parts(o))}


def settled(
    new: Catalog,
    old: Catalog,
    written: Orders,
    names: Mapping[Address, str],
    *,
    follow: bool = True,
    placed: Container[Address] = (),
) -> Catalog:
    """The new catalog with every order as the database will have it.

    written: the orders last written where they are not the database's, by address of then; () where nobody had written
    any, so that nobody can have moved anything. names: new address → old name. With `follow` false, or where
    the parts that both have stand in the order in which they had been written, the old order stays and what is new
    comes last; else the new order stands, and is a change. It stands too for whatever is `placed`.
    """
    if new is old:
        return new
    return new.replaced(
        msgspec.structs.replace(o, columns=order)
        for _, o in new.unlike(old)
        if o.address not in placed
        and (order := _order(o, old, written, names, follow)) != ordered_parts(o)
    )


def _order(o: Object, old: Catalog, written: Orders, names: Mapping[Address, str], follow: bool) -> tuple[str, ...]:
    parts = ordered_parts(o)
    if not parts:
        return parts
    was = _was(o.address, old, names)
    before = ordered_parts(old[was]) if was is not None else ()
    if not before:
        return parts
    old_names = {p: _old_name(o.address, p, before, names) for p in parts}
    if follow and _moved([old_names[p] for p in parts], written.get(was or o.address, before)):
        return parts
    place = {name: i for i, name in enumerate(before)}
    kept = sorted((p for p in parts if old_names[p] in place), key=lambda p: place[old_names[p]])
    return (*kept, *(p for p in parts if old_names[p] not in place))


def _was(a: Address, old: Catalog, names: Mapping[Address, str]) -> Address | None:
    if a in old:
        return a
    source = Address(a.kind, a.schema, names.get(a, a.name), a.parent)
    return source if source in old else None


def _old_name(owner: Address, part: str, before: Iterable[str], names: Mapping[Address, str]) -> str:
    was = names.get(Address("column", owner.schema, part, owner.name))
    return was if was is not None and part not in before else part


def moved(old: Object, new: Object) -> bool:
    """Whether the parts that both list stand in another order; only where the kind does not compare them anyway."""
    return _moved(ordered_parts(new), ordered_parts(old))


def _moved(now: Sequence[str], before: Sequence[str]) -> bool:
    return [p for p in now if p in before] != [p for p in before if p in now]
