"""Indexes of partitioned tables that are made behind the partitions, or behind what these have as their shares.

- One made ON ONLY the table: each partition has a share that is attached to it, or none. A partition that comes under
  one gets its share at once, and no share leaves it alone (manual: CREATE INDEX, ALTER INDEX ATTACH PARTITION), so that
  the whole is made anew where either is asked for.
- One of which a share is sorted otherwise: the server takes that for a share where it finds it (DESC and NULLS are
  not compared, 14 to 18), and makes none like it.
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
    given_up = list(_given_up(changes))
    asked = [o.address for t in _coming(changes) for o in new.children(t)]
    asked += [s.attached_to for s in given_up if s.attached_to is not None]
    only = {a for a in asked if is_only(old.get(a)) and is_only(new.get(a))}
    others = {*_sorted_otherwise(changes, old, new), *(s.attached_to for s in given_up if _comes_first(s, old))}
    return only | {a for a in others if a is not None and a in old and a in new}


class OwnShare(Index, frozen=True, kw_only=True):
    """A share that is made by itself, before the whole's index is. In no catalog."""

    @classmethod
    def of(cls, i: Index) -> OwnShare:
        return cls(**{f: getattr(i, f) for f in i.__struct_fields__})

    def requires(self) -> Iterator[Address]:
        yield from (a for a in Index.requires(self) if a != self.attached_to)


def _sorted_otherwise(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    """Wholes of which such a share comes, and the shares like that of a whole that comes."""
    for c in changes:
        if isinstance(c, Create) and isinstance(c.new, Index):
            if _comes_first(c.new, new) and c.new.attached_to is not None:
                yield c.new.attached_to
            yield from (s.address for s in _shares(c.new, new) if _comes_first(s, new) and not _stands(s, old))


def _stands(share: Index, old: Catalog) -> bool:
    """Whether it is there before it is one, and is taken for a share as it is."""
    was = old.get(share.address)
    return isinstance(was, Index) and was.attached_to is None


def _shares(whole: Object, catalog: Catalog) -> Iterator[Index]:
    for user in (catalog[d] for d in catalog.dependents(whole.address)):
        if isinstance(user, Index) and user.attached_to == whole.address:
            yield user


def _comes_first(share: Object, catalog: Catalog) -> bool:
    """Whether it is sorted otherwise than the whole, or one below it is otherwise than itself."""
    if not isinstance(share, Index) or share.attached_to is None:
        return False
    whole = catalog.get(share.attached_to)
    if not isinstance(whole, Index) or whole.only:
        return False
    return whole.keys != share.keys or any(_comes_first(s, catalog) for s in _shares(share, catalog))


def _coming(changes: Sequence[Change]) -> Iterator[Address]:
    """The partitioned tables that get partitions."""
    for c in changes:
        moved = isinstance(c, Create) or (isinstance(c, Alter) and c.fields & {"partition_of", "bound"})
        if moved and isinstance(c, Create | Alter) and isinstance(c.new, Table) and c.new.partition_of is not None:
            yield c.new.partition_of


def _given_up(changes: Sequence[Change]) -> Iterator[Index]:
    """The shares that are dropped, and not with their tables."""
    gone = {c.old.address: c.old for c in changes if isinstance(c, Drop)}
    for o in gone.values():
        if isinstance(o, Index) and o.attached_to is not None and o.parent not in gone:
            yield o


def behind_partitions(c: Change, old: Catalog, new: Catalog) -> Change:
    """The change so that such an index is made behind the partitions, and goes before one of them is another."""
    if isinstance(c, Create) and is_only(c.new):
        return replace(c, new=_behind(c.new, new))
    if isinstance(c, Create) and isinstance(c.new, Index):
        first = [s.address for s in _shares(c.new, new) if _comes_first(s, new) and not _stands(s, old)]
        made = OwnShare.of(c.new) if _comes_first(c.new, new) else c.new
        return replace(c, new=replace(made, refs=tuple(sorted({*made.refs, *first}))))
    if isinstance(c, Drop) and is_only(c.old):
        return replace(c, old=_behind(c.old, old, new))
    return c


def _behind(o: Object, catalog: Catalog, staying: Catalog | None = None) -> Object:
    assert isinstance(o, Index)
    table = Address("table", o.schema, o.table)
    users = (catalog[d] for d in catalog.dependents(table))
    partitions = {u.address for u in users if isinstance(u, Table) and u.partition_of == table}
    return replace(o, refs=tuple(sorted({*o.refs, *(p for p in partitions if staying is None or p in staying)})))
