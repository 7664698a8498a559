"""Random owners and grants on random objects: each becomes any other in place, and a second plan is empty."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from reconciler.dialects.base import Rendering, Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError
from reconciler.model.catalog import Catalog
from reconciler.plan.plan import make_plan
from tests.servers import Postgres

ROLES = ("rc_app", "rc_reader", '"rc ""odd"" Role"')
OBJECTS = {
    "TABLE t": ("select insert update delete truncate references trigger", "a b c"),
    "TABLE u": ("select insert", "a"),
    "TABLE v": ("select update", "a c"),
    "TABLE m": ("select", ""),
    "FUNCTION f()": ("execute", ""),
    "TYPE e": ("usage", ""),
    "SEQUENCE s": ("usage select update", ""),
    "SEQUENCE t_b_seq": ("usage select", ""),
    "SEQUENCE u_a_seq": ("usage select", ""),
    "SCHEMA x": ("usage create", ""),
    "SCHEMA public": ("usage create", ""),
}
OWNED = ("TABLE t", "TABLE u", "VIEW v", "MATERIALIZED VIEW m", "FUNCTION f()", "TYPE e", "SEQUENCE s", "SCHEMA x")
LATER = ("SELECT ON TABLES", "INSERT ON TABLES", "USAGE ON SEQUENCES", "USAGE ON TYPES", "EXECUTE ON FUNCTIONS")


def made(r: random.Random) -> Iterator[str]:
    """Objects, some of which have to be made anew to become another's."""
    yield f"CREATE TABLE t (a {r.choice(['integer', 'bigint'])}, b integer GENERATED ALWAYS AS IDENTITY, c text)"
    yield "CREATE TABLE u (a serial)"
    yield f"CREATE VIEW v AS SELECT a, c{r.choice(['', ', 1 AS n'])} FROM t"
    yield "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a"
    yield f"CREATE FUNCTION f() RETURNS {r.choice(['text', 'name'])} LANGUAGE sql AS 'SELECT NULL::name'"
    yield r.choice(["CREATE TYPE e AS ENUM ('a', 'b')", "CREATE TYPE e AS ENUM ('b')"])
    yield "CREATE SEQUENCE s"
    yield "CREATE SCHEMA x"


def said(r: random.Random) -> str:
    what = r.choice(list(OBJECTS))
    privileges, columns = (words.split() for words in OBJECTS[what])
    to = r.choice([*ROLES, "PUBLIC"])
    option = " WITH GRANT OPTION" if to != "PUBLIC" and r.random() < 0.3 else ""
    kind = r.random()
    if kind < 0.2 and columns:
        return f"GRANT {r.choice(['select', 'update'])} ({r.choice(columns)}) ON {what} TO {to}{option}"
    if kind < 0.6:
        return f"GRANT {', '.join(r.sample(privileges, r.randint(1, len(privileges))))} ON {what} TO {to}{option}"
    if kind < 0.7:
        return f"REVOKE ALL ON {what} FROM {r.choice(['PUBLIC', 'CURRENT_USER'])}"
    if kind < 0.85:
        return f"ALTER {r.choice(OWNED)} OWNER TO {r.choice([*ROLES, 'CURRENT_USER'])}"
    where = r.choice(["", "IN SCHEMA public ", "IN SCHEMA x "])
    who = r.choice(["", *(f"FOR ROLE {role} " for role in ROLES)])
    return f"ALTER DEFAULT PRIVILEGES {who}{where}GRANT {r.choice(LATER)} TO {to}{option}"


def filled(session: Session, r: random.Random) -> None:
    for sql in made(r):
        session.execute(sql)
    for _ in range(r.randint(0, 25)):
        try:
            session.execute(said(r))
        except DatabaseError:
            continue  # a sequence that goes with its table, say


def inspected(session: Session) -> Catalog:
    return DIALECT.inspect(session, Scope(topics=frozenset({"owners", "grants"})))


def statements(old: Catalog, new: Catalog) -> list[str]:
    profile = DIALECT.profile(new.version)
    plan = make_plan(old, new, profile)
    context = Rendering(profile=profile, old=plan.renamed, new=plan.new)
    return [s.sql for step in plan.steps for s in DIALECT.render(step, context)]


@pytest.mark.parametrize("seed", range(12))
def test_any_rights_become_any_others_and_come_back(pg_default: Postgres, seed: int) -> None:
    r = random.Random(seed)
    with pg_default.session(pg_default.database()) as a, pg_default.session(pg_default.database()) as b:
        known = {row[0] for row in a.rows("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            if role.strip('"').replace('""', '"') not in known:
                with suppress(DatabaseError):  # another worker was quicker
                    a.execute(f"CREATE ROLE {role}")
        filled(a, r)
        filled(b, r)
        old, new = inspected(a), inspected(b)
        for source, target in ((old, new), (new, old)):
            for sql in statements(source, target):
                a.execute(sql)
            assert statements(inspected(a), target) == []
