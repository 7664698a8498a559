"""psycopg 3 and psycopg2 made alike: connect, run one statement as it is written, say what went wrong.

Drivers are imported when a connection is asked for, never before.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, ClassVar, Final

from ...errors import ReconcileError

NOTICES_KEPT: Final = 200
_SYNTAX_ERROR: Final = "42601"
_MULTIPLE: Final = "a statement's text holds more than one statement"
_BYTEA, _OID_ARRAY = 17, 1028


class Driver(ABC):
    """One DBAPI module; `connection` is that module's own."""

    name: ClassVar[str]
    error: type[Exception]

    @abstractmethod
    def connect(self, dsn: str, options: Mapping[str, object]) -> Any:
        """An autocommit connection; `options` win over the DSN. Raises `error`."""

    @abstractmethod
    def dsn_options(self, dsn: str) -> dict[str, Any]:
        """What the DSN says, as libpq reads it. Raises `error`."""

    @abstractmethod
    def run(self, connection: Any, sql: str, params: Sequence[object], *, result: bool) -> Any:
        """The cursor after the statement. Without `result` a text that holds two statements is an `error`."""

    @abstractmethod
    def cancel(self, connection: Any) -> None: ...

    @abstractmethod
    def collect_notices(self, connection: Any) -> deque[str]:
        """A queue to which the connection adds the server's notices from now on."""

    def lost(self, connection: Any) -> bool:
        return bool(connection.closed)


class Psycopg(Driver):
    """psycopg 3."""

    name = "psycopg"

    def __init__(self) -> None:
        import psycopg

        self._module = psycopg
        self.error = psycopg.Error

    def connect(self, dsn: str, options: Mapping[str, Any]) -> Any:
        return self._module.connect(dsn, autocommit=True, prepare_threshold=None, **options)

    def dsn_options(self, dsn: str) -> dict[str, Any]:
        from psycopg.conninfo import conninfo_to_dict

        return dict(conninfo_to_dict(dsn))

    def run(self, connection: Any, sql: str, params: Sequence[object], *, result: bool) -> Any:
        # Asking for a binary result sends the text by the extended protocol, where the server itself refuses
        # a second statement; nothing reads that result.
        return connection.execute(sql, params or None, binary=not result)

    def cancel(self, connection: Any) -> None:
        if hasattr(connection, "cancel_safe"):  # 3.2
            connection.cancel_safe(timeout=5)
        else:
            connection.cancel()

    def collect_notices(self, connection: Any) -> deque[str]:
        kept: deque[str] = deque(maxlen=NOTICES_KEPT)
        connection.add_notice_handler(lambda notice: kept.append(f"{notice.severity}: {notice.message_primary}"))
        return kept


class Psycopg2(Driver):
    """psycopg2, which speaks the simple protocol only: there it is we who count the statements."""

    name = "psycopg2"

    def __init__(self) -> None:
        import psycopg2

        self._module = psycopg2
        self.error = psycopg2.Error

    def connect(self, dsn: str, options: Mapping[str, Any]) -> Any:
        connection = self._module.connect(dsn, **options)
        connection.autocommit = True
        self._read_as_psycopg(connection)
        return connection

    def dsn_options(self, dsn: str) -> dict[str, Any]:
        return dict(self._module.extensions.parse_dsn(dsn))

    def run(self, connection: Any, sql: str, params: Sequence[object], *, result: bool) -> Any:
        if not result and holds_many(sql):
            raise self._module.ProgrammingError(_MULTIPLE)
        cursor = connection.cursor()
        cursor.execute(sql, tuple(params) or None)
        return cursor

    def cancel(self, connection: Any) -> None:
        connection.cancel()

    def collect_notices(self, connection: Any) -> deque[str]:
        kept: deque[str] = deque(maxlen=NOTICES_KEPT)
        connection.notices = kept
        return kept

    def _read_as_psycopg(self, connection: Any) -> None:
        """bytea as bytes and oid[] as a list, as psycopg 3 gives them."""
        types = self._module.extensions

        def as_bytes(value: str | None, cursor: Any) -> bytes | None:
            view = self._module.BINARY(value, cursor)
            return None if view is None else bytes(view)

        types.register_type(types.new_type((_BYTEA,), "BYTES", as_bytes), connection)
        types.register_type(types.new_array_type((_OID_ARRAY,), "OIDS", types.INTEGER), connection)


def driver(wanted: str = "") -> Driver:
    """The driver that the URL names, else psycopg 3, else psycopg2. Raises ReconcileError where there is none."""
    drivers: dict[str, type[Driver]] = {"psycopg": Psycopg, "psycopg2": Psycopg2}
    names = [wanted, *(name for name in drivers if name != wanted)] if wanted in drivers else list(drivers)
    for name in names:
        if find_spec(name):
            with suppress(ImportError):  # psycopg without libpq
                return drivers[name]()
    raise ReconcileError(
        "no PostgreSQL driver is installed",
        why="looked for psycopg and psycopg2",
        next="pip install 'reconcile-schema[postgresql]'",
    )


def sqlstate(error: BaseException) -> str:
    """The server's code, "" where the server did not answer (an error of the driver or the connection)."""
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if not code and _MULTIPLE in str(error):
        return _SYNTAX_ERROR
    return str(code or "")


_TOKEN = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]*
      | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
      | (?P<atomic>\bbegin\s+atomic\b) | [^\W\d][\w$]* | (?P<comment>/\*) | (?P<end>;) | .""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*|\*/")


def holds_many(sql: str) -> bool:
    """Whether text follows the first statement's semicolon; a `BEGIN ATOMIC` body is not looked into."""
    ended, at = False, 0
    while at < len(sql) and (token := _TOKEN.match(sql, at)):
        at = token.end()
        if token["comment"]:
            at = _comment_end(sql, at)
        elif token["atomic"]:
            return False
        elif token["end"]:
            ended = True
        elif ended and not token[0].isspace() and not token[0].startswith("--"):
            return True
    return False


def _comment_end(sql: str, at: int) -> int:
    """Where the comment that was opened before `at` ends; PostgreSQL's comments nest."""
    depth = 1
    while depth and (mark := _COMMENT.search(sql, at)):
        depth += 1 if mark[0] == "/*" else -1
        at = mark.end()
    return len(sql) if depth else at
