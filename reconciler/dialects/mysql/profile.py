"""What the planner must know of MariaDB and MySQL, as a function of the version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Final

from msgspec import structs

from ...model.address import Address
from ...model.changes import Alter, Rebuild
from ...model.objects import Object, changed_fields
from ...model.profile import Effect, Profile
from ...model.tables import Column, ForeignKey, Table
from .alter import in_place
from .casts import refusals
from .flavour import Folding, folding_of, is_mariadb
from .privileges import canonical
from .rewrite import rewritten

_ROUTINES: Final = ("trigger", "function", "procedure", "event")
_KINDS: Final = frozenset(
    {"database", "table", "column", "primary_key", "unique", "check", "foreign_key", "index", "view", *_ROUTINES}
)
_ACCESS: Final = frozenset({"access", "grant", "role", "membership"})
_MARIADB_KINDS: Final = frozenset({"sequence", "package", "package_body"})
_FOLDS: Final = frozenset({"column", "primary_key", "unique", "check", "index"})
_PROGRAMS: Final = frozenset({"trigger", "function", "procedure", "event", "package", "package_body"})
_RELATIONS: Final = ("table", "view", "sequence")

_SINCE: Final = {  # MariaDB, MySQL
    "rename_column": ((10, 5, 2), (8, 0, 0)),
    "rename_index": ((10, 5, 2), (5, 7, 0)),
    "invisible_columns": ((10, 3), (8, 0, 23)),
    "invisible_indexes": ((10, 6), (8, 0, 0)),
    "descending_keys": ((10, 8), (8, 0, 0)),
    "checks": ((10, 2, 1), (8, 0, 16)),
    "expression_keys": ((1000,), (8, 0, 13)),
    "or_replace": ((10, 1), (1000,)),
    "algorithms": ((10, 4), (8, 0, 29)),
}
"""Capabilities by the first version that has them; 1000 for never."""

_RAISES: Final = re.compile(r"(?s)ALTER TABLE .*\bAUTO_INCREMENT=\d+")
_UNCHANGED_TYPE: Final = frozenset({"type", "collation", "generated"})


def profile(version: Sequence[int]) -> Profile:
    """The profile of a server of that version; () stands for the newest MariaDB."""
    return _profile(tuple(version))


@cache
def _profile(version: tuple[int, ...]) -> Profile:
    mariadb = is_mariadb(version)
    number = version or (1000,)
    capabilities = {name: number >= since[0 if mariadb else 1] for name, since in _SINCE.items() if version}
    capabilities |= {name: since[0 if mariadb else 1] != (1000,) for name, since in _SINCE.items() if not version}
    capabilities["mariadb"] = mariadb
    folding = folding_of(version)
    capabilities["folded_names"] = folding is not Folding.NONE
    kinds = _KINDS | _ACCESS | (_MARIADB_KINDS if mariadb else frozenset())
    return Profile(
        name="mysql",
        kinds=kinds,
        folds=_FOLDS,
        alterable=_alterable(kinds, mariadb),
        in_place=partial(_in_place, mariadb),
        effect=_effect,
        renames=frozenset(_renames(capabilities)),
        auto_renames=frozenset({"index", "unique"}) if capabilities["rename_index"] else frozenset(),
        names=dict.fromkeys(_RELATIONS, "relation") | {"trigger": "trigger"},
        part_names={"unique": "index"},
        same_name=partial(_same_name, folding),
        stored=partial(_stored, folding),
        rewrite=rewritten,
        refusals=refusals if mariadb else lambda changes, old, new: (),
        identifier_bytes=0,
        alike=alike,
        unseen=lambda sql: _RAISES.match(sql) is not None,
        implicit=_implicit,
        canonical=canonical(mariadb=mariadb),
        capabilities=capabilities,
    )


def _same_name(folding: Folding, kind: str, name: str) -> str:
    """Case is told apart in names of databases and triggers, and where nothing folds them in those of tables."""
    exact = kind in ("database", "trigger") or (kind in _RELATIONS and folding is Folding.NONE)
    return name if exact else name.lower()


def _stored(folding: Folding, kind: str, name: str) -> str:
    lower = kind in _RELATIONS and folding is Folding.STORED
    return name.lower() if lower or (kind == "view" and folding is Folding.COMPARED) else name


def alike(old: Object, new: Object) -> tuple[Object, Object]:
    """Both with one first number of AUTO_INCREMENT, but where both say one and the new one is higher: the server keeps
    a lower one only where no row is in its way, and a database that is used says none."""
    if isinstance(old, Table) and isinstance(new, Table) and old.auto_increment != new.auto_increment:
        if old.auto_increment is None:
            return structs.replace(old, auto_increment=new.auto_increment), new
        if new.auto_increment is None or new.auto_increment < old.auto_increment:
            return old, structs.replace(new, auto_increment=old.auto_increment)
    return old, new


def _implicit(a: Address) -> bool:
    return a.kind == "database"


def _renames(capabilities: dict[str, bool]) -> Iterator[str]:
    yield "table"
    if capabilities["rename_column"]:
        yield "column"
    if capabilities["rename_index"]:
        yield from ("index", "unique")


def _alterable(kinds: frozenset[str], mariadb: bool) -> dict[str, frozenset[str]]:
    found = {kind: frozenset(fields.split()) for kind, fields in _FIELDS.items() if kind in kinds}
    found["unique"] = found["index"] = frozenset({"invisible"})
    if not mariadb:
        found["check"] = frozenset({"enforced"})
        found = {kind: fields for kind, fields in found.items() if kind not in _PROGRAMS}
    return found


_FIELDS: Final = {
    "database": "collation",
    "table": "columns comment engine collation options partition_by system_versioned periods auto_increment",
    "column": """type nullable default generated collation compression comment options auto_increment
        on_update invisible check versioning""",
    "view": "definition options definer",
    "sequence": "type options engine",
    **dict.fromkeys(("function", "procedure", "package", "package_body"), "definition definer sql_mode"),
    "trigger": "definition definer sql_mode follows",
    "event": "definition definer sql_mode time_zone",
    "grant": "privileges",
    "membership": "admin",
}
"""What ALTER, or CREATE OR REPLACE, changes of each kind."""


def _in_place(mariadb: bool, change: Alter) -> bool:
    if change.new.kind in ("column", "unique", "index", "check"):
        return in_place(change.old, change.new, mariadb)
    return True


def _effect(cause: Alter | Rebuild, was: Object, will: Object) -> Effect:
    """A foreign key stands in the way of another type of its columns on either side; all else finds what it needs
    again under its name."""
    if isinstance(was, ForeignKey):
        retyped = set(_retyped(cause))
        return Effect.REPLACE if retyped.intersection(was.requires()) else Effect.NONE
    if was.kind in ("view", "trigger") and isinstance(cause, Rebuild):
        touched = {o.address for o in cause.before}
        gone = touched - {o.address for o in cause.after}
        # one that itself changes can come neither before nor after the table: it goes, and comes again
        return Effect.REPLACE if (touched if was != will else gone).intersection(was.refs) else Effect.NONE
    if was.kind == "trigger" and cause.old.kind == "trigger":
        return Effect.REPLACE  # the order of triggers is that in which they were made
    return Effect.NONE


def _retyped(cause: Alter | Rebuild) -> Iterator[Address]:
    """The columns whose type, collation or computation changes."""
    if isinstance(cause, Alter):
        if isinstance(cause.new, Column) and cause.fields & _UNCHANGED_TYPE:
            yield cause.new.address
        return
    after = {o.address: o for o in cause.after}
    moved = isinstance(cause.old, Table) and isinstance(cause.new, Table) and cause.old.collation != cause.new.collation
    for o in cause.before:
        if isinstance(o, Column):
            will = after.get(o.address)
            if will is None or moved or changed_fields(o, will) & (_UNCHANGED_TYPE | {"nullable"}):
                yield o.address
