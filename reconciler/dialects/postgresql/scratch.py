"""Throw-away PostgreSQL databases: on a server that the project names, an embedded one, or an installed one."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, Final, cast

import msgspec

from ...config.urls import scheme
from ...errors import DatabaseError, ReconcileError
from ..session import polled
from .binaries import Binaries, Origin, best, places_searched
from .scratch_roles import NOBODY, Roles, ScratchSession
from .session import PostgresSession, connect
from .spelling import quoted

LINGER_SECONDS: Final = 30.0
LINGER_VARIABLE: Final = "RECONCILE_SCRATCH_LINGER"
_PREFIX: Final = "reconcile_scratch"
_SWEPT_AT_ONCE: Final = 20


class ScratchServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server on which databases may come and go: hold `running` while one is in use."""

    running: Callable[[], AbstractContextManager[Any]]
    url: Callable[[str], str]
    maintenance: str
    """The URL of the database from which others are made."""
    own: bool
    """Whether it is ours alone, so that nobody minds a checkpoint."""


class PostgresScratch:
    """One database; its sessions are closed with it."""

    def __init__(self, url: str, version: tuple[int, ...], notice: str, roles: Roles | None = None) -> None:
        self.url = url
        self._roles = roles
        self.version = version
        self.notice = notice
        self._sessions: list[PostgresSession] = []

    def session(self, search_path: str | None = None) -> PostgresSession:
        session = connect(self.url, search_path=search_path, kind=ScratchSession)
        assert isinstance(session, ScratchSession)
        session.roles = self._roles
        session.nobody = NOBODY if self._roles is not None else session.rows("SELECT current_user::text")[0][0]
        self._sessions.append(session)
        return session

    def close(self) -> None:
        for session in self._sessions:
            session.close()


@contextmanager
def scratch_database(*, version: Sequence[int] | None, setting: str | None) -> Iterator[PostgresScratch]:
    """A database on the server that `setting` names, or on the one of this machine that is nearest to `version`.

    Raises ReconcileError where there is no server, DatabaseError where the named one does not let us make a database.
    """
    server = scratch_server(version[0] if version else None, setting)
    with server.running(), connect(server.maintenance) as maintenance, _database(server, maintenance) as name:
        notice = _notice(version, maintenance.version)
        url, roles = server.url(name), None
        if server.own:
            from .cluster import SUPERUSER

            roles = Roles(maintenance)
            roles.make_nobody()
            url = url.replace(f"//{SUPERUSER}@", f"//{NOBODY}@", 1)
        database = PostgresScratch(url, maintenance.version, notice, roles)
        try:
            yield database
        finally:
            database.close()


def scratch_server(major: int | None, setting: str | None) -> ScratchServer:
    """Where scratch databases are made; nothing is started or connected to yet."""
    if setting and scheme(setting)[0] == "postgresql":
        return ScratchServer(
            running=nullcontext, url=lambda name: with_database(setting, name), maintenance=setting, own=False
        )
    if setting not in (None, "", "embedded", "local"):
        raise ReconcileError(
            f"unknown scratch setting {setting!r}"
            if "://" not in str(setting)
            else "the scratch URL is not PostgreSQL's",
            next="write embedded, local, or the postgresql:// URL of a server that may be used for it",
        )
    return _own_server(major, cast("Origin | None", setting or None))


def _own_server(major: int | None, origin: Origin | None) -> ScratchServer:
    binaries = best(major, origin)
    if os.name != "posix" or binaries is None:
        raise ReconcileError(
            "no PostgreSQL server was found for a scratch database",
            why=f"looked for {places_searched()}",
            next="pip install 'reconcile-schema[scratch]', or name a server's URL as scratch in reconcile.yaml",
        )
    from .cluster import Cluster
    from .places import scratch_home

    folder = scratch_home() / _folder_name(binaries)
    cluster = Cluster(folder, binaries, linger=_linger(), disposable=True)
    return ScratchServer(running=cluster.running, url=cluster.url, maintenance=cluster.url(), own=True)


def _folder_name(binaries: Binaries) -> str:
    """One for each major version and origin: an embedded server has fewer extensions than an installed one."""
    return f"pg{binaries.major}" + ("-embedded" if binaries.origin == "embedded" else "")


