"""Somebody alters the database by hand while it is applied to, or between two revisions: it never goes unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest

from reconciler.apply import ledger
from reconciler.dialects.session import Session
from reconciler.errors import BusyError, DatabaseError, ReconcileError, RefusedError
from tests.faults.conftest import Places
from tests.faults.harness import Tell, counted, points, said_by
from tests.faults.test_kill import SPREAD
from tests.unit.apply.places import Place, history, revision

PHASES = {
    "a": revision("a000", 'op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")'),
    "b": revision("b000", 'op.execute("ALTER TABLE t ADD COLUMN b INTEGER")', down="a000"),
    "c": revision("c000", 'op.execute("UPDATE t SET b = n")', down="b000"),
    "d": revision("d000", 'op.execute("ALTER TABLE t DROP COLUMN n")', down="c000"),
}
BY_HAND = "ALTER TABLE t ADD COLUMN by_hand INTEGER"


def by_hand(place: Place) -> bool:
    """Whether it could be done now: the applier may hold what it needs."""
    with place.dialect.connect(place.url) as session:
        session.limits(lock_ms=30, statement_ms=None)
        with suppress(DatabaseError, BusyError):
            session.execute(BY_HAND)
            return True
    return False


@pytest.mark.parametrize(
    "phase", [pytest.param("b", marks=pytest.mark.faults), "c", pytest.param("d", marks=pytest.mark.faults)]
)
def test_changed_between_two_phases(places: Places, phase: str, tell: Tell) -> None:
    place = places()
    names = [n for n in PHASES if n <= phase]
    before = history(**{n: PHASES[n] for n in names[:-1]})
    after = history(**{n: PHASES[n] for n in names})
    place.apply(before)
    place.execute(BY_HAND)
    stands = place.state()
    with pytest.raises(RefusedError, match="Drifted") as error:
        place.apply(after)
    assert error.value.exit_code == 3 and "t.by_hand" in error.value.why
    assert {**place.state(), "ledger": stands["ledger"]} == stands, "something ran"
    place.execute("ALTER TABLE t DROP COLUMN by_hand")
    assert place.apply(after).applied == (f"{phase}000",)
    tell(place, "DDL by hand before each phase", 1, end="refused with the difference (exit 3), nothing ran")


@pytest.mark.parametrize("spread", SPREAD)
def test_changed_under_the_lock(places: Places, spread: str, tell: Tell) -> None:
    """Whoever is quicker than our look is drift; whoever comes after it is found at the end, or is drift then."""
    first, found = history(a=PHASES["a"]), history(**PHASES)

    def begun() -> Place:
        place = places()
        place.apply(first)
        return place

    place = begun()
    said = said_by(place, found)
    expected = place.catalog()
    every = range(1, len(said) + 1)
    chosen = points(spread, every, 3)
    got_in, refused = 0, 0
    for point in chosen:
        place = begun()
        done: list[bool] = []

        def meddle(n: int, session: Session, sql: str, params: Sequence[object], place: Place = place,
                   at: int = point, done: list[bool] = done) -> None:  # fmt: skip
            if n == at:
                done.append(by_hand(place))

        told = ""
        with place.dialect.connect(place.url) as session:
            try:
                place.apply(found, session=counted(session, meddle), expected=expected)
            except ReconcileError as error:
                told = f"{error.what} {error.why}"
                refused += error.exit_code == 3
        if not done or not done[0]:
            assert not told, told
            continue
        got_in += 1
        with place.dialect.connect(place.url) as session:
            recorded = ledger.recorded(session, place.dialect)
        unsaid = recorded is not None and any(a.name == "by_hand" for a in recorded.catalog)
        assert "by_hand" in told or not unsaid, f"changed at call {point}, and nobody said so: {said[point - 1]}"
    assert got_in
    end = "refused before the first statement (exit 3), an error at the end (exit 1), or drift; never recorded as ours"
    tell(place, "DDL by hand before every call of an apply (where its locks let it)", len(chosen), len(every), end=end)
