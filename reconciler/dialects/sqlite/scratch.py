"""Throw-away SQLite databases: a file in a temporary folder, written without care for a crash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .session import SqliteSession, connect


class SqliteScratch:
    """One file; its sessions are closed with it."""

    version = SqliteSession.version

    def __init__(self, file: Path, notice: str) -> None:
        self.url = f"sqlite:///{file}"
        self.notice = notice
        self._sessions: list[SqliteSession] = []

    def session(self, search_path: str | None = None) -> SqliteSession:
        session = connect(self.url, create=True)
        self._sessions.append(session)
        session.execute("PRAGMA synchronous = OFF")
        session.execute("PRAGMA journal_mode = MEMORY")
        return session

    def close(self) -> None:
        for session in self._sessions:
            session.close()


@contextmanager
def scratch_database(*, version: Sequence[int] | None, setting: str | None) -> Iterator[SqliteScratch]:
    """A database of the library that Python has, whatever `version` asks; `setting` means nothing here."""
    with TemporaryDirectory(prefix="reconcile-scratch-", ignore_cleanup_errors=True) as folder:
        database = SqliteScratch(Path(folder) / "scratch.db", _notice(version))
        try:
            yield database
        finally:
            database.close()


def _notice(version: Sequence[int] | None) -> str:
    own = SqliteSession.version
    if version is None or tuple(version[:2]) == own[:2]:
        return ""
    return f"the scratch database runs SQLite {_dotted(own)}, the target {_dotted(version)}: syntax may differ"


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))
