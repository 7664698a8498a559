"""Tables that leave their parents for a moment: to have them in another order, or a column as their own as well.

A table that leaves its parent keeps the parent's columns and checks as its own, for good, where no other parent has
them: a table between has them meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Statement
from ...model.tables import Check, Table
from .lineage import columns_of
from .rendering import sql
from .spelling import aside, at, ident, qualified


def in_place(old: Table, new: Table) -> int:
    """How many of a table's parents, from the first on, have none before them that comes later or is new."""
    rest = iter(old.inherits)
    return sum(1 for _ in takewhile(lambda p: p in rest, new.inherits))


def behind_the_others(child: Address, parent: Address) -> Iterator[Statement]:
    """Makes a parent the last one."""
    between = _between(child, 0)
    yield sql(f"CREATE TABLE {between} () INHERITS ({at(parent)})")
    yield sql(f"ALTER TABLE {at(child)} INHERIT {between}")
    yield sql(f"ALTER TABLE {at(child)} NO INHERIT {at(parent)}")
    yield from _back(child, parent, between)


def declared(child: Address, parents: Sequence[Address], column: str, catalog: Catalog) -> Iterator[Statement]:
    """Makes a column that a table has from its parents its own as well, and leaves all else as it is."""
    tables = _having(column, parents, catalog)
    having = list(tables)
    between = {p: _between(child, n) for n, p in enumerate(having) if _has_more(tables[p], column, catalog)}
    head = f"ALTER TABLE {at(child)}"
    for p, name in between.items():
        yield from _stand_in(child, p, name, f"DROP COLUMN {ident(column)} CASCADE")
    yield from (sql(f"{head} NO INHERIT {at(p)}") for p in having)
    for p in parents[parents.index(having[0]) :] if having else ():
        if p in between:
            yield from _back(child, p, between[p])
        elif p in having:
            yield sql(f"{head} INHERIT {at(p)}")
        else:
            yield from behind_the_others(child, p)


def renamed_apart(
    child: Address, parents: Sequence[Address], column: str, catalog: Catalog, anew: Sequence[Statement]
) -> Iterator[Statement]:
    """Executes what changes the name of a child's NOT NULL while no parent has it as well."""
    having = list(_having(column, parents, catalog))
    between = {p: _between(child, n) for n, p in enumerate(having)}
    head = f"ALTER TABLE {at(child)}"
    for p, name in between.items():
        yield from _stand_in(child, p, name, f"ALTER COLUMN {ident(column)} DROP NOT NULL")
    yield from (sql(f"{head} NO INHERIT {at(p)}") for p in having)
    yield from anew
    for p in parents[parents.index(having[0]) :] if having else ():
        yield from _back(child, p, between[p]) if p in between else behind_the_others(child, p)


def _having(column: str, parents: Sequence[Address], catalog: Catalog) -> dict[Address, Table]:
    """The parents that have a column, in their order."""
    tables = {p: t for p in parents if isinstance(t := catalog.get(p), Table)}
    return {p: t for p, t in tables.items() if column in columns_of(catalog, t)}


def _stand_in(child: Address, parent: Address, name: str, change: str) -> Iterator[Statement]:
    """A table like a parent but for one change, which the child inherits from beside it."""
    yield sql(f"CREATE TABLE {name} (LIKE {at(parent)} INCLUDING CONSTRAINTS INCLUDING GENERATED)")
    yield sql(f"ALTER TABLE {name} {change}")
    yield sql(f"ALTER TABLE {at(child)} INHERIT {name}")


def _has_more(t: Table, column: str, catalog: Catalog) -> bool:
    return columns_of(catalog, t).keys() != {column} or any(isinstance(o, Check) for o in catalog.children(t.address))


def _back(child: Address, parent: Address, between: str) -> Iterator[Statement]:
    yield sql(f"ALTER TABLE {at(child)} INHERIT {at(parent)}")
    yield sql(f"ALTER TABLE {at(child)} NO INHERIT {between}")
    yield sql(f"DROP TABLE {between}")


def _between(child: Address, number: int) -> str:
    return qualified(child.schema, aside(child.name, f"parent{number}" if number else "parent"))
