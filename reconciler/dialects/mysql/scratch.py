"""Throw-away MariaDB and MySQL databases: on a server that the project names, or on an installed one of our own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, Final

import msgspec

from ...config.urls import scheme
from ...errors import DatabaseError, ReconcileError
from .binaries import places_searched, server_programs
from .flavour import Folding, folding_of, is_mariadb
from .places import with_database
from .scratch_accounts import ScratchSession, forget_grants
from .session import MySQLSession, connect
from .tokens import quoted

LINGER_SECONDS: Final = 30.0
LINGER_VARIABLE: Final = "RECONCILE_SCRATCH_LINGER"
_PREFIX: Final = "reconcile_scratch_"
_SWEPT_AT_ONCE: Final = 20


class ScratchServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server on which databases may come and go: hold `running` while one is in use."""

    running: Callable[[], AbstractContextManager[Any]]
    url: str
    own: bool = False


class MySQLScratch:
    """One database; its sessions are closed with it."""

    def __init__(self, url: str, version: tuple[int, ...], notice: str, *, own: bool) -> None:
        self.url = url
        self.version = version
        self.notice = notice
        self._own = own
        self._sessions: list[MySQLSession] = []

    def session(self, search_path: str | None = None) -> MySQLSession:
        session = connect(self.url, kind=ScratchSession if self._own else MySQLSession)
        session.reads_starts = True
        self._sessions.append(session)
        return session

    def close(self) -> None:
        for session in self._sessions:
            session.close()


@contextmanager
def scratch_database(*, version: Sequence[int] | None, setting: str | None) -> Iterator[MySQLScratch]:
    """A database on the server that `setting` names, or on the one that is installed on this machine.

    Raises ReconcileError where there is no server, DatabaseError where the named one does not let us make a database.
    """
    server = scratch_server(setting, version)
    with server.running(), connect(server.url) as maintenance, _database(maintenance) as name:
        notice = _notice(version, maintenance.version)
        database = MySQLScratch(with_database(server.url, name), maintenance.version, notice, own=server.own)
        try:
            yield database
        finally:
            database.close()


def scratch_server(setting: str | None, version: Sequence[int] | None) -> ScratchServer:
    """Where scratch databases are made; nothing is started or connected to yet."""
    if setting and scheme(setting)[0] == "mysql":
        return ScratchServer(running=nullcontext, url=setting)
    if setting not in (None, "", "local"):
        raise ReconcileError(
            f"unknown scratch setting {setting!r}" if "://" not in str(setting) else "the scratch URL is not MySQL's",
            next="write local, or the mysql:// URL of a server that may be used for it",
        )
    return _own_server(version)


def _own_server(version: Sequence[int] | None) -> ScratchServer:
    programs = server_programs()
    if os.name != "posix" or programs is None or (version and not is_mariadb(version)):
        wanted = "MariaDB" if not version or is_mariadb(version) else "MySQL"
        raise ReconcileError(
            f"no {wanted} server was found for a scratch database",
            why=f"looked for {places_searched()}" if wanted == "MariaDB" else "only an installed MariaDB is started",
            next="install it (Debian: apt install mariadb-server), or name a server's URL as scratch in reconcile.yaml"
            if wanted == "MariaDB"
            else "name a MySQL server's URL as scratch in reconcile.yaml",
        )
    from ..postgresql.places import scratch_home
    from .server import MariaServer

    folds = folding_of(version or ()) is Folding.STORED
    name = f"mariadb{programs.version[0]}.{programs.version[1]}{'-folded' if folds else ''}"
    settings = {"lower-case-table-names": str(int(Folding.STORED))} if folds else {}
    own = MariaServer(scratch_home() / name, programs, linger=_linger(), disposable=True, settings=settings)
    return ScratchServer(running=own.running, url=own.url(), own=True)


def _linger() -> float:
    try:
        return max(0.0, float(os.environ.get(LINGER_VARIABLE, LINGER_SECONDS)))
    except ValueError:
        return LINGER_SECONDS


@contextmanager
def _database(maintenance: MySQLSession) -> Iterator[str]:
    """A new database, marked as in use by a lock of the session that made it; those of dead sessions are swept."""
    _sweep(maintenance)
    name = _PREFIX + secrets.token_hex(6)
    maintenance.rows("SELECT GET_LOCK(%s, 0)", (name,))
    try:
        maintenance.execute(f"CREATE DATABASE {quoted(name)} CHARACTER SET utf8mb4")
        yield name
    except DatabaseError as error:
        if error.code == "1044" and "CREATE DATABASE" in error.statement:
            error.next = f"GRANT ALL ON `{_PREFIX}%`.* to this user, or name another scratch server"
        raise
    finally:
        _drop(maintenance, name)


def _drop(maintenance: MySQLSession, name: str) -> None:
    with suppress(DatabaseError):  # what is left is swept by a later run
        maintenance.execute("SET SESSION foreign_key_checks = 0")
        maintenance.execute(f"DROP DATABASE IF EXISTS {quoted(name)}")
    forget_grants(maintenance, name)


def _sweep(maintenance: MySQLSession) -> None:
    """Drop databases whose maker is gone: its lock is free."""
    pattern = _PREFIX.replace("_", r"\_") + "%"
    query = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE %s LIMIT %s"
    for (name,) in maintenance.rows(query, (pattern, _SWEPT_AT_ONCE)):
        if maintenance.rows("SELECT GET_LOCK(%s, 0)", (name,))[0][0] == 1:
            _drop(maintenance, name)
            maintenance.rows("SELECT RELEASE_LOCK(%s)", (name,))


def _notice(wanted: Sequence[int] | None, own: tuple[int, ...]) -> str:
    if not wanted:
        return ""
    folding, ours = folding_of(wanted), folding_of(own)
    if folding is not ours and Folding.STORED in (folding, ours):
        return (
            f"lower_case_table_names is {int(ours)} on the scratch server, and {int(folding)} on the target: names of "
            f"tables that hold capitals may be judged wrongly; name a server that folds names as the target does"
        )
    if tuple(wanted[:2]) == own[:2]:
        return ""
    return (
        f"the scratch database runs {_named(own)}, the target {_named(wanted)}: what differs between them may be "
        f"judged wrongly; name a server of the target's version as scratch"
    )


def _named(version: Sequence[int]) -> str:
    return f"{'MariaDB' if is_mariadb(version) else 'MySQL'} {'.'.join(map(str, version[:2]))}"
