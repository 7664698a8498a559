"""`blame` and `history --at`: what made an object what it is, and what there was at some time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.control.test_story import USERS, Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Project(folder, {name: f"sqlite:///{tmp_path / name}.db" for name in ("dev", "prod")}, "sqlite")


def planned(project: Project, text: str) -> str:
    project.write("users.yaml", text)
    project.run("plan", "--write")
    return str(project.json("history")[-1]["id"])


def test_each_object_has_the_revision_that_made_it_so(project: Project) -> None:
    first = planned(project, USERS)
    project.commit("first")
    second = planned(project, USERS.replace("age: integer", "age: bigint"))
    project.commit("wider")
    assert project.json("blame", "users.email")["revision"] == first
    told = project.json("blame", "column:users.age")
    assert (told["revision"], told["commit"]["subject"]) == (second, "wider")
    assert [a["environment"] for a in told["applied"]] == ["dev", "prod"]
    project.run("apply", "--env", "dev")
    text = project.run("blame", "users.age")
    assert "dev: apply at" in text and "prod: not applied" in text


def test_of_revisions_that_came_in_one_commit_the_right_one_is_found_by_running_them(project: Project) -> None:
    first = planned(project, USERS)
    second = planned(project, USERS.replace("age: integer", "age: bigint"))
    third = planned(project, USERS.replace("age: integer", "age: bigint\n    phone: text"))
    project.commit("all at once")
    found = {name: project.json("blame", f"users.{name}")["revision"] for name in ("id", "age", "phone")}
    assert found == {"id": first, "age": second, "phone": third}


def test_what_is_not_there(project: Project) -> None:
    planned(project, USERS)
    project.commit()
    assert "did you mean users.email?" in project.run("blame", "users.emal", expect=1)


def test_the_schema_at_a_time(project: Project) -> None:
    first = planned(project, USERS)
    project.commit("first")
    project.run("apply", "--env", "dev")
    between = project.json("history", "--env", "dev")[-1]["at"]
    planned(project, USERS.replace("age: integer", "age: bigint\n    phone: text"))
    project.run("apply", "--env", "dev")
    then = project.json("history", "--env", "dev", "--at", between)
    assert then["revisions"] == [first]
    (text,) = then["manifests"].values()
    assert "phone" not in text and "age: integer" in text.lower()
    assert "phone" in project.run("history", "--env", "dev", "--at", "2999-01-01")
    assert project.json("history", "--env", "dev", "--at", "2000-01-01")["manifests"] == {}
    assert project.json("history", "--at", "2999-01-01")["revisions"] == [first]
    assert "is no time" in project.run("history", "--at", "yesterday", expect=1)


def test_suspended_under_any_policy(project: Project) -> None:
    planned(project, USERS)
    project.run("suspend", "--env", "dev", "--reason", "a demo")
    assert "a demo" in project.run("apply", "--env", "dev", expect=3)
    assert "Suspended" in project.run("status", "--env", "dev", expect=2)
    over = ("suspend", "--env", "dev", "--reason", "x", "--until", "2000-01-01")
    assert "is over already" in project.run(*over, expect=3)
    project.run("suspend", "--env", "dev", "--reason", "  ", expect=1)
    project.run("resume", "--env", "dev")
    assert "was not suspended" in project.run("resume", "--env", "dev")
    project.run("apply", "--env", "dev")
