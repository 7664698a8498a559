"""Which definitions say the same, and which only look alike."""

from __future__ import annotations

import pytest

from tests.proof.sqlite_facts import catalog, loaded, planned


def same(old: str, new: str) -> bool:
    before = "" if "create table t " in old.lower() else "CREATE TABLE t (a, b, key);"
    return planned(*(catalog(loaded(before + sql.replace("VIEW:", "CREATE VIEW v AS "))) for sql in (old, new)))[
        0
    ].empty


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CREATE TABLE t (a INT DEFAULT 1)", "create table t (a int default (1))"),
        ("CREATE TABLE t (a DEFAULT CURRENT_DATE)", "create table t (a default ( current_date ))"),
        (
            "CREATE TABLE t (a TEXT COLLATE NOCASE, b, UNIQUE (a COLLATE RTRIM DESC, b))",
            "CREATE TABLE t (a TEXT COLLATE nocase, b, UNIQUE (a collate rtrim desc, b))",
        ),
        ("CREATE INDEX i ON t (a COLLATE NOCASE, b)", "CREATE INDEX i ON t (a collate nocase, b)"),
        ("CREATE TABLE t (a NUMERIC(10, 2))", "CREATE TABLE t (a numeric( 10,2 ))"),
        ("CREATE TABLE t (a CHECK (LENGTH(a) > 1))", 'CREATE TABLE t (a CHECK (length( "A" )>1 /* two */))'),
        ("CREATE TABLE t (a, b AS (a + 1))", "CREATE TABLE t (a, b GENERATED ALWAYS AS ([a]+1) VIRTUAL)"),
        (
            "CREATE INDEX i ON t (lower(a) DESC) WHERE b NOT NULL",
            "create index i on t (LOWER(`a`) desc) where b not null",
        ),
        (
            "VIEW:SELECT a, max(b) AS m FROM t GROUP BY a",
            "create view v as\n select a,max( b ) as m from t -- t\n group by a",
        ),
        ("CREATE VIEW v (x) AS SELECT a + 1 FROM t", "CREATE VIEW v (x) AS SELECT a+1 FROM t"),
        (
            "VIEW:SELECT t.a x FROM t WHERE a IN (SELECT a+1 FROM t)",
            "VIEW:SELECT t.a x FROM t WHERE a IN (SELECT a + 1 FROM t)",
        ),
        (
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
            "create trigger r after insert on t begin\n select 1 ; end",
        ),
    ],
)
def test_it_means_the_same(old: str, new: str) -> None:
    assert same(old, new) and same(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CREATE TABLE t (a DEFAULT 'A')", "CREATE TABLE t (a DEFAULT 'a')"),
        ("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT '1')"),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INTEGER)"),
        ("CREATE TABLE t (a CHECK (a <> 'X y'))", "CREATE TABLE t (a CHECK (a <> 'X  y'))"),
        ("CREATE TABLE t (a, b AS (a + 1))", "CREATE TABLE t (a, b AS (a + 1) STORED)"),
        ("VIEW:SELECT a + 1 FROM t", "VIEW:SELECT a+1 FROM t"),
        ("VIEW:SELECT * FROM (SELECT a+1 FROM t)", "VIEW:SELECT * FROM (SELECT a + 1 FROM t)"),
        ("VIEW:SELECT a AS key FROM t", "VIEW:SELECT a AS KEY FROM t"),
        ("VIEW:SELECT a x FROM t", "VIEW:SELECT a y FROM t"),
        ("VIEW:SELECT a COLLATE nocase FROM t", "VIEW:SELECT a  COLLATE nocase FROM t"),
        ("VIEW:SELECT CASE a WHEN 1 THEN 2 END FROM t", "VIEW:SELECT CASE a WHEN 1  THEN 2 END FROM t"),
        (
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 'a'; END",
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 'A'; END",
        ),
        (
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE TRIGGER r BEFORE INSERT ON t BEGIN SELECT 1; END",
        ),
    ],
)
def test_it_is_another(old: str, new: str) -> None:
    assert not same(old, new) and not same(new, old)
