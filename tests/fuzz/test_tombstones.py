"""Random pairs of schemas with tombstones: what the second lacks is kept, nothing is dropped with rows in it, and the
way back gives it back, with its rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from reconciler.control.compare import Comparison, compare
from reconciler.control.sides import Side
from reconciler.control.tombstones import keeping
from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from reconciler.model.changes import Drop, Rebuild
from reconciler.model.tables import Column, Table
from reconciler.model.tombstones import is_tombstone, without_tombstones
from reconciler.plan.plan import reverse_names
from tests.fuzz.mysql import MySQLMaker
from tests.fuzz.pairs import Held, Round, closing_session, held, judged
from tests.fuzz.postgresql import PostgresMaker
from tests.fuzz.sqlite import SqliteMaker
from tests.fuzz.strategies import Draw, Pair, generated
from tests.fuzz.test_pairs import _files, seeds
from tests.maria import Maria
from tests.servers import Postgres

UNTIL = datetime.date(2026, 12, 26)


class Undone(Round):
    """There with tombstones, and back by declaring again what was dropped."""

    def held(self, empty: Callable[[], AbstractContextManager[Session]]) -> Held:
        with empty() as session:
            self._carry_out(session, compare(self._live(session), self.before, self.dialect), with_rows=False)
            there = self._kept(session, self.after, until=UNTIL)
            self._require_nothing_dropped(there)
            rows = self._filled(session, there.plan)
            rows = self._moved(session, there, rows, self.after)
            names = {a: name for a, name in reverse_names(there.plan).items() if not is_tombstone(name)}
            home = Side(label="the pair", catalog=self.before.catalog, names=names)
            back = self._kept(session, home, until=None)
            self._moved(session, back, rows, self.before)
            left = self.dialect.inspect(session, Scope())
            if without_tombstones(left) is not left:
                raise self.broken(f"tombstones are left: {[str(a) for a in left if 'tombstone' in str(a)]}")
        return self.result

    def _kept(self, session: Session, wanted: Side, *, until: datetime.date | None) -> Comparison:
        live = self._live(session)
        profile = self.dialect.profile(session.version)
        return compare(live, keeping(live.catalog, wanted, profile, until=until), self.dialect,
                       follow_order=self.follow_order)  # fmt: skip

    def _require_nothing_dropped(self, there: Comparison) -> None:
        made = {s.change.new.address for s in there.plan.steps if not isinstance(s.change, Drop)}
        for step in there.plan.steps:
            change = step.change
            gone = []
            if isinstance(change, Drop):
                gone = [change.old]
            elif isinstance(change, Rebuild):
                after = {o.address for o in change.after}
                gone = [o for o in change.before if o.address not in after]
            for o in gone:
                bare = isinstance(o, Table) or (isinstance(o, Column) and o.generated is None and not o.inherited)
                if bare and o.address not in made and not getattr(o, "partition_of", None):
                    raise self.broken(f"{o.address} is dropped")


def hold(pair: Pair, name: str, empty: Callable[[], AbstractContextManager[Session]]) -> Held:
    dialect = dialect_named(name)
    before = judged(pair.before, {}, dialect, empty)
    after = judged(pair.after, pair.names, dialect, empty)
    return held(Undone, pair.follow_order, dialect, before, after, empty)


def _opened(server: Postgres | Maria) -> Callable[[], AbstractContextManager[Session]]:
    return lambda: closing_session(server.session())


def on_postgresql(seed: int, server: Postgres) -> Held:
    try:
        pair = generated(PostgresMaker(Draw(seed), server.version), seed, "postgresql")
        return hold(pair, "postgresql", _opened(server))
    finally:
        server.drop_databases()


def on_mariadb(seed: int, server: Maria) -> Held:
    try:
        return hold(generated(MySQLMaker(Draw(seed)), seed, "mysql"), "mysql", _opened(server))
    finally:
        server.drop_databases()


def on_sqlite(seed: int, folder: Path) -> Held:
    return hold(generated(SqliteMaker(Draw(seed)), seed, "sqlite"), "sqlite", _files(folder))


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("postgresql"))
def test_a_pair_is_undone_on_postgresql(seed: int, pg_default: Postgres) -> None:
    print(f"seed {seed}: {on_postgresql(seed, pg_default)}")


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("mariadb"))
def test_a_pair_is_undone_on_mariadb(seed: int, maria: Maria) -> None:
    print(f"seed {seed}: {on_mariadb(seed, maria)}")


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", seeds("sqlite"))
def test_a_pair_is_undone_on_sqlite(seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}: {on_sqlite(seed, tmp_path)}")
