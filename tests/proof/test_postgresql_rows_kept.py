"""Changes that the server refuses, or that take rows along unasked: carried out with every row kept, or refused in the
plan, and never stopped half-way."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.diagnostics import Finding
from reconciler.dialects.base import Rendering, Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.plan.plan import make_plan
from reconciler.prove.running import run_statements
from tests.proof.project import Project
from tests.servers import Postgres


def carried_out(
    pg: Postgres, old: str, rows: str, new: str, look: str, *, back: bool = True
) -> tuple[list[Finding], object]:
    """What forbids the plan, and what a query says after it; the same plan is empty then, and leads back as well."""
    with pg.session() as session, pg.session() as other:
        session.rows(old)
        session.rows(rows)
        other.rows(new)
        start, wanted = DIALECT.inspect(session, Scope()), DIALECT.inspect(other, Scope())
        profile = DIALECT.profile(session.version)
        for target in (wanted, start, wanted) if back else (wanted,):
            before = DIALECT.inspect(session, Scope())
            plan = make_plan(before, target, profile, follow_order=True)
            refused = [f for f in plan.findings if f.level == "error"]
            if refused:
                return refused, None
            context = Rendering(profile=profile, old=plan.renamed, new=plan.new)
            run_statements(session, [s for step in plan.steps for s in DIALECT.render(step, context)], "the plan")
            assert make_plan(DIALECT.inspect(session, Scope()), target, profile, follow_order=True).empty
        return [], session.rows(look)


PARTS = "; CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE p2 PARTITION OF t DEFAULT"
LISTS = "; CREATE TABLE p1 PARTITION OF t FOR VALUES IN (1, 2); CREATE TABLE p2 PARTITION OF t DEFAULT"
SUB = """; CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST ("b c");
CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN (1); CREATE TABLE p1b PARTITION OF p1 DEFAULT"""
DOMAIN = "CREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > 0); "
OTHER = "CREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > -1); "
MORE = "CREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > 0) CONSTRAINT small CHECK (VALUE < 100); "
REQUIRED = "CREATE DOMAIN d AS int NOT NULL CONSTRAINT positive CHECK (VALUE > 0); "
ARRAY = "CREATE TABLE t (id int, v d[]); CREATE VIEW w AS SELECT v FROM t"
COMPOSITE = "CREATE TYPE c AS (x d, y text); CREATE TABLE t (id int, v c, u d DEFAULT 3 NOT NULL)"
OVER = "CREATE DOMAIN e AS d CHECK (VALUE < 1000); CREATE TABLE t (id int, v e[], u e, UNIQUE (u))"
RANGE = "CREATE TYPE r AS RANGE (subtype = d); CREATE TABLE t (id int, v r)"
DECLARED = "CREATE TABLE c (id int DEFAULT 3) INHERITS (p); "
CHILDREN = f"CREATE TABLE p (a int); {DECLARED}CREATE TABLE d (id int) INHERITS (p)"
PARENT = f"CREATE TABLE p (a int, id int); {DECLARED}CREATE TABLE d () INHERITS (p)"
PAIR = """CREATE TYPE "in" AS (x int, y varchar(4)); CREATE DOMAIN d AS "in";
CREATE TYPE "Pa'ir" AS (a int, b "in", c "in"[], e d);
CREATE TABLE t (id int, v "Pa'ir", w "Pa'ir"[], u d, z "in" DEFAULT ROW(7, 'z'))"""
RIAP = """CREATE TYPE "in" AS (y varchar(4), n date, x int); CREATE DOMAIN d AS "in";
CREATE TYPE "Pa'ir" AS (e d, a int, b "in", c "in"[]);
CREATE TABLE t (id int, v "Pa'ir", w "Pa'ir"[], u d, z "in" DEFAULT ROW('z', NULL, 7))"""
RUNS = "RETURNS boolean LANGUAGE plpgsql IMMUTABLE"
RUN = """CREATE FUNCTION stays(text) {} AS 'BEGIN RETURN called(to_json($1)); END'; CREATE FUNCTION altered(text) {}
AS 'BEGIN RETURN called(to_json($1)); END'; CREATE FUNCTION called(json) RETURNS {} LANGUAGE sql AS 'SELECT {}';
CREATE TABLE t (id int, a text{})"""
ROWS = "SELECT count(*), min(id), max(id) FROM t"


@pytest.mark.parametrize(
    ("old", "rows", "new", "look", "seen"),
    [
        pytest.param(
            CHILDREN,
            "INSERT INTO c VALUES (1, 7); INSERT INTO d VALUES (2, 8); INSERT INTO p VALUES (5)",
            PARENT,
            "SELECT a, id FROM p ORDER BY a",
            [(1, 7), (2, 8), (5, None)],
            id="a column that becomes the parent's as well, or its alone",
        ),
        pytest.param(
            RUN.format(RUNS, RUNS, "boolean", "true", ""),
            "INSERT INTO t VALUES (1, 'x')",
            RUN.format(RUNS, f"{RUNS} COST 3", "int", "1", ", CHECK (stays(a)), CHECK (altered(a))"),
            "SELECT * FROM t",
            [(1, "x")],
            id="checks that run what calls a function which is made anew",
        ),
        pytest.param(
            PARENT,
            "INSERT INTO c VALUES (1, 7); INSERT INTO d VALUES (2, 8); INSERT INTO p VALUES (5)",
            CHILDREN,
            "SELECT c.id, d.id FROM c, d",
            [(7, 8)],
            id="a column that the parent leaves to its children",
        ),
        pytest.param(
            "CREATE TYPE c AS (a int, b text); CREATE TABLE t OF c",
            "INSERT INTO t VALUES (1, 'x')",
            "CREATE TYPE c AS (b text, a text); CREATE TABLE t OF c",
            "SELECT a, b FROM t",
            [("1", "x")],
            id="a table of a type that is made anew",
        ),
        pytest.param(
            PAIR,
            """INSERT INTO t VALUES
            (1, ROW(1, ROW(2, 'b,"')::"in", ARRAY[ROW(3, ''), NULL, ROW(4, NULL)]::"in"[], ROW(5, 'e')::d),
             ARRAY[ROW(6, NULL, NULL, NULL), NULL]::"Pa'ir"[], ROW(NULL, NULL), ROW(7, 'z')),
            (2, NULL, NULL, NULL, NULL), (3, ROW(NULL, NULL, '{}', NULL), '{}', ROW(8, 'u'), ROW(NULL, 'only'))""",
            RIAP,
            """SELECT (v).a, ((v).b).x, ((v).b).y, (v).c::text, ((v).e).y, w::text, u::text, z::text, v::text IS NULL
            FROM t ORDER BY id""",
            [
                (1, 2, 'b,"', '{"(\\"\\",,3)",NULL,"(,,4)"}', "e", '{"(,6,,)",NULL}', "(,,)", "(z,,7)", False),
                (None, None, None, None, None, None, None, None, True),
                (None, None, None, "{}", None, "{}", "(u,,8)", "(only,,)", False),
            ],
            id="a composite whose attributes stand in other places, and what is made of it",
        ),
        pytest.param(
            "CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL); CREATE TABLE child (a int, b int NOT NULL) "
            "INHERITS (t)",
            "INSERT INTO child VALUES (1, 2)",
            "CREATE TABLE t (a int, b int); CREATE TABLE child (a int, b int) INHERITS (t)",
            "SELECT a, b FROM child",
            [(1, 2)],
            id="a child's own NOT NULL goes with its parent's",
        ),
        pytest.param(
            "CREATE TABLE t (a int); CREATE TABLE child (b int, c int) INHERITS (t)",
            "INSERT INTO child VALUES (1, 2, 3)",
            "CREATE TABLE t (a int); CREATE TABLE child (c int, b int) INHERITS (t)",
            "SELECT a, b, c FROM child",
            [(1, 2, 3)],
            id="a table that inherits",
        ),
        pytest.param(
            "CREATE TABLE t (a int); CREATE TABLE child (b int)",
            "INSERT INTO child VALUES (2)",
            "CREATE TABLE t (a int); CREATE TABLE child (b int) INHERITS (t)",
            "SELECT a, b FROM child",
            [(None, 2)],
            id="a table that inherits from now on what it has not",
        ),
        pytest.param(
            "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT",
            "INSERT INTO t VALUES (1, 1)",
            "CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE p PARTITION OF t DEFAULT"
            " PARTITION BY LIST (b); CREATE TABLE q PARTITION OF p DEFAULT",
            "SELECT a, b FROM q",
            [(1, 1)],
            id="a partition that is parted",
        ),
        pytest.param(
            f"CREATE TABLE t (a int, b text) PARTITION BY RANGE (a){PARTS}",
            "INSERT INTO t VALUES (1, 'x'), (70, 'y')",
            f"CREATE TABLE t (a bigint, b text) PARTITION BY RANGE (a){PARTS}",
            "SELECT tableoid::regclass::text, a, b FROM t ORDER BY a",
            [("p1", 1, "x"), ("p2", 70, "y")],
            id="partition key",
        ),
        pytest.param(
            f"CREATE TABLE t (a int NOT NULL, b int, PRIMARY KEY (a)) PARTITION BY LIST (a){LISTS};"
            "CREATE TABLE u (a int REFERENCES t (a)); CREATE VIEW v AS SELECT a FROM t",
            "INSERT INTO t VALUES (1, 1), (70, 2); INSERT INTO u VALUES (70)",
            f"CREATE TABLE t (a bigint NOT NULL, b int, PRIMARY KEY (a)) PARTITION BY LIST (a){LISTS};"
            "CREATE TABLE u (a bigint REFERENCES t (a)); CREATE VIEW v AS SELECT a FROM t",
            "SELECT t.tableoid::regclass::text, t.a, b, u.a FROM t LEFT JOIN u USING (a) ORDER BY 2",
            [("p1", 1, 1, None), ("p2", 70, 2, 70)],
            id="partition key with references",
        ),
        pytest.param(
            f'CREATE TABLE t (a int, "b c" int) PARTITION BY RANGE (a){SUB}',
            "INSERT INTO t VALUES (1, 1), (2, 5)",
            f'CREATE TABLE t (a int, "b c" bigint) PARTITION BY RANGE (a){SUB}',
            'SELECT tableoid::regclass::text, a, "b c" FROM t ORDER BY a',
            [("p1a", 1, 1), ("p1b", 2, 5)],
            id="partition key of a partition",
        ),
        pytest.param(
            "CREATE TYPE r AS RANGE (subtype = float8); CREATE TABLE t (v r)",
            "INSERT INTO t VALUES ('[1,2)')",
            "CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi); CREATE TABLE t (v r)",
            "SELECT v::text FROM t",
            [("[1,2)",)],
            id="a range over the same type",
        ),
        *(
            pytest.param(old + rest, f"INSERT INTO t (id, v) VALUES {values}", new + rest, ROWS, [(2, 1, 2)], id=name)
            for rest, values, kind in (
                (ARRAY, "(1, '{3,4}'), (2, NULL)", "array"),
                (COMPOSITE, "(1, '(3,x)'), (2, '(4,)')", "composite"),
                (OVER, "(1, '{3,4}'), (2, '{}')", "domain over"),
                (RANGE, "(1, '[3,4)'), (2, 'empty')", "range"),
            )
            for old, new, name in (
                (DOMAIN, OTHER, f"check of a domain in a {kind}"),
                (DOMAIN, MORE, f"another check of a domain in a {kind}"),
                *([(DOMAIN, REQUIRED, f"not null of a domain in a {kind}")] if kind != "domain over" else []),
            )
        ),
    ],
)
def test_rows_live_through_it(pg_each: Postgres, old: str, rows: str, new: str, look: str, seen: object) -> None:
    refused, found = carried_out(pg_each, old, rows, new, look)
    assert refused == []
    assert found == seen


BASE = "CREATE TABLE b (id int NOT NULL, n text); "
LEFT = f"{BASE}CREATE TABLE t (a int); "
JOINED = f"{BASE}CREATE TABLE t (a int) INHERITS (b); "


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("c (id int DEFAULT 0) INHERITS (t)", "c (id int DEFAULT 0) INHERITS (t)", id="declared"),
        pytest.param("c () INHERITS (t)", "c (id int) INHERITS (t)", id="not declared"),
        pytest.param("c () INHERITS (t)", "c (id int NOT NULL) INHERITS (t)", id="not declared, and never null"),
        pytest.param("c () INHERITS (t)", "c (id bigint) INHERITS (t)", id="not declared, and of another type"),
        pytest.param("c (id int) INHERITS (t)", "c (id bigint) INHERITS (t)", id="declared, and of another type"),
        pytest.param("c () INHERITS (t)", "c (a int, id int)", id="its table leaves as well"),
        pytest.param(
            "m () INHERITS (t); CREATE TABLE c (id int) INHERITS (m)",
            "m () INHERITS (t); CREATE TABLE c (id int) INHERITS (m)",
            id="declared further below",
        ),
        pytest.param(
            "m () INHERITS (t); CREATE TABLE c () INHERITS (m)",
            "m () INHERITS (t); CREATE TABLE c (id int) INHERITS (m)",
            id="not declared further below",
        ),
    ],
)
def test_a_column_stays_when_the_table_above_leaves_whom_it_has_it_from(pg_each: Postgres, old: str, new: str) -> None:
    rows, seen = "INSERT INTO c (id) VALUES (7)", "SELECT id FROM c"
    sides = f"{JOINED}CREATE TABLE {old}", f"{LEFT}CREATE TABLE {new}"
    assert carried_out(pg_each, sides[0], rows, sides[1], seen, back=False) == ([], [(7,)])


CHILD = "; CREATE TABLE child (own int) INHERITS (t); CREATE TABLE grandchild () INHERITS (child)"


@pytest.mark.parametrize(
    ("old", "rows", "new", "names"),
    [
        pytest.param(
            f"CREATE TABLE t (a int, b int){CHILD}",
            "INSERT INTO t VALUES (1, 1); INSERT INTO child VALUES (2, 2, 2)",
            f"CREATE TABLE t (b int, a int){CHILD}",
            ["table:public.child", "table:public.grandchild"],
            id="a child of a table that is made anew",
        ),
        pytest.param(
            "CREATE TABLE s (a int); CREATE TABLE t (v s)",
            "INSERT INTO t VALUES ('(1)')",
            "CREATE TABLE s (a text); CREATE TABLE t (v s)",
            ["column:public.s.a"],
            id="a table whose rows are the values of a column",
        ),
        pytest.param(
            "CREATE TABLE t (x int, y int); CREATE TABLE u (x int); CREATE TABLE tu () INHERITS (t, u)",
            "INSERT INTO tu VALUES (1, 2)",
            "CREATE TABLE t (x bigint, y int); CREATE TABLE u (x bigint); CREATE TABLE tu () INHERITS (t, u)",
            ["column:public.t.x", "column:public.u.x"],
            id="a column that a child has from several parents",
        ),
    ],
)
def test_what_would_lose_rows_unasked_is_refused(
    pg_each: Postgres, old: str, rows: str, new: str, names: list[str]
) -> None:
    refused, _ = carried_out(pg_each, old, rows, new, "SELECT 1")
    assert sorted(f.address for f in refused) == names
    assert all(f.why and f.next for f in refused)


def test_a_plan_that_is_refused_says_so_and_writes_nothing(
    pg_default: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = pg_default.database(), pg_default.database()
    with pg_default.session(source) as session:
        session.rows("CREATE TABLE s (a int); CREATE TABLE t (v s)")
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("postgresql", "manifests/", target)
    project.must("import", source, "--to", "manifests")
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    (file,) = tmp_path.glob("manifests/**/s.yaml")
    file.write_text(file.read_text().replace("a: integer", "a: text"))
    before = sorted(tmp_path.glob("migrations/**/*"))
    said = project.must("plan", "--write", status=3)
    assert "row-type" in str(said) and "column:public.t.v" in str(said)
    assert sorted(tmp_path.glob("migrations/**/*")) == before
