"""Appliers that die: a child process whose session kills it at its n-th call, and the histories they apply."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Literal

from reconciler.apply.apply import Outcome
from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError, ReconcileError
from reconciler.sources.revisions import History
from tests.unit.apply.places import Place, history, revision

Tell = Callable[..., None]
Mode = Literal["before", "inside"]
"""Die before the call, or when the server has the statement (SQLite: in the middle of it)."""

FINISHED = 0
KILLED = -signal.SIGKILL

_SEED = """
op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
op.execute("CREATE TABLE k (n INTEGER NOT NULL)")
op.execute("CREATE INDEX j ON t (n)")
op.execute("INSERT INTO k VALUES (1)")
op.execute("INSERT INTO t (id, n) VALUES (1, 10), (2, 20), (3, 30)")
"""
_PYTHON = """
bind = op.get_bind()
for (n,) in bind.execute(sa.text("SELECT n FROM k")).all():
    bind.execute(sa.text("UPDATE k SET n = :n"), {"n": n * 3})
op.add_column("t", sa.Column("by_python", sa.Integer))
"""
MIXED = {
    "postgresql": """
op.execute("ALTER TABLE t ADD COLUMN mood mood")
op.execute("UPDATE k SET n = n + 1")
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY i ON t (n)")
    op.execute("UPDATE k SET n = n * 10")
    op.execute("ALTER TYPE mood ADD VALUE 'soso'")
op.execute("ALTER TABLE t ALTER mood SET DEFAULT 'soso'")
op.execute("UPDATE k SET n = n + 1")
with op.get_context().autocommit_block():
    op.execute("DROP INDEX CONCURRENTLY j")
    op.execute("VACUUM t")
""",
    "sqlite": """
op.execute("ALTER TABLE t ADD COLUMN mood TEXT")
op.execute("UPDATE k SET n = n + 1")
with op.get_context().autocommit_block():
    op.execute("UPDATE k SET n = n * 10")
    op.execute("VACUUM")
    op.execute("PRAGMA foreign_keys = OFF")
    op.execute("PRAGMA legacy_alter_table = ON")
    op.execute("BEGIN")
    op.execute("CREATE TABLE t2 (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, mood TEXT)")
    op.execute("INSERT INTO t2 (id, n, mood) SELECT id, n, mood FROM t")
    op.execute("DROP TABLE t")
    op.execute("ALTER TABLE t2 RENAME TO t")
    op.execute("CREATE INDEX i ON t (n)")
    op.execute("COMMIT")
    op.execute("PRAGMA legacy_alter_table = OFF")
    op.execute("PRAGMA foreign_keys = ON")
op.execute("UPDATE k SET n = n + 1")
""",
    "mysql": """
