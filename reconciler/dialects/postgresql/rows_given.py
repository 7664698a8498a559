"""Functions that give rows of a table, and what lists the columns of those rows.

One with a parsed body (BEGIN ATOMIC) lists the table's columns, all of them, in the order in which they stand, and so
does a view that reads from any such function. So the columns have to stand as they are written; and where one goes, a
function with a parsed body can neither be without it before nor have it then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Change, Create, Drop
from ...model.programs import Function
from ...model.tables import Column, Table
from .lineage import parents
from .spelling import at, ident


def placed(catalog: Catalog) -> frozenset[Address]:
    """The tables whose columns are listed so, and their parents, whose columns stand before their own."""
    found = ((f, tables) for f in catalog.of(Function) if (tables := [*_rows_of(f)]))
    listed = [t for f, tables in found if _parsed(f) or _is_read(f, catalog) for t in tables]
    return frozenset(closure(catalog, listed, lambda c, a: parents(t) if isinstance(t := c[a], Table) else ()))


def _is_read(f: Function, catalog: Catalog) -> bool:
    return any(d.kind in _READING for d in catalog.dependents(f.address))


_READING: Final = frozenset({"view", "materialized_view", "rule", "policy", "function"})


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


def by_rows_used(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    """Functions whose parsed body has a row of a table that gets a column with a value, as 15.20 asks."""
    made = (c.new for c in changes if isinstance(c, Create) and isinstance(c.new, Column))
    tables = {t for o in made if _has_value(o) for t in _with_heirs(o.parent, old)}
    for f in old.of(Function) if tables else ():
        if _parsed(f) and any(_has_row(f, old, t) for t in tables.intersection(f.refs)):
            yield f.address


def _has_value(c: Column) -> bool:
    """Whether a new column is more than NULL in rows that are there; a domain may be."""
    return bool(c.default or c.identity or c.generated) or any(r.kind == "domain" for r in c.refs)


def _has_row(f: Function, catalog: Catalog, table: Address) -> bool:
    """Whether it uses all columns, as what has a row does (snapshot.py)."""
    return {o.address for o in catalog.children(table) if isinstance(o, Column)}.issubset(f.refs)


def _with_heirs(table: Address | None, catalog: Catalog) -> Iterator[Address]:
    """A table and those that have its columns, from it or from one of these."""
    if table is not None:
        yield table
        for o in (catalog[d] for d in catalog.dependents(table)):
            if isinstance(o, Table) and table in parents(o):
                yield from _with_heirs(o.address, catalog)


def _given(f: Function) -> Iterator[Address]:
    if _parsed(f):
        yield from _rows_of(f)


def _parsed(f: Function) -> bool:
    return "\nBEGIN ATOMIC" in f.definition


def _rows_of(f: Function) -> Iterator[Address]:
    row = f.returns.removeprefix("SETOF ")  # without its schema where that is on the path
    yield from (a for a in f.refs if a.kind == "table" and row in (at(a), ident(a.name)))
