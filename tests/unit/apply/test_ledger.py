"""The ledger and the journal as their readers see them; stamping and recording without running anything."""

from __future__ import annotations

import pytest

from reconciler.apply import journal, ledger, mark, versions
from reconciler.apply.apply import Target
from reconciler.config import secrets
from reconciler.dialects.base import Dialect
from reconciler.dialects.session import Session
from reconciler.errors import BusyError, DatabaseError, ReconcileError, RefusedError
from reconciler.model.codec import fingerprint
from tests.unit.apply.places import SCOPE, Place, history, revision

A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")')
B = revision("b000", 'op.execute("ALTER TABLE t ADD COLUMN y INTEGER")', down="a000")
TARGET = Target(environment="test", scope=SCOPE)


def everything(s: Session, dialect: Dialect) -> tuple[object, ...]:
    return (
        versions.current(s, dialect),
        ledger.entries(s, dialect),
        ledger.recorded(s, dialect),
        journal.open_run(s, dialect),
    )


def test_where_we_never_were_there_is_nothing_to_read(place: Place) -> None:
    with place.session() as s:
        assert everything(s, place.dialect) == ((), [], None, None)
        assert not s.in_transaction


def test_reading_works_inside_a_transaction_of_the_readers(place: Place) -> None:
    with place.session() as s, s.transaction(read_only=True):
        assert everything(s, place.dialect) == ((), [], None, None)
        assert s.rows("SELECT 1") == [(1,)]


def test_a_session_that_may_only_read_sees_everything(place: Place) -> None:
    place.apply(history(a=A))
    with place.session() as s, place.session(read_only=True) as reader:
        assert everything(reader, place.dialect) == everything(s, place.dialect)


def test_a_role_with_nothing_but_select_sees_everything(pg_place: Place) -> None:
    pg_place.apply(history(a=A))
    schema = pg_place.dialect.ledger("ledger").rpartition(".")[0]
    role = f"reader_{pg_place.url.partition('/test_')[2][:12]}"
    pg_place.execute(f"CREATE ROLE {role} LOGIN")
    url = pg_place.url.replace("postgres@", f"{role}@")
    try:
        with pg_place.dialect.connect(url) as reader, pytest.raises(DatabaseError) as error:
            ledger.entries(reader, pg_place.dialect)
        assert "SELECT" in error.value.next
        pg_place.execute(
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
        )
        with pg_place.session() as s, pg_place.dialect.connect(url) as reader:
            assert everything(reader, pg_place.dialect) == everything(s, pg_place.dialect)
    finally:
        pg_place.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_the_recorded_schema_comes_back_whole(place: Place) -> None:
    columns = ", ".join(f"column_{i} INTEGER" for i in range(900))
    live = place.apply(history(a=revision("a000", f'op.execute("CREATE TABLE t ({columns})")'))).live
    with place.session() as s:
        found = ledger.recorded(s, place.dialect)
    assert found is not None
    assert found.catalog == live
    assert found.fingerprint == fingerprint(live) == fingerprint(found.catalog)
    assert found.catalog.version == live.version


def test_a_damaged_record_says_so(place: Place) -> None:
    place.apply(history(a=A))
    with place.session() as s:
        s.execute(f"UPDATE {place.dialect.ledger('recorded')} SET snapshot = 'AAAA'")
        with pytest.raises(ReconcileError, match="cannot be read"):
            ledger.recorded(s, place.dialect)


def test_no_secret_lands_in_it(place: Place) -> None:
    secrets.remember("canary-77")
    try:
        doc = "with canary-77 and postgresql://u:hunter2@h/d in it"
        place.apply(history(a=revision("a000", "pass", doc=doc)), actor="canary-77")
    finally:
        secrets.forget()
    with place.session() as s:
        text = repr(s.rows(f"SELECT * FROM {place.dialect.ledger('ledger')}"))
    assert "canary-77" not in text and "hunter2" not in text


def test_stamping_says_where_the_database_is_and_records_it(place: Place) -> None:
    place.execute("CREATE TABLE t (x INTEGER)")
    with place.session() as s:
        live = mark.stamp(s, place.dialect, TARGET, history(a=A), ["a000"], actor="me", message="taken over")
        assert versions.current(s, place.dialect) == ("a000",)
        (entry,) = ledger.entries(s, place.dialect)
        recorded = ledger.recorded(s, place.dialect)
    assert (entry.action, entry.revision, entry.message) == ("baseline", "a000", "taken over")
    assert recorded is not None and recorded.catalog == live
    assert place.apply(history(a=A, b=B)).applied == ("b000",)


def test_a_stamp_may_go_back_and_to_several_heads(place: Place) -> None:
    found = history(**{name: revision(f"{name}000", "pass") for name in "abcd"})
    with place.session() as s:
        for wanted in (["b000", "a000"], ["c000"], [], ["d000"]):
            mark.stamp(s, place.dialect, TARGET, found, wanted, actor="me")
            assert versions.current(s, place.dialect) == tuple(sorted(wanted))
        assert [e.action for e in ledger.entries(s, place.dialect)] == ["baseline", "stamp", "stamp", "baseline"]
        with pytest.raises(ReconcileError, match="no revision nope"):
            mark.stamp(s, place.dialect, TARGET, found, ["nope"], actor="me")


def test_a_stamp_on_a_database_that_is_something_else_is_refused(place: Place) -> None:
    expected = place.apply(history(a=A)).live
    place.execute("DROP TABLE t", "DELETE FROM alembic_version", "CREATE TABLE theirs (x INTEGER)")
    before = place.state()
    with place.session() as s:
        with pytest.raises(RefusedError, match="not at that revision") as error:
            mark.stamp(s, place.dialect, TARGET, history(a=A), ["a000"], actor="me", expected=expected)
        assert "- table:" in error.value.why and "theirs" not in error.value.why
        assert place.state() == before
        s.execute("CREATE TABLE t (x INTEGER)")
        mark.stamp(s, place.dialect, TARGET, history(a=A), ["a000"], actor="me", expected=expected)
        recorded = ledger.recorded(s, place.dialect)
    assert recorded is not None and recorded.catalog == expected


def test_a_stamp_settles_a_revision_that_was_begun(place: Place) -> None:
    body = """
        op.execute("CREATE TABLE u (x INTEGER)")
        with op.get_context().autocommit_block():
            op.execute("DROP TABLE nowhere")
        """
    with pytest.raises(DatabaseError):
        place.apply(history(a=revision("a000", body)))
    with place.session() as s:
        assert journal.open_run(s, place.dialect) is not None
        mark.stamp(s, place.dialect, TARGET, history(a=A), ["a000"], actor="me")
        assert journal.open_run(s, place.dialect) is None


def test_recording_adopts_what_a_hand_changed(place: Place) -> None:
    place.apply(history(a=A))
    place.execute("ALTER TABLE t ADD COLUMN by_hand INTEGER")
    with place.session() as s:
        mark.record(s, place.dialect, TARGET, actor="me", message="adopted")
        assert ledger.entries(s, place.dialect)[-1].action == "record"
    assert place.apply(history(a=A, b=B)).applied == ("b000",)


def test_marking_takes_the_lock(place: Place) -> None:
    with place.session() as other, other.lock("apply"), place.session() as s, pytest.raises(BusyError):
        mark.record(s, place.dialect, TARGET, actor="me")