op.execute("ALTER TABLE t ADD COLUMN mood ENUM('sad', 'happy')")
op.execute("UPDATE k SET n = n + 1")
op.execute("CREATE INDEX i ON t (n)")
op.execute("UPDATE k SET n = n * 10")
op.execute("SET SESSION foreign_key_checks = 0")
op.execute("ALTER TABLE t MODIFY COLUMN mood ENUM('sad', 'happy', 'soso') DEFAULT 'soso', DROP KEY j")
op.execute("SET SESSION foreign_key_checks = 1")
op.execute("CREATE PROCEDURE bump() UPDATE k SET n = n + 3")
op.execute("CALL bump()")
op.execute("RENAME TABLE t TO t2")
op.execute("RENAME TABLE t2 TO t")
op.execute("CREATE VIEW v AS SELECT id FROM t")
op.execute("UPDATE k SET n = n + 1")
""",
}
_WITHOUT_DDL = {"mysql": _PYTHON.replace('op.add_column("t", sa.Column("by_python", sa.Integer))\n', "")}
"""Python that may stop anywhere, where DDL would commit the half of it."""


SEED = {
    **dict.fromkeys(MIXED, _SEED),
    "postgresql": _SEED + "op.execute(\"CREATE TYPE mood AS ENUM ('sad', 'happy')\")",
}


def mixed_history(dialect: str) -> History:
    """Transactional, autocommit, concurrent and Python work, a branch and a merge; little of it can run twice."""
    return history(
        a=revision("a000", SEED[dialect]),
        b=revision("b000", MIXED[dialect], down="a000"),
        c=revision("c000", _WITHOUT_DDL.get(dialect, _PYTHON), down="b000", more="reconcile_python = True"),
        d=revision("d000", 'op.execute("UPDATE k SET n = n + 7")', down="b000"),
        e=revision("e000", "pass", down=("c000", "d000")),
    )


QUERIES = ("SELECT n FROM k", "SELECT id, n FROM t ORDER BY id")


def counted(session: Session, at_call: Callable[[int, Session, str, Sequence[object]], None]) -> Session:
    """The session, which tells the number and text of every call before it makes it."""
    kind: Any = type(session)
    calls = [0]

    class Counted(kind):  # type: ignore[misc]
        def execute(self, sql: str, params: Sequence[object] = ()) -> int:
            calls[0] += 1
            at_call(calls[0], self, sql, params)
            return int(super().execute(sql, params))

        def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
            calls[0] += 1
            at_call(calls[0], self, sql, params)
            return list(super().rows(sql, params))

    session.__class__ = Counted
    return session


def killed_at(place: Place, found: History, point: int, mode: Mode, **more: Any) -> int:
    """The end of a child that applies and kills itself at its `point`-th call: KILLED, or FINISHED before it."""

    def die(n: int, session: Session, sql: str, params: Sequence[object]) -> None:
        if n == point:
            if mode == "inside" and not params:
                begun(session, sql)
            os.kill(os.getpid(), signal.SIGKILL)

    def act() -> int:
        with place.dialect.connect(place.url) as session:
            place.apply(found, session=counted(session, die), wait_seconds=30, **more)
        return FINISHED

    return ended(forked(act))


def begun(session: Session, sql: str) -> None:
    """The statement on its way: the server has it, nobody reads the answer; on SQLite dead after some steps of it."""
    if session.dialect == "postgresql":
        session.dbapi.pgconn.send_query(sql.encode())
        session.dbapi.pgconn.flush()
        return
    if session.dialect == "mysql":
        session.dbapi._execute_command(3, sql.encode())  # COM_QUERY
        return
    session.dbapi.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), 3)
    try:
        session.dbapi.execute(sql).fetchall()
    except Exception:  # noqa: BLE001  the death that follows is the point
        return


def forked(act: Callable[[], int]) -> int:
    """The pid of a child that does this, and exits with what it returns (the exit code of a ReconcileError)."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        code = act()
    except ReconcileError as error:
        code = error.exit_code
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def end_session(place: Place, *sessions: Any) -> None:
    """The server ends these sessions; without any, all that others have on the database of `place`."""
    with place.dialect.connect(place.url) as admin:
        if place.name == "postgresql":
            asked = [(s.pid,) for s in sessions] or admin.rows(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            for (pid,) in asked:
                admin.rows("SELECT pg_terminate_backend(%s, 5000)", [pid])
        else:
            asked = [(s.number,) for s in sessions] or admin.rows(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            )
            for (number,) in asked:
                try:
                    admin.execute(f"KILL CONNECTION {number}")
                except DatabaseError as error:  # it went by itself since it was listed
                    if "Unknown thread id" not in str(error):
                        raise


def carried_on(place: Place, found: History, **more: Any) -> Outcome:
    """The next apply, which waits until the server has noticed that the last one is dead."""
    return place.apply(found, wait_seconds=30, **more)


POINTS = "RECONCILE_FAULT_POINTS"
"""The environment variable that bounds how many points (or rounds) of each fault are tried; all where it is unset."""
_READING = frozenset({"SELECT", "SHOW", "SET", "SAVEPOINT", "RELEASE", "PRAGMA", "--"})
_BEGINNING = frozenset({"BEGIN", "START"})
_ENDING = frozenset({"COMMIT", "ROLLBACK"})


def points(spread: str, exhaustive: Sequence[int], few: int) -> Sequence[int]:
    """All points, or `few` spread over them (the first and the last among them)."""
    limit = int(os.environ.get(POINTS) or len(exhaustive)) if spread == "all" else few
    if limit >= len(exhaustive):
        return exhaustive
    last = len(exhaustive) - 1
    return [exhaustive[round(i * last / max(1, limit - 1))] for i in range(limit)]


def said_by(place: Place, found: History, **more: Any) -> list[str]:
    """The calls of an undisturbed apply, in order."""
    said: list[str] = []
    with place.dialect.connect(place.url) as session:
        place.apply(found, session=counted(session, lambda n, s, sql, params: said.append(sql)), **more)
    return said


def edges(said: Sequence[str]) -> list[int]:
    """The numbers (from 1) of the calls before which a death can differ from one a call earlier, and of the end.

    These are the writes, and the commits that keep some: each write of the journal, of the version and of the ledger,
    each statement of a revision, each commit. Between two of them the applier only reads.
    """
    found: list[int] = []
    wrote = False
    for n, sql in enumerate(said, 1):
        word = sql.split(None, 1)[0].upper().rstrip(";")
        if word in _ENDING:
            found += [n] if wrote else []
            wrote = False
        elif word not in _READING | _BEGINNING:
            found.append(n)
            wrote = True
    return [*found, len(said) + 1]
