"""`rollback`: the schema of an earlier revision as a revision of its own, which is reviewed and applied like any other.

It is computed from what is there now, never by the downgrades of old files. What is desired goes back with it: where
that is manifests, those of the commit that had the earlier revision; else the next plan would do everything again.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..apply import ledger
from ..apply.render import rendered_elsewhere, rendered_here
from ..apply.versions import current
from ..errors import ReconcileError, RefusedError
from ..model.catalog import Catalog
from ..prove.replay import measured
from ..sources import registry
from ..sources.revisions import Revision
from ..sources.snapshot import Snapshot
from ..sources.written import Written
from .compare import compare, profile_of
from .conditions import shown
from .drafting import Draft, draft
from .drifting import found_drift
from .gitstate import GitState, committed_lock, lock_of, working_state
from .planning import Planned, head_side
from .sides import Side, context_of
from .tombstones import keeping, kept
from .traced import Traced, traced
from .workspace import Workspace


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """Manifests as a commit has them: files by path below the project's root, and those that it does not have."""

    commit: str
    files: Mapping[str, bytes] = {}
    deletions: tuple[str, ...] = ()


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """From head back to a revision. `undone` are the revisions since; `waiting` those of them that the environment
    does not have yet; `not_back` says what stays lost. `restored` is None where desired is left as it is."""

    environment: str
    to: Revision
    at: tuple[str, ...]
    undone: tuple[Revision, ...]
    waiting: tuple[Revision, ...]
    plan: Planned
    losses: tuple[str, ...]
    not_back: tuple[str, ...]
    restored: Restored | None
    notes: tuple[str, ...] = ()


def rolled_back(ws: Workspace, name: str, to: str, *, keep_manifests: bool = False) -> Rollback | None:
    """The way back; None where the environment is at that revision and git has none after it.

    Raises RefusedError where the environment has never had the revision, has drifted or was left half way, where git
    has several heads, or where manifests that would be taken back are not committed.
    """
    state = working_state(ws)
    revision = _revision(state, to)
    head = head_side(ws, state)
    at = _place(ws, name, state, revision)
    undone = state.history.pending((revision.id,), state.history.heads)
    if not undone:
        return None
    live = _undrifted(ws, name)
    snapshot = _snapshot(ws, state, revision, head.catalog)
    trace = _traced(ws, state, revision, undone, snapshot, head.catalog)
    target = _target(ws, revision, snapshot, trace, head.catalog)
    comparison = compare(head, target, ws.dialect)
    waiting = state.history.pending(at, state.history.heads)
    here = compare(Side(label=name, catalog=live), target, ws.dialect) if waiting else comparison
    restored, notes = _manifests(ws, revision, keep_manifests)
    return Rollback(
        environment=name, to=revision, at=at, undone=undone, waiting=waiting,
        plan=Planned(state=state, desired=target, comparison=comparison),
        losses=tuple(f"{s.action} {s.kind.replace('_', ' ')} {s.name}: {s.impact.loses}" for s in here.report().losses),
        not_back=trace.lost, restored=restored, notes=notes,
    )  # fmt: skip


def drafted(ws: Workspace, found: Rollback, *, message: str | None, allow_everything: bool) -> Draft:
    """The revision, proved, the lockfile, and the manifests that belong to it."""
    said = message or f"roll back to {found.to.id} {found.to.message}".strip()
    files = draft(ws, found.plan, message=said, allow_everything=allow_everything)
    if found.restored is None:
        return files
    return msgspec.structs.replace(
        files, files={**found.restored.files, **files.files}, deletions=(*found.restored.deletions, *files.deletions)
    )


def _revision(state: GitState, name: str) -> Revision:
    _ = state.history.head  # raises where there are several
    found = state.history.resolved(name)
    if found is None:
        raise RefusedError(
            f"there is no revision {name} in git", why="neither an id, nor the only beginning of one, nor a label",
            next="reconcile history lists them",
        )  # fmt: skip
    return state.history.by_id[found]


def _place(ws: Workspace, name: str, state: GitState, to: Revision) -> tuple[str, ...]:
    """Where the environment is. Refused where it never came by the revision, or was left half way."""
    with ws.session(ws.environment(name), read_only=True) as session:
        at = current(session, ws.dialect, ws.required.version_table)
        run = ledger.open_run(session, ws.dialect)
    if run is not None:
        raise RefusedError(
            f"{name} was left half way through {run.revision}",
            why="what it has is no revision's schema, so nothing can be computed from it",
            next=f"reconcile apply --env {name} carries on; then roll back",
        )
    if unknown := state.history.unknown(at):
        what = f"{name} is at {', '.join(unknown)}, which git does not have"
        raise RefusedError(what, next="git fetch, or check out its branch")
    if to.id not in state.history.ancestors(at):
        raise RefusedError(
            f"{name} has never been at {to.id}",
            where=f"environment {name}",
            why=f"it is at {', '.join(at) or 'no revision'}, and {to.id} does not come before that",
            next=f"reconcile history --env {name} shows where it has been",
        )
    return at


