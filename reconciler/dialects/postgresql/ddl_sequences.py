"""Sequences, and which column owns them."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.namespaces import Sequence, SequenceOwner
from ..base import Rendering
from .clauses import persisted
from .positions import create_sequence, optioned, owned_by
from .rendering import RENDER, recommented, sql
from .spelling import at, ident


@RENDER.on("create", Sequence)
def create(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Sequence)
    yield from create_sequence(step.change.new)


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
        yield persisted(name, unlogged=new.unlogged)
    if "type" in step.change.fields or "options" in step.change.fields:
        yield from optioned(old, new)
    yield from recommented(step, "SEQUENCE", name)


@RENDER.on("create", SequenceOwner)
def own(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, SequenceOwner)
    yield sql(owned_by(step.change.new))


@RENDER.on("alter", SequenceOwner)
def own_by_another(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, SequenceOwner)
    yield sql(owned_by(step.change.new))


@RENDER.on("drop", SequenceOwner)
def disown(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, SequenceOwner)
    yield sql(f"ALTER SEQUENCE {at(step.change.old.sequence)} OWNED BY NONE")
