"""Schemas as products have them: imported, planned, applied to an empty database, and the same dump."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from reconciler.dialects.registry import dialect_of_url
from tests.proof.postgresql_dumps import dumped
from tests.proof.project import Project
from tests.servers import Postgres

FILES = Path(__file__).parent / "real"
Begin = Callable[..., Project]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Begin]:
    def begun(dialect: str, url: str, more: Sequence[str] = ()) -> Project:
        (tmp_path / "project").mkdir()
        project = Project(tmp_path / "project", monkeypatch, capsys)
        project.config(dialect, "manifests/", url, more)
        return project

    yield begun


def brought_there(project: Project, source: str) -> None:
    """The database of the project, from empty to what `source` holds, through manifests and a revision."""
    said = project.must("import", source, "--to", "manifests")
    assert not said["unmodelled"], said["unmodelled"]
    project.must("validate")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert "Synced" in project.conditions()
    project.must("plan")
    project.must("verify", "--full")


@pytest.mark.proof
@pytest.mark.parametrize("name", sorted(f.stem for f in (FILES / "postgresql").glob("*.sql")))
def test_a_real_schema_comes_out_as_it_went_in_on_postgresql(name: str, begin: Begin, pg: Postgres) -> None:
    source, target = pg.database(), pg.database()
    with pg.session(source) as session:
        session.rows((FILES / "postgresql" / f"{name}.sql").read_text())
    scratch = [f'scratch: "{target}"']  # what a query means is asked of a server of the same version
    brought_there(begin("postgresql", target, scratch), source)
    assert without_ours(dumped(target, pg.major)) == dumped(source, pg.major)


def without_ours(dump: dict[str, str]) -> dict[str, str]:
    """A dump without the table of versions and our ledger."""
    return {k: v for k, v in dump.items() if "alembic_version" not in k and "reconcile" not in k}


@pytest.mark.proof
@pytest.mark.parametrize("name", sorted(f.stem for f in (FILES / "sqlite").glob("*.sql")))
def test_a_real_schema_comes_out_as_it_went_in_on_sqlite(name: str, begin: Begin, tmp_path: Path) -> None:
    source, target = f"sqlite:///{tmp_path}/source.db", f"sqlite:///{tmp_path}/target.db"
    (tmp_path / "source.db").touch()
    with dialect_of_url(source).connect(source) as session:
        session.dbapi.executescript((FILES / "sqlite" / f"{name}.sql").read_text())
    brought_there(begin("sqlite", target), source)
    assert facts(tmp_path / "target.db") == facts(tmp_path / "source.db")


def facts(file: Path) -> dict[str, object]:
    """What the database itself says of each object, where `sqlite_schema` has only the text that made it."""
    with sqlite3.connect(file) as db:
        rows = db.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return {f"{r[0]} {r[1]}": _fact(db, *r) for r in rows if "reconcile" not in r[1] and r[1] != "alembic_version"}


def _fact(db: sqlite3.Connection, kind: str, name: str, table: str, sql: str) -> object:
    ask = lambda pragma, of: db.execute(f"SELECT * FROM pragma_{pragma}(?)", (of,)).fetchall()  # noqa: E731
    if kind == "table":
        keys = sorted((r[2], r[3], r[4], *ask("index_xinfo", r[1])) for r in ask("index_list", name) if r[3] != "c")
        words = sorted(w for w in ("strict", "without rowid", "autoincrement", "check", "conflict") if w in sql.lower())
        columns = [(*r[:2], r[2].upper(), *r[3:]) for r in ask("table_xinfo", name)]  # types are spelled in capitals
        return columns, keys, sorted(r[2:] for r in ask("foreign_key_list", name)), words
    if kind == "index":
        return table, ask("index_xinfo", name), "where" in sql.lower()
    return table, ask("table_info", name) if kind == "view" else ""
