"""What every part of an apply has at hand, and what it reports while it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from ..dialects.base import Dialect, Scope
from ..dialects.session import Session
from .ledger import Action, Entry
from .limits import Limits
from .lock import Turn

What = Literal["revision", "foreseen", "statement", "waiting", "done"]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One database as it is applied to: its environment's name, its version table, and what of it we look at."""

    environment: str
    version_table: str = "alembic_version"
    scope: Scope = Scope()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that begins or is done, rows that may let it fail, a statement that begins, a lock that is waited
    for."""

    what: What
    place: str
    sql: str = ""
    note: str = ""


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """That something may be applied: who approved it, and the digest of what they approved.

    `action` other than "" is written into the ledger before the first statement, with `reason` and `detail` (JSON).
    `still` is asked before each revision, and raises where the rest may no longer begin.
    """

    approvers: str = ""
    statement: str = ""
    action: Literal["", "approved", "break-glass"] = ""
    reason: str = ""
    detail: str = ""
    still: Callable[[], None] = lambda: None


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the applier. `run` tells its rows in the journal from another's."""

    session: Session
    dialect: Dialect
    target: Target
    turn: Turn
    run: str
    actor: str
    commit: str
    progress: Callable[[Event], None]
    interrupted: Callable[[], bool]
    permit: Permit = Permit()
    limits: Limits = Limits()

    def entry(self, action: Action, revision: str, **more: Any) -> Entry:
        """An entry of the ledger about an act of this run; `more` are further fields of it."""
        about = {"approvers": self.permit.approvers, "statement": self.permit.statement, **more}
        return Entry(
            environment=self.target.environment, revision=revision, action=action, actor=self.actor,
            commit_id=self.commit, **about,
        )  # fmt: skip
