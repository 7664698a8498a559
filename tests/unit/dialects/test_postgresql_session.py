"""A session on every PostgreSQL server there is, with psycopg 3 and psycopg2 alike."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from reconciler.dialects.postgresql import drivers
from reconciler.dialects.postgresql.drivers import holds_many
from reconciler.dialects.postgresql.failures import CANCELLED, CONNECTION_LOST, LOCK_TIMEOUT
from reconciler.dialects.postgresql.session import PostgresSession, connect
from reconciler.dialects.session import TRANSACTION_OUTCOME_UNKNOWN
from reconciler.errors import BusyError, DatabaseError, ReconcileError
from tests.servers import Postgres

Opened = Callable[..., PostgresSession]


@pytest.fixture(params=["psycopg", "psycopg2"])
def opened(request: pytest.FixtureRequest, pg: Postgres) -> Iterator[Opened]:
    """Sessions on one new database, by one of the drivers."""
    pytest.importorskip(request.param)
    url = pg.database().replace("postgresql://", f"postgresql+{request.param}://")
    made: list[PostgresSession] = []

    def session(**options: object) -> PostgresSession:
        made.append(connect(url, **options))  # type: ignore[arg-type]
        assert made[-1].driver == request.param
        return made[-1]

    yield session
    for one in made:
        one.close()


@pytest.fixture
def session(opened: Opened) -> PostgresSession:
    return opened()


TEXTS = [
    "100% of %s and %(a)s and %%",
    ":x :name ::text",
    r"back\slash \n \' " + "''",
    "$1 $tag$ ? ?? {x}",
    "é 漢字 \U0001f600 \u202e",
]


@pytest.mark.parametrize("text", TEXTS)
def test_statement_without_parameters_runs_as_it_is_written(session: PostgresSession, text: str) -> None:
    quoted = "'" + text.replace("''", "'").replace("'", "''") + "'"
    assert session.rows(f"SELECT {quoted}::text") == [(text.replace("''", "'"),)]
    session.execute(f"CREATE TABLE t (a text DEFAULT {quoted})")
    session.execute("INSERT INTO t DEFAULT VALUES")
    assert session.rows("SELECT a FROM t") == [(text.replace("''", "'"),)]


def test_one_string_holds_one_statement(session: PostgresSession) -> None:
    with pytest.raises(DatabaseError) as caught:
        session.execute("CREATE TABLE a (); CREATE TABLE b ()")
    assert caught.value.code == "42601"
    assert session.rows("SELECT to_regclass('a')::text") == [(None,)]
    assert session.execute("CREATE TABLE a () ; -- done\n /* ; */ ;") == -1


@pytest.mark.parametrize(
    ("sql", "many"),
    [
        ("select ';'; ", False),
        ("select E'\\';' , $$;$$, $a$;$$;$a$, \";\"", False),
        ("select a$b from t; select 1", True),
        ("/* ; /* ; */ ; */ select 1;;", False),
        ("select 1; -- no\n", False),
        ("select 1; -- no\n select 2", True),
        ("create function f() returns int begin atomic select 1; select 2; end", False),
        ("select '\\'; select 2", True),
    ],
)
def test_statements_are_counted_as_the_server_would(sql: str, many: bool) -> None:
    assert holds_many(sql) is many


def test_nul_character_is_refused_and_not_cut(session: PostgresSession) -> None:
    with pytest.raises(DatabaseError, match="NUL"):
        session.execute("SELECT 1 -- \0 x")


def test_settings_do_not_depend_on_the_server_or_the_role(pg: Postgres, opened: Opened) -> None:
    session = opened()
    name = session.rows("SELECT current_database()")[0][0]
    for setting in ("timezone = 'Asia/Tokyo'", "datestyle = 'German'", "standard_conforming_strings = off"):
        session.execute(f"ALTER DATABASE {name} SET {setting}")
    session.close()
    session = opened(search_path="")
    assert session.rows("SELECT timestamptz '2024-01-01 00:00+00'::text, '\\'::text") == [
        ("2024-01-01 00:00:00+00", "\\")
    ]
    session.execute("CREATE TABLE public.t (a int)")
    assert session.rows("SELECT 'public.t'::regclass::text") == [("public.t",)]
    assert session.rows("SELECT current_setting('search_path'), current_setting('application_name')") == [
        ("", "reconcile")
    ]
    assert session.rows("SELECT current_setting('client_connection_check_interval')") == [
        ("500ms" if pg.major >= 15 else "0",)
    ]


def test_values_are_the_same_with_both_drivers(session: PostgresSession) -> None:
    sql = (
        "SELECT 1::int8, 'a'::name, 'r'::\"char\", ARRAY['x','y']::name[], '1 2'::int2vector::text, 5::oid,"
        " ARRAY[1,2]::oid[], 'ab'::bytea, true, NULL, ARRAY['p']::text[], '{\"a\": 1}'::jsonb"
    )
    expected = (1, "a", "r", ["x", "y"], "1 2", 5, [1, 2], b"ab", True, None, ["p"], {"a": 1})
    assert session.rows(sql) == [expected]


def test_parameters_are_bound(session: PostgresSession) -> None:
    assert session.rows("SELECT %s::text, %s = ANY(%s)", ("a'b%s", "x", ["x", "y"])) == [("a'b%s", True)]
    session.execute("CREATE TABLE t (a int)")
    assert session.execute("INSERT INTO t SELECT generate_series(1, %s::int)", (3,)) == 3
    assert session.rows("DELETE FROM t WHERE false") == []


def test_transaction_commits_all_or_nothing(opened: Opened) -> None:
    session, other = opened(), opened()
    with pytest.raises(ValueError), session.transaction():
        assert session.in_transaction
        session.execute("CREATE TABLE lost ()")
        raise ValueError
    assert not session.in_transaction
    with session.transaction():
        session.execute("CREATE TABLE kept ()")
        assert other.rows("SELECT to_regclass('kept')::text") == [(None,)]
    assert other.rows("SELECT to_regclass('kept')::text, to_regclass('lost')::text") == [("kept", None)]


def test_nested_transaction_is_a_savepoint(session: PostgresSession) -> None:
    with session.transaction():
        session.execute("CREATE TABLE outer_one ()")
        with suppress(DatabaseError), session.transaction():
            session.execute("CREATE TABLE inner_one ()")
            session.execute("SELECT 1/0")
        with session.transaction():
            session.execute("CREATE TABLE inner_two ()")
    found = session.rows(
        "SELECT relname FROM pg_class WHERE relname LIKE '%\\_one' OR relname LIKE '%\\_two' ORDER BY 1"
    )
    assert found == [("inner_two",), ("outer_one",)]


def test_swallowed_failure_is_not_taken_for_a_commit(session: PostgresSession) -> None:
    with pytest.raises(DatabaseError) as caught, session.transaction(), suppress(DatabaseError):
        session.execute("SELECT 1/0")
    assert caught.value.code == "25P02"
    with pytest.raises(DatabaseError) as caught, session.transaction():
        session.execute("COMMIT")
    assert caught.value.code == "2D000"


def test_read_only_and_repeatable(opened: Opened) -> None:
    session, other = opened(), opened()
    session.execute("CREATE TABLE t (a int)")
    with session.transaction(read_only=True, repeatable=True):
        assert session.rows("SELECT count(*) FROM t") == [(0,)]
        other.execute("INSERT INTO t VALUES (1)")
        assert session.rows("SELECT count(*) FROM t") == [(0,)]
    with pytest.raises(DatabaseError) as caught, session.transaction(read_only=True):
        session.execute("INSERT INTO t VALUES (2)")
    assert caught.value.code == "25006"
    with pytest.raises(DatabaseError) as caught, (reader := opened(read_only=True)).transaction():
        reader.execute("INSERT INTO t VALUES (2)")
    assert caught.value.code == "25006"


def test_error_says_code_place_and_reason(session: PostgresSession) -> None:
    with pytest.raises(DatabaseError) as caught:
        session.execute("CREATE TABLE t (\n  a int,\n  b nosuchtype\n)")
    assert caught.value.code == "42704"
    assert caught.value.why == "at line 3, column 5: b nosuchtype"
    assert "nosuchtype" in caught.value.what and caught.value.statement.startswith("CREATE TABLE t")
    session.execute("CREATE TABLE p (a int PRIMARY KEY)")
    session.execute("INSERT INTO p VALUES (1)")
    with pytest.raises(DatabaseError) as caught:
        session.execute("INSERT INTO p VALUES (1)")
    assert (caught.value.code, caught.value.why) == ("23505", "Key (a)=(1) already exists.")


def test_notices_are_collected(session: PostgresSession) -> None:
    session.execute("DO $$ BEGIN RAISE WARNING 'careful: 100%%'; RAISE NOTICE 'chatter'; END $$")
    assert session.take_notices() == ["WARNING: careful: 100%"]
    assert session.take_notices() == []


def test_lock_timeout_and_statement_timeout(opened: Opened) -> None:
    session, other = opened(), opened()
    session.execute("CREATE TABLE t (a int)")
    other.limits(lock_ms=50, statement_ms=None)
    with session.transaction():
        session.execute("LOCK TABLE t")
        with pytest.raises(DatabaseError) as caught:
            other.execute("ALTER TABLE t ADD b int")
    assert caught.value.code == LOCK_TIMEOUT
    other.limits(lock_ms=None, statement_ms=50)
    with pytest.raises(DatabaseError) as caught:
        other.execute("SELECT pg_sleep(5)")
    assert caught.value.code == CANCELLED
    other.limits(lock_ms=None, statement_ms=None)
    assert other.rows("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')") == [("0", "0")]


def test_cancel_from_another_thread(session: PostgresSession) -> None:
    session.cancel()  # nothing runs: nothing happens
    timer = threading.Timer(0.1, session.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(DatabaseError) as caught:
        session.execute("SELECT pg_sleep(20)")
    timer.join()
    assert caught.value.code == CANCELLED
    assert time.monotonic() - started < 5
    assert session.rows("SELECT 1") == [(1,)]


def test_signal_handler_can_cancel_a_statement_of_its_own_thread(pg_default: Postgres) -> None:
    """With psycopg 3; psycopg2 waits inside libpq, where no handler of Python's is called."""
    with connect(pg_default.database()) as session:
        before = signal.signal(signal.SIGUSR1, lambda *_: session.cancel())
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        try:
            with pytest.raises(DatabaseError) as caught:
                session.execute("SELECT pg_sleep(20)")
        finally:
            timer.join()
            signal.signal(signal.SIGUSR1, before)
    assert caught.value.code == CANCELLED


