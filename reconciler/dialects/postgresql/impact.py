"""What a step does to those who use the database: locks, rewrites and scans as measured on 15 and 18."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from ...model.access import Owner
from ...model.changes import Alter, Create, Drop, Impact, Lock, Rebuild, Rename, Step, subject, verb
from ...model.foreign import Subscription
from ...model.objects import Object
from ...model.tables import Check, Column, Exclusion, ForeignKey, Index, Key, Table
from ..base import Rendering
from . import attributes, lossy
from .casts import base
from .keys_of_indexes import PrimaryKeyOfIndex, UniqueOfIndex
from .spelling import qualified

_EXCLUSIVE: Final[Lock] = "access exclusive"
# A default that is the same for all rows is kept in the catalog; these are computed for each (volatile functions).
_VOLATILE: Final = (
    "random(",
    "gen_random_uuid(",
    "uuid_generate",
    "nextval(",
    "clock_timestamp(",
    "timeofday(",
    "uuidv",
)
_QUIET: Final = frozenset({"comment", "statistics", "options"})


def impact(step: Step, context: Rendering) -> Impact:
    """The impact of a step; of what is folded into a CREATE nobody takes notice."""
    change = step.change
    found = _by_kind(step)
    if isinstance(change, Alter | Rebuild):
        gone = (found.loses, attributes.lost(change, context.old), lossy.lost(change, context))
        return msgspec.structs.replace(found, loses="; ".join(filter(None, gone)))
    return found


def _by_kind(step: Step) -> Impact:
    change = step.change
    judge = _JUDGES.get((verb(change), subject(change).kind))
    if judge is not None:
        return judge(step)
    o = subject(change)
    if isinstance(change, Drop):
        return Impact(lock=_EXCLUSIVE, on=_on(o), note="")
    if isinstance(change, Create) or o.kind in ("schema", "enum", "function", "extension"):
        return Impact(lock="none" if not _on(o) else "share row exclusive", on=_on(o))
    return Impact(lock=_EXCLUSIVE, on=_on(o) or (o.address.dotted,))


def _on(o: Object) -> tuple[str, ...]:
    """The table or view that a part belongs to."""
    table = getattr(o, "table", None)
    return (qualified(o.schema, table),) if table is not None and o.kind != "domain_check" else ()


def _own(o: Object) -> tuple[str, ...]:
    return (qualified(o.schema, o.name),)


def _create_column(step: Step) -> Impact:
    c = subject(step.change)
    assert isinstance(c, Column)
    stored = c.generated is not None and c.generated.stored
    volatile = c.default is not None and any(v in c.default for v in _VOLATILE)
    rewrite = stored or volatile or c.identity is not None
    required = not c.nullable and c.default is None and c.identity is None and c.generated is None
    note = "fails where the table has rows: NOT NULL without a default" if required else ""
    return Impact(lock=_EXCLUSIVE, on=_on(c), rewrite=rewrite, scan=rewrite, note=note)


def _alter_column(step: Step) -> Impact:
    change = step.change
    assert isinstance(change, Alter) and isinstance(change.old, Column) and isinstance(change.new, Column)
    old, new, fields = change.old, change.new, change.fields
    if fields <= _QUIET:
        return Impact(lock="share update exclusive", on=_on(new))
    if fields == {"not_null"} and not (new.not_null and new.not_null.not_valid):  # VALIDATE lets rows be written
        return Impact(lock="share update exclusive", on=_on(new), scan=bool(old.not_null and old.not_null.not_valid))
    rewrite = "type" in fields and not _free(old.type, new.type)
    rewrite = rewrite or ("generated" in fields and new.generated is not None and new.generated.stored)
    scan = rewrite or "collation" in fields or _not_null_checked(new, fields)
    return Impact(lock=_EXCLUSIVE, on=_on(new), rewrite=rewrite, scan=scan)


def _not_null_checked(new: Column, fields: frozenset[str]) -> bool:
    return "nullable" in fields and not new.nullable and not (new.not_null and new.not_null.not_valid)


def _modifier(type: str) -> tuple[int, ...]:
    inside = type.partition("(")[2].partition(")")[0]
    return tuple(int(n) for n in inside.split(",")) if re.fullmatch(r"[-\d, ]+", inside) else ()


def _free(old: str, new: str) -> bool:
    """Type changes for which the server touches no row."""
    a, b = base(old), base(new)
    strings = {"character varying", "text"}
    if a in strings and b in strings:
        wide, narrow = _modifier(new), _modifier(old)
        return b == "text" or not wide or (bool(narrow) and a == b and wide >= narrow)
    if a == b == "numeric":
        was, will = (*_modifier(old), 0)[:2], (*_modifier(new), 0)[:2]
        return not _modifier(new) or (bool(_modifier(old)) and was[1] == will[1] and will[0] >= was[0])
    if a == b and a in ("timestamp without time zone", "timestamp with time zone", "bit varying"):
        return not _modifier(new) or (bool(_modifier(old)) and _modifier(new) >= _modifier(old))
    return {a, b} == {
        "timestamp without time zone",
        "timestamp with time zone",
    }


def _drop_column(step: Step) -> Impact:
    c = subject(step.change)
    assert isinstance(c, Column)
    lost = "" if c.generated is not None or c.inherited else f"the values of {_on(c)[0]}.{c.name}"
    return Impact(lock=_EXCLUSIVE, on=_on(c), loses=lost)


def _drop_table(step: Step) -> Impact:
    o = subject(step.change)
    elsewhere = isinstance(o, Table) and o.server is not None
    return Impact(lock=_EXCLUSIVE, on=_own(o), loses="" if elsewhere else f"the rows of {_own(o)[0]}")


def _drop_rows(step: Step) -> Impact:
    o = subject(step.change)
    return Impact(lock=_EXCLUSIVE, on=_own(o))


def _add_key(step: Step) -> Impact:
    o = subject(step.change)
    return Impact(lock=_EXCLUSIVE, on=_on(o), scan=not isinstance(o, PrimaryKeyOfIndex | UniqueOfIndex))


def _add_check(step: Step) -> Impact:
    o = subject(step.change)
    assert isinstance(o, Check)
    return Impact(lock=_EXCLUSIVE, on=_on(o), scan=not o.not_valid and o.enforced)


def _foreign_key_tables(o: Object) -> tuple[str, ...]:
    assert isinstance(o, ForeignKey)
    return tuple(dict.fromkeys((qualified(o.schema, o.table), qualified(o.target_schema, o.target))))


def _add_foreign_key(step: Step) -> Impact:
    o = subject(step.change)
    assert isinstance(o, ForeignKey)
    scan = not o.not_valid and o.enforced
    return Impact(lock="share row exclusive", on=_foreign_key_tables(o), scan=scan)


def _drop_foreign_key(step: Step) -> Impact:
    return Impact(lock=_EXCLUSIVE, on=_foreign_key_tables(subject(step.change)))


def _alter_constraint(step: Step) -> Impact:
    change = step.change
    assert isinstance(change, Alter)
    if change.fields <= {"comment", "index_comment", "not_valid"}:
        scan = "not_valid" in change.fields
        return Impact(lock="share update exclusive", on=_on(change.new), scan=scan)
    return Impact(lock=_EXCLUSIVE, on=_on(change.new))


def _create_index(step: Step) -> Impact:
    return Impact(lock="share", on=_on(subject(step.change)), scan=True)


def _alter_index(step: Step) -> Impact:
    change = step.change
    assert isinstance(change, Alter) and isinstance(change.new, Index | Key | Exclusion)
    quiet = change.fields <= {"comment", "index_comment", "constraint_comment", "options", "statistics"}
    return Impact(lock="share update exclusive" if quiet else _EXCLUSIVE, on=_on(change.new))


def _alter_table(step: Step) -> Impact:
    change = step.change
    assert isinstance(change, Alter) and isinstance(change.new, Table)
    if change.fields <= {"comment", "options"}:
        return Impact(lock="share update exclusive", on=_own(change.new))
    rewrite = bool(change.fields & {"unlogged", "access_method", "tablespace"})
    loses = ""
    if change.fields & {"inherits", "partition_of"} and isinstance(change.old, Table):
        gone = [c for c in change.old.columns if c not in change.new.columns]
        loses = f"the values of {', '.join(gone)} in {_own(change.new)[0]}" if gone else ""
    scan = "partition_of" in change.fields
    return Impact(lock=_EXCLUSIVE, on=_own(change.new), rewrite=rewrite, scan=scan, loses=loses)


def _create_table(step: Step) -> Impact:
    o = subject(step.change)
    assert isinstance(o, Table)
    if o.partition_of is not None:
        return Impact(lock=_EXCLUSIVE, on=(qualified(o.partition_of.schema, o.partition_of.name),))
    return Impact()


def _rebuild(step: Step) -> Impact:
    change = step.change
    assert isinstance(change, Rebuild)
    if isinstance(change.old, Table):
        kept = {o.name for o in change.after}
        gone = [o.name for o in change.before if isinstance(o, Column) and o.name not in kept and o.generated is None]
        loses = f"the values of {', '.join(gone)} in {_own(change.old)[0]}" if gone else ""
        return Impact(lock=_EXCLUSIVE, on=_own(change.old), rewrite=True, scan=True, loses=loses)
    if isinstance(change.old, Column):
        return Impact(lock=_EXCLUSIVE, on=_on(change.old))
    tables = tuple(dict.fromkeys(t for o in change.before if isinstance(o, Column) for t in _on(o)))
    gone = [x for x in getattr(change.old, "labels", ()) if x not in getattr(change.new, "labels", ())]
    note = f"fails where a row holds {', '.join(map(repr, gone))}" if gone and tables else ""
    return Impact(lock=_EXCLUSIVE if tables else "none", on=tables, rewrite=bool(tables), scan=bool(tables), note=note)


def _rename(step: Step) -> Impact:
    change = step.change
    assert isinstance(change, Rename)
    return Impact(lock=_EXCLUSIVE, on=_on(change.old) or _own(change.old))


def _alter_none(step: Step) -> Impact:
    return Impact()


def _change_owner(step: Step) -> Impact:
    o = subject(step.change)
    assert isinstance(o, Owner)
    return Impact(lock=_EXCLUSIVE, on=(qualified(o.on.schema, o.on.name),)) if o.on.kind == "table" else Impact()


def _subscribe(step: Step) -> Impact:
    name = subject(step.change).name
    return Impact(note=f"its connection is the service {name} of the server; no slot is made, no table copied")


def _unsubscribe(step: Step) -> Impact:
    o = subject(step.change)
    slot = dict(o.options).get("slot_name", o.name) if isinstance(o, Subscription) else ""
    stays = "" if slot == "NONE" else f"; the slot {slot} stays on the other server, and keeps what it has not sent"
    return Impact(loses=f"the place of subscription {o.name}{stays}")


def _resubscribe(step: Step) -> Impact:
    moved = isinstance(step.change, Alter) and "publications" in step.change.fields
    name = subject(step.change).name
    return Impact(note=f"then say ALTER SUBSCRIPTION {name} REFRESH PUBLICATION, which asks the other server" * moved)


_KEYS: Final = ("primary_key", "unique", "exclusion")
_JUDGES: Final[dict[tuple[str, str], Callable[[Step], Impact]]] = {
    ("create", "table"): _create_table,
    ("create", "column"): _create_column,
    ("create", "check"): _add_check,
    ("create", "foreign_key"): _add_foreign_key,
    ("create", "index"): _create_index,
    ("alter", "table"): _alter_table,
    ("alter", "column"): _alter_column,
    ("alter", "check"): _alter_constraint,
    ("alter", "foreign_key"): _alter_constraint,
    ("alter", "enum"): _alter_none,
    ("alter", "owner"): _change_owner,
    ("create", "owner"): _alter_none,
    ("drop", "owner"): _change_owner,
    **{(v, k): _alter_none for v in ("create", "alter", "drop") for k in ("grant", "default_privilege", "role")},
    **{(v, "membership"): _alter_none for v in ("create", "alter", "drop")},
    ("drop", "table"): _drop_table,
    ("create", "subscription"): _subscribe,
    ("alter", "subscription"): _resubscribe,
    ("drop", "subscription"): _unsubscribe,
    ("drop", "column"): _drop_column,
    ("drop", "foreign_key"): _drop_foreign_key,
    ("drop", "materialized_view"): _drop_rows,
    **{("create", k): _add_key for k in _KEYS},
    **{("alter", k): _alter_index for k in (*_KEYS, "index")},
    **{("rebuild", k): _rebuild for k in ("table", "column", "enum", "domain", "composite_type", "range_type")},
    **{
        ("rename", k): _rename for k in ("table", "column", "index", "view", "sequence", *_KEYS, "check", "foreign_key")
    },
}
