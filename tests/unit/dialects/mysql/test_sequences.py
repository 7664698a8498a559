"""A sequence gets other bounds and keeps its place, or takes the nearest one that they leave it."""

from __future__ import annotations

import pytest

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import Comparison, compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Claim, Probing, Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.dialects.mysql.session import MySQLSession
from tests.maria import Maria


def altered(session: MySQLSession, goal: MySQLSession) -> Comparison:
    old, new = (Side(label="a", catalog=DIALECT.inspect(s, Scope())) for s in (session, goal))
    return compare(old, new, DIALECT)


@pytest.mark.parametrize(
    ("before", "used", "after", "then"),
    [
        ("NOCACHE", "NEXTVAL(s)", "MINVALUE 100 NOCACHE", 100),
        ("NOCACHE", "NEXTVAL(s)", "MINVALUE 100 START WITH 300 NOCACHE", 100),
        ("NOCACHE", "SETVAL(s, 500)", "MINVALUE 100 NOCACHE", 501),
        ("MAXVALUE 50 NOCACHE", "NEXTVAL(s)", "MINVALUE 100 MAXVALUE 200 NOCACHE", 100),
        ("NOCACHE", "SETVAL(s, 7)", "MAXVALUE 20 NOCACHE", 8),
        ("MINVALUE 100 NOCACHE", "NEXTVAL(s)", "NOCACHE", 101),
        ("INCREMENT BY -1 NOCACHE", "NEXTVAL(s)", "INCREMENT BY -1 MAXVALUE -50 NOCACHE", -50),
        ("INCREMENT BY -1 NOCACHE", "SETVAL(s, -70)", "INCREMENT BY -3 MAXVALUE -50 NOCACHE", -71),
        ("NOCACHE", "SETVAL(s, 9)", "INCREMENT BY -1 START WITH -4 NOCACHE", -4),
    ],
)
def test_its_next_number_is_kept_or_the_nearest_in_its_bounds(
    before: str, used: str, after: str, then: int, maria: Maria
) -> None:
    with maria.session() as session, maria.session() as goal:
        session.execute(f"CREATE SEQUENCE s {before}")
        session.rows(f"SELECT {used}")
        goal.execute(f"CREATE SEQUENCE s {after}")
        found = altered(session, goal)
        push(session, DIALECT, Target(environment="", scope=Scope()), found.work(), expected=found.plan.new)
        assert altered(session, goal).empty
        assert session.rows("SELECT NEXTVAL(s)") == [(then,)]


def test_a_sequence_that_had_all_its_numbers_gives_none_twice(maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal:
        session.execute("CREATE SEQUENCE s NOCACHE")
        session.rows("SELECT SETVAL(s, 500)")
        goal.execute("CREATE SEQUENCE s MAXVALUE 200 NOCACHE")
        found = altered(session, goal)
        push(session, DIALECT, Target(environment="", scope=Scope()), found.work(), expected=found.plan.new)
        with pytest.raises(Exception, match="has run out"):
            session.rows("SELECT NEXTVAL(s)")


def test_who_brings_it_forward_may_write_to_it(maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal:
        session.execute("CREATE SEQUENCE s")
        goal.execute("CREATE SEQUENCE s MINVALUE 100")
        plan = altered(session, goal).plan
        context = Probing(profile=DIALECT.profile(session.version), old=plan.old, new=plan.new)
        claim = Claim(use="apply", steps=plan.steps, context=context)
        asked = [r.grant for r in DIALECT.rights(session, claim)]
        assert any("GRANT INSERT ON" in g and "`s`" in g for g in asked), asked
