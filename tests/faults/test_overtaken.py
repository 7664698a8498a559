"""On SQLite the lock is each transaction's own: others may begin between an applier's look and its first statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.apply.apply import Permit, Proposal
from reconciler.errors import InterruptedRunError
from tests.faults.harness import QUERIES, Tell, mixed_history, points
from tests.faults.test_kill import SPREAD
from tests.unit.apply.places import Place


@pytest.mark.parametrize("spread", SPREAD)
def test_overtaken_between_look_and_first_statement(spread: str, tmp_path: Path, tell: Tell) -> None:
    """The other one is stopped after its n-th statement, whose journal the first one had not seen."""
    alone, stopped = empty(tmp_path / "alone.db"), 0
    count = alone.apply(mixed_history("sqlite")).statements
    chosen = points(spread, range(1, count + 1), 6)
    for n in chosen:
        place = empty(tmp_path / f"{n}.db")
        stopped += overtaken(place, n)
        assert {**place.state(*QUERIES), "ledger": None} == {**alone.state(*QUERIES), "ledger": None}, n
        assert sorted(place.state()["ledger"]) == sorted(alone.state()["ledger"]), n
    assert stopped > len(chosen) / 2
    how = "another applier begins after the look, and stops after each of its statements"
    tell(alone, how, len(chosen), count, end="its journal is kept, who goes on carries on, nothing twice")


def empty(file: Path) -> Place:
    file.touch()
    return Place("sqlite", f"sqlite:///{file}")


def overtaken(place: Place, n: int) -> bool:
    """Applies; between the look and the first statement another applier begins, and stops before its n-th statement."""
    found, seen, stopped = mixed_history("sqlite"), [0], [False]

    def meanwhile(proposal: Proposal) -> Permit:
        if not seen[0]:
            seen[0] = 1
            ran: list[str] = []
            try:
                place.apply(
                    found,
                    progress=lambda event: ran.append(event.sql) if event.what == "statement" else None,
                    interrupted=lambda: len(ran) >= n,
                )
            except InterruptedRunError:
                stopped[0] = True
        return Permit()

    place.apply(found, approved=meanwhile, wait_seconds=30)
    return stopped[0]
