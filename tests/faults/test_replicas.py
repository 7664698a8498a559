"""Replicas: nothing is applied to a server that follows another, and nothing of ours is left there."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.server import MariaServer
from reconciler.dialects.postgresql.binaries import Binaries, embedded_binaries, local_binaries
from reconciler.dialects.postgresql.local import LocalServer
from reconciler.errors import RefusedError
from tests.maria import HOW_TO_GET_ONE as GET_MARIA
from tests.pooler import HOW_TO_GET_ONE, pooled, program
from tests.servers import Postgres, lacking
from tests.unit.apply.places import Place, history, revision

pytestmark = pytest.mark.faults

Tell = Callable[..., None]
_KEEPS_ALL = {"wal_level": "replica"}
A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")')


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where root's servers, which run as another user, can reach it."""
    made = Path(tempfile.gettempdir()) / f"reconcile-standby-{secrets.token_hex(4)}"
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("binaries", [*embedded_binaries(), *local_binaries()], ids=lambda b: f"{b.major}-{b.origin}")
def test_a_standby_is_refused(binaries: Binaries, folder: Path, tell: Tell) -> None:
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
        tell(place, "standby.signal", 1, end="refused before the lock, exit status 3")
        place.close()


def test_a_server_that_is_read_only_is_refused(folder: Path, tell: Tell) -> None:
    programs = server_programs() or lacking(f"no MariaDB server: {GET_MARIA}")
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
        tell(place, "SET GLOBAL read_only = 1", 1, end="refused before the lock, exit status 3")
        place.close()
    server.stop()


def test_a_pooler_in_transaction_mode_is_refused(pg_default: Postgres, tell: Tell) -> None:
    program() or lacking(f"no PgBouncer: {HOW_TO_GET_ONE}")
    url = pg_default.database()
    with pooled(url, "transaction") as between, pytest.raises(RefusedError) as error:
        Place("postgresql", between).apply(history(a=A))
    assert error.value.exit_code == 3
    place = Place("postgresql", url)
    assert place.rows("SELECT count(*) FROM pg_class WHERE relname IN ('t', 'alembic_version')") == [(0,)]
    tell(place, "PgBouncer, pool_mode = transaction", 1, end="refused before any setting of ours, exit status 3")
    place.close()
