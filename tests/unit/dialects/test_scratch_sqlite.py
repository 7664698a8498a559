"""Scratch databases on SQLite."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from reconciler.dialects.scratch import scratch_database


def test_database_is_empty_shared_and_gone_afterwards() -> None:
    with scratch_database("sqlite", setting="embedded") as database:
        one, two = database.session(), database.session()
        one.execute("CREATE TABLE t (a)")
        assert two.rows("SELECT name FROM sqlite_schema") == [("t",)]
        assert database.version == sqlite3.sqlite_version_info and not database.notice
        file = Path(database.url.removeprefix("sqlite:///"))
        assert file.exists()
    assert not file.parent.exists()


def test_another_version_is_noticed() -> None:
    with scratch_database("sqlite", version=(3, 7, 1)) as database:
        assert "the target 3.7.1" in database.notice
    with scratch_database("sqlite", version=sqlite3.sqlite_version_info) as database:
        assert database.notice == ""
