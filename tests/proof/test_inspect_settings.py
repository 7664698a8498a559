"""Inspection leaves the session as it was."""

from __future__ import annotations

from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_named
from tests.servers import Postgres


def test_the_search_path_is_what_it_was_inside_a_transaction_too(pg: Postgres) -> None:
    postgresql = dialect_named("postgresql")
    with postgresql.connect(pg.database()) as session:
        session.execute("SET search_path = public, pg_temp")
        with session.transaction():
            postgresql.inspect(session, Scope())
            assert session.rows("SHOW search_path") == [("public, pg_temp",)]
        assert session.rows("SHOW search_path") == [("public, pg_temp",)]
