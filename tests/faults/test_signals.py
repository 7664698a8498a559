"""Ctrl-C and what an orchestrator sends, to the real command: exit code 5, and apply carries on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.cli.console import stoppable
from reconciler.dialects.session import Session
from tests.faults.conftest import Places
from tests.faults.harness import Tell, ended, forked
from tests.faults.test_orphaned_statement import until
from tests.servers import Postgres
from tests.unit.apply.places import Place, history, revision
from tests.unit.control.test_story import Project

TABLE = """apiVersion: reconcile/v1
kind: Table
metadata: {name: t}
spec:
  columns: {id: integer, n: integer%s}
  primaryKey: [id]
"""
COLUMN = TABLE % ", y: integer"


def project(folder: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose dev is at its first revision."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    made = Project(folder, {"dev": place.url, "prod": place.url}, place.name)
    made.write("t.yaml", TABLE % "")
    made.run("plan", "--write")
    made.run("apply", "--env", "dev")
    return made


@contextmanager
def in_the_way(place: Place) -> Iterator[Session]:
    """Somebody who reads and writes the table, and stays."""
    with place.session() as other:
        other.execute({"sqlite": "BEGIN IMMEDIATE", "mysql": "START TRANSACTION"}.get(place.name, "BEGIN"))
        other.execute("INSERT INTO t (id, n) VALUES (1, 1)")
        yield other


WAITING = {
    "postgresql": "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%' AND wait_event_type = 'Lock'",
    "mysql": "SELECT 1 FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock'",
}


def stands(place: Place, since: float) -> bool:
    """Whether the applier waits for a lock now; on SQLite nobody can tell, so it gets some seconds."""
    if place.name == "sqlite":
        return time.monotonic() > since + 6
    return bool(place.rows(WAITING[place.name]))


def stopped(folder: Path, number: signal.Signals, ready: Callable[[], bool]) -> subprocess.Popen[str]:
    """`apply --wait 60`, told to stop when it stands behind somebody; ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", "--env", "dev", "--wait", "60"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )  # fmt: skip
    end = time.monotonic() + 40
    while not ready():
        assert time.monotonic() < end and process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    process.send_signal(number)
    try:
        process.wait(30)
    finally:
        process.kill()
    return process


@pytest.mark.faults
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_while_the_command_waits(
    places: Places, number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    place = places()
    made = project(tmp_path, place, monkeypatch)
    made.write("t.yaml", COLUMN)
    made.run("plan", "--write")
    with in_the_way(place) as other:
        begun = time.monotonic()
        process = stopped(tmp_path, number, lambda: stands(place, begun))
        assert process.returncode == 5, process.stdout and process.stdout.read()
        assert process.stdout is not None and "again" in process.stdout.read()
        other.execute("COMMIT")
    assert "applied" in made.run("apply", "--env", "dev")
    tell(place, "SIGTERM, SIGINT to `reconcile apply` that waits for a lock", 1, end="exit 5; apply carries on")


@pytest.mark.faults
@pytest.mark.parametrize("signals", [1, 2])
def test_signal_while_an_index_is_built_concurrently(pg_default: Postgres, signals: int, tell: Tell) -> None:
    """The build stands behind a transaction that stays: it is cancelled, and what it left is gone in the end."""
    place = Place("postgresql", pg_default.database())
    a = revision("a000", 'op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")')
    body = 'with op.get_context().autocommit_block():\n    op.execute("CREATE INDEX CONCURRENTLY t_n ON t (n)")'
    found = history(a=a, b=revision("b000", body, down="a000"))
    place.apply(history(a=a))

    def applier() -> int:
        try:
            with stoppable(patience=1.0 if signals == 1 else 60.0) as interrupted:
                place.apply(found, interrupted=interrupted)
        except KeyboardInterrupt:
            return 5
        return 0

    building = WAITING["postgresql"].replace("ALTER TABLE", "CREATE INDEX CONCURRENTLY")
    with in_the_way(place) as other:
        pid = forked(applier)
        until(lambda: bool(place.rows(building)))
        for _ in range(signals):
            os.kill(pid, signal.SIGTERM)
            time.sleep(0.3)
        begun = time.monotonic()
        assert ended(pid) == 5
        assert time.monotonic() - begun < 15, "it waited for the other one"
        other.execute("COMMIT")
    assert place.state()["journal"].intent is not None
    assert place.apply(found).applied == ("b000",)
    assert place.rows(
        "SELECT relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
        "WHERE indrelid = 't'::regclass ORDER BY 1"
    ) == [("t_n", True), ("t_pkey", True)]
    place.close()
    how = "SIGTERM twice, or once and no end within its patience, while CREATE INDEX CONCURRENTLY waits"
    tell(place, how, 1, end="cancelled, exit 5; the next apply looks and builds it anew")
