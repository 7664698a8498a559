"""The reader of CREATE TABLE, held against what SQLite makes of the same text."""

from __future__ import annotations

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.sqlite import DIALECT
from reconciler.dialects.sqlite.cursor import UnreadableError
from reconciler.dialects.sqlite.reader import table_clause
from reconciler.dialects.sqlite.session import connect
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.tables import Check, Column, ForeignKey, PrimaryKey, Table, Unique


def read(*sql: str) -> Catalog:
    with connect("sqlite://") as session:
        for statement in sql:
            session.execute(statement)
        return DIALECT.inspect(session, Scope())


def columns(catalog: Catalog) -> list[Column]:
    return list(catalog.of(Column))


@pytest.mark.parametrize(
    ("definition", "type"),
    [
        ("a", ""),
        ("a integer", "integer"),
        ("a InTeGeR", "InTeGeR"),
        ("a varchar( 20 )", "varchar( 20 )"),
        ("a double\n precision", "double precision"),
        ("a decimal(10,-2) not null", "decimal(10,-2)"),
        ("a unsigned big int default 1", "unsigned big int"),
        ("a generated always as (1)", ""),
        ("a int generated always as (1)", "int"),
        ("a key", "key"),
        ('a "my type"', '"my type"'),
        ("a text /* words */ (5)", "text(5)"),
    ],
)
def test_a_type_is_what_was_declared(definition: str, type: str) -> None:
    catalog = read(f"CREATE TABLE t (x, {definition})")
    assert not catalog.unmodelled
    assert columns(catalog)[1].type == type


@pytest.mark.parametrize(
    ("clause", "default"),
    [
        ("1", "1"),
        ("- 1", "-1"),
        ("+1.5e3", "+1.5e3"),
        ("'It''s'", "'It''s'"),
        ("null", "NULL"),
        ("Current_Timestamp", "CURRENT_TIMESTAMP"),
        ("true", "TRUE"),
        ("word", "word"),
        ('"words of a text"', '"words of a text"'),
        ("x'0A'", "x'0A'"),
        ("(1+2)", "(1 + 2)"),
        ("( Lower('X') || 'y' )", "(Lower('X') || 'y')"),
    ],
)
def test_a_default_keeps_its_kind(clause: str, default: str) -> None:
    assert columns(read(f"CREATE TABLE t (a TEXT DEFAULT {clause} NOT NULL)"))[0].default == default


def test_clauses_of_a_column_come_in_any_order() -> None:
    catalog = read(
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a TEXT COLLATE nocase CONSTRAINT u UNIQUE ON CONFLICT IGNORE REFERENCES p (id) ON UPDATE SET "
        "NULL MATCH full NOT DEFERRABLE CHECK (a <> '') DEFAULT 'x' CONSTRAINT n NOT NULL ON CONFLICT REPLACE NULL)",
    )
    (a,) = (c for c in columns(catalog) if c.table == "t")
    assert (a.collation, a.default, a.nullable, a.not_null_name, a.conflict) == ("nocase", "'x'", False, "n", "replace")
    (unique,) = catalog.of(Unique)
    assert (unique.name, unique.named, unique.conflict) == ("u", True, "ignore")
    (key,) = catalog.of(ForeignKey)
    assert (key.on_update, key.on_delete, key.match, key.deferrable) == ("set null", "no action", "full", False)


def test_constraints_of_a_table_need_no_commas_and_may_be_empty() -> None:
    catalog = read("CREATE TABLE t (a, b, PRIMARY KEY (a) UNIQUE (b) CONSTRAINT c1 CONSTRAINT c2 CHECK (a > 1))")
    assert not catalog.unmodelled
    assert {o.kind for o in catalog.values()} == {"table", "column", "primary_key", "unique", "check"}
    assert [c.name for c in catalog.of(Check)] == ["c2"]


def test_constraints_without_names_get_one_from_their_definition() -> None:
    one = "CREATE TABLE t (a UNIQUE, b CHECK (b > 0) CHECK (b < 9) REFERENCES p, CHECK (a <> b), PRIMARY KEY (a, b))"
    two = "CREATE TABLE t (a, b, PRIMARY KEY (a, b), CHECK (b < 9), CHECK (b > 0), CHECK (a <> b), UNIQUE (a), "
    two += "FOREIGN KEY (b) REFERENCES p)"
    first, second = read(one), read(two)
    assert set(first) == set(second)
    unnamed = {a.name for a, o in first.items() if getattr(o, "named", True) is False}
    assert {"t_a_key", "t_pkey", "t_check", "t_b_fkey"} < unnamed


def test_a_made_name_gives_way_to_a_real_one() -> None:
    catalog = read("CREATE TABLE t (a UNIQUE, b, CONSTRAINT t_a_key UNIQUE (b))")
    assert {u.name: u.named for u in catalog.of(Unique)} == {"t_a_key": True, "t_a_key_": False}


def test_two_constraints_of_one_name_are_not_both_modelled() -> None:
    catalog = read("CREATE TABLE t (a, CONSTRAINT c CHECK (a > 0), CONSTRAINT c CHECK (a < 9))")
    (left_out,) = catalog.unmodelled
    assert left_out.refs == (Address("table", "", "t"),)


def test_a_descending_integer_key_is_kept_where_it_means_something() -> None:
    keys = [k.terms for k in read("CREATE TABLE t (a INTEGER PRIMARY KEY DESC)").of(PrimaryKey)]
    keys += [k.terms for k in read("CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))").of(PrimaryKey)]
    assert keys == [("a DESC",), ()]


def test_options_of_a_table_come_in_any_order() -> None:
    for options in ("STRICT, WITHOUT ROWID", "WITHOUT ROWID, STRICT"):
        (table,) = read(f"CREATE TABLE t (a TEXT PRIMARY KEY) {options}").of(Table)
        assert table.strict and table.without_rowid


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a",
        "CREATE TABLE t (a) WITH SAUCE",
        "CREATE TABLE t (a INTEGER SOMEHOW =)",
        "CREATE TABLE t (a, UNIQUE (lower(a)))",
        "CREATE VIEW t AS SELECT 1",
        "",
    ],
)
def test_what_is_not_understood_is_an_error(sql: str) -> None:
    with pytest.raises(UnreadableError):
        table_clause(sql)


def test_keys_over_equal_columns_share_the_first_ones_directions() -> None:
    catalog = read(
        "CREATE TABLE t (a TEXT UNIQUE, PRIMARY KEY (a DESC))", "CREATE TABLE u (a, UNIQUE (a DESC), UNIQUE (a))"
    )
    assert [k.terms for k in catalog.of(PrimaryKey)] == [()]
    assert [k.terms for k in catalog.of(Unique) if k.table == "u"] == [("a DESC",)]
