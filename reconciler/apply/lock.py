"""Whose turn it is: the lock on the session that runs the statements, and the transactions taken under it.

A session's lock is of one of two kinds. It is held beside any transaction for the whole run; or it is the database's
write transaction itself, and then each transaction takes it anew and looks again at what is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Final

from ..dialects.disturbance import CANCELLED
from ..dialects.session import Session
from ..errors import BusyError, DatabaseError, InterruptedRunError

KEY: Final = "apply"
PATIENCE_MS: Final = 60_000
_SLICE: Final = 0.25


class Turn:
    """One applier's turn on one session."""

    def __init__(self, session: Session, interrupted: Callable[[], bool]) -> None:
        self._session = session
        self._interrupted = interrupted
        self._is_transaction = False
        self._lock_ms = PATIENCE_MS
        self._statement_ms: int | None = None

    @contextmanager
    def taken(self, wait_seconds: float) -> Iterator[None]:
        """Hold the lock as long as this lasts; raises BusyError that names the holder."""
        with self.stopped_as_asked(), ExitStack() as held:
            held.enter_context(_no_enforcement(self._session))
            taken = ExitStack()
            self._wait(taken, wait_seconds)
            self._is_transaction = self._session.in_transaction
            if self._is_transaction:
                taken.close()
            held.push(taken)
            self.limit()
            yield

    @contextmanager
    def stopped_as_asked(self) -> Iterator[None]:
        """Whatever was cancelled because somebody asked to stop, a look at the catalog too, is that and no error."""
        try:
            yield
        except DatabaseError as error:
            if error.code in CANCELLED:
                self.go_on()
            raise

    @contextmanager
    def unit(self) -> Iterator[None]:
        """What is done inside is committed together or not at all, and nobody else applies meanwhile."""
        seconds = self._lock_ms / 1000
        with self._session.lock(KEY, seconds) if self._is_transaction else self._session.transaction():
            yield

    def limit(self, lock_ms: int = PATIENCE_MS) -> None:
        """How long everything waits for a lock from now on; without a number as long as may be where nobody minds.

        Statements may run for as long as they take, until `allow` says otherwise.
        """
        self._lock_ms, self._statement_ms = lock_ms, None
        self._session.limits(lock_ms=lock_ms, statement_ms=None)

    def allow(self, statement_ms: int) -> None:
        """How long each statement may run from now on, until the next `limit`."""
        if statement_ms != self._statement_ms:
            self._session.limits(lock_ms=self._lock_ms, statement_ms=statement_ms)
            self._statement_ms = statement_ms

    def pause(self, seconds: float) -> None:
        """Sleep; raises InterruptedRunError when asked to stop."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.go_on()
            time.sleep(min(left, 0.05))
        self.go_on()

    def go_on(self) -> None:
        """Raises InterruptedRunError where somebody asked to stop."""
        if self._interrupted():
            raise InterruptedRunError(
                "stopped as asked",
                where=self._session.target,
                why="what was running is undone, what was finished is kept",
                next="run `reconcile apply` again: it carries on from there",
            )

    def _wait(self, held: ExitStack, wait_seconds: float) -> None:
        """In slices, so that a waiter can be interrupted."""
        end = time.monotonic() + wait_seconds
        while True:
            self.go_on()
            left = end - time.monotonic()
            try:
                held.enter_context(self._session.lock(KEY, max(0.0, min(_SLICE, left))))
                return
            except BusyError:
                if left <= _SLICE:
                    raise


def _no_enforcement(session: Session) -> AbstractContextManager[None]:
    """Foreign keys unenforced where enforcing them would delete the children of a table that is rebuilt.

    `references.kept` checks them instead, before each commit.
    """
    off: Callable[[], AbstractContextManager[None]] = getattr(session, "foreign_keys_off", nullcontext)
    return off()
