"""A session on PostgreSQL: psycopg 3, or psycopg2 where only that is installed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from ...config.secrets import masked
from ...config.urls import scheme
from ...errors import BusyError, DatabaseError, RefusedError
from ..disturbance import refusals_ignored
from ..session import TRANSACTION_OUTCOME_UNKNOWN, Session, polled, require_text
from .drivers import Driver, driver
from .failures import CONNECTION_LOST, connection_failure, statement_failure
from .pooled import PID, lent

_CONNECT_TIMEOUT: Final = 10
# What a session's results and DDL depend on, so that a role's or a server's own settings change nothing.
_SETTINGS: Final = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "client_min_messages": "warning",
    "quote_all_identifiers": "off",
    "idle_in_transaction_session_timeout": "0",
}
# A client that dies in the middle of a statement is noticed, and its locks freed, in 0.5 s instead of at the end.
_DISCONNECT_CHECK: Final = ("client_connection_check_interval", "500ms")  # 14
_LOST_CODES: Final = {CONNECTION_LOST, "57P01", "57P02", "57P03", "08000", "08003"}


class PostgresSession(Session):
    """One backend; `pid` is its process on the server."""

    dialect = "postgresql"
    nobody = ""
    """A role whose objects count as belonging to nobody: that of a scratch database."""

    def __init__(self, connection: Any, used: Driver, url: str) -> None:
        self._connection = connection
        self._driver = used
        self._notices = used.collect_notices(connection)
        number = int(connection.info.server_version)
        self.version = (number // 10000, number % 10000)
        self.target = masked(url)
        self.pid = int(connection.info.backend_pid)
        self.says_path = False
        """Whether the URL itself says which schemas unqualified names are looked for in."""

    @property
    def driver(self) -> str:
        """`psycopg` or `psycopg2`."""
        return self._driver.name

    @property
    def dbapi(self) -> Any:
        return self._connection

    @property
    def in_transaction(self) -> bool:
        return not self._driver.lost(self._connection) and int(self._connection.info.transaction_status) in (1, 2, 3)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._errors(sql):
            cursor = self._driver.run(self._connection, sql, params, result=True)
            return list(cursor.fetchall()) if cursor.description else []

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        with self._errors(sql):
            return int(self._driver.run(self._connection, sql, params, result=False).rowcount)

    def limits(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        self._set({"lock_timeout": f"{lock_ms or 0}ms", "statement_timeout": f"{statement_ms or 0}ms"})

    def try_lock(self, key: str) -> bool:
        """Whether this session holds the lock of that name now; each success needs its own `unlock`."""
        return bool(self.rows(f"SELECT pg_catalog.pg_try_advisory_lock({lock_number(key)})")[0][0])

    def unlock(self, key: str) -> bool:
        """Whether the lock was held here; False means that the server lost it (a pooler switched the backend)."""
        return bool(self.rows(f"SELECT pg_catalog.pg_advisory_unlock({lock_number(key)})")[0][0])

    @contextmanager
    def lock(self, key: str, wait_seconds: float = 0.0) -> Iterator[None]:
        if not polled(lambda: self.try_lock(key), wait_seconds):
            raise BusyError(
                f"somebody else holds the lock {key!r}",
                where=self.target,
                why=self.lock_holder(key) or "the holder left while it was being looked up",
                next="wait for it, or run it again",
            )
        try:
            yield
        finally:
            with suppress(DatabaseError):
                self.unlock(key)

    def lock_holder(self, key: str) -> str:
        """Who holds the lock: pid, role, application, address, age and what it runs; "" where nobody does."""
        number = lock_number(key) & 0xFFFFFFFFFFFFFFFF
        found = self.rows(_HOLDER, (number >> 32, number & 0xFFFFFFFF))
        if not found:
            return ""
        pid, role, application, address, age, state = found[0]
        who = f"{application or 'no application name'}, role {role}, {address}"
        return f"held by pid {pid} ({who}), connected {age} s, {state}"

    def cancel(self) -> None:
        if not self._driver.lost(self._connection):
            with suppress(self._driver.error):
                self._driver.cancel(self._connection)

    def close(self) -> None:
        with suppress(self._driver.error):
            self._connection.close()

    def take_notices(self) -> list[str]:
        taken = [" ".join(str(notice).split()) for notice in self._notices]
        self._notices.clear()
        return taken

    def _begin(self, *, read_only: bool, repeatable: bool) -> None:
        isolation = "REPEATABLE READ" if repeatable else "READ COMMITTED"
        self.execute(f"BEGIN ISOLATION LEVEL {isolation}{' READ ONLY' if read_only else ''}")

    def _commit(self) -> None:
        if not self.in_transaction:
            if self._driver.lost(self._connection):
                raise DatabaseError("the connection was lost", where=self.target, code=CONNECTION_LOST)
            raise DatabaseError("a statement ended the transaction it ran in", where=self.target, code="2D000")
        failed = int(self._connection.info.transaction_status) == 3
        try:
            self.execute("COMMIT")
        except DatabaseError as error:
            if error.code in _LOST_CODES:
                error.code = TRANSACTION_OUTCOME_UNKNOWN
                error.why = "the connection was lost before COMMIT was answered: it may have happened or not"
            raise
        if failed:  # the server answers COMMIT with a rollback, and calls that a success
            raise DatabaseError("the transaction had failed and was rolled back", where=self.target, code="25P02")

    def _set(self, settings: Mapping[str, str], *, only: int = 0) -> bool:
        """Whether it was done; with `only`, not unless it is that process that does it."""
        calls = ", ".join("pg_catalog.set_config(%s, %s, false)" for _ in settings)
        when = f"pg_catalog.pg_backend_pid() = {int(only)}" if only else "true"
        values = [part for setting in settings.items() for part in setting]
        return bool(self.rows(f"SELECT CASE WHEN {when} THEN ARRAY[{calls}] END", values)[0][0])

    @contextmanager
    def _errors(self, sql: str) -> Iterator[None]:
        require_text(sql, self.target)
        try:
            yield
        except self._driver.error as error:
            lost = self._driver.lost(self._connection)
            raise statement_failure(error, sql, self.target, lost=lost) from error


_HOLDER: Final = """
SELECT l.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'local socket'),
       extract(epoch FROM now() - a.backend_start)::int, coalesce(a.state, 'state not visible to this role')
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.classid::bigint = %s AND l.objid::bigint = %s
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
"""


def lock_number(key: str) -> int:
    """The advisory lock's 64-bit signed number for a name."""
    return int.from_bytes(hashlib.sha256(f"reconcile:{key}".encode()).digest()[:8], "big", signed=True)


