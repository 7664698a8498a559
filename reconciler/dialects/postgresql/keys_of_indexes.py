"""Unique indexes that become keys: ADD CONSTRAINT … USING INDEX takes one that is there, and builds none.

The server takes a btree over plain columns in their usual order, of all rows, on a table that is not partitioned
(manual: ALTER TABLE). A foreign key that relies on the index waits until it is a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Change, Create, Drop, Rebuild, Rename, address_of
from ...model.tables import Index, Key, PrimaryKey, Table, Unique
from .spelling import ident


class PrimaryKeyOfIndex(PrimaryKey, frozen=True, kw_only=True):
    """A primary key with the index that it takes. In no catalog."""

    index: Index | None = None


class UniqueOfIndex(Unique, frozen=True, kw_only=True):
    """A unique constraint with the index that it takes. In no catalog."""

    index: Index | None = None


def taking(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes in which keys take the indexes that go for them."""
    spare = {c.old.address: c.old for c in changes if isinstance(c, Drop) and isinstance(c.old, Index)}
    taken: dict[Address, Change] = {}
    for c in changes if spare else ():
        if isinstance(c, Create) and isinstance(c.new, PrimaryKey | Unique) and _stays(c.new, changes, old, new):
            index = next((i for i in spare.values() if _fits(i, c.new) and not _name_taken(i, c.new, changes)), None)
            if index is not None:
                del spare[index.address]
                kind = PrimaryKeyOfIndex if isinstance(c.new, PrimaryKey) else UniqueOfIndex
                taken |= {index.address: c, c.new.address: Create(kind(**_fields(c.new), index=index))}
    done = (taken.get(address_of(c), c) for c in changes if not (isinstance(c, Drop) and address_of(c) in taken))
    return list(done)


def _fields(key: Key) -> dict[str, Any]:
    return {f: getattr(key, f) for f in key.__struct_fields__}


def _stays(key: Key, changes: Sequence[Change], old: Catalog, new: Catalog) -> bool:
    """Whether its table is a plain one that is there before and after, with the columns that the key is over."""
    tables = (side.get(Address("table", key.schema, key.table)) for side in (old, new))
    if not all(isinstance(t, Table) and t.partition_by is None for t in tables):
        return False
    parts = {key.parent, *(Address("column", key.schema, c, key.table) for c in (*key.columns, *key.include))}
    return not any(isinstance(c, Create | Drop | Rebuild) and not parts.isdisjoint(_touched(c)) for c in changes)


def _touched(c: Create | Drop | Rebuild) -> Iterator[Address]:
    yield address_of(c)
    if isinstance(c, Rebuild):
        yield from (o.address for o in c.before)


def _fits(i: Index, key: PrimaryKey | Unique) -> bool:
    plain = i.unique and i.valid and i.method == "btree" and i.where is None and i.attached_to is None and not i.only
    nulls = getattr(key, "nulls_not_distinct", False)
    shape = (tuple(map(ident, key.columns)), key.include, nulls)
    same = i.parent == key.parent and (i.keys, i.include, i.nulls_not_distinct) == shape
    return plain and same and not key.without_overlaps and not i.depends_on_extensions


def _name_taken(i: Index, key: Key, changes: Sequence[Change]) -> bool:
    """Whether another thing gets the index's name, which is free only when the key has taken it."""
    made = (c.new for c in changes if isinstance(c, Create | Rename) and c.new.address != key.address)
    return any((o.schema, o.name) == (i.schema, i.name) for o in made)
