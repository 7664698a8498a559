"""The schema that is measured on MariaDB and SQLite: that of `schema.py` in their words."""

from __future__ import annotations

from collections.abc import Iterator

from schema import targets

MARIADB = (
    "id bigint NOT NULL, a_id bigint, b_id bigint, email varchar(320) NOT NULL, name text, "
    "state varchar(20) NOT NULL DEFAULT 'new', amount decimal(12,2) NOT NULL DEFAULT 0, "
    "quantity int NOT NULL DEFAULT 1, active tinyint(1) NOT NULL DEFAULT 1, note text, "
    "created_at datetime NOT NULL DEFAULT current_timestamp(), updated_at datetime"
)
SQLITE = (
    "id INTEGER NOT NULL, a_id INTEGER, b_id INTEGER, email VARCHAR(320) NOT NULL, name TEXT, "
    "state VARCHAR(20) NOT NULL DEFAULT 'new', amount NUMERIC(12,2) NOT NULL DEFAULT 0, "
    "quantity INTEGER NOT NULL DEFAULT 1, active BOOLEAN NOT NULL DEFAULT 1, note TEXT, "
    "created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME"
)


def mariadb(n: int) -> Iterator[str]:
    """N tables of 12 columns, a primary key, 3 indexes, 2 foreign keys to earlier tables and a check; a view on every
    tenth."""
    for i in range(n):
        a, b = targets(i)
        yield (
            f"CREATE TABLE t{i:05} ({MARIADB}, PRIMARY KEY (id), UNIQUE KEY t{i:05}_email_key (email), "
            f"KEY t{i:05}_state_idx (state, created_at DESC), KEY t{i:05}_name_idx (name(20)), {_keys(i, a, b)})"
        )
    for i in range(0, n, 10):
        yield _view(i)


def sqlite(n: int) -> Iterator[str]:
    """The same, with the indexes as statements of their own."""
    for i in range(n):
        a, b = targets(i)
        yield f"CREATE TABLE t{i:05} ({SQLITE}, PRIMARY KEY (id), {_keys(i, a, b)})"
        yield f"CREATE UNIQUE INDEX t{i:05}_email_key ON t{i:05} (email)"
        yield f"CREATE INDEX t{i:05}_state_idx ON t{i:05} (state, created_at DESC)"
        yield f"CREATE INDEX t{i:05}_name_idx ON t{i:05} (name) WHERE active"
    for i in range(0, n, 10):
        yield _view(i)


def _keys(i: int, a: int, b: int) -> str:
    return (
        f"CONSTRAINT t{i:05}_amount_check CHECK (amount >= 0), "
        f"CONSTRAINT t{i:05}_a_id_fkey FOREIGN KEY (a_id) REFERENCES t{a:05} (id) ON DELETE CASCADE, "
        f"CONSTRAINT t{i:05}_b_id_fkey FOREIGN KEY (b_id) REFERENCES t{b:05} (id) ON DELETE CASCADE"
    )


def _view(i: int) -> str:
    return f"CREATE VIEW v{i:05} AS SELECT id, email, amount * quantity AS total FROM t{i:05} WHERE active = 1"
