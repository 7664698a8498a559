"""Typed tables whose type becomes another one: let go of it (NOT OF), changed as any table, and taken up again (OF).

A typed table's columns are changed by its type alone (14 to 18), and a type is not made anew while a table is of it. A
table is let go and taken up in place, with its rows; only where its columns would stand in another order than the
type's attributes is it made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Alter, Change, Create, Drop, Statement, Step, address_of
from ...model.objects import Child, Object, changed_fields
from ...model.tables import Table
from ...model.types import CompositeType
from ..base import Rendering
from .kinds import REMADE
from .rendering import RENDER, owner, sql


class TypeTie(Child, frozen=True, kw_only=True):
    """That a table is of a type, as a thing of its own that goes and comes. In no catalog."""

    kind: ClassVar[str] = "type_tie"

    of_type: str


@RENDER.on("drop", TypeTie)
def let_go(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, TypeTie)
    yield sql(f"ALTER TABLE {owner(step.change.old)} NOT OF")


@RENDER.on("create", TypeTie)
def take_up(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, TypeTie)
    yield sql(f"ALTER TABLE {owner(step.change.new)} OF {step.change.new.of_type}")


def let_go_first(changes: Sequence[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with tables let go of that get another type, or whose type is made anew or loses an attribute, and
    taken up again behind that."""
    found: list[Change] = [*changes]
    replaced = {c.old.address for c in changes if isinstance(c, Drop)}
    for was, will in _apart(changes, old, new):
        found = [c for c in found if not (isinstance(c, Drop | Create | Alter) and address_of(c) == will.address)]
        found += [Drop(_tie(was, old))] if was.of_type is not None else []
        misplaced = will.of_type is not None and _columns_in_place(was, will) != will.columns
        if misplaced or was.address in replaced:
            found += [Drop(plain(was, old)), Create(will)]
            continue
        found += [Create(_tie(will, new))] if will.of_type is not None else []
        sides = plain(was, old), plain(will, new)
        found.append(Alter(*sides, changed_fields(*sides) - {"columns"}))  # also of nothing: it hangs on no type
    return found


def let_go_of(changes: Sequence[Change]) -> set[Address]:
    """The tables that are of no type while the rest is changed."""
    return {c.old.parent for c in changes if isinstance(c, Drop) and isinstance(c.old, TypeTie) and c.old.parent}


def typed(catalog: Catalog) -> frozenset[Address]:
    """The tables whose columns stand as their type has them, in whatever order they were before."""
    return frozenset(t.address for t in catalog.of(Table) if t.of_type is not None)


def plain(table: Table, catalog: Catalog) -> Table:
    """A table of no type, with all that it is otherwise."""
    return replace(table, of_type=None, refs=tuple(r for r in table.refs if r not in _types(table, catalog)))


def as_found(changes: Sequence[Change], table: Object, old: Catalog) -> Object:
    """A table as its rebuild finds it: of no type, where that was let go of."""
    return plain(table, old) if isinstance(table, Table) and table.address in let_go_of(changes) else table


def _types(table: Table, catalog: Catalog) -> set[Address]:
    """What a typed table hangs on as such; `catalog` has it."""
    return {r for r in table.refs if table.of_type is not None and r.kind == "composite_type" and r in catalog}


def _tie(table: Table, catalog: Catalog) -> TypeTie:
    assert table.of_type is not None
    columns = {Address("column", table.schema, name, table.name) for name in table.columns}
    refs = tuple(sorted({*_types(table, catalog), *columns}))
    return TypeTie(schema=table.schema, name=table.name, table=table.name, of_type=table.of_type, refs=refs)


def _apart(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[tuple[Table, Table]]:
    gone = {c.old.address for c in changes if isinstance(c, Drop)}
    anew = {
        a
        for catalog in (old, new)
        for a in closure(catalog, gone, lambda c, t: (d for d in c.dependents(t) if d.kind in REMADE))
        if a.kind in REMADE
    }
    anew |= {c.new.address for c in changes if isinstance(c, Alter) and _loses(c.old, c.new)}
    for will in new.of(Table):
        was = old.get(will.address)
        if not isinstance(was, Table) or (was.of_type, will.of_type) == (None, None):
            continue
        if was.of_type != will.of_type or not (anew.isdisjoint(was.refs) and anew.isdisjoint(will.refs)):
            yield was, will


def _loses(was: Object, will: Object) -> bool:
    """Whether an attribute goes: CASCADE would take along what uses the tables' columns."""
    if not isinstance(was, CompositeType) or not isinstance(will, CompositeType):
        return False
    return not {a.name for a in was.attributes} <= {a.name for a in will.attributes}


def _columns_in_place(was: Table, will: Table) -> tuple[str, ...]:
    """The columns in the order that they have when some were dropped and others came behind them."""
    kept = tuple(c for c in was.columns if c in will.columns)
    return (*kept, *(c for c in will.columns if c not in kept))