def test_driver_is_the_one_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"psycopg", "psycopg2"}
    monkeypatch.setattr(drivers, "find_spec", lambda name: name in installed)
    assert (drivers.driver().name, drivers.driver("psycopg2").name) == ("psycopg", "psycopg2")
    installed.remove("psycopg")
    assert (drivers.driver().name, drivers.driver("psycopg").name) == ("psycopg2", "psycopg2")
    installed.clear()
    with pytest.raises(ReconcileError) as caught:
        drivers.driver()
    assert caught.value.next == "pip install 'reconcile-schema[postgresql]'"


def test_lock_is_exclusive_and_names_its_holder(opened: Opened) -> None:
    session, other = opened(), opened()
    with session.lock("apply"):
        with pytest.raises(BusyError) as caught, other.lock("apply"):
            raise AssertionError
        assert f"pid {session.pid}" in caught.value.why and "reconcile" in caught.value.why
        with other.lock("something else"):
            pass
        assert not other.in_transaction
    with other.lock("apply"):
        assert not session.try_lock("apply")
    assert other.lock_holder("apply") == ""


def test_lock_waits_as_long_as_it_is_told(opened: Opened) -> None:
    session, other = opened(), opened()
    session.try_lock("apply")
    timer = threading.Timer(0.15, session.unlock, ["apply"])
    timer.start()
    with other.lock("apply", wait_seconds=10):
        timer.join()


