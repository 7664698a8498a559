"""A project that manages owners, grants and roles, from the first plan to drift; and one that does not."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Postgres

from .test_story import USERS, Project

ACCESS = """apiVersion: reconcile/v1
kind: Access
metadata: {{name: access}}
spec: {{owner: {owner}, grants: managed}}
"""


class Managed(Project):
    """With roles of its own on the server."""

    def __init__(self, folder: Path, urls: dict[str, str], manage: str) -> None:
        super().__init__(folder, urls, "postgresql")
        text = (folder / "reconcile.yaml").read_text()
        (folder / "reconcile.yaml").write_text(text.replace("spec:\n", f"spec:\n  manage: {manage}\n", 1))
        mark = secrets.token_hex(4)
        self.owner, self.reader = f"rc_owner_{mark}", f"rc_reader_{mark}"
        self.sql("dev", f"CREATE ROLE {self.owner}", f"CREATE ROLE {self.reader}")

    def access(self) -> None:
        self.write("access.yaml", ACCESS.format(owner=self.owner))

    def rights(self) -> tuple[str, bool]:
        """The owner of users, and whether the reader may read them."""
        sql = "SELECT tableowner, has_table_privilege(%s, 'users', 'SELECT') FROM pg_tables WHERE tablename = 'users'"
        ((owner, reads),) = self.sql("dev", sql.replace("%s", f"'{self.reader}'"))
        return owner, reads


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    found = tmp_path / "project"
    found.mkdir()
    monkeypatch.chdir(found)
    yield found


def urls(pg: Postgres) -> dict[str, str]:
    return {name: pg.database() for name in ("dev", "prod")}


def test_owners_and_grants_go_the_whole_way(folder: Path, pg_default: Postgres) -> None:
    project = Managed(folder, urls(pg_default), "[owners, grants]")
    project.access()
    project.write("users.yaml", USERS + f"  grants: {{{project.reader}: [select]}}\n")
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    assert project.rights() == (project.owner, True)
    assert project.conditions("dev") == ["Synced"]
    assert "proved" in project.run("verify", "--full")

    project.write("users.yaml", USERS)
    assert "REVOKE SELECT" in project.run("plan", expect=2)
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    assert project.rights() == (project.owner, False)
    assert "proved" in project.run("verify", "--full")

    project.sql("dev", f"GRANT SELECT ON users TO {project.reader}", "ALTER TABLE users OWNER TO CURRENT_USER")
    assert project.conditions("dev", expect=2) == ["Drifted"]
    project.run("drift", "--env", "dev", "--adopt")
    assert f"{project.reader}: [select]" in (folder / "manifests" / "users.yaml").read_text()
    project.run("plan", "--write")
    project.run("verify")


def test_a_project_that_begins_to_manage_them_plans_what_is_missing(folder: Path, pg_default: Postgres) -> None:
    project = Managed(folder, urls(pg_default), "[]")
    project.write("users.yaml", USERS)
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    project.sql("dev", f"GRANT SELECT ON users TO {project.reader}")
    assert project.conditions("dev") == ["Synced"]  # nobody asked about grants
    project.access()
    project.run("plan", "--check")  # nor does a manifest of access alone

    text = (folder / "reconcile.yaml").read_text()
    (folder / "reconcile.yaml").write_text(text.replace("manage: []", "manage: [owners, grants]"))
    assert f"OWNER TO {project.owner}" in project.run("plan", expect=2)
    project.run("plan", "--write")
    assert "proved" in project.run("verify", "--full")
    project.run("apply", "--env", "dev")
    assert project.rights() == (project.owner, True)  # a grant that git never knew is left alone, and shown
    assert project.conditions("dev", expect=2) == ["Drifted"]
    project.run("drift", "--env", "dev", "--revert", "--yes")
    assert project.rights() == (project.owner, False)
    assert project.conditions("dev") == ["Synced"]


def test_roles_are_made_with_what_they_may_do(folder: Path, pg_default: Postgres) -> None:
    project = Managed(folder, urls(pg_default), "[roles]")
    name = f"rc_new_{secrets.token_hex(4)}"
    access = ACCESS.format(owner=project.owner).replace("grants: managed", "roles: managed")
    project.write("access.yaml", access)
    role = "---\napiVersion: reconcile/v1\nkind: Role\nmetadata: {name: %s}\nspec: {%s}\n"
    project.write("roles.yaml", role % (name, f"createDatabase: true, memberOf: {{{project.owner}: {{}}}}")
                  + role % (project.owner, ""))  # fmt: skip
    project.write("users.yaml", USERS)
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    sql = (
        f"SELECT rolcreatedb, pg_has_role('{name}', '{project.owner}', 'MEMBER') FROM pg_roles WHERE rolname = '{name}'"
    )
    assert project.sql("dev", sql) == [(True, True)]
    assert "Drifted" not in project.conditions("dev")
    project.run("verify")

    project.write("roles.yaml", role % (project.owner, ""))
    assert f"DROP ROLE {name}" in project.run("plan", expect=2)
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    assert project.sql("dev", sql) == []


def test_sqlite_has_none_of_them(folder: Path) -> None:
    project = Project(folder, {"dev": "sqlite:///dev.db", "prod": "sqlite:///prod.db"}, "sqlite")
    text = (folder / "reconcile.yaml").read_text()
    (folder / "reconcile.yaml").write_text(text.replace("spec:\n", "spec:\n  manage: [grants]\n", 1))
    assert "remove grants from spec.manage" in project.run("validate", expect=1)
