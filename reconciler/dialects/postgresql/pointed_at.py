"""Foreign keys to a partitioned table, under which its partitions cannot leave it.

A foreign key has a part on each partition that it points at: DROP TABLE of one is refused as long as it has that, and
DETACH as long as rows point at its own (manual: ALTER TABLE, DETACH PARTITION), also where the partition comes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop
from ...model.objects import Object
from ...model.tables import ForeignKey, Table
from .partitions import PartitionTie


def above(catalog: Catalog, table: Object | None) -> Iterator[Address]:
    """The tables that a table is a partition of, on every level."""
    while isinstance(table, Table) and table.partition_of is not None:
        yield table.partition_of
        table = catalog.get(table.partition_of)


def pointed_at(catalog: Catalog, table: Table) -> list[ForeignKey]:
    """The foreign keys to the tables that a table is a partition of."""
    users = (catalog[d] for a in above(catalog, table) for d in catalog.dependents(a))
    return [o for o in users if isinstance(o, ForeignKey) and o.target_address in set(above(catalog, table))]


def made_again(changes: Sequence[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with such keys dropped before a partition goes that comes back, and made again behind that."""
    leaving = {t.address: t for t in _leaving(changes)}
    keys = {a: {f.address: f for f in pointed_at(old, t)} for a, t in leaving.items()}
    made = {c.new.address for c in changes if isinstance(c, Create)}
    back = {
        f
        for a, found in keys.items()
        for f in found
        if a in new and f in new and found[f].target_address in above(new, new[a])
    }
    gone = {c.old.address for c in changes if isinstance(c, Drop)}
    done = [c for c in changes if not (isinstance(c, Alter) and c.new.address in back)]
    done += [Drop(old[f]) for f in sorted(back - gone)] + [Create(new[f]) for f in sorted(back - made)]
    behind = {f: [a for a, found in keys.items() if f in found] for f in {f for found in keys.values() for f in found}}
    return [_ordered(c, behind) for c in done]


def _leaving(changes: Sequence[Change]) -> Iterator[Table]:
    """The partitions that are dropped or detached, if only to come back."""
    for c in changes:
        if isinstance(c, Alter) and not c.fields & {"partition_of", "bound"}:
            continue
        if isinstance(c, Drop | Alter) and isinstance(c.old, Table) and c.old.partition_of is not None:
            yield c.old


def _ordered(c: Change, behind: dict[Address, list[Address]]) -> Change:
    """A foreign key that goes before the partitions and comes after them."""
    if isinstance(c, Drop) and isinstance(c.old, ForeignKey) and c.old.address in behind:
        return replace(c, old=_hung_on(c.old, behind[c.old.address]))
    if isinstance(c, Create) and isinstance(c.new, ForeignKey) and c.new.address in behind:
        return replace(c, new=_hung_on(c.new, behind[c.new.address]))
    return c


def _hung_on(key: ForeignKey, tables: Sequence[Address]) -> ForeignKey:
    ties = (Address(PartitionTie.kind, a.schema, a.name, a.name) for a in tables)
    return replace(key, refs=tuple(sorted({*key.refs, *tables, *ties})))
