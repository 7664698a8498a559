"""One connection to one database: its transaction, timeouts, lock and cancel. Thin over the driver's DBAPI.

Knows no driver: each dialect's own session module loads its driver when a connection is asked for.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from ..errors import DatabaseError

TRANSACTION_OUTCOME_UNKNOWN: Final = "08007"


class Session(ABC):
    """A connection in autocommit mode, whose transactions are begun and ended here and nowhere else.

    A statement runs exactly as it is written: with no `params` nothing in it is interpolated (`%`, `:x`, `\\` are
    plain text), and one string holds one statement. With `params` the placeholders are the driver's (`%s`; SQLite `?`).
    """

    dialect: ClassVar[str]
    version: tuple[int, ...]
    target: str

    @abstractmethod
    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query returns; [] where it returns nothing. Values are the driver's: cast to text what is compared."""

    @abstractmethod
    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        """How many rows the statement touched (-1: it does not say).

        Raises DatabaseError with the server's `code`, the statement, and line and column where the server gives them.
        """

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether the server is in a transaction now, whoever began it."""

    @property
    @abstractmethod
    def dbapi(self) -> Any:
        """The driver's own connection, in autocommit mode: nothing begins a transaction on it by itself."""

    @abstractmethod
    def limits(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        """How long a statement may wait for a lock, and run, in milliseconds from now on (None: no limit).

        Set it outside of a transaction: PostgreSQL takes a setting back with the transaction that made it.
        """

    @abstractmethod
    def lock(self, key: str, wait_seconds: float = 0.0) -> AbstractContextManager[None]:
        """Hold the database's lock of that name on this session; raises BusyError, naming the holder where it can.

        It is taken by polling, so a waiter holds no place in a queue and no snapshot. On SQLite it is the write
        transaction itself, of which transactions inside become savepoints; it is committed when the lock is left.
        """

    @abstractmethod
    def cancel(self) -> None:
        """Stop the statement that runs now, from another thread or a signal handler; nothing happens if none runs."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection; an open transaction is rolled back. Twice is no error."""

    @abstractmethod
    def take_notices(self) -> list[str]:
        """What the server remarked (warnings) since this was last asked, oldest first, at most 200."""

    @abstractmethod
    def _begin(self, *, read_only: bool, repeatable: bool) -> None: ...

    @abstractmethod
    def _commit(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self, *, read_only: bool = False, repeatable: bool = False) -> Iterator[None]:
        """Commit what is done inside, or roll all of it back on any exception; inside another one it is a savepoint.

        `repeatable` gives one snapshot to all queries inside. Raises DatabaseError where the commit did not commit;
        its code is `TRANSACTION_OUTCOME_UNKNOWN` where the connection was lost before the answer came.
        """
        if self.in_transaction:
            with self._savepoint():
                yield
            return
        self._begin(read_only=read_only, repeatable=repeatable)
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        self._commit()

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        name = f"reconcile_{random.getrandbits(40):x}"
        self.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            with suppress(DatabaseError):
                self.execute(f"ROLLBACK TO SAVEPOINT {name}")
                self.execute(f"RELEASE SAVEPOINT {name}")
            raise
        self.execute(f"RELEASE SAVEPOINT {name}")

    def _rollback(self) -> None:
        """Never hides the error that led here; a session that cannot roll back is of no more use, so it is closed."""
        if not self.in_transaction:
            return
        try:
            self.execute("ROLLBACK")
        except DatabaseError:
            self.close()


def polled(attempt: Callable[[], bool], wait_seconds: float, *, longest_pause: float = 0.2) -> bool:
    """Whether `attempt` succeeded before the time was up; it is tried at least once, with jittered pauses between."""
    end = time.monotonic() + wait_seconds
    pause = min(0.01, longest_pause)
    while not attempt():
        left = end - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, pause * random.uniform(0.5, 1.0)))
        pause = min(pause * 1.6, longest_pause)
    return True


def require_text(sql: str, target: str) -> str:
    """The statement, unless it holds a NUL character, which drivers cut the text at or fail on."""
    if "\0" in sql:
        raise DatabaseError("a statement holds a NUL character", where=target, statement=sql.replace("\0", "\\0"))
    return sql
