"""What each version of SQLite can change in place, and what it takes: statements and impact.

SQLite 3.53 and later were tried by hand (3.54.1); here, what is linked renders for them.
"""

from __future__ import annotations

import pytest

from reconciler.dialects.base import Rendering, Scope, statements
from reconciler.dialects.sqlite import DIALECT
from reconciler.dialects.sqlite.session import connect
from reconciler.model.catalog import Catalog
from reconciler.model.changes import Impact
from reconciler.plan.plan import Plan, make_plan

OLDEST, DROPS, ALTERS = (3, 24, 0), (3, 35, 5), (3, 53, 0)


def read(sql: str) -> Catalog:
    with connect("sqlite://") as session:
        session.dbapi.executescript(sql)
        return DIALECT.inspect(session, Scope())


def planned(old: str, new: str, version: tuple[int, ...]) -> tuple[Plan, Rendering]:
    profile = DIALECT.profile(version)
    plan = make_plan(read(old), read(new), profile)
    return plan, Rendering(profile=profile, old=plan.renamed, new=plan.new)


def said(old: str, new: str, version: tuple[int, ...]) -> list[str]:
    plan, context = planned(old, new, version)
    return [s.sql for _, found in statements(DIALECT, plan.steps, context) for s in found]


def impacts(old: str, new: str, version: tuple[int, ...] = DROPS) -> list[Impact]:
    plan, context = planned(old, new, version)
    return [DIALECT.impact(step, context) for step in plan.steps]


def rebuilds(old: str, new: str, version: tuple[int, ...]) -> bool:
    return any("_reconcile_new_" in s for s in said(old, new, version))


T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)"


def test_dropping_a_column_needs_the_version_that_does_not_corrupt_the_file() -> None:
    new = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"
    assert said(T, new, DROPS) == ["ALTER TABLE t DROP COLUMN b"]
    assert rebuilds(T, new, (3, 35, 4))


def test_a_comment_is_not_dropped_with_a_not_null_beside_it() -> None:
    old = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL /* why */, b INTEGER)"
    new = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT /* why */, b INTEGER)"
    assert rebuilds(old, new, ALTERS)
    assert said(new, old, ALTERS) == ["ALTER TABLE t ALTER COLUMN a SET NOT NULL"]


def test_a_check_is_added_in_place_with_its_comment() -> None:
    new = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, CONSTRAINT c CHECK (b > 0) /* why */)"
    assert said(T, new, ALTERS) == ["ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0) /* why */"]


def test_not_null_is_set_and_dropped_in_place_where_it_can_be() -> None:
    strict = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER)"
    assert said(T, strict, ALTERS) == ["ALTER TABLE t ALTER COLUMN a SET NOT NULL"]
    assert said(strict, T, ALTERS) == ["ALTER TABLE t ALTER COLUMN a DROP NOT NULL"]
    assert rebuilds(T, strict, DROPS)


def test_not_null_with_a_default_is_a_rebuild_since_nulls_are_filled_with_it() -> None:
    old, new = (f"CREATE TABLE t (a TEXT {null} DEFAULT 'x')" for null in ("", "NOT NULL"))
    assert "INSERT INTO _reconcile_new_t (rowid, a) SELECT rowid, COALESCE(a, 'x') FROM t" in said(old, new, ALTERS)


def test_named_checks_are_added_and_dropped_in_place_where_they_can_be() -> None:
    new = T[:-1] + ", CONSTRAINT positive CHECK (b > 0 AND a <> ''))"
    assert said(T, new, ALTERS) == ["ALTER TABLE t ADD CONSTRAINT positive CHECK (b > 0 AND a <> '')"]
    assert said(new, T, ALTERS) == ["ALTER TABLE t DROP CONSTRAINT positive"]
    assert rebuilds(T, new, DROPS)
    assert rebuilds(T, T[:-1] + ", CHECK (b > 0))", ALTERS)


@pytest.mark.parametrize(
    "column",
    [
        "c NOT NULL",
        "c DEFAULT CURRENT_TIMESTAMP",
        "c DEFAULT (1 + 1)",
        "c AS (b) STORED",
        "c UNIQUE",
        "c NOT NULL DEFAULT NULL",
        "c DEFAULT 1 REFERENCES t (id)",
    ],
)
def test_a_column_that_old_rows_could_not_have_is_a_rebuild(column: str) -> None:
    assert rebuilds(T, T[:-1] + f", {column})", ALTERS)


@pytest.mark.parametrize("column", ["c", "c NOT NULL DEFAULT -1", "c AS (b) VIRTUAL NOT NULL", "c COLLATE NOCASE"])
def test_any_other_column_is_added_in_place(column: str) -> None:
    (statement,) = said(T, T[:-1] + f", {column})", OLDEST)
    assert statement.startswith("ALTER TABLE t ADD COLUMN c")


def test_several_changes_of_a_table_are_one_rebuild() -> None:
    new = "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(9) UNIQUE, c DEFAULT 7, CHECK (c > 0))"
    assert sum("CREATE TABLE" in s for s in said(T, new, DROPS)) == 1


def test_foreign_keys_are_off_around_what_would_delete_children_and_nothing_else() -> None:
    child = "CREATE TABLE child (t_id REFERENCES t (id) ON DELETE CASCADE)"
    framed = said(f"{T}; {child}", child, DROPS)
    assert framed == [
        "PRAGMA foreign_keys = OFF",
        "DROP TABLE t",
        "PRAGMA foreign_key_check",
        "PRAGMA foreign_keys = ON",
    ]
    assert said(T, "", DROPS) == ["DROP TABLE t"]
    assert said("", T, DROPS)[0].startswith("CREATE TABLE t")


def test_foreign_keys_that_cannot_be_checked_are_not() -> None:
    odd = "; CREATE TABLE child (x REFERENCES t (a))"
    assert "PRAGMA foreign_key_check" not in said(T + odd, T.replace("b INTEGER", "b TEXT") + odd, DROPS)


def test_the_pragma_of_foreign_keys_stands_outside_of_the_transaction() -> None:
    plan, context = planned(T, T.replace("TEXT", "BLOB"), DROPS)
    found = [s for _, statements_ in statements(DIALECT, plan.steps, context) for s in statements_]
    assert [s.transactional for s in found] == [False, *[True] * (len(found) - 2), False]


def test_impact_says_what_is_rewritten_and_what_is_lost() -> None:
    (rebuild,) = impacts(T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB)")
    assert (rebuild.lock, rebuild.rewrite, rebuild.loses) == ("database", True, "the values of t.b")
    (drop,) = impacts(T, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)")
    assert (drop.rewrite, drop.loses) == (True, "the values of t.b")
    assert impacts(T, "")[0].loses == "the rows of t"
    assert impacts(T, T + "; CREATE INDEX ix ON t (a)")[0].scan
    assert impacts("CREATE TABLE t (a)", "CREATE TABLE t (b PRIMARY KEY) WITHOUT ROWID")[0].loses == "the rows of t"
