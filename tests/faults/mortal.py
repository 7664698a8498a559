"""Servers of our own that can be killed, and come again with what was committed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.places import with_database as mysql_database
from reconciler.dialects.mysql.server import MariaServer
from reconciler.dialects.mysql.session import connect as mysql_connect
from reconciler.dialects.postgresql import keeper
from reconciler.dialects.postgresql.binaries import best
from reconciler.dialects.postgresql.cluster import Cluster
from reconciler.dialects.postgresql.scratch import with_database as postgres_database
from reconciler.dialects.postgresql.session import connect as postgres_connect
from reconciler.dialects.session import Session
from tests.maria import HOW_TO_GET_ONE as GET_MARIA
from tests.servers import HOW_TO_GET_ONE as GET_POSTGRES
from tests.servers import lacking
from tests.unit.apply.places import Place

# What was committed is there after the server's death (servers of tests are tuned to lose it).
_DURABLE_MARIA: Final = {"innodb-flush-log-at-trx-commit": "1", "innodb-doublewrite": "1"}
_DURABLE_POSTGRES: Final = {"synchronous_commit": "on", "full_page_writes": "on"}
DEATH: Final = {"postgresql": signal.SIGQUIT, "mysql": signal.SIGKILL}
"""`pg_ctl -m immediate` is SIGQUIT to the postmaster: no checkpoint, no farewell, recovery at the next start."""


class Mortal:
    """A server in a folder of its own, of one dialect."""

    def __init__(self, dialect: str, folder: Path) -> None:
        self.dialect = dialect
        self.server: Cluster
        if dialect == "mysql":
            programs = server_programs() or lacking(f"no MariaDB server: {GET_MARIA}")
            self.server = MariaServer(folder, programs, linger=2.0, disposable=False, settings=_DURABLE_MARIA)
        else:
            binaries = best(None) or lacking(f"no PostgreSQL server: {GET_POSTGRES}")
            self.server = Cluster(folder, binaries, linger=2.0, disposable=False, settings=_DURABLE_POSTGRES)
        self.number = 0

    @property
    def pid(self) -> int | None:
        return keeper.server_pid(self.server.folder / "data")

    def kill(self) -> None:
        """The server is dead, and so is every backend of it, when this returns."""
        pid = self.pid
        if pid is None or not keeper.alive(pid):
            return
        os.kill(pid, DEATH[self.dialect])
        end = time.monotonic() + 10
        while keeper.alive(pid) and time.monotonic() < end:
            time.sleep(0.002)

    @contextmanager
    def running(self) -> Iterator[None]:
        with self.server.running():
            yield

    def place(self) -> Place:
        """A new, empty database."""
        self.number += 1
        name = f"mortal_{self.number}"
        with self.admin() as admin:
            options = "CHARACTER SET utf8mb4" if self.dialect == "mysql" else "TEMPLATE template0 STRATEGY file_copy"
            admin.execute(f"CREATE DATABASE {name} {options}")
        move = mysql_database if self.dialect == "mysql" else postgres_database
        return Place(self.dialect, move(self.server.url(), name))

    def admin(self) -> Session:
        connect = mysql_connect if self.dialect == "mysql" else postgres_connect
        return connect(self.server.url())

    def drop(self, place: Place) -> None:
        place.close()
        with self.admin() as admin:
            admin.execute(f"DROP DATABASE {urlsplit(place.url).path[1:]}")


def mortal_server(dialect: str) -> Iterator[Mortal]:
    # Not in pytest's own folder: root's server runs as another user, who could not reach it there.
    folder = Path(tempfile.mkdtemp(prefix="reconcile-mortal-"))
    folder.chmod(0o755)
    found = Mortal(dialect, folder / "server")
    yield found
    found.kill()
    found.server.stop()
    shutil.rmtree(folder, ignore_errors=True)
