"""The project that these tests begin with, unless a file has one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Postgres
from tests.unit.control.test_story import Project


@pytest.fixture(params=["sqlite", "postgresql"])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "sqlite":
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("dev", "prod")}
    else:
        pg: Postgres = request.getfixturevalue("pg_default")
        urls = {name: pg.database() for name in ("dev", "prod")}
        monkeypatch.delenv("XDG_CACHE_HOME")
    yield Project(folder, urls, request.param)
