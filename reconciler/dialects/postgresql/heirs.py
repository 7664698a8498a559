"""Columns that tables have from their parents, and what children have of them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.tables import Column, Table
from ..base import Rendering
from .lineage import columns_from_parents, keeps_identity
from .rendering import head_of, owner
from .spelling import ident


def parents_column(c: Column, catalog: Catalog) -> Column | None:
    """The column of a catalog that an inherited one comes from."""
    for ref in c.refs:
        if ref.kind == "column" and ref.name == c.name and ref.parent != c.table:
            found = catalog.get(ref)
            if isinstance(found, Column):
                return found
    # what was written says no more than that it is inherited, and a parent may have nothing to say of it any more
    table = catalog.get(Address("table", c.schema, c.table))
    return columns_from_parents(catalog, table).get(c.name) if isinstance(table, Table) else None


def heads(c: Column, context: Rendering) -> Iterator[str]:
    """`ALTER TABLE … ALTER COLUMN …` for a column and for what children have of it, without those that are identities
    of their own, which the server refuses to touch."""
    if next(numbered_below(c, context), None) is None:
        yield head_of(c)
        return
    yield f"ALTER TABLE ONLY {owner(c)} ALTER COLUMN {ident(c.name)}"
    for t in children(c, context):
        child = replace(c, schema=t.schema, table=t.name)
        if not keeps_identity(child.address, context.old, context.new):
            yield from heads(child, context)


def numbered_below(c: Column, context: Rendering) -> Iterator[Column]:
    """What children have of a column as an identity of their own, that stays one."""
    for t in children(c, context):
        child = replace(c, schema=t.schema, table=t.name)
        if keeps_identity(child.address, context.old, context.new):
            yield child
        else:
            yield from numbered_below(child, context)


def children(c: Column, context: Rendering) -> Iterator[Table]:
    """The tables that inherit from a column's, before and after."""
    return (t for t in below(c, context) if t.inherits)


def below(c: Column, context: Rendering) -> Iterator[Table]:
    """The tables that have a column from its table, before and after, partitions among them."""
    found = context.new.once(heirs).get(Address("table", c.schema, c.table), ())
    return (t for t in found if t.address in context.old)


def heirs(catalog: Catalog) -> dict[Address, list[Table]]:
    """By table, those that inherit from it or are its partitions, in the order of their addresses."""
    found: dict[Address, list[Table]] = {}
    for t in sorted((t for t in catalog.of(Table) if t.inherits or t.partition_of), key=lambda t: t.address):
        for above in {*t.inherits, *([t.partition_of] if t.partition_of else [])}:
            found.setdefault(above, []).append(t)
    return found
