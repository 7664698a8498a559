"""One look at a database before an apply: where it is, what it lacks, and what an earlier run left unfinished."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import ReconcileError, RefusedError
from ..sources.revisions import History
from . import journal, recover, versions
from .journal import OpenRun
from .proposal import Proposal, state_of
from .render import Rendered, Rendering, rendered_here
from .work import Target


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One look: where the database is, what it lacks (rendered, in order), and what was begun."""

    history: History
    at: tuple[str, ...]
    wanted: tuple[str, ...]
    pending: tuple[Rendered, ...]
    begun: OpenRun | None


def look(
    session: Session,
    dialect: Dialect,
    history: History,
    target: Target,
    to: str | None,
    trusted: Callable[[Proposal], None] = lambda proposal: None,
    rendering: Rendering = rendered_here,
) -> Seen:
    at = versions.current(session, dialect, target.version_table)
    begun = journal.open_run(session, dialect)
    recover.require_known(history, at, begun, session.target)
    if begun and begun.revision in history.ancestors(at):
        begun = None
    wanted = _wanted(history, to)
    todo = history.pending(at, wanted)
    if todo:
        trusted(
            Proposal(
                history=history,
                at=at,
                wanted=wanted,
                pending=todo,
                state=lambda: state_of(session, dialect, target.scope, at),
                interrupted=begun is not None,
            )
        )
    pending = list(rendering(todo, history, dialect))
    if begun:
        pending.sort(key=lambda item: item.revision.id != begun.revision)
        _require_resumable(pending, begun)
    return Seen(history=history, at=at, wanted=wanted, pending=tuple(pending), begun=begun)


def proposal_of(session: Session, dialect: Dialect, target: Target, seen: Seen) -> Proposal:
    """What was seen, as a proposal that is rendered."""
    return Proposal(
        history=seen.history,
        at=seen.at,
        wanted=seen.wanted,
        pending=tuple(item.revision for item in seen.pending),
        rendered=seen.pending,
        state=lambda: state_of(session, dialect, target.scope, seen.at),
        interrupted=seen.begun is not None,
    )


def _wanted(history: History, to: str | None) -> tuple[str, ...]:
    if to is None:
        return (history.head,) if history.head is not None else ()
    found = history.resolved(to)
    if found is None:
        known = ", ".join(r.id for r in history.order[-5:])
        raise ReconcileError(f"there is no revision {to!r}", why=f"the newest are {known}", next="name one of them")
    return (found,)


def _require_resumable(pending: Sequence[Rendered], begun: OpenRun) -> None:
    if not pending or pending[0].revision.id != begun.revision:
        raise RefusedError(
            f"revision {begun.revision} was begun and not finished",
            why="it is not among the revisions that are to be applied now",
            next="run `reconcile apply` without --to: it carries on from there",
        )
    recover.require_same_text(pending[0], begun)


def already(found: Seen) -> tuple[str, ...]:
    have = found.history.ancestors(found.at)
    return tuple(r.id for r in found.history.order if r.id in have)
