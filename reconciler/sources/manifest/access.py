"""Owners and grants as manifests hold them: inline in the manifest of what they are about; and what the one manifest of
access says for all of them.

    owner: app
    grants: {reader: [select, update(email)], public: []}
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from ...model.access import (
    GRANTS,
    ITS_OWNER,
    OWNERS,
    PUBLIC,
    ROLES,
    Access,
    DefaultPrivilege,
    Grant,
    Membership,
    Owner,
    Role,
)
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.objects import Object
from ...model.tables import Column
from .forms import Form, Grants, Text
from .sqlwords import parts as name_parts
from .sqlwords import spelled
from .tables import Parts, Wrong
from .tables import Path as Steps

OWNED: Final = frozenset(
    """schema table view materialized_view sequence function enum domain composite_type range_type collation statistics
    procedure database event_trigger foreign_data_wrapper server publication subscription operator operator_class
    operator_family
    text_search_dictionary text_search_configuration""".split()  # noqa: SIM905
)
"""Kinds whose objects belong to somebody, where the database has owners at all."""
OWN_KEY: Final = "$owner"
"""The owner's own rights among the grants, where nobody says who the owner is."""
NAME: Final = "access"
ADDRESS: Final = Address("access", "", NAME)

_ITEM: Final = re.compile(r"([A-Za-z_]+)\s*(\(.*\))?\s*(\*)?(?:\s+by\s+(.+))?\s*\Z", re.S)
_KNOWN: Final = frozenset(
    """all select insert update delete truncate references trigger maintain usage execute create
    drop alter index event create_view show_view create_routine alter_routine lock_tables create_temporary_tables
    delete_history""".split()  # noqa: SIM905
)

FIELDS: Final[list[Any]] = [
    (
        "owner",
        Annotated[str | None, Meta(description="The role that it belongs to, where it is not the one of all others.")],
        None,
    ),
    (
        "grants",
        Annotated[Grants, Meta(description="What roles may do with it: {app: [select, update(email)], public: []}.")],
        msgspec.field(default_factory=dict),
    ),
]
"""What is added to the form of every kind that has an owner."""


class DefaultForm(Form, frozen=True, kw_only=True):
    """Grants on whatever a role will make."""

    role: Annotated[str, Meta(description="The role that makes the objects.")]
    schema: Annotated[str | None, Meta(description="Only in this schema; without it, in all of them.")] = None
    objects: Literal["tables", "sequences", "functions", "types", "schemas", "large_objects"]
    grants: Grants


class AccessForm(Form, frozen=True, kw_only=True):
    """What a folder of manifests says of owners, grants and roles: nothing at all without this one manifest."""

    owner: Annotated[str | None, Meta(description="Whom every object belongs to that names no other owner.")] = None
    grants: Annotated[
        Literal["managed"] | None, Meta(description="managed: grants that are not listed are taken away.")
    ] = None
    roles: Annotated[
        Literal["managed"] | None, Meta(description="managed: roles that are not listed are taken away.")
    ] = None
    default_privileges: Annotated[list[DefaultForm], Meta(description="Grants on what roles will make.")] = (
        msgspec.field(default_factory=list)
    )


class MemberForm(Form, frozen=True, kw_only=True):
    """How a role belongs to another."""

    admin: Annotated[bool, Meta(description="Whether it may let others belong to it.")] = False
    inherit: Annotated[bool | None, Meta(description="Whether it has the other's rights by itself (16).")] = None
    set_role: Annotated[bool, Meta(description="Whether it may act as the other (16).")] = True


class Item(NamedTuple):
    """`update(email)* by app`, taken apart."""

    privilege: str
    column: str
    option: bool
    grantor: str


# Reading.


def read_access(form: AccessForm) -> Parts:
    parts = Parts()
    parts.listed = True
    parts.add(Access(name=NAME, owner=form.owner, grants=form.grants, roles=form.roles), ("metadata", "name"))
    for n, d in enumerate(form.default_privileges):
        place = ("spec", "defaultPrivileges", n, "grants")
        for (grantee, _, _), (privileges, path) in _grouped(d.grants, place, parts).items():
            default = DefaultPrivilege(
                schema=d.schema or "",
                role=d.role,
                objects=d.objects,
                grantee=ITS_OWNER if grantee in (OWN_KEY, d.role) else grantee,
                privileges=privileges,
            )
            parts.add(default, path)
    return parts


