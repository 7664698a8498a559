"""Types that are made anew while a partition key is of them.

A column of a partition key is of one type for good (14 to 18), so that its table is made anew as well: behind the new
type, while the old one stands aside until the rows are copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from graphlib import TopologicalSorter
from typing import ClassVar

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Change, Create, Drop, Rebuild, Statement, Step
from ...model.objects import Object
from ...model.tables import Column, Table
from ..base import Rendering
from .kinds import REMADE
from .partition_keys import below, mentions
from .rendering import RENDER, noun, sql
from .spelling import aside, at, qualified


class TypesAside(Object, frozen=True, kw_only=True):
    """Old types that stand aside until nothing is of them any more. In no catalog."""

    kind: ClassVar[str] = "types_aside"

    types: tuple[Object, ...] = ()
    """Each before those that are made of it."""


@RENDER.on("drop", TypesAside)
def drop_aside(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, TypesAside)
    yield from dropped(step.change.old.types)


def dropped(types: Sequence[Object]) -> Iterator[Statement]:
    """What takes away types that were put aside, each of which comes before those that are made of it."""
    for o in reversed(types):
        yield sql(f"DROP {noun(o)} {qualified(o.schema, aside(o.name))}")


def made_of(types: Iterable[Object]) -> list[Object]:
    """The types, each after those that it is made of."""
    named = {o.address: o for o in sorted(types, key=lambda o: o.address)}
    graph = {a: [r for r in o.requires() if r in named and r != a] for a, o in named.items()}
    return [named[a] for a in TopologicalSorter(graph).static_order()]


def stand_aside(change: Rebuild) -> bool:
    """Whether the old types outlive their rebuild."""
    return any(r.kind == TypesAside.kind for r in change.old.refs)


def by_keyed_type(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    """The tables that are made anew for it."""
    gone = [c.old.address for c in changes if isinstance(c, Drop) and c.old.kind in REMADE]
    made = {c.new.address for c in changes if isinstance(c, Create)}
    anew = closure(
        old, (a for a in gone if a in made), lambda c, t: (d for d in c.dependents(t) if d.kind in REMADE)
    )
    users = (old[d] for t in anew for d in old.dependents(t))
    yield from (o.parent for o in users if o.parent is not None and _is_key(o, old))


def _is_key(o: Object, old: Catalog) -> bool:
    return isinstance(o, Column) and o.parent is not None and any(mentions(t, o.name) for t in below(old, o.parent))


def held_back(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with such columns carried over by their table's rebuild, and not by their type's."""
    tables = {c.old.address: c for c in changes if isinstance(c, Rebuild) and isinstance(c.old, Table)}
    for type in [c for c in changes if isinstance(c, Rebuild) and c.old.kind in REMADE]:
        keys = {o.address: o for o in type.before if o.parent in tables and _is_key(o, old)}
        if not keys:
            continue
        olds = made_of([type.old, *(o for o in type.before if o.kind in REMADE)])
        spare = TypesAside(schema=type.old.schema, name=type.old.name, types=tuple(olds))
        without = [tuple(o for o in side if o.address not in keys) for side in (type.before, type.after)]
        was = replace(type.old, refs=(*type.old.refs, spare.address))
        names = {at(o.address): qualified(o.schema, aside(o.name)) for o in olds}
        done: dict[Address, Change] = {type.old.address: replace(type, old=was, before=without[0], after=without[1])}
        for a in {o.parent for o in keys.values() if o.parent is not None}:
            parts = (_of_old(o, names, spare) if o.address in keys else o for o in tables[a].before)
            tables[a] = replace(tables[a], before=tuple(parts))
            done[a] = tables[a]
        changes = [done.get(c.old.address, c) if isinstance(c, Rebuild) else c for c in changes]
        changes.append(Drop(spare))
    return changes


def _of_old(o: Object, names: dict[str, str], spare: TypesAside) -> Object:
    """The column as it is while the table is copied."""
    assert isinstance(o, Column)
    name = o.type.removesuffix("[]")
    refs = tuple(r for r in o.refs if r not in {t.address for t in spare.types})
    return replace(o, type=names.get(name, name) + o.type[len(name) :], refs=(*refs, spare.address))
