"""Tables that join and leave their parents: INHERIT and ATTACH with what they ask for, and what is left behind."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Drop, Statement, Step
from ...model.tables import Check, Column, Exclusion, ForeignKey, Index, Key, Table
from ..base import Rendering
from .clauses import constraint_clause, not_valid
from .ddl_columns import alterations, as_child, dropped
from .ddl_not_null import not_null_named
from .lineage import columns_from_parents, columns_of, parents
from .only_wholes import is_only
from .parents import behind_the_others, in_place
from .partitions import PartitionTie
from .rendering import RENDER, head_of, on_owner, sql
from .spelling import at, cut, ident, made_up, made_up_index, qualified

_WITH: Final = re.compile(r"\s+WITH\s+", re.IGNORECASE)


def inherited(old: Table, new: Table, context: Rendering) -> Iterator[Statement]:
    """New parents first: a column that both have stays theirs, and does not become the table's own in between."""
    head = f"ALTER TABLE {at(new.address)}"
    joined, gone = ([p for p in a.inherits if p not in b.inherits] for a, b in ((new, old), (old, new)))
    yield from _conforming(old, new, joined, {c.name for c in _checks(context.old, old)}, context)
    for p in new.inherits[in_place(old, new) :]:
        yield from [sql(f"{head} INHERIT {at(p)}")] if p in joined else behind_the_others(new.address, p)
    yield from (sql(f"{head} NO INHERIT {at(p)}") for p in gone)
    if gone:
        yield from _left_over(old, new, gone, context)


def reattached(old: Table, new: Table, context: Rendering) -> Iterator[Statement]:
    """A partition of the same whole as before changes its columns with that, and not while it is away."""
    if old.partition_of is not None:
        yield sql(f"ALTER TABLE {at(old.partition_of)} DETACH PARTITION {at(new.address)}")
        if new.partition_of != old.partition_of:
            yield from _left_over(old, new, (old.partition_of,), context)
        yield from _shares_left(new, old.partition_of, context)
    if new.partition_of is not None:
        kept = {c.name for c in _checks(context.old, old)} if old.partition_of == new.partition_of else set()
        yield from _conforming(old, new, (new.partition_of,), kept, context)
        yield sql(f"ALTER TABLE {at(new.partition_of)} ATTACH PARTITION {at(new.address)} {new.bound}")


@RENDER.on("drop", PartitionTie)
def detach(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, PartitionTie)
    table = Address("table", step.change.old.schema, step.change.old.table)
    old, new = context.old[table], context.new[table]
    assert isinstance(old, Table) and isinstance(new, Table)
    yield from reattached(old, replace(new, partition_of=None), context)


def _checks(catalog: Catalog, table: Table) -> Iterator[Check]:
    """The checks of a table, those of its parents among them."""
    yield from (o for o in catalog.children(table.address) if isinstance(o, Check))
    for p in parents(table):
        if isinstance(above := catalog.get(p), Table):
            yield from (c for c in _checks(catalog, above) if not c.no_inherit)


def _conforming(
    old: Table, new: Table, joined: Iterable[Address], has: set[str], context: Rendering
) -> Iterator[Statement]:
    """What the parents ask of a table before they take it: NOT NULL where theirs are, and their checks."""
    head = f"ALTER TABLE {at(new.address)}"
    mine = columns_of(context.old, old)
    named = has | {o.name for o in context.old.children(old.address) if isinstance(o, Check)}
    for above in (p for a in joined if isinstance(p := context.new.get(a), Table)):
        for name, c in columns_of(context.new, above).items():
            handed = not c.nullable and not (c.not_null is not None and c.not_null.no_inherit)
            if handed and name in mine:
                yield from _never_null(replace(mine[name], schema=new.schema, table=new.name), c, new, context)
                mine[name] = c
        for o in _checks(context.new, above):
            if not o.no_inherit and o.name not in named:
                named.add(o.name)
                yield sql(f"{head} ADD {constraint_clause(o)}{not_valid(o)}")


def _never_null(mine: Column, above: Column, new: Table, context: Rendering) -> Iterator[Statement]:
    """From 18 on a partition's NOT NULL gets the whole's name, as one has that is made as a partition."""
    name = above.not_null_name or made_up(above.table, above.name, "not_null")
    if not context.profile.capabilities["not_null_names"] or new.partition_of is None:
        if mine.nullable:
            yield sql(f"{head_of(mine)} SET NOT NULL")
    elif mine.nullable:
        yield sql(f"{on_owner(mine)} ADD CONSTRAINT {ident(name)} NOT NULL {ident(mine.name)}")
    else:
        yield sql(not_null_named(mine, name))


