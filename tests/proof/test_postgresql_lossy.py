"""Changes of type by which a value would come out as another one: each of them is said to take data along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.dialects.base import Rendering, Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.dialects.postgresql.casts import using
from reconciler.dialects.postgresql.lossy import lossy
from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError
from reconciler.plan.plan import make_plan
from tests.servers import Postgres

VALUES = {
    "smallint": ("0", "7", "-300"),
    "integer": ("7", "16777217", "-70000"),
    "bigint": ("7", "9007199254740993"),
    "real": ("1.5", "0.1", "1e30"),
    "double precision": ("1.25", "0.30000000000000004", "0.1"),
    "numeric": ("1.5", "0.12345678901234567890", "7"),
    "numeric(4,0)": ("7", "9999"),
    "numeric(6,2)": ("1234.56",),
    "numeric(20,0)": ("12345678901234567890",),
    "money": ("1.50", "7"),
    "boolean": ("true",),
    "bit(4)": ("0101",),
    "bit(64)": ("0" * 60 + "0101",),
    "bit varying": ("010101", "1"),
    "text": ("7", "1.5", "010101", "2026-01-02 03:04:05.678901+02", "192.168.1.5/24", "long " * 20),
    "character varying(4)": ("1.5", "abcd"),
    "character(6)": ("abc",),
    "name": ("abc",),
    '"char"': ("a",),
    "date": ("2026-01-02",),
    "time without time zone": ("03:04:05.678901",),
    "time with time zone": ("03:04:05.678901+02",),
    "timestamp without time zone": ("2026-01-02 03:04:05.678901",),
    "timestamp(0) without time zone": ("2026-01-02 03:04:05",),
    "timestamp with time zone": ("2026-01-02 03:04:05.678901+02",),
    "timestamp(3) with time zone": ("2026-01-02 03:04:05.678+02",),
    "interval": ("1 mon 2 days 03:04:05.678901", "03:04:05"),
    "interval day to second(2)": ("2 days 03:04:05.67",),
    "inet": ("192.168.1.5/24",),
    "cidr": ("192.168.1.0/24",),
    "uuid": ("11111111-2222-3333-4444-555555555555",),
    "jsonb": ("1.5", "7", "true"),
    "daterange": ("[2026-01-02,2026-01-05)",),
    "tsrange": ('["2026-01-02 03:04:05","2026-01-05 03:04:05")',),
}
SPELLED_ANEW = {"text", "character varying(4)", "character(6)", "name"}
"""What a text says may be spelled otherwise, blanks at its end are none, and a true is told as true."""


def changed(session: Session, old: str, new: str) -> Iterator[str]:
    """The values that the server takes, and that are others once they are back."""
    for value in VALUES[old]:
        session.rows(f"DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT '{value}'::{old} AS c")
        before = session.rows("SELECT c::text FROM t")
        try:
            session.rows(f"ALTER TABLE t ALTER c TYPE {new}{using(old, new, 'c')}")
            after = session.rows("SELECT c::text FROM t")
            session.rows(f"ALTER TABLE t ALTER c TYPE {old}{using(new, old, 'c')}")
        except DatabaseError:
            continue
        if session.rows("SELECT c::text FROM t") != before:
            yield f"{old} to {new}: {before[0][0]} is {after[0][0]}"


@pytest.mark.proof
@pytest.mark.parametrize("old", [t for t in VALUES if t not in SPELLED_ANEW])
def test_a_type_that_takes_a_part_of_a_value_along_is_known(pg: Postgres, old: str) -> None:
    with pg.session() as session:
        for new in VALUES:
            if new != old and not lossy(old, new):
                assert list(changed(session, old, new)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("integer", "bigint"), ("integer", "numeric"), ("integer", "double precision"), ("smallint", "real"),
        ("integer", "numeric(10,0)"), ("numeric(4,0)", "integer"), ("numeric(6,2)", "numeric(8,2)"),
        ("numeric(6,2)", "double precision"), ("real", "double precision"), ("integer", "bit(32)"),
        ("bit(4)", "integer"),
        ("text", "integer"), ("text", "jsonb"), ("text", "uuid"), ("integer", "text"), ("character varying(4)", "text"),
        ("character varying(4)", "character varying(9)"), ("date", "timestamp without time zone"), ("cidr", "inet"),
        ("timestamp without time zone", "timestamp with time zone"), ("json", "jsonb"), ("public.mood", "text"),
        ("timestamp(0) without time zone", "timestamp(3) without time zone"), ("integer[]", "bigint[]"),
        ("interval day to second(2)", "interval"), ("uuid", "name"), ("text", "public.mood"),
    ],
)  # fmt: skip
def test_a_type_that_keeps_every_value_or_refuses_it_asks_nobody(old: str, new: str) -> None:
    assert not lossy(old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "CREATE TABLE t (a int)", "CREATE TABLE t (a bit(4))", "what does not fit bit(4) in public.t.a", id="bits"
        ),
        pytest.param(
            "CREATE DOMAIN d AS numeric(8, 2); CREATE TABLE t (a numeric)",
            "CREATE DOMAIN d AS numeric(8, 2); CREATE TABLE t (a d)",
            "what does not fit public.d in public.t.a",
            id="a domain",
        ),
        pytest.param(
            "CREATE DOMAIN d AS numeric; CREATE TABLE t (a d, b d[])",
            "CREATE DOMAIN d AS int; CREATE TABLE t (a d, b d[])",
            "what does not fit public.d in public.t.a; what does not fit public.d[] in public.t.b",
            id="what a domain is over",
        ),
        pytest.param(
            "CREATE TYPE c AS (x timestamp, y int); CREATE TABLE t (a c)",
            "CREATE TYPE c AS (x date, y int); CREATE TABLE t (a c)",
            "what does not fit date in x of public.c (public.t.a)",
            id="an attribute",
        ),
        pytest.param(
            "CREATE TYPE c AS (x timestamp, y int)", "CREATE TYPE c AS (x date, y int)", "", id="an attribute of none"
        ),
        pytest.param(
            "CREATE TABLE t (a numeric, b numeric GENERATED ALWAYS AS (a) STORED)",
            "CREATE TABLE t (a numeric, b int GENERATED ALWAYS AS (a) STORED)",
            "",
            id="what is computed",
        ),
    ],
)
def test_a_plan_says_what_may_not_fit(pg_default: Postgres, old: str, new: str, said: str) -> None:
    with pg_default.session() as session, pg_default.session() as other:
        session.rows(old)
        other.rows(new)
        profile = DIALECT.profile(session.version)
        plan = make_plan(DIALECT.inspect(session, Scope()), DIALECT.inspect(other, Scope()), profile)
        context = Rendering(profile=profile, old=plan.renamed, new=plan.new)
        assert "; ".join(filter(None, (DIALECT.impact(s, context).loses for s in plan.steps))) == said
