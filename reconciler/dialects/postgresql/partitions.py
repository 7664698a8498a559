"""Partitions that change places: a bound is free only when whoever had it is no partition any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, subject
from ...model.objects import Child
from ...model.tables import Check, Column, Table
from .kinds import REMADE


class PartitionTie(Child, frozen=True, kw_only=True):
    """That a table is a partition, as a thing of its own that goes before others come. In no catalog."""

    kind: ClassVar[str] = "partition_tie"


def untied(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with partitions let go first, where another table becomes one of the same whole, or that is made
    anew without them."""
    coming = Counter(a for c in changes if (a := _joined(c)) is not None)
    anew = {o.address for c in changes if isinstance(c, Rebuild) for o in (c.old, *c.before)}
    types = [c for c in changes if isinstance(c, Rebuild) and c.old.kind in REMADE]
    retyped = {o.address for c in types for o in c.before}
    found: list[Change] = []
    leaving: list[tuple[PartitionTie, set[Address]]] = []
    away: dict[Address, list[PartitionTie]] = {}
    for c in changes:
        whole = c.old.partition_of if isinstance(c, Alter) and isinstance(c.old, Table) else None
        if whole is None or not isinstance(c, Alter) or not c.fields & {"partition_of", "bound"}:
            found.append(c)
        elif whole in anew or coming[whole] > (_joined(c) == whole):
            shared = [a for a in _shared(whole, old) if a not in retyped] if _joined(c) != whole else []
            tie = PartitionTie(schema=c.old.schema, name=c.old.name, table=c.old.name, refs=(whole, *shared))
            if _joined(c) != whole or whole not in retyped:
                leaving.append((tie, {*_shared(whole, old)}))
            if _joined(c) == whole:
                for above in _upwards(whole, old):
                    away.setdefault(above, []).append(tie)
            found.append(Drop(tie))
            found.append(replace(c, old=replace(c.old, partition_of=None, bound=None)))
        else:
            found.append(c)
    found = [_retyped_before(c, leaving) if isinstance(c, Rebuild) else c for c in found]
    return [_around(c, away) for c in found] if away else found


def _retyped_before(c: Rebuild, leaving: Sequence[tuple[PartitionTie, set[Address]]]) -> Rebuild:
    """A type is made anew while the partitions still have what their whole has of it."""
    if c.old.kind not in REMADE:
        return c
    mine = {o.address for o in c.before}
    ties = (t.address for t, shared in leaving if not mine.isdisjoint(shared))
    return replace(c, old=replace(c.old, refs=(*c.old.refs, *ties)))


def _shared(whole: Address, old: Catalog) -> list[Address]:
    """What a partition keeps of its whole when it is let go, if it is let go before that goes."""
    wholes = (old.children(a) for a in _upwards(whole, old))
    return [o.address for parts in wholes for o in parts if isinstance(o, Check | Column)]


def _upwards(whole: Address | None, catalog: Catalog) -> Iterator[Address]:
    """A partitioned table, and those that it is a partition of itself."""
    while whole is not None:
        yield whole
        table = catalog.get(whole)
        whole = table.partition_of if isinstance(table, Table) else None


def _around(c: Change, away: Mapping[Address, Sequence[PartitionTie]]) -> Change:
    """A change of a column that partitions share with their whole: before they are let go, or once they are back."""
    o = subject(c)
    ties = away.get(o.parent, ()) if isinstance(o, Column) and o.parent is not None else ()
    if not ties:
        return c
    if isinstance(c, Drop):
        return replace(c, old=replace(c.old, refs=(*c.old.refs, *(t.address for t in ties))))
    if isinstance(c, Alter | Create):
        back = (t.parent for t in ties if t.parent is not None)
        return replace(c, new=replace(c.new, refs=(*c.new.refs, *back)))
    return c


def _joined(c: Change) -> Address | None:
    """The partitioned table that a table becomes a partition of, or stays one with other bounds."""
    if isinstance(c, Create) and isinstance(c.new, Table):
        return c.new.partition_of
    moved = isinstance(c, Alter) and bool(c.fields & {"partition_of", "bound"})
    return c.new.partition_of if moved and isinstance(c, Alter) and isinstance(c.new, Table) else None
