"""Owners, grants, default privileges, roles and memberships, where they are asked for."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from ...model.access import (
    GRANTS,
    ITS_OWNER,
    OWNERS,
    PUBLIC,
    ROLES,
    TOPICS,
    DefaultPrivilege,
    Grant,
    Membership,
    Owner,
    Role,
)
from ...model.address import Address
from ...model.objects import Object
from ..session import Session
from .privileges import COLUMN, PUBLIC_SCHEMA, every, folded, public_schema_rights, usual_public_owner
from .snapshot import CLASS, Row, Snapshot, options_of, query

Rights = dict[str, bool]
"""Privileges, each with whether it may be granted on."""

_LETTERS: Final = {
    "r": "select", "a": "insert", "w": "update", "d": "delete", "D": "truncate", "x": "references", "t": "trigger",
    "m": "maintain", "X": "execute", "U": "usage", "C": "create", "c": "connect", "T": "temporary",
}  # fmt: skip
_ITEM: Final = re.compile(r'("(?:[^"]|"")*"|[^=]*)=([^/]*)/(.*)', re.S)
_OBJECTS: Final = {
    "r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas", "L": "large_objects",
}  # fmt: skip
_QUERIES: Final = {
    OWNERS: ("access",), GRANTS: ("access", "default_privileges"), ROLES: ("roles", "memberships"),
}  # fmt: skip


class AccessRows:
    """What the server says of the topics that are asked for; nothing is read for the others."""

    def __init__(self, session: Session, topics: frozenset[str]) -> None:
        self.major = session.version[0]
        self.nobody: str = getattr(session, "nobody", "")
        # a scratch server has the roles of everybody who ever used it, and says nothing about anybody's
        self.topics = topics & (frozenset(TOPICS) - {ROLES} if self.nobody else frozenset(TOPICS))
        names = {n for topic in self.topics for n in _QUERIES[topic]}
        self.rows: dict[str, list[Row]] = {n: session.rows(query(n, self.major)) for n in sorted(names)}

    def objects(self, s: Snapshot, known: Container[Address]) -> Iterator[Object]:
        """The objects, about those that are `known` to be in the catalog. What belongs to the session that serves as
        nobody (a scratch database's) has no owner, and nobody's own rights are not said."""
        if OWNERS in self.topics:
            yield from self._owners(s, known)
        if GRANTS in self.topics:
            yield from self._grants(s, known)
            yield from self._defaults(s)
        if ROLES in self.topics:
            yield from _roles(self.rows["roles"])
            yield from _memberships(self.rows["memberships"])

    def _owners(self, s: Snapshot, known: Container[Address]) -> Iterator[Object]:
        usual = usual_public_owner(guarded=self.major >= 15)
        for kind, oid, sub, owner, _, _ in self.rows["access"]:
            on = s.addresses.get((kind, oid))
            if sub or owner == self.nobody or not _is_ours(on, known) or on is None or on.kind == "column":
                continue
            if on != PUBLIC_SCHEMA or owner != usual:
                yield Owner(on=on, role=owner)

    def _grants(self, s: Snapshot, known: Container[Address]) -> Iterator[Object]:
        for kind, oid, sub, owner, acl, usual in self.rows["access"]:
            on = s.addresses.get((kind, oid))
            if on is None or not _is_ours(on, known) or (acl is None and on != PUBLIC_SCHEMA):
                continue
            column = s.names.get(oid, {}).get(sub, "") if kind == CLASS and sub else ""
            have, default = _by_grantee(acl, owner), _by_grantee(usual, owner)
            full = COLUMN if sub else frozenset(default.get((ITS_OWNER, ""), ()))
            if on == PUBLIC_SCHEMA:
                have, default, full = self._of_public_schema(have, acl is None)
            for (grantee, grantor), rights in _differing(have, default):
                if self.nobody not in (grantee, grantor) or not self.nobody:
                    yield Grant(on=on, column=column, grantee=grantee, grantor=grantor, privileges=folded(rights, full))

    def _of_public_schema(
        self, have: dict[tuple[str, str], Rights], untouched: bool
    ) -> tuple[dict[tuple[str, str], Rights], dict[tuple[str, str], Rights], frozenset[str]]:
        """The schema that comes with the database has rights for everybody from the start, fewer of them since 15."""
        full = every("schema", maintain=False)
        own = {(ITS_OWNER, ""): dict.fromkeys(sorted(full), False)}
        everybody = dict.fromkeys(sorted(public_schema_rights(guarded=self.major >= 15)), False)
        return (own if untouched else have), own | {(PUBLIC, ""): everybody}, full

    def _defaults(self, s: Snapshot) -> Iterator[Object]:
        for role, schema, letter, acl, usual in self.rows["default_privileges"]:
            if role == self.nobody or (schema is not None and schema not in s.schemas.values()):
                continue
            have, default = _by_grantee(acl, role), _by_grantee(usual, role)
            full = every(_OBJECTS[letter], maintain=self.major >= 17)
            for (grantee, _), rights in _differing(have, default):
                yield DefaultPrivilege(
                    schema=schema or "",
                    role=role,
                    objects=_OBJECTS[letter],
                    grantee=grantee,
                    privileges=folded(rights, full),
                )


def _is_ours(on: Address | None, known: Container[Address]) -> bool:
    """An extension's members are its own, and their rights are too."""
    return on is not None and on.kind != "extension" and on in known


def _differing(
    have: Mapping[tuple[str, str], Rights], default: Mapping[tuple[str, str], Rights]
) -> Iterator[tuple[tuple[str, str], Rights]]:
    for key in sorted(have.keys() | default.keys()):
        rights = have.get(key, {})
        if rights != default.get(key, {}):
            yield key, rights


def _by_grantee(acl: Iterable[str] | None, owner: str) -> dict[tuple[str, str], Rights]:
    """Rights by (grantee, grantor), where the owner goes by no name."""
    found: dict[tuple[str, str], Rights] = {}
    for item in acl or ():
        grantee, rights, grantor = _item(item)
        who = PUBLIC if grantee is None else ITS_OWNER if grantee == owner else grantee
        found.setdefault((who, "" if grantor == owner else grantor), {}).update(rights)
    return found


@cache
def _item(text: str) -> tuple[str | None, Rights, str]:
    """The grantee (None for everybody), rights and grantor of an aclitem as it is printed: `app=r*w/postgres`."""
    found = _ITEM.fullmatch(text)
    assert found is not None
    letters = re.findall(r"(\w)(\*?)", found[2])
    rights = {_LETTERS[letter]: bool(star) for letter, star in letters if letter in _LETTERS}
    return _unquoted(found[1]) or None, rights, _unquoted(found[3])


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _roles(rows: Iterable[Row]) -> Iterator[Object]:
    for name, login, superuser, databases, roles, inherit, replication, bypass, limit, until, settings, comment in rows:
        yield Role(
            name=name,
            comment=comment,
            login=login,
            superuser=superuser,
            create_database=databases,
            create_role=roles,
            inherit=inherit,
            replication=replication,
            bypass_row_security=bypass,
            connection_limit=limit if limit >= 0 else None,
            valid_until=until,
            settings=tuple(sorted(options_of(settings))),
        )


def _memberships(rows: Iterable[Row]) -> Iterator[Object]:
    for name, member, admin, inherit, set_role, own in rows:
        yield Membership(
            name=name, member=member, admin=admin, inherit=None if inherit == own else inherit, set_role=set_role
        )
