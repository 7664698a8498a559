"""The copies that partitions have of a trigger of the whole: their own state, and what gives them another one.

Whatever sets the state of the whole's, or makes it anew, does so on every level below; a table that becomes a partition
gets the state that the copy of the table right above it has (14 to 18).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, Statement, Step
from ...model.programs import Trigger, TriggerState
from ...model.tables import Table
from ..base import Rendering
from .ddl_programs import STATES
from .partition_keys import below
from .rendering import RENDER, comment, owner, sql
from .spelling import ident


@RENDER.on("create", TriggerState)
def create_state(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, TriggerState)
    s, was = step.change.new, context.old.get(step.change.new.address)
    yield _set(s, s.enabled)
    if s.comment is not None or (was is not None and was.comment is not None):  # which outlives CREATE OR REPLACE
        yield _commented(s, s.comment)


@RENDER.on("alter", TriggerState)
def alter_state(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, TriggerState)
    s = step.change.new
    if "enabled" in step.change.fields:
        yield _set(s, s.enabled)
    if "comment" in step.change.fields:
        yield _commented(s, s.comment)


@RENDER.on("drop", TriggerState)
def drop_state(step: Step, context: Rendering) -> Iterator[Statement]:
    """The copy is again as the whole's trigger is; where either goes, or is made anew, it is so by itself."""
    assert isinstance(step.change, Drop) and isinstance(step.change.old, TriggerState)
    s = step.change.old
    of = context.new.get(s.of) if s.of is not None else None
    table = context.new.get(Address("table", s.schema, s.table))
    if s.address in context.new or not isinstance(of, Trigger) or not isinstance(table, Table):
        return
    if of.parent in set(above(context.new, table)):
        yield _set(s, of.enabled)
        if s.comment is not None:
            yield _commented(s, None)


def _set(s: TriggerState, enabled: str) -> Statement:
    return sql(f"ALTER TABLE ONLY {owner(s)} {STATES[enabled]} TRIGGER {ident(s.name)}")


def _commented(s: TriggerState, text: str | None) -> Statement:
    return comment("TRIGGER", f"{ident(s.name)} ON {owner(s)}", text)


def above(catalog: Catalog, table: Table) -> Iterator[Address]:
    """The tables of which this one is a partition, on every level."""
    found: Table | None = table
    while found is not None and found.partition_of is not None:
        yield found.partition_of
        whole = catalog.get(found.partition_of)
        found = whole if isinstance(whole, Table) else None


def kept_apart(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes, and the state of the whole's trigger for new partitions of a table whose copy has another one."""
    if not any(True for _ in old.of(TriggerState)):
        return changes
    found: dict[Address, Change] = {}
    for table in _joining(changes, new):
        for whole in above(new, table):
            for s in old.children(whole):
                of = new.get(s.of) if isinstance(s, TriggerState) and s.of is not None else None
                if isinstance(s, TriggerState) and isinstance(of, Trigger):
                    was = replace(s, schema=table.schema, table=table.name, comment=None)
                    will = replace(was, enabled=of.enabled)
                    if will.address not in new and was != will:
                        found.setdefault(will.address, Alter(was, will, frozenset({"enabled"})))
    return [*changes, *found.values()]


def _joining(changes: Iterable[Change], new: Catalog) -> Iterator[Table]:
    """The tables that are given copies of triggers: new partitions, and those below them."""
    for c in changes:
        if isinstance(c, Drop) or not isinstance(c.new, Table):
            continue
        if isinstance(c, Create | Rebuild) or (isinstance(c, Alter) and c.fields & {"partition_of", "bound"}):
            yield from below(new, c.new.address)
