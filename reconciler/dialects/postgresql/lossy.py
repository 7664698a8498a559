"""Which changes of a type may take a part of a value along, without the server saying so or by its refusal.

A cast rounds, cuts and forgets in silence: integer to bit(n) keeps the last bits, a timestamp as a date its day, an
inet as a cidr its network (PostgreSQL manual, 8.1 to 8.10; tried on 15, 16 and 18). In doubt it may: a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...model.catalog import Catalog
from ...model.changes import Alter, Rebuild
from ...model.objects import Object
from ...model.tables import Column, Table
from ...model.types import CompositeType
from ..base import Rendering
from .attributes import held_by
from .casts import FIXED, base, underlying, using
from .spelling import qualified

_WHOLE: Final = {"smallint": 15, "integer": 31, "bigint": 63}
_FLOATING: Final = {"real": (24, 6), "double precision": (53, 15)}
"""Bits that a whole number may have, and decimal digits that come back as they were."""
_TEXTS: Final = frozenset({"text", "character varying", "character", "bpchar"})
_TIMED: Final = frozenset(
    {
        "date", "time without time zone", "time with time zone", "timestamp without time zone",
        "timestamp with time zone", "interval",
    }
)  # fmt: skip
_FORGETS: Final = frozenset(
    {
        ("timestamp without time zone", "date"), ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "date"), ("timestamp with time zone", "time without time zone"),
        ("timestamp with time zone", "time with time zone"), ("time with time zone", "time without time zone"),
        ("interval", "time without time zone"), ("inet", "cidr"), ("integer", "boolean"),
    }
)  # fmt: skip
_READ_IN_PART: Final = frozenset(
    {"date", "time without time zone", "timestamp without time zone", "real", "double precision", "money", "name",
     '"char"', "daterange", "datemultirange"}
)  # fmt: skip
"""Types that read a text which says more than they keep."""
_WHOLE_TIME: Final = 6


def lost(change: Alter | Rebuild, context: Rendering) -> str:
    """What may not fit the new types, and where; "" where all of it does."""
    return "; ".join(dict.fromkeys(_lost(change, context)))


def _lost(change: Alter | Rebuild, context: Rendering) -> Iterator[str]:
    parts = (change.before, change.after) if isinstance(change, Rebuild) else ((), ())
    will = {o.address: o for o in parts[1]}
    pairs = [(change.old, change.new), *((o, will[o.address]) for o in parts[0] if o.address in will)]
    for old, new in pairs:
        if isinstance(old, Column) and isinstance(new, Column) and _is_stored(old, context.old):
            if _goes(old.type, new.type, context):
                yield f"what does not fit {new.type} in {qualified(new.schema, new.table)}.{new.name}"
        elif isinstance(old, CompositeType) and isinstance(new, CompositeType):
            yield from _of_attributes(old, new, context)


def _is_stored(column: Object, catalog: Catalog) -> bool:
    table = catalog.get(column.parent) if column.parent is not None else None
    foreign = isinstance(table, Table) and table.server is not None
    return isinstance(column, Column) and column.generated is None and not foreign


def _of_attributes(old: CompositeType, new: CompositeType, context: Rendering) -> Iterator[str]:
    was = {a.name: a.type for a in old.attributes}
    narrow = [a for a in new.attributes if a.name in was and _goes(was[a.name], a.type, context)]
    if narrow and (held := held_by(old.address, context.old)):
        for a in narrow:
            yield f"what does not fit {a.type} in {a.name} of {new.address.dotted} ({', '.join(held)})"


def _goes(old: str, new: str, context: Rendering) -> bool:
    return lossy(underlying(old, context.old), underlying(new, context.new))


def lossy(old: str, new: str) -> bool:
    """Whether a value of one type may not be all there in the other; both without domains."""
    if old == new:
        return False
    by_text = "::text" in using(old, new, "x")
    old, new = old.removesuffix("[]"), new.removesuffix("[]")
    a, b = base(old), base(new)
    if a == b:
        return _shorter(old, new)
    if (judge := _NUMBERS.get(b)) is not None and not by_text:
        return judge(old, new)
    if (a, b) in _FORGETS or b == '"char"' or (b == "name" and a not in FIXED):
        return True
    if by_text:  # digits of bits are read as others
        return a.startswith("bit") or b in _READ_IN_PART or bool(_modifier(new))
    if a in _WHOLE and b == "bit":
        return (_modifier(new) or (1,))[0] <= _WHOLE[a]
    if a.startswith("interval") and b.startswith("interval"):
        return a != b != "interval" or _fraction(new) < _fraction(old)
    if a in _TIMED and b in _TIMED:
        return _fraction(new) < _fraction(old)
    return a in _TEXTS and bool(_modifier(new)) and _shorter(old, new)


def _modifier(type: str) -> tuple[int, ...]:
    found = re.search(r"\(\s*(-?\d+)\s*(?:,\s*(-?\d+)\s*)?\)", type)
    return tuple(int(n) for n in found.groups() if n is not None) if found else ()


def _fraction(type: str) -> int:
    """The digits of a second that are kept; of a date none are asked for."""
    return (_modifier(type) or (_WHOLE_TIME,))[0] if base(type) != "date" else -1


def _shorter(old: str, new: str) -> bool:
    """Whether the one has less room: characters, bits, digits before the point or behind it."""
    was, will = _modifier(old), _modifier(new)
    if not will:
        return False
    if base(new) == "numeric":
        return _fewer_digits(old, new)
    return not was or will < was


def _fewer_digits(old: str, new: str) -> bool:
    if not _modifier(old):
        return True
    (digits, scale), (more, finer) = ((*_modifier(t), 0)[:2] for t in (old, new))
    return finer < scale or more - finer < digits - scale


def _to_whole(old: str, new: str) -> bool:
    a, bits = base(old), _WHOLE[base(new)]
    if a in _WHOLE:
        return _WHOLE[a] > bits
    size = (*_modifier(old), 0)[:2] if a == "numeric" and _modifier(old) else None
    if a in ("numeric", *_FLOATING, "money", "jsonb"):
        return size is None or size[1] > 0 or 10 ** size[0] > 2**bits
    return False


def _to_floating(old: str, new: str) -> bool:
    a, (bits, digits) = base(old), _FLOATING[base(new)]
    if a in _WHOLE:
        return _WHOLE[a] > bits
    if a in _FLOATING:
        return _FLOATING[a][0] > bits
    return a == "numeric" and not (_modifier(old) and _modifier(old)[0] <= digits)


def _to_decimal(old: str, new: str) -> bool:
    """A floating number comes out with the digits that are sure, which are not all that it has."""
    a = base(old)
    if a in _FLOATING:
        return True
    size = (*_modifier(new), 0)[:2]
    if a in _WHOLE:
        return bool(_modifier(new)) and 10 ** (size[0] - size[1]) < 2 ** _WHOLE[a]
    return a in ("money", "jsonb") and bool(_modifier(new))


def _to_money(old: str, new: str) -> bool:
    """It has two digits behind the point in most locales, and one may have none."""
    return base(old) not in _WHOLE


_NUMBERS: Final = {
    **dict.fromkeys(_WHOLE, _to_whole),
    **dict.fromkeys(_FLOATING, _to_floating),
    "numeric": _to_decimal,
    "money": _to_money,
}
