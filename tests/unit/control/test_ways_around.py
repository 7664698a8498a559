"""MariaDB: changes that no single ALTER makes are proved, applied and taken back with their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.maria import Maria
from tests.proof.project import Project

HOSTS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: hosts}
spec:
  columns:
    id: {type: int, nullable: false}
    "co:lon": {type: inet4, nullable: false, default: "'10.0.0.1'"}
  primaryKey: [id]
---
apiVersion: reconcile/v1
kind: Sequence
metadata: {name: numbers}
spec: {cache: 0}
"""


def test_addresses_become_the_other_kind_and_a_sequence_gets_higher_numbers(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = maria.database()
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", url)
    project.write("manifests/hosts.yaml", HOSTS)
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    with maria.session(url) as session:
        session.execute("INSERT INTO hosts VALUES (1, '1.2.3.4'), (2, DEFAULT)")
        session.rows("SELECT NEXTVAL(numbers)")
    wider = HOSTS.replace("inet4", "inet6").replace("'10.", "'::ffff:10.").replace("cache: 0", "cache: 0, minimum: 500")
    project.write("manifests/hosts.yaml", wider)
    project.must("plan", "--write")
    project.must("verify", "--full")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
    read = "SELECT CAST(`co:lon` AS CHAR) FROM hosts ORDER BY id"
    with maria.session(url) as session:
        assert session.rows(read) == [("::ffff:1.2.3.4",), ("::ffff:10.0.0.1",)]
        assert session.rows("SELECT NEXTVAL(numbers)") == [(500,)]
    project.write("manifests/hosts.yaml", HOSTS)
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    with maria.session(url) as session:
        assert session.rows(read) == [("1.2.3.4",), ("10.0.0.1",)]
        assert session.rows("SELECT NEXTVAL(numbers)") == [(501,)]
