"""From inet4 to inet6 and back: no ALTER and no cast leads there (MariaDB 10.11, error 4078), their texts do.

An address of the one kind is the other's with `::ffff:` before it. The column is a text in between, which is what
forbids it where somebody reads or notes every change of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import structs

from ...diagnostics import Finding
from ...model.catalog import Catalog
from ...model.objects import Object
from ...model.programs import Trigger
from ...model.tables import Column, Table
from .tokens import quoted

_KINDS: Final = frozenset({"inet4", "inet6"})
_TEXT: Final = "varchar(45)"
_ON_UPDATE: Final = re.compile(r"(?is)\A.*?\b(?:BEFORE|AFTER)\s+UPDATE\b")


def leads_through_text(old: Object, new: Object) -> bool:
    """Whether a column goes from one kind of addresses to the other."""
    if not isinstance(old, Column) or not isinstance(new, Column) or old.generated or new.generated:
        return False
    return {old.type.lower(), new.type.lower()} == _KINDS


def as_text(c: Column) -> Column:
    """The column as it is in between."""
    return structs.replace(c, type=_TEXT, default=None)


def rewritten_addresses(old: Column, new: Column, others: Iterable[Object]) -> str:
    """The UPDATE of a column's texts; it does nothing a second time. The columns that note when a row was changed stay
    as they are."""
    name = quoted(old.name)
    value, where = f"CONCAT('::ffff:', {name})", f"LOCATE(':', {name}) = 0"
    if new.type.lower() == "inet4":
        value, where = f"SUBSTRING({name}, 8)", f"LEFT({name}, 7) = '::ffff:' AND LOCATE('.', {name}) > 0"
    noted = [quoted(o.name) for o in others if isinstance(o, Column) and o.on_update is not None]
    said = ", ".join([f"{name} = {value}", *(f"{n} = {n}" for n in noted)])
    return f"UPDATE {quoted(old.table)} SET {said} WHERE {where}"


def no_inet4(value: str) -> str:
    """Whether an inet6 is none that an inet4 can be."""
    return f"LEFT({value}, 7) <> '::ffff:' OR LOCATE('.', {value}) = 0"


def refusals(column: Column, old: Catalog) -> Iterator[Finding]:
    """Why a column may not go through a text: that would do more than change it."""
    if (why := _hindrance(column, old)) is not None:
        yield Finding(
            rule="inet-type",
            address=str(column.address),
            message="inet4 and inet6 become each other only by way of a text, with an UPDATE of every row",
            why=why,
            next="take that away in a plan before, and put it back in one after; or add a column of the other type",
        )


def _hindrance(column: Column, old: Catalog) -> str | None:
    """Who would notice that the column is a text, or that its rows are updated."""
    assert column.parent is not None
    table = old.get(column.parent)
    if isinstance(table, Table) and table.system_versioned:
        return "the table keeps what its rows were, which no UPDATE changes"
    if column.check is not None:
        return "the column has a check"
    for o in (old[a] for a in old.dependents(column.address)):
        if o.kind in ("check", "column"):
            return f"the {o.kind} {o.name} reads it"
    triggers = (o for o in old.children(column.parent) if isinstance(o, Trigger) and _ON_UPDATE.match(o.definition))
    return next((f"the trigger {t.name} runs on every UPDATE" for t in triggers), None)
