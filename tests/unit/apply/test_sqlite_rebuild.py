"""SQLite's table rebuild, as a revision that `alembic upgrade` can run by itself as well."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from alembic import command

from reconciler.errors import DatabaseError, ReconcileError
from tests.unit.apply.places import Place, history, revision
from tests.unit.apply.test_versions import alembic

A = revision(
    "a000",
    """
    op.execute("CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT)")
    op.execute("CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)")
    op.execute("CREATE VIEW v AS SELECT n FROM p")
    op.execute("INSERT INTO p VALUES (1, 'x'), (2, 'y')")
    op.execute("INSERT INTO c VALUES (1, 1), (2, 2)")
    """,
)
REBUILD = """
with op.get_context().autocommit_block():
    op.execute("PRAGMA foreign_keys = OFF")
    op.execute("PRAGMA legacy_alter_table = ON")
    op.execute("BEGIN IMMEDIATE")
    op.execute("CREATE TABLE new_p (id INTEGER PRIMARY KEY, n TEXT NOT NULL)")
    op.execute("INSERT INTO new_p (id, n) SELECT id, n FROM p")
    op.execute("DROP TABLE p")
    op.execute("ALTER TABLE new_p RENAME TO p")
    op.execute("PRAGMA foreign_key_check")
    op.execute("COMMIT")
    op.execute("PRAGMA legacy_alter_table = OFF")
    op.execute("PRAGMA foreign_keys = ON")
"""
B = revision("b000", REBUILD, down="a000")


GENERATED = """
context, bind = op.get_context(), op.get_bind()
enforced = context.as_sql or bind.exec_driver_sql("PRAGMA foreign_keys").scalar()
if enforced:
    with context.autocommit_block():
        op.execute("PRAGMA foreign_keys = OFF")
op.execute("SAVEPOINT revision")
lost = 'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2'
checked = enforced and not context.as_sql
before = {(c, p): n for c, p, n in bind.exec_driver_sql(lost)} if checked else {}
op.execute("DROP TABLE IF EXISTS new_p")
op.execute("CREATE TABLE new_p (id INTEGER PRIMARY KEY, n TEXT NOT NULL)")
op.execute("INSERT INTO new_p (id, n) SELECT id, n FROM p")
op.execute("DROP TABLE p")
op.execute("PRAGMA legacy_alter_table = ON")
op.execute("ALTER TABLE new_p RENAME TO p")
op.execute("PRAGMA legacy_alter_table = OFF")
for child, parent, rows in bind.exec_driver_sql(lost) if checked else ():
    if rows > before.get((child, parent), 0):
        raise RuntimeError(f"{rows} rows of {child} lack the row of {parent} that they refer to")
if enforced:
    op.execute("RELEASE SAVEPOINT revision")
    with context.autocommit_block():
        op.execute("PRAGMA foreign_keys = ON")
