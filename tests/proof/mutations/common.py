"""How the lists say a schema: a function that fills a MetaData, made of the columns and parts of one small table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

Fill = Callable[[MetaData], None]
Case = tuple[Fill, Fill]
"""Before and after."""


def col(*args: Any, **options: Any) -> Callable[[str], Column[Any]]:
    """A column that is given its name by its place."""
    return lambda name: Column(name, *args, **options)


def item(*parts: Any, named: str = "item", more: Fill | None = None, **columns: Any) -> Fill:
    """The table `item` (id, amount, label, note), with other columns where they are given (None: without it).

    `parts` are constraints, or functions of the table that give an index. Keywords that begin with `_` go to Table.
    """
    options = {k.removeprefix("_"): v for k, v in columns.items() if k.startswith("_")}
    given = {k: v for k, v in columns.items() if not k.startswith("_")}
    made = {
        "id": col(Integer, primary_key=True),
        "amount": col(Integer),
        "label": col(String(20)),
        "note": col(Text),
    } | given

    def fill(metadata: MetaData) -> None:
        if more is not None:
            more(metadata)
        fixed = [p for p in parts if not callable(p) or isinstance(p, type)]
        table = Table(named, metadata, *(make(n) for n, make in made.items() if make is not None), *fixed, **options)
        for part in parts:
            if part not in fixed:
                part(table)

    return fill


def ordered(*names: str) -> Fill:
    """The table with its columns in another order."""
    kinds = {"id": col(Integer, primary_key=True), "amount": col(Integer), "label": col(String(20)), "note": col(Text)}
    return lambda metadata: void(Table("item", metadata, *(kinds[n](n) for n in names)))


def index(*keys: Any, **options: Any) -> Callable[[Table], None]:
    """An index `item_ix` over columns by name, or over what a function of the table gives."""
    return lambda t: void(Index("item_ix", *(k(t) if callable(k) else t.c[k] for k in keys), **options))


def void(_value: object) -> None:
    """For functions that are called for what they do."""


PLAIN = item()
PARENT = item(named="parent")
