"""Expressions that the server prints otherwise once they are made from what it printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli import main
from reconciler.cli.console import Console
from tests.servers import Postgres

MANIFEST = """apiVersion: reconcile/v1
kind: Table
metadata: {name: t}
spec:
  columns: {a: integer, b: integer, c: varchar(10)}
  checks:
    nested: a between 0 and 9 and b between 0 and 9 and b <> a
    words: c in ('x', 'y') and a > 0 and b > 0
  indexes:
    i: {columns: [a], where: (a >= 0 and a <= 1000) and (b >= 0 and b <= 1000)}
"""


def test_they_converge(pg: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "t.yaml").write_text(MANIFEST)
    url = pg.database()
    assert main(["push", url, "--from", "m", "--yes"], Console()) == 0
    assert main(["diff", url, "m"], Console()) == 0
    assert main(["import", url, "--to", "again"], Console()) == 0
    assert main(["diff", url, "again"], Console()) == 0
