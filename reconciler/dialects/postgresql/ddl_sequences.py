"""Sequences, and which column owns them."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.namespaces import Sequence, SequenceOwner
from ..base import Rendering
from .clauses import sequence_clauses
from .ddl_columns import changed_options
from .inspect_tables import LIMITS
from .rendering import RENDER, commented, recommented, sql
from .spelling import at, ident, qualified


@RENDER.on("create", Sequence)
def create(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Sequence)
    s = step.change.new
    type = "" if s.type == "bigint" else f" AS {s.type}"
    unlogged = "UNLOGGED " if s.unlogged else ""
    yield sql(f"CREATE {unlogged}SEQUENCE {at(s.address)}{type}{sequence_clauses(s.options)}")
    yield from commented(s, "SEQUENCE", at(s.address))


@RENDER.on("drop", Sequence)
def drop(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield sql(f"DROP SEQUENCE {at(step.change.old.address)}")


@RENDER.on("rename", Sequence)
def rename(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    yield sql(f"ALTER SEQUENCE {at(step.change.old.address)} RENAME TO {ident(step.change.new.name)}")


@RENDER.on("alter", Sequence)
def alter(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Sequence) and isinstance(new, Sequence)
    name = at(new.address)
    if old.unlogged != new.unlogged:
        yield sql(f"ALTER SEQUENCE {name} SET {'UNLOGGED' if new.unlogged else 'LOGGED'}")
    if "type" in step.change.fields or "options" in step.change.fields:
        yield from _optioned(old, new)
    yield from recommented(step, "SEQUENCE", name)


def _optioned(old: Sequence, new: Sequence) -> Iterator[Statement]:
    """The options; the current value is moved first where the new bounds would leave it outside."""
    name, clauses = at(new.address), changed_options(old.options, new.options)
    (low, high), (least, most) = bounds(old), bounds(new)
    if least > low or most < high:
        wide = f"MINVALUE {min(least, low)} MAXVALUE {max(most, high)}"
        wider = f" AS {new.type}" if LIMITS[new.type] > LIMITS[old.type] else ""
        if least < low or most > high:
            yield sql(f"ALTER SEQUENCE {name}{wider} {wide}")
        inside = f"last_value BETWEEN {least} AND {most}"
        yield sql(
            f"SELECT pg_catalog.setval('{name.replace(chr(39), chr(39) * 2)}', "
            f"GREATEST({least}, LEAST({most}, last_value)), is_called AND {inside}) FROM {name}"
        )
        clauses = [c for c in clauses if "VALUE" not in c] + [f"MINVALUE {least}", f"MAXVALUE {most}"]
    if old.type != new.type:
        clauses.insert(0, f"AS {new.type}")
    yield sql(f"ALTER SEQUENCE {name} {' '.join(clauses)}")


def bounds(s: Sequence) -> tuple[int, int]:
    """The smallest and the largest value."""
    top = LIMITS[s.type]
    low, high = (1, top - 1) if s.options.increment > 0 else (-top, -1)
    o = s.options
    return (low if o.minimum is None else o.minimum), (high if o.maximum is None else o.maximum)


@RENDER.on("create", SequenceOwner)
def own(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, SequenceOwner)
    yield sql(_owned(step.change.new))


@RENDER.on("alter", SequenceOwner)
def own_by_another(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, SequenceOwner)
    yield sql(_owned(step.change.new))


def _owned(o: SequenceOwner) -> str:
    column = f"{qualified(o.schema, o.table)}.{ident(o.column)}"
    return f"ALTER SEQUENCE {at(o.sequence)} OWNED BY {column}"


@RENDER.on("drop", SequenceOwner)
def disown(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, SequenceOwner)
    yield sql(f"ALTER SEQUENCE {at(step.change.old.sequence)} OWNED BY NONE")
