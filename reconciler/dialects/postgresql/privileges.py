"""Privileges by kind of object: which there are, and which the server gives by itself (14 to 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from ...model.access import ITS_OWNER, PUBLIC, DefaultPrivilege, Grant, Owner
from ...model.address import Address
from ...model.objects import Object

ALL: Final = "all"
PUBLIC_SCHEMA: Final = Address("schema", "", "public")
COLUMN: Final = frozenset({"select", "insert", "update", "references"})

_TABLE: Final = frozenset({"select", "insert", "update", "delete", "truncate", "references", "trigger"})
_SEQUENCE: Final = frozenset({"usage", "select", "update"})
_SCHEMA: Final = frozenset({"create", "usage"})
_EXECUTE: Final = frozenset({"execute"})
_USAGE: Final = frozenset({"usage"})
_RELATIONS: Final = frozenset({"table", "view", "materialized_view", "foreign_table", "tables"})
_OTHERS: Final[dict[str, frozenset[str]]] = {
    "schema": _SCHEMA, "schemas": _SCHEMA,
    "sequence": _SEQUENCE, "sequences": _SEQUENCE, "column": _SEQUENCE,  # that of an identity
    "function": _EXECUTE, "functions": _EXECUTE,
    "large_objects": frozenset({"select", "update"}),
}  # fmt: skip


def every(kind: str, *, maintain: bool, column: bool = False) -> frozenset[str]:
    """All privileges that an object of a kind can have (also: `tables`, `functions` … of default privileges).

    maintain: whether tables have that one (17).
    """
    if column:
        return COLUMN
    if kind in _RELATIONS:
        return _TABLE | {"maintain"} if maintain else _TABLE
    return _OTHERS.get(kind, _USAGE)


def everybodys(kind: str) -> frozenset[str]:
    """What PUBLIC may do with a new object of a kind."""
    if kind in ("function", "functions"):
        return _EXECUTE
    return _USAGE if kind in ("types", "enum", "domain", "composite_type", "range_type", "base_type", "language") \
        else frozenset()  # fmt: skip


def public_schema_rights(*, guarded: bool) -> frozenset[str]:
    """What PUBLIC may do in the schema `public` of a new database (guarded: since 15)."""
    return _USAGE if guarded else _SCHEMA


def usual_public_owner(*, guarded: bool) -> str:
    """Whom the schema `public` of a new database belongs to; before 15 the role that servers are mostly made with."""
    return "pg_database_owner" if guarded else "postgres"


def folded(rights: Mapping[str, bool], full: frozenset[str]) -> tuple[str, ...]:
    """Rights (each with whether it may be granted on) as a grant holds them: sorted, `all` for all there are."""
    options = set(rights.values())
    if len(full) > 1 and rights.keys() == full and len(options) == 1:
        return (ALL + "*" if options.pop() else ALL,)
    return tuple(sorted(f"{p}*" if option else p for p, option in rights.items()))


def unfolded(privileges: tuple[str, ...], full: frozenset[str]) -> dict[str, bool]:
    """The other way round."""
    found: dict[str, bool] = {}
    for word in privileges:
        name = word.removesuffix("*")
        for p in sorted(full) if name == ALL else [name]:
            found[p] = found.get(p, False) or word.endswith("*")
    return found


def by_default(
    on: Address, grantee: str, full: frozenset[str], *, guarded: bool, column: bool = False
) -> dict[str, bool]:
    """What a grantee has where nothing is said: the owner (grantee "") everything, others at most what PUBLIC has."""
    if column:
        return {}
    if not grantee:
        return dict.fromkeys(sorted(full), False)
    if grantee == PUBLIC:
        rights = public_schema_rights(guarded=guarded) if on == PUBLIC_SCHEMA else everybodys(on.kind)
        return dict.fromkeys(sorted(rights), False)
    return {}


def canonical(*, maintain: bool, guarded: bool) -> Callable[[Object], Object | None]:
    """How inspection would spell a grant: `all` for every privilege there is, nothing for what is so by default."""

    def spelled(o: Object) -> Object | None:
        if isinstance(o, Owner):
            return None if o.on == PUBLIC_SCHEMA and o.role == usual_public_owner(guarded=guarded) else o
        if isinstance(o, DefaultPrivilege):
            full = every(o.objects, maintain=maintain)
            usual = default_default(o, full)
        elif isinstance(o, Grant):
            full = every(o.on.kind, maintain=maintain, column=bool(o.column))
            usual = by_default(o.on, o.grantee, full, guarded=guarded, column=bool(o.column or o.grantor))
        else:
            return o
        rights = unfolded(o.privileges, full)
        return None if rights == usual else replace(o, privileges=folded(rights, full))

    return spelled


def default_default(d: DefaultPrivilege, full: frozenset[str]) -> dict[str, bool]:
    """What is so without a word: in one schema nothing is added."""
    if d.schema:
        return {}
    if d.grantee == ITS_OWNER:
        return dict.fromkeys(sorted(full), False)
    return dict.fromkeys(sorted(everybodys(d.objects)), False) if d.grantee == PUBLIC else {}
