"""`rollback`: the schema of an earlier revision, computed from what is there, as a revision of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.control.test_story import POSTS, USERS, Project

NARROW = USERS.replace("varchar(320)", "varchar(20)")
RENAMED = USERS.replace("    age: integer\n", "    years: {type: integer, renamedFrom: age}\n    nick: text\n")


SERVERS = [pytest.param(name, marks=pytest.mark.proof) for name in ("postgresql", "mysql")]


@pytest.fixture(params=["sqlite", *SERVERS])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """users with two rows in dev, at a first revision."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "sqlite":
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("dev", "prod")}
    else:
        server = request.getfixturevalue("pg_default" if request.param == "postgresql" else "maria")
        urls = {name: server.database() for name in ("dev", "prod")}
    found = Project(tmp_path / "project", urls, request.param)
    found.write("users.yaml", USERS)
    advanced(found, "first")
    found.sql("dev", "INSERT INTO users (id, email, age) VALUES (1, 'a@b', 20), (2, 'c@d', NULL)")
    yield found


def advanced(project: Project, message: str) -> str:
    """Plans, commits and applies what the manifests say; gives the revision that dev is at then."""
    project.run("plan", "--write")
    project.commit(message)
    project.run("apply", "--env", "dev")
    return at(project)


def at(project: Project) -> str:
    (stands,) = project.json("status", "--env", "dev")
    return str(stands["revision"][0])


def test_the_way_back_is_a_revision_and_the_manifests_go_with_it(project: Project) -> None:
    first = at(project)
    project.write("users.yaml", RENAMED)
    project.write("posts.yaml", POSTS)
    advanced(project, "second")
    project.sql("dev", "INSERT INTO posts (id, user_id) VALUES (5, 1)")
    said = project.run("rollback", "--env", "dev", "--to", first, expect=2)
    assert "rename column" in said and "dev loses by it:" in said and "posts" in said and "nick" in said
    assert project.files() == project.files() and not project.git("status", "--porcelain").strip()
    project.run("rollback", "--env", "dev", "--to", first[:6], "--branch", "back")
    project.git("merge", "-q", "--ff-only", "back")
    project.run("plan", "--check")  # what is desired is what it was
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]
    assert project.sql("dev", "SELECT id, email, age FROM users ORDER BY id") == [(1, "a@b", 20), (2, "c@d", None)]
    assert (project.folder / "manifests/users.yaml").read_text() == USERS
    assert not (project.folder / "manifests/posts.yaml").exists()
    project.run("verify", "--full")
    assert "git has no revision after it" in project.run("rollback", "--env", "dev", "--to", at(project))


def test_it_says_what_it_cannot_bring_back(project: Project) -> None:
    first = at(project)
    project.write("users.yaml", NARROW.replace("    age: integer\n", ""))
    second = advanced(project, "narrower")
    said = project.json("rollback", "--env", "dev", "--to", first, "--write")
    text = "; ".join(said["not_back"])
    assert f"users.age comes back empty: {second} dropped it" in text
    assert said["losses"] == []
    if project.dialect != "sqlite":  # which keeps what is longer than the type says
        assert "varchar(20)" in text or "character varying(20)" in text
    project.commit("back")
    project.run("apply", "--env", "dev")
    assert project.sql("dev", "SELECT id, email, age FROM users ORDER BY id") == [(1, "a@b", None), (2, "c@d", None)]
    project.run("plan", "--check")


def test_with_the_manifests_kept_the_next_plan_does_it_again_and_that_is_said(project: Project) -> None:
    first = at(project)
    project.write("users.yaml", USERS.replace("    age: integer\n", "    age: integer\n    nick: text\n"))
    advanced(project, "second")
    said = project.run("rollback", "--env", "dev", "--to", first, "--keep-manifests", "--write")
    assert "the next reconcile plan does again what this takes back" in said
    project.commit("back")
    project.run("apply", "--env", "dev")
    assert "create column" in project.run("plan", expect=2)


def test_what_is_refused(project: Project) -> None:
    first = at(project)
    project.write("users.yaml", USERS.replace("    age: integer\n", "    age: integer\n    nick: text\n"))
    project.run("plan", "--write")
    project.commit("second")
    (second,) = [r["id"] for r in project.json("history") if r["id"] != first]
    assert "there is no revision abcdef" in project.run("rollback", "--env", "dev", "--to", "abcdef", expect=3)
    assert f"dev has never been at {second}" in project.run("rollback", "--env", "dev", "--to", second, expect=3)
    said = project.run("rollback", "--env", "dev", "--to", first, expect=2)
    assert f"dev does not have {second} yet" in said
    project.run("apply", "--env", "dev")
    project.sql("dev", "ALTER TABLE users ADD COLUMN by_hand integer")
    assert "dev has drifted" in project.run("rollback", "--env", "dev", "--to", first, expect=3)
    project.sql("dev", "ALTER TABLE users DROP COLUMN by_hand")
    project.write("users.yaml", USERS)
    assert "is not committed" in project.run("rollback", "--env", "dev", "--to", first, expect=3)
    project.git("checkout", "-q", "--", "manifests")
    other = next((project.folder / "migrations/versions").glob(f"*{second}*"))
    text = other.read_text().replace(second, "0123456789ab")
    (other.parent / "0123456789ab_other.py").write_text(text)
    said = project.run("rollback", "--env", "dev", "--to", first, expect=3)
    assert "2 heads" in said
