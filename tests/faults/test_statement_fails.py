"""The server refuses statement k of a revision: what ran stays journalled, the rest is mended, and apply carries on."""

from __future__ import annotations

import re

import pytest

from reconciler.errors import DatabaseError, RefusedError
from tests.faults.conftest import Places
from tests.faults.harness import MIXED, QUERIES, SEED, Tell, points
from tests.faults.test_kill import SPREAD
from tests.unit.apply.places import history, revision

BROKEN = "INSERT INTO nowhere VALUES (1)"
_STATEMENT = re.compile(r'op\.execute\("(?!SET |PRAGMA|BEGIN|COMMIT)([^\n]*)"\)')


@pytest.mark.parametrize("spread", SPREAD)
def test_statement_fails(places: Places, spread: str, tell: Tell) -> None:
    """A statement that ran may not be edited any more; the one that did not, and those behind it, may."""
    alone = places()
    seed, whole = SEED[alone.name], MIXED[alone.name]
    a, found = revision("a000", seed), revision("b000", whole, down="a000")
    alone.apply(history(a=a, b=found))
    state = alone.state(*QUERIES)
    statements = list(_STATEMENT.finditer(whole))
    chosen = points(spread, range(len(statements)), 1)
    kept = 0
    for k in chosen:
        place = places()
        here = statements[k]
        broken = whole[: here.start(1)] + BROKEN + whole[here.end(1) :]
        with pytest.raises(DatabaseError, match="nowhere") as error:
            place.apply(history(a=a, b=revision("b000", broken, down="a000")))
        assert error.value.exit_code == 1 and error.value.where.startswith("versions/b.py: statement ")
        begun = place.state()["journal"]
        if begun is not None:
            kept += 1
            assert begun.intent is None, "nobody knows what became of a statement that the server refused"
            first = whole.replace(statements[0][1], "UPDATE k SET n = 99", 1)
            with pytest.raises(RefusedError, match="was edited after it ran"):
                place.apply(history(a=a, b=revision("b000", first, down="a000")), wait_seconds=5)
        place.apply(history(a=a, b=found))
        after = place.state(*QUERIES)
        moves = [e for e in after["ledger"] if e[1] == "apply"]
        assert {**after, "ledger": moves} == state, f"statement {k + 1} failed: {here[1]}"
    assert kept or len(chosen) < 3, "no failure left a revision begun"
    how = "the server refuses one statement of the revision, each in turn; an earlier one edited; the text mended"
    end = "exact journal; the edited beginning refused (exit 3); the mended rest carries on, nothing twice"
    tell(alone, how, len(chosen), len(statements), end=end)