def _left_over(old: Table, new: Table, gone: Collection[Address], context: Rendering) -> Iterator[Statement]:
    """What a table keeps of parents that it leaves, and is not to have any more."""
    head = f"ALTER TABLE {at(new.address)} DROP"
    mine = {o.name: o for o in context.old.children(old.address) if isinstance(o, Column)}
    above = columns_from_parents(context.old, old)
    computed = {n for n, c in above.items() if c.generated is not None}
    staying = columns_from_parents(context.old, old, without=gone)  # theirs, and so goes with what they have
    for name in sorted(old.columns, key=lambda n: n not in computed):  # they hang on the others
        theirs = name not in mine or mine[name].inherited
        if theirs and name not in new.columns and name not in staying:
            column = replace(mine.get(name, above[name]), schema=new.schema, table=new.name)
            yield from dropped(column, context, leaving=True)
    kept = {o.name for o in _checks(context.new, new)}
    for o in (o for p in gone for o in context.old.children(p)):
        if isinstance(o, Check) and not o.no_inherit and o.name not in kept:
            yield sql(f"{head} CONSTRAINT IF EXISTS {ident(o.name)}")
    yield from _handed_over(old, new, above, mine.keys(), context)
    if context.profile.capabilities["not_null_names"]:
        yield from _named_anew(old, new, above, context)


def _handed_over(
    old: Table, new: Table, above: Mapping[str, Column], own: Collection[str], context: Rendering
) -> Iterator[Statement]:
    """What columns of both parents keep of the one that they leave, and the other has not."""
    said = {*own, *(o.name for o in context.new.children(new.address) if isinstance(o, Column))}
    for name, will in columns_from_parents(context.new, new).items():
        if name in above and name not in said:
            child = replace(will, schema=new.schema, table=new.name, merged=False)
            was, now = (as_child(c, child) for c in (above[name], will))
            nullable = was.nullable or now.nullable  # what the new one asks for is done before it is joined
            yield from alterations(was, replace(now, nullable=nullable, not_null=was.not_null), context)


def _named_anew(old: Table, new: Table, above: dict[str, Column], context: Rendering) -> Iterator[Statement]:
    """A NOT NULL that came from a parent keeps the name that it got there, and is the table's own now (18)."""
    theirs = columns_from_parents(context.new, new)
    for c in context.new.children(new.address):
        if isinstance(c, Column) and not c.nullable and not c.inherited and c.name not in theirs:
            was = above.get(c.name)
            if was is not None and not was.nullable and c.name in old.columns:
                yield sql(not_null_named(c, c.not_null_name or made_up(c.table, c.name, "not_null")))


def _shares_left(new: Table, parent: Address, context: Rendering) -> Iterator[Statement]:
    """The keys and indexes that a partition had its share of, and that as a table it is not to have."""
    head = f"ALTER TABLE {at(new.address)} DROP CONSTRAINT IF EXISTS"
    shares = (o for o in context.old.children(new.address) if isinstance(o, Index))
    named = {o.attached_to for o in shares if o.address in context.new}  # the others have the server's names again
    kept = {(o.kind, o.name) for o in context.new.children(new.address)}
    above = context.new.children(new.partition_of) if new.partition_of is not None else ()
    shared = {(o.kind, _terms(o)) for o in above if isinstance(o, Key | Index)}
    for o in context.old.children(parent):
        if is_only(o):
            continue
        if isinstance(o, Key | Index | Exclusion) and o.address not in named and (o.kind, _terms(o)) not in shared:
            include = () if isinstance(o, Exclusion) else map(ident, o.include)
            name = made_up_index(new.name, (*_terms(o), *include), o.kind)
            if (o.kind, name) not in kept:
                index = f"DROP INDEX IF EXISTS {qualified(new.schema, name)}"
                yield sql(index if isinstance(o, Index) else f"{head} {ident(name)}")
        elif isinstance(o, ForeignKey) and (o.kind, o.name) not in kept:
            yield sql(f"{head} {ident(o.name)}")


def _terms(o: Key | Index | Exclusion) -> tuple[str, ...]:
    """What the server makes the name of an index of: no partition's exclusion becomes a share again."""
    if isinstance(o, Exclusion):
        return tuple(_WITH.split(part)[0] for part in cut(o.definition, o.definition.index("("))[0])
    return tuple(map(ident, o.columns)) if isinstance(o, Key) else o.keys
