"""The schema as it was at some time: of an environment by its ledger, or of git by its commits."""

from __future__ import annotations

import datetime

import msgspec

from ..apply import ledger
from ..apply.ledger import Entry
from ..config.project import Environment
from ..errors import ReconcileError
from ..model.catalog import Catalog
from ..prove.replay import measured
from ..sources.manifest.write import manifest_files
from .gitstate import GitState, lock_of, state_at, working_state
from .workspace import Workspace

_COMMITS = 10_000


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """The revisions that were there at a time, and the schema as manifests by their path; `note`: what is not in it."""

    at: str
    revisions: tuple[str, ...]
    manifests: dict[str, str]
    note: str = ""


def moment(text: str) -> datetime.datetime:
    """A time that somebody wrote: a day (its end), or a day and a time; UTC where no zone is given."""
    try:
        if len(text) == 10:
            day = datetime.date.fromisoformat(text)
            return datetime.datetime.combine(day, datetime.time.max, datetime.UTC)
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ReconcileError(f"{text!r} is no time", next="write 2026-11-26, or 2026-11-26T14:30") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


def past_of(ws: Workspace, environment: Environment | None, when: datetime.datetime) -> Past:
    """What an environment's schema was then, or with none what git asked for."""
    state = working_state(ws)
    if environment is None:
        return _of_git(ws, when)
    with ws.session(environment, read_only=True) as session:
        entries = [e for e in ledger.entries(session, ws.dialect) if datetime.datetime.fromisoformat(e.at) <= when]
    moves = [e for e in entries if e.action in ledger.MOVES]
    revisions = _revisions(moves, state)
    catalog = _catalog(ws, state, revisions)
    adopted = moves and moves[-1].action == "record"
    note = f"drift was adopted at {moves[-1].at[:16]}; it shows from the revision on that has it" if adopted else ""
    return Past(at=when.isoformat(), revisions=revisions, manifests=dict(manifest_files(catalog, {})), note=note)


def _revisions(moves: list[Entry], state: GitState) -> tuple[str, ...]:
    """The rows of the version table after these acts."""
    have: set[str] = set()
    for entry in moves:
        named = {i for i in entry.revision.split(",") if i}
        if unknown := named - set(state.history.by_id):
            raise ReconcileError(
                f"git does not know {', '.join(sorted(unknown))}",
                why="the environment was at it then",
                next="check out the branch that has it",
            )
        have = named | have if entry.action == "apply" else named
    below = {i for r in have for i in state.history.ancestors([r]) - {r}}
    return tuple(sorted(have - below))


def _catalog(ws: Workspace, state: GitState, revisions: tuple[str, ...]) -> Catalog:
    if not revisions:
        return Catalog(dialect=ws.dialect.name)
    snapshot = lock_of(ws, revisions, state)
    if snapshot is not None:
        return snapshot.catalog
    version = state.lock.version if state.lock is not None else None
    return measured(state.history, ws.dialect, ws.scratch(ws.dialect, version), ws.scope, to=revisions)


def _of_git(ws: Workspace, when: datetime.datetime) -> Past:
    path = ws.repository.relative(ws.required.lockfile)
    for commit in ws.repository.history(path, limit=_COMMITS):
        if datetime.datetime.fromisoformat(commit.time) <= when:
            state = state_at(ws, commit.id)
            catalog = state.lock.catalog if state.lock is not None else Catalog(dialect=ws.dialect.name)
            files = dict(manifest_files(catalog, {}))
            return Past(at=when.isoformat(), revisions=state.history.heads, manifests=files)
    return Past(at=when.isoformat(), revisions=(), manifests={})
