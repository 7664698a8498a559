"""The schema that an environment had when it was last left."""

from __future__ import annotations

from ..apply import ledger
from ..dialects.session import Session
from ..model.catalog import Catalog
from .gitstate import GitState, lock_of
from .workspace import Workspace


def recorded_catalog(ws: Workspace, working: GitState, session: Session, at: tuple[str, ...]) -> Catalog | None:
    """The schema that an environment had when it was last left: from its ledger, else git's lockfile of its revision.

    None where neither knows. A database that plain Alembic brought to a revision has no ledger, and is judged by git.
    """
    left = ledger.recorded(session, ws.dialect)
    if left is not None and set(left.revision) == set(at):
        return left.catalog
    snapshot = lock_of(ws, at, working)
    return snapshot.catalog if snapshot is not None else None
