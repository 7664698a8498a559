"""Columns that go from a child table to its parent, or from the parent to the child: they stay, with their values.

A parent that gets a column which a child has as its own makes that its own as well (manual: CREATE TABLE, INHERITS;
ALTER TABLE, ADD COLUMN), and one that loses a column leaves it to the children that have declared it, or to all of them
where it is dropped from ONLY the parent (ALTER TABLE, DROP COLUMN).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, Rename, address_of
from ...model.objects import Object, changed_fields
from ...model.tables import Column, Table
from .lineage import alike, columns_from_parents, columns_of, parents


def by_handing(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    """The child tables whose own column is to be the parent's alone: it would be the table's own as well."""
    made = {c.new.address for c in changes if isinstance(c, Create)}
    for c in changes:
        if isinstance(c, Drop) and isinstance(c.old, Column) and c.old.address not in new:
            table, above = _child(c.old, old, new)
            will = above[1].get(c.old.name)
            rises = will is not None and will.address in made and alike(c.old, will) and not c.old.inherited
            if table is not None and rises:
                yield table.address


def handed(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes without those that would drop such a column and make it again."""
    gone = {c.old.address: c.old for c in changes if isinstance(c, Drop)}
    made = {c.new.address: c.new for c in changes if isinstance(c, Create)}
    heirs = {d: new[d] for a in gone if a.kind == "column" for d in old.dependents(a) if d in new and d.name == a.name}
    anew = {o.address for c in changes if isinstance(c, Rebuild) for o in (c.old, *c.before)}
    kept: dict[Address, Alter] = {}
    for a, will in {**made, **heirs}.items():
        alter = _stays(a, will, gone, made, old, new) if isinstance(will, Column) and will.parent not in anew else None
        kept |= {a: alter} if alter is not None else {}
    rest = [c for c in changes if isinstance(c, Rename) or address_of(c) not in kept]
    behind = [_behind_parents(c, made, new) for c in rest]
    return [*behind, *kept.values()]  # those that change nothing too: they hang on what goes no more


def _behind_parents(c: Change, made: Mapping[Address, Object], new: Catalog) -> Change:
    """A table is copied when its parents have all that it has from them."""
    if not isinstance(c, Rebuild) or not isinstance(c.new, Table) or not c.new.inherits:
        return c
    theirs = {o.address for o in columns_from_parents(new, c.new).values()}
    return replace(c, new=replace(c.new, refs=tuple(sorted({*c.new.refs, *(theirs & made.keys())}))))


class Losing(msgspec.Struct, frozen=True):
    """What becomes of a column below a table that has it no more. leaving: because it leaves its own parents."""

    old: Catalog
    new: Catalog
    leaving: bool

    def dropped(self, c: Column) -> Iterator[tuple[Column, bool]]:
        """What is to be dropped so that a table has a column no more, its own first, and whether from ONLY that table:
        the tables below keep what they are to have as their own, and what they have declared does not go by itself."""
        heirs = list(self._heirs(c))
        only = any(self._kept_below(h) for h in heirs if not self._is_declared(h))
        yield c, only
        for h in (h for h in heirs if not self._keeps(h)):
            further = self.dropped(h)
            if not only and not self._is_declared(h):
                next(further)  # goes along
            yield from further

    def kept(self, c: Column) -> Iterator[Column]:
        """The columns of the tables below that stay, as they are to be."""
        for h in self._heirs(c):
            if not self._keeps(h):
                yield from self.kept(h)
            elif isinstance(table := self.new.get(Address("table", h.schema, h.table)), Table):
                yield replace(columns_of(self.new, table)[h.name], schema=h.schema, table=h.table)

    def _heirs(self, c: Column) -> Iterator[Column]:
        """The column as the tables below have it that are there before and after; those that leave see to theirs."""
        for child in (self.old[d] for d in self.old.dependents(Address("table", c.schema, c.table))):
            will = self.new.get(child.address)
            if isinstance(child, Table) and isinstance(will, Table) and c.parent in child.inherits:
                mine = replace(c, schema=child.schema, table=child.name)
                others = columns_from_parents(self.old, child, without={*[c.parent]})
                stays = c.parent in will.inherits or self._keeps(mine)
                if stays and (c.name not in others or self._is_declared(mine)):
                    yield mine

    def _is_declared(self, c: Column) -> bool:
        was = self.old.get(c.address)
        return isinstance(was, Column) and was.merged

    def _keeps(self, c: Column) -> bool:
        """Whether a table is to have it as its own, with its values: behind its leaving, of another type too."""
        was, will = (side[Address("table", c.schema, c.table)] for side in (self.old, self.new))
        assert isinstance(was, Table) and isinstance(will, Table)
        mine = columns_of(self.new, will).get(c.name)
        if mine is None:
            return False
        if parents(was) != parents(will):
            return (mine.generated is None) == (c.generated is None)
        return (mine.generated is None and c.generated is None) if self.leaving else alike(mine, c)

    def _kept_below(self, c: Column) -> bool:
        below = (h for h in self._heirs(c) if not self._is_declared(h))
        return self._keeps(c) or any(self._kept_below(h) for h in below)


def had_parents_not_null(c: Column, old: Catalog, new: Catalog) -> bool:
    """Whether a column had a NOT NULL from parents that have none for it any more, with the column or without."""
    table, (before, after) = _child(c, old, new)
    theirs, now_theirs = before.get(c.name), after.get(c.name)
    if table is None or theirs is None or theirs.nullable:
        return False
    return not c.inherited if now_theirs is None else c.inherited and c.nullable and now_theirs.nullable


def _child(c: Column, old: Catalog, new: Catalog) -> tuple[Table | None, tuple[Mapping[str, Column], ...]]:
    """The table of a column, where it stays the child that it was, and what its parents have before and after."""
    was, will = (side.get(c.parent) if c.parent is not None else None for side in (old, new))
    if not isinstance(was, Table) or not isinstance(will, Table):
        return None, ({}, {})
    if will.partition_of is not None or not will.inherits or parents(was) != parents(will):
        return None, ({}, {})
    return will, (columns_from_parents(old, was), columns_from_parents(new, will))


def _stays(
    a: Address,
    will: Column,
    gone: Mapping[Address, Object],
    made: Mapping[Address, Object],
    old: Catalog,
    new: Catalog,
) -> Alter | None:
    table, (before, after) = _child(will, old, new)
    if table is None or table.address in gone:
        return None
    was, theirs, now_theirs = gone.get(a), before.get(will.name), after.get(will.name)
    if isinstance(was, Column) and theirs is None and now_theirs is not None and now_theirs.address in made:
        mine = replace(was, inherited=True, merged=True, nullable=was.nullable and now_theirs.nullable)
        rises = will.inherited and will.merged and alike(was, now_theirs)
        return Alter(mine, will, changed_fields(mine, will)) if rises else None
    if theirs is None or now_theirs is not None or theirs.address not in gone or will.inherited:
        return None
    was = old.get(a)
    if not isinstance(was, Column):
        was = replace(theirs, schema=will.schema, table=will.table, comment=None, identity=None, statistics=None)
        was = replace(was, options=(), not_null_name=will.not_null_name, refs=(*was.refs, theirs.address))
    mine = replace(was, inherited=False, merged=False)
    return Alter(mine, will, changed_fields(mine, will)) if alike(mine, will) else None
