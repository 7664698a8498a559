"""A session on SQLite: the standard library's driver, in autocommit mode, with our own BEGIN and COMMIT."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from ...errors import BusyError, DatabaseError
from ..session import Session, polled, require_text
from .files import SqliteFile, lock_holder, sqlite_file

_LOCK_WAIT_MS: Final = 5000
_STEPS_BETWEEN_CHECKS: Final = 20_000  # of the virtual machine: about 1 ms
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")


class SqliteSession(Session):
    """One connection to one file. Foreign keys are enforced, except inside `foreign_keys_off`."""

    dialect = "sqlite"
    version = sqlite3.sqlite_version_info

    def __init__(self, connection: sqlite3.Connection, place: SqliteFile) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._place = place
        self._lock_ms: int | None = _LOCK_WAIT_MS
        self._statement_ms: int | None = None
        self._deadline = 0.0
        self.target = place.shown
        connection.set_progress_handler(self._overdue, _STEPS_BETWEEN_CHECKS)

    @property
    def dbapi(self) -> Any:
        return self._open()

    @property
    def in_transaction(self) -> bool:
        return self._connection is not None and self._connection.in_transaction

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._errors(sql):
            return self._run(sql, params).fetchall()

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        with self._errors(sql):
            cursor = self._run(sql, params)
            if cursor.description:  # an unfinished read would keep its lock
                cursor.fetchall()
            return cursor.rowcount

    def limits(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        self._lock_ms, self._statement_ms = lock_ms, statement_ms
        self._wait_for_locks()

    @contextmanager
    def lock(self, key: str, wait_seconds: float = 0.0) -> Iterator[None]:
        if self.in_transaction:
            raise RuntimeError("SQLite's lock is a transaction of its own: take it before any other")
        self._begin_immediate(wait_seconds, f"somebody else writes to the database (wanted: the lock {key!r})")
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        self._commit()

    @contextmanager
    def foreign_keys_off(self) -> Iterator[None]:
        """No enforcement, and no cascade when a parent is dropped: what a table rebuild needs.

        Goes around the transaction, since the pragma does nothing inside one; end with `foreign_key_violations`.
        What is done inside may switch `legacy_alter_table` on and fail: it is put back as well, since no rollback does.
        """
        if self.in_transaction:
            raise RuntimeError("PRAGMA foreign_keys does nothing inside a transaction: leave it first")
        pragmas = ("foreign_keys", "legacy_alter_table")
        before = {name: self.rows(f"PRAGMA {name}")[0][0] for name in pragmas}
        self.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            for name, value in before.items():
                if self._connection is not None:
                    self.execute(f"PRAGMA {name} = {int(value)}")

    @contextmanager
    def legacy_alter_table(self) -> Iterator[None]:
        """RENAME TABLE leaves the texts of views, triggers and foreign keys alone, as it did before 3.25."""
        before = self.rows("PRAGMA legacy_alter_table")[0][0]
        self.execute("PRAGMA legacy_alter_table = ON")
        try:
            yield
        finally:
            if self._connection is not None:
                self.execute(f"PRAGMA legacy_alter_table = {int(before)}")

    def foreign_key_violations(self, limit: int = 20) -> list[tuple[Any, ...]]:
        """Rows whose parent is missing: (table, rowid, parent, number of the foreign key).

        A foreign key that points at columns which are no key ("foreign key mismatch") can be checked by nobody: the
        tables that hold one are left out.
        """
        try:
            return self.rows(f"SELECT * FROM pragma_foreign_key_check LIMIT {int(limit)}")
        except DatabaseError as error:
            if "mismatch" not in str(error):
                raise
        found: list[tuple[Any, ...]] = []
        for (table,) in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
            with suppress(DatabaseError):
                found += self.rows("SELECT * FROM pragma_foreign_key_check(?)", (table,))
        return found[: int(limit)]

    def cancel(self) -> None:
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        connection.close()

    def take_notices(self) -> list[str]:
        return []

    def _begin(self, *, read_only: bool, repeatable: bool) -> None:
        if not read_only:
            wait = None if self._lock_ms is None else self._lock_ms / 1000
            self._begin_immediate(wait, "somebody else writes to the database")
            return
        self.execute("PRAGMA query_only = ON")
        try:
            self.execute("BEGIN")
            self.rows("SELECT 1 FROM sqlite_schema LIMIT 1")  # the snapshot is taken by the first read
        except BaseException:
            self._rollback()
            raise

    def _begin_immediate(self, wait_seconds: float | None, what: str) -> None:
        forever = 365 * 86400.0
        if not polled(self._try_begin, forever if wait_seconds is None else wait_seconds, longest_pause=0.05):
            holder = lock_holder(self._place.path)
            raise BusyError(what, where=self.target, why=holder, next="wait for it, or run it again")

    def _try_begin(self) -> bool:
        """SQLite's own wait would hold the thread and let no signal through: it is we who wait."""
        self._open().execute("PRAGMA busy_timeout = 0")
        try:
            self.execute("BEGIN IMMEDIATE")
        except DatabaseError as error:
            if error.code.startswith(_BUSY):
                return False
            raise
        finally:
            self._wait_for_locks()
        return True

    def _commit(self) -> None:
        if not self.in_transaction:
            raise DatabaseError("a statement ended the transaction it ran in", where=self.target, code="SQLITE_MISUSE")
        try:
            self.execute("COMMIT")
        except BaseException:  # busy or a full disk leave the transaction open
            self._rollback()
            raise
        self._writable()

    def _rollback(self) -> None:
        super()._rollback()
        self._writable()

    def _writable(self) -> None:
        if self._connection is not None:
            self._connection.execute("PRAGMA query_only = OFF")

    def _wait_for_locks(self) -> None:
        self._open().execute(f"PRAGMA busy_timeout = {2**31 - 1 if self._lock_ms is None else self._lock_ms}")

    def _run(self, sql: str, params: Sequence[object]) -> sqlite3.Cursor:
        connection = self._open()
        self._deadline = time.monotonic() + self._statement_ms / 1000 if self._statement_ms else 0.0
        return connection.execute(sql, params)

    def _overdue(self) -> int:
        """Asked by SQLite while it works; being Python, it also lets signal handlers run."""
        return int(bool(self._deadline) and time.monotonic() > self._deadline)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise DatabaseError("the session is closed", where=self.target, code="SQLITE_MISUSE")
        return self._connection

    @contextmanager
    def _errors(self, sql: str) -> Iterator[None]:
        require_text(sql, self.target)
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._failure(error, sql) from error

    def _failure(self, error: Exception, sql: str) -> DatabaseError:
        code = str(getattr(error, "sqlite_errorname", "") or "SQLITE_MISUSE")
        if code == "unknown":  # Python 3.11 has no name for what STRICT refuses (SQLITE_CONSTRAINT_DATATYPE)
            code = _PRIMARY.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, code)
        if code == "SQLITE_ERROR" and str(error).startswith(_REFUSED_ROWS):
            code = "SQLITE_CONSTRAINT"
        why = lock_holder(self._place.path) if code.startswith(_BUSY) else ""
        if code == "SQLITE_INTERRUPT" and self._deadline and time.monotonic() > self._deadline:
            why = f"it ran longer than its limit of {self._statement_ms} ms"
        return DatabaseError(str(error), code=code, statement=sql.strip(), where=self.target, why=why)


