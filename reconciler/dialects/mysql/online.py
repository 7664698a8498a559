"""How an ALTER TABLE can be carried out beside those who use the table: the way of its most demanding clause.

As measured on MariaDB 10.11 (InnoDB) and as MySQL 8's manual has it. It is written into the statement, so that a server
which cannot do it that way refuses instead of blocking writers. Where we are not certain, nothing is written and the
server chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from ...model.address import Address
from ...model.objects import Object, changed_fields
from ...model.tables import Check, Column, Index, PrimaryKey, Table, Unique
from .alter import Pack
from .clauses import charset
from .rewrite import collation_of

Way = Literal["instant", "nocopy", "inplace", "copy", "unknown"]
_RANK: Final[tuple[Way, ...]] = ("instant", "nocopy", "inplace", "copy", "unknown")
_INSTANT_FIELDS: Final = frozenset({"default", "comment"})
_CONSTANT: Final = re.compile(r"(?i)\A(-?[\d.]+|[xb]?'(?:[^'\\]|''|\\.)*'|current_timestamp(?:\(\d?\))?|null)\Z")
_LITERAL: Final = re.compile(r"(?i)\A(-?[\d.]+|[xb]?'(?:[^'\\]|''|\\.)*'|null)\Z")
_KEYS: Final = ("primary_key", "unique", "index")
_BYTES: Final = {"utf8mb4": 4, "utf8mb3": 3, "utf8": 3, "ucs2": 2, "utf16": 4, "utf32": 4}


def algorithm(pack: Pack) -> Way:
    """The way that the server is to take, `unknown` where that is left to it."""
    old = pack.old_table
    if old is None or pack.partitioning() or not _is_plain(old, pack):
        return "unknown"
    ways = [*_ways(pack, old)]
    if not ways:
        return "unknown"
    way = max(ways, key=_RANK.index)
    if _shifts_virtual(pack, old) or (len(ways) > 1 and any(_is_virtual(o) for o in (*pack.created, *pack.dropped))):
        return max(way, "copy", key=_RANK.index)  # they come, go and get another number in place only alone (1846)
    # Columns come and go at once only where nothing else is to be done; else the table is rebuilt, in place.
    mixed = way == "nocopy" and any(isinstance(o, Column) for o in (*pack.created, *pack.dropped))
    return "inplace" if mixed or (way == "nocopy" and pack.moved) else way


def _is_virtual(o: Object) -> bool:
    return isinstance(o, Column) and o.generated is not None and not o.generated.stored


def _shifts_virtual(pack: Pack, old: Table) -> bool:
    """Whether a column goes that stands before a virtual one which stays, and anything is done but to let go."""
    tables = changed_fields(*pack.tables) - {"columns"} if pack.tables is not None else ()
    if not (pack.created or pack.altered or tables):
        return False
    gone = {o.name for o in pack.dropped if isinstance(o, Column)}
    stay = {o.name for o in pack.context.old.children(old.address) if _is_virtual(o)} - gone
    last = max((at for at, name in enumerate(old.columns) if name in stay), default=0)
    return not gone.isdisjoint(old.columns[:last])


def clause(pack: Pack) -> str:
    """What stands behind the other clauses, "" where the server may choose."""
    way = algorithm(pack)
    if way == "unknown" or not pack.context.profile.capabilities["algorithms"]:
        return ""
    if not pack.mariadb:
        word = "INPLACE" if way == "nocopy" else way.upper()
        return f"ALGORITHM={word}" if way == "instant" else f"ALGORITHM={word}, LOCK={_lock(way, pack)}"
    return f"ALGORITHM={way.upper()}, LOCK={_lock(way, pack)}"


def _lock(way: Way, pack: Pack) -> str:
    """What others may do meanwhile."""
    special = any(isinstance(o, Index) and o.method in ("fulltext", "spatial") for o in pack.created)
    numbered = any(isinstance(o, Column) and o.auto_increment for o in pack.created)
    rebuilt = way == "inplace" and _has_indexed_virtual(pack)  # 1846, "online rebuild with indexed virtual columns"
    return "SHARED" if way == "copy" or special or numbered or rebuilt else "NONE"


def _has_indexed_virtual(pack: Pack) -> bool:
    new = pack.context.new
    virtual = (o for o in new.children(pack.table) if _is_virtual(o))
    return any(a.kind in _KEYS for o in virtual for a in new.dependents(o.address))


def _is_plain(table: Table, pack: Pack) -> bool:
    """Whether we know what the table allows: InnoDB's, without partitions, history or special rows."""
    parts = pack.context.old.children(table.address)
    special = any(isinstance(o, Index) and o.method in ("fulltext", "spatial", "vector") for o in parts)
    hashed = any(isinstance(o, Unique) and ("using", "hash") in o.options for o in (*parts, *pack.created))
    row_format = dict(table.options).get("row_format", "").lower()
    usual = table.engine in (None, "InnoDB") and row_format in ("", "default", "dynamic", "compact")
    # without a primary key a unique one takes its place, and is not altered as other keys are
    clustered = not any(isinstance(o, PrimaryKey) for o in parts)
    promoted = clustered and any(isinstance(o, Unique) for o in (*pack.created, *pack.dropped))
    timed = table.partition_by or table.system_versioned or table.periods
    return usual and not (promoted or special or hashed or timed)


