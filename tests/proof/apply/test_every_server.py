"""What apply does on every PostgreSQL server that is found, and with either driver."""

from __future__ import annotations

import pytest

from tests.faults.harness import KILLED, QUERIES, carried_on, edges, killed_at, mixed_history, said_by
from tests.servers import Postgres
from tests.unit.apply.places import Place

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_the_same_end_with_either_driver_and_after_kills(pg: Postgres, driver: str) -> None:
    def place() -> Place:
        return Place("postgresql", pg.database().replace("postgresql://", f"postgresql+{driver}://"))

    undisturbed = place()
    found = mixed_history("postgresql")
    points = edges(said_by(undisturbed, found))
    state = undisturbed.state(*QUERIES)
    assert state["rows"][0] == [(70,)]
    for point in points[:: max(1, len(points) // 25)]:
        disturbed = place()
        assert killed_at(disturbed, found, point, "before") == KILLED
        carried_on(disturbed, found)
        assert disturbed.state(*QUERIES) == state, f"killed before call {point}, one of {len(points)}"
