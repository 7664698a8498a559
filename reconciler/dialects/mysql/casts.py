"""Changes of a column's type that the server never makes, whatever is in the rows; as tried on MariaDB 10.11."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ...diagnostics import Finding
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Rebuild
from ...model.objects import Object
from ...model.tables import Column
from . import inet

_NUMBERS: Final = "tinyint smallint mediumint int integer bigint decimal numeric float double bit year"
_TIMES: Final = "date time datetime timestamp"
_PLACES: Final = "geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection"
_KINDS: Final = {
    **dict.fromkeys((*_NUMBERS.split(), *_TIMES.split()), "number"),
    **dict.fromkeys(_PLACES.split(), "place"),
    **{name: name for name in ("inet4", "inet6", "uuid")},
}
"""Types by what they hold: none becomes one of another kind (error 4078). Texts and bytes are of no kind: they become
everything, and everything becomes them."""


def refusals(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Finding]:
    """Columns that the server would refuse to change in the middle of a plan."""
    for was, will in (pair for c in changes for pair in columns(c)):
        if inet.leads_through_text(was, will):
            yield from inet.refusals(was, old)
        elif not _leads(was, will):
            yield Finding(
                rule="no-cast",
                address=str(was.address),
                message=f"no value of {was.type} becomes one of {will.type}",
                why="MariaDB refuses the ALTER, even of an empty table (error 4078)",
                next="add a column of that type under another name, fill it, and take this one away",
            )


def converted(change: Change) -> bool:
    """Whether a change rewrites rows of its own accord."""
    return any(inet.leads_through_text(was, will) for was, will in columns(change))


def columns(c: Change) -> Iterator[tuple[Column, Column]]:
    """The columns with values of their own that a change makes others of."""
    pairs: list[tuple[Object, Object]] = [(c.old, c.new)] if isinstance(c, Alter) else []
    if isinstance(c, Rebuild):
        after = {o.address: o for o in c.after}
        pairs = [(o, after[o.address]) for o in c.before if o.address in after]
    for was, will in pairs:
        if isinstance(was, Column) and isinstance(will, Column) and not was.generated and not will.generated:
            yield was, will


def _leads(was: Column, will: Column) -> bool:
    before, after = (_KINDS.get(re.split(r"[( ]", c.type.lower())[0], "") for c in (was, will))
    return not before or not after or before == after
