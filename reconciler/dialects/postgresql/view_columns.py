"""Columns of views that get other names in place: a query says its columns' names, and REPLACE takes no other ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.access import Grant
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change
from ...model.programs import View


def keeps_columns(old: View, new: View) -> bool:
    """Whether a view's columns stay in their places with their types; others may come behind them.

    A name that is another column's before is none for this one: what reads it by that name would follow the column.
    """
    before, after = ([c.type for c in v.columns] for v in (old, new))
    if not before or after[: len(before)] != before:
        return False
    return {c.name for c in old.columns}.isdisjoint(renamed(old, new).values())


def renamed(old: View, new: View) -> dict[str, str]:
    """The new names of columns by the old ones."""
    pairs = zip(old.columns, new.columns, strict=False)
    return {was.name: will.name for was, will in pairs if was.name != will.name}


def by_column_grant(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    """Views with rights on a column that gets another name: these are the old name's, and go with it."""
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, View) and isinstance(c.new, View):
            grants = (o for d in old.dependents(c.old.address) if isinstance(o := old[d], Grant))
            if not renamed(c.old, c.new).keys().isdisjoint(g.column for g in grants):
                yield c.new.address
