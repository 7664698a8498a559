"""What random pairs found, as small as it can be said: each once broke a property, and does not any more."""

from __future__ import annotations

import pytest

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.mysql.tokens import quoted as named
from reconciler.dialects.postgresql.spelling import arrays_kept
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.sqlite.session import connect
from reconciler.errors import DatabaseError
from reconciler.model.address import Address
from reconciler.model.tables import Column
from reconciler.prove.survival import looked_at
from tests.fuzz.mysql import MySQLMaker
from tests.fuzz.scripts import Scripts, hold_scripts
from tests.fuzz.strategies import Draw, generated
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


def test_a_list_of_words_on_a_varchar_column_is_printed_again_as_it_was(pg_each: Postgres) -> None:
    with pg_each.session() as session:
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


def brought(
    server: Postgres, before: str, after: str, *, follow_order: bool = False, in_order: bool = True
) -> list[str]:
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
            follow_order=in_order,
        )
        assert left.empty, [s.change for s in left.plan.steps]
        return [s.sql for _, said in found.work() for s in said]


def test_a_column_that_waits_for_its_sequence_keeps_those_listed_behind_it_waiting(pg_each: Postgres) -> None:
    brought(pg_each, "CREATE TABLE t (x int)", "CREATE TABLE t (x int, b serial, a int)")


def test_a_column_keeps_its_storage_when_its_type_changes(pg_each: Postgres) -> None:
    table = "CREATE TABLE t (x {}); ALTER TABLE t ALTER x SET STORAGE MAIN"
    brought(pg_each, table.format("char(12)"), table.format("varchar"))


def test_a_key_that_carries_a_column_is_made_anew_with_what_points_at_it(pg_each: Postgres) -> None:
    table = "CREATE TABLE t (x int, y {0}, p int REFERENCES t, PRIMARY KEY (x) INCLUDE (y))"
    brought(pg_each, table.format("text"), table.format("bigint"))


def test_a_comment_on_a_schema_waits_for_nobody(pg_each: Postgres) -> None:
    brought(
        pg_each,
        "CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('a'); CREATE TABLE s.t (x int, y s.e)",
        "CREATE SCHEMA s; COMMENT ON SCHEMA s IS 'new'; CREATE TABLE s.t (y text, x int)",
        follow_order=True,
    )


def test_of_two_equal_keys_both_are_made(pg_each: Postgres) -> None:
    table = "CREATE TABLE t (x int, r int4range, PRIMARY KEY (x)); ALTER TABLE t ADD CONSTRAINT u UNIQUE (x);"
    exclusions = "ALTER TABLE t ADD EXCLUDE USING gist (r WITH &&), ADD EXCLUDE USING gist (r WITH &&)"
    brought(pg_each, "", table + exclusions)


def test_a_key_that_carries_a_column_of_an_enum_made_anew_is_made_anew_as_well(pg_each: Postgres) -> None:
    table = "CREATE TABLE t (x int, y e, p int REFERENCES t, PRIMARY KEY (x) INCLUDE (y))"
    brought(pg_each, f"CREATE TYPE e AS ENUM ('a', 'b'); {table}", f"CREATE TYPE e AS ENUM ('b', 'a'); {table}")


