from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.mortal import Mortal, mortal_server
from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.apply.places import Place

Places = Callable[[], Place]
_FIXTURES = {"postgresql": "pg_default", "mysql": "maria"}


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    """Makes empty databases, of one dialect."""
    yield from _places(request, tmp_path)


@pytest.fixture(params=["postgresql", "mysql"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    """Makes empty databases on one server that is reached over a connection."""
    yield from _places(request, tmp_path)


def _places(request: pytest.FixtureRequest, folder: Path) -> Iterator[Places]:
    made: list[Place] = []
    fixture = _FIXTURES.get(request.param)
    server: Postgres | Maria | None = request.getfixturevalue(fixture) if fixture else None

    def make() -> Place:
        if server is not None:
            url = server.database()
        else:
            file = folder / f"{len(made)}.db"
            file.touch()
            url = f"sqlite:///{file}"
        made.append(Place(request.param, url))
        return made[-1]

    yield make
    for place in made:
        place.close()


@pytest.fixture(params=["postgresql", "mysql"])
def mortal(request: pytest.FixtureRequest) -> Iterator[Mortal]:
    yield from mortal_server(request.param)


class Told(NamedTuple):
    """What a test reports of the fault it injected: one line of `make faults`, with those of the other servers."""

    how: str
    server: str
    points: int
    of: int
    end: str


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Reports how a fault was injected, how often, and what came of it."""

    def told(place: Place, how: str, points: int, of: int | None = None, *, end: str) -> None:
        line = Told(how, server_name(place), points, points if of is None else of, end)
        request.node.user_properties.append(("fault", list(line)))

    return told


_NAMES = {"postgresql": "PostgreSQL", "mysql": "MariaDB", "sqlite": "SQLite"}


def server_name(place: Place) -> str:
    with place.dialect.connect(place.url) as session:
        digits = 1 if place.name == "postgresql" else 2
        return f"{_NAMES[place.name]} {'.'.join(map(str, session.version[:digits]))}"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """`make faults`: one line a fault."""
    if config.option.markexpr != "not few":
        return
    told: dict[str, list[Told]] = defaultdict(list)
    failed: dict[str, list[str]] = defaultdict(list)
    for how in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(how, []):
            name = report.nodeid.partition("::test_")[2].partition("[")[0].replace("_", " ")
            if how != "passed":
                failed[name].append(report.nodeid.partition("[")[2].rstrip("]"))
            elif report.when == "call":
                told[name] += [Told(*value) for key, value in report.user_properties if key == "fault"]
    for name in sorted({*told, *failed}):
        terminalreporter.write_line(_line(name, told[name], failed[name]))


def _line(name: str, told: list[Told], failed: list[str]) -> str:
    hows = "; ".join(dict.fromkeys(t.how for t in told))
    servers = ", ".join(f"{s} {n}" for s, n in sorted(_counts(told).items()))
    ends = "; ".join(dict.fromkeys(t.end for t in told))
    verdict = f"DIVERGED or failed: {', '.join(failed)}" if failed else "no divergence"
    return f"{name} | {hows} | {servers} | {ends} | {verdict}"


def _counts(told: list[Told]) -> dict[str, str]:
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for t in told:
        counts[t.server] = (counts[t.server][0] + t.points, counts[t.server][1] + t.of)
    return {server: str(n) if n == of else f"{n} of {of}" for server, (n, of) in counts.items()}
