from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.apply.places import Place


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Makes empty databases, of one dialect."""
    made: list[Place] = []
    fixture = {"postgresql": "pg_default", "mysql": "maria"}.get(request.param)
    server: Postgres | Maria | None = request.getfixturevalue(fixture) if fixture else None

    def make() -> Place:
        if server is not None:
            url = server.database()
        else:
            file = tmp_path / f"{len(made)}.db"
            file.touch()
            url = f"sqlite:///{file}"
        made.append(Place(request.param, url))
        return made[-1]

    yield make
    for place in made:
        place.close()
