"""A database that holds one of every kind: each of its objects is modelled or reported, and none is passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.model.codec import encoded
from tests.servers import Postgres

SQL = Path(__file__).parent / "census" / "one_of_each.sql"
OURS = """
  x.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid = x.oid AND d.deptype IN ('e', 'i')
    AND d.refobjid <> x.oid)
"""
"""Not an extension's, and not a mere part of something else (a partitioned table is one of itself)."""

CENSUS: tuple[tuple[str, str, str], ...] = (
    # what we call it, the catalog, which rows of it
    ("schema", "pg_namespace", "true"),
    ("table", "pg_class", "relkind IN ('r', 'p', 'f')"),
    ("view", "pg_class", "relkind = 'v'"),
    ("materialized_view", "pg_class", "relkind = 'm'"),
    ("sequence", "pg_class", "relkind = 'S'"),
    ("index", "pg_class", "relkind IN ('i', 'I') AND NOT relispartition AND relnamespace <> 'pg_toast'::regnamespace"),
    ("primary_key", "pg_constraint", "contype = 'p'"),
    ("unique", "pg_constraint", "contype = 'u'"),
    ("check", "pg_constraint", "contype = 'c' AND conrelid <> 0 AND coninhcount = 0"),
    ("domain_check", "pg_constraint", "contype = 'c' AND contypid <> 0"),
    ("foreign_key", "pg_constraint", "contype = 'f'"),
    ("exclusion", "pg_constraint", "contype = 'x'"),
    ("enum", "pg_type", "typtype = 'e'"),
    ("domain", "pg_type", "typtype = 'd'"),
    ("range_type", "pg_type", "typtype = 'r'"),
    ("base type", "pg_type", "typtype = 'b' AND typelem = 0"),
    ("collation", "pg_collation", "true"),
    ("function", "pg_proc", "true"),
    ("trigger", "pg_trigger", "NOT tgisinternal"),
    ("rule", "pg_rewrite", "rulename <> '_RETURN'"),
    ("policy", "pg_policy", "true"),
    ("statistics", "pg_statistic_ext", "true"),
    ("event_trigger", "pg_event_trigger", "true"),
    ("operator", "pg_operator", "true"),
    ("operator_family", "pg_opfamily", "true"),
    ("operator_class", "pg_opclass", "true"),
    ("cast", "pg_cast", "true"),
    ("conversion", "pg_conversion", "true"),
    ("access method", "pg_am", "true"),
    ("language", "pg_language", "true"),
    ("transform", "pg_transform", "true"),
    ("text search parser", "pg_ts_parser", "true"),
    ("text search template", "pg_ts_template", "true"),
    ("text_search_dictionary", "pg_ts_dict", "true"),
    ("text_search_configuration", "pg_ts_config", "true"),
    ("foreign_data_wrapper", "pg_foreign_data_wrapper", "true"),
    ("server", "pg_foreign_server", "true"),
    ("user_mapping", "pg_user_mapping", "true"),
    ("publication", "pg_publication", "true"),
    ("publication_table", "pg_publication_rel", "true"),
    ("subscription", "pg_subscription", "subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"),
)


@pytest.fixture
def url(pg: Postgres) -> Iterator[str]:
    found = pg.database()
    with pg.session(found) as session:
        for statement in SQL.read_text().split(";\n"):
            if statement.strip():
                session.execute(statement)
    yield found
    with pg.session(found) as session:  # a database is not dropped while it subscribes to something
        session.execute("ALTER SUBSCRIPTION heard SET (slot_name = NONE)")
        session.execute("DROP SUBSCRIPTION heard")


def test_every_object_of_the_catalogs_is_modelled_or_reported(pg: Postgres, url: str) -> None:
    with pg.session(url) as session:
        catalog = DIALECT.inspect(session, Scope())
        found = Counter(o.kind for o in catalog.values())
        found.update(u.what for u in catalog.unmodelled)
        there = {}
        for what, table, where in CENSUS:
            sql = f"SELECT count(*) FROM {table} x WHERE {OURS.format(catalog=table)} AND {where}"
            there[what] = session.rows(sql)[0][0]
        (composites,) = session.rows("SELECT count(*) FROM pg_class WHERE relkind = 'c' AND oid >= 16384")[0]
        there["composite_type"] = composites
        found["schema"] -= 1  # public, whose number is the system's
        assert {what: found[what] for what in there} == there
        assert all(there.values()), "the census holds none of something"
        (columns,) = session.rows(
            "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.oid >= 16384"
            " AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0"
        )[0]
        assert found["column"] == columns


def test_no_secret_is_read(pg: Postgres, url: str) -> None:
    with pg.session(url) as session:
        catalog = DIALECT.inspect(session, Scope())
    text = b"".join(encoded(o) for o in catalog.values()) + str(catalog.unmodelled).encode()
    assert b"never-seen" not in text