def _linger() -> float:
    try:
        return max(0.0, float(os.environ.get(LINGER_VARIABLE, LINGER_SECONDS)))
    except ValueError:
        return LINGER_SECONDS


@contextmanager
def _database(server: ScratchServer, maintenance: PostgresSession) -> Iterator[str]:
    """A new database, marked as in use by a lock of the session that made it; those of dead sessions are swept."""
    prefix = f"{_PREFIX}_{maintenance.rows(_OWN_OID)[0][0]}_"
    _sweep(server, maintenance, prefix)
    name = prefix + secrets.token_hex(6)
    maintenance.try_lock(name)
    try:
        maintenance.execute(f'CREATE DATABASE "{name}" TEMPLATE template0{_options(server, maintenance)}')
        yield name
    except DatabaseError as error:
        if error.code == "42501" and "CREATE DATABASE" in error.statement:
            error.next = "let this role make databases: ALTER ROLE ... CREATEDB, or name another scratch server"
        raise
    finally:
        _drop(server, maintenance, name)


def _options(server: ScratchServer, maintenance: PostgresSession) -> str:
    if not server.own:
        return " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    return " STRATEGY file_copy" if maintenance.version >= (15,) else ""  # 18 ms beside 30 ms


def unsubscribed(session: PostgresSession) -> None:
    """Ends the subscriptions of a database that is to go, which they hold, without a word to the other servers."""
    of_here = "SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid = (" + _OWN_OID + ")"
    for (name,) in session.rows(of_here):
        for said in ("ALTER {} DISABLE", "ALTER {} SET (slot_name = NONE)", "DROP {}"):
            session.execute(said.format(f"SUBSCRIPTION {quoted(name)}"))


def _drop(server: ScratchServer, maintenance: PostgresSession, name: str) -> None:
    force = " WITH (FORCE)" if maintenance.version >= (13,) else ""
    with suppress(DatabaseError):  # what is left is swept by a later run
        # A backend takes a moment to leave; DROP DATABASE that finds one sleeps for a tenth of a second.
        polled(lambda: not maintenance.rows(_CONNECTED, (name,))[0][0], 0.03, longest_pause=0.002)
        if maintenance.rows(_SUBSCRIBED, (name,)):
            with connect(server.url(name)) as session:
                unsubscribed(session)
        maintenance.execute(f'DROP DATABASE IF EXISTS "{name}"{force}')


def _sweep(server: ScratchServer, maintenance: PostgresSession, prefix: str) -> None:
    """Drop databases whose maker is gone: its lock is free. The prefix names the database in which the lock counts."""
    pattern = prefix.replace("_", r"\_") + "%"
    for (name,) in maintenance.rows(_LEFT_OVER, (pattern, _SWEPT_AT_ONCE)):
        if maintenance.try_lock(name):
            _drop(server, maintenance, name)
            maintenance.unlock(name)


_OWN_OID: Final = "SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
_SUBSCRIBED: Final = """
SELECT FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = %s
"""
_CONNECTED: Final = "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = %s"
_LEFT_OVER: Final = """
SELECT datname FROM pg_catalog.pg_database
WHERE datname LIKE %s AND pg_catalog.pg_has_role(datdba, 'USAGE') ORDER BY datname LIMIT %s
"""


def _notice(wanted: Sequence[int] | None, own: tuple[int, ...]) -> str:
    if not wanted or wanted[0] == own[0]:
        return ""
    return (
        f"the scratch database runs PostgreSQL {own[0]}, the target {wanted[0]}: what differs between them may be "
        f"judged wrongly; install PostgreSQL {wanted[0]}'s server programs, or name such a server as scratch"
    )


def with_database(url: str, name: str) -> str:
    """The URL with another database in it."""
    head, _, query = url.partition("?")
    base = re.sub(r"^([\w+.-]+://[^/]*).*$", r"\1", head, flags=re.DOTALL)
    kept = [option for option in query.split("&") if option and not option.startswith("dbname=")]
    return f"{base}/{name}" + (f"?{'&'.join(kept)}" if kept else "")
