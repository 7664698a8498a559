"""Where AUTO_INCREMENT begins is said when a table is made and may be raised; what it has come to is data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.maria import Maria
from tests.proof.project import Project

TABLE = """apiVersion: reconcile/v1
kind: Table
metadata: {name: orders}
spec:
  autoIncrement: 1000
  columns:
    id: {type: int, nullable: false, autoIncrement: true}
    note: varchar(20)
  primaryKey: [id]
"""


def test_a_table_begins_with_the_number_that_its_manifest_says(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = maria.database()
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", url)
    project.write("manifests/orders.yaml", TABLE)
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    with maria.session(url) as session:
        session.execute("INSERT INTO orders (note) VALUES ('a'), ('b')")
        assert session.rows("SELECT id FROM orders ORDER BY id") == [(1000,), (1001,)]
    assert project.conditions() == ["Synced"]
    project.must("plan")
    project.must("drift", "--env", "dev")
    project.must("verify", "--full")
    project.must("import", url, "--to", "read")
    assert "autoIncrement: 1002" not in (tmp_path / "read/tables/orders.yaml").read_text()
    project.write("manifests/orders.yaml", TABLE.replace("varchar(20)", "varchar(30)"))
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    lock = (tmp_path / "migrations/schema.lock").read_text()
    assert '"auto_increment":1000' in lock and "1002" not in lock
    assert project.conditions() == ["Synced"]


def test_a_table_goes_on_with_a_higher_number_that_its_manifest_says_and_never_with_a_lower_one(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = maria.database()
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", url)
    for start, ids in ((10, [10]), (5000, [10, 5000]), (20, [10, 5000, 5001])):
        project.write("manifests/orders.yaml", TABLE.replace("1000", str(start)))
        project.must("plan", "--write")
        project.must("apply", "--env", "dev")
        assert project.conditions() == ["Synced"]
        with maria.session(url) as session:
            session.execute("INSERT INTO orders (note) VALUES ('a')")
            assert session.rows("SELECT id FROM orders ORDER BY id") == [(i,) for i in ids]
    project.must("plan")
