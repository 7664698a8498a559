"""`apply` on real databases: what it runs, what it refuses, and what it leaves behind."""

from __future__ import annotations

import pytest

from reconciler.apply import journal, ledger, versions
from reconciler.apply.apply import Event, Permit, Proposal, Target, apply, dry_run
from reconciler.errors import BusyError, DatabaseError, InterruptedRunError, ReconcileError, RefusedError
from reconciler.model.changes import address_of
from tests.unit.apply.places import SCOPE, Place, generated, history, revision

A = revision("a000", 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Text))')
B = revision("b000", 'op.add_column("t", sa.Column("b", sa.Text))', down="a000")
C = revision("c000", 'op.add_column("t", sa.Column("c", sa.Text))', down="b000")
TARGET = Target(environment="test", scope=SCOPE)


def test_pending_revisions_are_applied_and_recorded(place: Place) -> None:
    out = place.apply(history(a=A, b=B), commit="abc123")
    assert (out.applied, out.already, out.head) == (("a000", "b000"), (), ("b000",))
    assert out.statements == 2
    with place.session() as s:
        entries = ledger.entries(s, place.dialect)
        recorded = ledger.recorded(s, place.dialect)
    assert [(e.seq, e.revision, e.action, e.actor, e.commit_id, e.environment) for e in entries] == [
        (1, "a000", "apply", "tester", "abc123", "test"),
        (2, "b000", "apply", "tester", "abc123", "test"),
    ]
    assert recorded is not None
    assert recorded.revision == ("b000",)
    assert recorded.catalog == out.live


def test_applying_again_does_nothing(place: Place) -> None:
    place.apply(history(a=A, b=B))
    before = place.state()
    out = place.apply(history(a=A, b=B))
    assert (out.applied, out.already) == ((), ("a000", "b000"))
    assert place.state() == before


def test_up_to_a_revision_given_by_its_beginning(place: Place) -> None:
    assert place.apply(history(a=A, b=B, c=C), to="b000").head == ("b000",)
    assert place.apply(history(a=A, b=B, c=C)).applied == ("c000",)


def test_an_unknown_end_is_named(place: Place) -> None:
    with pytest.raises(ReconcileError, match="no revision 'nope'"):
        place.apply(history(a=A), to="nope")


def test_the_history_is_read_under_the_lock(place: Place) -> None:
    """Another applier finds the lock taken at the moment when the history is read."""
    tried: list[str] = []

    def read():  # type: ignore[no-untyped-def]
        if not tried:
            tried.append("first")
            with pytest.raises(BusyError):
                place.apply(history(a=A), wait_seconds=0.0)
        return history(a=A)

    assert place.apply(read).applied == ("a000",)


def test_a_held_lock_is_busy_and_names_the_holder(place: Place) -> None:
    with place.session() as holder, holder.lock("apply"), pytest.raises(BusyError) as error:
        place.apply(history(a=A), wait_seconds=0.3)
    assert error.value.exit_code == 4
    assert "pid" in error.value.why


def test_ahead_is_refused(place: Place) -> None:
    place.apply(history(a=A, b=B))
    with pytest.raises(RefusedError, match=r"Ahead.*b000"):
        place.apply(history(a=A))


def test_drift_is_refused_before_the_first_statement(place: Place) -> None:
    place.apply(history(a=A))
    place.execute("ALTER TABLE t ADD COLUMN by_hand INTEGER")
    with pytest.raises(RefusedError, match="Drifted") as error:
        place.apply(history(a=A, b=B))
    assert "column:" in error.value.why and "by_hand" in error.value.why
    assert place.state()["version"] == ("a000",)
    assert place.apply(history(a=A, b=B), allow_drift=True).applied == ("b000",)


def test_a_table_that_was_never_ours_is_no_drift(place: Place) -> None:
    place.apply(history(a=A))
    place.execute("CREATE TABLE theirs (x INTEGER)")
    assert place.apply(history(a=A, b=B)).applied == ("b000",)
    place.execute("DROP TABLE theirs")
    assert place.apply(history(a=A, b=B, c=C)).applied == ("c000",)


