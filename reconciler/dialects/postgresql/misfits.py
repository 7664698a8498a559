"""Which values a column's new type does not take, as ALTER COLUMN … TYPE would find out.

By assignment, as `casts.using` leaves it or says it: a text that is too long is refused, unless what is too much of it
are blanks; numbers are rounded first. Tried on 15 and 18.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ...model.catalog import Catalog
from ...model.namespaces import Enum
from ...model.tables import Column
from ..probes import Misfit
from .casts import base, using
from .spelling import ident, literal

_STRINGS: Final = frozenset({"character varying", "character", "text", "name", "bpchar"})
_WHOLE: Final = {"smallint": 15, "integer": 31, "bigint": 63}
_NUMBERS: Final = frozenset({*_WHOLE, "numeric", "real", "double precision"})
_NEVER: Final = frozenset(
    {
        ("date", "timestamp without time zone"), ("date", "timestamp with time zone"),
        ("timestamp without time zone", "timestamp with time zone"), ("timestamp without time zone", "date"),
        ("timestamp with time zone", "timestamp without time zone"), ("timestamp with time zone", "date"),
        ("timestamp without time zone", "time without time zone"), ("jsonb", "json"), ("cidr", "inet"),
        ("time without time zone", "interval"), ("macaddr", "macaddr8"), ("xml", "text"),
    }
)  # fmt: skip
"""Pairs of which every value fits."""
_INPUT_IS_VALID: Final = (16,)
"""pg_input_is_valid tells without failing."""
_SIZE: Final = re.compile(r"\((-?\d+)(?:,\s*(-?\d+))?\)")


def misfit(value: str, old: Column, new: Column, catalog: Catalog) -> Misfit | None:
    """None where nothing can go wrong."""
    if old.type.endswith("[]") and new.type.endswith("[]"):
        found = _misfit("element", old.type[:-2], new.type[:-2], catalog)
        if found is None or not found.condition:
            return found and Misfit(attempt=f"{value}::text::{new.type}")
        return Misfit(condition=f"EXISTS (SELECT 1 FROM unnest({value}) AS e(element) WHERE {found.condition})")
    return _misfit(value, old.type, new.type, catalog)


def _misfit(value: str, old: str, new: str, catalog: Catalog) -> Misfit | None:
    a, b = base(old), base(new)
    if b in _STRINGS:
        return _too_long(value, old, new)
    if a in _NUMBERS and b in _NUMBERS:
        return _out_of_range(value, old, new)
    if (a, b) in _NEVER or (a == b and a not in ("bit",)):
        return None
    labels = _labels(new, catalog)
    if labels is not None:
        return Misfit(condition=f"{value}::text NOT IN ({', '.join(map(literal, labels))})")
    cast = f"{value}::text::{new}" if using(old, new, value) else f"{value}::{new}"
    if "::text::" in cast and catalog.version >= _INPUT_IS_VALID:
        return Misfit(condition=f"NOT pg_catalog.pg_input_is_valid({value}::text, {literal(new)})")
    return Misfit(attempt=cast)


def _too_long(value: str, old: str, new: str) -> Misfit | None:
    size = _SIZE.search(new)
    if base(new) == "name" or size is None:  # text takes all; a name is cut without a word
        return None
    had = _SIZE.search(old)
    if base(old) in _STRINGS and had is not None and int(had[1]) <= int(size[1]):
        return None
    return Misfit(condition=f"pg_catalog.length(pg_catalog.rtrim({value}::text, ' ')) > {size[1]}")


def _out_of_range(value: str, old: str, new: str) -> Misfit | None:
    return _RANGES[base(new)](value, old, new)


def _whole(value: str, old: str, new: str) -> Misfit | None:
    bits = _WHOLE[base(new)]
    if _WHOLE.get(base(old), 99) <= bits:
        return None
    return Misfit(condition=f"NOT pg_catalog.round({value}::numeric) BETWEEN {-(2**bits)} AND {2**bits - 1}")


def _decimal(value: str, old: str, new: str) -> Misfit | None:
    size = _SIZE.search(new)
    if size is None:
        return None
    digits, scale = int(size[1]), int(size[2] or 0)
    had = _SIZE.search(old) if base(old) == "numeric" else None
    if had is not None and int(had[1]) - int(had[2] or 0) <= digits - scale and int(had[2] or 0) <= scale:
        return None
    number = f"{value}::numeric"
    over = f"pg_catalog.abs(pg_catalog.round({number}, {scale})) >= 1e{digits - scale}"
    return Misfit(condition=f"{number} <> 'NaN' AND {over}")


def _floating(value: str, old: str, new: str) -> Misfit | None:
    """A number that is too large, or too small to be told from nothing."""
    if base(new) == "double precision" and base(old) != "numeric":
        return None
    return None if base(old) in ("smallint", "integer", "bigint") else Misfit(attempt=f"{value}::{new}")


_RANGES: Final[dict[str, Callable[[str, str, str], Misfit | None]]] = {
    **dict.fromkeys(_WHOLE, _whole),
    "numeric": _decimal,
    "real": _floating,
    "double precision": _floating,
}


def _labels(type: str, catalog: Catalog) -> tuple[str, ...] | None:
    """The labels of a type that is an enum; it may be one that is not there yet."""
    for o in catalog.of(Enum):
        if type in (f"{ident(o.schema)}.{ident(o.name)}", ident(o.name)):
            return o.labels
    return None
