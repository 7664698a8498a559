"""What is part of a catalog, what is not, and what refers to what."""

from __future__ import annotations

from reconciler.dialects.base import Pattern, Scope
from reconciler.dialects.sqlite import DIALECT
from reconciler.dialects.sqlite.session import connect
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.programs import View, VirtualTable
from reconciler.model.tables import ForeignKey, Index


def read(sql: str, **scope: object) -> Catalog:
    with connect("sqlite://") as session:
        session.dbapi.executescript(sql)
        return DIALECT.inspect(session, Scope(**scope))  # type: ignore[arg-type]


def table(name: str) -> Address:
    return Address("table", "", name)


def column(name: str, table: str) -> Address:
    return Address("column", "", name, table)


def test_the_ledger_the_history_and_sqlites_own_tables_are_no_part_of_a_catalog() -> None:
    sql = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE reconcile_ledger (a);"
    sql += "CREATE INDEX reconcile_ix ON reconcile_ledger (a); CREATE TABLE alembic_version (v); ANALYZE;"
    catalog = read(sql)
    assert [a.name for a in catalog if a.kind == "table"] == ["t"]
    assert not catalog.unmodelled
    assert not [a for a in catalog if a.kind == "index"]


def test_what_the_project_leaves_alone_is_not_read_and_blocks_where_it_hangs_on_a_table() -> None:
    sql = "CREATE TABLE t (a); CREATE TABLE other (a); CREATE INDEX oi ON other (a);"
    sql += "CREATE TRIGGER audit AFTER INSERT ON t BEGIN SELECT 1; END;"
    catalog = read(sql, unmanaged=(Pattern(name="other"), Pattern(kind="trigger", name="audit")))
    assert set(catalog) == {table("t"), column("a", "t")}
    (left_alone,) = catalog.unmodelled
    assert (left_alone.what, left_alone.name, left_alone.refs) == ("trigger", "audit", (table("t"),))


def test_a_view_refers_to_the_tables_it_reads_and_the_columns_it_names() -> None:
    sql = "CREATE TABLE t (a, b); CREATE TABLE u (a, c); CREATE TABLE x (a);"
    sql += "CREATE VIEW v AS WITH x AS (SELECT a FROM [T] AS o) SELECT 'c' AS u FROM x, (SELECT 1) JOIN 'u' USING (a);"
    (view,) = read(sql).of(View)
    assert set(view.refs) == {table("t"), table("u"), table("x"), *(column("a", t) for t in "tux")}


def test_views_that_only_name_each_others_columns_do_not_refer_to_each_other() -> None:
    sql = "CREATE TABLE t (a, b); CREATE VIEW a AS SELECT b, a FROM t; CREATE VIEW b AS SELECT a, b AS a2 FROM t;"
    assert all(r.kind != "view" for v in read(sql).of(View) for r in v.refs)


def test_a_trigger_refers_to_what_it_writes() -> None:
    sql = "CREATE TABLE t (a, b); CREATE TABLE log (what); CREATE VIEW v AS SELECT a FROM t;"
    sql += "CREATE TRIGGER tr INSTEAD OF UPDATE ON v WHEN new.a IN t BEGIN INSERT OR IGNORE INTO log (what) VALUES (1);"
    sql += "UPDATE t SET b = 1; END;"
    trigger = read(sql)[Address("trigger", "", "tr", "v")]
    assert trigger.parent == Address("view", "", "v")
    assert set(trigger.refs) == {table("t"), table("log"), column("what", "log"), column("a", "t"), column("b", "t")}


def test_an_index_refers_to_the_columns_of_its_expressions_and_its_condition() -> None:
    (index,) = read("CREATE TABLE t (a, b, c); CREATE INDEX ix ON t (lower(a)) WHERE c > 0").of(Index)
    assert index.refs == (column("a", "t"), column("c", "t"))


def test_a_foreign_key_that_spells_its_target_in_other_case_refers_to_the_real_one() -> None:
    (key,) = read("CREATE TABLE Users (ID INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES users (id))").of(
        ForeignKey
    )
    assert (key.target, key.refs) == ("users", (table("Users"), column("ID", "Users")))


def test_shadow_tables_are_the_modules_business() -> None:
    sql = "CREATE TABLE doc (id INTEGER PRIMARY KEY, body);"
    sql += "CREATE VIRTUAL TABLE search USING fts5(body, content='doc', content_rowid='id');"
    catalog = read(sql)
    assert [a.name for a in catalog if a.kind == "table"] == ["doc"]
    (search,) = catalog.of(VirtualTable)
    assert search.definition == "fts5(body, content='doc', content_rowid='id')"
    assert search.refs == (table("doc"),)


def test_a_view_that_cannot_be_resolved_is_read_as_it_stands() -> None:
    sql = "CREATE TABLE t (a); CREATE VIEW good AS select a from t; CREATE VIEW bad AS SELECT  b  FROM gone;"
    assert {v.name: v.definition for v in read(sql).of(View)} == {
        "good": "select a from t",
        "bad": "SELECT  b  FROM gone",
    }


def test_a_table_whose_text_was_tampered_with_is_listed_with_the_reason() -> None:
    sql = "CREATE TABLE t (a, b); CREATE INDEX ix ON t (a); CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;"
    sql += "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE t (a)' WHERE name = 't';"
    catalog = read(sql)
    assert not list(catalog)
    assert {u.what for u in catalog.unmodelled} == {"table", "trigger"}


def test_a_virtual_table_of_a_module_that_is_not_there_is_reported_and_its_tables_are_left_alone() -> None:
    sql = "CREATE TABLE t (a); CREATE TABLE near_chunks (a); CREATE TABLE near_rowids (b); PRAGMA writable_schema = ON;"
    sql += "INSERT INTO sqlite_master VALUES ('table', 'near', 'near', 0, 'CREATE VIRTUAL TABLE near USING vec0(x)');"
    catalog = read(sql)
    assert {a.name for a in catalog if a.kind == "table"} == {"t"}
    (near,) = catalog.unmodelled
    assert (near.what, near.name) == ("virtual table", "near") and "vec0" in near.reason


def test_what_a_session_attaches_and_its_temporary_objects_are_no_part_of_the_database() -> None:
    sql = "CREATE TABLE t (a); ATTACH ':memory:' AS aux; CREATE TABLE aux.t (b); CREATE TABLE aux.other (c);"
    sql += "CREATE TEMP TABLE t (d); CREATE TEMP VIEW v AS SELECT 1; CREATE INDEX aux.ix ON other (c);"
    assert set(read(sql)) == {table("t"), column("a", "t")}
