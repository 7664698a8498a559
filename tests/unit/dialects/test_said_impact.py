"""What a statement does to others, by its words: how long it may run, and who stands in its way."""

from __future__ import annotations

import pytest

from reconciler.apply.limits import Limits
from reconciler.dialects.holding import shortened
from reconciler.dialects.postgresql.holders import conflicting
from reconciler.dialects.registry import dialect_named

LIMITS = Limits()
BRIEF, HEAVY, BESIDE = LIMITS.brief_ms, LIMITS.heavy_ms, LIMITS.beside_ms


@pytest.mark.parametrize(
    ("dialect", "sql", "limit"),
    [
        ("postgresql", "ALTER TABLE t ADD COLUMN a integer", BRIEF),
        ("postgresql", "ALTER TABLE t ADD COLUMN a text DEFAULT 'check (x)'", BRIEF),
        ("postgresql", "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()", HEAVY),
        ("postgresql", "ALTER TABLE t ALTER COLUMN a TYPE bigint", HEAVY),
        ("postgresql", "ALTER TABLE t ALTER COLUMN a SET NOT NULL", HEAVY),
        ("postgresql", "-- why\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", BRIEF),
        ("postgresql", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", HEAVY),
        ("postgresql", "ALTER TABLE t VALIDATE CONSTRAINT c", BESIDE),
        ("postgresql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", BESIDE),
        ("postgresql", "CREATE INDEX i ON t (a)", HEAVY),
        ("postgresql", "DROP TABLE t", BRIEF),
        ("postgresql", "UPDATE t SET a = 1", HEAVY),
        ("mysql", "ALTER TABLE `t` ADD COLUMN a int, ALGORITHM=INSTANT", BRIEF),
        ("mysql", "ALTER TABLE `t` ADD INDEX i (a), ALGORITHM=NOCOPY, LOCK=NONE", BESIDE),
        ("mysql", "ALTER TABLE `t` MODIFY a bigint, ALGORITHM=COPY, LOCK=SHARED", HEAVY),
        ("mysql", "ALTER TABLE t ADD COLUMN a int", HEAVY),
        ("mysql", "RENAME TABLE a TO b", BRIEF),
        ("sqlite", "INSERT INTO b SELECT * FROM a", HEAVY),
        ("sqlite", "CREATE TABLE b (a integer)", BRIEF),
        ("sqlite", "CREATE INDEX i ON b (a)", HEAVY),
    ],
)
def test_a_statement_may_run_as_long_as_what_it_does_takes(dialect: str, sql: str, limit: int) -> None:
    assert LIMITS.of(dialect_named(dialect).said_impact(sql)) == limit


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("SELECT  *\nFROM t -- secret", "SELECT * FROM t"),
        ("ALTER ROLE app PASSWORD 'hunter2'", "ALTER ROLE app PASSWORD ?"),
        ("INSERT INTO t VALUES (E'a\\'b', $$x'y$$, 4711, t1.c2)", "INSERT INTO t VALUES (?, ?, ?, t1.c2)"),
        ("UPDATE t SET a = 'cut off by the serv", "UPDATE t SET a = ?"),
        ("SELECT $tag$ cut off", "SELECT ?"),
        ("<insufficient privilege>", ""),
        (None, ""),
    ],
)
def test_a_query_is_shown_without_a_value(query: str | None, shown: str) -> None:
    assert shortened(query) == shown
    assert len(shortened("SELECT " + "a, " * 100)) == 80


def test_double_quotes_hold_texts_where_a_server_reads_them_so() -> None:
    assert shortened('SELECT "hunter2"', names_in_double_quotes=False) == "SELECT ?"


def test_locks_conflict_as_the_manual_says() -> None:
    assert conflicting("access exclusive") >= {"AccessShareLock"}
    assert "AccessShareLock" not in conflicting("share") and "RowExclusiveLock" in conflicting("share")
    assert "ShareLock" not in conflicting("share")
    assert "RowExclusiveLock" not in conflicting("share update exclusive")