def test_after_alembic_itself_moved_on_there_is_nothing_to_compare_with(place: Place) -> None:
    place.apply(history(a=A))
    place.execute("ALTER TABLE t ADD COLUMN b TEXT", "UPDATE alembic_version SET version_num = 'b000'")
    assert place.apply(history(a=A, b=B, c=C)).applied == ("c000",)


def test_a_schema_that_is_not_as_expected_is_an_error_that_names_the_addresses(place: Place) -> None:
    expected = place.apply(history(a=A)).live
    with pytest.raises(ReconcileError, match="not what the lockfile says") as error:
        place.apply(history(a=A, b=B), expected=expected)
    assert "+ column:" in error.value.why and "t.b" in error.value.why
    again = place.apply(history(a=A, b=B), expected=expected)
    assert again.applied == () and "t.b" in again.differences


def test_as_expected_there_are_no_differences(place: Place) -> None:
    expected = place.apply(history(a=A, b=B)).live
    place.execute("DROP TABLE t", "DELETE FROM alembic_version")
    assert place.apply(history(a=A, b=B), expected=expected, allow_drift=True).differences == ""


def test_brought_there_by_alembic_and_as_expected_it_is_recorded(place: Place) -> None:
    expected = place.apply(history(a=A, b=B)).live
    with place.session() as s:
        for table in ("recorded", "ledger"):
            s.execute(f"DELETE FROM {place.dialect.ledger(table)}")
        place.apply(history(a=A, b=B))
        assert ledger.recorded(s, place.dialect) is None
        place.apply(history(a=A, b=B), expected=expected)
        assert ledger.recorded(s, place.dialect) is not None


def test_a_failing_statement_undoes_its_revision_and_says_where(place: Place) -> None:
    bad = revision("b000", 'op.add_column("t", sa.Column("b", sa.Text))\nop.execute("DROP TABLE nowhere")', down="a000")
    with pytest.raises(DatabaseError, match="nowhere") as error:
        place.apply(history(a=A, b=bad))
    assert error.value.where == "versions/b.py: statement 2 of 2"
    assert error.value.statement == "DROP TABLE nowhere"
    state = place.state()
    assert (state["version"], state["journal"], state["recorded"][0]) == (("a000",), None, ("a000",))
    assert place.apply(history(a=A, b=B)).applied == ("b000",)


def test_a_failure_in_a_later_segment_keeps_the_earlier_ones_and_carries_on_behind_them(place: Place) -> None:
    body = """
        op.add_column("t", sa.Column("b", sa.Text))
        with op.get_context().autocommit_block():
            op.execute("UPDATE t SET n = n || '!'")
            op.execute("INSERT INTO later VALUES (1)")
        """
    place.apply(history(a=A))
    place.execute("INSERT INTO t (id, n) VALUES (1, 'x')")
    found = history(a=A, b=revision("b000", body, down="a000"))
    with pytest.raises(DatabaseError) as error:
        place.apply(found)
    assert error.value.where == "versions/b.py: statement 3 of 3"
    with place.session() as s:
        begun = journal.open_run(s, place.dialect)
        assert begun is not None
        assert (begun.revision, begun.done, begun.intent) == ("b000", {1, 2}, None)
        assert versions.current(s, place.dialect) == ("a000",)
    place.execute("CREATE TABLE later (x INTEGER)")
    assert place.apply(found).applied == ("b000",)
    assert place.rows("SELECT n FROM t") == [("x!",)]
    assert place.state()["journal"] is None


def test_what_an_unfinished_run_made_is_recorded_when_it_is_finished(place: Place) -> None:
    body = """
        op.execute("CREATE TABLE u (x INTEGER)")
        with op.get_context().autocommit_block():
            op.execute("INSERT INTO later VALUES (1)")
        """
    found = history(a=A, b=revision("b000", body, down="a000"))
    place.apply(history(a=A))
    with pytest.raises(DatabaseError):
        place.apply(found)
    place.execute("CREATE TABLE later (x INTEGER)")
    place.apply(found)
    with place.session() as s:
        recorded = ledger.recorded(s, place.dialect)
    assert recorded is not None and any(a.kind == "table" and a.name == "u" for a in recorded.catalog)


