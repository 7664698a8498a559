"""Rows that a change would fail on: counted in the plan for each environment, and apply is refused because of them."""

from __future__ import annotations

import json

import pytest

from tests.unit.control.test_story import POSTS, USERS, Project, begun

REQUIRED = USERS.replace("    age: integer", "    age: {type: integer, nullable: false}")
SEEDED = "INSERT INTO users (id, email, age) VALUES (1, 'a', 1), (2, 'b', NULL), (3, 'c', NULL), (4, 'd', 4)"


def test_the_plan_counts_them_in_each_environment(project: Project) -> None:
    begun(project)
    project.sql("prod", SEEDED)
    project.write("users.yaml", REQUIRED)
    said = project.run("plan", expect=2)
    assert "prod: 2 rows of" in said and "hold NULL in age: it would fail there" in said
    assert "no row stands in the way in dev" in said
    assert "id = 2" not in said
    assert "id = 2" in project.run("plan", "--samples", expect=2)
    (answer,) = project.json("plan", "--samples", expect=2)["rows"]["prod"]
    assert (answer["rows"], answer["fails"], answer["samples"]) == (2, True, [["2"], ["3"]])
    assert "hold NULL in age" in project.run("plan", "--markdown", "-", expect=2)
    assert "rows" not in project.run("plan", "--offline", expect=2).split("Plan:")[1]


def test_apply_is_refused_before_its_first_statement_until_they_are_mended(project: Project) -> None:
    begun(project)
    project.sql("dev", SEEDED)
    project.write("users.yaml", REQUIRED)
    project.write("posts.yaml", POSTS)
    project.run("plan", "--write")
    said = project.run("apply", "--env", "dev", expect=3)
    assert "rows stand in the way" in said and "2 rows of" in said and "hold NULL in age" in said
    assert project.conditions("dev", expect=2) == ["Pending"]  # not even the first table was made
    shown = project.run("apply", "--env", "dev", "--dry-run", "--samples", expect=2)
    assert "-- dev: 2 rows of" in shown and "id = 3" in shown
    project.sql("dev", "UPDATE users SET age = 0 WHERE age IS NULL")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]


def test_push_is_refused_before_its_first_statement_until_they_are_mended(project: Project) -> None:
    """Where each statement commits by itself it would stay half done."""
    begun(project)
    project.sql("dev", SEEDED)
    project.write("users.yaml", REQUIRED)
    project.write("posts.yaml", POSTS)
    said = project.run("push", "env:dev", "--yes", expect=3)
    assert "rows stand in the way" in said and "2 rows of" in said and "hold NULL in age" in said
    assert "nothing was done" in said
    project.sql("dev", "UPDATE users SET age = 0 WHERE age IS NULL")
    project.run("push", "env:dev", "--yes")
    assert project.sql("dev", "SELECT count(*) FROM posts") == [(0,)]


def test_a_renamed_column_is_not_taken_for_a_new_one_without_values(project: Project) -> None:
    begun(project)
    project.sql("dev", SEEDED)
    project.write("users.yaml", USERS.replace("email: {type", "mail: {renamedFrom: email, type"))
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    assert project.sql("dev", "SELECT count(*) FROM users WHERE mail IS NOT NULL") == [(4,)]


@pytest.mark.proof
def test_rows_that_a_revision_changes_first_are_told_of_and_stop_nothing(project: Project) -> None:
    begun(project)
    project.sql("dev", SEEDED)
    project.write("users.yaml", REQUIRED)
    versions = project.folder / "migrations" / "versions"
    before = set(versions.glob("*.py"))
    project.run("plan", "--write")
    (path,) = set(versions.glob("*.py")) - before
    text = path.read_text()
    start = text.index("def upgrade()")
    body = text.index("\n", start) + 1
    path.write_text(text[:body] + '    op.execute("UPDATE users SET age = 0 WHERE age IS NULL")\n' + text[body:])
    project.run("verify", "--update")
    said = project.run("apply", "--env", "dev")
    assert "it fails if the revisions leave them so" in said
    assert project.conditions("dev") == ["Synced"]


@pytest.mark.proof
def test_a_default_that_fills_rows_on_the_way_is_no_hindrance(project: Project) -> None:
    begun(project)
    project.sql("dev", SEEDED)
    column = "    n: {type: integer, nullable: false, default: '0'}"
    filled = USERS.replace("    age: integer", f"    age: integer\n{column}")
    project.write("users.yaml", filled)
    project.run("plan", "--write")
    project.write("users.yaml", filled.replace(", default: '0'", ""))
    project.run("plan", "--write")
    said = project.run("apply", "--env", "dev")
    assert "would have no value in n" in said and "it fails if the revisions leave them so" in said
    assert project.sql("dev", "SELECT DISTINCT n FROM users") == [(0,)]


@pytest.mark.proof
def test_plain_sql_by_hand_that_is_sure_to_fail_is_refused(project: Project) -> None:
    begun(project)
    project.sql("dev", SEEDED)
    versions = project.folder / "migrations" / "versions"
    down = json.loads(project.run("status", "--env", "dev", "--json"))[0]["revision"][0]
    (versions / "hand.py").write_text(
        f'"""by hand"""\nfrom alembic import op\nrevision = "abc123def456"\ndown_revision = "{down}"\n\n\n'
        'def upgrade():\n    op.execute("CREATE TABLE early (x integer)")\n'
        '    op.execute("CREATE UNIQUE INDEX users_age ON users (age)")\n\n\ndef downgrade():\n'
        '    op.execute("DROP INDEX users_age")\n    op.execute("DROP TABLE early")\n'
    )
    project.run("verify", "--update")
    project.sql("dev", "UPDATE users SET age = 1 WHERE id < 4")
    said = project.run("apply", "--env", "dev", expect=3)
    assert "2 rows of" in said and "say again in age what another says" in said
    assert "early" not in str(project.conditions("dev", expect=2))
    project.sql("dev", "UPDATE users SET age = id")
    project.run("apply", "--env", "dev")
