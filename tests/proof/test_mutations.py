"""A single change of a model is detected, planned, proved, applied and converges; what a hand changed is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.dialects.registry import dialect_of_url
from tests.maria import Maria
from tests.proof.mutations import mysql, postgresql, sqlite
from tests.proof.project import Project
from tests.servers import POSTGRES, Postgres, Servers

ROOT = Path(__file__).parents[2]
MODELS = """
import sys
sys.path.insert(0, {root!r})
from sqlalchemy import MetaData
from tests.proof.mutations.{dialect} import {what}
metadata = MetaData()
{fill}(metadata)
"""
FAST = {
    "postgresql": ("the order of columns", "an enum loses a value"),
    "sqlite": ("the order of columns", "a check comes without a name"),
    "mysql": ("another primary key", "a column that follows its row"),
}
LIVE: dict[str, dict[str, str]] = {"postgresql": postgresql.LIVE, "sqlite": sqlite.LIVE, "mysql": mysql.LIVE}
Begin = Callable[[str, str], Project]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Begin]:
    """A project whose models are to be written, on an empty database."""

    def begun(dialect: str, url: str) -> Project:
        (tmp_path / "project").mkdir()
        project = Project(tmp_path / "project", monkeypatch, capsys)
        project.config(dialect, "models:models:metadata", url, [] if dialect == "sqlite" else [f'scratch: "{url}"'])
        return project

    yield begun


def models(project: Project, dialect: str, fill: str) -> None:
    project.write("models.py", MODELS.format(root=str(ROOT), dialect=dialect, what=fill.split("[")[0], fill=fill))


def converges(project: Project, dialect: str, name: str) -> None:
    """The whole way of one change, from models to a database that is as they say."""
    models(project, dialect, f"CASES[{name!r}][0]")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert "Synced" in project.conditions()
    models(project, dialect, f"CASES[{name!r}][1]")
    project.must("plan", "--check", status=2)
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert "Synced" in project.conditions()
    project.must("plan")
    project.must("plan", "--check")


MANAGED = {"a grant": "manage: [grants]"}
"""What a project has to ask for, to see it."""


def reports(project: Project, dialect: str, url: str, name: str) -> None:
    """A change by hand is said by `drift` or `status`, and leaves nothing Synced."""
    if name in MANAGED:
        project.config(dialect, "models:models:metadata", url, [f'scratch: "{url}"', MANAGED[name]])
    models(project, dialect, "PLAIN")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    live: dict[str, str] = LIVE[dialect]
    with dialect_of_url(url).connect(url) as session:
        if dialect == "postgresql":
            session.rows(live[name])
        else:
            session.execute(live[name])
    status, said = project.run("drift", "--env", "dev")
    seen = bool(said["drift"] or said["unmanaged"])
    conditions = project.conditions()
    assert seen == (status == 2)
    assert seen or {"Drifted", "Unmanaged", "Unmodelled"} & set(conditions), conditions


@pytest.mark.proof
@pytest.mark.parametrize("name", postgresql.CASES)
def test_a_change_of_models_converges_on_postgresql(name: str, begin: Begin, pg_default: Postgres) -> None:
    converges(begin("postgresql", pg_default.database()), "postgresql", name)


@pytest.mark.proof
@pytest.mark.parametrize("name", sqlite.CASES)
def test_a_change_of_models_converges_on_sqlite(name: str, begin: Begin, tmp_path: Path) -> None:
    converges(begin("sqlite", f"sqlite:///{tmp_path}/dev.db"), "sqlite", name)


@pytest.mark.proof
@pytest.mark.parametrize("name", mysql.CASES)
def test_a_change_of_models_converges_on_mariadb(name: str, begin: Begin, maria: Maria) -> None:
    converges(begin("mysql", maria.database()), "mysql", name)


@pytest.mark.proof
@pytest.mark.parametrize("name", mysql.LIVE)
def test_a_change_by_hand_is_reported_on_mariadb(name: str, begin: Begin, maria: Maria) -> None:
    url = maria.database()
    reports(begin("mysql", url), "mysql", url, name)


def offers(server: Postgres, extension: str) -> bool:
    with server.session() as session:
        return bool(session.rows("SELECT 1 FROM pg_available_extensions WHERE name = %s", (extension,)))


@pytest.mark.proof
@pytest.mark.parametrize("name", postgresql.LIVE)
def test_a_change_by_hand_is_reported_on_postgresql(name: str, begin: Begin, pg_servers: Servers) -> None:
    server = pg_servers.get(next(iter(POSTGRES)))
    if name == "an extension":  # the wheels come without contrib
        server = next((s for s in map(pg_servers.get, POSTGRES) if offers(s, "btree_gist")), server)
    url = server.database()
    reports(begin("postgresql", url), "postgresql", url, name)


@pytest.mark.proof
@pytest.mark.parametrize("name", sqlite.LIVE)
def test_a_change_by_hand_is_reported_on_sqlite(name: str, begin: Begin, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dev.db"
    reports(begin("sqlite", url), "sqlite", url, name)


@pytest.mark.parametrize("name", FAST["postgresql"])
def test_a_few_changes_of_models_converge_on_postgresql(name: str, begin: Begin, pg_default: Postgres) -> None:
    converges(begin("postgresql", pg_default.database()), "postgresql", name)


@pytest.mark.parametrize("name", FAST["sqlite"])
def test_a_few_changes_of_models_converge_on_sqlite(name: str, begin: Begin, tmp_path: Path) -> None:
    converges(begin("sqlite", f"sqlite:///{tmp_path}/dev.db"), "sqlite", name)


@pytest.mark.parametrize("name", FAST["mysql"])
def test_a_few_changes_of_models_converge_on_mariadb(name: str, begin: Begin, maria: Maria) -> None:
    converges(begin("mysql", maria.database()), "mysql", name)