def _ways(pack: Pack, old: Table) -> Iterator[Way]:
    parts = pack.context.old.children(old.address)
    columns = [o for o in parts if isinstance(o, Column)]
    virtual = any(map(_is_virtual, columns))
    checked = any(isinstance(o, Check) for o in parts) or any(c.check is not None or c.generated for c in columns)
    if any(_is_virtual(o) and _is_indexed(o, pack) for o in columns) and _changes_columns(pack):
        yield "unknown"  # at once or not (1845, 1846) by what was done to the table before
    for o in pack.dropped:
        yield from _dropped(o, pack)
    for o in pack.created:
        yield from _created(o, pack, virtual)
    for was, will in pack.altered:
        yield _altered(was, will, pack, checked)
    if pack.moved:
        own = any(c.check is not None for c in columns)
        stored = any(c.generated is not None and c.generated.stored for c in pack.modified())
        yield "unknown" if own else "copy" if virtual or stored else "instant"
    if pack.tables is not None:
        yield from _table(*pack.tables, pack)


def _changes_columns(pack: Pack) -> bool:
    """Whether any comes or goes."""
    return any(isinstance(o, Column) for o in (*pack.dropped, *pack.created))


def _dropped(o: Object, pack: Pack) -> Iterator[Way]:
    if isinstance(o, Column):
        yield "inplace" if _is_indexed(o, pack) else "instant"
    elif isinstance(o, PrimaryKey):
        yield "inplace" if any(isinstance(n, PrimaryKey) for n in pack.created) else "copy"
    else:
        yield "instant" if isinstance(o, Check) else "nocopy"


def _is_indexed(column: Column, pack: Pack) -> bool:
    own = pack.context.old.dependents(column.address)
    return any(a.kind in _KEYS for a in own)


def _created(o: Object, pack: Pack, virtual: bool) -> Iterator[Way]:
    if isinstance(o, Column):
        yield _column(o, pack, virtual)
    elif isinstance(o, Check):
        yield "copy"
    elif isinstance(o, PrimaryKey):
        yield "inplace"
    elif isinstance(o, Unique | Index):
        special = isinstance(o, Index) and o.method in ("fulltext", "spatial")
        several = sum(isinstance(n, Index) and n.method == "fulltext" for n in pack.created) > 1
        if _computed(o, pack):
            yield "unknown"
        else:
            yield "copy" if several else "inplace" if special else "nocopy"


def _computed(o: Object, pack: Pack) -> bool:
    """Whether a key is over a computed column: then its way depends on what else is done."""
    refs = (pack.context.new.get(a) for a in o.requires() if a.kind == "column")
    return any(isinstance(c, Column) and c.generated is not None for c in refs)


def _column(c: Column, pack: Pack, virtual: bool) -> Way:
    if c.auto_increment:
        return "inplace"
    if c.generated is not None:
        return "copy" if c.generated.stored else "instant"
    if c.versioning is not None or c.compression is not None:
        return "unknown"
    if c.default is not None and not _CONSTANT.match(c.default):
        return "copy"
    return "copy" if virtual and not _is_last(c, pack) else "instant"


def _is_last(c: Column, pack: Pack) -> bool:
    table = pack.context.new.get(Address("table", c.schema, c.table))
    return isinstance(table, Table) and table.columns[-1:] == (c.name,)


def _altered(was: Object, will: Object, pack: Pack, checked: bool) -> Way:
    if not (isinstance(was, Column) and isinstance(will, Column)):
        return "unknown"
    fields = changed_fields(was, will)
    if was.check is not None or will.check is not None:
        return "unknown"  # a JSON column said as the text with a check that it is, is another type to the server
    if not fields <= {"type", "nullable", "collation", *_INSTANT_FIELDS} or will.generated is not None:
        return "copy" if will.generated is not None and will.generated.stored else "unknown"
    ways: list[Way] = ["instant"]
    if "default" in fields and not all(_CONSTANT.match(c.default or "null") for c in (was, will)):
        ways.append("unknown")
    if "nullable" in fields:
        # NULLs become the default, which INPLACE knows of constants only (error 1846)
        computed = not will.nullable and will.default is not None and not _LITERAL.match(will.default)
        ways.append("copy" if checked or computed else "inplace")
    before, after = collation_of(was, pack.context.old), collation_of(will, pack.context.new)
    if "type" in fields or before != after:
        ways.append(_retyped(was.type, will.type, before or "", after or ""))
    return max(ways, key=_RANK.index)


def _retyped(was: str, will: str, before: str, after: str) -> Way:
    """Another type: only a longer VARCHAR and labels at the end of a list change no row."""
    if charset(before) != charset(after):
        return "copy"
    if was == will:
        return "unknown"
    sizes = [re.fullmatch(r"varchar\((\d+)\)", t) for t in (was, will)]
    if sizes[0] and sizes[1]:
        width = _BYTES.get(charset(after), 1)
        short, long = int(sizes[0][1]) * width, int(sizes[1][1]) * width
        return "instant" if short <= long and (long <= 255 or short > 255) and before == after else "copy"
    labels = was.startswith(("enum(", "set(")) and will.startswith(was.removesuffix(")") + ",")
    few = was.startswith("enum(") and _count(will) <= 255
    return "instant" if labels and few and before == after else "copy"


def _count(type: str) -> int:
    return len(re.findall(r"'(?:[^']|'')*'", type))


def _table(old: Table, new: Table, pack: Pack) -> Iterator[Way]:
    fields = changed_fields(old, new) - {"partition_by"}
    if fields & {"system_versioned", "periods", "options", "collation"}:
        yield "unknown"
    elif "engine" in fields:
        yield "copy"
    elif fields:
        yield "instant"

