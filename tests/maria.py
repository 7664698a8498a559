"""The MariaDB servers of tests: an own instance of the installed one, and the one that the environment names."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.places import with_database
from reconciler.dialects.mysql.server import MariaServer
from reconciler.dialects.mysql.session import MySQLSession, connect

EXTRA_URL = "RECONCILE_TEST_MYSQL_URL"
HOW_TO_GET_ONE = f"apt install mariadb-server (it need not run), or set {EXTRA_URL} to the URL of a server for tests"
_LINGER = 2.0


class Maria:
    """One server; `database()` gives the URL of a fresh, empty database, dropped when the test ends."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[str] = []
        self._admin: MySQLSession | None = None

    @property
    def admin(self) -> MySQLSession:
        if self._admin is None:
            self._admin = connect(self.url)
        return self._admin

    @property
    def version(self) -> tuple[int, ...]:
        return self.admin.version

    def database(self, options: str = "CHARACTER SET utf8mb4") -> str:
        name = f"test_{secrets.token_hex(6)}"
        self.admin.execute(f"CREATE DATABASE {name} {options}")
        self._made.append(name)
        return with_database(self.url, name)

    def session(self, url: str = "") -> MySQLSession:
        return connect(url or self.database())

    def drop_databases(self) -> None:
        while self._made:
            self.admin.execute(f"DROP DATABASE IF EXISTS {self._made.pop()}")

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()


def started(run: str) -> Iterator[Maria | None]:
    """The server of a test run, shared by its processes; None where there is none."""
    if url := os.environ.get(EXTRA_URL):
        server = Maria(url)
        yield server
        server.close()
        return
    programs = server_programs()
    if programs is None:
        yield None
        return
    folder = Path(tempfile.gettempdir()) / f"reconcile-maria-{run}"
    with ExitStack() as held:
        own = MariaServer(folder, programs, linger=_LINGER, disposable=True)
        held.enter_context(own.running())
        server = Maria(own.url())
        yield server
        server.close()
    if own.stop():
        shutil.rmtree(folder, ignore_errors=True)
