"""MariaDB killed under an applier, and the applier under MariaDB, around every statement of a plan of ten.

No DDL of it is transactional: what the journal says and what the catalog shows is all that the next apply has.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.places import with_database
from reconciler.dialects.mysql.server import MariaServer
from reconciler.dialects.mysql.session import connect
from reconciler.dialects.postgresql import keeper
from reconciler.dialects.session import Session
from reconciler.errors import ReconcileError
from reconciler.sources.revisions import History
from tests.faults.harness import FINISHED, KILLED, Mode, _begun, all_ways, calls_of, carried_on, counted, killed_at
from tests.maria import HOW_TO_GET_ONE, Maria
from tests.servers import REQUIRED
from tests.unit.apply.places import Place, history, revision

SPREAD = [pytest.param("few"), pytest.param("all", marks=pytest.mark.faults)]
SEED = """
op.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
op.execute("CREATE TABLE k (n INT NOT NULL)")
op.execute("INSERT INTO k VALUES (1)")
op.execute("INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)")
"""
TEN = """
op.execute("ALTER TABLE t ADD COLUMN a INT, ALGORITHM=INSTANT, LOCK=NONE")
op.execute("CREATE INDEX i ON t (n)")
op.execute("UPDATE k SET n = n + 1")
op.execute("ALTER TABLE t MODIFY COLUMN n BIGINT, ADD COLUMN b VARCHAR(10) DEFAULT 'x', ALGORITHM=COPY, LOCK=SHARED")
op.execute("CREATE TABLE u (id INT PRIMARY KEY, t_id INT, CONSTRAINT f FOREIGN KEY (t_id) REFERENCES t (id))")
op.execute("INSERT INTO u SELECT id, id FROM t")
op.execute("ALTER TABLE u DROP FOREIGN KEY f")
op.execute("RENAME TABLE u TO w")
op.execute("CREATE VIEW v AS SELECT id, b FROM t")
op.execute("UPDATE k SET n = n * 10")
"""
QUERIES = ("SELECT n FROM k", "SELECT id, n, a, b FROM t ORDER BY id", "SELECT id, t_id FROM w ORDER BY id")
DURABLE = {"innodb-flush-log-at-trx-commit": "1", "innodb-doublewrite": "1"}
"""What was committed is there after the server's death (tests' servers are tuned to lose it)."""


class Mortal:
    """A server of our own that can be killed and comes again with what was committed."""

    def __init__(self, folder: Path) -> None:
        programs = server_programs()
        if programs is None:
            (pytest.fail if os.environ.get(REQUIRED) == "1" else pytest.skip)(f"no MariaDB server: {HOW_TO_GET_ONE}")
        self.server = MariaServer(folder, programs, linger=2.0, disposable=False, settings=DURABLE)
        self.number = 0

    def kill(self) -> None:
        pid = keeper.server_pid(self.server.folder / "data")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    @contextmanager
    def running(self) -> Iterator[None]:
        with self.server.running():
            yield

    def place(self) -> Place:
        self.number += 1
        name = f"killed_{self.number}"
        with connect(self.server.url()) as admin:
            admin.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        place = Place("mysql", with_database(self.server.url(), name))
        place.apply(history(a=revision("a000", SEED)))
        return place


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    # Not in pytest's own folder: root's server runs as another user, who could not reach it there.
    folder = Path(tempfile.mkdtemp(prefix="reconcile-mortal-"))
    folder.chmod(0o755)
    found = Mortal(folder / "server")
    yield found
    found.server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def ten() -> History:
    return history(a=revision("a000", SEED), b=revision("b000", TEN, down="a000"))


def around(said: Sequence[str]) -> list[int]:
    """The calls that change something, and those just behind them, counted from 1; the others only read."""
    changing: set[int] = set()
    clean = True
    for n, sql in enumerate(said, 1):
        word = sql.split(None, 1)[0].upper()
        if word in ("COMMIT", "ROLLBACK") and not clean:
            changing.add(n)
        clean = word in ("START", "COMMIT", "ROLLBACK") or (clean and word in _READING)
        if word not in _READING:
            changing.add(n)
    return sorted((changing | {n + 1 for n in changing}) & {*range(1, len(said) + 1)})


_READING = ("SELECT", "SHOW", "SET", "START", "COMMIT", "ROLLBACK")


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_the_server_killed_at_any_call(mortal: Mortal, mode: Mode, spread: str) -> None:
    """`inside`: the statement is on its way, and the server dies with or without having done it."""
    found = ten()
    said: list[str] = []
    with mortal.running():
        place = mortal.place()
        with place.dialect.connect(place.url) as session:
            place.apply(found, session=counted(session, lambda n, s, sql, params: said.append(sql)))
        state = place.state(*QUERIES)
    assert state["version"] == ("b000",) and state["rows"][0] == [(20,)]
    calls = len(said)
    points = all_ways(spread, around(said), 4)
    for point in points:
        with mortal.running():
            place = mortal.place()

            def die(n: int, session: Session, sql: str, params: Sequence[object], at: int = point) -> None:
                if n == at:
                    if mode == "inside" and not params:
                        _begun(session, sql)
                    mortal.kill()

            with suppress(ReconcileError), place.dialect.connect(place.url) as session:
                place.apply(found, session=counted(session, die))
        with mortal.running():
            carried_on(place, found)
            assert place.state(*QUERIES) == state, f"server killed {mode} call {point} of {calls}"
    print(f"server killed {mode} {len(points)} of {len(around(said))} calls that change something, {calls} in all")


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_the_applier_killed_at_any_call(maria: Maria, mode: Mode, spread: str) -> None:
    found = ten()

    def prepared() -> Place:
        place = Place("mysql", maria.database())
        place.apply(history(a=revision("a000", SEED)))
        return place

    place = prepared()
    calls = calls_of(place, found)
    state = place.state(*QUERIES)
    points = all_ways(spread, range(1, calls + 2), 6)
    for point in points:
        place = prepared()
        assert killed_at(place, found, point, mode) == (KILLED if point <= calls else FINISHED)
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"applier killed {mode} call {point} of {calls}"
    print(f"applier killed {mode} {len(points)} of {calls} calls")
