"""Which statements may take data away, by their words alone."""

from __future__ import annotations

import pytest

from reconciler.apply.render import Rendered
from reconciler.control.losses import said_losses
from reconciler.model.changes import Statement
from reconciler.sources.revisions import Revision


def losses(*sql: str) -> list[str]:
    said = tuple(Statement(s, transactional=True) for s in sql)
    return said_losses([Rendered(revision=Revision(id="a"), statements=said, segments=(), digest="", follows=())])


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t",
        "ALTER TABLE t DROP COLUMN a",
        "ALTER TABLE t DROP a",
        "DROP SCHEMA s CASCADE",
        "DROP TYPE e",
        "TRUNCATE t",
        "delete from t",
        "/* tidy */ DELETE FROM t",
        "WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM gone",
        "UPDATE t SET a = NULL",
        "REPLACE INTO t VALUES (1)",
        "DO $$ BEGIN DELETE FROM t; END $$",
        "CALL tidy_up()",
        "SELECT tidy_up()",
        "DELETE a, b FROM a INNER JOIN b",
        r"INSERT INTO t VALUES ('\'); DELETE FROM t; --')",
        "CREATE TABLE a (x integer) /* '*/; DROP TABLE t; -- '",
        "ALTER TABLE t ALTER COLUMN a TYPE text USING ''",
        "ALTER TABLE t ALTER a TYPE text USING a::text || NULL, ADD b integer",
        "ALTER TABLE t ALTER a TYPE varchar(1) USING a::varchar(1)",
        'ALTER TABLE t ALTER a TYPE "char" USING a::"char"',
        "ALTER TABLE t ALTER a TYPE integer USING b::integer",
        "CREATE OR REPLACE TABLE t (a integer)",
        "INSERT OR REPLACE INTO t VALUES (1)",
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 0",
        "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 0",
        "ALTER TABLE t DISCARD TABLESPACE",
        "ALTER TABLE t DROP comment, ADD comment text",
        "ALTER TABLE t DROP trigger CASCADE",
        "ALTER TABLE t DROP identity",
        "DROP OWNED BY somebody",
    ],
)
def test_what_may_take_data_away(sql: str) -> None:
    assert losses(sql) == [sql]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a integer REFERENCES u ON DELETE CASCADE ON UPDATE CASCADE)",
        "ALTER TABLE t ALTER COLUMN a DROP DEFAULT",
        "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ALTER a DROP IDENTITY IF EXISTS, ALTER COLUMN \"b c\" DROP EXPRESSION",
        "ALTER DOMAIN app.d DROP NOT NULL",
        "ALTER TABLE t ALTER a TYPE integer USING a::text::integer, ALTER \"b\" TYPE app.mood USING \"b\"::app.mood",
        "ALTER TABLE `t` DROP KEY `k`, DROP PRIMARY KEY, DROP FOREIGN KEY f, DROP CHECK c",
        "CREATE OR REPLACE VIEW v AS SELECT 1",
        "CREATE INDEX i ON t USING btree (a)",
        "ALTER SEQUENCE s OWNED BY NONE",
        "DROP INDEX IF EXISTS i",
        "DROP INDEX i",
        "DROP VIEW v",
        "COMMENT ON TABLE t IS 'do not DROP TABLE t'",
        "CREATE TRIGGER g BEFORE UPDATE ON t EXECUTE FUNCTION f()",
        "SELECT setval('s', 5)",
        "INSERT INTO t VALUES (1)",
    ],
)
def test_what_takes_nothing(sql: str) -> None:
    assert losses(sql) == []


def test_a_rebuild_keeps_the_rows_that_it_copies() -> None:
    copy = 'INSERT INTO "_new_t" ("a", "b") SELECT "a", "b" FROM "t"'
    rest = ('DROP TABLE "t"', 'ALTER TABLE "_new_t" RENAME TO "t"')
    own = "UPDATE sqlite_sequence SET name = 't' WHERE name = '_new_t'"
    assert losses('CREATE TABLE "_new_t" (a, b)', copy, own, *rest) == []
    assert losses(f"{copy} WHERE 1 = 0", *rest) == ['DROP TABLE "t"']
    assert losses(copy, 'DROP TABLE "u"') == ['DROP TABLE "u"']
