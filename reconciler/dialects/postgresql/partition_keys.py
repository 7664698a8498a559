"""Partitioned tables, those below them, and what their keys are over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.tables import Table
from .spelling import ident


def below(catalog: Catalog, table: Address) -> Iterator[Table]:
    """The table and its partitions on every level."""
    todo = [table]
    while todo:
        above = todo.pop()
        found = catalog.get(above)
        if isinstance(found, Table):
            yield found
            users = (catalog[d] for d in catalog.dependents(above))
            todo += [o.address for o in users if isinstance(o, Table) and o.partition_of == above]


def mentions(table: Table, column: str) -> bool:
    """Whether the partition key has the column, as far as its text tells; a rebuild too many loses nothing."""
    if table.partition_by is None:
        return False
    return re.search(rf'(?<![\w"]){re.escape(ident(column))}(?![\w"])', table.partition_by) is not None
