"""What is there by itself is in a lockfile only where somebody said what it is to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.maria import Maria
from tests.unit.control.test_story import USERS, Project

DATABASE = """apiVersion: reconcile/v1
kind: Database
metadata: {name: database}
spec: {collation: COLLATION}
"""


@pytest.fixture
def project(maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    found = Project(tmp_path, {name: maria.database() for name in ("dev", "prod")}, "mysql")
    found.write("users.yaml", USERS)
    return found


def by_hand(project: Project) -> None:
    head = project.json("history")[-1]["id"]
    (project.folder / "migrations" / "versions" / "hand.py").write_text(
        f'"""by hand"""\nfrom alembic import op\nrevision = "hand"\ndown_revision = "{head}"\n'
        'def upgrade():\n    op.execute("INSERT INTO users (id, email) VALUES (1, 1)")\ndef downgrade():\n    pass\n'
    )
    project.run("verify", "--update")


def test_a_measured_lockfile_makes_no_drift_of_the_database_itself(project: Project) -> None:
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    by_hand(project)
    assert '"kind":"database"' not in (project.folder / "migrations" / "schema.lock").read_text()
    assert project.conditions("dev", expect=2) == ["Pending"]
    project.run("verify")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]


@pytest.mark.parametrize("collation", ["utf8mb4_bin", "utf8mb4_general_ci"])
def test_what_was_said_of_the_database_stays_in_it(project: Project, collation: str) -> None:
    project.write("database.yaml", DATABASE.replace("COLLATION", collation))
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    by_hand(project)
    lines = (project.folder / "migrations" / "schema.lock").read_text().splitlines()
    assert f'{{"kind":"database","name":"database","collation":"{collation}"}}' in lines
    project.run("plan", "--check")
    assert project.conditions("dev", expect=2) == ["Pending"]
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]
