"""A pooler between us and the server: one that lends by the session is fine, one that lends by transactions is not."""

from __future__ import annotations

import threading

import pytest

from reconciler.dialects.postgresql.session import connect
from reconciler.errors import RefusedError
from tests.pooler import HOW_TO_GET_ONE, pooled, program
from tests.servers import Postgres, lacking


@pytest.fixture(autouse=True)
def _pooler() -> None:
    program() or lacking(f"no PgBouncer: {HOW_TO_GET_ONE}")


@pytest.mark.parametrize(
    ("size", "read_only"), [(4, True), *(pytest.param(*p, marks=pytest.mark.proof) for p in ((1, True), (1, False)))]
)
def test_a_pool_of_transactions_is_refused_and_keeps_nothing_of_ours(
    pg_default: Postgres, size: int, read_only: bool
) -> None:
    with pooled(pg_default.database(), "transaction", size=size) as url:
        with pytest.raises(RefusedError, match="pooler in transaction mode") as error:
            connect(url, read_only=read_only)
        assert error.value.exit_code == 3 and "session mode" in error.value.next
        import psycopg

        with psycopg.connect(url, autocommit=True) as app:  # whoever gets that server next
            assert app.execute("SHOW default_transaction_read_only").fetchone() == ("off",)
            assert app.execute("SHOW client_min_messages").fetchone() == ("notice",)


@pytest.mark.proof
def test_a_pool_of_transactions_that_others_use_is_refused(pg_default: Postgres) -> None:
    import psycopg

    with pooled(pg_default.database(), "transaction") as url:
        stop = threading.Event()

        def app() -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                while not stop.is_set():
                    connection.execute("SELECT 1", prepare=False)

        threads = [threading.Thread(target=app) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(5):
                with pytest.raises(RefusedError, match="pooler in transaction mode"):
                    connect(url)
        finally:
            stop.set()
            for thread in threads:
                thread.join()


@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.proof), 4])
def test_a_pool_of_sessions_is_as_good_as_the_server(pg_default: Postgres, size: int) -> None:
    with pooled(pg_default.database(), "session", size=size) as url, connect(url) as session:
        assert session.rows("SHOW TimeZone") == [("UTC",)]
        with session.lock("apply"):
            assert session.rows("SELECT 1") == [(1,)]
