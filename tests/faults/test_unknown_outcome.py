"""A statement that commits by itself, with an effect that no catalog shows: apply stops, and does not guess."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reconciler.errors import InterruptedRunError
from reconciler.sources.revisions import History
from tests.faults.harness import KILLED, Tell, edges, killed_at, said_by
from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.apply.places import Place, history, revision

A = revision(
    "a000",
    'op.execute("CREATE TABLE k (n INTEGER)")\nop.execute("INSERT INTO k VALUES (1)")\n'
    'op.execute("CREATE PROCEDURE bump() LANGUAGE plpgsql AS '
    "'BEGIN UPDATE k SET n = n + 1; COMMIT; UPDATE k SET n = n * 10; END'\")",
)
B = revision("b000", 'with op.get_context().autocommit_block():\n    op.execute("CALL bump()")', down="a000")


SEED = """
op.execute("CREATE TABLE k (n INTEGER)")
op.execute("CREATE TABLE l (n INTEGER)")
op.execute("INSERT INTO k VALUES (1)")
op.execute("INSERT INTO l VALUES (20)")
"""
SWAP = "RENAME TABLE k TO m, l TO k, m TO l"


def asked_and_settled(places: Callable[[], Place], found: History, first: History, sql: str) -> int:
    """Killed before and after the last call of that text; at how many points apply asked, and was told."""
    place = places()
    place.apply(first)
    said = said_by(place, found)
    call = max(n for n, text in enumerate(said, 1) if text == sql)
    points = {call: 1, next(n for n in edges(said) if n > call): 20}
    for point, n in points.items():
        place = places()
        place.apply(first)
        assert killed_at(place, found, point, "before") == KILLED
        for _ in range(2):
            with pytest.raises(InterruptedRunError, match="nobody knows whether statement 1 of b000 ran") as error:
                place.apply(found, wait_seconds=30)
        assert error.value.exit_code == 5 and error.value.where == "versions/b.py: statement 1 of 1"
        assert place.rows("SELECT n FROM k") == [(n,)]
        done, undone = re.findall(r"^ {4}(\w.*)$", error.value.next, re.MULTILINE)
        place.execute(undone if n == 1 else done)
        assert place.apply(found).applied == ("b000",)
        assert place.rows("SELECT n FROM k") == [(20,)]
    return len(points)


END = "exit 5 with the number of the statement, until somebody says whether it is done; never run twice"


def test_procedure_that_commits(pg_default: Postgres, tell: Tell) -> None:
    def places() -> Place:
        return Place("postgresql", pg_default.database())

    count = asked_and_settled(places, history(a=A, b=B), history(a=A), "CALL bump()")
    tell(places(), "SIGKILL before and after a CALL of a procedure that commits by itself", count, end=END)


def test_tables_that_change_places(maria: Maria, tell: Tell) -> None:
    def places() -> Place:
        return Place("mysql", maria.database())

    first = history(a=revision("a000", SEED))
    found = history(a=revision("a000", SEED), b=revision("b000", f'op.execute("{SWAP}")', down="a000"))
    count = asked_and_settled(places, found, first, SWAP)
    tell(places(), "SIGKILL before and after a RENAME TABLE that swaps two tables of one form", count, end=END)
