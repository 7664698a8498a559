"""Grants, roles and memberships, where a project asks for them. Passwords and accounts are none of it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from ...errors import DatabaseError
from ...model.access import GRANTS, ROLES, Grant, Membership, Role
from ...model.address import Address
from ...model.objects import Object
from ..disturbance import refusals_ignored
from .privileges import every, folded, grantee, grantee_of, privilege
from .session import MySQLSession
from .tokens import literal

DATABASE = Address("database", "", "database")
_RELATIONS = ("table", "view", "sequence")


@cache
def _query(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.sql").read_text()


def access(session: MySQLSession, topics: frozenset[str], known: Container[Address]) -> Iterator[Object]:
    """The objects of the topics, about those that are `known` to be in the catalog.

    Raises DatabaseError, with what to grant, where this user may not read the server's own tables.
    """
    if not topics:
        return
    with session.beside() as other:  # a transaction that read the server's tables takes no savepoint (error 1178)
        yield from _said(other, topics, known)


def texts(session: MySQLSession) -> Iterator[str]:
    """What the server's tables say of grants and roles, for telling whether any of it changed; nothing where this user
    may not read them."""
    flavour = "mariadb" if session.mariadb else "mysql"
    with refusals_ignored(), session.beside() as other:
        for name in ("grants", f"roles_{flavour}", f"memberships_{flavour}"):
            yield str(sorted(map(str, _rows(other, name))))


def _said(session: MySQLSession, topics: frozenset[str], known: Container[Address]) -> Iterator[Object]:
    flavour = "mariadb" if session.mariadb else "mysql"
    if GRANTS in topics:
        yield from _grants(session, _rows(session, "grants"), known)
    if ROLES in topics:
        for user, host in _rows(session, f"roles_{flavour}"):
            yield Role(name=grantee(user, host))
        own = str(session.rows("SELECT CURRENT_USER()")[0][0])
        for role, role_host, user, host, admin in _rows(session, f"memberships_{flavour}"):
            member = grantee(user, host)
            if member != own or admin != "Y":  # MariaDB makes whoever made a role its first member
                yield Membership(name=grantee(role, role_host), member=member, admin=admin == "Y")


def _rows(session: MySQLSession, name: str) -> list[tuple[Any, ...]]:
    try:
        return session.rows(_query(name).replace("%s", literal(session.database)))
    except DatabaseError as error:
        if error.code in ("1142", "1143", "1044"):
            error.why = "grants and roles are in the server's own tables"
            error.next = "GRANT SELECT ON mysql.* to this user, or take `manage` out of reconcile.yaml"
        raise


def _grants(session: MySQLSession, rows: list[tuple[Any, ...]], known: Container[Address]) -> Iterator[Object]:
    found: dict[tuple[Address, str, str], dict[str, bool]] = {}
    for who, kind, name, column, words, option in rows:
        on = _on(kind, name, known)
        if on is None:
            continue
        rights = found.setdefault((on, column, grantee_of(who)), {})
        for word in words.split(","):
            rights[privilege(word)] = option == "YES"
    for (on, column, who), rights in sorted(found.items()):
        option = any(rights.values()) or "grant" in rights
        named = {p: option for p in rights if p not in ("usage", "grant")}
        full = every(on.kind, mariadb=session.mariadb, column=bool(column))
        if named:
            yield Grant(on=on, column=column, grantee=who, privileges=folded(named, full))


def _on(kind: str, name: str, known: Container[Address]) -> Address | None:
    if kind == "database":
        return DATABASE
    kinds = _RELATIONS if kind == "table" else (kind.replace(" ", "_"),)
    return next((a for k in kinds if (a := Address(k, "", name)) in known), None)
