"""No room for what a revision writes: a clean error, nothing claimed, and apply carries on when there is room."""

from __future__ import annotations

import pytest

from reconciler.errors import DatabaseError
from tests.unit.apply.places import Place, history, revision

FILL = """
op.execute("CREATE TABLE big (x BLOB)")
op.execute("INSERT INTO big WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 400) "
           "SELECT zeroblob(4000) FROM r")
"""


def test_a_full_database_file(sqlite_url: str) -> None:
    place = Place("sqlite", sqlite_url)
    first = history(a=revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")'))
    both = history(a=first.by_id["a000"].text, b=revision("b000", FILL, down="a000"))
    place.apply(first)
    before = place.state()
    with place.session() as session:
        session.execute("PRAGMA max_page_count = 100")
        with pytest.raises(DatabaseError, match="full") as error:
            place.apply(both, session=session)
        assert error.value.where == "versions/b.py: statement 2 of 2"
        assert place.state() == before
        session.execute("PRAGMA max_page_count = 100000")
        assert place.apply(both, session=session).applied == ("b000",)
    assert place.rows("SELECT count(*) FROM big") == [(400,)]