def test_dead_holder_frees_its_lock(opened: Opened) -> None:
    session, other = opened(), opened()
    assert session.try_lock("apply")
    other.execute(f"SELECT pg_terminate_backend({session.pid})")
    with other.lock("apply", wait_seconds=10):
        pass


def test_lost_connection_is_told_from_a_refused_statement(opened: Opened) -> None:
    session, other = opened(), opened()
    with pytest.raises(DatabaseError) as caught, session.transaction():
        other.execute(f"SELECT pg_terminate_backend({session.pid})")
        time.sleep(0.05)
        session.execute("SELECT 1")
    assert caught.value.code in {CONNECTION_LOST, "57P01"}
    assert not session.in_transaction


def test_commit_without_an_answer_is_an_unknown_outcome(opened: Opened) -> None:
    session, other = opened(), opened()
    with pytest.raises(DatabaseError) as caught, session.transaction():
        session.execute("CREATE TABLE t ()")
        other.execute(f"SELECT pg_terminate_backend({session.pid})")
        time.sleep(0.05)
    assert caught.value.code == TRANSACTION_OUTCOME_UNKNOWN
    session.close()
    session.close()


@pytest.mark.parametrize("driver", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_urls_that_are_understood(pg_default: Postgres, driver: str) -> None:
    rest = pg_default.database().removeprefix("postgresql://")
    with connect(f"{driver}://{rest}&application_name=mine") as session:
        assert session.rows("SELECT current_setting('application_name')") == [("mine",)]
    account, _, place = rest.partition("@")
    database, _, query = place.partition("?")
    socket = query.partition("host=")[2].partition("&")[0]
    with connect(f"{driver}://{account}@{socket.replace('/', '%2F')}/{database.strip('/')}") as session:
        assert session.rows("SELECT 1") == [(1,)]


SECRETS = ["hunter2secret", "p%40ss%2Fword", "a:b@c/d?e"]


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
@pytest.mark.parametrize("password", SECRETS)
@pytest.mark.parametrize("place", ["localhost:1/db", "no-such-host.invalid/db", "localhost:notaport/db", "%zz/db"])
def test_no_secret_in_a_connection_error(driver: str, password: str, place: str) -> None:
    url = f"postgresql+{driver}://user:{password}@{place}?sslpassword=canary77&connect_timeout=2"
    with pytest.raises(DatabaseError) as caught:
        connect(url)
    error = caught.value
    shown = f"{error} {error!r} {error.__cause__} {error.target if hasattr(error, 'target') else ''}"
    for secret in (password, "p@ss/word", "hunter2secret", "canary77"):
        assert secret not in shown
    assert error.next and "***" in error.where


def test_missing_database_says_what_to_type(pg_default: Postgres) -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(pg_default.database().replace("/test_", "/nosuch_"))
    assert caught.value.code == "3D000"
    assert "createdb" in caught.value.next
