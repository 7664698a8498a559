"""A server that dies under an applier, and an applier under its server, around every statement of a plan of ten.

No DDL of MariaDB is transactional: what the journal says and what the catalog shows is all that the next apply has.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest

from reconciler.dialects.session import Session
from reconciler.errors import ReconcileError
from reconciler.sources.revisions import History
from tests.faults import harness
from tests.faults.harness import (
    FINISHED,
    KILLED,
    Mode,
    Tell,
    begun,
    carried_on,
    counted,
    edges,
    killed_at,
    mixed_history,
    points,
    said_by,
)
from tests.faults.mortal import Mortal
from tests.faults.test_kill import ALL
from tests.maria import Maria
from tests.unit.apply.places import Place, history, revision

SEED = """
op.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
op.execute("CREATE TABLE k (n INT NOT NULL)")
op.execute("INSERT INTO k VALUES (1)")
op.execute("INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)")
"""
TEN = """
op.execute("ALTER TABLE t ADD COLUMN a INT, ALGORITHM=INSTANT, LOCK=NONE")
op.execute("CREATE INDEX i ON t (n)")
op.execute("UPDATE k SET n = n + 1")
op.execute("ALTER TABLE t MODIFY COLUMN n BIGINT, ADD COLUMN b VARCHAR(10) DEFAULT 'x', ALGORITHM=COPY, LOCK=SHARED")
op.execute("CREATE TABLE u (id INT PRIMARY KEY, t_id INT, CONSTRAINT f FOREIGN KEY (t_id) REFERENCES t (id))")
op.execute("INSERT INTO u SELECT id, id FROM t")
op.execute("ALTER TABLE u DROP FOREIGN KEY f")
op.execute("RENAME TABLE u TO w")
op.execute("CREATE VIEW v AS SELECT id, b FROM t")
op.execute("UPDATE k SET n = n * 10")
"""
QUERIES = {
    "mysql": ("SELECT n FROM k", "SELECT id, n, a, b FROM t ORDER BY id", "SELECT id, t_id FROM w ORDER BY id"),
    "postgresql": harness.QUERIES,
}


def ten() -> History:
    return history(a=revision("a000", SEED), b=revision("b000", TEN, down="a000"))


def plan(dialect: str) -> History:
    return ten() if dialect == "mysql" else mixed_history(dialect)


def seeded(place: Place) -> Place:
    place.apply(plan(place.name), to="a000")
    return place


@pytest.mark.parametrize("spread", ALL)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_server_killed(mortal: Mortal, mode: Mode, spread: str, tell: Tell) -> None:
    """`inside`: the statement is on its way, and the server dies with or without having done it."""
    found, queries = plan(mortal.dialect), QUERIES[mortal.dialect]
    with mortal.running():
        place = seeded(mortal.place())
        said = said_by(place, found)
        state = place.state(*queries)
    every = edges(said)[:-1]
    chosen = points(spread, every, 2)
    for point in chosen:
        with mortal.running():
            place = seeded(mortal.place())

            def die(n: int, session: Session, sql: str, params: Sequence[object], at: int = point) -> None:
                if n == at:
                    if mode == "inside" and not params:
                        begun(session, sql)
                    mortal.kill()

            with suppress(ReconcileError), place.dialect.connect(place.url) as session:
                place.apply(found, session=counted(session, die))
        with mortal.running():
            carried_on(place, found)
            assert place.state(*queries) == state, f"server killed {mode} call {point}: {said[point - 1]}"
    with mortal.running():
        how = {"postgresql": "`pg_ctl -m immediate`", "mysql": "SIGKILL of mariadbd"}[mortal.dialect]
        end = "up again, the next apply ends as an undisturbed one, nothing twice"
        tell(place, f"{how} before and inside every journal, execute and commit", len(chosen), len(every), end=end)


@pytest.mark.parametrize("spread", ALL)
@pytest.mark.parametrize("mode", ["before", "inside"])
def test_applier_killed_in_a_plan_of_ten(maria: Maria, mode: Mode, spread: str, tell: Tell) -> None:
    found = ten()
    place = seeded(Place("mysql", maria.database()))
    said = said_by(place, found)
    state = place.state(*QUERIES["mysql"])
    assert state["version"] == ("b000",) and state["rows"][0] == [(20,)]
    every = edges(said)
    chosen = points(spread, every, 3)
    for point in chosen:
        place = seeded(Place("mysql", maria.database()))
        assert killed_at(place, found, point, mode) == (KILLED if point <= len(said) else FINISHED)
        carried_on(place, found)
        assert place.state(*QUERIES["mysql"]) == state, f"applier killed {mode} call {point}: {said[point - 1]}"
    how = "SIGKILL of the applier before, inside and after every journal, statement and commit of ten statements"
    tell(place, how, len(chosen), len(every), end="the next apply ends as an undisturbed one, nothing twice")
