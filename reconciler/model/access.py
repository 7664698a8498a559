"""Whom objects belong to and who may do what with them: owners, grants, default privileges, roles and memberships.

Opt-in kinds: a catalog says of itself which of these topics it is about, and a topic that one side does not speak of is
never compared. Roles are names here, and no server has to judge them: they stay as they were written.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal, Self

from .address import Address, spelled
from .objects import Object, Renaming, register
from .tables import Options

OWNERS: Final = "owners"
GRANTS: Final = "grants"
ROLES: Final = "roles"
TOPICS: Final = (OWNERS, GRANTS, ROLES)
PUBLIC: Final = "public"
"""The grantee that is everybody; no role can have this name (the server reserves it)."""
ITS_OWNER: Final = ""
"""The grantee that is whoever owns the object: its rights move with the ownership, so they are not said by name."""


def role_address(name: str) -> Address:
    return Address("role", "", name)


def _label(on: Address) -> str:
    """What an address is about in the name of another one; different for different objects."""
    return f"{on.kind.replace('_', ' ')} {'.'.join(spelled(p) for p in (on.parent, on.name) if p)}"


def _grantee(name: str) -> str:
    return spelled(name) if name else "its owner"


def _roles(*names: str) -> Iterator[Address]:
    return (role_address(n) for n in names if n not in (ITS_OWNER, PUBLIC))


def _new_name(role: str, names: Renaming) -> str:
    return role if role in (ITS_OWNER, PUBLIC) else names.name_of(role_address(role))


class _About(Object, frozen=True, kw_only=True):
    """Something that is said of another object, and gone with it. It has no name of its own."""

    name: str = ""
    on: Address

    @property
    def parent(self) -> Address | None:
        if self.on.kind == "column":
            return Address("table", self.on.schema, self.on.parent)
        return self.on

    def requires(self) -> Iterator[Address]:
        if self.on.kind == "column":
            yield Address("table", self.on.schema, self.on.parent)
        yield self.on

    def vanishes_with(self) -> Iterator[Address]:
        yield from _About.requires(self)


@register
class Owner(_About, frozen=True, kw_only=True):
    """The role that an object belongs to. Where there is none, it is whoever made the object."""

    topic: ClassVar[str] = OWNERS

    role: str

    @property
    def address(self) -> Address:
        return Address(self.kind, self.on.schema, _label(self.on))

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield from _roles(self.role)

    def renamed(self, names: Renaming) -> Self:
        return self._with(names, {"on": names.address(self.on), "role": _new_name(self.role, names)})


@register
class Grant(_About, frozen=True, kw_only=True):
    """All that a grantee may do with an object, or with one column of it, where that is not what the server gives by
    default: `privileges` sorted, `select*` with the option to grant it on, `all` for every one of the kind, and none
    where what is given by default was revoked.

    On an address of kind `column` it is about the sequence of an identity column. `grantor` is "" for the owner.
    """

    topic: ClassVar[str] = GRANTS

    column: str = ""
    grantee: str
    grantor: str = ""
    privileges: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        column = f".{spelled(self.column)}" if self.column else ""
        by = f" by {spelled(self.grantor)}" if self.grantor else ""
        return Address(self.kind, self.on.schema, f"{_label(self.on)}{column} to {_grantee(self.grantee)}{by}")

    def _column(self) -> Iterator[Address]:
        if self.column and self.on.kind == "table":
            yield Address("column", self.on.schema, self.column, self.on.name)

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield Owner(on=self.on, role="").address  # the owner's rights move with the ownership: that comes first
        yield from self._column()
        yield from _roles(self.grantee, self.grantor)
        if self.grantor:
            yield Grant(on=self.on, column=self.column, grantee=self.grantor).address

    def vanishes_with(self) -> Iterator[Address]:
        yield from super().vanishes_with()
        yield from self._column()

    def renamed(self, names: Renaming) -> Self:
        column = next((names.name_of(a) for a in self._column()), self.column)
        grantee, grantor = _new_name(self.grantee, names), _new_name(self.grantor, names)
        return self._with(
            names, {"on": names.address(self.on), "column": column, "grantee": grantee, "grantor": grantor}
        )


@register
class DefaultPrivilege(Object, frozen=True, kw_only=True):
    """What a grantee may do with objects of a kind that a role will make, in one schema or (`schema` "") in all.

    In all schemas `privileges` are all that the grantee gets; in one, what it gets beside that.
    """

    topic: ClassVar[str] = GRANTS

    name: str = ""
    role: str
    objects: str
    """tables, sequences, functions, types, schemas or large_objects."""
    grantee: str
    privileges: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        what = f"{self.objects.replace('_', ' ')} of {spelled(self.role)} to {_grantee(self.grantee)}"
        return Address(self.kind, self.schema, what)

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield from _roles(self.role, self.grantee)

    def vanishes_with(self) -> Iterator[Address]:
        if self.schema:
            yield Address("schema", "", self.schema)

    def renamed(self, names: Renaming) -> Self:
        return self._with(
            names,
            {
                "schema": names.schema_of(self.schema),
                "role": _new_name(self.role, names),
                "grantee": _new_name(self.grantee, names),
            },
        )


@register
class Role(Object, frozen=True, kw_only=True):
    """A role of the server, without its password."""

    topic: ClassVar[str] = ROLES

    login: bool = False
    superuser: bool = False
    create_database: bool = False
    create_role: bool = False
    inherit: bool = True
    replication: bool = False
    bypass_row_security: bool = False
    connection_limit: int | None = None
    valid_until: str | None = None
    settings: Options = ()
    """Run-time settings of its sessions, by name."""


@register
class Membership(Object, frozen=True, kw_only=True):
    """That a role (`member`) belongs to another (`name`), and what it may do with that."""

    topic: ClassVar[str] = ROLES

    member: str
    admin: bool = False
    inherit: bool | None = None
    """Whether it has the other's rights by itself; None for what the member's own INHERIT says (before 16)."""
    set_role: bool = True

    @property
    def parent(self) -> Address | None:
        return role_address(self.member)

    @property
    def address(self) -> Address:
        return Address(self.kind, "", self.name, self.member)

    @property
    def of_member(self) -> Address:
        return role_address(self.member)

    def requires(self) -> Iterator[Address]:
        yield from _roles(self.name, self.member)

    def vanishes_with(self) -> Iterator[Address]:
        yield from _roles(self.name, self.member)

    def renamed(self, names: Renaming) -> Self:
        return self._with(names, {"name": _new_name(self.name, names), "member": _new_name(self.member, names)})


@register
class Access(Object, frozen=True, kw_only=True):
    """What a source says of access as a whole; never part of a catalog.

    `owner` is whom objects belong to that name nobody else; `grants` and `roles` say whether those that are not listed
    are to be taken away, or are nobody's business here.
    """

    topic: ClassVar[str] = "access"

    owner: str | None = None
    grants: Literal["managed"] | None = None
    roles: Literal["managed"] | None = None

    @property
    def says(self) -> frozenset[str]:
        """The topics that a catalog of this source is about."""
        told = {OWNERS: self.owner, GRANTS: self.grants, ROLES: self.roles}
        return frozenset(topic for topic, word in told.items() if word is not None)
