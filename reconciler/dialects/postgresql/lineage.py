"""What a table has from its parents, or from the type that it is of: what comes and goes with that, and is said by no
change of its own."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Set
from typing import Final

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, address_of, subject
from ...model.objects import Child, Object, changed_fields
from ...model.tables import Check, Column, Table
from .spelling import made_up
from .typed import let_go_of

HANDED_ON: Final = frozenset({"nullable", "default", "generated", "storage", "compression"})
"""What ALTER COLUMN sets in the children's columns as well."""


def columns_of(catalog: Catalog, table: Table) -> dict[str, Column]:
    """All columns of a table, those of its parents among them as the parents have them."""
    own = {o.name: o for o in catalog.children(table.address) if isinstance(o, Column)}
    return columns_from_parents(catalog, table) | own


def parents(table: Table) -> tuple[Address, ...]:
    """The tables that a table is a child or a partition of."""
    return (*table.inherits, *([table.partition_of] if table.partition_of is not None else []))


def ancestors(table: Table, catalog: Catalog) -> Iterator[Address]:
    """A table's parents, and theirs."""
    for a in parents(table):
        yield a
        if isinstance(p := catalog.get(a), Table):
            yield from ancestors(p, catalog)


def columns_from_parents(catalog: Catalog, table: Table, *, without: Container[Address] = ()) -> dict[str, Column]:
    """The columns of a table that its parents (without some of them) have, as they have them."""
    found: dict[str, Column] = {}
    for above in (p for p in parents(table) if p not in without):
        parent = catalog.get(above)
        if isinstance(parent, Table):
            found |= columns_of(catalog, parent)
    return found


def keeps_identity(column: Address, old: Catalog, new: Catalog) -> bool:
    """Whether a child's column that is an identity of its own stays one: where its table does, so does its default."""
    both = (side.get(column) for side in (old, new))
    return all(isinstance(c, Column) and c.inherited and c.identity is not None for c in both)


