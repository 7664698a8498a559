"""Revisions that are Python: run through Alembic, and still all or nothing."""

from __future__ import annotations

import pytest

from reconciler.apply import ledger
from reconciler.errors import DatabaseError, ReconcileError
from tests.unit.apply.places import Place, history, revision

A = revision(
    "a000",
    """
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Text))
    op.execute("INSERT INTO t (id, n) VALUES (1, 'x'), (2, 'y')")
    """,
)
MARK = "reconcile_python = True"
ROWS = """
bind = op.get_bind()
for row in bind.execute(sa.text("SELECT id, n FROM t")).all():
    bind.execute(sa.text("UPDATE t SET n = :n WHERE id = :id"), {"n": row.n * 2, "id": row.id})
"""


def python(body: str) -> bytes:
    return revision("b000", body, down="a000", more=MARK)


def test_it_may_read_and_write_rows(place: Place) -> None:
    found = history(a=A, b=python(ROWS + 'op.create_index("t_n", "t", ["n"])'))
    assert place.apply(found).applied == ("a000", "b000")
    assert place.rows("SELECT n FROM t ORDER BY id") == [("xx",), ("yy",)]
    with place.session() as s:
        entry = ledger.entries(s, place.dialect)[-1]
    assert entry.sql_digest == found.by_id["b000"].digest


@pytest.mark.parametrize(
    ("tail", "error", "says"),
    [
        ('raise RuntimeError("half way")', ReconcileError, "half way"),
        ('op.execute("DROP TABLE nowhere")', DatabaseError, "nowhere"),
        ("bind.rollback()", ReconcileError, "rolled its transaction back"),
        ("with op.get_context().autocommit_block():\n    pass", ReconcileError, "autocommit_block"),
    ],
)
def test_what_fails_leaves_nothing(place: Place, tail: str, error: type[ReconcileError], says: str) -> None:
    place.apply(history(a=A))
    before = place.state("SELECT * FROM t ORDER BY id")
    with pytest.raises(error, match=says):
        place.apply(history(a=A, b=python(ROWS + 'op.add_column("t", sa.Column("z", sa.Text))\n' + tail)))
    assert place.state("SELECT * FROM t ORDER BY id") == before
    assert place.apply(history(a=A, b=python(ROWS))).applied == ("b000",)


@pytest.mark.parametrize("word", ["bind.commit()", "bind.close()", "bind.invalidate()", "bind.engine.dispose()"])
def test_it_cannot_commit_or_close_behind_our_back(place: Place, word: str) -> None:
    place.apply(history(a=A))
    before = place.state("SELECT * FROM t ORDER BY id")
    with pytest.raises(ReconcileError):
        place.apply(history(a=A, b=python(f"{ROWS}\n{word}\nraise RuntimeError")))
    assert place.state("SELECT * FROM t ORDER BY id") == before


def test_a_session_of_the_orm_and_its_savepoints_work(place: Place) -> None:
    body = """
        from sqlalchemy.orm import Session
        with Session(op.get_bind()) as session:
            session.execute(sa.text("UPDATE t SET n = 'kept' WHERE id = 1"))
            try:
                with session.begin_nested():
                    session.execute(sa.text("UPDATE t SET n = 'lost' WHERE id = 2"))
                    raise KeyError
            except KeyError:
                pass
            session.commit()
        """
    place.apply(history(a=A, b=python(body)))
    assert place.rows("SELECT n FROM t ORDER BY id") == [("kept",), ("y",)]


def test_a_batch_on_sqlite_keeps_the_children_of_the_table(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    lite_place.execute(
        "CREATE TABLE child (t_id INTEGER REFERENCES t ON DELETE CASCADE)", "INSERT INTO child VALUES (1), (2)"
    )
    body = 'with op.batch_alter_table("t") as batch:\n    batch.alter_column("n", nullable=False)'
    lite_place.apply(history(a=A, b=python(body)), allow_drift=True)
    assert lite_place.rows("SELECT count(*) FROM child") == [(2,)]
    with pytest.raises(DatabaseError, match="NOT NULL"):
        lite_place.execute("INSERT INTO t (id) VALUES (9)")


def test_a_python_revision_may_not_orphan_rows_on_sqlite(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    lite_place.execute("CREATE TABLE child (t_id INTEGER REFERENCES t)", "INSERT INTO child VALUES (1)")
    with pytest.raises(ReconcileError, match="of child lack their row of t"):
        lite_place.apply(history(a=A, b=python('op.execute("DELETE FROM t")')), allow_drift=True)
    assert lite_place.rows("SELECT count(*) FROM t") == [(2,)]


def test_several_python_revisions_in_one_run(place: Place) -> None:
    found = history(a=A, b=python(ROWS), c=revision("c000", ROWS, down="b000", more=MARK))
    assert place.apply(found).applied == ("a000", "b000", "c000")
    assert place.rows("SELECT n FROM t ORDER BY id") == [("xxxx",), ("yyyy",)]
