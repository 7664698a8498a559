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
