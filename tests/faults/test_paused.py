"""An applier that stands still until others have taken its turn: when it wakes it must not go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import pytest

from reconciler.dialects.session import Session
from reconciler.errors import BusyError
from reconciler.sources.revisions import History
from tests.faults.conftest import Places
from tests.faults.harness import FINISHED, QUERIES, Tell, carried_on, counted, edges, end_session, ended, forked, points
from tests.faults.test_kill import SPREAD, undisturbed
from tests.unit.apply.places import Place


def paused_at(place: Place, found: History, point: int) -> int:
    """The pid of an applier that has stopped itself before its `point`-th call."""

    def pause(n: int, session: Session, sql: str, params: Sequence[object]) -> None:
        if n == point:
            os.kill(os.getpid(), signal.SIGSTOP)

    def act() -> int:
        with place.dialect.connect(place.url) as session:
            place.apply(found, session=counted(session, pause), wait_seconds=30)
        return FINISHED

    pid = forked(act)
    assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
    return pid


@pytest.mark.parametrize("spread", SPREAD)
def test_applier_paused_and_its_session_ended(remote: Places, spread: str, tell: Tell) -> None:
    """While its session lives it is its turn, however long; once the server has ended that, another takes over."""
    found, said, state = undisturbed(remote)
    every = edges(said)[:-1]
    chosen = points(spread, every, 2)
    for point in chosen:
        place = remote()
        pid = paused_at(place, found, point)
        try:
            with pytest.raises(BusyError):
                place.apply(found)
            end_session(place)
            carried_on(place, found)
            taken_over = place.state(*QUERIES)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert ended(pid) == 1, f"paused before call {point}"
        assert taken_over == place.state(*QUERIES) == state, f"paused before call {point}: {said[point - 1]}"
    how = "SIGSTOP before every journal, execute and commit; its session ended, another applied; SIGCONT"
    end = "busy (exit 4) while the session lives; who wakes exits 1 and changes nothing"
    tell(place, how, len(chosen), len(every), end=end)


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
@pytest.mark.parametrize("spread", SPREAD)
def test_applier_paused_between_its_turns(places: Places, spread: str, tell: Tell) -> None:
    """On SQLite the lock is the write transaction: paused between two, the other takes over; in one, it is busy."""
    found, said, state = undisturbed(places)
    beginnings = [n for n, sql in enumerate(said, 1) if sql.startswith("BEGIN")]
    every = sorted({*edges(said)[:-1], *beginnings})
    chosen = points(spread, every, 6)
    overtaken = 0
    for point in chosen:
        place = places()
        pid = paused_at(place, found, point)
        try:
            try:
                overtaken += bool(place.apply(found).applied)
            except BusyError as error:
                assert error.exit_code == 4
        finally:
            os.kill(pid, signal.SIGCONT)
        assert ended(pid) == FINISHED, f"paused before call {point}"
        after = place.state(*QUERIES)
        assert {**after, "ledger": sorted(after["ledger"])} == {**state, "ledger": sorted(state["ledger"])}, point
    assert 0 < overtaken < len(chosen)
    how = "SIGSTOP before every journal, execute, commit and begin; another applied; SIGCONT"
    tell(place, how, len(chosen), len(every), end="in a transaction: busy (exit 4); between two: who wakes looks again")
