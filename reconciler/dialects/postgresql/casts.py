"""Which changes of a column's type PostgreSQL does by itself, and how the others are written.

From pg_cast of 15 and 18: pairs with an implicit or assignment cast; all types cast to the string types.
"""

from __future__ import annotations

import re
from typing import Final

from ...model.catalog import Catalog
from ...model.types import Domain
from .spelling import at

_NUMBERS: Final = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_STRINGS: Final = frozenset({"text", "character varying", "character", "name", '"char"', "bpchar"})
_PAIRS: Final = frozenset(
    {
        ("date", "timestamp without time zone"), ("date", "timestamp with time zone"),
        ("timestamp without time zone", "timestamp with time zone"), ("timestamp without time zone", "date"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "timestamp without time zone"), ("timestamp with time zone", "date"),
        ("timestamp with time zone", "time without time zone"), ("timestamp with time zone", "time with time zone"),
        ("time without time zone", "time with time zone"), ("time without time zone", "interval"),
        ("time with time zone", "time without time zone"), ("interval", "time without time zone"),
        ("json", "jsonb"), ("jsonb", "json"), ("bit", "bit varying"), ("bit varying", "bit"),
        ("inet", "cidr"), ("cidr", "inet"), ("money", "numeric"), ("numeric", "money"),
        ("integer", "money"), ("bigint", "money"), ("macaddr", "macaddr8"), ("macaddr8", "macaddr"),
        ("integer", "oid"), ("bigint", "oid"), ("oid", "bigint"), ("oid", "integer"), ("xml", "text"),
    }
)  # fmt: skip
_EXPLICIT: Final = frozenset(
    {("integer", "boolean"), ("boolean", "integer"), ("bigint", "bit"), ("integer", "bit"), ("bit", "integer"),
     ("bit", "bigint"), ("jsonb", "boolean"), ("jsonb", "numeric"), ("jsonb", "integer"), ("jsonb", "bigint")}
)  # fmt: skip
FIXED: Final = frozenset(
    {
        "smallint", "integer", "bigint", "real", "double precision", "boolean", "date", "uuid", "money", "oid", "name",
        "timestamp without time zone", "timestamp with time zone", "time without time zone", "time with time zone",
        "interval", "macaddr", "macaddr8", "point", "line", "lseg", "box", "circle", '"char"', "pg_lsn", "tid", "xid8",
    }
)  # fmt: skip
_MODIFIER: Final = re.compile(r"\s*\(\s*[-\d]+\s*(?:,\s*-?\d+\s*)?\)")
_FAMILIES: Final = (_NUMBERS, frozenset({"text", "character varying", "character"}))


def base(type: str) -> str:
    """A type without its modifier, its brackets kept."""
    return _MODIFIER.sub("", type)


def same_base(old: str, new: str) -> bool:
    return base(old) == base(new)


def comparable(old: str, new: str) -> bool:
    """Whether values of both types compare with each other, so that keys over one match keys over the other."""
    a, b = base(old), base(new)
    return a == b or any(a in family and b in family for family in _FAMILIES)


def using(old: str, new: str, column: str) -> str:
    """The USING clause of ALTER COLUMN … TYPE with a blank before it, "" where a cast on assignment does it."""
    a, b = base(old), base(new)
    if a.endswith("[]") and b.endswith("[]"):
        a, b = a[:-2], b[:-2]
    elif a.endswith("[]") != b.endswith("[]"):
        return "" if b in _STRINGS else f" USING {column}::text::{new}"
    if a == b or b in _STRINGS or (a in _NUMBERS and b in _NUMBERS) or (a, b) in _PAIRS:
        return ""
    if (a, b) in _EXPLICIT and not old.endswith("[]"):
        return f" USING {column}::{new}"
    return f" USING {column}::text::{new}"


def underlying(type: str, catalog: Catalog) -> str:
    """The type that a domain is over, in the end, an array of a domain as one of that; any other type as it is."""
    domains = {at(d.address): d.type for d in catalog.of(Domain)}
    array = "[]" if type.endswith("[]") else ""
    type = type.removesuffix("[]")
    while type in domains:
        type = domains[type]
    return type + array


def usual_storage(type: str, catalog: Catalog) -> str:
    """The storage of a built-in type (pg_type.typstorage), a domain's that of the type which it is over; others are
    taken to be of variable length."""
    plain = base(underlying(type, catalog))
    if plain in FIXED:
        return "plain"
    return "main" if plain in ("numeric", "inet", "cidr") else "extended"
