"""Roles on a scratch server: what definitions, grants and policies mention has to be there before they can be made.

On a server of our own they are made (without login); elsewhere their absence is an error that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ...errors import DatabaseError
from .session import PostgresSession
from .spelling import quoted

NOBODY: Final = "reconcile_scratch"
"""Whoever makes objects on a scratch server of our own; nothing in a schema belongs to it."""

_NAME: Final = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_NAMES: Final = rf"({_NAME}(?:\s*,\s*(?:GROUP\s+)?{_NAME})*)"
_MENTIONS: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"\bOWNER\s+TO\s+({_NAME})",
        rf"\A\s*(?:ALTER\s+DEFAULT\s+PRIVILEGES\b.*?)?\bGRANT\b.*?\bTO\s+(?:GROUP\s+)?{_NAMES}",
        rf"\A\s*(?:ALTER\s+DEFAULT\s+PRIVILEGES\b.*?)?\bREVOKE\b.*?\bFROM\s+(?:GROUP\s+)?{_NAMES}",
        rf"\A\s*(?:CREATE|ALTER)\s+POLICY\b.*?\sTO\s+{_NAMES}",
        rf"\bFOR\s+(?:ROLE|USER)\s+{_NAMES}",
        rf"\A\s*(?:CREATE|ALTER|DROP)\s+USER\s+MAPPING\b.*?\bFOR\s+({_NAME})",
        rf"\bSET\s+(?:SESSION\s+|LOCAL\s+)?ROLE\s+(?:TO\s+|=\s*)?({_NAME})",
        rf"\bAUTHORIZATION\s+({_NAME})",
        rf"\b(?:CREATE|ALTER|DROP)\s+(?:ROLE|USER(?!\s+MAPPING)|GROUP)\s+(?:IF\s+EXISTS\s+)?{_NAMES}",
        rf"\A\s*(?:GRANT|REVOKE)\s+(?:ADMIN\s+OPTION\s+FOR\s+)?{_NAMES}\s+(?:TO|FROM)\b",
    )
)
_OF_THE_SERVER: Final = re.compile(
    rf"\A\s*(?:(?:CREATE|ALTER|DROP)\s+(?:ROLE|USER(?!\s+MAPPING)|GROUP)\b|COMMENT\s+ON\s+ROLE\b|DO\s+\$role\$"
    rf"|(?:GRANT|REVOKE)\s+(?:ADMIN\s+OPTION\s+FOR\s+)?{_NAMES}\s+(?:TO|FROM)\b)",
    re.IGNORECASE,
)
"""What changes roles and memberships: seen by everybody who uses the server, and no part of what is judged on it."""
_OF_SUPERUSERS: Final = re.compile(
    rf"\bALTER\s+(?:EVENT\s+TRIGGER|FOREIGN\s+DATA\s+WRAPPER|PUBLICATION)\s+\S+\s+OWNER\s+TO\s+({_NAME})", re.IGNORECASE
)
"""What only a superuser can own (a publication: of all tables)."""
_SUBSCRIBES: Final = re.compile(r"\s*(?:CREATE|ALTER)\s+SUBSCRIPTION\b", re.IGNORECASE)
_CONNECTION: Final = re.compile(r"""\sCONNECTION\s+E?'(?:[^']|'')*'""", re.IGNORECASE)
"""Where a subscription would find the other server: not from here, whose copy of it would take the real one's place."""
_CUE: Final = re.compile(r"(?i)\b(?:OWNER|GRANT|REVOKE|POLICY|ROLE|USER|AUTHORIZATION)\b")
_END: Final = re.compile(r";\s*\n|;\s*\Z")
_NOT_NAMES: Final = frozenset({"public", "current_user", "current_role", "session_user", "user", "none", "default"})


def mentioned(sql: str) -> set[str]:
    """The roles that statements mention, by name."""
    if not _CUE.search(sql):
        return set()
    return {name for statement in _END.split(sql) for name in _in_statement(statement)}


def _in_statement(sql: str) -> Iterator[str]:
    if _CUE.search(sql):
        for pattern in _MENTIONS:
            for found in pattern.findall(sql):
                for name in re.findall(_NAME, found):
                    plain = name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
                    if plain not in _NOT_NAMES and not plain.startswith("pg_"):
                        yield plain


class Roles:
    """The roles of a scratch server, through a session that is not in a transaction of anybody's."""

    def __init__(self, maintenance: PostgresSession) -> None:
        self._maintenance = maintenance
        self._known: set[str] = set()

    def ensure(self, sql: str) -> None:
        """Makes what statements mention and the server lacks. Somebody else may be making the same."""
        missing = mentioned(sql) - self._known
        if missing:
            there = self._maintenance.rows("SELECT rolname FROM pg_catalog.pg_roles")
            for name in sorted(missing - {r[0] for r in there}):
                self._make(name)
            self._known |= missing
        for found in _OF_SUPERUSERS.finditer(sql):
            self._maintenance.execute(f"ALTER ROLE {found[1]} SUPERUSER")

    def _make(self, name: str, attributes: str = "NOLOGIN") -> None:
        try:
            self._maintenance.execute(f"CREATE ROLE {quoted(name)} {attributes}")
        except DatabaseError as error:
            if error.code not in ("42710", "23505"):
                raise

    def make_nobody(self) -> None:
        """The superuser that works on scratch databases: a role that no schema of anybody's has."""
        if not self._maintenance.rows("SELECT FROM pg_catalog.pg_roles WHERE rolname = %s", (NOBODY,)):
            self._make(NOBODY, "SUPERUSER LOGIN")


class ScratchSession(PostgresSession):
    """A session on a scratch database; `roles` is None on a server that is not ours."""

    roles: Roles | None = None

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._roles_for(sql):
            return super().rows(sql, params)

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        if _SUBSCRIBES.match(sql):
            sql = _CONNECTION.sub(" CONNECTION 'host=/dev/null'", sql)
        with self._roles_for(sql):
            if self.roles is not None and _OF_THE_SERVER.match(sql):
                return 0  # the roles are there now, and what they are like is nobody's business here
            return super().execute(sql, params)

    @contextmanager
    def _roles_for(self, sql: str) -> Iterator[None]:
        if self.roles is not None:
            self.roles.ensure(sql)
        try:
            yield
        except DatabaseError as error:
            if error.code == "42704" and error.what.startswith('role "') and not error.next:
                error.next = "make it on the scratch server (CREATE ROLE … NOLOGIN), or let the tool use one of its own"
            raise
