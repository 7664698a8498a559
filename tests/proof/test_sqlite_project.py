"""SQLite through the command line: what a person wrote into a definition stays, and numbers in the file's head."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.proof.project import Project

Begin = Callable[..., Project]

NUMBER = "apiVersion: reconcile/v1\nkind: Pragma\nmetadata: {{name: {}}}\nspec: {{value: {}}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dev.db"


@pytest.fixture
def project(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Project]:
    (tmp_path / "project").mkdir()
    project = Project(tmp_path / "project", monkeypatch, capsys)
    project.config("sqlite", "manifests/", f"sqlite:///{file}")
    yield project


def made(file: Path, sql: str) -> str:
    """A database with that in it, and its URL."""
    with sqlite3.connect(file) as db:
        db.executescript(sql)
    db.close()
    return f"sqlite:///{file}"


def asked(file: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as db:
        found = db.execute(sql).fetchall()
    db.close()
    return found


def text(file: Path, name: str) -> str:
    return str(asked(file, f"SELECT sql FROM sqlite_schema WHERE name = '{name}'")[0][0])


SHOP = """
CREATE TABLE item (
  id integer PRIMARY KEY, -- never reused
  Name varchar(40) NOT NULL, -- as on the label
  price numeric(10,2) CHECK (Price >= 0) -- without tax: 100 % net
);
CREATE VIEW cheap AS
  -- what anybody can afford
  SELECT id, Name
    FROM item
   WHERE price < 5;
CREATE TRIGGER kept BEFORE DELETE ON item BEGIN
  SELECT raise(ABORT, 'no'); -- we never delete
END;
"""


def test_definitions_stay_as_they_were_written_from_one_database_to_another(
    project: Project, file: Path, tmp_path: Path
) -> None:
    source = made(tmp_path / "source.db", SHOP)
    project.must("import", source, "--to", "manifests")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert text(file, "cheap") == text(tmp_path / "source.db", "cheap").replace("AS\n  --", "AS --")
    assert text(file, "kept") == text(tmp_path / "source.db", "kept")
    item = text(file, "item")
    assert "Name varchar(40) NOT NULL /* as on the label */" in item
    assert "price numeric(10,2) /* without tax: 100 % net */" in item and "CHECK (Price >= 0)" in item
    assert project.conditions() == ["Synced"]


def test_comments_are_kept_when_a_table_is_made_anew(project: Project, file: Path) -> None:
    made(file, SHOP + "INSERT INTO item VALUES (1, 'a', 2);")
    (project.folder / "reconcile.yaml").unlink()
    project.must("init", "--from", f"sqlite:///{file}")
    config = (project.folder / "reconcile.yaml").read_text()
    assert "policy: merged" in config
    project.write("reconcile.yaml", config.replace("policy: merged", "policy: none"))
    project.must("apply", "--env", "dev", "--baseline")
    assert project.conditions() == ["Synced"]
    manifest = project.folder / "manifests" / "tables" / "item.yaml"
    manifest.write_text(manifest.read_text().replace("varchar(40)", "varchar(80)"))
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    item = text(file, "item")
    assert "varchar(80)" in item and "/* never reused */" in item and "/* as on the label */" in item
    assert "-- we never delete" in text(file, "kept")
    assert asked(file, "SELECT * FROM item") == [(1, "a", 2)]
    project.must("plan")
    project.must("verify", "--full")


def test_a_comment_alone_is_nothing_to_do(project: Project, file: Path) -> None:
    made(file, SHOP)
    project.must("import", f"sqlite:///{file}", "--to", "manifests")
    manifest = project.folder / "manifests" / "tables" / "item.yaml"
    manifest.write_text(manifest.read_text().replace("never reused", "always a new one"))
    project.must("diff", f"sqlite:///{file}", "manifests")


def test_numbers_in_the_head_of_the_file_are_managed_on_request(project: Project, file: Path) -> None:
    made(file, "PRAGMA user_version = 7; PRAGMA application_id = 3;")
    more = ["manage: [user_version]"]
    project.config("sqlite", "manifests/", f"sqlite:///{file}", more)
    project.must("import", f"sqlite:///{file}", "--to", "manifests")
    assert [p.name for p in (project.folder / "manifests").rglob("*.yaml")] == ["user_version.yaml"]
    project.write("manifests/t.yaml", "apiVersion: reconcile/v1\nkind: Table\nmetadata: {name: t}\n"
                  "spec: {columns: {a: text}}\n")  # fmt: skip
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
    project.write("manifests/pragmas/user_version.yaml", NUMBER.format("user_version", 8))
    project.must("plan", status=2)
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert asked(file, "PRAGMA user_version") == [(8,)] and asked(file, "PRAGMA application_id") == [(3,)]
    assert project.conditions() == ["Synced"]
    made(file, "PRAGMA application_id = 4")
    assert project.conditions() == ["Synced"]
    made(file, "PRAGMA user_version = 9")
    assert project.conditions() == ["Drifted"]
    _, said = project.run("drift", "--env", "dev", "--revert", "--yes")
    assert asked(file, "PRAGMA user_version") == [(8,)], said
    (project.folder / "manifests/pragmas/user_version.yaml").unlink()
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert asked(file, "PRAGMA user_version") == [(0,)]
    project.must("verify", "--full")


def test_a_number_that_nobody_manages_is_said(project: Project) -> None:
    project.write("manifests/n.yaml", NUMBER.format("user_version", 8))
    _, said = project.run("validate")
    assert "add user_version to spec.manage in reconcile.yaml" in str(said)
    project.write("manifests/n.yaml", NUMBER.format("page_size", 8))
    _, said = project.run("validate")
    assert "page_size is no property of a database" in str(said)


def test_a_revision_that_only_moves_columns_is_verified(project: Project, file: Path) -> None:
    table = "apiVersion: reconcile/v1\nkind: Table\nmetadata: {{name: t}}\nspec: {{columns: {{{}}}}}\n"
    project.write("manifests/t.yaml", table.format("a: text, b: text"))
    project.must("plan", "--write")
    project.write("manifests/t.yaml", table.format("b: text, a: text"))
    project.must("plan", "--write")
    project.must("verify", "--full")
    project.must("apply", "--env", "dev")
    assert [name for _, name, *_ in asked(file, "PRAGMA table_info(t)")] == ["b", "a"]
