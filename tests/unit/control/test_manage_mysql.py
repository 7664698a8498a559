"""Grants and roles of MariaDB, in a project that manages them, from the first plan to drift."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from tests.maria import Maria
from tests.proof.project import Project

ACCESS = """apiVersion: reconcile/v1
kind: Access
metadata: {name: access}
spec: {grants: managed, roles: managed}
"""
TABLE = """apiVersion: reconcile/v1
kind: Table
metadata: {{name: {name}}}
spec:
  columns:
    id: {{type: int, nullable: false}}
    {column}
  primaryKey: [id]
  grants: {{{grants}}}
"""


@pytest.fixture
def names(maria: Maria) -> Iterator[tuple[str, str]]:
    """An account and a role of this test alone; the server is shared with others."""
    tag = secrets.token_hex(3)
    user, role = f"u{tag}", f"r{tag}"
    maria.admin.execute(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'not seen'")
    yield user, role
    maria.admin.execute(f"DROP USER '{user}'@'%'")
    maria.admin.execute(f"DROP ROLE IF EXISTS {role}")


def granted(maria: Maria, url: str, who: str) -> list[str]:
    with maria.session(url) as session:
        said = [r[0] for r in session.rows(f"SHOW GRANTS FOR {who}")]
        return sorted(s.replace(f"`{session.database}`.", "") for s in said if f"`{session.database}`" in s)


def test_grants_follow_the_manifests(
    maria: Maria,
    names: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user, _ = names
    url = maria.database()
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", url, ["manage: [grants]"])
    project.write("manifests/access.yaml", ACCESS.replace(", roles: managed", ""))

    project.write("manifests/other.yaml", TABLE.format(name="other", column="a: int", grants=""))

    def table(name: str, column: str, grants: str) -> None:
        project.write("manifests/t.yaml", TABLE.format(name=name, column=column, grants=grants))

    def applied() -> list[str]:
        project.must("plan", "--write")
        project.must("apply", "--env", "dev")
        assert project.conditions() == ["Synced"]
        project.must("plan")
        return granted(maria, url, f"'{user}'@'%'")

    table("t", "a: int", f'"{user}@%": [select*, update(a)*]')
    assert applied() == [f"GRANT SELECT, UPDATE (`a`) ON `t` TO `{user}`@`%` WITH GRANT OPTION"]
    table("t", "a: int", f'"{user}@%": [all]')
    assert applied() == [f"GRANT ALL PRIVILEGES ON `t` TO `{user}`@`%`"]
    table("t", "a: int", f'"{user}@%": [select, update(a)]')
    applied()
    table("t2", "b: {type: int, renamedFrom: a}", f'"{user}@%": [select, update(b)]')
    (tmp_path / "manifests/t.yaml").write_text(
        (tmp_path / "manifests/t.yaml").read_text().replace("{name: t2}", "{name: t2, renamedFrom: t}")
    )
    assert applied() == [f"GRANT SELECT, UPDATE (`b`) ON `t2` TO `{user}`@`%`"]
    table("t2", "c: int", f'"{user}@%": [select]')
    assert applied() == [f"GRANT SELECT ON `t2` TO `{user}`@`%`"]
    (tmp_path / "manifests/t.yaml").unlink()
    assert applied() == []

    with maria.session(url) as session:
        session.execute(f"GRANT SELECT ON other TO '{user}'@'%'")
    assert "Drifted" in project.conditions()
    status, said_of_drift = project.run("drift", "--env", "dev")
    assert status == 2 and "grant" in str(said_of_drift)


def test_roles_are_made_and_joined_and_passwords_never_read(
    maria: Maria,
    names: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user, role = names
    url = maria.database()
    with maria.session(url) as session:
        session.execute("CREATE TABLE t (id int)")
        session.execute(f"CREATE ROLE {role}")
        session.execute("CREATE PROCEDURE p() SELECT 1")
        session.execute(f"GRANT SELECT ON t TO {role}")
        session.execute(f"GRANT EXECUTE ON PROCEDURE p TO {role}")
        session.execute(f"GRANT SELECT ON * TO '{user}'@'%'")
        session.execute(f"GRANT {role} TO '{user}'@'%'")
        found = DIALECT.inspect(session, Scope(topics=frozenset({"grants", "roles"})))
        assert "not seen" not in repr(found) and "*" not in repr([o for o in found.values() if o.kind == "role"])
        about = {f"{o.kind} {o.name}" for o in found.values() if o.topic and role in repr(o)}
        assert f"role {role}" in about and f"membership {role}" in about
        grants = sorted(o.address.name for o in found.values() if o.kind == "grant")
        assert grants == sorted([f"procedure p to {role}", f"table t to {role}", f'database database to "{user}@%"'])
        silent = DIALECT.inspect(session, Scope())
        assert not silent.says and not [o for o in silent.values() if o.topic]


def test_roles_and_grants_on_programs_come_from_manifests(
    maria: Maria,
    names: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user, role = names
    url = maria.database()
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", url, ["manage: [grants]"])
    with maria.session(url) as session:
        session.execute("CREATE PROCEDURE p() SELECT 1")
        session.execute(f"CREATE ROLE {role}")
        session.execute(f"GRANT EXECUTE ON PROCEDURE p TO {role}")
        session.execute(f"GRANT SELECT, CREATE VIEW ON * TO '{user}'@'%'")
    project.must("import", url, "--to", "manifests")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev", "--baseline")
    assert project.conditions() == ["Synced"]
    file = tmp_path / "manifests/procedures/p.yaml"
    assert f"{role}:" in file.read_text() and "execute" in file.read_text()
    file.write_text(file.read_text().replace("SELECT 1", "SELECT 2"))
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
    assert granted(maria, url, role) == [f"GRANT EXECUTE ON PROCEDURE `p` TO `{role}`"]
    assert granted(maria, url, f"'{user}'@'%'")[0].startswith("GRANT SELECT, CREATE VIEW ON ")


def test_adopted_drift_needs_no_statement_where_it_came_from(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = maria.database()
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", url)
    project.write("manifests/t.yaml", TABLE.format(name="t", column="a: int", grants="").replace("  grants: {}\n", ""))
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    with maria.session(url) as session:
        session.execute("ALTER TABLE t ADD COLUMN by_hand int")
    project.must("drift", "--env", "dev", "--adopt")
    project.must("plan", "--write")
    assert project.must("apply", "--env", "dev")["statements"] == 0
    assert project.conditions() == ["Synced"]
