from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import Postgres
from tests.unit.apply.places import Place


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Makes empty databases, of one dialect."""
    made: list[Place] = []
    server: Postgres | None = request.getfixturevalue("pg_default") if request.param == "postgresql" else None

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
