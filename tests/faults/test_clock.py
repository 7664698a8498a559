"""Clocks that are wrong: what was done last is known by the number of its entry, never by its time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.apply import ledger
from tests.faults.conftest import Places
from tests.faults.harness import Tell
from tests.faults.test_signals import TABLE, project

DAYS = (0, -1, 1, -400, 0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """By how many days whoever writes to the ledger is wrong."""
    wrong = [0]

    def now() -> str:
        then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=wrong[0])
        return then.isoformat(timespec="milliseconds")

    monkeypatch.setattr(ledger, "now", now)
    yield wrong


@pytest.mark.faults
def test_clocks_that_are_wrong(
    places: Places, clock: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    place = places()
    clock[0] = 2
    made = project(tmp_path, place, monkeypatch)
    for n, days in enumerate(DAYS):
        clock[0] = days
        made.write("t.yaml", TABLE % "".join(f", c{i}: integer" for i in range(n + 1)))
        made.run("plan", "--write")
        made.run("suspend", "--env", "dev", "--reason", "so")
        made.run("apply", "--env", "dev", expect=3)
        clock[0] = -days
        made.run("resume", "--env", "dev")
        assert "applied" in made.run("apply", "--env", "dev")
        assert made.conditions("dev") == ["Synced"]
    assert "applied" not in made.run("apply", "--env", "dev")
    made.run("audit", "--env", "dev", "--verify")
    with place.dialect.connect(place.url) as session:
        entries = ledger.entries(session, place.dialect)
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    assert [e.at for e in entries] != sorted(e.at for e in entries)
    tell(place, "appliers whose clocks are up to 400 days apart, forward and back", len(DAYS),
         end="suspended, resumed, applied and audited in the order in which it was done")  # fmt: skip