ENUM = "CREATE TYPE e AS ENUM ('a', 'b', 'c');"
ANEW = "CREATE TYPE e AS ENUM ('c', 'b', 'a');"
CALLED = "CREATE FUNCTION f() RETURNS e LANGUAGE sql AS $$ SELECT 'a'::e $$;"
BY_ROW = "CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE t ALTER x SET DEFAULT f(NULL)"
PARTITION = "CREATE TABLE p PARTITION OF t DEFAULT; ALTER TABLE p ALTER y SET DEFAULT 'a'"
BOTH_ANEW = {
    "its columns stay": ("t (x int, y e DEFAULT 'a', z e[])", "t (z e[], y e DEFAULT 'b', x int)"),
    "one of them goes": ("t (x int, y e DEFAULT 'a', z e)", "t (z e, x int)"),
    "one of them is of another type": ("t (x int, y e DEFAULT 'b', z e)", "t (z e, y text, x int)"),
    "a default of another column names it": ("t (x int, y text DEFAULT 'a'::e::text)", "t (y text, x int)"),
    "one of them is computed": (
        "t (x int, y e, z boolean GENERATED ALWAYS AS (y = 'a'::e) STORED, w e GENERATED ALWAYS AS (y) STORED)",
        "t (z boolean GENERATED ALWAYS AS (y = 'a'::e) STORED, w e GENERATED ALWAYS AS (y) STORED, y e, x int)",
    ),
    "one of them is computed from now on": ("t (x e, y e)", "t (y e GENERATED ALWAYS AS (x) STORED, x e)"),
    "a partition has a default of its own": (
        f"t (x int, y e) PARTITION BY LIST (x); {PARTITION}",
        f"t (y e, x int) PARTITION BY LIST (x); {PARTITION}",
    ),
}


def there_and_back(server: Postgres, one: str, other: str) -> None:
    brought(server, one, other, follow_order=True)
    brought(server, other, one, follow_order=True)


@pytest.mark.parametrize("case", BOTH_ANEW)
def test_a_table_and_an_enum_of_its_columns_are_both_made_anew(pg_each: Postgres, case: str) -> None:
    one, other = BOTH_ANEW[case]
    there_and_back(pg_each, f"{ENUM} CREATE TABLE {one}", f"{ANEW} CREATE TABLE {other}")


def test_values_stay_where_a_table_and_an_enum_of_its_columns_are_both_made_anew(pg_each: Postgres) -> None:
    said = brought(
        pg_each, f"{ENUM} CREATE TABLE t (x int, y e)", f"{ANEW} CREATE TABLE t (y text, x int)", follow_order=True
    )
    with pg_each.session() as session:
        session.rows(f"{ENUM} CREATE TABLE t (x int, y e); INSERT INTO t VALUES (1, 'a'), (2, 'c'), (3, NULL)")
        for statement in said:
            session.execute(statement)
        assert session.rows("SELECT x, y FROM t ORDER BY x") == [(1, "a"), (2, "c"), (3, None)]


def test_two_enums_and_two_tables_of_both_are_all_made_anew(pg_each: Postgres) -> None:
    there_and_back(
        pg_each,
        f"{ENUM} CREATE TYPE g AS ENUM ('a', 'b'); CREATE TABLE t (x e, y g, z int); CREATE TABLE u (x e, y g, z int)",
        f"{ANEW} CREATE TYPE g AS ENUM ('b', 'a'); CREATE TABLE t (y g, x e, z int); CREATE TABLE u (z int, y g, x e)",
    )


@pytest.mark.parametrize("columns", ["x g, y e, z int", "z int, x g, y e"])
def test_columns_change_places_between_two_enums_made_anew(pg_each: Postgres, columns: str) -> None:
    there_and_back(
        pg_each,
        f"{ENUM} CREATE TYPE g AS ENUM ('a', 'b'); CREATE TABLE t (x e, y g, z int)",
        f"{ANEW} CREATE TYPE g AS ENUM ('b', 'a'); CREATE TABLE t ({columns})",
    )


def test_a_partitions_own_default_waits_for_the_type_that_the_column_gets(pg_each: Postgres) -> None:
    rest = f"CREATE TABLE t (x int, y e) PARTITION BY LIST (x); {PARTITION}"
    there_and_back(pg_each, ENUM + rest, ANEW + rest)


@pytest.mark.parametrize("columns", ["x int, z d", "z d, x int"])
def test_a_column_goes_from_an_enum_made_anew_to_a_new_domain_over_it(pg_each: Postgres, columns: str) -> None:
    there_and_back(
        pg_each, f"{ENUM} CREATE TABLE t (x int, z e)", f"{ANEW} CREATE DOMAIN d AS e; CREATE TABLE t ({columns})"
    )


