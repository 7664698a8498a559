"""What a table has from its parents, or from the type that it is of: what comes and goes with that, and is said by no
change of its own."""

from __future__ import annotations

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, address_of, subject
from ...model.objects import Child, Object, changed_fields
from ...model.tables import Column, Table


def columns_of(catalog: Catalog, table: Table) -> dict[str, Column]:
    """All columns of a table, those of its parents among them as the parents have them."""
    own = {o.name: o for o in catalog.children(table.address) if isinstance(o, Column)}
    return columns_from_parents(catalog, table) | own


def columns_from_parents(catalog: Catalog, table: Table) -> dict[str, Column]:
    """The columns of a table that its parents have, as they have them."""
    found: dict[str, Column] = {}
    for above in (*table.inherits, *([table.partition_of] if table.partition_of is not None else [])):
        parent = catalog.get(above)
        if isinstance(parent, Table):
            found |= columns_of(catalog, parent)
    return found


def of_typed(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes, without those of a typed table's columns that come and go with those of its type (CASCADE)."""
    altered = {c.new.address for c in changes if isinstance(c, Alter) and c.new.kind == "composite_type"}
    tables = {
        t.address
        for t in new.of(Table)
        if altered and t.of_type is not None and not altered.isdisjoint(t.refs) and t.address in old
    }
    anew = {c.old.address for c in changes if isinstance(c, Drop)}
    tables = {a for a in tables - anew if getattr(old[a], "of_type", None) is not None}
    found: list[Change] = []
    for c in changes:
        o = subject(c)
        if (
            not isinstance(c, Create | Drop)
            or not isinstance(o, Column)
            or o.parent not in tables
            or (o.address in old and o.address in new)
        ):
            found.append(c)
        elif isinstance(c, Create):
            bare = Column(schema=o.schema, table=o.table, name=o.name, type=o.type, collation=o.collation)
            found += [Alter(bare, o, fields)] if (fields := changed_fields(bare, o)) else []
    return found


def by_lineage(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes, without those of what a table has already, from the parent that it leaves or joins."""
    moved = {
        c.new.address: (c.old, c.new)
        for c in changes
        if isinstance(c, Alter) and isinstance(c.new, Table) and c.fields & {"partition_of", "inherits"}
    }
    if not moved:
        return changes
    left = (c for c in changes if not _comes_by_itself(c, moved, old, new))
    return [
        _kept_column(c, old) if isinstance(c, Create) and c.new.parent in moved else _shared_column(c, moved, new)
        for c in left
    ]


def _shared_column(c: Change, moved: dict[Address, tuple[Object, Table]], new: Catalog) -> Change:
    """A column of a table that is a parent's from now on, of the same type, and is then as that one is."""
    if not isinstance(c, Drop) or not isinstance(c.old, Column) or c.old.parent not in moved or c.old.address in new:
        return c
    was = c.old
    will = columns_from_parents(new, moved[c.old.parent][1]).get(was.name)
    if will is None:
        return c
    mine = replace(will, schema=was.schema, table=was.table, inherited=True, comment=None, identity=None)
    mine = replace(mine, statistics=None, options=(), not_null_name=was.not_null_name, refs=was.refs)
    return Alter(was, mine, changed_fields(was, mine))


def _kept_column(c: Create, old: Catalog) -> Change:
    """A column that a table had from the parent that it leaves, and that is its own, and another one, from then on."""
    table, will = old.get(c.new.parent) if c.new.parent is not None else None, c.new
    was = columns_of(old, table).get(will.name) if isinstance(table, Table) and isinstance(will, Column) else None
    if was is None or not isinstance(will, Column) or (was.generated is None) != (will.generated is None):
        return c
    mine = replace(was, schema=will.schema, table=will.table, inherited=will.inherited, merged=will.merged)
    mine = replace(mine, comment=None, identity=None, statistics=None, options=(), not_null_name=will.not_null_name)
    return Alter(mine, will, changed_fields(mine, will))


def _comes_by_itself(c: Change, moved: dict[Address, tuple[Object, Table]], old: Catalog, new: Catalog) -> bool:
    if isinstance(c, Create | Drop) and (own := address_of(c)) in old and own in new:
        # the table's own column, which becomes the parent's as well, or is not any more
        return old[own].parent in moved and _same_below(old[own], new[own])
    if isinstance(c, Create) and c.new.parent in moved:
        return any(_same_below(p, c.new) for p in _inherited(old, moved[c.new.parent][0]))
    if isinstance(c, Drop) and c.old.parent in moved:
        return c.old.kind == "column" and any(_same_below(p, c.old) for p in _inherited(new, moved[c.old.parent][1]))
    return False


def _inherited(catalog: Catalog, table: Object) -> list[Object]:
    assert isinstance(table, Table)
    parents = [*table.inherits, *([table.partition_of] if table.partition_of is not None else [])]
    return [o for p in parents for o in catalog.children(p)]


def _same_below(above: Object, own: Object) -> bool:
    if type(above) is not type(own) or not isinstance(above, Child) or not isinstance(own, Child):
        return False
    name = own.name if own.kind != "column" else above.name
    a = replace(above, schema=own.schema, table=own.table, name=name, refs=(), comment=None)
    b = replace(own, refs=(), comment=None)
    if isinstance(a, Column) and isinstance(b, Column):
        a, b = (replace(c, default_refs=(), inherited=False, merged=False, identity=None) for c in (a, b))
    return a == b
