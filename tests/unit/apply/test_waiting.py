"""Locks that others hold: short waits, again and again, with an end; and indexes that are built beside them."""

from __future__ import annotations

import threading
import time

import pytest

from reconciler.apply import journal
from reconciler.apply.apply import Event, Ladder
from reconciler.apply.limits import Limits
from reconciler.errors import BusyError, DatabaseError, InterruptedRunError
from tests.unit.apply.places import Place, history, revision

A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")')
B = revision(
    "b000", 'op.execute("CREATE TABLE u (x INTEGER)")\nop.execute("ALTER TABLE t ADD COLUMN y INTEGER")', down="a000"
)
QUICK = Ladder(limits_ms=(20, 40), attempts=4, pause=0.01, longest_pause=0.02, patient_ms=300)


def test_the_limits_grow_and_stay_at_the_last() -> None:
    assert [Ladder().limit(i) for i in range(7)] == [200, 400, 800, 1500, 2000, 2000, 2000]


def test_the_pauses_are_jittered_and_bounded() -> None:
    ladder = Ladder()
    assert all(0.0 <= ladder.sleep(i) <= min(30.0, 0.5 * 2**i) for i in range(60) for _ in range(20))
    assert len({ladder.sleep(3) for _ in range(20)}) > 10


def test_a_table_lock_that_stays_ends_the_ladder(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    said: list[Event] = []
    with pg_place.session() as reader, reader.transaction():
        reader.rows("SELECT * FROM t")
        begun = time.monotonic()
        with pytest.raises(BusyError) as error:
            pg_place.apply(history(a=A, b=B), ladder=QUICK, progress=said.append)
    assert time.monotonic() - begun < 5
    assert error.value.exit_code == 4
    assert f"pid {reader.pid}" in error.value.why and "has held t" in error.value.why  # type: ignore[attr-defined]
    waits = [e for e in said if e.what == "waiting"]
    assert len(waits) == 3
    assert waits[0].sql == "ALTER TABLE t ADD COLUMN y INTEGER" and "no lock within 20 ms" in waits[0].note
    state = pg_place.state()
    assert (state["version"], state["journal"]) == (("a000",), None)
    assert not any("'u'" in o for o in state["catalog"])


def test_the_change_succeeds_once_the_lock_is_free(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    said: list[Event] = []
    with pg_place.session() as reader:
        reader.execute("BEGIN")
        reader.rows("SELECT * FROM t")
        patient = Ladder(limits_ms=(50,), attempts=100, pause=0.02, longest_pause=0.05)

        def progress(event: Event) -> None:
            said.append(event)
            if [e.what for e in said].count("waiting") == 3 and reader.in_transaction:
                reader.execute("COMMIT")

        out = pg_place.apply(history(a=A, b=B), ladder=patient, progress=progress)
    assert out.applied == ("b000",)
    assert [e.what for e in said].count("waiting") == 3


def test_who_waits_is_told_who_stands_in_the_way_and_no_value_of_theirs(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    pg_place.execute("CREATE TABLE other (x integer)")
    said: list[Event] = []
    with pg_place.session() as reader, pg_place.session() as stranger:
        stranger.execute("BEGIN")
        stranger.rows("SELECT * FROM other")
        reader.execute("SET application_name = 'nightly report'")
        reader.execute("BEGIN")
        reader.rows("SELECT x, 'hunter2' FROM t WHERE x <> 4711")
        with pytest.raises(BusyError) as error:
            pg_place.apply(history(a=A, b=B), ladder=QUICK, progress=said.append)
    for text in (error.value.why, *(e.note for e in said if e.what == "waiting")):
        assert f"pid {reader.pid} (role postgres, nightly report, idle in transaction) has held t for" in text  # type: ignore[attr-defined]
        assert "since " in text and "last ran: SELECT x, ? FROM t WHERE x <> ?" in text
        assert "hunter2" not in text and "4711" not in text
        assert f"pid {stranger.pid}" not in text  # type: ignore[attr-defined]


def test_who_only_reads_does_not_stand_in_the_way_of_an_index(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    index = revision("b000", 'op.execute("CREATE INDEX i ON t (x)")', down="a000")
    with pg_place.session() as reader, pg_place.session() as writer:
        reader.execute("BEGIN")
        reader.rows("SELECT * FROM t")
        writer.execute("BEGIN")
        writer.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(BusyError) as error:
            pg_place.apply(history(a=A, b=index), ladder=QUICK)
    assert f"pid {writer.pid}" in error.value.why and f"pid {reader.pid}" not in error.value.why  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["postgresql", "sqlite"])
def test_a_statement_that_runs_too_long_is_stopped_and_undone(request: pytest.FixtureRequest, name: str) -> None:
    place: Place = request.getfixturevalue({"postgresql": "pg_place", "sqlite": "lite_place"}[name])
    place.apply(history(a=A))
    before = place.state()
    slow = {
        "postgresql": "ALTER TABLE t ADD COLUMN z text DEFAULT pg_sleep(30)::text",
        "sqlite": "INSERT INTO t WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT max(x) FROM r",
    }
    place.execute("INSERT INTO t VALUES (1)")
    found = history(a=A, b=revision("b000", f'op.execute("{slow[name]}")', down="a000"))
    begun = time.monotonic()
    with pytest.raises(DatabaseError) as error:
        place.apply(found, limits=Limits(heavy_ms=300))
    assert time.monotonic() - begun < 10
    assert "longer than 0.3 s" in error.value.why and "--statement-timeout" in error.value.next
    assert place.state() == before


def test_nobody_behind_us_waits_longer_than_our_limit(pg_place: Place) -> None:
    """A client's queries queue behind a waiting ALTER; the limit bounds their stall."""
    pg_place.apply(history(a=A))
    stalls: list[float] = []
    stop = threading.Event()

    def probe() -> None:
        with pg_place.session() as s:
            while not stop.is_set():
                begun = time.monotonic()
                s.rows("SELECT count(*) FROM t")
                stalls.append(time.monotonic() - begun)
                time.sleep(0.005)

    with pg_place.session() as reader, reader.transaction():
        reader.rows("SELECT * FROM t")
        thread = threading.Thread(target=probe)
        thread.start()
        try:
            with pytest.raises(BusyError):
                pg_place.apply(history(a=A, b=B), ladder=Ladder(limits_ms=(200,), attempts=4, pause=0.05))
        finally:
            stop.set()
            thread.join()
    assert 0.1 < max(stalls) < 0.2 + 0.25


def test_sqlite_waits_for_a_writer_and_ends(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    with lite_place.session() as writer, lite_place.session() as s:
        late = threading.Timer(0.15, lambda: writer.execute("BEGIN IMMEDIATE"))

        def progress(event: Event) -> None:
            if event.what == "revision" and not writer.in_transaction:
                late.cancel()
                writer.execute("BEGIN IMMEDIATE")

        with pytest.raises(BusyError):
            lite_place.apply(history(a=A, b=B), session=s, ladder=QUICK, progress=progress)
        writer.execute("ROLLBACK")
        assert lite_place.apply(history(a=A, b=B), session=s).applied == ("b000",)


def test_waiting_for_the_lock_can_be_interrupted(place: Place) -> None:
    end = time.monotonic() + 0.4
    with place.session() as holder, holder.lock("apply"), pytest.raises(InterruptedRunError):
        place.apply(history(a=A), wait_seconds=30, interrupted=lambda: time.monotonic() > end)
    assert time.monotonic() < end + 2


def test_waiting_for_a_table_can_be_interrupted(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    end = time.monotonic() + 0.4
    with pg_place.session() as reader, reader.transaction():
        reader.rows("SELECT * FROM t")
        with pytest.raises(InterruptedRunError):
            pg_place.apply(history(a=A, b=B), interrupted=lambda: time.monotonic() > end)
    assert time.monotonic() < end + 3


def test_a_running_statement_is_cancelled(place: Place) -> None:
    slow = {
        "postgresql": "SELECT pg_sleep(30)",
        "sqlite": "INSERT INTO t WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT max(x) FROM r",
    }
    found = history(a=A, b=revision("b000", f'op.execute("{slow[place.name]}")', down="a000"))
    asked = threading.Event()
    with place.session() as s:
        threading.Timer(0.6, lambda: (asked.set(), s.cancel())).start()
        begun = time.monotonic()
        with pytest.raises(InterruptedRunError) as error:
            place.apply(found, session=s, interrupted=asked.is_set)
    assert time.monotonic() - begun < 10
    assert error.value.where == "versions/b.py: statement 1 of 1"
    assert place.state()["version"] == ("a000",)


CONCURRENT = 'with op.get_context().autocommit_block():\n    op.execute("CREATE {}INDEX CONCURRENTLY i ON t (x)")'


def test_a_failed_concurrent_index_leaves_nothing_invalid(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    pg_place.execute("INSERT INTO t VALUES (1), (1)")
    found = history(a=A, b=revision("b000", CONCURRENT.format("UNIQUE "), down="a000"))
    with pytest.raises(DatabaseError, match="could not create unique index"):
        pg_place.apply(found)
    assert pg_place.rows("SELECT count(*) FROM pg_class WHERE relname = 'i'") == [(0,)]
    with pg_place.session() as s:
        assert journal.open_run(s, pg_place.dialect) is None
    pg_place.execute("DELETE FROM t")
    assert pg_place.apply(found).applied == ("b000",)


def test_an_invalid_index_of_that_name_is_made_anew_even_with_if_not_exists(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    pg_place.execute("INSERT INTO t VALUES (1), (1)")
    with pytest.raises(DatabaseError):
        pg_place.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (x)")
    body = CONCURRENT.format("").replace("CONCURRENTLY i", "CONCURRENTLY IF NOT EXISTS i")
    out = pg_place.apply(history(a=A, b=revision("b000", body, down="a000")), allow_drift=True)
    assert out.applied == ("b000",)
    assert pg_place.rows("SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'i'::regclass") == [
        (True, False)
    ]


def test_a_concurrent_index_waits_its_patience_and_is_made_anew_later(pg_place: Place) -> None:
    """While the other transaction lasts, what the build left cannot be dropped either: the journal remembers it."""
    pg_place.apply(history(a=A))
    found = history(a=A, b=revision("b000", CONCURRENT.format(""), down="a000"))
    with pg_place.session() as other, other.transaction():
        other.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(BusyError):
            pg_place.apply(found, ladder=QUICK)
    assert pg_place.state()["journal"].intent is not None
    assert pg_place.apply(found).applied == ("b000",)
    assert pg_place.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == [(True,)]
    assert pg_place.state()["journal"] is None


def test_an_applier_that_waits_does_not_kill_a_concurrent_index(pg_place: Place) -> None:
    """One blocked inside pg_advisory_lock would (deadlock with the build); we poll."""
    pg_place.apply(history(a=A))
    found = history(a=A, b=revision("b000", CONCURRENT.format(""), down="a000"))
    outcomes: list[tuple[str, ...]] = []
    blocker = pg_place.session()
    blocker.execute("BEGIN")
    blocker.execute("INSERT INTO t VALUES (1)")
    appliers = [
        threading.Thread(target=lambda: outcomes.append(pg_place.apply(found, wait_seconds=30).applied))
        for _ in range(2)
    ]
    for thread in appliers:
        thread.start()
    time.sleep(2.0)  # deadlock_timeout is one second
    blocker.execute("COMMIT")
    for thread in appliers:
        thread.join(30)
    assert sorted(outcomes) == [(), ("b000",)]
