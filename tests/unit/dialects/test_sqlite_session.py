"""A session on SQLite files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.dialects.sqlite.session import SqliteSession, connect
from reconciler.errors import BusyError, DatabaseError, ReconcileError

ENDLESS = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r"


@pytest.fixture
def session(sqlite_url: str) -> Iterator[SqliteSession]:
    with connect(sqlite_url) as one:
        yield one


@pytest.fixture
def other(sqlite_url: str) -> Iterator[SqliteSession]:
    with connect(sqlite_url) as one:
        yield one


@pytest.mark.parametrize("text", ["100% %s ?", ":x @y $z ?1", r"back\slash \n", "é 漢字 \U0001f600"])
def test_statement_without_parameters_runs_as_it_is_written(session: SqliteSession, text: str) -> None:
    session.execute(f"CREATE TABLE t (a text DEFAULT '{text}')")
    session.execute("INSERT INTO t DEFAULT VALUES")
    assert session.rows("SELECT a FROM t") == [(text,)]
    assert session.rows("SELECT sql FROM sqlite_schema") == [(f"CREATE TABLE t (a text DEFAULT '{text}')",)]


def test_one_string_holds_one_statement_and_no_nul(session: SqliteSession) -> None:
    for sql in ("CREATE TABLE a (x); CREATE TABLE b (x)", "CREATE TABLE a (x) \0"):
        with pytest.raises(DatabaseError):
            session.execute(sql)
    assert session.rows("SELECT * FROM sqlite_schema") == []


def test_transaction_commits_all_or_nothing(session: SqliteSession, other: SqliteSession) -> None:
    with pytest.raises(ValueError), session.transaction():
        session.execute("CREATE TABLE lost (a)")
        raise ValueError
    with session.transaction():
        session.execute("CREATE TABLE kept (a)")
        with suppress(DatabaseError), session.transaction():
            session.execute("CREATE TABLE inner_one (a)")
            session.execute("nonsense")
        assert other.rows("SELECT name FROM sqlite_schema") == []
    assert other.rows("SELECT name FROM sqlite_schema") == [("kept",)]


def test_read_only_transaction_writes_nothing_and_keeps_its_snapshot(sqlite_url: str) -> None:
    with connect(sqlite_url) as session, connect(sqlite_url) as other:
        session.execute("PRAGMA journal_mode = WAL")
        session.execute("CREATE TABLE t (a)")
        with session.transaction(read_only=True):
            other.execute("INSERT INTO t VALUES (1)")
            assert session.rows("SELECT count(*) FROM t") == [(0,)]
            with pytest.raises(DatabaseError) as caught:
                session.execute("INSERT INTO t VALUES (2)")
            assert caught.value.code == "SQLITE_READONLY"
        session.execute("INSERT INTO t VALUES (2)")
    with connect(sqlite_url, read_only=True) as session:
        assert session.rows("SELECT count(*) FROM t") == [(2,)]
        with pytest.raises(DatabaseError), session.transaction():
            session.execute("DELETE FROM t")


def test_error_says_code_and_statement(session: SqliteSession) -> None:
    session.execute("CREATE TABLE t (a PRIMARY KEY)")
    session.execute("INSERT INTO t VALUES (?)", (1,))
    with pytest.raises(DatabaseError) as caught:
        session.execute("INSERT INTO t VALUES (?)", (1,))
    assert caught.value.code == "SQLITE_CONSTRAINT_PRIMARYKEY"
    assert caught.value.statement == "INSERT INTO t VALUES (?)"


def test_statement_limit_and_cancel(session: SqliteSession) -> None:
    session.limits(lock_ms=None, statement_ms=40)
    with pytest.raises(DatabaseError) as caught:
        session.rows(ENDLESS)
    assert caught.value.code == "SQLITE_INTERRUPT" and "40 ms" in caught.value.why
    session.limits(lock_ms=None, statement_ms=None)
    timer = threading.Timer(0.05, session.cancel)
    timer.start()
    with pytest.raises(DatabaseError) as caught:
        session.rows(ENDLESS)
    timer.join()
    assert caught.value.code == "SQLITE_INTERRUPT" and not caught.value.why
    assert session.rows("SELECT 1") == [(1,)]


def test_signal_handler_can_cancel_a_statement_of_its_own_thread(session: SqliteSession) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: session.cancel())
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(DatabaseError) as caught:
            session.rows(ENDLESS)
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    assert caught.value.code == "SQLITE_INTERRUPT"


def test_lock_is_the_write_transaction(session: SqliteSession, other: SqliteSession) -> None:
    with session.lock("apply"):
        assert session.in_transaction
        with session.transaction():
            session.execute("CREATE TABLE t (a)")
        started = time.monotonic()
        with pytest.raises(BusyError), other.lock("apply", wait_seconds=0.1):
            raise AssertionError
        assert 0.1 <= time.monotonic() - started < 2
    with other.lock("apply"):
        assert other.rows("SELECT count(*) FROM t") == [(0,)]
    with pytest.raises(ValueError), session.lock("apply"):
        session.execute("DROP TABLE t")
        raise ValueError
    assert other.rows("SELECT count(*) FROM t") == [(0,)]


def test_second_writer_waits_its_limit_and_no_longer(session: SqliteSession, other: SqliteSession) -> None:
    other.limits(lock_ms=50, statement_ms=None)
    with session.transaction():
        with pytest.raises(BusyError), other.transaction():
            raise AssertionError
        with pytest.raises(DatabaseError) as caught:
            other.execute("CREATE TABLE t (a)")
        assert caught.value.code == "SQLITE_BUSY"


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists the holders of a file's lock")
def test_busy_names_the_process_that_holds_the_file(session: SqliteSession, sqlite_url: str) -> None:
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    script += "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    file = sqlite_url.removeprefix("sqlite:///")
    with subprocess.Popen(
        [sys.executable, "-c", script, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError) as caught, session.lock("apply"):
            raise AssertionError
        assert f"pid {holder.pid}" in caught.value.why
        holder.kill()
        with session.lock("apply", wait_seconds=10):
            pass


def test_foreign_keys_are_enforced_but_not_while_a_table_is_rebuilt(session: SqliteSession) -> None:
    session.execute("CREATE TABLE p (id INTEGER PRIMARY KEY)")
    session.execute("CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)")
    with pytest.raises(DatabaseError):
        session.execute("INSERT INTO c VALUES (1)")
    session.execute("INSERT INTO p VALUES (1)")
    session.execute("INSERT INTO c VALUES (1)")
    with session.foreign_keys_off(), session.transaction():
        session.execute("DROP TABLE p")
        assert session.rows("SELECT count(*) FROM c") == [(1,)]
        session.execute("CREATE TABLE p (id INTEGER PRIMARY KEY)")
        assert session.foreign_key_violations() == [("c", 1, "p", 0)]
        session.execute("INSERT INTO p VALUES (1)")
        assert session.foreign_key_violations() == []
    assert session.rows("PRAGMA foreign_keys") == [(1,)]
    with pytest.raises(RuntimeError), session.transaction(), session.foreign_keys_off():
        raise AssertionError


def test_legacy_alter_table_leaves_texts_alone(session: SqliteSession) -> None:
    session.execute("CREATE TABLE t (a)")
    session.execute("CREATE VIEW v AS SELECT a FROM t")
    with session.transaction(), session.legacy_alter_table():
        session.execute("ALTER TABLE t RENAME TO u")
    assert session.rows("SELECT sql FROM sqlite_schema WHERE name = 'v'") == [("CREATE VIEW v AS SELECT a FROM t",)]
    assert session.rows("PRAGMA legacy_alter_table") == [(0,)]


def test_urls_name_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    odd = tmp_path / "a b%c#d.db"
    with connect("sqlite:///one.db", create=True) as session:
        session.execute("CREATE TABLE t (a)")
    for url in (
        f"sqlite:///{tmp_path}/one.db",
        "file:one.db",
        f"file://{tmp_path}/one.db",
        "sqlite+pysqlite:///one.db",
    ):
        with connect(url) as session:
            assert session.rows("SELECT name FROM sqlite_schema") == [("t",)]
    for url in ("file:one.db?mode=ro", "sqlite:///one.db?mode=ro", "sqlite:///file:one.db?mode=ro&uri=true"):
        with connect(url) as session, pytest.raises(DatabaseError):
            session.execute("DROP TABLE t")
    connect(f"sqlite:///{tmp_path}/a b%25c%23d.db", create=True).close()
    assert odd.exists()
    for url in ("sqlite://", "sqlite:///:memory:"):
        with connect(url) as session:
            session.execute("CREATE TABLE t (a)")


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, but a text of some length" * 10)
    for path, what in (
        ("nosuch.db", "no database file"),
        ("no/such/folder.db", "does not exist"),
        ("", "is a folder"),
        ("text.db", "not a database"),
    ):
        with pytest.raises(DatabaseError, match=what) as caught:
            connect(f"sqlite:///{tmp_path}/{path}")
        assert caught.value.next and caught.value.code.startswith("SQLITE_")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["text.db"]
    with pytest.raises(DatabaseError, match="does not exist"):
        connect(f"sqlite:///{tmp_path}/no/such/folder.db", create=True)
    with pytest.raises(ReconcileError, match="names no host"):
        connect("sqlite://relative/path.db")


def test_closed_session_says_so(session: SqliteSession) -> None:
    session.close()
    session.close()
    session.cancel()
    with pytest.raises(DatabaseError, match="closed"):
        session.rows("SELECT 1")


def test_a_foreign_key_to_columns_that_are_no_key_hides_no_other_orphan(tmp_path: Path) -> None:
    with connect(f"sqlite:///{tmp_path / 'a.db'}", create=True, foreign_keys=False) as session:
        session.execute("CREATE TABLE p (id INTEGER PRIMARY KEY, x INTEGER)")
        session.execute("CREATE TABLE bad (x INTEGER REFERENCES p (x))")
        session.execute("CREATE TABLE good (p INTEGER REFERENCES p (id))")
        session.execute("INSERT INTO bad VALUES (1)")
        session.execute("INSERT INTO good VALUES (7)")
        assert [row[0] for row in session.foreign_key_violations()] == ["good"]


def test_a_path_that_begins_with_two_slashes_is_that_path(tmp_path: Path) -> None:
    with connect(f"sqlite:////{tmp_path}/two.db", create=True) as session:
        session.execute("CREATE TABLE t (id integer)")
    assert (tmp_path / "two.db").exists()
