"""Grants and roles: what changes is said. The server keeps a right by the name of what it is on, whatever becomes of
that, so what goes or gets another name takes its rights along here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ...model.access import Grant, Membership, Role
from ...model.address import Address
from ...model.changes import Alter, Create, Drop, Statement, Step
from ..base import Rendering
from .privileges import every, grantee_sql, unfolded
from .render import RENDER
from .tokens import quoted

Rights = Mapping[str, bool]
_NOUNS = {"function": "FUNCTION ", "procedure": "PROCEDURE ", "package": "PACKAGE ", "package_body": "PACKAGE BODY "}


@RENDER.on("create", Grant)
@RENDER.on("alter", Grant)
@RENDER.on("drop", Grant)
def grant(step: Step, context: Rendering) -> Iterator[Statement]:
    """From what the grantee has to what it is to have."""
    change = step.change
    old = None if isinstance(change, Create) else change.old
    new = None if isinstance(change, Drop) else change.new
    yield from _between(old if isinstance(old, Grant) else None, new if isinstance(new, Grant) else None, context)


def _between(old: Grant | None, new: Grant | None, context: Rendering) -> Iterator[Statement]:
    g = new or old
    assert g is not None
    mariadb: bool = context.profile.capabilities["mariadb"]
    full = every(g.on.kind, mariadb=mariadb, column=bool(g.column))
    before = unfolded(old.privileges, full) if old is not None else {}
    after = unfolded(new.privileges, full) if new is not None else {}
    who, on = grantee_sql(g.grantee, mariadb=mariadb), _target(g.on)
    had, has = any(before.values()), any(after.values())
    gone = [_said(p, g.column) for p in sorted(before.keys() - after.keys())]
    if had and not has:
        gone.append("GRANT OPTION")
    if gone:
        yield Statement(f"REVOKE {', '.join(gone)} ON {on} FROM {who}")
    come = sorted(after.keys() if has and not had else after.keys() - before.keys())
    if come:
        option = " WITH GRANT OPTION" if has else ""
        yield Statement(f"GRANT {', '.join(_said(p, g.column) for p in come)} ON {on} TO {who}{option}")


def _said(privilege: str, column: str) -> str:
    word = privilege.upper().replace("_", " ")
    return f"{word} ({quoted(column)})" if column else word


def _target(on: Address) -> str:
    """What a grant is on; `*` is the session's own database."""
    return "*" if on.kind == "database" else f"{_NOUNS.get(on.kind, '')}{quoted(on.name)}"


def taken_away(on: Address, context: Rendering, column: str = "") -> Iterator[Statement]:
    """The rights on what goes: the server would give them to the next object of that name."""
    for g in _rights(on, context, column):
        yield from _between(g, None, context)


def moved(was: Address, now: Address, context: Rendering) -> Iterator[Statement]:
    """The rights on what got another name, given on the new one and taken from the old one: all of them, since its
    columns may have got others as well."""
    options: dict[str, bool] = {}
    for g in _rights(now, context):
        yield from _between(None, g, context)
        options[g.grantee] = options.get(g.grantee, False) or any(p.endswith("*") for p in g.privileges)
    for name, option in sorted(options.items()):
        who = grantee_sql(name, mariadb=context.profile.capabilities["mariadb"])
        yield Statement(f"REVOKE ALL PRIVILEGES ON {_target(was)} FROM {who}")
        if option:
            yield Statement(f"REVOKE GRANT OPTION ON {_target(was)} FROM {who}")


def column_moved(table: Address, was: str, now: str, context: Rendering) -> Iterator[Statement]:
    for g in _rights(table, context, now):
        yield from _between(None, g, context)
        yield from _between(replace(g, column=was), None, context)


def _rights(on: Address, context: Rendering, column: str = "") -> list[Grant]:
    found = (context.old[a] for a in context.old.dependents(on))
    return [g for g in found if isinstance(g, Grant) and g.on == on and (not column or g.column == column)]


@RENDER.on("create", Role)
def create_role(step: Step, context: Rendering) -> Iterator[Statement]:
    """Made where it is not there: another database of the server may have asked for it before."""
    name = grantee_sql(step.change.new.name, mariadb=context.profile.capabilities["mariadb"])  # type: ignore[union-attr]
    yield Statement(f"CREATE ROLE IF NOT EXISTS {name}")


@RENDER.on("drop", Role)
def drop_role(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    name = grantee_sql(step.change.old.name, mariadb=context.profile.capabilities["mariadb"])
    yield Statement(f"DROP ROLE {name}")


@RENDER.on("create", Membership)
@RENDER.on("alter", Membership)
def join(step: Step, context: Rendering) -> Iterator[Statement]:
    change = step.change
    assert isinstance(change, Create | Alter) and isinstance(change.new, Membership)
    role, member = _both(change.new, context)
    if isinstance(change, Alter) and not change.new.admin:
        yield Statement(f"REVOKE ADMIN OPTION FOR {role} FROM {member}")
    else:
        yield Statement(f"GRANT {role} TO {member}{' WITH ADMIN OPTION' if change.new.admin else ''}")


@RENDER.on("drop", Membership)
def leave(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Membership)
    role, member = _both(step.change.old, context)
    yield Statement(f"REVOKE {role} FROM {member}")


def _both(m: Membership, context: Rendering) -> tuple[str, str]:
    mariadb: bool = context.profile.capabilities["mariadb"]
    return grantee_sql(m.name, mariadb=mariadb), grantee_sql(m.member, mariadb=mariadb)
