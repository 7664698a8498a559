"""NOT NULL constraints whose name is the one that the server makes up, and is taken (18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild
from ...model.objects import Object, changed_fields
from ...model.tables import Column, Table
from .handed_columns import had_parents_not_null
from .heirs import heirs
from .spelling import made_up

_CONSTRAINTS = frozenset({"primary_key", "unique", "check", "foreign_key", "exclusion", "domain_check"})

Name = tuple[str, str]
"""A schema with the name of a constraint in it."""


class _Taken:
    """The names that constraints of both catalogs have, and those that tables hand to partitions and children."""

    def __init__(self, wanted: set[Name], changes: list[Change], old: Catalog, new: Catalog) -> None:
        self.said = {(o.schema, name) for catalog in (old, new) for o in catalog.values() for name in _names(o)}
        self.made_up: dict[Name, set[Address]] = {}
        """By name that the server makes up, the tables that it is made up for."""
        for catalog in (old, new):
            for c in filter(_gets_a_name, catalog.of(Column)):
                table = Address("table", c.schema, c.table)
                for schema in {c.schema, *(t.schema for t in _below(table, catalog))}:
                    if (name := (schema, _made_up(c))) in wanted:
                        self.made_up.setdefault(name, set()).add(table)
        self.first = {(above, t.schema) for t in _joining(changes) for above in _wholes(t, new)}
        """Tables whose partitions in a schema have the names of their NOT NULL before they have them themselves."""

    def taken(self, c: Column, *, altered: bool) -> bool:
        """Whether a constraint of something else has the name that the server would make up for a column."""
        name, table = (c.schema, _made_up(c)), Address("table", c.schema, c.table)
        others = self.made_up.get(name, set()) - {table}
        return name in self.said or bool(others) or (altered and (table, c.schema) in self.first)


def said(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with such a name said: the server makes up none that a constraint of the schema has."""
    wanted = {(o.schema, _made_up(o)) for c in changes for o in _made(c) if _gets_a_name(o)}
    if not wanted:
        return list(changes)  # to know all names of a large catalog takes long, and few plans need them
    taken = _Taken(wanted, changes, old, new)
    return [_said(c, taken) for c in changes]


def _below(table: Address, catalog: Catalog) -> Iterator[Table]:
    """The partitions and children of a table, and theirs."""
    for t in catalog.once(heirs).get(table, ()):
        yield t
        yield from _below(t.address, catalog)


def _joining(changes: list[Change]) -> Iterator[Table]:
    """Tables that are attached as partitions, which is when they get the NOT NULL of the whole."""
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.new, Table) and c.fields & {"partition_of", "bound"}:
            yield c.new


def _wholes(t: Table, catalog: Catalog) -> Iterator[Address]:
    while t.partition_of is not None and isinstance(above := catalog.get(t.partition_of), Table):
        yield above.address
        t = above


def of_parents(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes without the NOT NULL of columns that stay when a parent loses them: what it is to be from then on, it
    becomes with that (ddl_columns.py)."""
    return [_without_parents(c, old, new) for c in changes]


def _without_parents(c: Change, old: Catalog, new: Catalog) -> Change:
    if not isinstance(c, Alter) or not isinstance(c.old, Column) or not isinstance(c.new, Column):
        return c
    if not had_parents_not_null(c.new, old, new):
        return c
    was = replace(c.old, nullable=c.new.nullable, not_null_name=c.new.not_null_name, not_null=c.new.not_null)
    return replace(c, old=was, fields=changed_fields(was, c.new))


def _names(o: Object) -> Iterator[str]:
    if o.kind in _CONSTRAINTS:
        yield o.name
    name = getattr(o, "not_null_name", None)
    if name is not None:
        yield name


def _made(c: Change) -> Iterable[Object]:
    """What a change makes or alters."""
    if isinstance(c, Drop):
        return ()
    return (c.new, *c.after) if isinstance(c, Rebuild) else (c.new,)


def _gets_a_name(o: Object) -> TypeGuard[Column]:
    """Whether the server makes up the name of its NOT NULL."""
    return isinstance(o, Column) and not (o.nullable or o.inherited or o.not_null_name is not None)


def _made_up(c: Column) -> str:
    return made_up(c.table, c.name, "not_null")


def _said(c: Change, taken: _Taken) -> Change:
    if isinstance(c, Create):
        return replace(c, new=_named(c.new, taken))
    if isinstance(c, Alter):
        return replace(c, new=_named(c.new, taken, altered=True)) if "nullable" in c.fields else c
    if isinstance(c, Rebuild):
        return replace(c, after=tuple(_named(o, taken) for o in c.after))
    return c


def _named(o: Object, taken: _Taken, *, altered: bool = False) -> Object:
    if not _gets_a_name(o) or not taken.taken(o, altered=altered):
        return o
    return replace(o, not_null_name=_made_up(o))