"""


def test_the_form_that_a_plan_writes_is_one_transaction(lite_place: Place) -> None:
    found = history(a=A, b=revision("b000", GENERATED, down="a000"))
    lite_place.apply(history(a=A))
    lite_place.execute("INSERT INTO p VALUES (3, NULL)")
    before = lite_place.state("SELECT * FROM p", "SELECT * FROM c")
    with pytest.raises(DatabaseError, match="NOT NULL"):
        lite_place.apply(found)
    assert lite_place.state("SELECT * FROM p", "SELECT * FROM c") == before
    lite_place.execute("DELETE FROM p WHERE id = 3")
    assert lite_place.apply(found).applied == ("b000",)
    assert lite_place.rows("SELECT * FROM c ORDER BY id") == [(1, 1), (2, 2)]


def test_children_views_and_references_survive(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    lite_place.apply(history(a=A, b=B))
    assert lite_place.rows("SELECT * FROM c ORDER BY id") == [(1, 1), (2, 2)]
    assert lite_place.rows("SELECT n FROM v ORDER BY n") == [("x",), ("y",)]
    assert "REFERENCES p (id)" in lite_place.rows("SELECT sql FROM sqlite_schema WHERE name = 'c'")[0][0]
    with pytest.raises(DatabaseError, match="NOT NULL"):
        lite_place.execute("INSERT INTO p (n) VALUES (NULL)")


def test_alembic_alone_comes_to_the_same(lite_place: Place, tmp_path: Path) -> None:
    lite_place.apply(history(a=A, b=B))
    ours = lite_place.rows("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ('p', 'c', 'v') ORDER BY 1, 2")
    other = Place("sqlite", f"sqlite:///{tmp_path}/other.db")
    command.upgrade(alembic(tmp_path / "m", other.url, {"a": A, "b": B}), "head")
    assert (
        other.rows("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ('p', 'c', 'v') ORDER BY 1, 2") == ours
    )


def test_the_sessions_own_settings_come_back(lite_place: Place) -> None:
    with lite_place.session() as s:
        lite_place.apply(history(a=A, b=B), session=s)
        assert s.rows("PRAGMA foreign_keys") == [(1,)]
        assert s.rows("PRAGMA legacy_alter_table") == [(0,)]


def test_a_rebuild_that_fails_half_way_leaves_nothing(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    lite_place.execute("INSERT INTO p VALUES (3, NULL)")
    before = lite_place.state("SELECT * FROM p", "SELECT * FROM c")
    with lite_place.session() as s:
        with pytest.raises(DatabaseError, match="NOT NULL") as error:
            lite_place.apply(history(a=A, b=B), session=s)
        assert s.rows("PRAGMA foreign_keys") == [(1,)]
        assert s.rows("PRAGMA legacy_alter_table") == [(0,)]
    assert error.value.where == "versions/b.py: statement 5 of 11"
    assert lite_place.state("SELECT * FROM p", "SELECT * FROM c") == before


@pytest.mark.parametrize("more", ["", "reconcile_python = True"], ids=["sql", "python"])
@pytest.mark.parametrize("end", ["", 'op.execute("SELECT no_such_function()")'], ids=["done", "failed"])
def test_what_a_revision_leaves_switched_on_is_put_back(lite_place: Place, more: str, end: str) -> None:
    lite_place.apply(history(a=A))
    body = f'op.execute("PRAGMA legacy_alter_table = ON")\nop.execute("INSERT INTO p VALUES (9, NULL)")\n{end}'
    with lite_place.session() as s:
        with pytest.raises(DatabaseError, match="no_such_function") if end else nullcontext():
            lite_place.apply(history(a=A, b=revision("b000", body, down="a000", more=more)), session=s)
        assert s.rows("PRAGMA legacy_alter_table") == [(0,)]
        assert s.rows("PRAGMA foreign_keys") == [(1,)]


@pytest.mark.parametrize("body", ['op.execute("DELETE FROM p WHERE id = 1")', 'op.drop_table("p")'])
def test_rows_left_without_their_parent_are_refused_and_undone(lite_place: Place, body: str) -> None:
    """With enforcement on, dropping or deleting the parents would silently delete the children."""
    lite_place.apply(history(a=A))
    with pytest.raises(ReconcileError, match="of c lack their row of p"):
        lite_place.apply(history(a=A, b=revision("b000", body, down="a000")))
    assert lite_place.rows("SELECT count(*) FROM c") == [(2,)]
    assert lite_place.rows("SELECT count(*) FROM p") == [(2,)]


def test_orphans_that_were_there_before_are_no_hindrance(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    lite_place.execute("PRAGMA foreign_keys = OFF")
    with lite_place.session(foreign_keys=False) as s:
        s.execute("INSERT INTO c VALUES (3, 77)")
    assert lite_place.apply(history(a=A, b=B)).applied == ("b000",)


def test_what_cannot_be_in_a_transaction_is_not(lite_place: Place) -> None:
    body = """
        with op.get_context().autocommit_block():
            op.execute("VACUUM")
            op.execute("PRAGMA journal_mode = wal")
        """
    assert lite_place.apply(history(a=A, b=revision("b000", body, down="a000"))).applied == ("a000", "b000")
    assert lite_place.rows("PRAGMA journal_mode") == [("wal",)]