_REFUSED_ROWS = ("CHECK constraint failed", "NOT NULL constraint failed", "malformed JSON", "integer overflow")
"""What is said of rows that are there under the code of any other error: by ADD COLUMN, and by functions."""
_PRIMARY = {sqlite3.SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT", sqlite3.SQLITE_MISMATCH: "SQLITE_MISMATCH"}
"""Names of the codes that extended ones are told from by their upper bits."""


def connect(
    url: str,
    *,
    create: bool = False,
    read_only: bool = False,
    search_path: str | None = None,
    foreign_keys: bool = True,
) -> SqliteSession:
    """A session on the file (or memory) that the URL names; `create` allows a file that is not there yet.

    `search_path` means nothing here. Raises DatabaseError where the file or its folder is missing, or is no database.
    """
    place = sqlite_file(url, create=create, read_only=read_only)
    try:
        connection = sqlite3.connect(
            place.uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_LOCK_WAIT_MS / 1000
        )
    except sqlite3.Error as error:
        raise _cannot_open(error, place) from error
    try:
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA schema_version").fetchall()  # reads the file's head: is it a database at all?
    except sqlite3.Error as error:
        connection.close()
        raise _cannot_open(error, place) from error
    return SqliteSession(connection, place)


def unfit(session: Session) -> str:
    """Why nothing can be written to the file as it was opened; "" where it can, or where somebody else is writing."""
    try:
        session.execute("BEGIN IMMEDIATE")
    except DatabaseError as error:
        return "the file, or its folder, cannot be written to" if error.code.startswith("SQLITE_READONLY") else ""
    session.execute("ROLLBACK")
    return ""


def _cannot_open(error: sqlite3.Error, place: SqliteFile) -> DatabaseError:
    code = str(getattr(error, "sqlite_errorname", "") or "SQLITE_CANTOPEN")
    return DatabaseError(f"cannot open the database: {error}", where=place.shown, code=code, next="check the path")