def add_memberships(parts: Parts, member: str, of: Mapping[str, MemberForm]) -> None:
    for name, form in of.items():
        membership = Membership(
            name=name, member=member, admin=form.admin, inherit=form.inherit, set_role=form.set_role
        )
        parts.add(membership, ("spec", "memberOf", name))


def add_access(parts: Parts, spec: Any) -> None:
    """Owner and grants that the manifest of an object holds, behind its other objects."""
    own = parts.objects[0]
    owner = getattr(spec, "owner", None)
    if owner is not None:
        parts.add(Owner(on=own.address, role=owner), ("spec", "owner"))
    _add_grants(parts, own.address, "", getattr(spec, "grants", {}), ("spec", "grants"))
    columns = getattr(spec, "columns", None)
    for name, column in columns.items() if isinstance(columns, dict) else ():
        if isinstance(column, str):
            continue
        path = ("spec", "columns", name)
        _add_grants(parts, own.address, name, column.grants, (*path, "grants"))
        on = Address("column", own.schema, name, own.name)
        _add_grants(parts, on, "", getattr(column.identity, "grants", {}), (*path, "identity", "grants"))


def _add_grants(parts: Parts, on: Address, column: str, grants: Mapping[str, list[str]], place: Steps) -> None:
    for (grantee, inner, grantor), (privileges, path) in _grouped(grants, place, parts).items():
        grant = Grant(
            on=on,
            column=column or inner,
            grantee=ITS_OWNER if grantee == OWN_KEY else grantee,
            grantor=grantor,
            privileges=privileges,
        )
        _add(parts, grant, path)


def _add(parts: Parts, grant: Grant, path: Steps) -> None:
    """A grant on a column may be said with the column, with its table, or a part of it here and there."""
    for n, o in enumerate(parts.objects):
        if isinstance(o, Grant) and o.address == grant.address:
            both = {p.removesuffix("*"): p.endswith("*") for p in sorted({*o.privileges, *grant.privileges})}
            parts.objects[n] = msgspec.structs.replace(o, privileges=_privileges(both))
            return
    parts.add(grant, path)


def _grouped(
    grants: Mapping[str, list[str]], place: Steps, parts: Parts
) -> dict[tuple[str, str, str], tuple[tuple[str, ...], Steps]]:
    """Sorted privileges by grantee, column and grantor, with the place of each."""
    found: dict[tuple[str, str, str], dict[str, bool]] = {}
    for grantee, words in grants.items():
        if not words:
            found[grantee, "", ""] = {}
        for n, word in enumerate(words):
            items = list(_items(word))
            if not items:
                message = f"{word!r} is no privilege"
                parts.wrong.append(Wrong(message, (*place, grantee, n), "write select, update(email) or usage*"))
            for item in items:
                rights = found.setdefault((grantee, item.column, item.grantor), {})
                rights[item.privilege] = rights.get(item.privilege, False) or item.option
    return {key: (_privileges(rights), (*place, key[0])) for key, rights in found.items()}