def _undrifted(ws: Workspace, name: str) -> Catalog:
    drift = found_drift(ws, name)
    if drift.changes:
        raise RefusedError(
            f"{name} has drifted, so nothing is computed from it",
            where=f"environment {name}",
            why="; ".join(shown(c) for c in drift.changes[:10]),
            next=f"reconcile drift --env {name} --adopt, or --revert",
        )
    return drift.managed_live


def _snapshot(ws: Workspace, state: GitState, revision: Revision, head: Catalog) -> Snapshot:
    """The lockfile of the revision; measured again where git has none, or it is of another server."""
    found = lock_of(ws, (revision.id,), state)
    if found is not None and found.version[:1] == head.version[:1]:
        return found
    scratch = ws.scratch(ws.dialect, head.version)
    catalog = measured(state.history, ws.dialect, scratch, ws.scope, to=(revision.id,))
    return Snapshot(catalog=catalog, written=found.written if found else {}, orders=found.orders if found else {})


def _traced(
    ws: Workspace, state: GitState, to: Revision, undone: tuple[Revision, ...], base: Snapshot, head: Catalog
) -> Traced:
    render = rendered_elsewhere if any(e.signed for e in ws.every_environment) else rendered_here
    items = []
    for item in render(undone, state.history, ws.dialect):
        found = lock_of(ws, (item.revision.id,), state)
        items.append((item, found.catalog.about(ws.scope.topics) if found is not None else None))
    return traced(base.catalog.about(ws.scope.topics), items, head, ws.dialect)


def _target(ws: Workspace, revision: Revision, snapshot: Snapshot, trace: Traced, head: Catalog) -> Side:
    catalog = snapshot.catalog.about(ws.scope.topics)
    side = Side(
        label=revision.id, catalog=catalog, names=trace.names, digests=snapshot.written, orders=snapshot.orders,
        written=True,
    )  # fmt: skip
    return keeping(head, side, profile_of(ws.dialect, head, catalog), kept=kept(ws))


def _manifests(ws: Workspace, revision: Revision, keep: bool) -> tuple[Restored | None, tuple[str, ...]]:
    """The manifests to take back, and what is to be said about desired."""
    found = committed_lock(ws, (revision.id,))
    folder = ws.required.manifests
    again = "the next reconcile plan does again what this takes back"
    if found is None:
        return None, (f"desired stays as it is, for no commit has the lockfile of {revision.id}: {again}",)
    commit = found[0]
    if folder is None:
        return None, (
            f"desired is {ws.required.desired}, which stays as it is: {again}. Take the models back to what they were "
            f"at {commit[:12]}: git log {commit[:12]}.. shows what came since, git revert takes it back",
        )
    if keep:
        return None, (f"the manifests stay as they are: {again}",)
    restored = _restored(ws, commit)
    notes = []
    if ws.required.several:
        notes.append("the manifests are those of all dialects of the project: plan the others too")
    if not _says_the_same(ws, commit, found[1].snapshot):
        notes.append(f"the manifests at {commit[:12]} are not what its lockfile says: reconcile plan shows the rest")
    return restored, tuple(notes)


def _restored(ws: Workspace, commit: str) -> Restored:
    folder, root, repository = ws.required.manifests, ws.required.root, ws.repository
    assert folder is not None
    below = repository.relative(folder)
    if changed := repository.dirty([below]):
        raise RefusedError(
            f"{changed[0]} is not committed, and would be overwritten by what it was at {commit[:12]}",
            next="commit or stash it; or add --keep-manifests, and take the manifests back by hand",
        )
    prefix = repository.relative(root)
    files = {_below(prefix, p): text for p, text in repository.files(commit, below).items()}
    now = {_below(prefix, p): text for p, text in repository.files("HEAD", below).items()}
    return Restored(
        commit=commit,
        files={p: text for p, text in files.items() if now.get(p) != text},
        deletions=tuple(sorted(p for p in now if p not in files)),
    )


def _below(prefix: str, path: str) -> str:
    return path if prefix in ("", ".") else path.removeprefix(f"{prefix}/")


def _says_the_same(ws: Workspace, commit: str, snapshot: Snapshot) -> bool:
    folder = ws.required.manifests
    assert folder is not None
    source = f"git:{commit}:{ws.required.desired}"
    try:
        written = registry.load(source, context_of(ws, ws.dialect))
    except ReconcileError:
        return False
    return isinstance(written, Written) and {u.address: u.digest for u in written.units} == dict(snapshot.written)
