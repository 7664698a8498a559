"""What an in-place change or a rebuild does to those who depend on the changed object (14 to 18)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from ...model.address import Address
from ...model.changes import Alter, Rebuild
from ...model.objects import Object, changed_fields
from ...model.profile import Effect
from ...model.programs import Statistics, TriggerState
from ...model.tables import Check, Column, Exclusion, ForeignKey, Index, Key, Table
from ...model.types import DomainCheck
from .casts import comparable
from .ddl_columns import ColumnDefault
from .ddl_programs import replaceable
from .ddl_subscriptions import FIXED
from .kinds import REMADE
from .lineage import HANDED_ON

# ALTER COLUMN … TYPE is refused while one of these uses the column.
_REFUSES_TYPE: Final = frozenset(
    {"view", "materialized_view", "rule", "trigger", "policy", "function", "publication_table"}
)
_TO_COPIES: Final = {
    "trigger": frozenset({"definition", "enabled"}),
    "table": frozenset({"partition_of", "bound"}),
}
"""What gives the copies of a trigger the state of that above them, by the kind that is altered."""


def effect(cause: Alter | Rebuild, was: Object, will: Object) -> Effect:
    """NONE where the dependent lives through the change as it is."""
    if isinstance(cause, Rebuild):
        return _of_rebuild(cause, was, will)
    if isinstance(cause.new, Column) and isinstance(cause.old, Column):
        return _of_column(cause.old, cause.new, cause.fields, was, will)
    if isinstance(was, TriggerState) and cause.fields & _TO_COPIES.get(cause.new.kind, frozenset()):
        return Effect.REPLACE
    return Effect.NONE


def _of_rebuild(cause: Rebuild, was: Object, will: Object) -> Effect:
    if was.topic:  # who owns it and may do what with it is gone with the old one, and so is said again of the new one
        made = {o.address for o in (cause.old, *cause.before) if o.kind != "column" or o is cause.old}
        return Effect.NONE if made.isdisjoint(was.requires()) else Effect.REPLACE
    if isinstance(cause.old, Table):
        return Effect.NONE if _leaves(cause, was, will) else Effect.REPLACE
    if isinstance(cause.old, Column) and isinstance(cause.new, Column):
        return _of_column(cause.old, cause.new, changed_fields(cause.old, cause.new), was, will)
    types = {o.address for o in (cause.old, *cause.before) if o.kind in REMADE}
    if types.intersection(was.refs):  # a table of the type is let go of it (typed.py)
        return Effect.NONE if isinstance(was, Table) else Effect.REPLACE
    if was.kind == "domain_check":
        return Effect.NONE
    if any(_carries(was, o) for o in cause.before if isinstance(o, Column)):
        return Effect.REPLACE
    return _of_retyped(was, will, keys_match=False)


def _leaves(cause: Rebuild, was: Object, will: Object) -> bool:
    """Whether a partition, or a column of one, is that no more of a table that is made anew: it goes before that, with
    its rows."""
    made = {o.address for o in (cause.old, *cause.before)}
    below = isinstance(was, Table) and was.partition_of in made
    return (below or (isinstance(was, Column) and was.inherited)) and made.isdisjoint(will.requires())


def _of_column(old: Column, new: Column, fields: frozenset[str], was: Object, will: Object) -> Effect:
    if isinstance(was, Column) and was.inherited:
        if isinstance(will, Column) and not will.inherited:  # it stays, when its table leaves (lineage.py)
            return Effect.NONE
        return Effect.REPLACE if fields & HANDED_ON else Effect.NONE
    if fields & {"type", "collation"}:
        if _carries(was, old):
            return Effect.REPLACE
        return _of_retyped(was, will, keys_match=comparable(old.type, new.type))
    filled = "generated" in fields and new.generated is not None  # by SET EXPRESSION, in each row
    return Effect.REPLACE if filled and was.kind == "function" else Effect.NONE


def _carries(was: Object, column: Column) -> bool:
    """Whether a key has the column in its INCLUDE: the server would drop the key, and not see who points at it."""
    return isinstance(was, Key) and was.parent == column.parent and column.name in was.include


def _of_retyped(was: Object, will: Object, *, keys_match: bool) -> Effect:
    """Indexes, keys, checks and statistics are made again by the server from their text, one column at a time: an
    expression over two columns that both change would be read while only one has changed."""
    if was.kind in _REFUSES_TYPE or (isinstance(was, Column) and was.generated is not None):
        return Effect.REPLACE
    if isinstance(was, Statistics):  # what the server makes again has lost its target
        return Effect.NONE if was.target is None else Effect.REPLACE
    if isinstance(was, ForeignKey):
        return Effect.NONE if keys_match else Effect.REPLACE
    if isinstance(was, Key | Exclusion) and was.depends_on_extensions:  # which the server forgets
        return Effect.REPLACE
    if isinstance(was, Check) and was.inherited and not was.not_valid:  # which it is in its parent: the server forgets
        return Effect.REPLACE
    several = sum(r.kind == "column" for r in will.refs) > 1
    if was.kind == "check" or isinstance(was, Exclusion):
        return Effect.REPLACE if several else Effect.NONE
    if isinstance(was, Index):
        expressions = was.where is not None or any("(" in k for k in was.keys)
        forgotten = bool(was.statistics or was.depends_on_extensions)  # by what the server makes again
        forgotten = forgotten or was.only or was.attached_to is not None
        return Effect.REPLACE if (several and expressions) or forgotten else Effect.NONE
    return Effect.NONE


def detached(o: Object, source: Address) -> tuple[Object, Object | None] | None:
    """A column whose default alone hangs on the source: the default, and the column without it. A domain's check goes
    as a whole: the domain stays."""
    if isinstance(o, Column) and o.default is not None and source in o.default_refs and source not in o.refs:
        part = ColumnDefault(schema=o.schema, name=o.name, table=o.table, refs=o.default_refs)
        return part, replace(o, default=None, default_refs=())
    if isinstance(o, DomainCheck) and source in o.refs:
        return o, None
    return None


def in_place(capabilities: dict[str, bool]) -> Callable[[Alter], bool]:
    """Whether ALTER can do a change whose fields all can be altered."""

    def judged(change: Alter) -> bool:
        old, new = change.old, change.new
        if isinstance(old, Column) and isinstance(new, Column):
            return _column(old, new, change.fields, capabilities)
        if isinstance(old, Table) and isinstance(new, Table):
            return _table(old, new, capabilities)
        judge = _JUDGES.get(new.kind)
        return judge(old, new) if judge is not None else replaceable(old, new)

    return judged


def _column(old: Column, new: Column, fields: frozenset[str], capabilities: dict[str, bool]) -> bool:
    if old.inherited != new.inherited:
        return False
    if "generated" not in fields:
        return new.generated is None or not fields & {"type", "collation"}
    if old.generated is None:
        return False
    if new.generated is None:
        return old.generated.stored
    same = old.generated.stored == new.generated.stored and not fields & {"type", "collation"}
    return same and capabilities["set_expression"]


def _table(old: Table, new: Table, capabilities: dict[str, bool]) -> bool:
    if old.access_method != new.access_method and not capabilities["set_access_method"]:
        return False
    return old.unlogged == new.unlogged or new.partition_by is None


def _enum(old: Object, new: Object) -> bool:
    before: tuple[str, ...] = getattr(old, "labels", ())
    after: tuple[str, ...] = getattr(new, "labels", ())
    return tuple(x for x in after if x in set(before)) == before


def _composite(old: Object, new: Object) -> bool:
    """Attributes can come at the end and go, and have other types where nobody holds values (attributes.py)."""
    after = [a.name for a in getattr(new, "attributes", ())]
    kept = [a.name for a in getattr(old, "attributes", ()) if a.name in after]
    return after[: len(kept)] == kept


def _valid(old: Object, new: Object) -> bool:
    """A constraint can be validated, not made unvalidated; enforcement of foreign keys alone can change (18)."""
    return not (getattr(new, "not_valid", False) and not getattr(old, "not_valid", False))


def _policy(old: Object, new: Object) -> bool:
    return all(getattr(old, f) is None or getattr(new, f) is not None for f in ("using", "check"))


def _index(old: Object, new: Object) -> bool:
    """A partition's index can become a share of the whole one's, and is no index of its own again."""
    share = getattr(old, "attached_to", None)
    return share is None or bool(share == getattr(new, "attached_to", None))


def _subscription(old: Object, new: Object) -> bool:
    was, will = (dict(getattr(o, "options", ())) for o in (old, new))
    return all(was.get(k) == will.get(k) for k in FIXED)


_JUDGES: Final[dict[str, Callable[[Object, Object], bool]]] = {
    "index": _index,
    "enum": _enum,
    "composite_type": _composite,
    "check": _valid,
    "foreign_key": _valid,
    "domain_check": _valid,
    "policy": _policy,
    "subscription": _subscription,
}
