"""Functions with a parsed body (BEGIN ATOMIC) that give rows of a table.

They list its columns, all of them, in the order in which they stand. So the columns have to stand as they are written,
and where one goes, the function can neither be without it before nor have it then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Change, Create, Drop
from ...model.programs import Function
from ...model.tables import Column, Table
from .lineage import parents
from .spelling import at, ident


def placed(catalog: Catalog) -> frozenset[Address]:
    """The tables whose rows such functions give, and their parents, whose columns stand before their own."""
    given = [table for f in catalog.of(Function) for table in _given(f)]
    return frozenset(closure(catalog, given, lambda c, a: parents(t) if isinstance(t := c[a], Table) else ()))


def by_rows_given(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    """The tables whose new columns would not stand where they are written; and the functions whose columns go."""
    gone = {c.old.address for c in changes if isinstance(c, Drop) and isinstance(c.old, Column)}
    losing = {t for a in gone for t in _with_heirs(old[a].parent, old)}
    made = (c.new for c in changes if isinstance(c, Create) and isinstance(c.new, Column))
    gaining = {t for o in made for t in _with_heirs(o.parent, new)}
    for f in old.of(Function) if losing else ():
        if not losing.isdisjoint(_given(f)):
            yield f.address
    for a in placed(new) & gaining if gaining else ():
        was, will = old.get(a), new.get(a)
        if isinstance(was, Table) and isinstance(will, Table):
            kept = [n for n in was.columns if n in will.columns and Address("column", a.schema, n, a.name) not in gone]
            if (*kept, *(n for n in will.columns if n not in kept)) != will.columns:
                yield a


def _with_heirs(table: Address | None, catalog: Catalog) -> Iterator[Address]:
    """A table and those that have its columns, from it or from one of these."""
    if table is not None:
        yield table
        for o in (catalog[d] for d in catalog.dependents(table)):
            if isinstance(o, Table) and table in parents(o):
                yield from _with_heirs(o.address, catalog)


def _given(f: Function) -> Iterator[Address]:
    if "\nBEGIN ATOMIC" in f.definition:
        row = f.returns.removeprefix("SETOF ")  # without its schema where that is on the path
        yield from (a for a in f.refs if a.kind == "table" and row in (at(a), ident(a.name)))
