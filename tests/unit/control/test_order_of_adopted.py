"""A history that was taken over: where its columns stand, nobody wrote, so nobody moved them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.control.test_story import USERS, Project

HISTORY = {
    "1_users": "CREATE TABLE users (id INTEGER PRIMARY KEY, age INTEGER)",
    "2_email": "ALTER TABLE users ADD COLUMN email VARCHAR(320) NOT NULL DEFAULT ''",
}
WRITTEN = USERS.replace("nullable: false}", "nullable: false, default: \"''\"}")


@pytest.fixture
def adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose history added a column behind, and whose manifest has it in the middle."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = Project(tmp_path, {e: f"sqlite:///{tmp_path}/{e}.db" for e in ("dev", "prod")}, "sqlite")
    project.write("users.yaml", WRITTEN)
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    before = "None"
    for name, sql in HISTORY.items():
        number = name[0]
        (versions / f"{name}.py").write_text(
            f'"""{name}"""\nfrom alembic import op\nrevision = "{number}"\ndown_revision = {before}\n'
            f'branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    op.execute("""{sql}""")\n'
        )
        before = repr(number)
    project.run("verify", "--update")
    project.commit()
    return project


def test_a_column_of_another_place_is_not_moved(adopted: Project) -> None:
    assert "rebuild" not in adopted.run("plan")


def test_one_that_is_moved_later_is_and_the_plan_says_from_where_to_where(adopted: Project) -> None:
    adopted.run("plan", "--write")
    adopted.commit()
    lines = WRITTEN.splitlines(keepends=True)
    age = lines.pop(next(i for i, line in enumerate(lines) if "age:" in line))
    lines.insert(next(i for i, line in enumerate(lines) if "id:" in line), age)
    adopted.write("users.yaml", "".join(lines))
    said = adopted.run("plan", expect=2)
    assert "columns: id, age, email → age, id, email" in said
    assert "the order of the columns changes" in said
