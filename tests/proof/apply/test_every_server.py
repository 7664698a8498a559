"""What apply does on every PostgreSQL server that is found, and with either driver."""

from __future__ import annotations

import pytest

from tests.faults.harness import KILLED, QUERIES, calls_of, carried_on, killed_at, mixed_history
from tests.servers import Postgres
from tests.unit.apply.places import Place

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_the_same_end_with_either_driver_and_after_kills(pg: Postgres, driver: str) -> None:
    def place() -> Place:
        return Place("postgresql", pg.database().replace("postgresql://", f"postgresql+{driver}://"))

    undisturbed = place()
    found = mixed_history("postgresql")
    calls = calls_of(undisturbed, found)
    state = undisturbed.state(*QUERIES)
    assert state["rows"][0] == [(70,)]
    for point in range(3, calls, max(1, calls // 25)):
        disturbed = place()
        assert killed_at(disturbed, found, point, "before") == KILLED
        carried_on(disturbed, found)
        assert disturbed.state(*QUERIES) == state, f"killed before call {point} of {calls}"
