"""The statements of each change on SQLite, but for the rebuild, which has a module of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...model.changes import Alter, Create, Drop, Rename, Statement, Step, subject
from ...model.namespaces import Pragma
from ...model.objects import Object
from ...model.programs import Trigger, View, VirtualTable
from ...model.tables import Check, Column, Index, Table
from ..base import Rendering, RenderTable
from .clauses import Names, column_clause, create_table, names_in
from .comments import closed, written
from .programs import indexes_another
from .tokens import ident

RENDER: Final = RenderTable("sqlite")


@RENDER.on("create", Table)
def _create_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Table)
    yield Statement(create_table(step.change.new, step.folded))


@RENDER.on("drop", Table, VirtualTable)
def _drop_table(step: Step, context: Rendering) -> Iterator[Statement]:
    yield Statement(f"DROP TABLE {ident(_old(step).name)}")


@RENDER.on("rename", Table)
def _rename_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    yield Statement(f"ALTER TABLE {ident(step.change.old.name)} RENAME TO {ident(step.change.new.name)}")


@RENDER.on("rename", Column)
def _rename_column(step: Step, context: Rendering) -> Iterator[Statement]:
    change = step.change
    assert isinstance(change, Rename) and isinstance(change.old, Column)
    said = _names_in(change.new, context)
    names = f"{said(change.old.name)} TO {said(change.new.name)}"
    yield Statement(f"ALTER TABLE {ident(change.old.table)} RENAME COLUMN {names}")


def _names_in(part: Object, context: Rendering) -> Names:
    return names_in(context.new.get(part.parent) if part.parent is not None else None)


@RENDER.on("create", Column)
def _add_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Column)
    new = step.change.new
    clause = column_clause(new, step.folded, _names_in(new, context))
    yield Statement(f"ALTER TABLE {ident(new.table)} ADD COLUMN {clause}")


@RENDER.on("drop", Column)
def _drop_column(step: Step, context: Rendering) -> Iterator[Statement]:
    old = _old(step)
    assert isinstance(old, Column)
    yield Statement(f"ALTER TABLE {ident(old.table)} DROP COLUMN {ident(old.name)}")


@RENDER.on("alter", Column)
def _alter_column(step: Step, context: Rendering) -> Iterator[Statement]:
    """SET and DROP NOT NULL, from 3.53; the other changes of columns are rebuilds."""
    assert isinstance(step.change, Alter) and isinstance(step.change.new, Column)
    new = step.change.new
    table, column = ident(new.table), ident(new.name)
    if new.nullable:
        yield Statement(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        return
    conflict = f" ON CONFLICT {new.conflict.upper()}" if new.conflict else ""
    yield Statement(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL{conflict}")


@RENDER.on("create", Check)
def _add_check(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Check)
    new = step.change.new
    check = f"CHECK ({closed(new.expression)}){written(new.comment)}"
    name = _names_in(new, context)(new.name)
    yield Statement(f"ALTER TABLE {ident(new.table)} ADD CONSTRAINT {name} {check}")


@RENDER.on("drop", Check)
def _drop_check(step: Step, context: Rendering) -> Iterator[Statement]:
    old = _old(step)
    assert isinstance(old, Check)
    yield Statement(f"ALTER TABLE {ident(old.table)} DROP CONSTRAINT {ident(old.name)}")


@RENDER.on("create", Index)
def _create_index(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Index)
    new = step.change.new
    unique = "UNIQUE " if new.unique else ""
    where = f" WHERE {new.where}" if new.where else ""
    on = f"{ident(new.table)} ({', '.join(new.keys)})"
    yield Statement(f"CREATE {unique}INDEX {ident(new.name)}{written(new.comment)} ON {on}{where}")


@RENDER.on("create", View)
def _create_view(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, View)
    new = step.change.new
    columns = f" ({', '.join(ident(c.name) for c in new.columns)})" if new.columns else ""
    yield Statement(f"CREATE VIEW {ident(new.name)}{columns}{written(new.comment)} AS {new.definition}")


@RENDER.on("create", Trigger)
def _create_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Trigger)
    new = step.change.new
    head = f"CREATE TRIGGER {ident(new.name)}"
    if new.comment and new.definition.startswith(head + " "):
        yield Statement(head + written(new.comment) + new.definition.removeprefix(head))
    else:
        yield Statement(new.definition)


@RENDER.on("create", VirtualTable)
def _create_virtual(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, VirtualTable)
    new = step.change.new
    yield Statement(f"CREATE VIRTUAL TABLE {ident(new.name)}{written(new.comment)} USING {new.definition}")
    if new.address in context.old and indexes_another(new.definition):
        yield Statement(f"INSERT INTO {ident(new.name)} ({ident(new.name)}) VALUES ('rebuild')")


@RENDER.on("create", Pragma)
@RENDER.on("alter", Pragma)
@RENDER.on("drop", Pragma)
def _set_pragma(step: Step, context: Rendering) -> Iterator[Statement]:
    o = subject(step.change)
    assert isinstance(o, Pragma)
    yield Statement(f"PRAGMA {ident(o.name)} = {0 if isinstance(step.change, Drop) else o.value}")


@RENDER.on("drop", Index, View, Trigger)
def _drop(step: Step, context: Rendering) -> Iterator[Statement]:
    old = _old(step)
    yield Statement(f"DROP {old.kind.upper()} {ident(old.name)}")


def _old(step: Step) -> Object:
    assert isinstance(step.change, Drop)
    return step.change.old