def _privileges(rights: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(sorted(f"{p}*" if option else p for p, option in rights.items()))


def _items(text: str) -> Iterator[Item]:
    found = _ITEM.match(text.strip())
    if found is None or found[1].lower() not in _KNOWN:
        return
    columns = name_parts(found[2][1:-1]) if found[2] else [""]
    grantor = (name_parts(found[4]) or [found[4]])[0] if found[4] else ""
    for column in columns or ():
        yield Item(found[1].lower(), column, bool(found[3]), grantor)


# What all manifests together say.


def owner_by_name(grants: Iterable[Object], owners: Mapping[Address, str]) -> Iterator[Object]:
    """The grants, those to an object's own owner made grants to whoever that is."""
    for o in grants:
        if isinstance(o, Grant):
            on = Address("table", o.on.schema, o.on.parent) if o.on.kind == "column" else o.on
            owner = owners.get(on)
            if owner is not None and o.grantee == owner:
                o = msgspec.structs.replace(o, grantee=ITS_OWNER)
            if owner is not None and o.grantor == owner:
                o = msgspec.structs.replace(o, grantor="")
        yield o


# Writing.


def access_of(catalog: Catalog) -> Access | None:
    """What a manifest of access has to say of a catalog, None where it is about none of these topics."""
    if not catalog.says:
        return None
    counted = Counter(o.role for o in catalog.of(Owner))
    owner = min(counted, key=lambda r: (-counted[r], r)) if counted and OWNERS in catalog.says else None
    return Access(
        name=NAME,
        owner=owner,
        grants="managed" if GRANTS in catalog.says else None,
        roles="managed" if ROLES in catalog.says else None,
    )


def access_spec(access: Access, defaults: Iterable[DefaultPrivilege]) -> dict[str, Any]:
    """The spec of the manifest of access."""
    spec: dict[str, Any] = {f: v for f in ("owner", "grants", "roles") if (v := getattr(access, f)) is not None}
    grouped: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for d in sorted(defaults, key=lambda d: d.address):
        grantee = d.grantee if d.grantee != ITS_OWNER else d.role
        grouped.setdefault((d.role, d.schema, d.objects), {})[grantee] = list(d.privileges)
    entries = [
        {"role": role, **({"schema": schema} if schema else {}), "objects": objects, "grants": grants}
        for (role, schema, objects), grants in sorted(grouped.items())
    ]
    return spec | ({"defaultPrivileges": entries} if entries else {})


def member_of(parts: Iterable[Object]) -> dict[str, Any]:
    """The entries of `memberOf` in the manifest of a role."""
    found = {}
    for o in sorted((o for o in parts if isinstance(o, Membership)), key=lambda o: o.name):
        said = (("admin", o.admin, False), ("inherit", o.inherit, None), ("setRole", o.set_role, True))
        found[o.name] = {key: value for key, value, usual in said if value != usual}
    return found


class Inline:
    """Owner and grants of one object and its columns, as its manifest holds them."""

    def __init__(self, parts: Sequence[Object], usual: str | None) -> None:
        self.own = parts[0].address
        owners = [o.role for o in parts if isinstance(o, Owner)]
        self.owner = owners[0] if owners else None
        self._usual = usual
        self._grants = [o for o in parts if isinstance(o, Grant)]
        self._columns = {o.name for o in parts if isinstance(o, Column)}

    @property
    def said_owner(self) -> str | None:
        """The owner, where it has to be said."""
        return self.owner if self.owner != self._usual else None

    def of_object(self) -> dict[str, list[str]]:
        """With those on columns that have no entry of their own (a view's)."""
        return self._written(g for g in self._grants if g.on == self.own and g.column not in self._columns)

    def of_column(self, name: str) -> dict[str, list[str]]:
        found = self._written(g for g in self._grants if g.on == self.own and g.column == name)
        return {g: [w.replace(f"({spelled(name)})", "", 1) for w in words] for g, words in found.items()}

    def of_identity(self, name: str) -> dict[str, list[str]]:
        return self._written(g for g in self._grants if g.on.kind == "column" and g.on.name == name)

    def _written(self, grants: Iterable[Grant]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for g in sorted(grants, key=lambda g: g.address):
            grantee = g.grantee if g.grantee != ITS_OWNER else self.owner or OWN_KEY
            words = found.setdefault(grantee, [])
            words += (_word(p, g) for p in g.privileges)
        return found


def _word(privilege: str, g: Grant) -> str:
    column = f"({spelled(g.column)})" if g.column else ""
    by = f" by {spelled(g.grantor)}" if g.grantor else ""
    return f"{privilege.removesuffix('*')}{column}{'*' if privilege.endswith('*') else ''}{by}"


__all__ = [
    "ADDRESS", "FIELDS", "NAME", "OWNED", "PUBLIC", "AccessForm", "Inline", "MemberForm", "Role", "Text", "access_of",
    "access_spec", "add_access", "add_memberships", "member_of", "owner_by_name", "read_access",
]  # fmt: skip
