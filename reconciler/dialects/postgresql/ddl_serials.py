"""A serial that becomes an identity, and back."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...model.access import Owner
from ...model.changes import Rebuild, Statement, Step
from ...model.namespaces import Sequence
from ...model.tables import Column
from ..base import Rendering
from .ddl_columns import alterations
from .positions import carried_over, create_sequence, sequence_of, taken_over
from .rendering import RENDER, head_of, owner, sql
from .spelling import aside, at, ident, literal, qualified


@RENDER.on("rebuild", Column)
def exchange_sequence(step: Step, context: Rendering) -> Iterator[Statement]:
    """A serial that becomes an identity, or the other way: both want the sequence's name. The position is kept."""
    change = step.change
    assert isinstance(change, Rebuild)
    old, new = change.old, change.new
    assert isinstance(old, Column) and isinstance(new, Column)
    given = [o for o in change.before if isinstance(o, Sequence)]
    taken = [o for o in change.after if isinstance(o, Sequence)]
    if given:
        was = given[0]
        spare = qualified(was.schema, aside(was.name))
        yield sql(f"{head_of(new)} DROP DEFAULT")
        yield sql(f"ALTER SEQUENCE {qualified(was.schema, was.name)} RENAME TO {ident(aside(was.name))}")
        yield from alterations(replace(old, default=None, default_refs=()), new, context)
        if new.identity is not None:
            yield sql(carried_over(spare, was, new))
        yield sql(f"DROP SEQUENCE {spare}")
    if taken:
        owners = [o.role for o in change.after if isinstance(o, Owner)]
        yield from _serial(old, new, taken[0], owners, context)


def _serial(old: Column, new: Column, sequence: Sequence, owners: list[str], context: Rendering) -> Iterator[Statement]:
    assert old.identity is not None
    was = sequence_of(old)
    spare = aside(was.name)
    name = qualified(sequence.schema, sequence.name)
    yield sql(f"ALTER SEQUENCE {at(was.address)} RENAME TO {ident(spare)}")
    yield from create_sequence(sequence)
    yield sql(taken_over(literal(name), qualified(old.schema, spare), was, sequence))
    yield from alterations(old, new, context)
    for role in owners:
        yield sql(f"ALTER SEQUENCE {name} OWNER TO {ident(role)}")
    yield sql(f"ALTER SEQUENCE {name} OWNED BY {owner(new)}.{ident(new.name)}")
