"""What random pairs found, as small as it can be said: each once broke a property, and does not any more."""

from __future__ import annotations

import pytest

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql.spelling import arrays_kept
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.sqlite.session import connect
from reconciler.errors import DatabaseError
from reconciler.model.address import Address
from reconciler.prove.survival import looked_at
from tests.servers import Postgres

SCOPE = Scope()
WORDS = "((a)::text = ANY ((ARRAY['x'::character varying, '(''y'::character varying])::text[]))"


def test_a_value_that_a_strict_table_refuses_is_known_as_a_matter_of_rows(sqlite_url: str) -> None:
    with connect(sqlite_url) as session:
        session.execute("CREATE TABLE t (x REAL) STRICT")
        with pytest.raises(DatabaseError) as error:
            session.execute("INSERT INTO t VALUES ('a')")
    assert error.value.code.startswith("SQLITE_CONSTRAINT")


def test_bytes_that_are_no_text_are_looked_at_like_any_other_row(sqlite_url: str) -> None:
    sqlite = dialect_named("sqlite")
    with connect(sqlite_url) as session:
        session.execute("CREATE TABLE t (x BLOB DEFAULT x'00ff')")
        session.execute("INSERT INTO t DEFAULT VALUES")
        catalog = sqlite.inspect(session, SCOPE)
        table = Address("table", "", "t")
        assert looked_at(session, sqlite, catalog, [table])[table].columns == {"x": ("00FF",)}


def test_a_list_of_words_on_a_varchar_column_is_printed_again_as_it_was(pg: Postgres) -> None:
    with pg.session() as session:
        session.execute(f"CREATE TABLE t (a varchar(20), CHECK (a IN ('x', '(''y')), {arrays_kept(f'CHECK {WORDS}')})")
        texts = session.rows(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c'"
        )
    assert texts == [(f"CHECK ({WORDS})",)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "ARRAY[1, 2]::bigint[]",
        "x = ANY (ARRAY[('a'::character varying)::text, 'b'::text])",
        "'ARRAY[''a''::character varying]::text[]'",
        "CREATE FUNCTION f() AS $$ SELECT ARRAY['a'::character varying]::text[] $$",
    ],
)
def test_no_other_array_is_touched(text: str) -> None:
    assert arrays_kept(text) == text


def brought(server: Postgres, before: str, after: str, *, follow_order: bool = False) -> list[str]:
    """The statements that took one schema to another; what is then left to do is nothing."""
    postgresql = dialect_named("postgresql")
    with server.session() as old, server.session() as new:
        old.rows(before)
        new.rows(after)
        wanted = Side(label="new", catalog=postgresql.inspect(new, SCOPE))
        live = Side(label="old", catalog=postgresql.inspect(old, SCOPE))
        found = compare(live, wanted, postgresql, follow_order=follow_order)
        push(old, postgresql, Target(environment="", scope=SCOPE), found.work(), expected=found.plan.new)
        left = compare(
            Side(label="old", catalog=postgresql.inspect(old, SCOPE)),
            Side(label="planned", catalog=found.plan.new),
            postgresql,
            follow_order=True,
        )
        assert left.empty, [s.change for s in left.plan.steps]
        return [s.sql for _, said in found.work() for s in said]


def test_a_column_that_waits_for_its_sequence_keeps_those_listed_behind_it_waiting(pg: Postgres) -> None:
    brought(pg, "CREATE TABLE t (x int)", "CREATE TABLE t (x int, b serial, a int)")


def test_a_column_keeps_its_storage_when_its_type_changes(pg: Postgres) -> None:
    table = "CREATE TABLE t (x {}); ALTER TABLE t ALTER x SET STORAGE MAIN"
    brought(pg, table.format("char(12)"), table.format("varchar"))


def test_a_key_that_carries_a_column_is_made_anew_with_what_points_at_it(pg: Postgres) -> None:
    table = "CREATE TABLE t (x int, y {0}, p int REFERENCES t, PRIMARY KEY (x) INCLUDE (y))"
    brought(pg, table.format("text"), table.format("bigint"))


def test_a_comment_on_a_schema_waits_for_nobody(pg: Postgres) -> None:
    brought(
        pg,
        "CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('a'); CREATE TABLE s.t (x int, y s.e)",
        "CREATE SCHEMA s; COMMENT ON SCHEMA s IS 'new'; CREATE TABLE s.t (y text, x int)",
        follow_order=True,
    )


def test_of_two_equal_keys_both_are_made(pg: Postgres) -> None:
    table = "CREATE TABLE t (x int, r int4range, PRIMARY KEY (x)); ALTER TABLE t ADD CONSTRAINT u UNIQUE (x);"
    exclusions = "ALTER TABLE t ADD EXCLUDE USING gist (r WITH &&), ADD EXCLUDE USING gist (r WITH &&)"
    brought(pg, "", table + exclusions)


def test_a_key_that_carries_a_column_of_an_enum_made_anew_is_made_anew_as_well(pg: Postgres) -> None:
    table = "CREATE TABLE t (x int, y e, p int REFERENCES t, PRIMARY KEY (x) INCLUDE (y))"
    brought(pg, f"CREATE TYPE e AS ENUM ('a', 'b'); {table}", f"CREATE TYPE e AS ENUM ('b', 'a'); {table}")