@pytest.mark.parametrize("columns", ["x int, y e DEFAULT f()", "y e DEFAULT f(), x int"])
def test_a_default_calls_a_function_of_an_enum_made_anew(pg_each: Postgres, columns: str) -> None:
    made = f"{ANEW} {CALLED} CREATE TABLE t ({columns})"
    there_and_back(pg_each, f"{ENUM} {CALLED} CREATE TABLE t (x int, y e DEFAULT f())", made)
    there_and_back(pg_each, f"{ENUM} CREATE TABLE t (x int, y e)", made)


def test_a_default_calls_a_function_that_takes_a_row_of_the_table_made_anew(pg_each: Postgres) -> None:
    there_and_back(pg_each, f"CREATE TABLE t (x int, y int); {BY_ROW}", f"CREATE TABLE t (y int, x int); {BY_ROW}")


def test_a_check_of_a_domain_calls_a_function_of_the_enum_that_it_is_made_of(pg_each: Postgres) -> None:
    rest = "CREATE FUNCTION f(e) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';"
    rest += "CREATE DOMAIN d AS e CHECK (f(VALUE)); CREATE TABLE t (x int, y d)"
    there_and_back(pg_each, ENUM + rest, ANEW + rest)


def test_a_key_over_an_enum_made_anew_gets_a_comment(pg_each: Postgres) -> None:
    table = "CREATE TABLE t (x int, y e, CONSTRAINT u UNIQUE (y))"
    there_and_back(pg_each, ENUM + table, f"{ANEW} {table}; COMMENT ON CONSTRAINT u ON t IS 'new'")


def test_a_view_lets_go_of_what_goes_while_its_table_changes(pg_each: Postgres) -> None:
    there_and_back(
        pg_each,
        "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT b AS x FROM t",
        "CREATE TABLE t (a int) WITH (fillfactor=70); CREATE VIEW v AS SELECT a AS x FROM t",
    )
    there_and_back(
        pg_each,
        "CREATE TABLE t (a int); CREATE VIEW w AS SELECT a FROM t; CREATE VIEW v AS SELECT a AS x FROM w",
        "CREATE TABLE t (a int DEFAULT 1); CREATE VIEW v AS SELECT a AS x FROM t",
    )


@pytest.mark.parametrize(
    "program",
    [
        "CREATE VIEW v AS WITH s AS (SELECT * FROM t) SELECT s.a FROM s",
        "CREATE VIEW w AS SELECT * FROM t; CREATE TRIGGER tr INSTEAD OF INSERT ON w BEGIN SELECT new.a; END",
    ],
)
def test_a_column_gets_another_name_where_a_program_that_reads_a_star_is_changed(program: str, sqlite_url: str) -> None:
    sqlite = dialect_named("sqlite")
    with connect(sqlite_url) as session, connect("sqlite://") as other:
        session.dbapi.executescript(f"CREATE TABLE t (a, b); {program}")
        other.dbapi.executescript(f"CREATE TABLE t (c, d); {program.replace('.a', '.c')}")
        old, new = (sqlite.inspect(s, SCOPE) for s in (session, other))
        names = {Address("column", "", "c", "t"): "a", Address("column", "", "d", "t"): "b"}
        found = compare(Side(label="a", catalog=old), Side(label="b", catalog=new, names=names), sqlite)
        push(session, sqlite, Target(environment="", scope=SCOPE), found.work(), expected=new, planned_from=old)


def test_a_column_whose_check_refuses_the_rows_there_are_is_known_as_a_matter_of_rows(sqlite_url: str) -> None:
    with connect(sqlite_url) as session:
        session.dbapi.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        with pytest.raises(DatabaseError) as error:
            session.execute("ALTER TABLE t ADD COLUMN b CHECK (b IS NOT NULL)")
    assert error.value.code.startswith("SQLITE_CONSTRAINT")


