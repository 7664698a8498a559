"""Probes: with k rows seeded against each kind of constraint, the probe says k, and the change fails where k is not 0.

Each case is a schema before, a schema after, and rows that are against the second, put in k times.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from msgspec import structs

from reconciler.apply.probing import Patience, probed, probes_of
from reconciler.dialects.base import Dialect, Scope
from reconciler.dialects.postgresql.session import connect
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from reconciler.emit.sql import all_statements
from reconciler.errors import DatabaseError
from reconciler.model.address import Address
from reconciler.plan.plan import Plan, make_plan
from tests.maria import Maria
from tests.servers import POSTGRES, Servers

pytestmark = pytest.mark.proof

P = "CREATE TABLE p (id integer PRIMARY KEY, d integer NOT NULL DEFAULT 1, n integer, s varchar(20), u integer)"
T = "CREATE TABLE t (id integer PRIMARY KEY, p_id integer)"
NSU = "n integer, s varchar(20), u integer"
KEYED = "CREATE TABLE w (a integer NOT NULL, b integer, PRIMARY KEY (a))"
STRICT = "CREATE TABLE w (a integer PRIMARY KEY, b any) STRICT"
SERVED = "postgresql mysql"
GOOD = "INSERT INTO p (id, n, s, u) VALUES (1, 1, 'a', 1), (2, 2, 'b', 2)"
ADDED = "INSERT INTO p (id, n, s, u) VALUES ({i}, {n}, {s}, {u})"


class Case:
    """`after` are statements on top of `before`; `bad`, with {i} counted up from 10, puts in one row against them."""

    def __init__(
        self, name: str, after: str | list[str], bad: str, *, before: str | list[str] = P, good: str = GOOD,
        on: str = "postgresql mysql sqlite", names: dict[Address, str] | None = None, counted: bool = True,
        instead: list[str] | None = None,
    ) -> None:  # fmt: skip
        self.name, self.bad, self.good, self.on, self.names = name, bad, good, on.split(), names or {}
        self.before = [before] if isinstance(before, str) else before
        self.after = [after] if isinstance(after, str) else after
        self.counted, self.instead = counted, instead

    def desired(self) -> list[str]:
        """`instead` is a schema after that is written from nothing, where no ALTER leads to it."""
        return self.instead if self.instead is not None else [*self.before, *self.after]


def row(n: str = "{i}", s: str = "'x'", u: str = "{i}") -> str:
    return ADDED.replace("{n}", n).replace("{s}", s).replace("{u}", u)


def table(columns: str, name: str = "p") -> list[str]:
    return [f"CREATE TABLE {name} (id integer PRIMARY KEY, d integer NOT NULL DEFAULT 1, {columns})"]


def renamed(schema: str) -> dict[Address, str]:
    return {Address("column", schema, "m", "p"): "n"}


CASES = [
    Case("not null", [], row(n="NULL"), instead=table("n integer NOT NULL, s varchar(20), u integer")),
    Case("unique constraint", [], row(u="1"), instead=table(f"{NSU}, CONSTRAINT k UNIQUE (u)")),
    Case("unique of two", [], row(n="1", u="1"),
         instead=table(f"{NSU}, CONSTRAINT k UNIQUE (n, u)")),
    Case("unique index", "CREATE UNIQUE INDEX k ON p (u)", row(u="2")),
    Case("unique index of an expression", "CREATE UNIQUE INDEX k ON p (lower(s), u)", row(s="'B'", u="2"),
         on="postgresql sqlite"),
    Case("unique index of some rows", "CREATE UNIQUE INDEX k ON p (u) WHERE n > 5", row(u="7"), on="postgresql sqlite",
         good="INSERT INTO p (id, n, s, u) VALUES (1, 1, 'a', 7), (2, 9, 'b', 7), (3, 1, 'b', 7)"),
    Case("unique index that descends", "CREATE UNIQUE INDEX k ON p (u DESC)", row(u="2"), on="postgresql sqlite"),
    Case("unique index of a prefix", "CREATE UNIQUE INDEX k ON p (s(2))", row(s="'aaz'"), on="mysql",
         good="INSERT INTO p (id, n, s, u) VALUES (1, 1, 'aab', 1), (2, 2, 'b', 2)"),
    Case("check", [], row(n="-{i}"),
         instead=table(f"{NSU}, CONSTRAINT positive CHECK (n > 0)")),
    Case("check of two columns", [], row(n="-1", u="-1"),
         instead=table(f"{NSU}, CONSTRAINT more CHECK (n + u > 0)")),
    Case("foreign key", [], "INSERT INTO t VALUES ({i}, {i})", before=[P, T],
         instead=[P, T[:-1] + ", CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id))"]),
    Case("foreign key to itself", [], row(n="{i}00"),
         instead=table(f"{NSU}, CONSTRAINT f FOREIGN KEY (n) REFERENCES p (id)")),
    Case("foreign key to a new table", [], row(n="{i}"), good="INSERT INTO p (id, s) VALUES (1, 'a')",
         instead=["CREATE TABLE q (id integer PRIMARY KEY)",
                  *table(f"{NSU}, CONSTRAINT f FOREIGN KEY (n) REFERENCES q (id)")]),
    Case("primary key", [], "INSERT INTO w VALUES (1, {i})", before="CREATE TABLE w (a integer NOT NULL, b integer)",
         good="INSERT INTO w VALUES (1, 1), (2, 2)", instead=[KEYED]),
    Case("primary key over NULL", [], "INSERT INTO w VALUES (NULL, {i})",
         before="CREATE TABLE w (a integer, b integer)",
         good="INSERT INTO w VALUES (1, 1), (2, 2)", on=SERVED,
         instead=[KEYED]),
    Case("primary key of a table without rowids", [], "INSERT INTO w VALUES (NULL, {i})",
         before="CREATE TABLE w (a text, b integer)", good="INSERT INTO w VALUES ('1', 1), ('2', 2)", on="sqlite",
         instead=["CREATE TABLE w (a text, b integer, PRIMARY KEY (a)) WITHOUT ROWID"]),
    Case("a shorter text", [], row(s="'abcdef'"), instead=table("n integer, s varchar(3), u integer"), on=SERVED),
    Case("a shorter text, blanks cut", [], row(s="'abcdef'"), good="INSERT INTO p (id, s) VALUES (1, 'abc   ')",
          instead=table("n integer, s varchar(3), u integer"), on="postgresql"),
    Case("a shorter text, blanks are refused", [], row(s="'abc   '"),
         instead=table("n integer, s varchar(3), u integer"), on="mysql"),
    Case("a smaller number", [], row(n="40000"), instead=table("n smallint, s varchar(20), u integer"), on=SERVED),
    Case("a number below", [], row(n="-40000"), instead=table("n smallint, s varchar(20), u integer"), on=SERVED),
    Case("an unsigned number", [], row(n="-{i}"), instead=table("n int unsigned, s varchar(20), u integer"),
         on="mysql"),
    Case("fewer digits", [], row(n="100"), instead=table("n numeric(4,2), s varchar(20), u integer"), on=SERVED),
    Case("text to number", [], row(s="'x{i}'"), good="INSERT INTO p (id, s) VALUES (1, '12'), (2, ' 7'), (3, NULL)",
         instead=table("n integer, s integer, u integer"), on=SERVED, counted=False),
    Case("text to a date", [], row(s="'x{i}'"), good="INSERT INTO p (id, s) VALUES (1, '2024-02-29'), (2, NULL)",
         instead=table("n integer, s date, u integer"), on=SERVED, counted=False),
    *(Case(f"unique of two, one of them a new {type}", [], row(u="2"), on="mysql",
           instead=table(f"{NSU}, b {type} NOT NULL, CONSTRAINT k UNIQUE (u, b)"))
      for type in ("integer", "varchar(3)", "enum('it''s', 'b')", "datetime")),
    Case("check of a new column", [], row(), on="mysql", good="SELECT 1",
         instead=table(f"{NSU}, b integer NOT NULL, CHECK (b > 0)")),
    Case("text to an enum", [], row(s="'x'"), instead=table("n integer, s enum('a', 'b'), u integer"), on="mysql"),
    Case("text to a new enum", ["CREATE TYPE e AS ENUM ('a', 'b')", "ALTER TABLE p ALTER s TYPE e USING s::text::e"],
         row(s="'x'"), on="postgresql"),
    Case("a label that goes", [], "INSERT INTO g VALUES ({i}, 'b')",
         before=["CREATE TYPE e AS ENUM ('a', 'b')", "CREATE TABLE g (id integer PRIMARY KEY, x e)"],
         good="INSERT INTO g VALUES (1, 'a')", on="postgresql",
         instead=["CREATE TYPE e AS ENUM ('a')", "CREATE TABLE g (id integer PRIMARY KEY, x e)"]),
    Case("a label of an enum that goes", [], "INSERT INTO g VALUES ({i}, 'b')",
         before=["CREATE TABLE g (id integer PRIMARY KEY, x enum('a', 'b'))"],
         good="INSERT INTO g VALUES (1, 'a')", on="mysql",
         instead=["CREATE TABLE g (id integer PRIMARY KEY, x enum('a'))"]),
    Case("a column that must have a value", [], row(),
         good="", instead=table(f"{NSU}, z integer NOT NULL"), on="postgresql sqlite"),
    Case("a check of a new column", [], row(n="{i}"), good="INSERT INTO p (id, n) VALUES (1, 0)",
         instead=table(f"{NSU}, z integer DEFAULT 5, CONSTRAINT c CHECK (n < z)")),
    Case("a unique new column", [], row(), good="INSERT INTO p (id, n) VALUES (1, 0)",
         instead=table(f"{NSU}, z integer DEFAULT 5, CONSTRAINT c UNIQUE (z)")),
    Case("not null under another name", [], row(n="NULL"),
         instead=table("m integer NOT NULL, s varchar(20), u integer"), names=renamed("")),
    Case("a check under another name", [], row(n="-{i}"),
         instead=table("m integer, s varchar(20), u integer, CONSTRAINT positive CHECK (m > 0)"), names=renamed("")),
    Case("exclusion", "ALTER TABLE p ADD CONSTRAINT x EXCLUDE USING btree (u WITH =) WHERE (n > 0)", row(u="1"),
         on="postgresql"),
    Case("exclusion of ranges", "ALTER TABLE r ADD CONSTRAINT x EXCLUDE USING gist (during WITH &&)",
         "INSERT INTO r VALUES ({i}, int4range(5, 6))",
         before="CREATE TABLE r (id integer PRIMARY KEY, during int4range)",
         good="INSERT INTO r VALUES (1, int4range(1, 10)), (2, int4range(20, 30))", on="postgresql"),
    Case("nulls that are not distinct", "ALTER TABLE p ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (u)", row(u="NULL"),
         good="INSERT INTO p (id, n, s, u) VALUES (1, 1, 'a', NULL), (2, 2, 'b', 2)", on="postgresql"),
    Case("a constraint that is validated", "ALTER TABLE p VALIDATE CONSTRAINT c", row(n="-1"), on="postgresql",
         before=[P, "INSERT INTO p (id, n) VALUES (99, -1)", "ALTER TABLE p ADD CONSTRAINT c CHECK (n > 0) NOT VALID"],
         good="DELETE FROM p", instead=[P, "ALTER TABLE p ADD CONSTRAINT c CHECK (n > 0)"]),
    Case("not null of a domain", "ALTER DOMAIN dd SET NOT NULL", "INSERT INTO g VALUES ({i}, NULL)", on="postgresql",
         before=["CREATE DOMAIN dd AS integer", "CREATE TABLE g (id integer PRIMARY KEY, x dd)"],
         good="INSERT INTO g VALUES (1, 1)"),
    Case("a check of a domain", "ALTER DOMAIN dd ADD CONSTRAINT c CHECK (VALUE > 0)", "INSERT INTO g VALUES ({i}, -1)",
         before=["CREATE DOMAIN dd AS integer", "CREATE TABLE g (id integer PRIMARY KEY, x dd)"],
         good="INSERT INTO g VALUES (1, 1)", on="postgresql"),
    Case("elements of an array", [], "INSERT INTO g VALUES ({i}, ARRAY['abcd', 'a'])", on="postgresql",
         before=["CREATE TABLE g (id integer PRIMARY KEY, x varchar(5)[])"],
         good="INSERT INTO g VALUES (1, ARRAY['abc'])",
         instead=["CREATE TABLE g (id integer PRIMARY KEY, x varchar(3)[])"]),
    Case("a strict table", [], "INSERT INTO w VALUES ({i}, 'x')", before=STRICT,
         good="INSERT INTO w VALUES (1, 1), (2, '2'), (3, NULL), (4, 4.0)", on="sqlite",
         instead=["CREATE TABLE w (a integer PRIMARY KEY, b integer) STRICT"]),
]  # fmt: skip
SERVERS = [*(("postgresql", server) for server in POSTGRES), ("mysql", "mariadb"), ("sqlite", "sqlite")]
MATRIX = [pytest.param(c, d, server, id=f"{server}: {c.name}") for c in CASES for d, server in SERVERS if d in c.on]


_KEPT: dict[str, list[str]] = {}


class Place:
    """Empty databases of one server."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path, server: str) -> None:
        self.request, self.folder, self.server, self.made = request, folder, server, 0

    def database(self) -> str:
        if self.server == "sqlite":
            self.made += 1
            return f"sqlite:///{self.folder}/{self.made}.db"
        if self.server == "mariadb":
            maria: Maria = self.request.getfixturevalue("maria")
            return maria.database()
        servers: Servers = self.request.getfixturevalue("pg_servers")
        url = _KEPT.setdefault(self.server, [])
        if len(url) < 2:
            url.append(servers.get(self.server).database())
            return url[-1]
        self.made += 1
        with connect(url[self.made % 2]) as session:
            session.execute("DROP SCHEMA public CASCADE")
            session.execute("CREATE SCHEMA public")
        return url[self.made % 2]


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    return lambda server: Place(request, tmp_path, server)