def test_drift_that_a_rule_accepts_is_passed_over_to_the_end(place: Place) -> None:
    expected = place.apply(history(a=A, b=B)).live
    place.execute("DROP TABLE t", "DELETE FROM alembic_version")
    place.apply(history(a=A))
    place.execute("ALTER TABLE t ADD COLUMN by_hand INTEGER")
    excuse = lambda drift: [c for c in drift if address_of(c).name != "by_hand"]  # noqa: E731
    with pytest.raises(RefusedError, match="Drifted"):
        place.apply(history(a=A, b=B), expected=expected)
    out = place.apply(history(a=A, b=B), expected=expected, unexcused=excuse)
    assert (out.applied, out.differences) == (("b000",), "")


def test_drift_that_is_allowed_does_not_fail_the_end(place: Place) -> None:
    expected = place.apply(history(a=A, b=B)).live
    place.execute("DROP TABLE t", "DELETE FROM alembic_version")
    place.apply(history(a=A))
    place.execute("ALTER TABLE t ADD COLUMN by_hand INTEGER")
    out = place.apply(history(a=A, b=B), expected=lambda: expected, allow_drift=True)
    assert out.applied == ("b000",) and "by_hand" in out.differences


def test_an_edited_remainder_is_free_an_edited_beginning_is_refused(place: Place) -> None:
    def body(first: str, second: str) -> str:
        return f'op.execute("{first}")\nwith op.get_context().autocommit_block():\n    op.execute("{second}")'

    def found(first: str, second: str):  # type: ignore[no-untyped-def]
        return history(a=A, b=revision("b000", body(first, second), down="a000"))

    with pytest.raises(DatabaseError):
        place.apply(found("CREATE TABLE u (x INTEGER)", "DROP TABLE nowhere"))
    with pytest.raises(RefusedError, match="statement 1 of b000 was edited after it ran"):
        place.apply(found("CREATE TABLE u (y INTEGER)", "DROP TABLE nowhere"))
    with pytest.raises(RefusedError, match=r"Ahead.*b000"):
        place.apply(history(a=A))
    with pytest.raises(RefusedError, match="begun and not finished"):
        place.apply(found("CREATE TABLE u (x INTEGER)", "DROP TABLE nowhere"), to="a000")
    assert place.apply(found("CREATE TABLE u (x INTEGER)", "DROP TABLE u")).applied == ("b000",)


def test_a_revision_finished_by_alembic_leaves_no_open_run(place: Place) -> None:
    body = """
        op.execute("CREATE TABLE u (x INTEGER)")
        with op.get_context().autocommit_block():
            op.execute("DROP TABLE nowhere")
        """
    found = history(a=A, b=revision("b000", body, down="a000"))
    with pytest.raises(DatabaseError):
        place.apply(found)
    place.execute("UPDATE alembic_version SET version_num = 'b000'")
    found = history(a=A, b=revision("b000", body, down="a000"), c=C)
    place.execute("ALTER TABLE t ADD COLUMN b TEXT")
    assert place.apply(found).applied == ("c000",)
    assert place.state()["journal"] is None


def test_a_revision_that_cannot_be_rendered_is_refused_with_what_to_write(place: Place) -> None:
    body = 'rows = op.get_bind().execute(sa.text("SELECT 1")).all()'
    with pytest.raises(RefusedError, match="cannot be rendered") as error:
        place.apply(history(a=revision("a000", body)))
    assert error.value.where == "versions/a.py"
    assert "reconcile_python = True" in error.value.next
    assert place.state()["ledger"] == [("a000", "refused")]


def test_what_may_not_run_is_refused_before_anything_runs(place: Place) -> None:
    seen: list[str] = []

    def approved(proposal: Proposal) -> Permit:
        seen.extend(item.revision.id for item in proposal.rendered or ())
        raise RefusedError("not approved", why="nobody signed")

    with pytest.raises(RefusedError, match="not approved"):
        place.apply(history(a=A, b=B), approved=approved)
    assert seen == ["a000", "b000"]
    assert place.state()["version"] == ()
    with place.session() as s:
        (entry,) = ledger.entries(s, place.dialect)
    assert (entry.action, entry.revision, entry.message) == ("refused", "a000,b000", "not approved\nnobody signed")


