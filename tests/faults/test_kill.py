"""An applier killed anywhere: the next apply ends as one undisturbed run would have."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.apply import journal
from reconciler.errors import ReconcileError
from reconciler.sources.revisions import History
from tests.faults.conftest import Places
from tests.faults.harness import (
    FINISHED,
    KILLED,
    QUERIES,
    Mode,
    Tell,
    carried_on,
    counted,
    edges,
    end_session,
    killed_at,
    mixed_history,
    points,
    said_by,
)
from tests.unit.apply.places import Place, generated, history, revision

ALL = [pytest.param("all", marks=pytest.mark.faults)]
"""Not in `make test`."""
SPREAD = [pytest.param("few", marks=pytest.mark.few), pytest.param("all", marks=pytest.mark.faults)]


def undisturbed(places: Places) -> tuple[History, list[str], Mapping[str, Any]]:
    """A history, the calls that applying it makes, and the state in which it ends."""
    place = places()
    found = mixed_history(place.name)
    said = said_by(place, found)
    state = place.state(*QUERIES)
    assert state["version"] == ("e000",) and state["journal"] is None
    assert sorted(state["ledger"]) == [(f"{r}000", "apply") for r in "abcde"]
    return found, said, state


@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_applier_killed(places: Places, mode: Mode, spread: str, tell: Tell) -> None:
    found, said, state = undisturbed(places)
    every = edges(said)
    chosen = points(spread, every, 2)
    open_runs = 0
    for point in chosen:
        place = places()
        end = killed_at(place, found, point, mode)
        assert end == (KILLED if point <= len(said) else FINISHED), (point, len(said))
        with place.dialect.connect(place.url) as session:
            open_runs += journal.open_run(session, place.dialect) is not None
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"killed {mode} call {point}: {said[min(point, len(said)) - 1]}"
    assert spread != "all" or len(chosen) < 10 or open_runs, "no death left a revision begun: what was killed?"
    how = "SIGKILL of the applier before and inside every journal, execute and commit"
    tell(place, how, len(chosen), len(every), end="the next apply ends as an undisturbed one, nothing twice")


@pytest.mark.parametrize("spread", ALL)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_applier_killed_where_adopted_drift_is_taken_as_applied(
    places: Places, mode: Mode, spread: str, tell: Tell
) -> None:
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
    said = said_by(place, found, **more)
    state = place.state()
    assert state["version"] == ("b000",) and ("b000", "apply") in state["ledger"]
    assert state["recorded"] and state["recorded"][0] == ("b000",)
    every = edges(said)
    chosen = points(spread, every, 2)
    for point in chosen:
        place = adopted()
        end = killed_at(place, found, point, mode, **more)
        assert end == (KILLED if point <= len(said) else FINISHED), (point, len(said))
        carried_on(place, found, **more)
        assert place.state() == state, f"killed {mode} call {point} of {len(said)}"
    how = "SIGKILL of the applier before and inside every write and commit"
    tell(place, how, len(chosen), len(every), end="version, entry and record are there")


@pytest.mark.parametrize("spread", ALL)
def test_applier_killed_again_and_again(places: Places, spread: str, tell: Tell) -> None:
    """Each apply dies somewhere, until one is left alone."""
    found, said, state = undisturbed(places)
    rounds = points(spread, range(10), 1)
    seed = int(os.environ.get("RECONCILE_FAULTS_SEED", "1"))
    kills = 0
    for round_ in rounds:
        pick = random.Random(seed * 1000 + round_)
        place = places()
        for _ in range(pick.randrange(2, 7)):
            mode: Mode = pick.choice(["before", "inside"])
            kills += killed_at(place, found, pick.randrange(1, len(said)), mode) == KILLED
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"seed {seed}, round {round_}"
    how = f"2 to 6 appliers, each killed at a call that chance picks (seed {seed}), then one that is left alone"
    assert kills >= len(rounds)
    tell(place, how, len(rounds), end="ends as an undisturbed one, nothing twice")


@pytest.mark.parametrize("spread", SPREAD)
def test_connection_cut(remote: Places, spread: str, tell: Tell) -> None:
    """The server ends the session: the error says so, and the next apply carries on."""
    found, said, state = undisturbed(remote)
    every = edges(said)[:-1]
    chosen = points(spread, every, 2)
    for point in chosen:
        place = remote()

        def cut(n: int, session: Any, *_: object, at: int = point, place: Place = place) -> None:
            if n == at:
                end_session(place, session)

        with place.dialect.connect(place.url) as session, pytest.raises(ReconcileError) as error:
            place.apply(found, session=counted(session, cut))
        assert error.value.exit_code == 1, error.value
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"cut before call {point}: {said[point - 1]}"
    how = "pg_terminate_backend or KILL of the applier's session before every journal, execute and commit"
    tell(place, how, len(chosen), len(every), end="exit 1, the next apply carries on")
