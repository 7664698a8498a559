"""Steps as lines of Alembic: its own operation where that says exactly what is meant, else `op.execute` of our SQL.

An operation of Alembic must stand for exactly the statements that the dialect renders; whether it does is proved by
running the file. Whatever a writer here does not know for certain it declines by raising Inexact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal, TypeVar

import msgspec

from ..dialects.base import Rendering
from ..model.changes import Alter, Change, Create, Drop, Statement, Step, Verb, subject, verb
from ..model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique
from .code import Code, Group, Inexact, Node, call, execute, lines, roots, sql_text, string, strings, tall
from .elements import (
    column_node,
    constraint_node,
    default_node,
    index_columns,
    name_of,
    options_node,
    reference_options,
    require_carried,
    schema_of,
    table_options,
    unique_options,
)
from .types import type_node

Kind = TypeVar("Kind")
Style = Literal["idiomatic", "sql"]
Writer = Callable[[Step, Rendering], Node]


class Operation(msgspec.Struct, frozen=True):
    """One call in the body of a revision, and whether it may stand in a transaction."""

    node: Node
    transactional: bool = True


_WRITERS: Final[dict[tuple[Verb, str], Writer]] = {}
_OPENINGS: Final[dict[tuple[Verb, str], tuple[str, ...]]] = {}
_AUTOCOMMIT: Final = "with op.get_context().autocommit_block():"


def _writes(verb: Verb, kind: str, *openings: str) -> Callable[[Writer], Writer]:
    """Enter a writer; `openings` are the beginnings of the only statements that its operation stands for."""

    def add(writer: Writer) -> Writer:
        if (verb, kind) in _WRITERS:
            raise ValueError(f"{verb} {kind} is written twice")
        _WRITERS[verb, kind] = writer
        _OPENINGS[verb, kind] = openings
        return writer

    return add


def operations(
    steps: Iterable[tuple[Step, Sequence[Statement]]], context: Rendering, style: Style
) -> Iterator[Operation]:
    """The calls that carry out the steps, in order."""
    for step, said in steps:
        found = _idiomatic(step, said, context) if style == "idiomatic" else None
        if found is not None:
            yield found
        else:
            yield from (Operation(execute(s.sql), s.transactional) for s in said)


def _idiomatic(step: Step, said: Sequence[Statement], context: Rendering) -> Operation | None:
    key = (verb(step.change), subject(step.change).kind)
    if key not in _WRITERS or not _expected(said, _OPENINGS[key]) or _converts(key, said):
        return None
    concurrently = len(said) == 1 and "CONCURRENTLY" in said[0].sql.split('"', 1)[0]
    if not all(s.transactional for s in said) and not concurrently:
        return None
    try:
        node = _WRITERS[key](step, context)
    except Inexact:
        return None
    if concurrently:
        if not isinstance(node, Group):
            return None
        node = Group(node.open, (*node.items, ("postgresql_concurrently=", Code("True"))), node.close)
    return Operation(node, all(s.transactional for s in said))


def _expected(said: Sequence[Statement], openings: tuple[str, ...]) -> bool:
    """Whether there is one main statement, and beside it nothing but comments where the operation makes them too."""
    first, *rest = openings
    if not said or not said[0].sql.startswith(first):
        return False
    return all(any(s.sql.startswith(o) for o in rest) for s in said[1:])


def _converts(key: tuple[Verb, str], said: Sequence[Statement]) -> bool:
    """Whether a type is changed by an expression of its own, which the plain operation does not write."""
    return key == ("alter", "column") and any(" USING " in s.sql for s in said)


def body(found: Sequence[Operation], depth: int = 1) -> list[str]:
    """The lines of the calls; those that must be outside of a transaction stand in one block as long as they touch."""
    written: list[str] = []
    inside = True
    for operation in found:
        if inside and not operation.transactional:
            written.append("    " * depth + _AUTOCOMMIT)
        inside = operation.transactional
        written += lines(operation.node, depth + (not inside))
    return written


def imported(found: Iterable[Operation]) -> set[str]:
    """What the calls need beside `op`: `sa`, and the names of SQLAlchemy's dialects."""
    return {root for operation in found for root in roots(operation.node)} - {"op"}


