"""`apply`: what an environment's policy lets through, from the place that its policy names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from ..apply import mark
from ..apply.apply import Outcome, apply, dry_run, foretold
from ..apply.limits import Limits
from ..apply.render import rendered_elsewhere, rendered_here
from ..apply.versions import current
from ..apply.work import Event, Target
from ..config.project import Environment
from ..diagnostics import Finding
from ..errors import DatabaseError, RefusedError
from ..model.catalog import Catalog
from ..model.changes import Change, Statement
from ..model.probes import Probed
from ..prove.calls import called, calls
from ..sources.revisions import History, Revision
from .actor import actor
from .conditions import unexcused
from .gate import Asked, Gate
from .gitstate import GitState, allowed_state, lock_of, working_state
from .standing import standing
from .suspending import keep_refusal
from .workspace import Workspace


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What may be applied to an environment, and what the working tree has beyond it."""

    environment: Environment
    state: GitState
    waiting: tuple[Revision, ...] = ()


def allowed(ws: Workspace, name: str, *, fetch: bool = True) -> Allowed:
    """The revisions that the policy of an environment lets through, and those of the working tree that wait."""
    environment = ws.environment(name)
    state = allowed_state(ws, environment, fetch=fetch)
    if not environment.merged:
        return Allowed(environment=environment, state=state)
    here = working_state(ws).history
    waiting = tuple(r for r in here.order if r.id not in state.history.by_id)
    return Allowed(environment=environment, state=state, waiting=waiting)


def carried_out(
    ws: Workspace,
    what: Allowed,
    *,
    to: str | None = None,
    wait: float = 0.0,
    allow_drift: bool = False,
    asked: Asked | None = None,
    statement_seconds: float | None = None,
    progress: Callable[[Event], None] = lambda event: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Applies what is allowed; the history is read again under the lock. Raises what `apply.apply` raises."""

    if (no := _refused_at_once(what, to, allow_drift)) is not None:
        keep_refusal(ws, what.environment, no)
        raise no

    def drift(changes: Sequence[Change]) -> Sequence[Change]:
        return unexcused(changes, ws.required.ignore_drift, datetime.date.today())

    with _saying_what_next(what.environment.name), ws.session(what.environment) as session:
        gate = Gate(ws, what.environment, what.state, session, asked, lambda w, e: standing(w, e, working_state(w)))

        def history() -> History:
            gate.state = allowed_state(ws, what.environment, fetch=False)
            return gate.state.history

        def expected() -> Catalog | None:
            return gate.state.at_head.catalog if gate.state.at_head is not None else None

        def measured(revisions: tuple[str, ...]) -> Catalog | None:
            found = lock_of(ws, revisions, gate.state)
            return found.catalog if found is not None else None

        return apply(
            session, ws.dialect, history, target_of(ws, what.environment), expected=expected, to=to,
            wait_seconds=wait, allow_drift=allow_drift, actor=actor(ws), commit=what.state.commit,
            progress=progress, interrupted=interrupted, unexcused=drift, trusted=gate.trusted, approved=gate.approved,
            measured=measured, limits=Limits().all_at(statement_seconds),
            rendering=rendered_elsewhere if what.environment.signed else rendered_here,
        )  # fmt: skip


@contextmanager
def _saying_what_next(environment: str) -> Iterator[None]:
    """A statement that the server refused says how to go on, where nothing nearer to it knows better."""
    try:
        yield
    except DatabaseError as error:
        if error.statement and not error.next:
            stands = f"reconcile status --env {environment} says how it stands"
            error.next = f"{stands}; mend the rows or the revision, then the same command"
        raise


def rows_in_the_way(ws: Workspace, what: Allowed, to: str | None, samples: int) -> list[Probed]:
    """On which rows of its database the pending revisions would fail; nothing is written."""

    def measured(revisions: tuple[str, ...]) -> Catalog | None:
        found = lock_of(ws, revisions, what.state)
        return found.catalog if found is not None else None

    with ws.session(what.environment, read_only=True) as session:
        rendering = rendered_elsewhere if what.environment.signed else rendered_here
        target = target_of(ws, what.environment)
        return foretold(session, ws.dialect, what.state.history, target, to, rendering, measured=measured,
                        samples=samples)  # fmt: skip


def rehearsed(ws: Workspace, what: Allowed, to: str | None) -> list[tuple[Revision, list[Statement]]]:
    """The pending revisions with the statements that would run; nothing is written."""
    with ws.session(what.environment, read_only=True) as session:
        rendering = rendered_elsewhere if what.environment.signed else rendered_here
        return dry_run(session, ws.dialect, what.state.history, target_of(ws, what.environment), to, rendering)


def warned_of(
    ws: Workspace, what: Allowed, found: Sequence[tuple[Revision, Sequence[Statement]]]
) -> list[Finding]:
    """Calls of routines that may commit by themselves, by what the database holds and will hold of them."""
    if not any(called(s.sql) for _, statements in found for s in statements):
        return []
    with ws.session(what.environment, read_only=True) as session:
        known = ws.dialect.inspect(session, ws.scope)
    if (head := what.state.at_head) is not None:
        known = known.replaced(head.catalog.values())
    return [f for revision, statements in found for f in calls(revision, statements, known, ws.dialect)]


def baselined(ws: Workspace, what: Allowed, *, wait: float) -> str:
    """Records that a database which already is what head says is at head; refused where it is not."""
    state = what.state
    if state.at_head is None or state.history.head is None:
        raise RefusedError("there is no revision to take as the baseline", next="reconcile plan --write")
    with ws.session(what.environment) as session:
        if what.environment.signed and (at := current(session, ws.dialect, ws.required.version_table)):
            raise RefusedError(
                f"{what.environment.name} has its baseline: it is at {', '.join(at)}",
                why="from there on only what is signed moves it",
                next=f"reconcile approve --env {what.environment.name}",
            )
        mark.stamp(
            session, ws.dialect, target_of(ws, what.environment), state.history, (state.history.head,),
            expected=state.at_head.catalog, wait_seconds=wait, actor=actor(ws), commit=state.commit,
        )  # fmt: skip
    return state.history.head


def target_of(ws: Workspace, environment: Environment) -> Target:
    return Target(environment=environment.name, version_table=ws.required.version_table, scope=ws.scope)


def _refused_at_once(what: Allowed, to: str | None, allow_drift: bool) -> RefusedError | None:
    """Why no database has to be asked: a revision that is not merged is refused, rather than said to be unknown."""
    if allow_drift and what.environment.signed:
        return RefusedError(
            f"{what.environment.name} is not applied to as long as it has drifted",
            why="what was approved is what git and the ledger say, not what somebody changed by hand",
            next=f"reconcile drift --env {what.environment.name}: adopt it or take it back",
        )
    if to is None or what.state.history.resolved(to) is not None:
        return None
    named = [r for r in what.waiting if r.id.startswith(to)]
    return refusal(what.environment, named) if named else None


def refusal(environment: Environment, waiting: Sequence[Revision]) -> RefusedError:
    """Why revisions of the working tree are not applied."""
    ids = ", ".join(r.id for r in waiting)
    return RefusedError(
        f"{ids} {'is' if len(waiting) == 1 else 'are'} not on {environment.tracked_ref}",
        where=f"environment {environment.name}",
        why=f"its policy is {environment.policy!r}: only what is on that branch is applied, never the working tree",
        next=f"merge to {environment.branch}, then reconcile apply --env {environment.name}",
    )
