"""Schemas as products have them: imported, planned, applied to an empty database, and the same dump."""

from __future__ import annotations

import os
import re
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


def sqlite_schemas() -> dict[str, Path]:
    """Ours, and those below the folder that RECONCILE_REAL_SCHEMAS names."""
    found = {f.stem: f for f in (FILES / "sqlite").glob("*.sql")}
    if more := os.environ.get("RECONCILE_REAL_SCHEMAS"):
        found |= {f.relative_to(more).as_posix(): f for f in Path(more).rglob("*.sql") if f.read_text().strip()}
    return dict(sorted(found.items()))


@pytest.mark.proof
@pytest.mark.parametrize("name", sqlite_schemas())
def test_a_real_schema_comes_out_as_it_went_in_on_sqlite(name: str, begin: Begin, tmp_path: Path) -> None:
    source, target = f"sqlite:///{tmp_path}/source.db", f"sqlite:///{tmp_path}/target.db"
    (tmp_path / "source.db").touch()
    with dialect_of_url(source).connect(source) as session:
        session.dbapi.executescript(sqlite_schemas()[name].read_text())
    project = begin("sqlite", target, ["manage: [user_version, application_id]"])
    brought_there(project, source)
    assert sqlite_facts(tmp_path / "target.db") == sqlite_facts(tmp_path / "source.db")
    said = project.must("import", target, "--to", "manifests")
    assert not said["written"] and not said["removed"]


def sqlite_facts(file: Path) -> dict[str, object]:
    """What the database says of each object by its pragmas, beside the words of the text that made it."""
    with sqlite3.connect(file) as db:
        rows = db.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        found = {f"{r[0]} {r[1]}": _fact(db, *r) for r in rows if "reconcile" not in r[1] and r[1] != "alembic_version"}
        pragmas = ("user_version", "application_id", "encoding")
        return found | {name: db.execute(f"PRAGMA {name}").fetchone() for name in pragmas}


def _fact(db: sqlite3.Connection, kind: str, name: str, table: str, sql: str) -> object:
    ask = lambda pragma, of: db.execute(f"SELECT * FROM pragma_{pragma}(?)", (of,)).fetchall()  # noqa: E731
    words = _words(sql)
    if kind == "table" and "virtual" not in words[:2]:
        keys = sorted((r[2], r[3], r[4], *ask("index_xinfo", r[1])) for r in ask("index_list", name) if r[3] != "c")
        # a constraint may stand in a clause of its own, so the order says nothing; the pragmas tell of actions
        return (
            ask("table_xinfo", name),
            keys,
            sorted(r[2:] for r in ask("foreign_key_list", name)),
            sorted({*words} - _IMPLIED),
        )
    return table, words, ask("index_xinfo", name) if kind == "index" else ask("table_info", name)


_IMPLIED = {
    *("foreign", "key", "constraint", "generated", "always", "virtual", "asc", "simple"),
    *("on", "delete", "update", "no", "action"),
}
_WORD = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[\w.]+|[^\s\w]""", re.S)


def _words(sql: str) -> list[str]:
    """The words of a definition without quotes, brackets and commas; comments are words, too, wherever they stand."""
    found, remarks = [], []
    for word in _WORD.findall(sql):
        if word.startswith(("--", "/*")):
            remarks += re.findall(r"\w+", word)
        elif word[0] in '"`[':
            found.append(word[1:-1].replace('""', '"').lower())
        elif word not in ("(", ")", ",", ";"):
            found.append(word if word[0] == "'" else word.lower())
    without = [w for w in found if w not in ("if", "not", "exists", "index")] if "exists" in found[:5] else found
    return [*(w for w in without if w != "index"), *sorted(remarks)]
