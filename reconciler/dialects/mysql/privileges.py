"""Privileges by kind of object, and how grantees are spelled: `app@%` for an account, `reader` for MariaDB's roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from ...model.access import PUBLIC, Grant
from ...model.objects import Object
from .tokens import literal, quoted

ALL: Final = "all"
_TABLE: Final = frozenset(
    "select insert update delete create drop references index alter create_view show_view trigger".split()  # noqa: SIM905
)
_ROUTINE: Final = frozenset({"execute", "alter_routine"})
_DATABASE: Final = _TABLE | frozenset(
    "create_temporary_tables lock_tables execute create_routine alter_routine event".split()  # noqa: SIM905
)
_COLUMN: Final = frozenset({"select", "insert", "update", "references"})
_WORDS: Final = {"delete_versioning_rows": "delete_history"}
_GRANTEE: Final = re.compile(r"'(.*)'@'(.*)'\Z", re.DOTALL)
"""No quote within is doubled (measured on MariaDB 10.11)."""


def every(kind: str, *, mariadb: bool, column: bool = False) -> frozenset[str]:
    """All privileges that can be granted on an object of a kind."""
    if column:
        return _COLUMN
    if kind in ("function", "procedure", "package", "package_body"):
        return _ROUTINE
    full = _DATABASE if kind == "database" else _TABLE
    return full | {"delete_history"} if mariadb else full


def folded(rights: Mapping[str, bool], full: frozenset[str]) -> tuple[str, ...]:
    """Rights as a grant holds them. Whether they may be granted on is one answer for all rights on an object."""
    star = "*" if any(rights.values()) else ""
    if rights.keys() == full:
        return (ALL + star,)
    return tuple(sorted(p + star for p in rights))


def unfolded(privileges: tuple[str, ...], full: frozenset[str]) -> dict[str, bool]:
    """The other way round."""
    option = any(p.endswith("*") for p in privileges)
    names = {p.removesuffix("*") for p in privileges}
    return dict.fromkeys(sorted(names - {ALL} | (full if ALL in names else frozenset())), option)


def canonical(*, mariadb: bool) -> Callable[[Object], Object | None]:
    """How inspection would spell a grant; None for one of nothing."""

    def spelled(o: Object) -> Object | None:
        if not isinstance(o, Grant):
            return o
        full = every(o.on.kind, mariadb=mariadb, column=bool(o.column))
        rights = unfolded(o.privileges, full)
        return replace(o, privileges=folded(rights, full)) if rights else None

    return spelled


def privilege(printed: str) -> str:
    """A privilege as a manifest says it (`create_view`), from the server's word."""
    word = printed.strip().lower().replace(" ", "_")
    return _WORDS.get(word, word)


def grantee(user: str, host: str) -> str:
    """An account or role by one name."""
    if user == "PUBLIC" and not host:
        return PUBLIC
    return f"{user}@{host}" if host else user


def grantee_of(printed: str) -> str:
    """A grantee as information_schema prints it: `'app'@'%'`."""
    found = _GRANTEE.match(printed)
    return grantee(*found.groups()) if found else printed


def grantee_sql(name: str, *, mariadb: bool) -> str:
    """A grantee in SQL: MariaDB's roles have no host, MySQL's have `%`."""
    if name == PUBLIC:
        return "PUBLIC"
    user, at, host = name.rpartition("@")
    if not at:
        return quoted(name) if mariadb else f"{literal(name)}@'%'"
    return f"{literal(user)}@{literal(host)}"
