"""Where a MySQL URL points. Opens no connection."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import msgspec

from ...config.secrets import masked
from ...config.urls import scheme
from ...errors import ReconcileError

PORT: Final = 3306
_FILES: Final = ("ssl_ca", "ssl_cert", "ssl_key")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A server, who asks, and the database on it ("" for none)."""

    host: str = ""
    port: int = PORT
    user: str = ""
    password: str = ""
    database: str = ""
    socket: str = ""
    options: dict[str, str] = {}

    def arguments(self) -> dict[str, Any]:
        """What PyMySQL's `connect` takes."""
        found: dict[str, Any] = {"user": self.user or None, "password": self.password}
        if self.database:
            found["database"] = self.database
        if self.socket:
            found |= {"unix_socket": self.socket, "ssl_disabled": True}
        else:
            found |= {"host": self.host or "localhost", "port": self.port}
        return found | {name: self.options[name] for name in _FILES if name in self.options}


def place(url: str) -> Place:
    """What `mysql://user:password@host:port/database?unix_socket=/path` names; `mariadb://` and a driver are allowed.

    Raises ReconcileError for another scheme or a port that is no number.
    """
    if scheme(url)[0] != "mysql":
        raise ReconcileError("not a MySQL URL", next="write mysql://user@host/database")
    parts = urlsplit(url)
    try:
        port = parts.port or PORT
    except ValueError:
        raise ReconcileError(f"no port in {masked(url)}", next="write mysql://user@host:3306/database") from None
    options = dict(parse_qsl(parts.query))
    return Place(
        host=unquote(parts.hostname or ""),
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.lstrip("/")),
        socket=options.pop("unix_socket", ""),
        options=options,
    )


def with_database(url: str, name: str) -> str:
    """The URL with another database in it."""
    parts = urlsplit(url)
    return parts._replace(path=f"/{quote(name, safe='')}").geturl()


def socket_url(socket: str, name: str = "", user: str = "root") -> str:
    """A database on the server that listens at a socket."""
    return f"mysql://{quote(user)}@localhost/{quote(name, safe='')}?unix_socket={quote(socket)}"
