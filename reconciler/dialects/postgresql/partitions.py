"""Partitions that change places: a bound is free only when whoever had it is no partition any more."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild
from ...model.objects import Child
from ...model.tables import Table


class PartitionTie(Child, frozen=True, kw_only=True):
    """That a table is a partition, as a thing of its own that goes before others come. In no catalog."""

    kind: ClassVar[str] = "partition_tie"


def untied(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with partitions let go first, where another table becomes one of the same whole, or that is made
    anew without them."""
    coming = Counter(a for c in changes if (a := _joined(c)) is not None)
    anew = {o.address for c in changes if isinstance(c, Rebuild) for o in (c.old, *c.before)}
    found: list[Change] = []
    for c in changes:
        whole = c.old.partition_of if isinstance(c, Alter) and isinstance(c.old, Table) else None
        if whole is None or not isinstance(c, Alter) or not c.fields & {"partition_of", "bound"}:
            found.append(c)
        elif whole in anew or coming[whole] > (_joined(c) == whole):
            found.append(Drop(PartitionTie(schema=c.old.schema, name=c.old.name, table=c.old.name, refs=(whole,))))
            found.append(replace(c, old=replace(c.old, partition_of=None, bound=None)))
        else:
            found.append(c)
    return found


def _joined(c: Change) -> Address | None:
    """The partitioned table that a table becomes a partition of, or stays one with other bounds."""
    if isinstance(c, Create) and isinstance(c.new, Table):
        return c.new.partition_of
    moved = isinstance(c, Alter) and bool(c.fields & {"partition_of", "bound"})
    return c.new.partition_of if moved and isinstance(c, Alter) and isinstance(c.new, Table) else None
