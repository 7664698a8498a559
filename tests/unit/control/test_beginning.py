"""A project begun: nothing half done where it cannot be, and nothing that could not be used."""

from __future__ import annotations

import io
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.cli.console import Console

Init = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "project"
    found.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", str(found)], check=True)
    monkeypatch.chdir(found)
    return found


def init(*args: str, expect: int = 0) -> str:
    out, err = io.StringIO(), io.StringIO()
    code = main(["init", *args], Console(out, err))
    text = out.getvalue() + err.getvalue()
    assert code == expect, text
    return text


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name != ".git")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--from", "sqlite:///nofile.db"], "there is no database file"),
        (["--from", "sqlite:///a/b.db"], "the folder a does not exist"),
        (["--from", "postgresql://localhost:1/x"], "cannot connect"),
        (["--from", "nowhere"], "nowhere is not a database"),
        (["--from", "sqlite:///x.db", "--dialect", "mysql"], "the URL is of sqlite, and --dialect says mysql"),
        (["--dialect", "sqlite", "--url", "postgresql://h/d"], "the URL is of postgresql, and --dialect says sqlite"),
        (["--dialect", "sqlite,mysql", "--url", "postgresql://h/d"], "and --dialect says sqlite, mysql"),
        (["--dialect", "postgres"], "did you mean postgresql?"),
        (["--dialect", "sqlite,oracle"], "unknown dialect 'oracle'"),
        (["--dialect", "sqlite", "--env", "my env"], "'my env' is not a name of letters"),
        (["--dialect", "sqlite", "--desired", "models:foo"], "'models:foo' names no object"),
        (["--dialect", "sqlite,postgresql", "--from", "sqlite:///x.db"], "are for one dialect"),
    ],
)
def test_a_beginning_that_fails_leaves_nothing_behind(folder: Path, args: list[str], said: str) -> None:
    assert said in init(*args, expect=1)
    assert files(folder) == []


def test_the_same_command_works_when_the_database_is_there(folder: Path) -> None:
    init("--from", "sqlite:///dev.db", expect=1)
    sqlite3.connect(folder / "dev.db").execute("CREATE TABLE t (a integer)").connection.close()
    assert "manifests/tables/t.yaml" in init("--from", "sqlite:///dev.db")


def test_a_project_of_several_dialects_has_a_script_location_for_each(folder: Path) -> None:
    said = init("--dialect", "postgresql, sqlite", "--url", "sqlite:///dev.db")
    assert "migrations/sqlite/env.py" in said and "migrations/postgresql/env.py" in said
    assert "dialect: sqlite\n      url: sqlite:///dev.db" in (folder / "reconcile.yaml").read_text()
    assert (folder / "alembic.ini").read_text().startswith("[postgresql]\nscript_location = migrations/postgresql\n")
    out = io.StringIO()
    assert main(["validate"], Console(out, out)) == 0 and "valid for postgresql, sqlite" in out.getvalue()
