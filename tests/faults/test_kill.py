"""An applier killed anywhere: the next apply ends as one undisturbed run would have."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reconciler.apply import journal
from reconciler.dialects.session import Session
from reconciler.errors import ReconcileError
from reconciler.sources.revisions import History
from tests.faults.harness import (
    FINISHED,
    KILLED,
    QUERIES,
    Mode,
    all_ways,
    calls_of,
    carried_on,
    counted,
    killed_at,
    mixed_history,
)
from tests.unit.apply.places import Place, generated, history, revision

Places = Callable[[], Place]
SPREAD = [pytest.param("few"), pytest.param("all", marks=pytest.mark.faults)]


def undisturbed(places: Places) -> tuple[History, int, Mapping[str, Any]]:
    """A history, the number of calls that applying it takes, and the state in which it ends."""
    place = places()
    found = mixed_history(place.name)
    calls = calls_of(place, found)
    state = place.state(*QUERIES)
    assert state["version"] == ("e000",) and state["journal"] is None
    assert sorted(state["ledger"]) == [(f"{r}000", "apply") for r in "abcde"]
    return found, calls, state


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_killed_at_any_call(places: Places, mode: Mode, spread: str) -> None:
    found, calls, state = undisturbed(places)
    points = all_ways(spread, range(1, calls + 2), 12)
    open_runs = 0
    for point in points:
        place = places()
        end = killed_at(place, found, point, mode)
        assert end == (KILLED if point <= calls else FINISHED), (point, calls)
        with place.dialect.connect(place.url) as session:
            open_runs += journal.open_run(session, place.dialect) is not None
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"killed {mode} call {point} of {calls}"
    print(f"{place.name}: killed {mode} {len(points)} of {calls} calls, {open_runs} left a revision begun")


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_killed_where_adopted_drift_is_taken_as_applied(places: Places, mode: Mode, spread: str) -> None:
    """No statement of the revision runs; its version, its entry and the record of the schema must come all the same."""
    seed = revision("a000", 'op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")')
    added = generated(revision("b000", 'op.execute("ALTER TABLE t ADD COLUMN b TEXT")', down="a000"))
    found = history(a=seed, b=added)

    def adopted() -> Place:
        place = places()
        place.apply(history(a=seed))
        place.execute("ALTER TABLE t ADD COLUMN b TEXT")
        place.adopt()
        return place

    place = adopted()
    more = {"expected": place.catalog()}
    calls = calls_of(place, found, **more)
    state = place.state()
    assert state["version"] == ("b000",) and ("b000", "apply") in state["ledger"]
    assert state["recorded"] and state["recorded"][0] == ("b000",)
    points = all_ways(spread, range(1, calls + 2), 16)
    for point in points:
        place = adopted()
        end = killed_at(place, found, point, mode, **more)
        assert end == (KILLED if point <= calls else FINISHED), (point, calls)
        carried_on(place, found, **more)
        assert place.state() == state, f"killed {mode} call {point} of {calls}"
    print(f"{place.name}: killed {mode} {len(points)} of {calls} calls")


@pytest.mark.parametrize("spread", SPREAD)
def test_killed_again_and_again(places: Places, spread: str) -> None:
    """Each apply dies a little later than the one before could get, until one is left alone."""
    found, calls, state = undisturbed(places)
    rounds = 40 if spread == "all" else 3
    seed = int(os.environ.get("RECONCILE_FAULTS_SEED", "1"))
    kills = 0
    for round_ in range(rounds):
        pick = random.Random(seed * 1000 + round_)
        place = places()
        for _ in range(pick.randrange(2, 7)):
            mode: Mode = pick.choice(["before", "inside"])
            kills += killed_at(place, found, pick.randrange(1, calls), mode) == KILLED
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"seed {seed}, round {round_}"
    print(f"{place.name}: {kills} kills in {rounds} rounds, seed {seed}")


@pytest.mark.parametrize("spread", SPREAD)
def test_the_connection_cut_at_any_call(pg_default: Any, spread: str) -> None:
    """The server ends the backend: the error says so, and the next apply carries on."""
    places = lambda: Place("postgresql", pg_default.database())  # noqa: E731
    found, calls, state = undisturbed(places)
    points = all_ways(spread, range(1, calls + 1), 12)
    for point in points:
        place = places()

        def cut(n: int, session: Session, *_: object, at: int = point) -> None:
            if n == at:
                pg_default.admin.rows("SELECT pg_terminate_backend(%s)", [session.pid])  # type: ignore[attr-defined]

        with place.dialect.connect(place.url) as session:
            try:
                place.apply(found, session=counted(session, cut))
                assert point == calls, "only the last call, which gives the lock back, may fail unheard"
            except ReconcileError as error:
                assert error.exit_code == 1, error
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"cut before call {point} of {calls}"
    print(f"cut {len(points)} of {calls} calls")
