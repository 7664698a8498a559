"""Several appliers at once: each revision is applied by exactly one, and the end is that of one alone."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.conftest import Places
from tests.faults.harness import QUERIES, Tell, ended, forked, mixed_history, points
from tests.faults.test_kill import SPREAD
from tests.unit.apply.places import Place

APPLIERS = 8


@pytest.mark.parametrize("spread", SPREAD)
def test_eight_appliers_at_once(places: Places, spread: str, tmp_path: Path, tell: Tell) -> None:
    """Half of them wait for their turn, half do not: those apply, or exit 4. The plan builds an index concurrently."""
    alone = places()
    found = mixed_history(alone.name)
    alone.apply(found)
    state = alone.state(*QUERIES)
    rounds = points(spread, range(50), 1)
    codes: Counter[int] = Counter()
    for round_ in rounds:
        place = places()
        start = time.monotonic() + 0.15

        def applier(number: int, place: Place = place, start: float = start) -> int:
            with place.dialect.connect(place.url) as session:
                time.sleep(max(0.0, start - time.monotonic()))
                out = place.apply(found, session=session, wait_seconds=60 if number % 2 else 0)
            (tmp_path / f"{number}.json").write_text(json.dumps(out.applied))
            return 0

        pids = [forked(lambda n=n: applier(n)) for n in range(APPLIERS)]  # type: ignore[misc]
        ends = [ended(p) for p in pids]
        assert set(ends[1::2]) == {0} and set(ends[::2]) <= {0, 4}, ends
        codes.update(ends)
        applied = [json.loads(file.read_text()) for file in tmp_path.glob("[0-7].json")]
        assert Counter(r for a in applied for r in a) == Counter(f"{r}000" for r in "abcde")
        after = place.state(*QUERIES)
        # On SQLite two may share the work: the order of independent revisions is all that may differ.
        assert {**after, "ledger": sorted(after["ledger"])} == {**state, "ledger": sorted(state["ledger"])}, round_
        assert deadlocks(place) == 0
        for file in tmp_path.glob("[0-7].json"):
            file.unlink()
    how = f"{APPLIERS} processes at once, half of them with --wait, on a plan with a concurrent index build"
    tell(place, how, len(rounds), end="each revision by exactly one; the others waited or exit 4; no deadlock")


def deadlocks(place: Place) -> int:
    """How many the server has counted in this database."""
    if place.name != "postgresql":
        return 0
    counted = place.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(counted[0][0])


def test_who_does_not_wait_is_told_that_it_is_busy(places: Places, tell: Tell) -> None:
    """Exit code 4 for those that come while another works; nobody fails otherwise."""
    place = places()
    found = mixed_history(place.name)
    start = time.monotonic() + 0.15

    def applier() -> int:
        with place.dialect.connect(place.url) as session:
            time.sleep(max(0.0, start - time.monotonic()))
            place.apply(found, session=session, wait_seconds=0.0)
        return 0

    codes = [ended(pid) for pid in [forked(applier) for _ in range(APPLIERS)]]
    assert set(codes) <= {0, 4} and codes.count(0) >= 1, codes
    assert place.apply(found).head == ("e000",)
    tell(place, f"{APPLIERS} processes at once, none of them waits", 1, end="exit 0 or 4, none fails otherwise")


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop(places: Places, number: signal.Signals, spread: str, tell: Tell) -> None:
    """A signal that cancels what runs: exit code 5, or 0 where it was done; then apply carries on."""
    alone = places()
    found = mixed_history(alone.name)
    begun = time.monotonic()
    alone.apply(found)
    lasts = time.monotonic() - begun
    state = alone.state(*QUERIES)
    codes: Counter[int] = Counter()
    rounds = points(spread, range(12), 2)
    for round_ in rounds:
        place = places()
        ready, told = os.pipe()

        def applier(place: Place = place, told: int = told) -> int:
            asked: list[bool] = []
            with place.dialect.connect(place.url) as session:
                signal.signal(number, lambda *_: (asked.append(True), session.cancel()))
                os.write(told, b".")
                place.apply(found, session=session, interrupted=lambda: bool(asked))
            return 0

        pid = forked(applier)
        os.read(ready, 1)
        time.sleep(lasts * 1.2 * round_ / 12)
        os.kill(pid, number)
        codes[ended(pid)] += 1
        os.close(ready), os.close(told)
        place.apply(found, wait_seconds=30)
        assert place.state(*QUERIES) == state
    assert set(codes) <= {0, 5} and codes[5], codes
    how = "SIGTERM or SIGINT, and with it a cancel of the running statement, at moments spread over the run"
    tell(place, how, len(rounds), end="exit 5 (0 where all was done); the next apply carries on")
