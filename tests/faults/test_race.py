"""Several appliers at once: each revision is applied by exactly one, and the end is that of one alone."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.harness import QUERIES, ended, forked, mixed_history
from tests.unit.apply.places import Place

Places = Callable[[], Place]
APPLIERS = 8


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.faults)])
def test_eight_at_once(places: Places, rounds: int, tmp_path: Path) -> None:
    alone = places()
    found = mixed_history(alone.name)
    alone.apply(found)
    state = alone.state(*QUERIES)
    waited = 0
    for round_ in range(rounds):
        place = places()
        start = time.monotonic() + 0.15

        def applier(number: int, place: Place = place, start: float = start) -> int:
            with place.dialect.connect(place.url) as session:
                time.sleep(max(0.0, start - time.monotonic()))
                out = place.apply(found, session=session, wait_seconds=60)
            (tmp_path / f"{number}.json").write_text(json.dumps(out.applied))
            return 0

        pids = [forked(lambda n=n: applier(n)) for n in range(APPLIERS)]  # type: ignore[misc]
        assert [ended(p) for p in pids] == [0] * APPLIERS
        applied = [json.loads((tmp_path / f"{n}.json").read_text()) for n in range(APPLIERS)]
        assert Counter(r for a in applied for r in a) == Counter(f"{r}000" for r in "abcde")
        waited += sum(not a for a in applied)
        after = place.state(*QUERIES)
        # On SQLite two may share the work: the order of independent revisions is all that may differ.
        assert {**after, "ledger": sorted(after["ledger"])} == {**state, "ledger": sorted(state["ledger"])}, round_
    print(f"{place.name}: {rounds} rounds of {APPLIERS}, {waited} found nothing left to do")


def test_who_does_not_wait_is_told_that_it_is_busy(places: Places) -> None:
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


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.faults)])
def test_asked_to_stop_at_any_moment(places: Places, rounds: int) -> None:
    """SIGTERM as the command line takes it: exit code 5, or 0 where it was done; then apply carries on."""
    alone = places()
    found = mixed_history(alone.name)
    begun = time.monotonic()
    alone.apply(found)
    lasts = time.monotonic() - begun
    state = alone.state(*QUERIES)
    codes: Counter[int] = Counter()
    for round_ in range(rounds):
        place = places()

        def applier(place: Place = place) -> int:
            asked: list[bool] = []
            with place.dialect.connect(place.url) as session:
                signal.signal(signal.SIGTERM, lambda *_: (asked.append(True), session.cancel()))
                place.apply(found, session=session, interrupted=lambda: bool(asked))
            return 0

        pid = forked(applier)
        time.sleep(0.02 + lasts * 1.2 * round_ / rounds)
        os.kill(pid, signal.SIGTERM)
        codes[ended(pid)] += 1
        place.apply(found, wait_seconds=30)
        assert place.state(*QUERIES) == state
    assert set(codes) <= {0, 5, -signal.SIGTERM}, codes
    print(f"{place.name}: {dict(codes)} (exit code: how often)")