def libpq_url(url: str) -> str:
    """The URL as libpq takes it: SQLAlchemy's `+driver` removed."""
    return re.sub(r"^postgres(?:ql)?(?:\+\w+)?://", "postgresql://", url, count=1, flags=re.IGNORECASE)


def connect(
    url: str,
    *,
    create: bool = False,
    read_only: bool = False,
    search_path: str | None = None,
    kind: type[PostgresSession] = PostgresSession,
) -> PostgresSession:
    """A session whose settings do not depend on the server's or the role's.

    `search_path` "" makes the server qualify every name it prints; None leaves the role's own. `read_only` has the
    server refuse every write; `create` means nothing here. Raises DatabaseError, the URL masked, where nothing answers.
    """
    used = driver(scheme(url)[1])
    dsn = libpq_url(url)
    try:
        given = used.dsn_options(dsn)
        connection = used.connect(dsn, _connect_options(given))
    except used.error as error:
        raise connection_failure(error, url) from None  # the driver's own text may hold the password
    session = kind(connection, used, url)
    session.says_path = "search_path" in str(given.get("options") or "")
    try:
        if not _prepare(session, search_path, read_only, only=session.pid):
            _require_whole(session, lambda: used.connect(dsn, _connect_options(given)))
            _prepare(session, search_path, read_only)
    except BaseException:
        session.close()
        raise
    return session


def _require_whole(session: PostgresSession, beside: Callable[[], Any]) -> None:
    """Raises RefusedError where a pooler gives each transaction another server: our settings would stay on servers that
    others get next, and our lock would be none."""
    used = session._driver

    def run(connection: Any, sql: str) -> Any:
        cursor = used.run(connection, sql, (), result=True)
        return cursor.fetchone()[0] if cursor.description else None

    if how := lent(lambda: int(session.rows(PID)[0][0]), beside, run):
        raise RefusedError(
            "a pooler in transaction mode stands before the server",
            where=session.target,
            why=f"{how}: no lock, no setting and no limit of ours would last from one statement to the next",
            next="give the environment the URL of the server itself, or of a pool in session mode",
        )


def _connect_options(given: Mapping[str, Any]) -> dict[str, object]:
    options: dict[str, object] = {"client_encoding": "UTF8", "fallback_application_name": "reconcile"}
    if "connect_timeout" not in given and not os.environ.get("PGCONNECT_TIMEOUT"):
        options["connect_timeout"] = _CONNECT_TIMEOUT
    return options


def _prepare(session: PostgresSession, search_path: str | None, read_only: bool, *, only: int = 0) -> bool:
    """Whether the settings were made; with `only`, not unless it is that process that makes them."""
    settings = dict(_SETTINGS)
    if session.version >= (15,):
        settings.update([_DISCONNECT_CHECK])
    if read_only:
        settings["default_transaction_read_only"] = "on"
    if search_path is not None:
        settings["search_path"] = search_path
    if not session._set(settings, only=only):
        return False
    if session.version[0] == 14:
        with refusals_ignored():  # 14 refuses it on systems other than Linux
            session._set(dict([_DISCONNECT_CHECK]))
    return True
