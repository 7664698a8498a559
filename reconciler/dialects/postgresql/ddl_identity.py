"""Identity columns: what is changed of one, and its sequence with it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...model.address import Address
from ...model.changes import Statement
from ...model.tables import Column
from ..base import Rendering
from .clauses import column_clause, identity_clause, identity_extras, persisted
from .heirs import below
from .inspect_tables import LIMITS
from .positions import (
    behind_rows,
    bounds,
    carried_over,
    changed_options,
    create_sequence,
    optioned,
    sequence_of,
    taken_over,
)
from .rendering import comment, head_of, on_owner, owner, sql
from .spelling import aside, at, ident, literal, qualified


def narrows(old: Column, new: Column) -> bool:
    """Whether an identity's sequence gets a smaller type with its column."""
    both = old.identity is not None and new.identity is not None
    return both and LIMITS.get(new.type, 0) < LIMITS.get(old.type, 0)


def bounded_first(old: Column, new: Column) -> Iterator[Statement]:
    """Its options, before the smaller type that the old ones would not fit."""
    was, will = sequence_of(old), sequence_of(new)
    if changed_options(was.options, will.options):
        low, high = bounds(will)
        options = replace(will.options, minimum=low, maximum=high)
        will = replace(will, name=was.name, type=was.type, options=options)
        yield from optioned(replace(was, schema=new.schema), will)


def added_above_others(c: Column, context: Rendering) -> Iterator[Statement]:
    """Adds an identity to a table that others have it from, which the server does not (in partitioned tables up to 16):
    the column comes with a default that numbers the rows of all of them, and becomes an identity then."""
    assert c.identity is not None
    s = sequence_of(c)
    numbers = replace(s, name=aside(s.name, "first"))
    yield from create_sequence(numbers)
    numbered = replace(c, identity=None, default=f"nextval({literal(at(numbers.address))}::regclass)")
    yield sql(f"{on_owner(c)} ADD COLUMN {column_clause(numbered)}")
    yield from _undefaulted(c, context)
    yield sql(f"{head_of(c)} ADD {identity_clause(c.identity, c.schema)}")
    yield sql(carried_over(at(numbers.address), numbers, c))
    yield sql(f"DROP SEQUENCE {at(numbers.address)}")


def without_default(old: Column, new: Column) -> Iterator[Statement]:
    """Takes the default away that an identity was made over: it is none meanwhile, and goes on where it was."""
    assert old.identity is not None and new.identity is not None
    was = replace(sequence_of(old), schema=new.schema)
    kept = replace(was, name=aside(was.name, "kept"))
    identity = replace(old.identity, sequence=new.identity.sequence)
    again = replace(old, schema=new.schema, table=new.table, identity=identity)
    yield from create_sequence(kept)
    yield sql(taken_over(literal(at(kept.address)), at(was.address), was, kept))
    yield sql(f"{head_of(new)} DROP IDENTITY")
    yield sql(f"{head_of(new)} DROP DEFAULT")
    yield sql(f"{head_of(new)} ADD {identity_clause(identity, new.schema)}")
    yield sql(carried_over(at(kept.address), kept, again))
    yield sql(f"DROP SEQUENCE {at(kept.address)}")


def _undefaulted(c: Column, context: Rendering) -> Iterator[Statement]:
    """Takes the default away wherever it came to; not where a child's column was there already."""
    yield sql(f"ALTER TABLE ONLY {owner(c)} ALTER COLUMN {ident(c.name)} DROP DEFAULT")
    for t in below(c, context):
        child = replace(c, schema=t.schema, table=t.name)
        own = context.new.get(child.address)
        if not (isinstance(own, Column) and own.merged):
            yield from _undefaulted(child, context)


def identity_changes(old: Column, new: Column, context: Rendering, *, bounded: bool) -> Iterator[Statement]:
    """bounded: its sequence has its options already."""
    head, identity = head_of(new), new.identity
    assert identity is not None
    if old.identity is None:
        yield sql(f"{head} ADD {identity_clause(identity, new.schema)}")
        yield sql(behind_rows(new))
        yield from identity_extras(new)
        return
    sets = []
    if identity.always != old.identity.always:
        sets.append(f"SET GENERATED {'ALWAYS' if identity.always else 'BY DEFAULT'}")
    will = sequence_of(new)
    was = replace(sequence_of(old), type=will.type)  # it went with the column's
    if changed_options(was.options, will.options) and not bounded:
        (low, high), (least, most) = bounds(was), bounds(will)
        if least > low or most < high:
            yield from optioned(replace(was, schema=new.schema), replace(will, name=was.name))
        else:
            sets += [f"SET {clause}" for clause in changed_options(was.options, will.options)]
    if sets:
        yield sql(f"{head} {' '.join(sets)}")
    if was.name != will.name:
        yield sql(f"ALTER SEQUENCE {qualified(new.schema, was.name)} RENAME TO {ident(will.name)}")
    if old.identity.unlogged != identity.unlogged:
        table = context.new.get(Address("table", new.schema, new.table))
        unlogged = identity.unlogged if identity.unlogged is not None else getattr(table, "unlogged", False)
        yield persisted(at(will.address), unlogged=unlogged)
    if old.identity.comment != identity.comment:
        yield comment("SEQUENCE", at(will.address), identity.comment)
