"""The schema that is measured: N tables of 12 columns, 3 indexes, 2 foreign keys to earlier ones and 1 check each."""

from __future__ import annotations

from collections.abc import Iterator

COLUMNS = (
    ("id", "bigint NOT NULL"),
    ("a_id", "bigint"),
    ("b_id", "bigint"),
    ("email", "varchar(320) NOT NULL"),
    ("name", "text"),
    ("state", "varchar(20) NOT NULL DEFAULT 'new'"),
    ("amount", "numeric(12,2) NOT NULL DEFAULT 0"),
    ("quantity", "integer NOT NULL DEFAULT 1"),
    ("active", "boolean NOT NULL DEFAULT true"),
    ("note", "text"),
    ("created_at", "timestamptz NOT NULL DEFAULT now()"),
    ("updated_at", "timestamptz"),
)


def targets(i: int) -> tuple[int, int]:
    """The tables that table i points at: two earlier ones, so that references form long chains."""
    return max(i - 1, 0), i // 2


def table_sql(i: int) -> str:
    columns = ", ".join(f"{n} {t}" for n, t in COLUMNS)
    keys = f"CONSTRAINT t{i:05}_pkey PRIMARY KEY (id), CONSTRAINT t{i:05}_amount_check CHECK (amount >= 0)"
    return f"CREATE TABLE t{i:05} ({columns}, {keys})"


def statements(n: int) -> Iterator[str]:
    for i in range(n):
        yield table_sql(i)
        yield f"CREATE INDEX t{i:05}_state_idx ON t{i:05} (state, created_at DESC)"
        yield f"CREATE UNIQUE INDEX t{i:05}_email_key ON t{i:05} (lower(email))"
        yield f"CREATE INDEX t{i:05}_active_idx ON t{i:05} (name) WHERE active"
    for i in range(n):
        for column, target in zip(("a_id", "b_id"), targets(i), strict=True):
            yield (
                f"ALTER TABLE t{i:05} ADD CONSTRAINT t{i:05}_{column}_fkey "
                f"FOREIGN KEY ({column}) REFERENCES t{target:05} (id) ON DELETE CASCADE"
            )


def other_kinds(n: int) -> Iterator[str]:
    """Objects of other kinds over those tables, an ensemble for each tenth of them."""
    yield "CREATE EXTENSION IF NOT EXISTS plpgsql"
    body = "BEGIN NEW.updated_at := now(); RETURN NEW; END"
    yield f"CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    for i in range(0, n, 10):
        t, x = f"t{i:05}", f"{i:05}"
        yield f"CREATE TYPE mood{x} AS ENUM ('sad', 'ok', 'happy')"
        yield f"CREATE DOMAIN name{x} AS text CONSTRAINT long CHECK (length(VALUE) > 3)"
        yield f"CREATE TYPE pair{x} AS (a integer, b text)"
        yield f"CREATE SEQUENCE seq{x} INCREMENT 5"
        yield f"CREATE VIEW v{x} AS SELECT id, name, amount FROM {t} WHERE active"
        yield f"CREATE MATERIALIZED VIEW m{x} AS SELECT state, sum(amount) AS total FROM {t} GROUP BY state"
        yield f"CREATE INDEX m{x}_idx ON m{x} (state)"
        yield f"CREATE FUNCTION f{x}(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS $$ SELECT a + 1 $$"
        yield f"CREATE TRIGGER touch BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION touched()"
        yield f"ALTER TABLE {t} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY mine ON {t} USING (name = CURRENT_USER)"
        yield f"CREATE STATISTICS s{x} ON name, state FROM {t}"
        yield f"CREATE TABLE p{x} (id bigint, day date NOT NULL) PARTITION BY RANGE (day)"
        yield f"CREATE TABLE p{x}_1 PARTITION OF p{x} FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
        yield f"COMMENT ON TABLE {t} IS 'Number {i}'"
        yield f"COMMENT ON COLUMN {t}.name IS 'What it is called'"


def models(n: int) -> str:
    """The same schema as SQLAlchemy models, for Alembic's comparison."""
    lines = [
        "from sqlalchemy import *",
        "metadata = MetaData()",
        "def t(i, a, b):",
        "    n = f't{i:05}'",
        "    x = Table(n, metadata, Column('id', BigInteger, primary_key=True, autoincrement=False),",
        "        Column('a_id', BigInteger),",
        "        Column('b_id', BigInteger), Column('email', String(320), nullable=False), Column('name', Text),",
        "        Column('state', String(20), nullable=False, server_default=text(\"'new'\")),",
        "        Column('amount', Numeric(12, 2), nullable=False, server_default=text('0')),",
        "        Column('quantity', Integer, nullable=False, server_default=text('1')),",
        "        Column('active', Boolean, nullable=False, server_default=text('true')), Column('note', Text),",
        "        Column('created_at', DateTime(timezone=True), nullable=False, server_default=func.now()),",
        "        Column('updated_at', DateTime(timezone=True)),",
        "        CheckConstraint('amount >= 0', name=n + '_amount_check'),",
        "        ForeignKeyConstraint(['a_id'], [f't{a:05}.id'], ondelete='CASCADE', name=n + '_a_id_fkey'),",
        "        ForeignKeyConstraint(['b_id'], [f't{b:05}.id'], ondelete='CASCADE', name=n + '_b_id_fkey'))",
        "    Index(n + '_state_idx', x.c.state, x.c.created_at.desc())",
        "    Index(n + '_email_key', func.lower(x.c.email), unique=True)",
        "    Index(n + '_active_idx', x.c.name, postgresql_where=text('active'))",
        f"for i in range({n}): t(i, max(i - 1, 0), i // 2)",
    ]
    return "\n".join(lines) + "\n"
