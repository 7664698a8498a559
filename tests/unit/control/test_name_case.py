"""Names that differ by case alone, on a server that tells tables apart by it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.maria import Maria
from tests.proof.project import Project

TABLE = """apiVersion: reconcile/v1
kind: Table
metadata: {{name: {table}}}
spec:
  columns:
    {id}: {{type: int, nullable: false}}
    {name}: varchar(20)
  primaryKey: [{id}]
  checks: {{{check}: {name} <> ''}}
  indexes: {{{index}: [{name}]}}
  unique: {{{unique}: [{id}, {name}]}}
"""
FOREIGN = """apiVersion: reconcile/v1
kind: Table
metadata: {{name: child}}
spec:
  columns: {{pid: int}}
  foreignKeys: {{{key}: {{columns: [pid], references: {{table: {table}, columns: [{id}]}}}}}}
"""
UPPER = {"id": "Id", "name": "Name", "check": "Checked", "index": "Ix", "unique": "Uq"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def test_parts_of_a_table_get_names_of_another_case_in_place(maria: Maria, project: Project) -> None:
    url = maria.database()
    project.write("m/t.yaml", TABLE.format(table="t", **UPPER))
    project.write("m/child.yaml", FOREIGN.format(key="Fk", table="t", id="Id"))
    view = "apiVersion: reconcile/v1\nkind: View\nmetadata: {name: v}\nspec: {definition: 'SELECT Id, Name FROM t'}\n"
    project.write("m/v.yaml", view)
    project.must("push", url, "--from", "m", "--yes")
    with maria.session(url) as session:
        session.execute("INSERT INTO t VALUES (1, 'kept')")
        session.execute("INSERT INTO child VALUES (1)")
    project.write("m/t.yaml", TABLE.format(table="t", **{k: v.lower() for k, v in UPPER.items()}))
    project.write("m/child.yaml", FOREIGN.format(key="fk", table="t", id="ID"))
    project.write("m/v.yaml", view.replace("Id, Name", "id, name"))
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    with maria.session(url) as session:
        assert session.rows("SELECT * FROM t") == [(1, "kept")]
        text = session.rows("SHOW CREATE TABLE t")[0][1]
        for name in UPPER.values():
            assert f"`{name}`" not in text and f"`{name.lower()}`" in text, (name, text)
        assert "CONSTRAINT `fk`" in session.rows("SHOW CREATE TABLE child")[0][1]


def test_tables_whose_names_differ_by_case_alone_are_two(maria: Maria, project: Project) -> None:
    """A view of the one is no view of the other."""
    url = maria.database()
    project.write("m/a.yaml", TABLE.format(table="Users", **UPPER))
    project.write("m/b.yaml", TABLE.format(table="users", **UPPER))
    for name, table in (("a", "Users"), ("b", "users")):
        head = f"apiVersion: reconcile/v1\nkind: View\nmetadata: {{name: {name}}}\n"
        project.write(f"m/v{name}.yaml", f"{head}spec: {{definition: SELECT * FROM {table}}}\n")
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    project.must("import", url, "--to", "read")
    more = {**UPPER, "name": "other"}
    project.write("m/a.yaml", TABLE.format(table="Users", **more))
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    with maria.session(url) as session:
        session.execute("INSERT INTO users VALUES (1, 'kept')")
        assert session.rows("SELECT Name FROM b") == [("kept",)]
        assert session.rows("SELECT other FROM a") == []


def test_a_table_gets_a_name_of_another_case_where_its_manifest_says_so(maria: Maria, project: Project) -> None:
    url = maria.database()
    project.write("m/t.yaml", TABLE.format(table="Users", **UPPER))
    project.write("m/child.yaml", FOREIGN.format(key="fk", table="Users", id="Id"))
    project.must("push", url, "--from", "m", "--yes")
    with maria.session(url) as session:
        session.execute("INSERT INTO Users VALUES (1, 'kept')")
    renamed = TABLE.format(table="users", **UPPER).replace("name: users", "name: users, renamedFrom: Users")
    project.write("m/t.yaml", renamed)
    project.write("m/child.yaml", FOREIGN.format(key="fk", table="users", id="Id"))
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    with maria.session(url) as session:
        assert session.rows("SELECT * FROM users") == [(1, "kept")]


@pytest.mark.parametrize("kind", ["Function", "Event", "Procedure"])
def test_a_program_gets_a_name_of_another_case(maria: Maria, project: Project, kind: str) -> None:
    url = maria.database()
    said = {
        "Function": "CREATE FUNCTION `{}`() RETURNS int RETURN 1",
        "Procedure": "CREATE PROCEDURE `{}`() SELECT 1",
        "Event": "CREATE EVENT `{}` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE DO SELECT 1",
    }[kind]
    with maria.session(url) as session:
        session.execute(said.format("Abc"))
    with maria.session(other := maria.database()) as session:
        session.execute(said.format("abc"))
    project.must("import", other, "--to", "m")
    project.must("push", url, "--from", "m", "--yes")
    project.must("diff", url, "m")
    project.must("diff", url, other)
