"""Saying where a database stands without running anything: adopting one, or setting right what was done by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import ReconcileError, RefusedError
from ..model.catalog import Catalog
from ..sources.revisions import History
from . import journal, ledger, verify, versions
from .ledger import Action, Entry
from .lock import Turn
from .work import Target


def stamp(
    session: Session,
    dialect: Dialect,
    target: Target,
    history: History,
    revisions: Iterable[str],
    *,
    actor: str,
    commit: str = "",
    message: str = "",
    expected: Catalog | None = None,
    wait_seconds: float = 0.0,
    interrupted: Callable[[], bool] = lambda: False,
) -> Catalog:
    """The database is at these revisions from now on, and what it holds is recorded. Gives what live is.

    expected: what a database at these revisions holds. Raises RefusedError, and changes nothing, where live is another;
    objects that it does not name are left alone. A revision that was begun and not finished is taken for settled.
    """
    turn = Turn(session, interrupted)
    with turn.taken(wait_seconds), turn.unit():
        wanted = _resolved(history, revisions)
        at = versions.current(session, dialect, target.version_table)
        versions.ensure(session, dialect, target.version_table)
        ledger.ensure(session, dialect)
        versions.move(session, dialect, target.version_table, at, wanted)
        while (begun := journal.open_run(session, dialect)) is not None:
            journal.clear(session, dialect, begun.revision)
        live = dialect.inspect(session, target.scope)
        known = [] if expected is None else [expected]
        if expected is not None:
            _require_equal(expected, live, session, dialect, target)
        entry = _entry(target, wanted, "stamp" if at else "baseline", actor, commit, message)
        return _recorded(session, dialect, live, wanted, known, entry)


def record(
    session: Session,
    dialect: Dialect,
    target: Target,
    *,
    actor: str,
    commit: str = "",
    message: str = "",
    known: Sequence[Catalog] = (),
    wait_seconds: float = 0.0,
    interrupted: Callable[[], bool] = lambda: False,
) -> Catalog:
    """What the database holds is recorded as it is, at the revision it is at: drift is adopted. Gives what live is."""
    turn = Turn(session, interrupted)
    with turn.taken(wait_seconds), turn.unit():
        ledger.ensure(session, dialect)
        at = versions.current(session, dialect, target.version_table)
        live = dialect.inspect(session, target.scope)
        return _recorded(session, dialect, live, at, known, _entry(target, at, "record", actor, commit, message))


def _entry(target: Target, at: tuple[str, ...], action: Action, actor: str, commit: str, message: str) -> Entry:
    return Entry(
        environment=target.environment,
        revision=",".join(at),
        action=action,
        actor=actor,
        commit_id=commit,
        message=message,
    )


def _recorded(
    session: Session, dialect: Dialect, live: Catalog, at: tuple[str, ...], known: Sequence[Catalog], entry: Entry
) -> Catalog:
    ledger.write_recorded(session, dialect, at, verify.without(live, verify.strangers(live, known)))
    ledger.write(session, dialect, entry)
    return live


def _resolved(history: History, revisions: Iterable[str]) -> tuple[str, ...]:
    found = {name: history.resolved(name) for name in revisions}
    if unknown := [name for name, revision in found.items() if revision is None]:
        raise ReconcileError(f"there is no revision {', '.join(unknown)}", next="name one of the history")
    return tuple(sorted(revision for revision in found.values() if revision is not None))


def _require_equal(expected: Catalog, live: Catalog, session: Session, dialect: Dialect, target: Target) -> None:
    ours = verify.without(live, verify.strangers(live, [expected]))
    different = verify.differences(expected, ours, dialect.profile(session.version))
    if different:
        raise RefusedError(
            "the database is not at that revision",
            where=session.target,
            why=f"too much (+), missing (-) or other (~) than it should be:\n    {verify.shown(different)}",
            next=f"`reconcile diff lock: env:{target.environment}` shows it in full; change one or the other",
        )
