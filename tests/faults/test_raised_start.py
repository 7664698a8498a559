"""AUTO_INCREMENT raised by an applier that dies: the number moves with the rows, so no catalog tells whether it ran."""

from __future__ import annotations

import pytest

from tests.faults.harness import FINISHED, KILLED, Mode, Tell, carried_on, edges, killed_at, points, said_by
from tests.maria import Maria
from tests.unit.apply.places import Place, history, revision

RAISE = "ALTER TABLE `t` AUTO_INCREMENT=1000, ALGORITHM=INPLACE, LOCK=NONE"
SEED = """
op.execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT)")
op.execute("INSERT INTO t (n) VALUES (1)")
"""
FOUND = history(
    a=revision("a000", SEED),
    b=revision("b000", f'op.execute("{RAISE}")\nop.execute("CREATE TABLE after (id INT)")', down="a000"),
)
BY_HAND = "CREATE TABLE by_hand (id INT)"


def seeded(maria: Maria) -> Place:
    place = Place("mysql", maria.database())
    place.apply(FOUND, to="a000")
    return place


def next_number(place: Place) -> int:
    place.execute("INSERT INTO t (n) VALUES (2)")
    return int(place.rows("SELECT max(id) FROM t")[0][0])


@pytest.mark.parametrize(
    ("spread", "changed"),
    [
        pytest.param("few", True, marks=pytest.mark.few),
        pytest.param("all", True, marks=pytest.mark.faults),
        pytest.param("all", False, marks=pytest.mark.faults),
    ],
)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_applier_killed_at_a_raise(maria: Maria, mode: Mode, changed: bool, spread: str, tell: Tell) -> None:
    """`changed`: somebody alters something else meanwhile, so that the catalog is another one all the same."""
    place = seeded(maria)
    said = said_by(place, FOUND)
    assert next_number(place) == 1000
    every = edges(said)
    at = said.index(RAISE) + 1
    assert at in every
    chosen = points(spread, every, 2) if spread == "all" else [at, every[every.index(at) + 1]]
    for point in chosen:
        place = seeded(maria)
        assert killed_at(place, FOUND, point, mode) == (KILLED if point <= len(said) else FINISHED)
        if changed:
            place.execute(BY_HAND)
        carried_on(place, FOUND, allow_drift=True)
        assert next_number(place) == 1000, f"killed {mode} call {point}: {said[min(point, len(said)) - 1]}"
        place.close()
    how = "SIGKILL of the applier around the raise of AUTO_INCREMENT, alone and with DDL by hand meanwhile"
    tell(place, how, len(chosen), len(every), end="the next row has the number that was asked for")


def test_a_raise_that_ran_does_not_run_again_when_rows_have_come_and_gone(maria: Maria) -> None:
    """A second one would go back to a number that a row had: the server only minds the rows that are there."""
    place = seeded(maria)
    said = said_by(place, FOUND)
    place = seeded(maria)
    killed_at(place, FOUND, edges(said)[edges(said).index(said.index(RAISE) + 1) + 1], "before")
    assert next_number(place) == 1000
    assert next_number(place) == 1001
    place.execute("DELETE FROM t WHERE id > 1")
    carried_on(place, FOUND)
    assert next_number(place) == 1002
