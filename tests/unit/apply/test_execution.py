"""Which statements can never be in a transaction: known by their words, not by a word inside of a text."""

from __future__ import annotations

import pytest

from reconciler.apply.execution import concurrent
from reconciler.apply.invalid import about
from reconciler.apply.segments import Act
from reconciler.model.catalog import Catalog
from reconciler.model.tables import Index


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (x)", True),
        ("-- why\ncreate unique index\n concurrently if not exists i on t (x)", True),
        ("DROP INDEX CONCURRENTLY i", True),
        ("REINDEX INDEX CONCURRENTLY i", True),
        ("ALTER TABLE p DETACH PARTITION q CONCURRENTLY", True),
        ("UPDATE t SET n = 'built concurrently'", False),
        ("INSERT INTO t VALUES ('create index concurrently')", False),
        ("CREATE INDEX i ON t (x) WHERE y = ' concurrently'", False),
        ("CREATE INDEX concurrently_i ON t (x)", False),
    ],
)
def test_concurrent(sql: str, expected: bool) -> None:
    assert concurrent(Act(sql, 1)) is expected


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (x)", ["i"]),
        ('CREATE INDEX CONCURRENTLY "i" ON t (x)', ["i"]),
        ("CREATE INDEX CONCURRENTLY i2 ON t (x)", []),
        ('CREATE INDEX CONCURRENTLY "a i" ON t (x)', []),
        ('CREATE INDEX CONCURRENTLY "it""s" ON t (x)', ['it"s']),
        ("CREATE INDEX CONCURRENTLY ON t (x)", ["i", 'it"s']),
        ("CREATE INDEX CONCURRENTLY ON u (x)", []),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS I ON ONLY public.t (x)", ["i"]),
        ('CREATE INDEX CONCURRENTLY "I" ON t (x)', []),
        ("CREATE INDEX CONCURRENTLY i ON other.t (x)", []),
        ("CREATE INDEX CONCURRENTLY i ON u (x)", []),
        ("CREATE INDEX CONCURRENTLY j ON u (i)", []),
        ("DROP INDEX CONCURRENTLY IF EXISTS public.i", ["i"]),
        ("DROP INDEX CONCURRENTLY ok", []),
        ("UPDATE t SET i = 1", []),
    ],
)
def test_the_invalid_indexes_that_a_statement_is_about(sql: str, found: list[str]) -> None:
    names = [
        Index(name=n, schema="public", table="t", keys=("x",), valid=v)
        for n, v in (("i", False), ('it"s', False), ("ok", True))
    ]
    assert sorted(i.name for i in about(Catalog(names), sql)) == found