@pytest.fixture(scope="module", autouse=True)
def _kept(pg_servers: Servers) -> Iterator[None]:
    """Two databases of each PostgreSQL serve all cases in turn: to make one takes longer than to ask."""
    yield
    for server in _KEPT:
        pg_servers.get(server).drop_databases()
    _KEPT.clear()


def opened(place: Place, dialect: Dialect, *statements: str) -> Session:
    session = dialect.connect(place.database(), create=True)
    for sql in statements:
        session.execute(sql)
    return session


def planned(session: Session, dialect: Dialect, place: Place, case: Case) -> Plan:
    with opened(place, dialect, *case.desired()) as wanted:
        new = dialect.inspect(wanted, Scope())
    old = dialect.inspect(session, Scope())
    schema = "public" if dialect.name == "postgresql" else ""
    names = {structs.replace(a, schema=schema): n for a, n in case.names.items()}
    return make_plan(old, new, dialect.profile(session.version), wanted_names=names)


def carried_out(session: Session, plan: Plan, dialect: Dialect) -> str:
    """What the server said against it; "" for nothing."""
    profile = dialect.profile(session.version)
    try:
        if dialect.transactional_ddl:
            with getattr(session, "foreign_keys_off", nullcontext)(), session.transaction():
                for s in all_statements(plan, dialect, profile):
                    session.execute(s.sql)
                orphans = getattr(session, "foreign_key_violations", list)()
                if orphans:
                    return f"{len(orphans)} rows without their parent"
        else:
            for s in all_statements(plan, dialect, profile):
                session.execute(s.sql)
    except DatabaseError as error:
        return error.what
    return ""