def test_what_may_not_run_is_refused_before_its_code_is_run(place: Place) -> None:
    seen: list[object] = []

    def trusted(proposal: Proposal) -> None:
        seen.append(proposal.rendered)
        raise RefusedError("not approved")

    evil = revision("a000", "pass", more='raise SystemExit("this ran")')
    with pytest.raises(RefusedError, match="not approved"):
        place.apply(history(a=evil), trusted=trusted)
    assert seen == [None]


def test_what_was_adopted_is_taken_as_applied_once_it_is_approved(place: Place) -> None:
    place.apply(history(a=A))
    place.execute("ALTER TABLE t ADD COLUMN b TEXT")
    place.adopt()
    found, seen = history(a=A, b=generated(B)), list[str]()

    def approved(proposal: Proposal) -> Permit:
        seen.extend(item.revision.id for item in proposal.rendered or ())
        if len(seen) == 1:
            raise RefusedError("not approved")
        return Permit()

    with pytest.raises(RefusedError, match="not approved"):
        place.apply(found, expected=place.catalog(), approved=approved)
    assert place.state()["version"] == ("a000",)
    assert place.apply(found, expected=place.catalog(), approved=approved).applied == ("b000",)
    assert seen == ["b000", "b000"]
    assert place.state()["version"] == ("b000",)
    done = [("a000", "apply"), ("a000", "record"), ("b000", "refused"), ("b000", "apply")]
    assert place.state()["ledger"] == done


def test_a_dry_run_gives_the_text_and_changes_nothing(place: Place) -> None:
    with place.session() as s:
        found = dry_run(s, place.dialect, history(a=A, b=B), TARGET)
        assert [r.id for r, _ in found] == ["a000", "b000"]
        assert found[1][1][0].sql == "ALTER TABLE t ADD COLUMN b TEXT"
        out = apply(s, place.dialect, lambda: history(a=A, b=B), TARGET, expected=None, dry_run=True)
    assert (out.applied, out.statements, out.head) == ((), 2, ())
    assert place.state()["catalog"] == Place(place.name, place.url).state()["catalog"]
    with place.session() as s:
        assert ledger.entries(s, place.dialect) == []
        assert not any("alembic_version" in str(a) for a in place.dialect.inspect(s, SCOPE))


def test_a_dry_run_needs_no_right_to_write(place: Place) -> None:
    place.apply(history(a=A))
    with place.session(read_only=True) as s:
        assert [r.id for r, _ in dry_run(s, place.dialect, history(a=A, b=B), TARGET)] == ["b000"]


def test_the_text_that_runs_is_the_text_of_the_dry_run(place: Place) -> None:
    said: list[Event] = []
    with place.session() as s:
        shown = [st.sql for _, found in dry_run(s, place.dialect, history(a=A, b=B), TARGET) for st in found]
    place.apply(history(a=A, b=B), progress=said.append)
    assert [e.sql for e in said if e.what == "statement"] == shown


@pytest.mark.parametrize("at", range(5))
def test_a_wish_to_stop_is_heard_between_statements_and_apply_carries_on(place: Place, at: int) -> None:
    body = "\n".join(f'op.execute("INSERT INTO t (id) VALUES ({i})")' for i in range(3))
    found = history(a=A, b=revision("b000", body, down="a000"))
    seen: list[Event] = []
    stop = lambda: len([e for e in seen if e.what == "statement"]) >= at  # noqa: E731
    if at < 4:
        with pytest.raises(InterruptedRunError) as error:
            place.apply(found, progress=seen.append, interrupted=stop)
        assert error.value.exit_code == 5
    place.apply(found)
    state = place.state("SELECT id FROM t ORDER BY id")
    assert state["rows"] == [[(0,), (1,), (2,)]]
    assert state["ledger"] == [("a000", "apply"), ("b000", "apply")]


def test_names_and_texts_of_the_ledger_are_data(place: Place) -> None:
    doc = "it's \\\\ 100% :x {} -- ;"
    place.apply(
        history(a=revision("a000", "", doc=doc)), actor="o'brien\\", target=Target(environment="e'", scope=SCOPE)
    )
    with place.session() as s:
        (entry,) = ledger.entries(s, place.dialect)
    assert (entry.actor, entry.environment, entry.message) == ("o'brien\\", "e'", doc.replace("\\\\", "\\"))
