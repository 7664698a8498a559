"""What a first-time user is told to type next, and what must not happen without being asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.control.test_story import USERS, Project


@pytest.fixture
def lite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    project = Project(folder, {name: f"sqlite:///{tmp_path / name}.db" for name in ("dev", "prod")}, "sqlite")
    project.write("users.yaml", USERS)
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    return project


def test_yes_is_no_leave_to_drop_everything(lite: Project) -> None:
    lite.sql("dev", "INSERT INTO users (id, email) VALUES (1, 'a@b')")
    (lite.folder / "manifests/users.yaml").unlink()
    assert "--allow-drop-everything" in lite.run("push", "env:dev", "--yes", expect=3)
    assert lite.sql("dev", "SELECT id FROM users") == [(1,)]
    lite.run("push", "env:dev", "--yes", "--allow-drop-everything")


def test_who_names_both_sides_and_says_yes_means_it(lite: Project) -> None:
    (lite.folder / "manifests/users.yaml").write_text(USERS.replace("name: users", "name: people"))
    assert "--allow-drop-everything" in lite.run("push", "env:dev", "--yes", expect=3)
    lite.run("push", "env:dev", "--from", "manifests", "--yes")
    assert lite.sql("dev", "SELECT name FROM sqlite_schema WHERE name = 'people'") == [("people",)]


def test_a_statement_that_the_rows_forbid_says_how_to_go_on(lite: Project) -> None:
    lite.sql("dev", "INSERT INTO users (id, email) VALUES (1, 'a@b'), (2, 'a@b')")
    lite.write("users.yaml", USERS + "  unique: {users_email_key: [email]}\n")
    planned = lite.run("plan", "--write")
    assert "\nversions/" not in planned  # a file is named as it is in the project
    said = lite.run("apply", "--env", "dev", expect=3)
    assert "next: reconcile apply --env dev --dry-run --samples shows which; mend those rows" in said
    path = max((lite.folder / "migrations" / "versions").glob("*.py"), key=lambda p: "users_email_key" in p.read_text())
    upgrade, downgrade, body = path.read_text().partition("\n\n\ndef downgrade()")
    path.write_text(f'{upgrade}\n    op.execute("UPDATE users SET age = 1"){downgrade}{body}')
    lite.run("verify", "--update")
    said = lite.run("apply", "--env", "dev", expect=1)  # what rows will be by then, nobody knows: the server finds out
    assert "next: reconcile status --env dev says how it stands; mend the rows or the revision" in said
    assert lite.conditions("dev", expect=2) == ["Pending"]
    lite.sql("dev", "DELETE FROM users WHERE id = 2")
    lite.run("apply", "--env", "dev")


def test_a_warning_of_the_proof_names_the_file_as_it_is_in_the_project(lite: Project) -> None:
    lite.write("users.yaml", USERS.replace("email: {type: varchar(320)", "mail: {type: varchar(320)"))
    said = lite.run("plan", "--write")
    assert "migrations/versions/" in next(line for line in said.splitlines() if "[depends-on-data]" in line)


def test_a_revert_that_was_only_shown_says_how_to_carry_it_out(lite: Project) -> None:
    lite.sql("dev", "ALTER TABLE users ADD COLUMN x integer")
    shown = lite.run("drift", "--env", "dev", "--revert", expect=2)
    assert "next: reconcile drift --env dev --revert --yes carries it out" in shown
    assert "1 statement: reverted" in lite.run("drift", "--env", "dev", "--revert", "--yes")


def test_an_environment_that_cannot_be_read_is_not_said_to_be_at_no_revision(
    lite: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (lite.folder / "reconcile.yaml").read_text()
    (lite.folder / "reconcile.yaml").write_text(text.replace(f'"{lite.urls["dev"]}"', "{env: NOWHERE_URL}"))
    monkeypatch.delenv("NOWHERE_URL", raising=False)
    said = lite.run("status", "--env", "dev", expect=2)
    assert said.startswith("dev\n") and "Unreachable" in said and "no revision" not in said