@pytest.mark.parametrize("k", [0, 3])
@pytest.mark.parametrize(("case", "name", "server"), MATRIX)
def test_the_probe_says_how_many_and_the_change_fails_where_there_are_any(
    places: Callable[[str], Place], case: Case, name: str, server: str, k: int
) -> None:
    dialect, place = dialect_named(name), places(server)
    with opened(place, dialect, *case.before, *([case.good] if case.good else [])) as session:
        if name == "postgresql" and "nulls" in case.name and session.version < (15,):
            pytest.skip("NULLS NOT DISTINCT is from 15 on")
        if "validated" in case.name:
            session.execute("ALTER TABLE p DROP CONSTRAINT c")
        for i in range(10, 10 + k):
            session.execute(case.bad.replace("{i}", str(i)))
        if "validated" in case.name:
            session.execute("ALTER TABLE p ADD CONSTRAINT c CHECK (n > 0) NOT VALID")
        plan = planned(session, dialect, place, case)
        probes = probes_of(plan, dialect, dialect.profile(session.version))
        assert probes, "a change that rows can stand in the way of is asked about"
        answers = probed(session, probes, Patience(samples=5))
        told = "\n".join(map(str, answers))
        assert all(a.fails is not None for a in answers), told
        can_count = case.counted or name != "postgresql" or session.version >= (16,)
        if can_count:
            assert sum(a.rows or 0 for a in answers) == k, told
        assert any(a.fails for a in answers) is (k > 0), told
        assert all(a.samples for a in answers if a.rows), told
        failure = carried_out(session, plan, dialect)
        assert bool(failure) is (k > 0), f"{failure or 'it was carried out'}, and the probes said:\n{told}"


@pytest.mark.parametrize("server", [*POSTGRES][:1])
def test_what_takes_too_long_is_not_counted_and_stalls_nothing(places: Callable[[str], Place], server: str) -> None:
    dialect, place = dialect_named("postgresql"), places(server)
    with opened(place, dialect, P) as session:
        plan = planned(session, dialect, place, CASES[0])
        probes = probes_of(plan, dialect, dialect.profile(session.version))
        slow = structs.replace(probes[0], count="SELECT count(pg_sleep(20))")
        begun = time.monotonic()
        answers = probed(session, [slow] * 5, Patience(each_ms=200, seconds=0.5))
        assert time.monotonic() - begun < 3
        assert [(a.rows, a.fails) for a in answers] == [(None, None)] * 5
        assert "statement timeout" in str(answers[0]) and "no time left" in str(answers[-1])
