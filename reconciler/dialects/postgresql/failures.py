"""What a failed statement or connection means to a person: the message, the place in the text, what to type next."""

from __future__ import annotations

import re
from typing import Any, Final

from ...config.secrets import masked, passwords, scrub
from ...errors import DatabaseError
from .drivers import sqlstate

CONNECTION_LOST: Final = "08006"
CANNOT_CONNECT: Final = "08001"
LOCK_TIMEOUT: Final = "55P03"
DEADLOCK: Final = "40P01"
CANCELLED: Final = "57014"

_NEXT: Final = {
    LOCK_TIMEOUT: "run it again when less is going on, or see who holds the lock in pg_stat_activity",
    DEADLOCK: "run it again",
    "42501": "grant the privilege to this role, or connect as a role that has it",
    "25006": "connect to the primary server: this one only reads",
}
# libpq gives no SQLSTATE for a connection that was not made: its text is all there is.
_AUTHENTICATION = r"password authentication failed|no password supplied|(ident|peer) authentication"
_HOST = r"translate host name|name or service not known|nodename nor servname|name resolution|resolve host"
_CONNECT: Final = (
    (_AUTHENTICATION, "28P01", "check the user name and password of this URL"),
    (r'role "[^"]*" does not exist', "28000", "check the URL's user name, or create the role: createuser NAME"),
    (r'database "[^"]*" does not exist', "3D000", "check the URL's last part, or create the database: createdb NAME"),
    (r"no pg_hba.conf entry", "28000", "allow this client in the server's pg_hba.conf, or add ?sslmode=require"),
    (r"too many clients|remaining connection slots", "53300", "close connections, or raise max_connections there"),
    (r"starting up|shutting down|recovery mode|not yet accepting", "57P03", "run it again in a moment"),
    (_HOST, CANNOT_CONNECT, "check the host name in this URL"),
    (r"timeout expired|timed out", CANNOT_CONNECT, "check the host, the port and the firewall between"),
    (r"certificate|ssl", CANNOT_CONNECT, "check sslmode, sslrootcert and the host name in this URL"),
    (r"refused|no such file|server running", CANNOT_CONNECT, "check that a server listens there: pg_isready -d URL"),
)


def connection_failure(error: BaseException, url: str) -> DatabaseError:
    """The connection that could not be made, with no secret of the URL in any of its texts."""
    text = scrub(str(error).strip(), passwords(url))
    code, advice = CANNOT_CONNECT, "check the URL, and that a server listens there: pg_isready -d URL"
    for pattern, known_code, known_advice in _CONNECT:
        if re.search(pattern, text, re.IGNORECASE):
            code, advice = known_code, known_advice
            break
    shown = masked(url)
    return DatabaseError(
        "cannot connect", where=shown, why=" ".join(text.split()), code=sqlstate(error) or code, next=advice
    )


def statement_failure(error: BaseException, sql: str, target: str, *, lost: bool) -> DatabaseError:
    """What the server said about the statement; the code is `CONNECTION_LOST` where the connection broke under it."""
    said = getattr(error, "diag", None)
    message = getattr(said, "message_primary", None) or " ".join(str(error).split())
    code = sqlstate(error) or (CONNECTION_LOST if lost else "")
    return DatabaseError(
        str(message),
        code=code,
        statement=sql.strip(),
        where=target,
        why=_reason(said, sql),
        next=str(getattr(said, "message_hint", None) or _NEXT.get(code, "")),
    )


def _reason(said: Any, sql: str) -> str:
    detail = getattr(said, "message_detail", None)
    context = getattr(said, "context", None)
    position = getattr(said, "statement_position", None)
    parts = [str(detail)] if detail else []
    if context:
        parts.append("in " + "; ".join(str(context).splitlines()))
    if position:
        parts.append(place(sql, int(position)))
    return "; ".join(parts)


def place(sql: str, position: int) -> str:
    """Line, column (both from 1) and text of the line, for a position counted in characters from 1."""
    before = sql[: position - 1]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    text = sql.splitlines()[line - 1].strip() if line <= len(sql.splitlines()) else ""
    return f"at line {line}, column {column}: {text[:120]}"
