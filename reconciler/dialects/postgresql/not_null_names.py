"""NOT NULL constraints whose name is the one that the server makes up, and is taken (18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from msgspec.structs import replace

from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild
from ...model.objects import Object, changed_fields
from ...model.tables import Column
from .handed_columns import had_parents_not_null
from .spelling import made_up

_CONSTRAINTS = frozenset({"primary_key", "unique", "check", "foreign_key", "exclusion", "domain_check"})

Names = frozenset[tuple[str, str]]
"""Schemas with names of constraints in them."""


def said(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with such a name said: the server makes up none that a constraint of the schema has."""
    if not any(_gets_a_name(o) for c in changes for o in _made(c)):
        return list(changes)  # to know all names of a large catalog takes long, and few plans need them
    taken = frozenset((o.schema, name) for catalog in (old, new) for o in catalog.values() for name in _names(o))
    return [_said(c, taken) for c in changes] if taken else list(changes)


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


def _said(c: Change, taken: Names) -> Change:
    if isinstance(c, Create):
        return replace(c, new=_named(c.new, taken))
    if isinstance(c, Alter):
        return replace(c, new=_named(c.new, taken)) if "nullable" in c.fields else c
    if isinstance(c, Rebuild):
        return replace(c, after=tuple(_named(o, taken) for o in c.after))
    return c


def _named(o: Object, taken: Names) -> Object:
    if not _gets_a_name(o):
        return o
    name = made_up(o.table, o.name, "not_null")
    return replace(o, not_null_name=name) if (o.schema, name) in taken else o
