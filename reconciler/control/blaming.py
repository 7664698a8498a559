"""`blame`: which revision made an object what it is, who wrote that, and who approved and applied it where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

import msgspec

from ..apply import ledger
from ..apply.ledger import Entry
from ..config.checked import did_you_mean
from ..errors import ReconcileError
from ..model.catalog import Catalog
from ..model.objects import Object
from ..prove.replay import replay
from ..prove.running import run_revision
from ..review.repository import Commit
from ..sources.revisions import History, Revision
from ..sources.snapshot import read_snapshot
from .gitstate import GitState, state_at
from .workspace import Workspace

_COMMITS = 1000


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """Where a revision was applied; `entry` is None where it was not, `problem` says why nobody knows."""

    environment: str
    entry: Entry | None = None
    problem: str = ""


class Blame(msgspec.Struct, frozen=True, kw_only=True):
    """The revision that made an object what it is, the commit that brought it, and what became of it."""

    address: str
    revision: str
    message: str
    path: str
    commit: Commit | None
    applied: tuple[Applied, ...] = ()


def blamed(ws: Workspace, text: str, environment: str | None) -> Blame:
    """Who made an object what it is, in the commit that is checked out."""
    tip = ws.repository.resolve("HEAD")
    state = state_at(ws, tip)
    if state.at_head is None:
        raise ReconcileError("the lockfile is not that of the newest revision", next="reconcile verify --update")
    found = _object(state.at_head.catalog, text)
    revision = _maker(ws, state, found)
    commits = ws.repository.history(revision.path, tip, limit=_COMMITS)
    names = [e for e in ws.required.environments if environment in (None, e.name)]
    return Blame(
        address=str(found.address),
        revision=revision.id,
        message=revision.message,
        path=revision.path,
        commit=commits[-1] if commits else None,
        applied=tuple(_applied(ws, e.name, revision.id) for e in names or [ws.environment(environment or "")]),
    )


def _object(catalog: Catalog, text: str) -> Object:
    """The object that somebody means: a whole address, or a dotted name that only one object has."""
    named = [o for a, o in catalog.items() if text in (str(a), a.dotted) or f"{a.kind}:{a.dotted}" == text]
    loose = named or [o for a, o in catalog.items() if a.dotted.endswith(f".{text}")]
    if len(loose) == 1:
        return loose[0]
    if loose:
        choices = ", ".join(sorted(str(o.address) for o in loose)[:8])
        raise ReconcileError(f"{text} may be several things", why=choices, next="name one of them")
    raise ReconcileError(f"there is no {text}", next=did_you_mean(text, [a.dotted for a in catalog]))


def _maker(ws: Workspace, state: GitState, wanted: Object) -> Revision:
    """The revision since which the object is as it is: by git's lockfiles, and by running what these leave open."""
    history = state.history
    before: set[str] = set()
    for snapshot_history, catalog in _past(ws, state):
        if catalog.get(wanted.address) == wanted:
            history = snapshot_history
            continue
        before = set(snapshot_history.by_id)
        break
    candidates = [r for r in history.order if r.id not in before]
    if len(candidates) == 1:
        return candidates[0]
    return _run(ws, state, history, candidates, before, wanted)


def _past(ws: Workspace, state: GitState) -> Iterable[tuple[History, Catalog]]:
    """The histories and the schemas that git had, newest first, where the lockfile was that of the history."""
    path = ws.repository.relative(ws.required.lockfile)
    for commit in ws.repository.history(path, state.commit, limit=_COMMITS):
        text = ws.repository.file(commit.id, path)
        if text is None:
            continue
        snapshot = read_snapshot(text, f"{commit.id[:12]}:{path}")
        past = state_at(ws, commit.id).history
        if set(snapshot.heads) == set(past.heads):
            yield past, snapshot.catalog


def _run(
    ws: Workspace, state: GitState, history: History, candidates: Sequence[Revision], before: set[str], wanted: Object
) -> Revision:
    """The one of several revisions since which the object is as they leave it, by running them on scratch."""
    version = state.at_head.catalog.version if state.at_head is not None else None
    after: list[tuple[Revision, Object | None]] = []
    with ws.scratch(ws.dialect, version)() as session:
        if before:
            replay(history, session, ws.dialect, to=[i for i in before if i in history.by_id])
        for revision in candidates:
            run_revision(revision, session, ws.dialect)
            after.append((revision, ws.dialect.inspect(session, ws.scope).get(wanted.address)))
    last = after[-1][1] if after else None
    if last is None:
        what = f"no revision leaves {wanted.address}, and the lockfile has it"
        raise ReconcileError(what, next="reconcile verify --full says where they differ")
    same = list(takewhile(lambda found: found[1] == last, reversed(after)))
    return same[-1][0]


def _applied(ws: Workspace, environment: str, revision: str) -> Applied:
    try:
        with ws.session(ws.environment(environment), read_only=True) as session:
            entries = ledger.entries(session, ws.dialect)
    except ReconcileError as error:
        return Applied(environment=environment, problem=error.what)
    moves = [e for e in entries if e.action in ledger.MOVES and revision in e.revision.split(",")]
    return Applied(environment=environment, entry=moves[0] if moves else None)