def of_typed(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes, without those of a typed table's columns that come and go with those of its type (CASCADE)."""
    altered = {c.new.address for c in changes if isinstance(c, Alter) and c.new.kind == "composite_type"}
    tables = {
        t.address
        for t in new.of(Table)
        if altered and t.of_type is not None and not altered.isdisjoint(t.refs) and t.address in old
    }
    anew = {c.old.address for c in changes if isinstance(c, Drop)}
    tables -= let_go_of(changes)
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
            behind = replace(o, refs=(*o.refs, *(r for r in new[o.parent].refs if r in altered)))
            found += [Alter(bare, behind, fields)] if (fields := changed_fields(bare, o)) else []
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
    changes = _becoming(changes, moved, old, new)
    split = [(c, _comes_by_itself(c, moved, old, new)) for c in changes]
    told = [alter for c, by_itself in split if by_itself and (alter := _told(c, old, new)) is not None]
    left = [*(c for c, by_itself in split if not by_itself), *told]
    done = [
        _kept_column(c, old) if isinstance(c, Create) and c.new.parent in moved else _shared_column(c, moved, new)
        for c in left
    ]
    made = {c.new.address for c in done if isinstance(c, Create)}
    gone = {c.old.address for c in done if isinstance(c, Drop)}
    return [
        replace(c, old=_beside(c.old, old, gone), new=_beside(c.new, new, made))
        if isinstance(c, Alter) and c.new.address in moved
        else _behind(c, moved.keys(), old)
        for c in done
    ]


def _behind(c: Change, moved: Set[Address], old: Catalog) -> Change:
    """A table is copied when those above it have left their parents, and it has what it keeps of them."""
    if not isinstance(c, Rebuild) or not isinstance(c.old, Table):
        return c
    return replace(c, new=_after(c.new, c.old, moved, old))


def _after(o: Object, table: Table, moved: Set[Address], old: Catalog) -> Object:
    """What waits for the tables above a table that leave their parents."""
    return replace(o, refs=tuple(sorted({*o.refs, *(moved & {*ancestors(table, old)})})))


def _told(c: Change, old: Catalog, new: Catalog) -> Alter | None:
    """What comes by itself comes without a comment, and what goes by itself leaves its own behind."""
    o = subject(c)
    if o.comment is None or (o.address in old and o.address in new) or isinstance(c, Alter):
        return None
    bare = replace(o, comment=None)
    return Alter(*((bare, o) if isinstance(c, Create) else (o, bare)), frozenset({"comment"}))


def _beside(o: Object, catalog: Catalog, parts: set[Address]) -> Object:
    """A table that hangs on parts of its parents: it joins them when those are made, and leaves before they go."""
    assert isinstance(o, Table)
    found = {p.address for a in parents(o) for p in catalog.children(a) if isinstance(p, Column | Check)}
    return replace(o, refs=tuple(sorted({*o.refs, *(found & parts)})))


def _becoming(
    changes: list[Change], moved: Mapping[Address, tuple[Object, Table]], old: Catalog, new: Catalog
) -> list[Change]:
    """Columns of a table that were its own and become a parent's, or the other way: they stay, with their values."""
    below = {t.address: (t, will) for t, will in _below(moved, old, new)}
    gone = {c.old.address: c.old for c in changes if isinstance(c, Drop) and isinstance(c.old, Column)}
    staying: dict[Address, Alter] = {}
    for c in changes:
        if not isinstance(c, Create) or not isinstance(c.new, Column) or (table := c.new.parent) is None:
            continue
        was, alter = gone.get(c.new.address), None
        if table in moved:
            alter = _stays(was, c.new, moved[table], old, new) if was is not None else None
        elif table in below:
            alter = _left_behind(was, c.new, below[table], old, new)
            alter = alter and replace(alter, new=_after(alter.new, below[table][0], moved.keys(), old))
        staying |= {c.new.address: alter} if alter is not None else {}
    kept = (c for c in changes if address_of(c) not in staying)
    # those that change nothing too, where they hang on what goes no more
    return [*kept, *(c for c in staying.values() if c.fields or not gone.keys().isdisjoint(c.old.refs))]


def _below(
    moved: Mapping[Address, tuple[Object, Table]], old: Catalog, new: Catalog
) -> Iterator[tuple[Table, Table]]:
    """The tables below those that leave or join a parent, before and after, which stay where they are themselves."""
    for was in old.of(Table) if moved else ():
        will = new.get(was.address)
        stays = was.inherits and was.address not in moved
        if stays and isinstance(will, Table) and not moved.keys().isdisjoint(ancestors(was, old)):
            yield was, will


def _left_behind(
    was: Column | None, will: Column, table: tuple[Table, Table], old: Catalog, new: Catalog
) -> Alter | None:
    """A column that a table's parents have no more, since they have left theirs, and that is the table's own then."""
    theirs = columns_from_parents(old, table[0]).get(will.name)
    if theirs is None or will.inherited or will.name in columns_from_parents(new, table[1]):
        return None
    mine = was if was is not None else _as_handed_on(theirs, will)
    mine = _handed_on(replace(mine, inherited=False, merged=False), will, table[0], old, new)
    stays = mine.generated is None and will.generated is None
    return Alter(mine, will, changed_fields(mine, will)) if stays else None


def _as_handed_on(theirs: Column, will: Column) -> Column:
    """A parent's column as a table below has it that says nothing of it."""
    mine = replace(theirs, schema=will.schema, table=will.table, inherited=will.inherited, merged=will.merged)
    return replace(mine, comment=None, identity=None, statistics=None, options=(), not_null_name=will.not_null_name)


def alike(a: Column, b: Column) -> bool:
    """Whether one column can be both: of one type, and computed in neither."""
    return (a.type, a.collation, a.generated, b.generated) == (b.type, b.collation, None, None)


def _stays(was: Column, will: Object, table: tuple[Object, Table], old: Catalog, new: Catalog) -> Alter | None:
    assert isinstance(will, Column)
    if was.inherited == will.inherited or (was.type, was.collation) != (will.type, will.collation):
        return None
    if (was.generated is None) != (will.generated is None):
        return None
    mine = replace(was, inherited=will.inherited, merged=will.merged, not_null_name=will.not_null_name)
    if will.inherited and will.not_null_name is not None and not was.nullable:  # its own, beside the parent's
        mine = replace(mine, not_null_name=was.not_null_name or made_up(was.table, was.name, "not_null"))
    if will.inherited:
        mine = _asked(mine, columns_from_parents(new, table[1]).get(was.name))
    else:
        mine = _handed_on(mine, will, table[0], old, new)
    return Alter(mine, will, changed_fields(mine, will))


def _handed_on(mine: Column, will: Column, left: Object, old: Catalog, new: Catalog) -> Column:
    """A column whose table leaves its parents: what changes in theirs may have come before it left."""
    assert isinstance(left, Table)
    for table in (t for a in parents(left) if isinstance(t := old.get(a), Table)):
        above = columns_of(old, table).get(mine.name)
        now = new.get(above.address) if above is not None else None
        if above is not None and isinstance(now, Column):
            came = changed_fields(above, now) & HANDED_ON
            mine = replace(mine, **{f: getattr(now, f) for f in came if getattr(mine, f) == getattr(will, f)})
    return mine


def _asked(c: Column, above: Column | None) -> Column:
    """A column as it is when its table has joined a parent, which takes none that may be null where its own may not."""
    return c if above is None or above.nullable else replace(c, nullable=False)


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
    before = replace(_asked(was, will), inherited=True, merged=was.merged)
    return Alter(before, mine, changed_fields(before, mine))


def _kept_column(c: Create, old: Catalog) -> Change:
    """A column that a table had from the parent that it leaves, and that is its own, and another one, from then on."""
    table, will = old.get(c.new.parent) if c.new.parent is not None else None, c.new
    had = old.get(will.address)
    if isinstance(had, Column) and not had.inherited:
        return c
    was = columns_of(old, table).get(will.name) if isinstance(table, Table) and isinstance(will, Column) else None
    if was is None or not isinstance(will, Column) or _declared(will):
        return c
    if (was.generated is None) != (will.generated is None):
        return c
    mine = _as_handed_on(was, will)
    return Alter(mine, will, changed_fields(mine, will))


def _comes_by_itself(c: Change, moved: dict[Address, tuple[Object, Table]], old: Catalog, new: Catalog) -> bool:
    if isinstance(c, Create | Drop) and (own := address_of(c)) in old and own in new:
        # the table's own column, which becomes the parent's as well, or is not any more
        return old[own].parent in moved and _same_below(old[own], new[own])
    if isinstance(c, Create) and c.new.parent in moved and not _declared(c.new):
        was, will = moved[c.new.parent]
        asked = _inherited(new, will) if c.new.kind == "check" else []  # made before it joins
        return any(_same_below(p, c.new) for p in (*_inherited(old, was), *asked))
    if isinstance(c, Drop) and c.old.parent in moved:
        was, will = moved[c.old.parent]
        if c.old.kind == "check":  # which the new parent has, or which goes when the old one has been left
            return any(_same_below(p, c.old) for t, of in ((was, old), (will, new)) for p in _inherited(of, t))
        return c.old.kind == "column" and any(_same_below(p, c.old) for p in _inherited(new, will))
    return False


def _declared(o: Object) -> bool:
    """Whether it is a column that a table has from a parent and declares as well: no parent leaves one behind so."""
    return isinstance(o, Column) and o.merged


def _inherited(catalog: Catalog, table: Object) -> list[Object]:
    assert isinstance(table, Table)
    return [o for p in parents(table) for o in catalog.children(p)]


def _same_below(above: Object, own: Object) -> bool:
    if type(above) is not type(own) or not isinstance(above, Child) or not isinstance(own, Child):
        return False
    name = own.name if own.kind != "column" else above.name
    a = replace(above, schema=own.schema, table=own.table, name=name, refs=(), comment=None)
    b = replace(own, refs=(), comment=None)
    if isinstance(a, Column) and isinstance(b, Column):
        a, b = (replace(c, default_refs=(), inherited=False, merged=False, identity=None) for c in (a, b))
    return a == b
