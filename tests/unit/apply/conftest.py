from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.apply.places import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database, on SQLite and on the newest PostgreSQL."""
    yield from _place(request, request.param)


@pytest.fixture
def pg_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    yield from _place(request, "postgresql")


@pytest.fixture
def lite_place(request: pytest.FixtureRequest) -> Iterator[Place]:
    yield from _place(request, "sqlite")


def _place(request: pytest.FixtureRequest, name: str) -> Iterator[Place]:
    if name == "sqlite":
        url = request.getfixturevalue("sqlite_url")
    else:
        url = request.getfixturevalue("pg_default").database()
    place = Place(name, url)
    yield place
    place.close()
