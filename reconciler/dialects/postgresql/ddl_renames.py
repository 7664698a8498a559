"""RENAME of tables and columns, and of what the server named after them: it leaves those names as they are.

Those are the sequences of identities, NOT NULLs (18) and the shares that partitions have of indexes, which follow once,
with the last step of a rename that goes through a spare name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Rename, Statement, Step
from ...model.tables import Column, Exclusion, Index, PrimaryKey, Table, Unique
from ..base import Rendering
from .ddl_not_null import not_null_renamed
from .rendering import RENDER, on_owner, sql
from .spelling import at, ident, made_up, made_up_index, qualified

_Indexed = PrimaryKey | Unique | Exclusion | Index


@RENDER.on("rename", Column)
def rename_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Column) and isinstance(new, Column)
    if old.inherited:
        return
    yield sql(f"{on_owner(old)} RENAME COLUMN {ident(old.name)} TO {ident(new.name)}")
    now = replace(new, table=old.table)
    yield from _named_after(now, (old.table, old.name), (old.table, new.name), context)
    end = _end(old.address, context)
    table = ("column", end.schema, end.parent)
    moved = {a: e for a, e in context.called.items() if (e.kind, e.schema, e.parent) == table}
    if moved and old.address == [*moved][-1]:
        yield from _shares_follow_columns(Address("table", end.schema, end.parent), moved, context)


@RENDER.on("rename", Table)
def rename_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old, new = step.change.old, step.change.new
    yield sql(f"ALTER TABLE {at(old.address)} RENAME TO {ident(new.name)}")
    end = _end(old.address, context)
    for c in context.old.children(end):
        if isinstance(c, Column) and not c.inherited:
            meanwhile = (a.name for a, e in context.called.items() if e == c.address and a.parent == new.name)
            c = replace(c, schema=old.schema, table=new.name, name=next(meanwhile, c.name))
            yield from _named_after(c, (old.name, c.name), (new.name, c.name), context)
    if context.called.get(new.address) == end:
        return
    was = _first(old.address, context).name
    for i in _made_shares(end, context.old):
        keys = keys_of(i)
        yield from _index_renamed(old.schema, made_up_index(was, keys, i.kind), made_up_index(new.name, keys, i.kind))


def _end(a: Address, context: Rendering) -> Address:
    return context.called.get(a, a)


def _first(a: Address, context: Rendering) -> Address:
    """What something was called before the plan: the steps are told of from the last one on."""
    end = _end(a, context)
    return next((was for was in reversed([*context.called]) if context.called[was] == end), a)


def _named_after(c: Column, old: tuple[str, str], new: tuple[str, str], context: Rendering) -> Iterator[Statement]:
    """Follow a renamed column or table with the names made from (table, column)."""
    if c.identity is not None and c.identity.sequence is None:
        was, name = made_up(*old, "seq"), made_up(*new, "seq")
        if was != name:
            yield sql(f"ALTER SEQUENCE {qualified(c.schema, was)} RENAME TO {ident(name)}")
    if context.profile.capabilities["not_null_names"] and not c.nullable and c.not_null_name is None:
        was, name = made_up(*old, "not_null"), made_up(*new, "not_null")
        if was != name:
            yield from not_null_renamed(c, was, name, context)


def _shares_follow_columns(
    whole: Address, moved: Mapping[Address, Address], context: Rendering
) -> Iterator[Statement]:
    """All at once, with the first of the table's columns that gets another name."""
    before = {end.name: was.name for was, end in moved.items()}
    todo = [t.address for t in context.old.of(Table) if t.partition_of == whole]
    while todo:
        part = todo.pop(0)
        todo += [t.address for t in context.old.of(Table) if t.partition_of == part]
        first = next((was for was in reversed([*context.called]) if context.called[was] == part), None)
        own = first or replace(part, schema=_schema_before(part.schema, context))
        for i in _made_shares(part, context.old):
            keys = keys_of(i)
            was = tuple(ident(before[n]) if (n := k.strip('"')) in before else k for k in keys)
            yield from _index_renamed(
                own.schema, made_up_index(own.name, was, i.kind), made_up_index(own.name, keys, i.kind)
            )


def _schema_before(schema: str, context: Rendering) -> str:
    now = Address("schema", "", schema)
    return next((a.name for a, e in reversed([*context.called.items()]) if e == now), schema)


def _made_shares(part: Address, catalog: Catalog) -> Iterator[_Indexed]:
    """The indexes of the wholes above a partition of which it has a share under the name that the server made up."""
    own = {getattr(o, "attached_to", None) for o in catalog.children(part)}
    above = catalog.get(part)
    while isinstance(above, Table) and above.partition_of is not None:
        for o in catalog.children(above.partition_of):
            if isinstance(o, _Indexed) and o.address not in own:
                yield o
        above = catalog.get(above.partition_of)


def keys_of(i: _Indexed) -> tuple[str, ...]:
    """What an index is named after, as far as the server makes that up."""
    if isinstance(i, Index):
        return (*i.keys, *map(ident, i.include))
    return tuple(map(ident, (*i.columns, *i.include))) if isinstance(i, (PrimaryKey, Unique)) else ()


def _index_renamed(schema: str, was: str, name: str) -> Iterator[Statement]:
    if was != name:
        yield sql(f"ALTER INDEX {qualified(schema, was)} RENAME TO {ident(name)}")
