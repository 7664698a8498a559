"""A session on MariaDB or MySQL: PyMySQL, in autocommit mode, with settings that no server's or user's own can change.

Every DDL statement commits by itself. A transaction that one ended is begun again at once, so that what comes after
it is committed together as its author meant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from ...config.secrets import masked, passwords, scrub
from ...errors import BusyError, DatabaseError, ReconcileError
from ..disturbance import is_lost, refusals_ignored
from ..session import TRANSACTION_OUTCOME_UNKNOWN, Session, polled, require_text
from .flavour import Folding, folding_of, is_mariadb, server_version, with_folding
from .modes import session_mode, set_back, set_for_now
from .places import place

_CONNECT_TIMEOUT: Final = 10
_NO_SAVEPOINT: Final = "1305"
_READING: Final = "@reconcile_reading_mode"


class MySQLSession(Session):
    """One connection; `number` is the server's number for it."""

    dialect = "mysql"
    reads_starts = False
    """Whether the next number of AUTO_INCREMENT is what somebody wrote, as on a scratch database, and no data."""

    def __init__(self, connection: Any, url: str) -> None:
        self._connection = connection
        self._url = url
        self._depth = 0
        self._begun = ""
        self._notices: list[str] = []
        self.target = masked(url)
        self.version = server_version(str(connection.get_server_info()))
        self.number = int(connection.thread_id())
        self.database = place(url).database

    def folds(self, folding: int) -> None:
        """The server's `lower_case_table_names`, which its version says from now on."""
        self.version = with_folding(self.version, folding)
        if folding_of(self.version) is Folding.STORED:
            self.database = self.database.lower()

    @property
    def mariadb(self) -> bool:
        return is_mariadb(self.version)

    @property
    def driver(self) -> str:
        return "pymysql"

    @property
    def dbapi(self) -> Any:
        return self._connection

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.open) and bool(self._connection.server_status & 1)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._errors(sql):
            cursor = self._run(sql, params)
            found = list(cursor.fetchall()) if cursor.description else []
        self._go_on()
        return found

    def printed(self, sql: str) -> list[tuple[Any, ...]]:
        """What a SHOW CREATE returns: bytes of binary defaults, which no character set explains, become surrogates."""
        self._connection.use_unicode = False
        try:
            found = self.rows(sql)
        finally:
            self._connection.use_unicode = True
        return [tuple(_decoded(v) for v in row) for row in found]

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        with self._errors(sql):
            count = int(self._run(sql, params).rowcount)
        self._go_on()
        return count

    @contextmanager
    def in_own_mode(self) -> Iterator[None]:
        """Inside, the server prints what it prints to a new session, whatever was set in this one (by a revision)."""
        own = frozenset(session_mode(mariadb=self.mariadb).split(","))
        if frozenset(str(self.rows("SELECT @@SESSION.sql_mode")[0][0]).split(",")) == own:
            yield
            return
        self.execute(set_for_now("sql_mode", f"'{','.join(sorted(own))}'", _READING))
        try:
            yield
        finally:
            self.execute(set_back("sql_mode", _READING))

    def limits(self, *, lock_ms: int | None, statement_ms: int | None) -> None:
        """Locks are waited for in whole seconds. A limit on statements is one on all of them on MariaDB, and on
        queries alone on MySQL."""
        seconds = 31_536_000 if lock_ms is None else max(1, -(-lock_ms // 1000))
        self.execute(f"SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}")
        if self.mariadb:
            self.execute(f"SET SESSION max_statement_time = {(statement_ms or 0) / 1000}")
        else:
            self.execute(f"SET SESSION max_execution_time = {statement_ms or 0}")

    @contextmanager
    def lock(self, key: str, wait_seconds: float = 0.0) -> Iterator[None]:
        name = self._lock_name(key)
        if not polled(lambda: self.rows("SELECT GET_LOCK(%s, 0)", (name,))[0][0] == 1, wait_seconds):
            raise BusyError(
                f"somebody else holds the lock {key!r}",
                where=self.target,
                why=self._lock_holder(name) or "the holder left while it was being looked up",
                next="wait for it, or run it again",
            )
        try:
            yield
        finally:
            with suppress(DatabaseError):
                self.rows("SELECT RELEASE_LOCK(%s)", (name,))

    def _lock_name(self, key: str) -> str:
        """A server has one space of names for the locks of all its databases, of 64 characters each."""
        return "reconcile:" + hashlib.sha256(f"{self.database}:{key}".encode()).hexdigest()[:40]

    def _lock_holder(self, name: str) -> str:
        found = self.rows("SELECT IS_USED_LOCK(%s)", (name,))[0][0]
        if found is None:
            return ""
        query = "SELECT user, host, time FROM information_schema.processlist WHERE id = %s"
        for user, host, seconds in self.rows(query, (found,)):
            return f"held by connection {found} (user {user}, {host}, {seconds} s in its present state)"
        return f"held by connection {found}"

    def beside(self) -> MySQLSession:
        """Another session on the same database, for what would be in the way of this one's transaction."""
        return connect(self._url, read_only=True)

    def cancel(self) -> None:
        with suppress(ReconcileError, OSError), connect(self._url) as other:
            other.execute(f"KILL QUERY {self.number}")

    def close(self) -> None:
        if self._connection.open:
            with suppress(_driver().Error, OSError):
                self._connection.close()

    def take_notices(self) -> list[str]:
        taken, self._notices = self._notices, []
        return taken

    def _begin(self, *, read_only: bool, repeatable: bool) -> None:
        snapshot = ["WITH CONSISTENT SNAPSHOT"] if repeatable else []
        words = ", ".join([*snapshot, *(["READ ONLY"] if read_only else [])])
        self._begun = f"START TRANSACTION {words}".rstrip()
        self.execute(self._begun)
        self._depth = 1

    def _commit(self) -> None:
        self._depth = 0
        try:
            self.execute("COMMIT")
        except DatabaseError as error:
            if is_lost(error):
                error.code = TRANSACTION_OUTCOME_UNKNOWN
                error.why = "the connection was lost before COMMIT was answered: it may have happened or not"
            raise

    def _rollback(self) -> None:
        self._depth = 0
        super()._rollback()

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """A savepoint, which is gone where a statement inside committed."""
        try:
            with super()._savepoint():
                yield
        except DatabaseError as error:
            if error.code != _NO_SAVEPOINT or not error.statement.startswith("RELEASE"):
                raise

    def _go_on(self) -> None:
        """Begin again where a statement ended the transaction that we are in."""
        if self._depth and not self.in_transaction and self._connection.open:
            with self._errors(self._begun):
                self._run(self._begun, ())

    def _run(self, sql: str, params: Sequence[object]) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(sql, tuple(params) or None)
        return cursor

    @contextmanager
    def _errors(self, sql: str) -> Iterator[None]:
        require_text(sql, self.target)
        module = _driver()
        try:
            yield
        except (module.Error, UnicodeEncodeError) as error:
            raise _failure(error, sql, self.target) from error
        except OSError as error:
            raise DatabaseError(str(error), code="2013", statement=sql.strip(), where=self.target) from error


def _failure(error: BaseException, sql: str, target: str) -> DatabaseError:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    message = str(error.args[-1] if error.args else error)
    if number == 0 and type(error).__name__ == "InterfaceError":  # PyMySQL's word for a connection that is closed
        number, message = 2006, message or "the connection to the server is gone"
    code = str(number) if number else ""
    why, advice = _REASONS.get(number, ""), _NEXT.get(number, "")
    return DatabaseError(message, code=code, statement=sql.strip(), where=target, why=why, next=advice)


_REASONS: Final = {1969: "it ran longer than its limit", 3024: "it ran longer than its limit"}
_NEXT: Final = {
    1044: "grant this user the right on that database",
    1142: "grant this user the right on that table",
    1227: "have a user with that right do it",
    1845: "the table does not allow this way of altering it: plan again, or alter it by hand",
    1846: "the table does not allow this way of altering it: plan again, or alter it by hand",
}


def _decoded(value: Any) -> Any:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


@cache
def _driver() -> Any:
    if not find_spec("pymysql"):
        raise ReconcileError("no MySQL driver is installed", next="pip install 'reconcile-schema[mysql]'")
    import pymysql

    return pymysql


def connect(
    url: str, *, create: bool = False, read_only: bool = False, kind: type[MySQLSession] = MySQLSession
) -> MySQLSession:
    """A session whose settings do not depend on the server's or the user's.

    `create` means nothing here; `read_only` has the server refuse every write. Raises DatabaseError, the URL masked,
    where nothing answers.
    """
    module = _driver()
    arguments = {"charset": "utf8mb4", "autocommit": True, "connect_timeout": _CONNECT_TIMEOUT}
    try:
        connection = module.connect(**arguments, **place(url).arguments())
    except (module.Error, OSError) as error:
        raise _cannot_connect(error, url) from None
    session = kind(connection, url)
    try:
        _prepare(session, read_only)
    except BaseException:
        session.close()
        raise
    return session


def _cannot_connect(error: BaseException, url: str) -> DatabaseError:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 2003
    text = scrub(" ".join(str(error.args[-1] if error.args else error).split()), passwords(url))
    return DatabaseError(
        "cannot connect",
        where=masked(url),
        why=text,
        code=str(number),
        next=_CONNECT_NEXT.get(number, "check the URL, and that a server listens there"),
    )


_CONNECT_NEXT: Final = {
    1045: "check user and password in this URL",
    1049: "create that database first, or correct its name in the URL",
    1044: "grant this user the right to use that database",
}


def _prepare(session: MySQLSession, read_only: bool) -> None:
    settings = {
        "sql_mode": f"'{session_mode(mariadb=session.mariadb)}'",
        "time_zone": "'+00:00'",
        "foreign_key_checks": "1",
        "unique_checks": "1",
        "sql_quote_show_create": "1",
        "wait_timeout": "28800",
    }
    if session.mariadb:
        settings |= {"check_constraint_checks": "1", "alter_algorithm": "'DEFAULT'"}
    elif session.version >= (8, 0, 30):
        settings["sql_generate_invisible_primary_key"] = "0"
    session.execute("SET " + ", ".join(f"SESSION {name} = {value}" for name, value in settings.items()))
    for optional in ("explicit_defaults_for_timestamp = 1", "information_schema_stats_expiry = 0"):
        with refusals_ignored():  # the one is not for every user to set, the other MySQL's alone
            session.execute(f"SET SESSION {optional}")
    if read_only:
        session.execute("SET SESSION TRANSACTION READ ONLY")
    session.folds(int(session.rows("SELECT @@lower_case_table_names")[0][0]))
