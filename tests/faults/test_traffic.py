"""Clients that work on a table while it is altered: how long they stand, and what becomes of the change."""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.apply.apply import Event, Ladder
from reconciler.sources.revisions import History
from tests.faults.conftest import Places
from tests.faults.harness import Tell, ended, forked, points
from tests.faults.test_kill import SPREAD
from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.apply.places import Place, history, revision

RATE = 100.0
"""Queries a second."""
FIRST = 10
"""Answers that a client has before the change begins."""
TABLES = """
op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
op.execute("CREATE TABLE beside (id INTEGER PRIMARY KEY, n INTEGER)")
op.execute("INSERT INTO t (id, n) VALUES (1, 10), (2, 20)")
op.execute("INSERT INTO beside (id, n) VALUES (1, 10), (2, 20)")
"""
A = revision("a000", TABLES)
B = revision("b000", 'op.execute("ALTER TABLE t ADD COLUMN y INTEGER")', down="a000")


@contextmanager
def probing(place: Place, table: str, file: Path) -> Iterator[None]:
    """A client in a process of its own that asks the table all the time, and writes down how long each answer took.

    It has its first answers when this yields: on a slow machine it is not still starting while the change is made.
    """
    stop, asked = os.pipe()
    answered, ready = os.pipe()

    def probe() -> int:
        took: list[float] = []
        with place.dialect.connect(place.url) as session:
            due = time.monotonic()
            while not select.select([stop], [], [], max(0.0, due - time.monotonic()))[0]:
                begun = time.monotonic()
                session.rows(f"SELECT n FROM {table} WHERE id = 1")
                took.append(time.monotonic() - begun)
                if len(took) == FIRST:
                    os.write(ready, b".")
                due = max(due + 1 / RATE, begun)
        file.write_text(json.dumps(took))
        return 0

    pid = forked(probe)
    try:
        assert select.select([answered], [], [], 60.0)[0], "the client has no answers"
        yield
    finally:
        os.write(asked, b".")
        assert ended(pid) == 0
        for end in (stop, asked, answered, ready):
            os.close(end)


@pytest.mark.parametrize("spread", SPREAD)
def test_probe_client_behind_a_long_reader(remote: Places, spread: str, tmp_path: Path, tell: Tell) -> None:
    """No query waits longer than the limit of one attempt; what the machine itself adds, the table beside shows."""
    rounds = points(spread, range(3), 1)
    longest, bound, attempts = 0.0, 0.0, 0
    for round_ in rounds:
        place = remote()
        place.apply(history(a=A))
        said: list[Event] = []
        with place.session() as reader, probing(place, "t", tmp_path / "t"), probing(place, "beside", tmp_path / "b"):
            reader.execute("BEGIN")
            reader.rows("SELECT * FROM t")
            leaves = threading.Timer(1.5 if spread == "few" else 5.0 + round_, lambda r=reader: r.execute("COMMIT"))
            leaves.start()
            out = place.apply(history(a=A, b=B), progress=said.append)
            leaves.join()
        assert out.applied == ("b000",)
        waits = [e for e in said if e.what == "waiting"]
        assert waits
        limit = Ladder().limit(len(waits)) / 1000
        limit = limit if place.name == "postgresql" else float(-(-limit // 1))  # MariaDB counts in whole seconds
        stalls, noise = (json.loads((tmp_path / name).read_text()) for name in ("t", "b"))
        assert len(stalls) > FIRST and max(stalls) > 0.15, "nobody stood behind the change: what was probed?"
        assert max(stalls) <= limit + max(noise) + 0.05, (max(stalls), limit, max(noise))
        longest, bound, attempts = max(longest, max(stalls)), max(bound, limit), attempts + len(waits) + 1
    end = f"{place.name}: longest stall {longest:.2f} s, limit {bound:.1f} s, {attempts} attempts, then it succeeded"
    tell(place, "100 queries a second on a table that a long reader holds while it is altered", len(rounds), end=end)


BOTH = revision(
    "b000",
    'op.execute("ALTER TABLE t ADD COLUMN y INTEGER")\nop.execute("ALTER TABLE beside ADD COLUMN y INTEGER")',
    down="a000",
)
PATIENT = Ladder(limits_ms=(20_000,), pause=0.05)


def carried_out_across(place: Place, found: History, crossing: Callable[[], None]) -> None:
    """Applies while a client crosses our locks: we yield at least once and succeed, and the client is not disturbed."""
    said: list[Event] = []
    with ThreadPoolExecutor(1) as pool:
        crossed = pool.submit(crossing)
        assert place.apply(found, progress=said.append, ladder=PATIENT).applied == ("b000",)
        crossed.result()
    assert sum(e.what == "waiting" for e in said) >= 1


@pytest.mark.faults
def test_deadlock_with_a_client(pg_default: Postgres, tell: Tell) -> None:
    """Our limit is longer than the server's own watch for deadlocks here: it ends us, and we try again."""
    place = Place("postgresql", pg_default.database())
    place.apply(history(a=A))
    client = place.session()
    client.execute("BEGIN")
    client.execute("UPDATE beside SET n = 0")

    def crossing() -> None:
        """Asks for what the applier has, when it waits for what we have."""
        watch = place.session()
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE beside%'"
        while not watch.rows(waiting):
            time.sleep(0.01)
        client.rows("SELECT * FROM t")
        client.execute("COMMIT")

    carried_out_across(place, history(a=A, b=BOTH), crossing)
    assert place.rows("SELECT n FROM beside") == [(0,), (0,)]
    place.close()
    tell(place, "a client that crosses the applier's two locks", 1, end="the applier yields, tries again, succeeds")


CROSS = revision(
    "b000", 'op.execute("UPDATE t SET n = (SELECT b.n * 0 + 1 FROM beside b WHERE b.id = t.id)")', down="a000"
)


@pytest.mark.faults
def test_deadlock_over_rows(maria: Maria, tell: Tell) -> None:
    """The same on MariaDB, over rows: the lighter transaction is ended, which is ours."""
    place = Place("mysql", maria.database())
    place.apply(history(a=A))
    place.execute("INSERT INTO beside SELECT seq, 0 FROM seq_100_to_2000")
    client = place.session()
    client.execute("START TRANSACTION")
    client.execute("UPDATE beside SET n = n + 5")

    def crossing() -> None:
        watch = place.session()
        waiting = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
        while not watch.rows(waiting):
            time.sleep(0.2)  # the server's answer is as old as the last question, unless that was 0.1 s ago
        client.execute("UPDATE t SET n = 7")
        client.execute("COMMIT")

    carried_out_across(place, history(a=A, b=CROSS), crossing)
    assert place.rows("SELECT DISTINCT n FROM t") == [(1,)]
    place.close()
    tell(place, "a client that crosses the applier's locks on rows", 1, end="the applier yields, tries again, succeeds")
