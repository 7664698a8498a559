"""What an apply is about to do, for whoever has to allow it: before its code is run, and after it is rendered."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..dialects.base import Dialect, Scope
from ..dialects.session import Session
from ..model.codec import fingerprint
from ..sources.revisions import History, Revision
from . import ledger
from .render import Rendered


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Where the database is, and what is to be applied to it, in order.

    `rendered` is None as long as no code of the revisions was run. `state`: asks for the fingerprint of what was last
    recorded of the database. `interrupted`: the first revision was begun by an earlier run.
    """

    history: History
    at: tuple[str, ...]
    wanted: tuple[str, ...]
    pending: tuple[Revision, ...]
    rendered: tuple[Rendered, ...] | None = None
    state: Callable[[], str]
    interrupted: bool = False


def state_of(session: Session, dialect: Dialect, scope: Scope, at: tuple[str, ...]) -> str:
    """What tells the state of a database at some revisions: its recorded schema, or where none was, its live one."""
    left = ledger.left(session, dialect)
    if left is not None and left[0] == at:
        return left[1]
    return f"live:{fingerprint(dialect.inspect(session, scope))}"
