"""A statement that commits by itself, with an effect that no catalog shows: apply stops, and does not guess."""

from __future__ import annotations

import re

import pytest

from reconciler.errors import InterruptedRunError
from tests.faults.harness import KILLED, Tell, edges, killed_at, said_by
from tests.servers import Postgres
from tests.unit.apply.places import Place, history, revision

A = revision(
    "a000",
    'op.execute("CREATE TABLE k (n INTEGER)")\nop.execute("INSERT INTO k VALUES (1)")\n'
    'op.execute("CREATE PROCEDURE bump() LANGUAGE plpgsql AS '
    "'BEGIN UPDATE k SET n = n + 1; COMMIT; UPDATE k SET n = n * 10; END'\")",
)
B = revision("b000", 'with op.get_context().autocommit_block():\n    op.execute("CALL bump()")', down="a000")


def test_procedure_that_commits(pg_default: Postgres, tell: Tell) -> None:
    found = history(a=A, b=B)

    def begun() -> Place:
        place = Place("postgresql", pg_default.database())
        place.apply(history(a=A))
        return place

    said = said_by(begun(), found)
    calls = [n for n, sql in enumerate(said, 1) if sql == "CALL bump()"]
    assert len(calls) == 2, "first in our transaction, which the server refuses, then in none"
    after = next(n for n in edges(said) if n > calls[1])
    for point, came_far in ((calls[1], False), (after, True)):
        place = begun()
        assert killed_at(place, found, point, "before") == KILLED
        for _ in range(2):
            with pytest.raises(InterruptedRunError, match="nobody knows whether statement 1 of b000 ran") as error:
                place.apply(found, wait_seconds=30)
        assert error.value.exit_code == 5 and error.value.where == "versions/b.py: statement 1 of 1"
        assert place.rows("SELECT n FROM k") == [(20 if came_far else 1,)]
        done, undone = re.findall(r"`([^`]+)`", error.value.next)
        place.execute(done if came_far else undone)
        assert place.apply(found).applied == ("b000",)
        assert place.rows("SELECT n FROM k") == [(20,)]
        place.close()
    how = "SIGKILL before and after a CALL of a procedure that commits by itself"
    tell(place, how, 2, end="exit 5 with the number of the statement, until somebody says whether it is done")
