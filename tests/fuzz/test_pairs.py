"""Random pairs of schemas on real servers: planned, applied, converged, with their rows, and back.

`make fuzz` runs RECONCILE_FUZZ_PAIRS pairs a dialect, or of those that `make fuzz DIALECT=postgresql` names. A pair is
repeated by its number: RECONCILE_FUZZ_SEED=17 RECONCILE_FUZZ_PAIRS=1 pytest -m fuzz tests/fuzz
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from tests.conftest import _NONE_FOUND, _borrowed
from tests.fuzz.mysql import MySQLMaker
from tests.fuzz.pairs import Held, Open, Refused, hold
from tests.fuzz.postgresql import PostgresMaker
from tests.fuzz.scripts import drawn_scripts, hold_scripts
from tests.fuzz.sqlite import SqliteMaker
from tests.fuzz.strategies import Draw, generated
from tests.fuzz.things import loaded
from tests.maria import Maria
from tests.servers import POSTGRES, Postgres, Servers

PAIRS = int(os.environ.get("RECONCILE_FUZZ_PAIRS", "25"))
FIRST = int(os.environ.get("RECONCILE_FUZZ_SEED", "0"))
SEEDS = range(FIRST, FIRST + PAIRS)
DIALECTS = os.environ.get("RECONCILE_FUZZ_DIALECT") or "postgresql mariadb sqlite"


REFUSED = ("rows-lost", "row-type", "partition-key", "several-parents")


def seeds(dialect: str) -> range:
    """The pairs of a dialect that are asked for."""
    return SEEDS if dialect in DIALECTS.split() else range(0)


SECONDS = 6.0
"""What the small version of each dialect may take."""
NOT_DRAWN = {
    "access", "owner", "grant", "default_privilege", "role", "membership", "extension", "subscription"
}  # fmt: skip
"""What random rights are about (test_access), what a server brings or not, and what holds its database."""
KINDS = DIALECT.profile(()).kinds - NOT_DRAWN


def on_postgresql(seed: int, server: Postgres) -> Held:
    @contextmanager
    def empty() -> Iterator[Session]:
        session = server.session()
        try:
            yield session
        finally:
            session.close()

    try:
        pair = generated(PostgresMaker(Draw(seed), server.version), seed, "postgresql")
        return hold(pair, dialect_named("postgresql"), empty)
    finally:
        server.drop_databases()


def scripts_on_postgresql(seed: int, server: Postgres) -> Held | str:
    try:
        return hold_scripts(drawn_scripts(seed, server.major), server)
    except Refused as refusal:  # for the reasons that docs/limits.md names, and no others
        assert any(f"[{rule}]" in str(refusal) for rule in REFUSED)
        return f"refused: {refusal}"
    finally:
        server.drop_databases()


def on_mariadb(seed: int, server: Maria) -> Held | str:
    @contextmanager
    def empty() -> Iterator[Session]:
        session = server.session()
        try:
            yield session
        finally:
            session.close()

    try:
        return hold(generated(MySQLMaker(Draw(seed)), seed, "mysql"), dialect_named("mysql"), empty)
    except Refused as refusal:  # for the reason that docs/limits.md names, and no other
        assert "[inet-type]" in str(refusal)
        return f"refused: {refusal}"
    finally:
        server.drop_databases()


def on_sqlite(seed: int, folder: Path) -> Held:
    return hold(generated(SqliteMaker(Draw(seed)), seed, "sqlite"), dialect_named("sqlite"), _files(folder))


def _files(folder: Path) -> Open:
    @contextmanager
    def empty() -> Iterator[Session]:
        file = folder / f"{len(list(folder.iterdir()))}.db"
        file.touch()
        session = dialect_named("sqlite").connect(f"sqlite:///{file}")
        try:
            yield session
        finally:
            session.close()

    return empty


@pytest.fixture
def server(request: pytest.FixtureRequest, pg_servers: Servers) -> Iterator[Postgres]:
    """Of the servers there are, the one whose turn it is by the seed."""
    names = [*POSTGRES] or [_NONE_FOUND]
    yield from _borrowed(pg_servers, names[request.node.callspec.params["seed"] % len(names)])


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("postgresql"))
def test_a_pair_of_every_kind_is_brought_there_and_back_on_postgresql(seed: int, server: Postgres) -> None:
    print(f"seed {seed} on {server.name}: {scripts_on_postgresql(seed, server)}")


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("postgresql"))
def test_a_pair_is_brought_there_and_back_on_postgresql(seed: int, server: Postgres) -> None:
    print(f"seed {seed} on {server.name}: {on_postgresql(seed, server)}")


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("sqlite"))
def test_a_pair_is_brought_there_and_back_on_sqlite(seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}: {on_sqlite(seed, tmp_path)}")


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("mariadb"))
def test_a_pair_is_brought_there_and_back_on_mariadb(seed: int, maria: Maria) -> None:
    print(f"seed {seed}: {on_mariadb(seed, maria)}")


def test_a_few_pairs_on_mariadb(maria: Maria) -> None:
    for seed in _in_time(PAIRS):
        print(f"seed {seed}: {on_mariadb(seed, maria)}")


def test_a_few_pairs_on_postgresql(pg_default: Postgres) -> None:
    for seed in _in_time(PAIRS):
        print(f"seed {seed} on {pg_default.name}: {on_postgresql(seed, pg_default)}")


def test_a_few_pairs_of_every_kind_on_postgresql(pg_default: Postgres) -> None:
    for seed in _in_time(PAIRS):
        print(f"seed {seed} on {pg_default.name}: {scripts_on_postgresql(seed - 100_000, pg_default)}")


def test_a_few_pairs_on_sqlite(tmp_path: Path) -> None:
    for seed in _in_time(PAIRS):
        (folder := tmp_path / str(seed)).mkdir()
        print(f"seed {seed}: {on_sqlite(seed, folder)}")


def _in_time(most: int) -> Iterator[int]:
    """Seeds while there is time, at least three."""
    begun = time.monotonic()
    for n, seed in enumerate(range(100_000, 100_000 + most)):
        if n >= 3 and time.monotonic() - begun > SECONDS:
            return
        yield seed


def test_a_seed_gives_the_same_pair_every_time() -> None:
    one, other = (generated(PostgresMaker(Draw(7), (18,)), 7, "postgresql") for _ in range(2))
    assert (one.before, one.after, one.names) == (other.before, other.after, other.names)
    assert one.before != one.after


@pytest.mark.proof
def test_pairs_of_scripts_hold_every_kind(pg_default: Postgres) -> None:
    seen: set[str] = set()
    for seed in range(60):
        with pg_default.session() as session:
            loaded(session, drawn_scripts(seed, pg_default.major).before)
            seen |= {o.kind for o in DIALECT.inspect(session, Scope()).values()}
        pg_default.drop_databases()
        if seen >= KINDS:
            return
    assert seen >= KINDS, KINDS - seen
