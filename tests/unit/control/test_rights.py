"""Rights: computed from the plan, asked for before the first statement, printed as the GRANTs that give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit, urlunsplit

import pytest

from reconciler.dialects.registry import dialect_of_url
from reconciler.errors import DatabaseError
from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.control.test_story import Project

USERS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: users}
spec:
  columns:
    id: integer
    email: {type: varchar(300), nullable: false}
    age: integer
  primaryKey: [id]
"""
MORE = USERS.replace("    age: integer\n", "    age: {type: integer, nullable: false}\n    at: integer\n") + (
    "  indexes:\n    users_at: {columns: [at]}\n"
)
NOTES = """apiVersion: reconcile/v1
kind: Table
metadata: {name: notes}
spec:
  columns:
    id: integer
    user_id: integer
  primaryKey: [id]
  foreignKeys: {notes_user_id: {columns: [user_id], references: {table: users, columns: [id]}}}
"""


class Server:
    """A database, its administrator and the roles of a test."""

    def __init__(self, dialect: str, url: str) -> None:
        self.dialect, self.url = dialect, url
        self.reader, self.writer = (f"r_{name}_{token_hex(4)}" for name in ("plan", "apply"))

    def named(self, role: str) -> str:
        """A role as --role takes it."""
        return role if self.dialect == "postgresql" else f"{role}@%"

    def quoted(self, role: str) -> str:
        return role if self.dialect == "postgresql" else f"'{role}'@'%'"

    def of(self, role: str) -> str:
        """The URL of a role."""
        parts = urlsplit(self.url)
        netloc = f"{role}:secret1@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc))

    def execute(self, *statements: str) -> None:
        with dialect_of_url(self.url).connect(self.url) as session:
            for sql in statements:
                session.execute(sql)

    def make(self) -> None:
        for role in (self.reader, self.writer):
            if self.dialect == "postgresql":
                self.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret1'")
            else:
                self.execute(f"CREATE USER {self.quoted(role)} IDENTIFIED BY 'secret1'")

    def drop(self) -> None:
        for role in (self.reader, self.writer):
            if self.dialect == "postgresql":
                self.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
            else:
                self.execute(f"DROP USER {self.quoted(role)}")


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "postgresql":
        pg: Postgres = request.getfixturevalue("pg_default")
        found = Server("postgresql", pg.database())
    else:
        maria: Maria = request.getfixturevalue("maria")
        found = Server("mysql", maria.database())
    found.make()
    yield found
    found.drop()


@pytest.fixture
def project(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """One database as three environments: of the administrator, of who plans and of who applies."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Project(folder, {"dev": server.url, "prod": server.of(server.writer)}, server.dialect)
    file = folder / "reconcile.yaml"
    text = file.read_text().replace("policy: merged", "policy: none")
    file.write_text(text + f'    watch: {{url: "{server.of(server.reader)}", policy: none}}\n')
    return made


def grants(project: Project, *args: str) -> list[str]:
    said = project.run("grants", *args)
    return [line.rstrip(";") for line in said.splitlines() if line.startswith("GRANT")]


def taken(grant: str) -> str:
    """The REVOKE of a GRANT."""
    return re.sub(r" TO (\S+)\Z", r" FROM \1", grant.replace("GRANT", "REVOKE", 1))


def planned(project: Project, **files: str) -> None:
    for name, text in files.items():
        project.write(f"{name}.yaml", text)
    project.run("plan", "--write", "--offline")


def test_who_plans_sees_all_and_writes_nothing(project: Project, server: Server) -> None:
    planned(project, users=USERS)
    project.run("apply", "--env", "dev")
    given = grants(project, "--env", "dev", "--role", server.named(server.reader), "--for", "plan")
    assert all(re.match(r"GRANT (CONNECT|USAGE|SELECT|SHOW VIEW|TRIGGER|EVENT) ON ", g) for g in given), given
    server.execute(*given)
    assert project.conditions("watch") == ["Synced"]
    project.write("users.yaml", MORE)
    said = project.run("plan", expect=2)
    if server.dialect == "postgresql":
        assert "not counted: rows of" in said  # no right to read rows was given, since nothing asked for it
    server.execute(*grants(project, "--env", "dev", "--role", server.named(server.reader), "--for", "plan"))
    said = project.run("plan", expect=2)
    assert "no row stands in the way in dev, watch" in said, said
    for url, refusal in ((server.of(server.reader), "read.only|READ ONLY|denied"), (server.url, "read.only|READ ONLY")):
        with dialect_of_url(url).connect(url, read_only=True) as session:
            for sql in ("CREATE TABLE x (a integer)", "UPDATE users SET age = 1", "DELETE FROM users"):
                with pytest.raises(DatabaseError, match=refusal):
                    session.execute(sql)


@pytest.mark.proof
def test_who_applies_needs_what_the_plan_takes_and_is_told_what_is_missing(project: Project, server: Server) -> None:
    planned(project, users=USERS)
    said = project.run("apply", "--env", "prod", expect=1 if server.dialect == "mysql" else 3)
    server.execute(*grants(project, "--env", "dev", "--role", server.named(server.writer)))
    project.run("apply", "--env", "prod")
    planned(project, users=MORE, notes=NOTES)
    needed = grants(project, "--env", "dev", "--role", server.named(server.writer))
    server.execute(*needed)
    assert grants(project, "--env", "prod", "--missing") == []
    one_of_each = {g.split(" ON ")[0] + g.partition("GRANT r_")[1]: g for g in needed if "CONNECT" not in g}
    for grant in one_of_each.values():
        if "SELECT ON TABLE public.users" in grant:  # only to count, which stops nothing
            continue
        server.execute(taken(grant))
        if grant not in grants(project, "--env", "dev", "--role", server.named(server.writer), "--missing"):
            continue  # it is there by another way
        said = project.run("apply", "--env", "prod", expect=3)
        assert "lacks" in said and grant in said, said
        server.execute(grant)
    project.run("apply", "--env", "prod")
    assert project.conditions("dev") == ["Synced"]


def test_a_table_of_somebody_else_is_not_altered(project: Project, server: Server) -> None:
    planned(project, users=USERS)
    project.run("apply", "--env", "dev")
    server.execute(*grants(project, "--env", "dev", "--role", server.named(server.writer)))
    planned(project, users=MORE)
    said = project.run("apply", "--env", "prod", expect=3)
    wanted = "to change table public.users, which is" if server.dialect == "postgresql" else "to change the table users"
    assert wanted in said, said
    (stands,) = project.json("status", "--env", "dev", expect=2)
    assert [c["type"] for c in stands["conditions"]] == ["Pending"]


