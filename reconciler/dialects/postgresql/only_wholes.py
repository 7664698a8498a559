"""Indexes that are made ON ONLY a partitioned table: each partition has a share that is attached to it, or none.

A partition that comes under one gets its share at once, and no share leaves it alone (manual: CREATE INDEX, ALTER INDEX
ATTACH PARTITION), so that the whole is made anew where either is asked for; and it is made behind the partitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop
from ...model.objects import Object
from ...model.tables import Index, Table


def is_only(o: Object | None) -> bool:
    """Whether it is such an index."""
    return isinstance(o, Index) and o.only


def anew(changes: Sequence[Change], old: Catalog, new: Catalog) -> set[Address]:
    """Those that cannot stay under what becomes of their partitions, or of their shares."""
    asked = [*(o.address for t in _coming(changes) for o in new.children(t)), *_given_up(changes)]
    return {a for a in asked if is_only(old.get(a)) and is_only(new.get(a))}


def _coming(changes: Sequence[Change]) -> Iterator[Address]:
    """The partitioned tables that get partitions."""
    for c in changes:
        moved = isinstance(c, Create) or (isinstance(c, Alter) and c.fields & {"partition_of", "bound"})
        if moved and isinstance(c, Create | Alter) and isinstance(c.new, Table) and c.new.partition_of is not None:
            yield c.new.partition_of


def _given_up(changes: Sequence[Change]) -> Iterator[Address]:
    """The indexes whose shares are dropped, and not with their tables."""
    gone = {c.old.address: c.old for c in changes if isinstance(c, Drop)}
    for o in gone.values():
        if isinstance(o, Index) and o.attached_to is not None and o.parent not in gone:
            yield o.attached_to


def behind_partitions(c: Change, old: Catalog, new: Catalog) -> Change:
    """The change so that such an index is made behind the partitions, and goes before one of them is another."""
    if isinstance(c, Create) and is_only(c.new):
        return replace(c, new=_behind(c.new, new))
    if isinstance(c, Drop) and is_only(c.old):
        return replace(c, old=_behind(c.old, old, new))
    return c


def _behind(o: Object, catalog: Catalog, staying: Catalog | None = None) -> Object:
    assert isinstance(o, Index)
    table = Address("table", o.schema, o.table)
    users = (catalog[d] for d in catalog.dependents(table))
    partitions = {u.address for u in users if isinstance(u, Table) and u.partition_of == table}
    return replace(o, refs=tuple(sorted({*o.refs, *(p for p in partitions if staying is None or p in staying)})))