@_writes("create", "table", "CREATE ", "COMMENT ON TABLE ", "COMMENT ON COLUMN ")
def _create_table(step: Step, context: Rendering) -> Node:
    table = _new(step.change, Table)
    place = {name: i for i, name in enumerate(table.columns)}
    columns = [o for o in step.folded if isinstance(o, Column)]
    rest = [o for o in step.folded if not isinstance(o, Column)]
    key = next((o for o in rest if isinstance(o, PrimaryKey)), None)
    columns.sort(key=lambda c: place.get(c.name, len(place)))
    rest.sort(key=lambda o: (_RANKS.get(o.kind, 9), o.name))
    return tall(
        call(
            "op.create_table",
            string(table.name),
            *(column_node(c, context, key) for c in columns),
            *(constraint_node(o, context) for o in rest),
            schema=schema_of(table, context),
            **table_options(table, context.profile.name),
        )
    )


_RANKS: Final = {"primary_key": 0, "unique": 1, "check": 2, "foreign_key": 3}


@_writes("drop", "table", "DROP TABLE ")
def _drop_table(step: Step, context: Rendering) -> Node:
    table = _old(step.change, Table)
    return call("op.drop_table", string(table.name), schema=schema_of(table, context))


@_writes("rename", "table", "ALTER TABLE ")
def _rename_table(step: Step, context: Rendering) -> Node:
    new, old = _new(step.change, Table), _old(step.change, Table)
    return call("op.rename_table", string(old.name), string(new.name), schema=schema_of(old, context))


@_writes("create", "column", "ALTER TABLE ", "COMMENT ON COLUMN ")
def _add_column(step: Step, context: Rendering) -> Node:
    column = _new(step.change, Column)
    if step.folded:
        raise Inexact("something is folded into the column")
    if context.profile.name == "sqlite" and column.generated is not None:
        raise Inexact("a generated column is added by our own SQL")
    return call("op.add_column", string(column.table), column_node(column, context), schema=schema_of(column, context))


@_writes("drop", "column", "ALTER TABLE ")
def _drop_column(step: Step, context: Rendering) -> Node:
    column = _old(step.change, Column)
    return call("op.drop_column", string(column.table), string(column.name), schema=schema_of(column, context))


@_writes("rename", "column", "ALTER TABLE ")
def _rename_column(step: Step, context: Rendering) -> Node:
    new, old = _new(step.change, Column), _old(step.change, Column)
    return call(
        "op.alter_column",
        string(old.table),
        string(old.name),
        new_column_name=string(new.name),
        schema=schema_of(old, context),
    )


@_writes("alter", "column", "ALTER TABLE ")
def _alter_column(step: Step, context: Rendering) -> Node:
    if context.profile.name == "sqlite" or not isinstance(step.change, Alter):
        raise Inexact("SQLite alters no column")
    new, old = _new(step.change, Column), _old(step.change, Column)
    if len(step.change.fields) != 1 or new.identity or old.identity or new.generated or old.generated:
        raise Inexact("more than one attribute, or one that the operation does not know")
    (field,) = step.change.fields
    return call(
        "op.alter_column",
        string(new.table),
        string(new.name),
        **_altered(field, old, new, context),
        schema=schema_of(new, context),
    )


def _altered(field: str, old: Column, new: Column, context: Rendering) -> dict[str, Node | None]:
    dialect = context.profile.name
    if field == "nullable":
        return {"nullable": Code(str(new.nullable))}
    if field == "default":
        return {"server_default": default_node(new, dialect) or Code("None")}
    if field == "type" and old.collation is None and new.collation is None:
        return {"type_": type_node(new, context.new, dialect)}
    raise Inexact(field)


