"""Addresses of one kind become those of the other with their rows, or the plan says why not before it begins."""

from __future__ import annotations

import pytest

from reconciler.apply.probing import probed, probes_of
from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import Comparison, compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Claim, Probing, Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.dialects.mysql.session import MySQLSession
from reconciler.errors import DatabaseError
from tests.maria import Maria


def compared(session: MySQLSession, goal: MySQLSession) -> Comparison:
    old, new = (Side(label="a", catalog=DIALECT.inspect(s, Scope())) for s in (session, goal))
    return compare(old, new, DIALECT)


def brought(session: MySQLSession, goal: MySQLSession) -> None:
    found = compared(session, goal)
    assert not found.plan.findings
    push(session, DIALECT, Target(environment="", scope=Scope()), found.work(), expected=found.plan.new)
    assert compared(session, goal).empty


def test_every_address_is_kept_there_and_back(maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal, maria.session() as home:
        for s, kind in ((session, "inet4"), (goal, "inet6"), (home, "inet4")):
            s.execute(f"CREATE TABLE t (`co:lon %` {kind} UNIQUE, at datetime ON UPDATE current_timestamp(), n int)")
        session.execute("INSERT INTO t VALUES ('1.2.3.4', '2020-01-01', 1), (NULL, NULL, 2), ('0.0.0.0', NULL, 3)")
        read = "SELECT CAST(`co:lon %` AS CHAR), CAST(at AS CHAR), n FROM t ORDER BY n"
        before = session.rows(read)
        brought(session, goal)
        there = [("::ffff:1.2.3.4", "2020-01-01 00:00:00", 1), (None, None, 2), ("::ffff:0.0.0.0", None, 3)]
        assert session.rows(read) == there
        brought(session, home)
        assert session.rows(read) == before


@pytest.mark.parametrize("address", ["2001:db8::1", "::1", "::1.2.3.4", "::ffff:1:2:3"])
def test_an_address_that_is_no_inet4_is_told_of_before_the_plan_begins(address: str, maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal:
        session.execute("CREATE TABLE t (a inet6, b int)")
        session.execute(f"INSERT INTO t VALUES ('{address}', 1)")
        goal.execute("CREATE TABLE t (a inet4, b int)")
        plan = compared(session, goal).plan
        (answer,) = probed(session, probes_of(plan, DIALECT, DIALECT.profile(session.version)))
        assert (answer.rows, answer.fails) == (1, True)
        session.execute("UPDATE t SET a = '::ffff:1.2.3.4'")
        (answer,) = probed(session, probes_of(plan, DIALECT, DIALECT.profile(session.version)))
        assert (answer.rows, answer.fails) == (0, False)
        brought(session, goal)


@pytest.mark.parametrize(
    ("definition", "more", "why"),
    [
        ("(a {}, CHECK (a <> '{}1.1.1.1'))", "", "check CONSTRAINT_1 reads it"),
        ("(a {} CHECK (a <> '{}1.1.1.1'))", "", "has a check"),
        ("(a {}, b varchar(60) AS (concat(a, 'x')) STORED)", "", "column b reads it"),
        ("(a {}) WITH SYSTEM VERSIONING", "", "keeps what its rows were"),
        ("(a {}, n int)", "CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW SET NEW.n = 1", "the trigger tr runs"),
    ],
)
def test_where_more_would_happen_it_is_refused_with_the_reason(
    definition: str, more: str, why: str, maria: Maria
) -> None:
    with maria.session() as session, maria.session() as goal:
        for s, kind, before in ((session, "inet4", ""), (goal, "inet6", "::ffff:")):
            s.execute(f"CREATE TABLE t {definition.format(kind, before)}")
            if more:
                s.execute(more)
        (finding,) = compared(session, goal).plan.findings
        assert (finding.rule, finding.level) == ("inet-type", "error") and why in finding.why


def test_a_trigger_on_insert_is_not_in_the_way_and_the_right_to_update_is_asked_for(maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal:
        for s, kind in ((session, "inet4"), (goal, "inet6")):
            s.execute(f"CREATE TABLE t (a {kind}, n int)")
            s.execute("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 1")
        plan = compared(session, goal).plan
        context = Probing(profile=DIALECT.profile(session.version), old=plan.old, new=plan.new)
        asked = [r.grant for r in DIALECT.rights(session, Claim(use="apply", steps=plan.steps, context=context))]
        assert any(g.startswith("GRANT UPDATE ON") and ".`t`" in g for g in asked), asked
        brought(session, goal)


KINDS = ("int(11)", "datetime", "inet4", "inet6", "uuid", "point", "polygon", "varchar(60)", "varbinary(16)", "bit(3)")


def test_what_the_server_never_makes_of_a_column_is_refused_and_nothing_else(maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal:
        for was in KINDS:
            for will in (k for k in KINDS if {was, k} not in ({was}, {"inet4", "inet6"})):
                for s, kind in ((session, was), (goal, will)):
                    s.execute(f"CREATE OR REPLACE TABLE t (a {kind}, n int)")
                rules = [f.rule for f in compared(session, goal).plan.findings]
                assert rules == ([] if taken(session, f"ALTER TABLE t MODIFY a {will}") else ["no-cast"]), (was, will)


def taken(session: MySQLSession, sql: str) -> bool:
    try:
        session.execute(sql)
    except DatabaseError as error:
        assert error.code == "4078"
        return False
    return True
