"""What each dialect makes of what it cannot say: kept as something else, left out, or refused, with its line."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.dialects.registry import dialect_named
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.written import Written

HEAD = "apiVersion: reconcile/v1\n"


def read(text: str, dialect: str) -> Written:
    chosen = dialect_named(dialect)
    return load_manifests([("m.yaml", text.encode())], profile=chosen.profile(()), emulating=chosen)


def objects(found: Written) -> dict[str, Any]:
    return {str(o.address): o for u in found.units for o in u.objects}


def table(column: str, *more: str) -> str:
    lines = "".join(f"  {line}\n" for line in more)
    return f"{HEAD}kind: Table\nmetadata: {{name: t}}\nspec:\n  columns:\n    id: integer\n    c: {column}\n{lines}"


def column(text: str, dialect: str) -> tuple[str, str | None]:
    """The type of the column and the check beside it."""
    found = objects(read(text, dialect))
    checks = [o.expression for a, o in found.items() if a.startswith("check:")]
    address = "column:public.t.c" if dialect == "postgresql" else "column:t.c"
    return found[address].type, checks[0] if checks else None


TYPES = [
    ("boolean", "sqlite", "boolean", "c IN (0, 1)"),
    ("bool", "mysql", "boolean", "c IN (0, 1)"),
    ("boolean", "postgresql", "boolean", None),
    ("varchar(20)", "sqlite", "varchar(20)", "length(c) <= 20"),
    ("varchar(20)", "mysql", "varchar(20)", None),
    ("character varying", "sqlite", "text", None),
    ("varchar", "mysql", "longtext", None),
    ("timestamptz", "sqlite", "datetime", None),
    ("timestamp(3) with time zone", "mysql", "datetime(3)", None),
    ("timestamptz", "mysql", "datetime(6)", None),
    ("datetime", "postgresql", "timestamp", None),
    ("uuid", "sqlite", "text", "c LIKE '________-____-____-____-____________'"),
    ("jsonb", "sqlite", "text", "json_valid(c)"),
    ("jsonb", "mysql", "json", None),
    ('"text[]"', "sqlite", "text", "json_valid(c) AND json_type(c) = 'array'"),
    ('"integer[][]"', "mysql", "json", "json_type(c) = 'ARRAY'"),
    ("bytea", "sqlite", "blob", None),
    ("bytea", "mysql", "longblob", None),
    ("longblob", "postgresql", "bytea", None),
    ("int unsigned", "postgresql", "bigint", "c >= 0"),
    ("\"enum('a','b')\"", "postgresql", "text", "c IN ('a','b')"),
    ("text", "sqlite", "text", None),
    ("bigint", "mysql", "bigint", None),
]


@pytest.mark.parametrize(("written", "dialect", "kept", "check"), TYPES)
def test_a_type_is_kept_as_another_and_checked_where_that_does_less(
    written: str, dialect: str, kept: str, check: str | None
) -> None:
    assert column(table(written), dialect) == (kept, check)


def test_whatever_is_kept_otherwise_is_said_with_its_line() -> None:
    found = read(table("{type: uuid, default: gen_random_uuid()}"), "sqlite").findings
    assert [(f.rule, f.level, f.span.line, f.address) for f in found] == [("emulated", "note", 7, "column:t.c")] * 2
    assert "uuid → text, its form is checked" in found[0].message + found[1].message


@pytest.mark.parametrize("dialect", ["sqlite", "mysql"])
@pytest.mark.parametrize("written", ["tsvector", "interval", "int4range", "xml"])
def test_a_type_that_nothing_stands_in_for_is_refused_and_says_how_to_go_on(written: str, dialect: str) -> None:
    (found,) = read(table(written), dialect).findings
    assert (found.rule, found.level, found.span.line) == ("not-portable", "error", 7)
    assert found.message == f"{dialect} has no type {written}"
    assert f"dialects: {{{dialect}: {{columns: {{c: {{type: ...}}}}}}}}" in found.next and "null" in found.next


def test_sqlite_which_takes_any_word_for_a_type_is_not_asked() -> None:
    (found,) = read(table("my_own"), "sqlite").findings
    assert found.message == "sqlite has no type my_own"


def test_what_a_dialect_is_told_in_its_own_words_is_not_touched() -> None:
    text = table("tsvector") + "dialects:\n  sqlite:\n    columns: {c: {type: jsonb, default: foo()}}\n"
    found = read(text, "sqlite")
    assert not found.findings
    assert objects(found)["column:t.c"].type == "jsonb" and column(text, "sqlite")[1] is None


ENUM = f'{HEAD}kind: Enum\nmetadata: {{name: state, schema: app}}\nspec: {{values: [new, "it\'s"]}}\n---\n'
DOMAIN = (
    f"{HEAD}kind: Domain\nmetadata: {{name: mail}}\n"
    "spec: {type: varchar(9), nullable: false, checks: {at: \"VALUE LIKE '%VALUE@%'\"}}\n---\n"
)


@pytest.mark.parametrize("name", ["app.state", "state"])
def test_an_enum_is_text_with_a_check_or_a_type_of_the_column(name: str) -> None:
    text = ENUM + table(f"{{type: {name}}}").replace("{name: t}", "{name: t, schema: app}")
    assert column(text, "sqlite") == ("text", "c IN ('new', 'it''s')")
    assert column(text, "mysql") == ("enum('new', 'it''s')", None)
    assert "enum:app.state" in objects(read(text, "postgresql"))
    assert not read(text, "postgresql").findings


def test_a_domain_is_its_type_with_its_checks() -> None:
    text = DOMAIN + table("mail")
    found = objects(read(text, "sqlite"))
    assert (found["column:t.c"].type, found["column:t.c"].nullable) == ("varchar(9)", False)
    checks = sorted(o.expression for a, o in found.items() if a.startswith("check:"))
    assert checks == ["c LIKE '%VALUE@%'", "length(c) <= 9"]


NUMBERED = table("text", "primaryKey: [id]").replace("id: integer", "id: {type: bigint, identity: always}")


def test_rows_are_numbered_in_each_dialect_s_way() -> None:
    lite = objects(read(NUMBERED, "sqlite"))
    assert (lite["column:t.id"].type, lite["column:t.id"].identity) == ("integer", None)
    assert lite["primary_key:t.t_pkey"].autoincrement
    maria = objects(read(NUMBERED, "mysql"))["column:t.id"]
    assert (maria.type, maria.auto_increment, maria.nullable, maria.identity) == ("bigint", True, False, None)
    assert objects(read(NUMBERED, "postgresql"))["column:public.t.id"].identity.always
    serial = NUMBERED.replace("{type: bigint, identity: always}", "bigserial")
    assert [f.message for f in read(serial, "sqlite").findings] == ["bigserial → integer, numbered by its primary key"]
    assert objects(read(serial, "sqlite"))["primary_key:t.t_pkey"].autoincrement
    assert objects(read(serial, "mysql"))["column:t.id"].auto_increment


@pytest.mark.parametrize(
    ("written", "dialect"),
    [
        ("{columns: [id], autoincrement: true}", "postgresql"),
        ("{columns: [id], autoincrement: true}", "mysql"),
    ],
)
def test_an_autoincrement_of_sqlite_numbers_elsewhere_too(written: str, dialect: str) -> None:
    found = objects(read(table("text", f"primaryKey: {written}"), dialect))
    address = "column:public.t.id" if dialect == "postgresql" else "column:t.id"
    assert found[address].auto_increment or found[address].identity is not None
    assert not any(getattr(o, "autoincrement", False) for o in found.values())


def test_a_number_that_is_not_the_whole_key_is_refused_on_sqlite() -> None:
    found = read(NUMBERED.replace("primaryKey: [id]", "primaryKey: [id, c]"), "sqlite").findings
    assert [f.message for f in found if f.level == "error"] == [
        "sqlite has no numbered columns but a table's whole primary key"
    ]


@pytest.mark.parametrize(
    ("default", "dialect", "kept"),
    [
        ("now()", "sqlite", "CURRENT_TIMESTAMP"),
        ("\"'{}'::jsonb\"", "sqlite", "'{}'"),
        ("\"'x'::character varying(3)\"", "mysql", "'x'"),
        ("gen_random_uuid()", "mysql", "uuid()"),
        ("uuid()", "postgresql", "gen_random_uuid()"),
        ("\"'x'::text\"", "postgresql", "'x'::text"),
        ("lower('X')", "sqlite", "lower('X')"),
    ],
)
def test_a_default_is_said_in_each_dialect_s_words(default: str, dialect: str, kept: str) -> None:
    address = "column:public.t.c" if dialect == "postgresql" else "column:t.c"
    assert objects(read(table(f"{{type: text, default: {default}}}"), dialect))[address].default == kept


def test_a_function_that_sqlite_has_not_is_refused_before_a_row_is_written() -> None:
    (found,) = read(table("{type: text, default: \"to_hex(1) || 'now()'\"}"), "sqlite").findings
    assert (found.level, found.message) == ("error", "sqlite has no function to_hex")


FOREIGN = [
    ("checks: {k: \"c::text > ''\"}", "sqlite", "casts with ::", "CAST(... AS ...)"),
    ("checks: {k: c ILIKE 'a%'}", "sqlite", "ILIKE", "lower(...) LIKE lower(...)"),
    ("checks: {k: c ~ '^a'}", "mysql", "regular expressions with ~", "dialects: {mysql: ...}"),
    ("checks: {k: \"c || 'x' = 'yx'\"}", "mysql", "|| for texts", "concat"),
    ("indexes: {i: [\"date_trunc('day', c)\"]}", "sqlite", "function date_trunc", "dialects: {sqlite: ...}"),
]


@pytest.mark.parametrize(("more", "dialect", "what", "next_step"), FOREIGN)
def test_words_that_a_dialect_has_not_are_refused_at_their_line(
    more: str, dialect: str, what: str, next_step: str
) -> None:
    found = next(f for f in read(table("text", more), dialect).findings if f.level == "error")
    assert found.message.startswith(f"{dialect} has no {what}") and next_step in found.next and found.span.line == 8
    assert not [f for f in read(table("text", more), "postgresql").findings if f.level == "error"]


def test_words_inside_of_a_text_or_a_name_are_none_of_the_dialect_s_business() -> None:
    more = "checks: {k: c <> '::' AND c <> 'a || b ilike' AND \"a::b\" > 0}"
    assert not [f for f in read(table("text", more), "mysql").findings if f.level == "error"]


def test_a_view_that_mentions_a_function_of_postgresql_is_refused_before_somebody_reads_it() -> None:
    view = f"{HEAD}kind: View\nmetadata: {{name: v}}\nspec:\n  definition: SELECT to_char(c, 'YYYY') AS y FROM t\n"
    (found,) = read(view, "sqlite").findings
    assert (found.message, found.span.line) == ("sqlite has no function to_char", 5)


def test_names_in_double_quotes_are_put_into_the_dialect_s_own() -> None:
    text = table("text", 'checks: {k: "\\"Group\\" > \'it\'\'s \\"x\\"\'"}')
    assert objects(read(text, "mysql"))["check:t.k"].expression == "`Group` > 'it''s \"x\"'"
    assert objects(read(text, "sqlite"))["check:t.k"].expression == "\"Group\" > 'it''s \"x\"'"


SHOP = f"{HEAD}kind: Table\nmetadata: {{name: t, schema: shop}}\nspec:\n  columns: {{id: integer}}\n"


@pytest.mark.parametrize("dialect", ["sqlite", "mysql"])
def test_schemas_are_left_out_and_two_objects_of_one_name_refused(dialect: str) -> None:
    assert [(f.rule, f.message) for f in read(SHOP, dialect).findings] == [("left-out", "schema shop is left out")]
    both = SHOP + "---\n" + SHOP.replace("shop", "audit")
    (found,) = [f for f in read(both, dialect).findings if f.rule == "not-portable"]
    assert found.span.line == 9 and "audit.t needs a name of its own" in found.message and "m.yaml:3" in found.why


LEFT_OUT = [
    (table("text", "unlogged: true"), "unlogged is left out", 8),
    (table("text", "indexes: {i: {columns: [c], method: gin}}"), "gin index i is left out", 8),
    (table("text", "partitionBy: RANGE (id)"), "partition by is left out", 8),
    (f"{HEAD}kind: Extension\nmetadata: {{name: pgcrypto}}\n", "Extension pgcrypto is left out", 2),
    (f"{HEAD}kind: Access\nmetadata: {{name: access}}\nspec: {{owner: app}}\n", "Access access is left out", 2),
]


@pytest.mark.parametrize(("text", "message", "line"), LEFT_OUT)
def test_what_no_row_shows_is_left_out_and_said(text: str, message: str, line: int) -> None:
    assert [(f.rule, f.message, f.span.line) for f in read(text, "sqlite").findings] == [("left-out", message, line)]


def test_comments_are_kept_where_sqlite_has_a_place_for_them() -> None:
    found = objects(read(table("{type: text, comment: of c}", "comment: of t"), "sqlite"))
    assert (found["table:t"].comment, found["column:t.c"].comment) == ("of t", "of c")
    assert not read(table("text", "comment: x"), "sqlite").findings


REFUSED = [
    (table("text", "rowSecurity: true"), "sqlite", "row security of a table", 8),
    (table("text", "unique: {u: {columns: [c], nullsNotDistinct: true}}"), "sqlite", "nulls not distinct of a", 8),
    (table("text", "unique: {u: {columns: [c], deferrable: true}}"), "mysql", "deferrable of a unique", 8),
    (table("text", "exclusions: {e: USING gist (c WITH =)}"), "sqlite", "exclusion constraints", 8),
    (table("text", "indexes: {i: {columns: [c], unique: true, where: id > 1}}"), "mysql", "unique indexes over", 8),
    (f"{HEAD}kind: Function\nmetadata: {{name: f()}}\nspec: {{definition: x}}\n", "sqlite", "Function", 2),
    (f"{HEAD}kind: Policy\nmetadata: {{name: p, table: t}}\nspec: {{using: id > 0}}\n", "mysql", "Policy", 2),
]


@pytest.mark.parametrize(("text", "dialect", "message", "line"), REFUSED)
def test_what_decides_about_rows_is_refused(text: str, dialect: str, message: str, line: int) -> None:
    found = [f for f in read(text, dialect).findings if f.level == "error"]
    assert [(f.rule, f.span.line) for f in found] == [("not-portable", line)], found
    assert found[0].message.startswith(f"{dialect} has no {message}") and found[0].next


def test_a_partition_is_rows_of_its_table_and_a_materialized_view_is_a_view() -> None:
    text = SHOP + "---\n" + SHOP.replace("name: t,", "name: t1,") + "  partitionOf: shop.t\n  bound: DEFAULT\n"
    found = read(text, "sqlite")
    assert [u.address.name for u in found.units] == ["t"]
    assert "partition → rows of t" in [f.message for f in found.findings]
    view = f"{HEAD}kind: MaterializedView\nmetadata: {{name: v}}\nspec: {{definition: SELECT 1, indexes: {{i: [a]}}}}\n"
    assert [str(a) for a in objects(read(view, "sqlite"))] == ["view:v"]


def test_mysql_keeps_a_division_that_says_its_partitions() -> None:
    kept = "HASH (id) PARTITIONS 4"
    assert objects(read(table("text", f"partitionBy: {kept}"), "mysql"))["table:t"].partition_by == kept
    assert objects(read(table("text", "partitionBy: HASH (id)"), "mysql"))["table:t"].partition_by is None


def test_a_strict_table_of_sqlite_gets_the_types_that_it_takes() -> None:
    found = objects(read(table("boolean", "strict: true"), "sqlite"))
    assert found["column:t.c"].type == "integer" and found["table:t"].strict
    assert not objects(read(table("boolean", "strict: true"), "postgresql"))["table:public.t"].strict


def test_nothing_is_emulated_in_a_project_of_one_dialect() -> None:
    profile = dialect_named("sqlite").profile(())
    found = load_manifests([("m.yaml", table("{type: jsonb, default: now()}").encode())], profile=profile)
    assert not found.findings and objects(found)["column:t.c"].type == "jsonb"


def test_a_type_of_the_project_s_own_is_none_of_another_dialect_s_words() -> None:
    text = ENUM.replace("{name: state, schema: app}", "{name: year}") + table("year")
    assert column(text, "postgresql") == ("year", None)
    assert column(text, "sqlite")[0] == "text"


def test_a_domain_s_check_in_words_that_a_dialect_has_not_is_refused_where_it_is_used() -> None:
    text = DOMAIN.replace("VALUE LIKE '%VALUE@%'", "VALUE ~ '@'") + table("mail")
    found = [f for f in read(text, "sqlite").findings if f.level == "error"]
    assert [(f.message, f.address) for f in found] == [
        ("sqlite has no regular expressions with ~", "column:t.c"),
    ]


def test_a_key_that_is_said_for_one_dialect_points_at_a_table_without_its_schema() -> None:
    key = "    foreignKeys: {k: {columns: [id], references: shop.t.id}}\n"
    found = objects(read(SHOP + f"dialects:\n  sqlite:\n{key}", "sqlite"))
    assert found["foreign_key:t.k"].target_schema == ""