@_writes("create", "index", "CREATE ")
def _create_index(step: Step, context: Rendering) -> Node:
    index = _new(step.change, Index)
    require_carried(index, context.profile.name)
    where = None if index.where is None else call("sa.text", sql_text(index.where))
    options: dict[str, Node] = options_node("postgresql_with", index.options)
    if index.include:
        options["postgresql_include"] = strings(index.include)
    if index.nulls_not_distinct:
        options["postgresql_nulls_not_distinct"] = Code("True")
    if index.method != "btree":
        options["postgresql_using"] = string(index.method)
    if where is not None:
        options[f"{context.profile.name}_where"] = where
    return call(
        "op.create_index",
        call("op.f", string(index.name)),
        string(index.table),
        index_columns(index),
        unique=Code(str(index.unique)),
        schema=schema_of(index, context),
        **options,
    )


@_writes("drop", "index", "DROP INDEX ")
def _drop_index(step: Step, context: Rendering) -> Node:
    index = _old(step.change, Index)
    return call(
        "op.drop_index",
        call("op.f", string(index.name)),
        table_name=string(index.table),
        schema=schema_of(index, context),
    )


@_writes("create", "primary_key", "ALTER TABLE ")
def _create_primary_key(step: Step, context: Rendering) -> Node:
    key = _new(step.change, PrimaryKey)
    require_carried(key, context.profile.name)
    return call(
        "op.create_primary_key",
        name_of(key) or Code("None"),
        string(key.table),
        strings(key.columns),
        schema=schema_of(key, context),
    )


@_writes("create", "unique", "ALTER TABLE ")
def _create_unique(step: Step, context: Rendering) -> Node:
    key = _new(step.change, Unique)
    require_carried(key, context.profile.name)
    return call(
        "op.create_unique_constraint",
        name_of(key) or Code("None"),
        string(key.table),
        strings(key.columns),
        schema=schema_of(key, context),
        **unique_options(key),
    )


@_writes("create", "check", "ALTER TABLE ")
def _create_check(step: Step, context: Rendering) -> Node:
    check = _new(step.change, Check)
    require_carried(check, context.profile.name)
    return call(
        "op.create_check_constraint",
        name_of(check) or Code("None"),
        string(check.table),
        sql_text(check.expression),
        schema=schema_of(check, context),
    )


@_writes("create", "foreign_key", "ALTER TABLE ")
def _create_foreign_key(step: Step, context: Rendering) -> Node:
    key = _new(step.change, ForeignKey)
    require_carried(key, context.profile.name)
    default = context.profile.default_schema
    return call(
        "op.create_foreign_key",
        name_of(key) or Code("None"),
        string(key.table),
        string(key.target),
        strings(key.columns),
        strings(key.target_columns),
        **reference_options(key, context.profile.name),
        source_schema=schema_of(key, context),
        referent_schema=None if key.target_schema in ("", default) else string(key.target_schema),
    )


def _drop_constraint(step: Step, context: Rendering) -> Node:
    old = step.change.old if isinstance(step.change, Drop) else None
    if not isinstance(old, PrimaryKey | Unique | Check | ForeignKey) or context.profile.name == "sqlite":
        raise Inexact("not a constraint with a name")
    return call(
        "op.drop_constraint",
        call("op.f", string(old.name)),
        string(old.table),
        schema=schema_of(old, context),
        type_=string(_TYPES[old.kind]),
    )


_TYPES: Final = {"primary_key": "primary", "unique": "unique", "check": "check", "foreign_key": "foreignkey"}
for _kind in _TYPES:
    _writes("drop", _kind, "ALTER TABLE ")(_drop_constraint)


def _new(change: Change, kind: type[Kind]) -> Kind:
    if isinstance(change, Drop) or not isinstance(change.new, kind):
        raise Inexact("not this kind")
    return change.new


def _old(change: Change, kind: type[Kind]) -> Kind:
    if isinstance(change, Create) or not isinstance(change.old, kind):
        raise Inexact("not this kind")
    return change.old
