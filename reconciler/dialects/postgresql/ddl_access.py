"""Owners, grants and default privileges: what changes is said, never an object made anew for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ...model.access import ITS_OWNER, PUBLIC, DefaultPrivilege, Grant, Owner
from ...model.address import Address
from ...model.changes import Alter, Create, Drop, Statement, Step
from ...model.namespaces import SequenceOwner
from ...model.programs import Function
from ...model.tables import Column
from ..base import Rendering
from .ddl_extending import name_of
from .ddl_programs import routine
from .default_privileges import perhaps
from .privileges import ALL, PUBLIC_SCHEMA, by_default, default_default, every, unfolded, usual_public_owner
from .rendering import RENDER, noun, sql
from .spelling import at, ident, made_up, qualified

Rights = Mapping[str, bool]


def grantee_name(name: str) -> str:
    """A grantee in SQL. No role can be named `public`, quoted or not; one that is named `PUBLIC` is quoted."""
    return "PUBLIC" if name == PUBLIC else ident(name)


# Owners.


@RENDER.on("create", Owner)
@RENDER.on("alter", Owner)
def own(step: Step, context: Rendering) -> Iterator[Statement]:
    change = step.change
    assert isinstance(change, Create | Alter) and isinstance(change.new, Owner)
    if isinstance(change, Create) or not _tied(change.new.on, context):
        yield _given_to(change.new.on, ident(change.new.role), context)


@RENDER.on("drop", Owner)
def disown(step: Step, context: Rendering) -> Iterator[Statement]:
    """What belongs to nobody in particular belongs to whoever carries this out, as if it had just been made."""
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Owner)
    o = step.change.old
    if o.address in context.new or _tied(o.on, context):
        return
    role = "CURRENT_USER"
    if o.on == PUBLIC_SCHEMA:
        role = ident(usual_public_owner(guarded=context.profile.capabilities["guarded_public"]))
    yield _given_to(o.on, role, context)


def _tied(on: Address, context: Rendering) -> bool:
    """Whether it is a sequence that follows its table: another owner is refused, and comes with the table's."""
    if on.kind != "sequence":
        return False
    tie = SequenceOwner(schema=on.schema, name=on.name, table="", column="").address
    return tie in context.old and tie in context.new


def _given_to(on: Address, role: str, context: Rendering) -> Statement:
    o = context.new.get(on) or context.old[on]
    name = routine(o) if isinstance(o, Function) else name_of(o)
    return sql(f"ALTER {noun(o)} {name} OWNER TO {role}")


# Grants.

_NOUNS = {
    "view": "TABLE",
    "materialized_view": "TABLE",
    "foreign_table": "TABLE",
    "enum": "TYPE",
    "domain": "TYPE",
    "composite_type": "TYPE",
    "range_type": "TYPE",
    "base_type": "TYPE",
    "foreign_data_wrapper": "FOREIGN DATA WRAPPER",
    "foreign_server": "FOREIGN SERVER",
    "server": "FOREIGN SERVER",
}


@RENDER.on("create", Grant)
@RENDER.on("alter", Grant)
@RENDER.on("drop", Grant)
def grant(step: Step, context: Rendering) -> Iterator[Statement]:
    """From what the grantee has, or would have by default, to what it is to have, or would by default."""
    change = step.change
    old = None if isinstance(change, Create) else change.old
    new = None if isinstance(change, Drop) else change.new
    g = new or old
    assert isinstance(g, Grant)
    capabilities = context.profile.capabilities
    full = every(g.on.kind, maintain=capabilities["maintain"], column=bool(g.column))
    usual = by_default(
        g.on, g.grantee, full, guarded=capabilities["guarded_public"], column=bool(g.column or g.grantor)
    )
    before = unfolded(old.privileges, full) if isinstance(old, Grant) else usual
    after = unfolded(new.privileges, full) if isinstance(new, Grant) else usual
    grantee = grantee_name(g.grantee) if g.grantee != ITS_OWNER else _owner(g.on, context, isinstance(change, Drop))

    def between(a: Rights, b: Rights) -> list[str]:
        return list(_said(a, b, full, lambda p: f"{p} ON {_target(g, context)}", grantee, g.column))

    found = perhaps(g, full, context.old, context.new) if isinstance(change, Create) else None
    if found is None:
        said = between(before, after)
    else:  # what may have come by itself and is not wanted is taken away, and all that is wanted is said
        gone = dict.fromkeys((p for p in {**before, **found} if p not in after), False)
        tied = {p: True for p, option in found.items() if option and after.get(p) is False}
        said = [*between({**gone, **tied}, dict.fromkeys(tied, False)), *between({}, after)]
    if not g.column and not isinstance(change, Create):
        said += _again(g, before.keys() - after.keys(), grantee, context)
    if said and g.grantor:
        # a grant carries the name of the role that the session has while it says it
        said = [f"SET ROLE {ident(g.grantor)}", *said, "RESET ROLE"]
    yield from map(sql, said)


