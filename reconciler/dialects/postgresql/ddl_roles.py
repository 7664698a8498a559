"""Roles and memberships. They are the server's, and may be there already when a database asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...model.access import Membership, Role
from ...model.changes import Alter, Create, Drop, Statement, Step
from ...model.tables import Options
from ..base import Rendering
from .rendering import RENDER, commented, recommented, sql
from .spelling import ident, literal

_SWITCHES: Final = {
    "superuser": "SUPERUSER",
    "create_database": "CREATEDB",
    "create_role": "CREATEROLE",
    "inherit": "INHERIT",
    "login": "LOGIN",
    "replication": "REPLICATION",
    "bypass_row_security": "BYPASSRLS",
}
_LISTS: Final = frozenset(
    """search_path temp_tablespaces session_preload_libraries shared_preload_libraries local_preload_libraries
    unix_socket_directories""".split()  # noqa: SIM905
)
"""Settings that are lists of names: the server keeps them as they are to be written, but for empty ones."""
_EMPTY: Final = re.compile(r'(?<![^,\s])""(?![^,\s])')


@RENDER.on("create", Role)
def create_role(step: Step, context: Rendering) -> Iterator[Statement]:
    """Made where it is not there: another database of the server may have asked for it before."""
    assert isinstance(step.change, Create) and isinstance(step.change.new, Role)
    r = step.change.new
    already = "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;"
    yield sql(f"DO $role$ BEGIN CREATE ROLE {ident(r.name)}; {already} END $role$")
    yield from _altered(Role(name=r.name), r)
    yield from commented(r, "ROLE", ident(r.name))


@RENDER.on("alter", Role)
def alter_role(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Role) and isinstance(new, Role)
    yield from _altered(old, new)
    yield from recommented(step, "ROLE", ident(new.name))


def _altered(old: Role, new: Role) -> Iterator[Statement]:
    head = f"ALTER ROLE {ident(new.name)}"
    changed = [f for f in _SWITCHES if getattr(old, f) != getattr(new, f)]
    words = [_SWITCHES[f] if getattr(new, f) else f"NO{_SWITCHES[f]}" for f in changed]
    if old.connection_limit != new.connection_limit:
        words.append(f"CONNECTION LIMIT {-1 if new.connection_limit is None else new.connection_limit}")
    if old.valid_until != new.valid_until:
        words.append(f"VALID UNTIL {literal(new.valid_until or 'infinity')}")
    if words:
        yield sql(f"{head} {' '.join(words)}")
    yield from _reset(head, old.settings, new.settings)


def _reset(head: str, old: Options, new: Options) -> Iterator[Statement]:
    before, after = dict(old), dict(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield sql(f"{head} RESET {name}")
        elif before.get(name) != after[name]:
            yield sql(f"{head} SET {name} TO {_listed(after[name]) if name in _LISTS else literal(after[name])}")


def _listed(names: str) -> str:
    """An empty name, as an empty list has, can be written as a text alone."""
    return _EMPTY.sub("''", names)


@RENDER.on("drop", Role)
def drop_role(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield sql(f"DROP ROLE {ident(step.change.old.name)}")


@RENDER.on("create", Membership)
@RENDER.on("alter", Membership)
def join(step: Step, context: Rendering) -> Iterator[Statement]:
    """Before 16 all that can be said is whether others may be let in; from then on each option by itself."""
    change = step.change
    assert isinstance(change, Create | Alter) and isinstance(change.new, Membership)
    new, old = change.new, change.old if isinstance(change, Alter) else None
    text = f"GRANT {ident(new.name)} TO {ident(new.member)}"
    if context.profile.capabilities["membership_options"]:
        member = context.new.get(new.of_member)
        own = member.inherit if isinstance(member, Role) else True
        said = {"ADMIN": new.admin, "INHERIT": own if new.inherit is None else new.inherit, "SET": new.set_role}
        usual = {"ADMIN": False, "INHERIT": own, "SET": True}
        options = [f"{w} {str(v).upper()}" for w, v in said.items() if old is not None or v != usual[w]]
        yield sql(text + (f" WITH {', '.join(options)}" if options else ""))
    elif isinstance(old, Membership) and old.admin and not new.admin:
        yield sql(f"REVOKE ADMIN OPTION FOR {ident(new.name)} FROM {ident(new.member)}")
    else:
        yield sql(text + (" WITH ADMIN OPTION" if new.admin else ""))


@RENDER.on("drop", Membership)
def leave(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Membership)
    o = step.change.old
    yield sql(f"REVOKE {ident(o.name)} FROM {ident(o.member)}")