TAKEN = "CREATE TABLE t (x int NOT NULL, {})"
ELSEWHERE = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
CHILD = "CREATE TABLE t (x int, y text); CREATE TABLE c (z int) INHERITS (t);"
FOUND = {
    "a key takes the name of a constraint that goes": (
        TAKEN.format("CONSTRAINT a PRIMARY KEY (x), CONSTRAINT b FOREIGN KEY (x) REFERENCES t"),
        TAKEN.format("CONSTRAINT b PRIMARY KEY (x)"),
    ),
    "a condition between two bounds, and another one": (
        "CREATE TABLE t (x int)",
        "CREATE TABLE t (x int, CHECK (x BETWEEN 0 AND 9 AND x <> 5)); CREATE INDEX i ON t (x) "
        "WHERE x BETWEEN 0 AND 9 AND x <> 5; CREATE POLICY \"p$\" ON t USING (x NOT BETWEEN 1 AND 2 OR x IS NULL)",
    ),
    "a column of a child has its own comment, statistics and options": (
        CHILD + "COMMENT ON COLUMN t.x IS 'one'; ALTER TABLE t ALTER x SET STATISTICS 7, ALTER x SET (n_distinct = 5)",
        CHILD + "COMMENT ON COLUMN c.x IS 'one'; ALTER TABLE ONLY c ALTER x SET STATISTICS 7",
    ),
    "a child has an identity of its own": (
        "CREATE TABLE t (x int); CREATE TABLE c (x int GENERATED ALWAYS AS IDENTITY) INHERITS (t)",
        "CREATE TABLE t (x int); CREATE TABLE c (x int GENERATED BY DEFAULT AS IDENTITY) INHERITS (t)",
    ),
    "a table gets a parent with columns that it has not": (
        "CREATE TABLE t (x int, y text); CREATE TABLE c (z int)",
        CHILD,
    ),
    "a table becomes a partition whose columns were required": (
        "CREATE TABLE t (x int, y text) PARTITION BY LIST (x); CREATE TABLE p (x int NOT NULL, y text DEFAULT 'a')",
        "CREATE TABLE t (x int, y text) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT",
    ),
    "a table becomes a partition with a column of another type": (
        "CREATE TABLE t (x int, y text) PARTITION BY LIST (x); CREATE TABLE p (x int, y int)",
        "CREATE TABLE t (x int, y text) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT",
    ),
    "a sequence stays where the table goes that owned it": (
        "CREATE SEQUENCE s; CREATE TABLE t (x int, y int); ALTER SEQUENCE s OWNED BY t.x",
        "CREATE SEQUENCE s",
    ),
    "a partitioned table is made anew with what is said of its partitions": (
        "CREATE TABLE t (x int, y int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT; "
        "COMMENT ON TABLE p IS 'one'; ALTER TABLE p ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE t (x bigint, y int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT; "
        "COMMENT ON TABLE p IS 'one'; ALTER TABLE p ENABLE ROW LEVEL SECURITY",
    ),
    "a domain that is made anew takes no NULL": (
        "CREATE DOMAIN d AS int NOT NULL; CREATE TABLE t (x d)",
        "CREATE DOMAIN d AS bigint NOT NULL; CREATE TABLE t (x d)",
    ),
    "a constraint of a typed table has another name": (
        "CREATE TYPE e AS (x int); CREATE TABLE t OF e (CONSTRAINT a CHECK (x > 0))",
        "CREATE TYPE e AS (x int); CREATE TABLE t OF e (CONSTRAINT b CHECK (x > 0))",
    ),
    "the type of a typed table gets an attribute": (
        "CREATE TYPE e AS (x int); CREATE TABLE t OF e",
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t OF e",
    ),
    "an operator goes whose commutator nobody made": (
        "CREATE DOMAIN d AS int; CREATE FUNCTION f(d, text) RETURNS bool LANGUAGE sql AS 'SELECT true'; "
        "CREATE OPERATOR === (FUNCTION = f, LEFTARG = d, RIGHTARG = text, COMMUTATOR = OPERATOR(public.===))",
        "CREATE TABLE t (x int)",
    ),
    "a partition's share of an index has a statistics target": (
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT; "
        "CREATE INDEX i ON t ((x + 1))",
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT; "
        "CREATE INDEX i ON t ((x + 1)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9",
    ),
    "a statistics object with a target is over a column that changes its type": (
        "CREATE TABLE t (x int, y int); CREATE STATISTICS s ON x, y FROM t; ALTER STATISTICS s SET STATISTICS 5",
        "CREATE TABLE t (x text, y int); CREATE STATISTICS s ON x, y FROM t; ALTER STATISTICS s SET STATISTICS 5",
    ),
    "a published column changes its type": (
        "CREATE TABLE t (x int, y text); CREATE PUBLICATION p FOR TABLE t",
        "CREATE TABLE t (x text, y text); CREATE PUBLICATION p FOR TABLE t",
    ),
    "a foreign column changes its type": (
        f"{ELSEWHERE} CREATE FOREIGN TABLE t (x text) SERVER s",
        f"{ELSEWHERE} CREATE FOREIGN TABLE t (x int) SERVER s",
    ),
    "a table becomes one of a type whose columns it has not": (
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t (z int NOT NULL, x int)",
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t OF e",
    ),
    "a table becomes one of a type whose columns it has": (
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t (x int DEFAULT 1, y text)",
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t OF e (x DEFAULT 2, y NOT NULL)",
    ),
    "a table becomes one of a type whose columns it has in another order": (
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t (y text, x int)",
        "CREATE TYPE e AS (x int, y text); CREATE TABLE t OF e",
    ),
    "a table is logged from now on, and the sequence that it owns was already": (
        "CREATE SEQUENCE s; CREATE UNLOGGED TABLE t (x int); ALTER SEQUENCE s OWNED BY t.x",
        "CREATE SEQUENCE s; CREATE TABLE t (x int); ALTER SEQUENCE s OWNED BY t.x",
    ),
    "a table leaves a parent with a column that is computed from another": (
        "CREATE TABLE t (x int, y int GENERATED ALWAYS AS (x + 1) STORED); CREATE TABLE c (z int)",
        "CREATE TABLE t (x int, y int GENERATED ALWAYS AS (x + 1) STORED); CREATE TABLE c (z int) INHERITS (t)",
    ),
    "a partitioned table goes with a view of one partition that a policy of another reads": (
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT; "
        "CREATE TABLE q PARTITION OF t FOR VALUES IN (1); CREATE VIEW v AS SELECT x FROM p; "
        "CREATE POLICY o ON q USING (EXISTS (SELECT FROM v WHERE v.x = 1))",
        "",
    ),
    "a table goes with a view of its columns that its own policy reads": (
        "CREATE TABLE t (x int); CREATE MATERIALIZED VIEW m AS SELECT x FROM t; CREATE VIEW v AS SELECT x FROM m; "
        "CREATE POLICY p ON t USING (EXISTS (SELECT FROM v WHERE v.x = 1))",
        "",
    ),
}


