"""`verify`: revisions proved by running them; and the lockfile measured anew."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import ReconcileError
from ..prove.lockfile import relocked
from ..prove.replay import measured
from ..prove.verify import Verified, verify
from ..sources.revisions import History
from ..sources.snapshot import Lockfile, Snapshot
from .gitstate import allowed_state, working_state
from .workspace import Workspace


def verified(ws: Workspace, *, full: bool, update: bool, progress: Callable[[str], None]) -> Verified:
    """The proof of what no protected environment may be given yet (`full`: of the whole history).

    With `update` the lockfile is written as it was measured.
    """
    state = working_state(ws)
    version = state.lock.version if state.lock is not None and state.lock.version else ws.version
    place = str(ws.required.lockfile)
    _ = state.history.head
    found = verify(
        state.history, state.lock, ws.dialect, ws.scratch(ws.dialect, version), ws.scope,
        at=_merged(ws, state.history), full=full, update=update, place=place, progress=progress,
    )  # fmt: skip
    if found.lock is not None:
        ws.required.lockfile.parent.mkdir(parents=True, exist_ok=True)
        ws.required.lockfile.write_bytes(found.lock)
    return found


def _merged(ws: Workspace, history: History) -> tuple[str, ...]:
    """The newest revisions that are on a branch which some environment tracks: where proofs begin."""
    found: set[str] = set()
    for environment in ws.required.environments:
        if environment.policy != "none":
            try:
                merged = allowed_state(ws, environment, fetch=False).history
            except ReconcileError:
                continue
            found |= {i for i, r in merged.by_id.items() if i in history.by_id and history.by_id[i].text == r.text}
    known = History(r for r in history.order if r.id in history.ancestors(found))
    return known.heads


def measured_lock(ws: Workspace, history: History, before: Snapshot | None) -> Lockfile:
    """The lockfile of a history, by running it on scratch."""
    version = before.version if before is not None and before.version else ws.version
    known = () if before is None else before.catalog
    catalog = measured(history, ws.dialect, ws.scratch(ws.dialect, version), ws.scope, known=known)
    return Lockfile(relocked(history, catalog, before), str(ws.required.lockfile))
