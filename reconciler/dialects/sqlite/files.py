"""Where a SQLite URL points, and who holds the file's lock. Opens no database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from ...config.urls import scheme
from ...errors import DatabaseError, ReconcileError

_MODES: Final = ("ro", "rw", "rwc", "memory")
_URI_OPTIONS: Final = ("mode", "cache", "immutable", "nolock", "vfs", "psow")


class SqliteFile(msgspec.Struct, frozen=True, kw_only=True):
    """A database to open: `uri` for the driver, `path` on disk (None: in memory), `shown` for messages."""

    uri: str
    path: Path | None
    shown: str


def is_absent(url: str) -> bool:
    """Whether the URL names a file in a folder that is there, and the file is not."""
    text, options = _path_and_options(url)
    if text in ("", ":memory:") or options.get("mode") == "memory":
        return False
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    return path.parent.is_dir() and not path.exists()


def sqlite_file(url: str, *, create: bool, read_only: bool = False) -> SqliteFile:
    """What `sqlite:///relative`, `sqlite:////absolute`, `sqlite://` (memory) or `file:path?mode=ro` names.

    Raises DatabaseError where the folder is missing, or the file is and may not be made.
    """
    text, options = _path_and_options(url)
    if text in ("", ":memory:"):
        return SqliteFile(uri="file::memory:", path=None, shown="sqlite://")
    if options.get("mode") == "memory":
        return SqliteFile(uri=f"file:{quote(text)}?{urlencode(options)}", path=None, shown=url)
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    if read_only:
        options["mode"] = "ro"
    options.setdefault("mode", "rwc" if create else "rw")
    _require(path, options["mode"], url)
    # `//host/…` would name a host in the URI, and a path that begins with two slashes names none
    absolute = Path("/" + str(path.absolute()).lstrip("/")) if os.name == "posix" else path.absolute()
    return SqliteFile(uri=f"file:{quote(str(absolute))}?{urlencode(options)}", path=absolute, shown=url)


def _path_and_options(url: str) -> tuple[str, dict[str, str]]:
    if scheme(url)[0] != "sqlite":
        raise ReconcileError(
            f"not a SQLite URL: {url!r}", next="write sqlite:///relative/path or sqlite:////absolute/path"
        )
    body, _, query = url.partition("?")
    options = {name: value for name, value in parse_qsl(query) if name in _URI_OPTIONS}
    if options.get("mode", "rw") not in _MODES:
        raise ReconcileError(f"unknown mode={options['mode']} in {url!r}", why=f"known are {', '.join(_MODES)}")
    if body.startswith("file:"):
        return _from_file_uri(body), options
    _, _, rest = body.partition("://")
    if rest and not rest.startswith("/"):
        raise ReconcileError(
            f"a SQLite URL names no host: {url!r}",
            next=f"write sqlite:///{rest} for a relative path, sqlite:////{rest} for an absolute one",
        )
    text = rest[1:]
    return (_from_file_uri(text) if text.startswith("file:") else unquote(text)), options


def _from_file_uri(uri: str) -> str:
    rest = uri.removeprefix("file:")
    if rest.startswith("//"):
        rest = "/" + rest[2:].partition("/")[2]
    return unquote(rest)


def _require(path: Path, mode: str, url: str) -> None:
    if path.is_dir():
        what, advice = f"{path} is a folder, not a database", "name a file in it"
    elif not path.absolute().parent.is_dir():
        what, advice = f"the folder {path.parent} does not exist", f"mkdir -p {path.parent}"
    elif mode != "rwc" and not path.exists():
        what, advice = f"there is no database file {path}", "check the path in the URL"
    else:
        return
    raise DatabaseError(what, where=url, code="SQLITE_CANTOPEN", next=advice)


def lock_holder(path: Path | None) -> str:
    """The processes that hold a write lock on the file, as Linux lists them; "" where nobody can be named."""
    inodes = {f"{found.st_ino}" for found in _stats(path)}
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return ""
    fields = [line.split() for line in lines]
    pids = {f[4] for f in fields if len(f) > 6 and f[3] == "WRITE" and f[5].rpartition(":")[2] in inodes}
    holders = sorted(int(pid) for pid in pids if pid.lstrip("-").isdigit() and int(pid) > 0)
    return "held by " + ", ".join(f"pid {pid}{_command(pid)}" for pid in holders) if holders else ""


def _stats(path: Path | None) -> list[os.stat_result]:
    files = [] if path is None else [path, path.with_name(path.name + "-shm")]
    return [file.stat() for file in files if file.exists()]


def _command(pid: int) -> str:
    try:
        return f" ({Path(f'/proc/{pid}/comm').read_text().strip()})"
    except OSError:
        return ""
