"""Throw-away databases, on which definitions are normalised and revisions proved. Never the target itself."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Final, Protocol, cast

from ..errors import ReconcileError
from .session import Session

_MODULES: Final = ("postgresql", "sqlite", "mysql")


class ScratchDatabase(Protocol):
    """An empty database that is gone when its context is left, with every session on it."""

    @property
    def url(self) -> str:
        """Where it is, for other processes; no secret in it unless the configured server's URL has one."""

    @property
    def version(self) -> tuple[int, ...]: ...

    @property
    def notice(self) -> str:
        """Why it may judge otherwise than the target would (another major version); "" where it will not."""

    def session(self, search_path: str | None = None) -> Session:
        """A new session on it; closed with the database, if not before."""


class _Provider(Protocol):
    def __call__(
        self, *, version: Sequence[int] | None, setting: str | None
    ) -> AbstractContextManager[ScratchDatabase]: ...


def scratch_database(
    dialect: str, *, version: Sequence[int] | None = None, setting: str | None = None
) -> AbstractContextManager[ScratchDatabase]:
    """An empty database of the dialect, as near to `version` as can be had (None: the newest).

    `setting` is what the project says: `embedded`, `local`, the URL of a server that may be used for it, or None for
    whichever fits best. Raises ReconcileError that says what was looked for and what to install.
    """
    if dialect not in _MODULES:
        raise ReconcileError(f"no scratch database for the dialect {dialect!r}", why=f"known are {', '.join(_MODULES)}")
    provider = cast(_Provider, import_module(f".{dialect}.scratch", __package__).scratch_database)
    return provider(version=version, setting=setting)
