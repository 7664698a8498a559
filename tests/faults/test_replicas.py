"""Replicas: nothing is applied to a server that follows another, and nothing of ours is left there."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.server import MariaServer
from reconciler.dialects.postgresql.binaries import Binaries, embedded_binaries, local_binaries
from reconciler.dialects.postgresql.local import LocalServer
from reconciler.errors import RefusedError
from tests.unit.apply.places import Place, history, revision

pytestmark = pytest.mark.faults

_KEEPS_ALL = {"wal_level": "replica"}
A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")')


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where root's servers, which run as another user, can reach it."""
    made = Path(tempfile.gettempdir()) / f"reconcile-standby-{secrets.token_hex(4)}"
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("binaries", [*embedded_binaries(), *local_binaries()], ids=lambda b: f"{b.major}-{b.origin}")
def test_a_standby_is_refused(binaries: Binaries, folder: Path) -> None:
    with LocalServer(folder, binaries, _KEEPS_ALL) as server:
        server.create_database("app")
    (data,) = [p.parent for p in folder.rglob("PG_VERSION") if p.parent.name != "base" and (p.parent / "base").exists()]
    (data / "standby.signal").touch()
    with LocalServer(folder, binaries, _KEEPS_ALL) as server:
        place = Place("postgresql", server.url("app"))
        assert place.rows("SELECT pg_is_in_recovery()") == [(True,)]
        with pytest.raises(RefusedError) as error:
            place.apply(history(a=A))
        assert error.value.exit_code == 3 and "replica" in error.value.why
        place.close()


def test_a_server_that_is_read_only_is_refused(folder: Path) -> None:
    programs = server_programs()
    if programs is None:
        pytest.skip("no MariaDB server: apt install mariadb-server")
    server = MariaServer(folder, programs, linger=2.0, disposable=True)
    with server.running():
        place = Place("mysql", server.url("app"))
        with Place("mysql", server.url()).dialect.connect(server.url()) as admin:
            admin.execute("CREATE DATABASE app")
            admin.execute("SET GLOBAL read_only = 1")
        with pytest.raises(RefusedError) as error:
            place.apply(history(a=A))
        assert error.value.exit_code == 3 and "read_only is on" in error.value.why
        assert place.rows("SHOW TABLES") == []
        place.close()
    server.stop()
