"""`push`: a plan's statements at once, under the same lock, and recorded."""

from __future__ import annotations

import pytest

from reconciler.apply import ledger, versions
from reconciler.apply.apply import Target
from reconciler.apply.push import Pushed, push
from reconciler.errors import BusyError, DatabaseError, ReconcileError
from reconciler.model.changes import Create, Statement, Step
from reconciler.model.tables import Table
from tests.unit.apply.places import SCOPE, Place

STEP = Step(change=Create(Table(name="t")))
TARGET = Target(environment="preview", scope=SCOPE)


def pushed(place: Place, *statements: str | Statement, **more: object) -> Pushed:
    found = [s if isinstance(s, Statement) else Statement(s) for s in statements]
    with place.session() as s:
        return push(s, place.dialect, TARGET, [(STEP, found)], actor="me", **more)  # type: ignore[arg-type]


def test_a_database_that_nothing_was_applied_to_holds_nothing_of_ours_afterwards(place: Place) -> None:
    pushed(place, "CREATE TABLE t (x INTEGER)")
    with place.session() as s:
        assert ledger.entries(s, place.dialect) == []
        assert ledger.recorded(s, place.dialect) is None


def test_statements_run_and_are_recorded_without_a_version(place: Place) -> None:
    with place.session() as s, s.transaction():
        ledger.ensure(s, place.dialect)
    out = pushed(place, "CREATE TABLE t (x INTEGER)", "CREATE TABLE u (x INTEGER)")
    assert out.statements == 2
    with place.session() as s:
        (entry,) = ledger.entries(s, place.dialect)
        recorded = ledger.recorded(s, place.dialect)
        assert versions.current(s, place.dialect) == ()
    assert (entry.action, entry.revision, entry.statements) == ("push", "", 2)
    assert recorded is not None and recorded.catalog == out.live


def test_a_failing_statement_undoes_what_is_in_its_transaction(place: Place) -> None:
    with pytest.raises(DatabaseError, match="nowhere") as error:
        pushed(place, "CREATE TABLE t (x INTEGER)", "DROP TABLE nowhere")
    assert error.value.where.endswith("statement 2 of 2")
    assert not any("Table(" in o for o in place.state()["catalog"])


def test_what_must_be_outside_of_a_transaction_is(pg_place: Place) -> None:
    index = Statement("CREATE INDEX CONCURRENTLY i ON t (x)", transactional=False)
    pushed(pg_place, "CREATE TABLE t (x INTEGER)", index, "CREATE TABLE u (x INTEGER)")
    assert pg_place.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == [(True,)]


def test_a_failed_concurrent_index_is_taken_away(pg_place: Place) -> None:
    index = Statement("CREATE UNIQUE INDEX CONCURRENTLY i ON t (x)", transactional=False)
    with pytest.raises(DatabaseError):
        pushed(pg_place, "CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (1), (1)", index)
    assert pg_place.rows("SELECT count(*) FROM pg_class WHERE relname = 'i'") == [(0,)]


def test_a_rebuild_keeps_the_children(lite_place: Place) -> None:
    lite_place.execute(
        "CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (p_id INTEGER REFERENCES p ON DELETE CASCADE)",
        "INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1)",
    )  # fmt: skip
    texts = ("PRAGMA foreign_keys=OFF", "BEGIN", "CREATE TABLE q (id INTEGER PRIMARY KEY, n TEXT)",
             "INSERT INTO q (id) SELECT id FROM p", "DROP TABLE p", "ALTER TABLE q RENAME TO p", "COMMIT")  # fmt: skip
    pushed(lite_place, *(Statement(t, transactional=False) for t in texts))
    assert lite_place.rows("SELECT * FROM c") == [(1,)]


def test_a_database_that_moved_since_the_plan_is_left_alone(place: Place) -> None:
    live = pushed(place, "CREATE TABLE t (x INTEGER)").live
    place.execute("CREATE TABLE u (x INTEGER)")
    with pytest.raises(ReconcileError, match="changed while the plan was made"):
        pushed(place, "DROP TABLE t", planned_from=live)
    assert place.rows("SELECT count(*) FROM t") == [(0,)]


def test_what_does_not_come_out_as_planned_is_an_error(place: Place) -> None:
    live = pushed(place, "CREATE TABLE t (x INTEGER)").live
    with pytest.raises(ReconcileError, match="not what was asked for") as error:
        pushed(place, "CREATE TABLE u (x INTEGER)", expected=live)
    assert "+ table:" in error.value.why


def test_it_waits_for_its_turn(place: Place) -> None:
    with place.session() as other, other.lock("apply"), pytest.raises(BusyError):
        pushed(place, "CREATE TABLE t (x INTEGER)")
