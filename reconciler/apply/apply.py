"""`apply`: the pending revisions of an environment, executed under its lock and recorded; and `dry_run`, their text.

Knows sessions and histories, not where they come from. The schema as it was left is read and recorded right after the
last commit and not inside it: no lock on a table is held while a whole catalog is read. Where a run dies between the
two, the next one finds its entry in the ledger without its record, and writes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..model.catalog import Catalog
from ..model.changes import Change, Statement
from ..model.probes import Probed
from ..sources.revisions import History, Revision
from . import foresight
from .attempt import Asked, Attempt, Outcome
from .ladder import Ladder
from .limits import Limits
from .lock import Turn
from .look import already, look
from .probing import Patience
from .proposal import Proposal
from .render import Rendered, Rendering, rendered_here
from .work import Event, Permit, Target, Work

__all__ = ["Event", "Ladder", "Outcome", "Permit", "Proposal", "Rendered", "Target", "apply", "dry_run"]


def _silent(event: Event) -> None:
    """Progress that nobody watches."""


def _anything(proposal: Proposal) -> Permit:
    """Where no policy asks for anything."""
    return Permit()


def apply(
    session: Session,
    dialect: Dialect,
    history: Callable[[], History],
    target: Target,
    *,
    expected: Catalog | Callable[[], Catalog | None] | None,
    to: str | None = None,
    wait_seconds: float = 0.0,
    dry_run: bool = False,
    allow_drift: bool = False,
    actor: str = "",
    commit: str = "",
    progress: Callable[[Event], None] = _silent,
    interrupted: Callable[[], bool] = lambda: False,
    trusted: Callable[[Proposal], None] = lambda proposal: None,
    approved: Callable[[Proposal], Permit] = _anything,
    rendering: Rendering = rendered_here,
    unexcused: Callable[[Sequence[Change]], Sequence[Change]] = lambda drift: drift,
    ladder: Ladder | None = None,
    limits: Limits | None = None,
    measured: Callable[[tuple[str, ...]], Catalog | None] = lambda revisions: None,
) -> Outcome:
    """Brings the database to the head of the history, or to `to`.

    history: called under the lock. expected: the schema at its head, None where nobody measured it; a callable is asked
    right after `history`. trusted: is asked before any code of a revision is run, to render it; approved: is shown
    exactly what is about to run. Both raise RefusedError where it may not, and the ledger keeps what they said.
    rendering: how revisions are made to say their SQL.
    measured: the schema at revisions that are not the head, where somebody measured it.
    unexcused: of some drift what no rule of the project accepts. allow_drift: go on though live is not as it was left.

    Raises BusyError, RefusedError (Ahead, Drifted, an edited remainder), InterruptedRunError, DatabaseError with file
    and statement, ReconcileError where live is not `expected` in the end.
    """
    if dry_run:
        return _rehearsed(session, dialect, history(), target, to)
    turn = Turn(session, interrupted)
    with turn.stopped_as_asked():
        foresight.require_fit(session, dialect)
    work = Work(
        session=session,
        dialect=dialect,
        target=target,
        turn=turn,
        run=secrets.token_hex(16),
        actor=actor,
        commit=commit,
        progress=progress,
        interrupted=interrupted,
        limits=limits or Limits(),
    )
    with turn.taken(wait_seconds):
        asked = Asked(
            history=history,
            expected=expected,
            to=to,
            allow_drift=allow_drift,
            trusted=trusted,
            approved=approved,
            rendering=rendering,
            unexcused=unexcused,
            ladder=ladder or Ladder(),
            measured=measured,
        )
        return Attempt(work, asked).outcome()


def dry_run(
    session: Session,
    dialect: Dialect,
    history: History,
    target: Target,
    to: str | None = None,
    rendering: Rendering = rendered_here,
) -> list[tuple[Revision, list[Statement]]]:
    """The pending revisions with the statements that apply would run, from a look without the lock; writes nothing."""
    seen = look(session, dialect, history, target, to, rendering=rendering)
    return [(item.revision, list(item.statements)) for item in seen.pending]


def foretold(
    session: Session,
    dialect: Dialect,
    history: History,
    target: Target,
    to: str | None = None,
    rendering: Rendering = rendered_here,
    *,
    measured: Callable[[tuple[str, ...]], Catalog | None],
    samples: int = 0,
) -> list[Probed]:
    """Which rows would let the pending revisions fail, as apply would find out first; writes nothing."""
    seen = look(session, dialect, history, target, to, rendering=rendering)
    wanted = measured(seen.wanted)
    if not seen.pending or wanted is None:
        return []
    live = dialect.inspect(session, target.scope)
    patience = Patience(samples=samples)
    return [a for _, a in foresight.answered(session, dialect, live, wanted, seen, patience)]


def _rehearsed(session: Session, dialect: Dialect, history: History, target: Target, to: str | None) -> Outcome:
    seen = look(session, dialect, history, target, to)
    return Outcome(
        already=already(seen),
        statements=sum(len(item.statements) for item in seen.pending),
        live=dialect.inspect(session, target.scope),
        head=seen.at,
    )
