"""The stamp is another one after every change that inspection could see, and the same where nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from tests.servers import Postgres

SETUP = (
    "CREATE TABLE t (a integer, b text, CONSTRAINT c CHECK (a > 0))",
    "CREATE TABLE u (a integer PRIMARY KEY)",
    "CREATE INDEX i ON t (a)",
    "CREATE TYPE e AS ENUM ('x')",
    "CREATE SEQUENCE s",
    "CREATE VIEW v AS SELECT a FROM t",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
)
CHANGES = (
    "ALTER TABLE t ADD d date",
    "ALTER TABLE t ALTER a SET NOT NULL",
    "ALTER TABLE t ALTER b SET DEFAULT 'x'",
    "ALTER TABLE t ALTER b SET STORAGE external",
    "ALTER TABLE t RENAME b TO b2",
    "ALTER TABLE t SET (fillfactor = 70)",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t DROP CONSTRAINT c",
    "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u NOT VALID",
    "ALTER TABLE t DISABLE TRIGGER g",
    "COMMENT ON TABLE t IS 'x'",
    "COMMENT ON COLUMN t.a IS 'x'",
    "COMMENT ON SCHEMA public IS 'other'",
    "DROP INDEX i",
    "ALTER INDEX i RENAME TO j",
    "ALTER TYPE e ADD VALUE 'y'",
    "ALTER TYPE e RENAME VALUE 'x' TO 'z'",
    "ALTER SEQUENCE s INCREMENT 5",
    "CREATE OR REPLACE VIEW v AS SELECT a, b FROM t",
    "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return null; end'",
    "CREATE POLICY p ON t USING (true)",
    "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING",
    "CREATE STATISTICS st ON a, b FROM t",
    "CREATE DOMAIN d AS integer",
    "CREATE SCHEMA other",
    "GRANT SELECT ON t TO PUBLIC",
    "GRANT SELECT (a) ON t TO PUBLIC",
    "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC",
    "REVOKE USAGE ON TYPE e FROM PUBLIC",
    "GRANT CREATE ON SCHEMA public TO PUBLIC",
    "ALTER TABLE t OWNER TO pg_monitor",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "CREATE MATERIALIZED VIEW m AS SELECT 1 AS x",
    "DROP TABLE t CASCADE",
)
NO_CHANGES = ("INSERT INTO t VALUES (1, 'x')", "ANALYZE t", "SELECT nextval('s')", "VACUUM t")


@pytest.fixture
def session(pg: Postgres) -> Iterator[Session]:
    with dialect_named("postgresql").connect(pg.database()) as session:
        for sql in SETUP:
            session.execute(sql)
        yield session


def test_every_change_changes_it_and_nothing_else_does(session: Session) -> None:
    stamp = dialect_named("postgresql").stamp
    before = stamp(session)
    for sql in NO_CHANGES:
        session.execute(sql)
        assert stamp(session) == before, sql
    for sql in CHANGES:
        session.execute("BEGIN")
        session.execute(sql)
        assert stamp(session) != before, sql
        session.execute("ROLLBACK")
        assert stamp(session) == before, sql


def test_sqlite(tmp_path: Path) -> None:
    sqlite = dialect_named("sqlite")
    with sqlite.connect(f"sqlite:///{tmp_path / 'a.db'}", create=True) as session:
        session.execute("CREATE TABLE t (a)")
        before = sqlite.stamp(session)
        session.execute("INSERT INTO t VALUES (1)")
        assert sqlite.stamp(session) == before
        session.execute("ALTER TABLE t ADD b")
        assert sqlite.stamp(session) != before