def test_a_table_goes_with_a_key_over_a_column_whose_default_takes_its_rows(pg_each: Postgres) -> None:
    brought(pg_each, f"CREATE TABLE t (i serial, x int, PRIMARY KEY (x, i)); {BY_ROW}", "")


@pytest.mark.parametrize("case", FOUND)
def test_what_random_pairs_of_scripts_found(pg_each: Postgres, case: str) -> None:
    one, other = FOUND[case]
    for before, after in (("", one), ("", other), (one, other), (other, one)):
        brought(pg_each, before, after, in_order=False)  # what a table inherits stands first


PARTITIONED = "CREATE TABLE t (x int, y text) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT"
HELD = {
    "a type that a domain is over gets an attribute": (
        "CREATE TYPE e AS (a text); CREATE DOMAIN d AS e CHECK (VALUE IS NOT NULL); CREATE TABLE t (x int, y d)",
        "CREATE TYPE e AS (a text, b int); CREATE DOMAIN d AS e CHECK (VALUE IS NOT NULL); CREATE TABLE t (x int, y d)",
    ),
    "two indexes over one column, made in another order than that of their names": (
        f"{PARTITIONED}; CREATE INDEX b ON t (x); CREATE INDEX a ON t (x) WHERE y IS NULL",
        f"{PARTITIONED}; CREATE INDEX a ON t (x) WHERE y IS NULL; CREATE INDEX b ON t (x)",
    ),
    "one of two indexes over one column goes, and another comes": (
        f"{PARTITIONED}; CREATE INDEX b ON t (x); CREATE INDEX a ON t (x) WHERE y IS NULL",
        f"{PARTITIONED}; CREATE INDEX a ON t (x) WHERE y IS NULL; CREATE INDEX c ON t (x) WITH (fillfactor=60)",
    ),
    "one of two indexes over one column goes": (
        f"{PARTITIONED}; CREATE INDEX b ON t (x); CREATE INDEX a ON t (x) WHERE y IS NULL",
        f"{PARTITIONED}; CREATE INDEX a ON t (x) WHERE y IS NULL",
    ),
    "a key of a partition is no share of an equal one of the whole": (
        f"{PARTITIONED}; ALTER TABLE p ADD CONSTRAINT b UNIQUE (x)",
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT c UNIQUE (x); ALTER TABLE p ADD CONSTRAINT b UNIQUE (x)",
    ),
    "a primary key of a partition's partition is no share of an equal key of the whole": (
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT PARTITION BY LIST (x); "
        "CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE q ADD CONSTRAINT b PRIMARY KEY (x)",
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT PARTITION BY LIST (x); "
        "CREATE TABLE q PARTITION OF p DEFAULT; ALTER TABLE t ADD CONSTRAINT c UNIQUE (x); "
        "ALTER TABLE q ADD CONSTRAINT b PRIMARY KEY (x)",
    ),
    "a foreign key to a partition relies on its share of a key of the whole that goes": (
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT c UNIQUE (x); ALTER TABLE p ADD CONSTRAINT b UNIQUE (x); "
        "CREATE TABLE f (x int REFERENCES p (x))",
        f"{PARTITIONED}; ALTER TABLE p ADD CONSTRAINT b UNIQUE (x); CREATE TABLE f (x int REFERENCES p (x))",
    ),
    "tables that others have their columns from get identities": (
        "CREATE TABLE t (x int); CREATE TABLE c (y int) INHERITS (t); CREATE TABLE d (z int) INHERITS (c); "
        "CREATE TABLE w (x int) PARTITION BY LIST (x); CREATE TABLE w1 PARTITION OF w DEFAULT",
        "CREATE TABLE t (x int, i int GENERATED ALWAYS AS IDENTITY); CREATE TABLE c (y int) INHERITS (t); "
        "CREATE TABLE d (z int) INHERITS (c); "
        "CREATE TABLE w (x int, i int GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 2)) PARTITION BY LIST (x); "
        "CREATE TABLE w1 PARTITION OF w DEFAULT",
    ),
    "a table with an identity over a parent's default leaves that": (
        "CREATE TABLE t (x int DEFAULT 1); CREATE TABLE c (x int GENERATED ALWAYS AS IDENTITY, y int) INHERITS (t)",
        "CREATE TABLE t (x int DEFAULT 1); CREATE TABLE c (x int GENERATED ALWAYS AS IDENTITY, y int)",
    ),
    "a trigger is another one, and its copy has a state and no comment": (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new;END'; "
        f"{PARTITIONED}; CREATE TRIGGER o AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); "
        "COMMENT ON TRIGGER o ON p IS 'one'",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new;END'; "
        f"{PARTITIONED}; CREATE TRIGGER o AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); "
        "ALTER TABLE p ENABLE REPLICA TRIGGER o",
    ),
    "two exclusions over one column": (
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT b EXCLUDE USING btree (x WITH =); "
        "ALTER TABLE t ADD CONSTRAINT a EXCLUDE USING btree (x WITH =) WHERE (y IS NULL)",
        PARTITIONED,
    ),
    "an index of a partition is no share of an equal one of the whole": (
        f"{PARTITIONED}; CREATE INDEX b ON p (x)",
        f"{PARTITIONED}; CREATE INDEX c ON t (x); CREATE INDEX b ON p (x)",
    ),
    "a NOT NULL has the name that the server would make up for another one": (
        "CREATE TABLE a (x int, y int)",
        "CREATE TABLE b (y int NOT NULL); CREATE TABLE c (y int, CONSTRAINT a_y_not_null CHECK (y > 0)); "
        "CREATE TABLE a (x int CONSTRAINT b_y_not_null NOT NULL, y int CONSTRAINT a_y_not_null NOT NULL)",
    ),
    "a column of a statistics object comes last, and was in the middle": (
        "CREATE TABLE t (a int, b int, c int); CREATE STATISTICS s ON a, b, c, (a + 1) FROM t",
        "CREATE TABLE t (a int, c int); CREATE STATISTICS s ON a, c, (a + 1) FROM t",
    ),
    "a check that is not valid has been validated in a partition": (
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID; ALTER TABLE p VALIDATE CONSTRAINT c",
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID",
    ),
    "a check that is not valid came before one partition and after another": (
        "CREATE TABLE t (x int) PARTITION BY LIST (x); ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID",
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT; "
        "ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID; CREATE TABLE q PARTITION OF t FOR VALUES IN (1)",
    ),
    "a check that was not valid is": (
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID; ALTER TABLE p VALIDATE CONSTRAINT c",
        f"{PARTITIONED}; ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0)",
    ),
    "a check that is not valid, with partitions of partitions": (
        "CREATE TABLE t (x int, y int) PARTITION BY LIST (x); "
        "CREATE TABLE p PARTITION OF t DEFAULT PARTITION BY LIST (y); CREATE TABLE q PARTITION OF p DEFAULT",
        "CREATE TABLE t (x int, y int) PARTITION BY LIST (x); ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID; "
        "CREATE TABLE p PARTITION OF t DEFAULT PARTITION BY LIST (y); "
        "ALTER TABLE p ADD CONSTRAINT d CHECK (x > 1) NOT VALID; CREATE TABLE q PARTITION OF p DEFAULT",
    ),
    "a table and its sequence, both of a long name, are made anew": (
        f"CREATE TABLE t_{'m' * 52} (id int GENERATED ALWAYS AS IDENTITY, x int) PARTITION BY LIST (x)",
        f"CREATE TABLE t_{'m' * 52} (id int GENERATED ALWAYS AS IDENTITY, x text) PARTITION BY LIST (x)",
    ),
    "two partitions change places": (
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t FOR VALUES IN (1); "
        "CREATE TABLE q PARTITION OF t FOR VALUES IN (2); CREATE TABLE r PARTITION OF t FOR VALUES IN (3)",
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t FOR VALUES IN (2); "
        "CREATE TABLE q PARTITION OF t FOR VALUES IN (1); CREATE TABLE o PARTITION OF t FOR VALUES IN (3); "
        "CREATE TABLE r (x int)",
    ),
    "a table becomes a partition, and a type of its columns is made anew": (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS int; "
        "CREATE TABLE t (x int, y e, z d) PARTITION BY LIST (x); CREATE TABLE p (x int, y e DEFAULT 'a', z d NOT NULL)",
        "CREATE TYPE e AS ENUM ('b', 'a'); CREATE DOMAIN d AS text; "
        "CREATE TABLE t (x int, y e, z d) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT",
    ),
    "a function gives rows of a table that gets a column between others": (
        "CREATE TABLE t (a int, b text, c int); "
        "CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT * FROM t;END",
        "CREATE TABLE t (a int, d date, b text, c int); "
        "CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC SELECT * FROM t;END",
    ),
    "a table gets what can be put aside, and options of that": (
        "CREATE TABLE t (x int); CREATE TABLE u (x int, y int)",
        "CREATE TABLE t (x int, y text) WITH (toast.autovacuum_enabled=false, fillfactor=70); "
        "CREATE TABLE u (x int, y text) WITH (toast.autovacuum_vacuum_threshold=9)",
    ),
    "an index calls a function of an odd name": (
        "CREATE FUNCTION \"f%\"(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'; "
        'CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE INDEX i ON t ("f%"(x)); '
        "CREATE TABLE p PARTITION OF t DEFAULT",
        "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT",
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_what_random_pairs_of_scripts_found_in_rows_and_dumps(pg_each: Postgres, case: str) -> None:
    one, other = HELD[case]
    held(pg_each, one, other)
    held(pg_each, other, one)


def test_a_type_of_a_partition_key_is_made_anew_with_its_table(pg_each: Postgres) -> None:
    rest = "CREATE TABLE t (x int, y d) PARTITION BY LIST (y); CREATE TABLE p PARTITION OF t DEFAULT"
    held(pg_each, f"CREATE DOMAIN d AS int; {rest}", f"CREATE DOMAIN d AS text; {rest}")


ABOVE_ITS_OWN = (
    "CREATE TABLE {t} ({x} int NOT NULL, y int); CREATE TABLE {u} ({x} int NOT NULL);"
    "CREATE TABLE c ({x} int NOT NULL, z int) INHERITS ({t}); CREATE TABLE d ({x} int NOT NULL) INHERITS ({u})"
)


@pytest.mark.parametrize("names", [("a", "b", "v"), ("a", "u", "v"), ("t", "u", "v"), ("a", "b", "x")])
def test_tables_and_their_columns_get_other_names_above_a_childs_own_not_null(
    pg_each: Postgres, names: tuple[str, str, str]
) -> None:
    postgresql = dialect_named("postgresql")
    one, other, column = names
    with pg_each.session() as session, pg_each.session() as after:
        session.rows(ABOVE_ITS_OWN.format(t="t", u="u", x="x"))
        after.rows(ABOVE_ITS_OWN.format(t=one, u=other, x=column))
        renamed = {Address("table", "public", one): "t", Address("table", "public", other): "u"}
        renamed |= {Address("column", "public", column, t): "x" for t in (one, other)}
        wanted = Side(label="new", catalog=postgresql.inspect(after, SCOPE), names=renamed)
        live = Side(label="old", catalog=postgresql.inspect(session, SCOPE))
        found = compare(live, wanted, postgresql)
        push(session, postgresql, Target(environment="", scope=SCOPE), found.work(), expected=found.plan.new)


def held(server: Postgres, one: str, other: str) -> None:
    """There and back, with rows, and dumps that are equal."""
    before, after = ([(s, (s,)) for s in said.split("; ")] for said in (one, other))
    hold_scripts(Scripts(before, after), server)


def test_nothing_is_drawn_on_mariadb_that_takes_from_an_unsigned_number() -> None:
    """The server keeps no such column: what it holds would depend on the sql_mode (error 1901)."""
    taking = 0
    for seed in (*range(200), 7300003):
        pair = generated(MySQLMaker(Draw(seed)), seed, "mysql")
        for side in (pair.before, pair.after):
            of = {(o.table, named(o.name)): o.type for o in side if isinstance(o, Column)}
            for o in side:
                if isinstance(o, Column) and o.generated is not None and o.generated.expression.endswith(" - 3"):
                    taking += 1
                    assert "unsigned" not in of[o.table, o.generated.expression.removesuffix(" - 3")], seed
    assert taking > 5
