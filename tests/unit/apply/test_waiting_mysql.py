"""Metadata locks of MariaDB that others hold: waited for in short turns, with an end that says who holds them."""

from __future__ import annotations

import threading
import time

import pytest

from reconciler.apply.apply import Event, Ladder
from reconciler.apply.limits import Limits
from reconciler.errors import BusyError, DatabaseError
from tests.maria import Maria
from tests.unit.apply.places import Place, history, revision

A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")')
B = revision("b000", 'op.execute("ALTER TABLE t ADD COLUMN y INTEGER")', down="a000")


def test_a_metadata_lock_is_waited_for_and_the_change_succeeds_once_it_is_free(maria: Maria) -> None:
    place = Place("mysql", maria.database())
    place.apply(history(a=A))
    said: list[Event] = []
    with place.session() as reader:
        reader.execute("START TRANSACTION")
        reader.rows("SELECT * FROM t")
        threading.Timer(1.5, lambda: reader.execute("COMMIT")).start()
        patient = Ladder(limits_ms=(1000,), attempts=30, pause=0.02, longest_pause=0.05)
        out = place.apply(history(a=A, b=B), ladder=patient, progress=said.append)
    assert out.applied == ("b000",)
    waits = [e for e in said if e.what == "waiting"]
    assert waits and waits[0].sql == "ALTER TABLE t ADD COLUMN y INTEGER"


def test_a_metadata_lock_that_stays_ends_with_nothing_done(maria: Maria) -> None:
    place = Place("mysql", maria.database())
    place.apply(history(a=A))
    before = place.state()
    with place.session() as reader:
        reader.execute("START TRANSACTION")
        reader.rows("SELECT * FROM t")
        quick = Ladder(limits_ms=(1000,), attempts=2, pause=0.01, longest_pause=0.02)
        with pytest.raises(BusyError) as error:
            place.apply(history(a=A, b=B), ladder=quick)
        reader.execute("COMMIT")
    assert error.value.exit_code == 4
    why = error.value.why
    assert f"connection {reader.number} (user root, localhost" in why and "sleep" in why, why  # type: ignore[attr-defined]
    assert place.state() == before
    assert place.apply(history(a=A, b=B)).applied == ("b000",)


def test_a_statement_that_runs_too_long_is_stopped(maria: Maria) -> None:
    place = Place("mysql", maria.database())
    place.apply(history(a=A))
    before = place.state()
    place.execute("INSERT INTO t VALUES (1)")
    found = history(a=A, b=revision("b000", 'op.execute("UPDATE t SET x = sleep(30)")', down="a000"))
    begun = time.monotonic()
    with pytest.raises(DatabaseError) as error:
        place.apply(found, limits=Limits(heavy_ms=300))
    assert time.monotonic() - begun < 10
    assert "longer than 0.3 s" in error.value.why
    assert place.state() == before
