"""`plan`: what git has not planned yet."""

from __future__ import annotations

import msgspec

from ..apply.versions import current
from ..errors import ReconcileError, RefusedError
from ..model.address import Address
from ..model.catalog import Catalog
from ..plan.settle import Orders, orders
from ..sources.revisions import History, Revision
from ..sources.snapshot import Snapshot
from .compare import Comparison, compare, profile_of
from .gitstate import GitState, approved_revisions, working_state
from .judged import keep_nothing_to_plan, key_of_desired
from .sides import Side, one
from .tombstones import due, keeping, kept
from .workspace import Workspace


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """Head → desired. `stale` are generated revisions on another head that this plan makes anew and takes away."""

    state: GitState
    desired: Side
    comparison: Comparison
    stale: tuple[Revision, ...] = ()

    @property
    def empty(self) -> bool:
        return self.comparison.empty

    @property
    def nothing(self) -> bool:
        """Whether there is no revision to write, none to take away, and no lockfile to write either."""
        return self.empty and not self.lock_is_stale and not self.stale

    @property
    def lock_is_stale(self) -> bool:
        """Whether the lockfile remembers other spellings of the same schema than are written now."""
        lock = self.state.lock
        return lock is not None and dict(lock.written) != dict(self.desired.digests)


def planned(
    ws: Workspace, working: GitState | None = None, key: str | None = None, *, purge: bool = False
) -> Planned:
    """The plan from head to desired. Raises RefusedError where desired is empty or the lockfile is not head's.

    `key` is that of the manifests, where it is known already. `purge`: with the tombstones whose day has come dropped;
    refused where none has.
    """
    key = key_of_desired(ws) if key is None else key
    state, stale = _one_head(ws, working or working_state(ws))
    head = head_side(ws, state)
    known = state.at_head
    desired, dialect = one(
        ws.desired_source(), ws, dialect=ws.required.dialect, known=known, known_digest=state.lock_digest, key=key
    )
    follow = ws.required.column_order == "follow"
    written = _orders_written(head.catalog, known) if known is not None else None
    desired = keeping(
        head.catalog, desired, profile_of(dialect, head.catalog, desired.catalog), kept=kept(ws),
        purged=due(head.catalog) if purge else (), written=written,
    )  # fmt: skip
    comparison = compare(head, desired, dialect, follow_order=follow, written=written)
    found = Planned(state=state, desired=desired, comparison=comparison, stale=stale)
    if found.nothing and not ws.notices:
        keep_nothing_to_plan(ws, state, key)
    return found


def _orders_written(head: Catalog, lock: Snapshot) -> Orders:
    """The orders last written that are not the database's; none for what came by a history that we took over."""
    nobodys: dict[Address, tuple[str, ...]] = {a: () for a in orders(head) if a not in lock.written}
    return {**nobodys, **lock.orders}


def head_side(ws: Workspace, state: GitState) -> Side:
    """Head, as the lockfile has it; refused where that is another revision's."""
    if not state.history.heads:
        return Side(label="head", catalog=Catalog(dialect=ws.dialect.name, says=ws.scope.topics))
    if state.at_head is None:
        raise RefusedError(
            "the lockfile is not that of the newest revision",
            where=str(ws.required.lockfile),
            why="a revision was added or removed by hand, or its merge was resolved on one side only",
            next="reconcile verify --update",
        )
    return Side(label="head", catalog=state.at_head.catalog.about(ws.scope.topics))


def _one_head(ws: Workspace, state: GitState) -> tuple[GitState, tuple[Revision, ...]]:
    """The state with one head: generated revisions that no environment was given give way, to be made anew."""
    if len(state.history.heads) < 2:
        return state, ()
    applied = _protected(ws, state)
    movable = [h for h in state.history.heads if state.history.by_id[h].generated and h not in applied]
    stale = movable if len(movable) < len(state.history.heads) else movable[1:]
    history = state.history
    gone: set[str] = set()
    for h in stale:
        gone |= _only_of(history, h, applied)
    if not stale or len(History(r for r in history.order if r.id not in gone).heads) != 1:
        _ = state.history.head  # raises, and says what to do
    rest = History(r for r in history.order if r.id not in gone)
    from .verifying import measured_lock

    lock = measured_lock(ws, rest, state.lock)
    return GitState(rest, lock), tuple(history.by_id[i] for i in sorted(gone))


def _only_of(history: History, head: str, applied: frozenset[str]) -> set[str]:
    """A head and the generated revisions below it that nothing else builds on."""
    others = history.ancestors(h for h in history.heads if h != head)
    mine = history.ancestors([head]) - others - applied
    return {i for i in mine if history.by_id[i].generated}


def _protected(ws: Workspace, state: GitState) -> frozenset[str]:
    """The revisions that some database has; for one that cannot be asked, those that its policy lets it have."""
    found: set[str] = set()
    for environment in ws.required.environments:
        try:
            with ws.session(environment, read_only=True) as session:
                at = current(session, ws.dialect, ws.required.version_table)
            found |= state.history.ancestors(at)
        except ReconcileError:
            found |= approved_revisions(ws, environment, state) if environment.policy != "none" else set()
    return frozenset(found)