def _again(g: Grant, gone: Iterable[str], grantee: str, context: Rendering) -> Iterator[str]:
    """Grants on columns that stay: REVOKE on a table takes the same privilege off every column of it."""
    lost = set(gone)
    for a in context.new.dependents(g.on) if lost else ():
        c = context.new[a]
        if isinstance(c, Grant) and c.column and (c.on, c.grantee, c.grantor) == (g.on, g.grantee, g.grantor):
            was = context.old.get(a)
            stays = set(c.privileges) & set(was.privileges) if isinstance(was, Grant) else set()
            for word in sorted(stays):
                if word.removesuffix("*") in lost or word.startswith(ALL):
                    option = " WITH GRANT OPTION" if word.endswith("*") else ""
                    what = f"{word.removesuffix('*').upper()} ({ident(c.column)})"
                    yield f"GRANT {what} ON {_target(g, context)} TO {grantee}{option}"


def _said(
    before: Rights, after: Rights, full: frozenset[str], what: Callable[[str], str], grantee: str, column: str = ""
) -> Iterator[str]:
    """The fewest GRANT and REVOKE from some rights to others."""
    gone = before.keys() - after.keys()
    tied = {p for p in before.keys() & after.keys() if before[p] and not after[p]}
    plain = {p for p in after.keys() - before.keys() if not after[p]}
    free = {p for p in after if after[p] and not before.get(p, False)}
    if gone:
        yield f"REVOKE {what(_words(gone, full, column, all_of=before.keys()))} FROM {grantee}"
    if tied:
        yield f"REVOKE GRANT OPTION FOR {what(_words(tied, full, column))} FROM {grantee}"
    if plain:
        yield f"GRANT {what(_words(plain, full, column))} TO {grantee}"
    if free:
        yield f"GRANT {what(_words(free, full, column))} TO {grantee} WITH GRANT OPTION"


def _words(privileges: set[str], full: frozenset[str], column: str, *, all_of: object = None) -> str:
    suffix = f" ({ident(column)})" if column else ""
    if len(full) > 1 and privileges in (full, all_of) and len(privileges) > 1:
        return f"ALL{suffix}"
    return ", ".join(f"{p.upper()}{suffix}" for p in sorted(privileges))


def _owner(on: Address, context: Rendering, before: bool) -> str:
    """The owner by name, where it is known; else whoever carries this out. What is taken away is so before the object
    gets another owner, and what is given after it."""
    if on.kind == "column":
        on = Address("table", on.schema, on.parent)
    address = Owner(on=on, role="").address
    first, second = (context.old, context.new) if before else (context.new, context.old)
    known = first.get(address) or second.get(address)
    return ident(known.role) if isinstance(known, Owner) else "CURRENT_USER"


def _target(g: Grant, context: Rendering) -> str:
    on = g.on
    o = context.new.get(on) or context.old.get(on)
    if isinstance(o, Function):
        # by the types of its arguments: GRANT knows no ORDER BY of an aggregate
        what = "PROCEDURE" if o.routine == "procedure" else "FUNCTION"
        return f"{what} {qualified(o.schema, o.bare_name)}({o.arguments})"
    if isinstance(o, Column):
        named = o.identity.sequence if o.identity is not None else None
        return f"SEQUENCE {qualified(o.schema, named or made_up(o.table, o.name, 'seq'))}"
    return f"{_NOUNS.get(on.kind, on.kind.upper())} {at(on)}"


# Default privileges.


@RENDER.on("create", DefaultPrivilege)
@RENDER.on("alter", DefaultPrivilege)
@RENDER.on("drop", DefaultPrivilege)
def by_default_from_now_on(step: Step, context: Rendering) -> Iterator[Statement]:
    change = step.change
    old = None if isinstance(change, Create) else change.old
    new = None if isinstance(change, Drop) else change.new
    d = new or old
    assert isinstance(d, DefaultPrivilege)
    full = every(d.objects, maintain=context.profile.capabilities["maintain"])
    usual = default_default(d, full)
    before = unfolded(old.privileges, full) if isinstance(old, DefaultPrivilege) else usual
    after = unfolded(new.privileges, full) if isinstance(new, DefaultPrivilege) else usual
    grantee = grantee_name(d.grantee) if d.grantee != ITS_OWNER else ident(d.role)
    head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {ident(d.role)}" + (f" IN SCHEMA {ident(d.schema)}" if d.schema else "")
    objects = d.objects.replace("_", " ").upper()
    for text in _said(before, after, full, lambda p: f"{p} ON {objects}", grantee):
        yield sql(f"{head} {text}")
