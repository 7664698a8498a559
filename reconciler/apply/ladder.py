"""Waiting for table locks: short, growing limits, with a pause between attempts, and an end.

A statement that waits for a strong lock stops everybody behind it; so it waits briefly, lets the queue through, and
tries again. Never without a limit.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from ..dialects.disturbance import CANCELLED, TOO_LONG, has_waited, is_lost
from ..errors import BusyError, DatabaseError, InterruptedRunError
from .blockers import blockers
from .work import Event, Work

T = TypeVar("T")


class LostError(DatabaseError):
    """The connection broke, so nobody knows what became of the statement or the commit."""


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one attempt after the other (the last one repeats), and when to give up."""

    limits_ms: tuple[int, ...] = (200, 400, 800, 1500, 2000)
    attempts: int = 30
    seconds: float = 600.0
    pause: float = 0.5
    longest_pause: float = 30.0
    patient_ms: int = 600_000
    """For statements whose waiting blocks nobody's rows (CREATE INDEX CONCURRENTLY)."""
    weak_times: int = 10
    """How many times as long a statement waits that stops neither readers nor writers meanwhile."""

    def limit(self, attempt: int, *, weak: bool = False) -> int:
        return self.limits_ms[min(attempt, len(self.limits_ms) - 1)] * (self.weak_times if weak else 1)

    def sleep(self, attempt: int) -> float:
        """Full jitter: anything up to a bound that doubles."""
        return random.uniform(0.0, min(self.longest_pause, self.pause * 2.0**attempt))


def climbed(
    work: Work, ladder: Ladder, act: Callable[[], T], *, where: str, patient: bool = False, weak: bool = False
) -> T:
    """What `act` returns, tried until it gets its locks; it must undo all it did where it fails.

    Raises BusyError at the end of the ladder, InterruptedRunError where somebody asked to stop, DatabaseError for
    everything else; for a lost connection it says that nobody knows the outcome.
    """
    begun = time.monotonic()
    for attempt in range(ladder.attempts):
        work.turn.go_on()
        limit = ladder.patient_ms if patient else ladder.limit(attempt, weak=weak)
        try:
            work.turn.limit(limit)
            return act()
        except (DatabaseError, BusyError) as error:
            judged(work, error, where)
            waited = error
        sql = getattr(waited, "statement", "")
        who = blockers(work.session, work.dialect, sql) or waited.why
        pause = ladder.sleep(attempt)
        if attempt + 1 == ladder.attempts or time.monotonic() - begun + pause > ladder.seconds:
            raise _given_up(work, where, attempt + 1, who) from waited
        note = f"no lock within {limit} ms" + (f" ({who})" if who else "") + f", again in {pause:.1f} s"
        work.progress(Event(what="waiting", place=where, sql=sql, note=note))
        work.turn.pause(pause)
    raise AssertionError("a ladder has at least one rung")


def judged(work: Work, error: DatabaseError | BusyError, where: str) -> None:
    """Raises what the error means, unless it means only that a lock was not free."""
    if isinstance(error, BusyError):
        return
    if work.interrupted() and error.code in CANCELLED:
        raise InterruptedRunError(
            "stopped as asked",
            where=where,
            why="the statement that ran was cancelled and undone, what was finished is kept",
            next="run `reconcile apply` again: it carries on from there",
        ) from error
    if has_waited(error):
        return
    if is_lost(error) and not isinstance(error, LostError):
        raise lost(error, where) from error
    if error.where != work.session.target:
        raise error  # it was judged already, nearer to its statement
    if error.code in TOO_LONG and "user request" not in error.what:
        raise _too_long(work, error, where) from error
    raise located(error, where) from error


def _too_long(work: Work, error: DatabaseError, where: str) -> DatabaseError:
    seconds = work.limits.of(work.dialect.said_impact(error.statement)) / 1000
    return DatabaseError(
        error.what,
        code=error.code,
        statement=error.statement,
        where=where,
        why=f"it ran for longer than {seconds:g} s: it was stopped and undone, so that nobody waits behind it",
        next="apply --statement-timeout SECONDS gives it more, when less is going on",
    )


def lost(error: DatabaseError, where: str) -> LostError:
    return LostError(
        "the connection was lost, and nobody knows whether what was running happened",
        code=error.code,
        where=where,
        why=f"{error.what}: {error.why}".rstrip(": "),
        next="run `reconcile apply` again: it looks at what is there and carries on",
        statement=error.statement,
    )


def located(error: DatabaseError, where: str) -> DatabaseError:
    """The error with the file and the number of the statement in place of the database's address."""
    return DatabaseError(
        error.what, code=error.code, statement=error.statement, where=where, why=error.why, next=error.next
    )


def _given_up(work: Work, where: str, attempts: int, who: str) -> BusyError:
    return BusyError(
        f"no lock after {attempts} attempts; nothing of it was kept",
        where=where,
        why=who or "others hold what the statement needs",
        next=f"end what holds it on {work.session.target}, or run `reconcile apply` when less is going on",
    )
