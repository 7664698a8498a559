"""Fixtures on real servers. A missing server is a skip that says how to get it (with REQUIRE_SERVERS=1 a failure)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.maria import HOW_TO_GET_ONE as GET_MARIA
from tests.maria import Maria, started
from tests.servers import HOW_TO_GET_ONE, POSTGRES, Postgres, Servers, lacking

_NONE_FOUND = "no PostgreSQL server"


@pytest.fixture(scope="session")
def pg_servers() -> Iterator[Servers]:
    """All servers, by name; one that is never asked for is never started."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    servers = Servers(run[:12])
    yield servers
    servers.close()


@pytest.fixture(params=[*POSTGRES] or [_NONE_FOUND])
def pg(request: pytest.FixtureRequest, pg_servers: Servers) -> Iterator[Postgres]:
    """Each server in turn: `pg.database()` is the URL of a fresh database, `pg.session()` a session on one."""
    yield from _borrowed(pg_servers, request.param)


@pytest.fixture
def pg_default(pg_servers: Servers) -> Iterator[Postgres]:
    """The newest server only, for what does not depend on the version."""
    yield from _borrowed(pg_servers, next(iter(POSTGRES), _NONE_FOUND))


@pytest.fixture(scope="session")
def maria_server() -> Iterator[Maria]:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    for server in started(run[:12]):
        if server is None:
            lacking(f"no MariaDB server: {GET_MARIA}")
        yield server


@pytest.fixture
def maria(maria_server: Maria) -> Iterator[Maria]:
    """A MariaDB server: `maria.database()` is the URL of a fresh database, `maria.session()` a session on one."""
    yield maria_server
    maria_server.drop_databases()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty SQLite database."""
    file = tmp_path / "test.db"
    file.touch()
    return f"sqlite:///{file}"


_OTHERS = [pytest.param(name, marks=pytest.mark.proof) for name in [*POSTGRES][1:]]


@pytest.fixture(params=[next(iter(POSTGRES), _NONE_FOUND), *_OTHERS])
def pg_each(request: pytest.FixtureRequest, pg_servers: Servers) -> Iterator[Postgres]:
    """Each server in turn, all but the first in `make proof` alone."""
    yield from _borrowed(pg_servers, request.param)


def _borrowed(servers: Servers, name: str) -> Iterator[Postgres]:
    if name == _NONE_FOUND:
        lacking(f"{name}: {HOW_TO_GET_ONE}")
    server = servers.get(name)
    yield server
    server.drop_databases()
