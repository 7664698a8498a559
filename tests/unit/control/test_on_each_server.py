"""What depends on the version of the server that the environments run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.servers import Postgres
from tests.unit.control.test_story import USERS, Project

VIEW = """apiVersion: reconcile/v1
kind: View
metadata: {name: grown_ups}
spec:
  definition: SELECT id FROM users WHERE age > 17
"""
STATE = """apiVersion: reconcile/v1
kind: Enum
metadata: {name: state}
spec:
  values: [new, enabled, gone]
"""
WITH_STATE = USERS.replace(
    "    age: integer\n", "    age: integer\n    state: {type: state, nullable: false, default: \"'enabled'\"}\n"
)
INDEXED = WITH_STATE + "  indexes: {users_enabled: {columns: [id], where: state = 'enabled'}}\n"


@pytest.fixture
def project(pg: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Project(folder, {name: pg.database() for name in ("dev", "prod")}, "postgresql")


def test_the_first_lockfile_is_measured_on_the_version_of_the_environments(project: Project, pg: Postgres) -> None:
    """16 prints the columns of a view otherwise than 15: a lockfile of the newest would be drift in all others."""
    project.write("users.yaml", USERS)
    project.write("grown_ups.yaml", VIEW)
    project.run("plan", "--write")
    header = json.loads((project.folder / "migrations/schema.lock").read_text().splitlines()[0])
    assert header["version"][0] == pg.major
    project.commit("first")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]


def test_a_renamed_value_of_an_enum_keeps_its_rows_and_whatever_names_it(project: Project) -> None:
    project.write("state.yaml", STATE)
    project.write("users.yaml", INDEXED)
    project.run("plan", "--write")
    project.commit("first")
    project.run("apply", "--env", "dev")
    project.sql("dev", "INSERT INTO users (id, email, age) VALUES (1, 'a@b', 20)")
    project.write("state.yaml", STATE.replace("enabled", "{value: 'it''s on', renamedFrom: enabled}"))
    project.write("users.yaml", INDEXED.replace("'enabled'", "'it''s on'"))
    planned = project.run("plan", expect=2)
    assert "RENAME VALUE 'enabled' TO 'it''s on'" in planned
    assert "Plan: 1 to rename." in planned
    project.run("plan", "--write")  # proved: up, down and a second plan
    project.commit("renamed")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]
    assert project.sql("dev", "SELECT id, state::text FROM users") == [(1, "it's on")]
    project.run("plan", "--check")


def test_a_value_that_is_renamed_from_one_that_stays_is_refused_where_it_stands(project: Project) -> None:
    project.write("state.yaml", STATE.replace("gone]", "gone, {value: off, renamedFrom: enabled}]"))
    said = project.run("validate", expect=1)
    assert "manifests/state.yaml:5" in said
    assert "renamed from 'enabled', which is there as well" in said
