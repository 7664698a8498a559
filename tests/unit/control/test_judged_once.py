"""What was judged on scratch beside one lockfile is not judged again; anything that could change the answer is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.control.workspace import Workspace
from reconciler.sources import snapshot
from tests.unit.control.test_story import POSTS, USERS, Project

YEARS = "    years: {type: smallint, renamedFrom: age}\n    more: varchar(3)\n"
CHANGED = USERS.replace("    age: integer\n", YEARS)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Counts how often a scratch database is asked for; memos go to a folder of this test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "memos"))
    count: list[str] = []
    real = Workspace.scratch

    def counted(self, dialect, version):  # type: ignore[no-untyped-def]
        opens = real(self, dialect, version)

        def scratch():  # type: ignore[no-untyped-def]
            count.append(dialect.name)
            return opens()

        return scratch

    monkeypatch.setattr(Workspace, "scratch", counted)
    return count


def begun(project: Project) -> None:
    project.write("users.yaml", USERS)
    project.write("posts.yaml", POSTS)
    project.run("plan", "--write")
    project.commit("first")
    project.run("apply", "--env", "dev")


def test_the_second_plan_says_the_same_without_scratch(project: Project, opened: list[str]) -> None:
    begun(project)
    project.write("users.yaml", CHANGED)
    first = project.json("plan", expect=2)
    assert opened
    opened.clear()
    assert project.json("plan", expect=2) == first
    assert opened == []
    project.run("plan", "--write")
    project.commit("second")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]


def test_another_change_or_another_lockfile_is_judged_anew(project: Project, opened: list[str]) -> None:
    begun(project)
    project.write("users.yaml", CHANGED)
    project.run("plan", expect=2)
    opened.clear()
    project.write("users.yaml", CHANGED.replace("varchar(3)", "varchar(4)"))
    assert "4" in project.run("plan", expect=2)
    assert opened
    opened.clear()
    project.write("users.yaml", CHANGED)
    lock = project.folder / "migrations/schema.lock"
    lock.write_text(lock.read_text() + "\n")
    project.run("plan", expect=2)
    assert opened


def test_a_table_that_goes_is_gone_the_second_time_too(project: Project, opened: list[str]) -> None:
    begun(project)
    (project.folder / "manifests/posts.yaml").unlink()
    project.write("users.yaml", CHANGED)
    first = project.json("plan", expect=2)
    assert project.json("plan", expect=2) == first
    assert "posts" in str(first)


NOTHING = "Nothing to plan"


def test_an_unchanged_plan_reads_no_schema_the_second_time(
    project: Project,
    opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun(project)
    assert NOTHING in project.run("plan")
    decoded: list[str] = []
    real = snapshot.read_snapshot
    monkeypatch.setattr(snapshot, "read_snapshot", lambda *a: decoded.append(a[1]) or real(*a))
    assert NOTHING in project.run("plan", "--check")
    assert decoded == []


@pytest.mark.parametrize("what", ["manifest", "lockfile", "revision", "scope", "order"])
def test_whatever_could_make_a_plan_of_nothing_is_looked_at_again(
    project: Project,
    opened: list[str],
    what: str,
) -> None:
    begun(project)
    assert NOTHING in project.run("plan")
    lock = project.folder / "migrations/schema.lock"
    if what == "manifest":
        project.write("users.yaml", CHANGED)
        assert "years" in project.run("plan", expect=2)
    elif what == "lockfile":
        gone = ('"name":"age"', '"kind":"written"')
        lines = [line for line in lock.read_text().splitlines() if not any(g in line for g in gone)]
        lock.write_text("\n".join(lines) + "\n")
        assert "age" in project.run("plan", expect=2)
    elif what == "revision":
        (path,) = (project.folder / "migrations/versions").glob("*.py")
        path.unlink()
        assert "create table" in project.run("plan", expect=2)
    elif what == "scope":
        config = project.folder / "reconcile.yaml"
        config.write_text(config.read_text() + "  columnOrder: nonsense\n")
        assert "columnOrder" in project.run("plan", expect=1)
    else:
        moved = USERS.replace("    id: integer\n", "").replace("    age: integer\n", "    age: integer\n    id: int4\n")
        project.write("users.yaml", moved)
        project.run("plan", expect=2)


def test_a_lockfile_with_a_conflict_is_said_to_be_one(project: Project, opened: list[str]) -> None:
    begun(project)
    assert NOTHING in project.run("plan")
    lock = project.folder / "migrations/schema.lock"
    head, _, rest = lock.read_text().partition("\n\n")
    lock.write_text(f"{head}\n\n<<<<<<< ours\n{rest}")
    for command in (["plan"], ["plan", "--check"], ["status"]):
        said = project.run(*command, expect=1)
        assert "a merge left a conflict here" in said and "Unreachable" not in said
