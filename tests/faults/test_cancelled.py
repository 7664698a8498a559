"""Whatever statement is cancelled because somebody asked to stop: it ends with that, and the next apply carries on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError, InterruptedRunError
from reconciler.sources.revisions import History
from tests.faults.conftest import Places
from tests.faults.harness import QUERIES, Tell, carried_on, counted, mixed_history, points
from tests.faults.test_kill import SPREAD
from tests.unit.apply.places import Place

STRIDE = {"few": 1, "all": 5}
"""Most calls read, and few readings differ: each fifth call is enough."""


def cancelled_by_the_server(session: Any) -> None:
    """A statement that the server really cancels, on this session, where the next one was to run."""
    plain = type(session).__mro__[1]
    if session.dialect == "sqlite":
        session.dbapi.set_progress_handler(lambda: 1, 1)
        try:
            plain.rows(session, "SELECT count(*) FROM sqlite_schema a, sqlite_schema b, sqlite_schema c")
        finally:
            session.dbapi.set_progress_handler(None, 1)
    elif session.dialect == "postgresql":
        plain.execute(session, "SET statement_timeout = 1")
        try:
            plain.rows(session, "SELECT pg_sleep(5)")
        finally:
            if not session.in_transaction:
                plain.execute(session, "RESET statement_timeout")
    else:
        killer = threading.Timer(0.05, session.cancel)
        killer.start()
        try:
            plain.rows(session, "SELECT SLEEP(10)")
        finally:
            killer.join()


def cancellable(place: Place, found: History) -> list[int]:
    """The numbers of the calls that a server can cancel: the ends of transactions and savepoints it lets happen."""
    seen: list[int] = []

    def at_call(n: int, session: Session, sql: str, params: Sequence[object]) -> None:
        if not sql.startswith(("ROLLBACK", "COMMIT", "RELEASE")):
            seen.append(n)

    with place.dialect.connect(place.url) as session:
        place.apply(found, session=counted(session, at_call))
    return seen


@pytest.mark.parametrize("spread", SPREAD)
def test_statement_cancelled(places: Places, spread: str, tell: Tell) -> None:
    alone = places()
    found = mixed_history(alone.name)
    every = cancellable(alone, found)[:: STRIDE[spread]]
    state = alone.state(*QUERIES)
    stopped, chosen = 0, points(spread, every, 4)
    for point in chosen:
        place = places()
        asked: list[bool] = []

        def cancel(n: int, session: Session, sql: str, params: Sequence[object], point: int = point,
                   asked: list[bool] = asked) -> None:  # fmt: skip
            if n == point:
                asked.append(True)
                cancelled_by_the_server(session)

        with place.dialect.connect(place.url) as session:
            try:
                place.apply(found, session=counted(session, cancel), interrupted=lambda asked=asked: bool(asked))  # type: ignore[misc]
            except InterruptedRunError:
                stopped += 1
            except DatabaseError as error:
                raise AssertionError(f"call {point}: {error.code} {error.what}") from error
        carried_on(place, found)
        assert place.state(*QUERIES) == state, f"cancelled at call {point}"
    assert stopped >= 0.9 * len(chosen) - 1  # what is cancelled after everything was done leaves nothing to carry on
    how = "the server cancels the call that runs when somebody has asked to stop, at every fifth call, reads among them"
    tell(alone, how, len(chosen), len(every), end="exit 5; the next apply carries on")
