"""The applier is dead and the server still works on its statement: the next one waits, looks, and carries on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from reconciler.apply import journal
from tests.faults.harness import KILLED, Tell, ended, forked
from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.apply.places import Place, history, revision

A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")\nop.execute("CREATE TABLE k (n INTEGER)")')
INDEX = revision(
    "b000",
    """
    op.execute("INSERT INTO k VALUES (1)")
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY i ON t (x)")
    op.execute("INSERT INTO k VALUES (2)")
    """,
    down="a000",
)
SLOW = revision("b000", 'op.execute("INSERT INTO k SELECT 1 FROM pg_sleep(1.5)")', down="a000")


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def running(place: Place, words: str) -> bool:
    sql = f"SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '{words}%'"
    return bool(place.rows(sql))


def killed_while(place: Place, text: bytes, words: str) -> None:
    """A child that applies, killed while the server works on a statement that begins so."""
    found = history(a=A, b=text)
    pid = forked(lambda: len(place.apply(found).applied) * 0)
    until(lambda: running(place, words))
    os.kill(pid, signal.SIGKILL)
    assert ended(pid) == KILLED


@pytest.mark.parametrize("blocked_for", [0.0, 1.5])
def test_killed_while_an_index_is_built(pg_default: Postgres, blocked_for: float, tell: Tell) -> None:
    """Whether the build ends before the server notices (the index is there) or is given up (it is invalid)."""
    place = Place("postgresql", pg_default.database())
    place.apply(history(a=A))
    blocker = place.session()
    blocker.execute("BEGIN")
    blocker.execute("INSERT INTO t VALUES (1)")
    killed_while(place, INDEX, "CREATE INDEX CONCURRENTLY")
    release = threading.Timer(blocked_for, lambda: blocker.execute("COMMIT"))
    release.start()
    assert place.apply(history(a=A, b=INDEX), wait_seconds=30).applied == ("b000",)
    release.join()
    assert place.rows("SELECT n FROM k ORDER BY n") == [(1,), (2,)]
    valid = "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = 't'::regclass"
    assert place.rows(valid) == [("i", True)]
    with place.session() as s:
        assert journal.open_run(s, place.dialect) is None
    place.close()
    tell(place, "SIGKILL of the applier while the server works", 1, end="the next apply waits, looks, carries on")


def test_killed_while_a_transaction_works(pg_default: Postgres, tell: Tell) -> None:
    place = Place("postgresql", pg_default.database())
    place.apply(history(a=A))
    killed_while(place, SLOW, "INSERT INTO k")
    assert place.apply(history(a=A, b=SLOW), wait_seconds=30).head == ("b000",)
    assert place.rows("SELECT count(*) FROM k") == [(1,)]
    tell(place, "SIGKILL of the applier while the server works", 1, end="the next apply waits, looks, carries on")


COPY = revision(
    "b000",
    """
    op.execute("UPDATE k SET n = n + 1")
    op.execute("ALTER TABLE t ADD COLUMN y INT NOT NULL DEFAULT 1, ALGORITHM=COPY, LOCK=SHARED")
    op.execute("UPDATE k SET n = n + 1")
    """,
    down="a000",
)


def test_killed_while_mariadb_copies_a_table(maria: Maria, tell: Tell) -> None:
    """The server goes on without its client, and may well finish: the next apply waits, and finds the column there."""
    place = Place("mysql", maria.database())
    place.apply(history(a=A))
    place.execute("INSERT INTO k VALUES (1)", "INSERT INTO t SELECT seq FROM seq_1_to_400000")
    found = history(a=A, b=COPY)
    pid = forked(lambda: len(place.apply(found).applied) * 0)
    with place.session() as watch:
        copying = "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'copy to tmp%'"
        until(lambda: bool(watch.rows(copying)))
    os.kill(pid, signal.SIGKILL)
    assert ended(pid) == KILLED
    assert place.apply(found, wait_seconds=30).applied == ("b000",)
    assert place.rows("SELECT n FROM k") == [(3,)]
    assert place.rows("SELECT count(*), sum(y) FROM t") == [(400000, 400000)]
    assert place.state()["journal"] is None
    tell(place, "SIGKILL of the applier while the server works", 1, end="the next apply waits, looks, carries on")
