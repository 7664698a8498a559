"""Schemas as products have them, on MariaDB: imported, planned, applied to an empty database, and printed the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.maria import Maria
from tests.proof.project import Project
from tests.proof.test_mysql_cases import printed

FILES = Path(__file__).parent / "real" / "mysql"


@pytest.mark.proof
@pytest.mark.parametrize("name", sorted(f.stem for f in FILES.glob("*.sql")))
def test_a_real_schema_comes_out_as_it_went_in(
    name: str, maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = maria.database(), maria.database()
    with maria.session(source) as session:
        for sql in re.split(r";\n", (FILES / f"{name}.sql").read_text()):
            if sql.strip():
                session.execute(sql)
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", target, [f'scratch: "{target}"'])
    said = project.must("import", source, "--to", "manifests")
    assert not said["unmodelled"], said["unmodelled"]
    project.must("validate")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]
    project.must("plan")
    with maria.session(source) as was, maria.session(target) as now:
        assert without_ours(printed(now)) == printed(was)
    again = project.must("import", source, "--to", "manifests")
    assert not again["written"] and not again["removed"]
    project.must("import", target, "--to", "back")
    assert texts(tmp_path / "back") == texts(tmp_path / "manifests")


def without_ours(found: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """What is printed without the table of versions and our ledger."""
    return {k: v for k, v in found.items() if k[1] != "alembic_version" and not k[1].startswith("reconcile_")}


def texts(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): f.read_text() for f in sorted(folder.rglob("*.yaml"))}
