"""`apply`: the pending revisions of an environment, executed under its lock and recorded; and `dry_run`, their text.

Knows sessions and histories, not where they come from. The schema as it was left is read and recorded right after the
last commit and not inside it: no lock on a table is held while a whole catalog is read. Where a run dies between the
two, the next one finds its entry in the ledger without its record, and writes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import msgspec

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import BusyError, DatabaseError, ReconcileError, RefusedError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Change, Statement, address_of
from ..model.probes import Probed
from ..sources.revisions import History, Revision
from . import foresight, journal, ledger, verify, versions
from .ladder import Ladder, LostError, is_lost, lost
from .ledger import Recorded
from .limits import Limits
from .lock import Turn
from .look import Seen, already, look, proposal_of
from .probing import Patience
from .proposal import Proposal
from .render import Rendered, Rendering, rendered_here
from .runner import MovedError, RevisionRun
from .work import Event, Permit, Target, Work

__all__ = ["Event", "Ladder", "Outcome", "Permit", "Proposal", "Rendered", "Target", "apply", "dry_run"]

_LOOKS: Final = 100


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an apply did: revisions applied now and those that were there already, and how it left the database.

    `differences` name what in live is not as the lockfile says; after a run that applied something there are none.
    """

    applied: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    statements: int = 0
    live: Catalog
    head: tuple[str, ...] = ()
    differences: str = ""


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller of `apply` wants, as described there."""

    history: Callable[[], History]
    expected: Catalog | Callable[[], Catalog | None] | None
    to: str | None
    allow_drift: bool
    trusted: Callable[[Proposal], None]
    approved: Callable[[Proposal], Permit]
    rendering: Rendering
    unexcused: Callable[[Sequence[Change]], Sequence[Change]]
    ladder: Ladder
    measured: Callable[[tuple[str, ...]], Catalog | None]


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
        asked = _Asked(
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
        return _Apply(work, asked).outcome()


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


class _Apply:
    """One apply under its lock."""

    def __init__(self, work: Work, asked: _Asked) -> None:
        self.work, self.asked = work, asked
        self.proposed: tuple[str, ...] = ()
        self.applied: list[str] = []
        self.statements = 0
        self.expected: Catalog | None = None
        self.recorded: Recorded | None = None
        self.fresh = False
        """Whether the record is of the revision that we found the database at."""
        self.before: Catalog | None = None
        self.tolerated: frozenset[Address] = frozenset()
        """What differed before us, and we were told to go on."""
        self.untold: frozenset[Address] = frozenset()
        """What was there before us, of topics that nobody cared for until now (grants, say)."""

    def outcome(self) -> Outcome:
        try:
            return self._outcome()
        except RefusedError as error:
            self._keep_refusal(error)
            raise
        except DatabaseError as error:
            if is_lost(error) and not isinstance(error, LostError):
                raise lost(error, self.work.session.target) from error
            raise

    def _outcome(self) -> Outcome:
        foresight.require_sight(self.work)
        first = seen = self._look()
        self._require_undrifted(seen)
        try:
            if self._there_already(seen):
                self._permit(seen)
                self._make_ready(seen)
                self._take_as_applied(seen)
                seen = self._look()
            for _ in range(_LOOKS):
                if not seen.pending:
                    break
                self._foresee(seen)
                self._permit(seen)
                self._make_ready(seen)
                self._run(seen)
                seen = self._look()
            else:
                raise BusyError("others apply to this database all the time", where=self.work.session.target)
        except ReconcileError as error:
            self._leave(error)
            raise
        return self._finished(first, seen)

    def _look(self) -> Seen:
        work = self.work
        with self._patiently():
            history = self.asked.history()
            self.expected = self.asked.expected() if callable(self.asked.expected) else self.asked.expected
            to, rendering = self.asked.to, self.asked.rendering
            return look(work.session, work.dialect, history, work.target, to, self._trusted, rendering)

    def _make_ready(self, seen: Seen) -> None:
        """Our own tables, and no journal but that of what is to be carried on."""
        work = self.work
        with self._patiently():
            versions.ensure(work.session, work.dialect, work.target.version_table)
            ledger.ensure(work.session, work.dialect)
            self._clear_stale(seen)

    def _trusted(self, proposal: Proposal) -> None:
        self.proposed = tuple(r.id for r in proposal.pending)
        self.asked.trusted(proposal)

    def _permit(self, seen: Seen) -> None:
        """Asks whether this may be applied, and keeps in the ledger who said so."""
        work = self.work
        permit = self.asked.approved(proposal_of(work.session, work.dialect, work.target, seen))
        if permit.action and permit.statement != work.permit.statement:
            self._keep(permit.action, permit.reason, permit)
        self.work = msgspec.structs.replace(work, permit=permit)

    def _keep_refusal(self, error: RefusedError) -> None:
        """A refusal is an entry of the ledger too, once; one that cannot be written is a refusal all the same."""
        message = "\n".join(text for text in (error.what, error.why) if text)
        with suppress(DatabaseError, BusyError):
            last = ledger.last(self.work.session, self.work.dialect)
            if last is None and not self.proposed:
                return  # nothing was ever done here, and nothing was about to be
            if last is None or (last.action, last.message, last.actor) != ("refused", message, self.work.actor):
                self._keep("refused", message, Permit())

    def _keep(self, action: ledger.Action, message: str, permit: Permit) -> None:
        work = self.work
        with self._patiently():
            ledger.ensure(work.session, work.dialect)
            entry = ledger.Entry(
                environment=work.target.environment,
                revision=",".join(self.proposed),
                action=action,
                actor=work.actor,
                commit_id=work.commit,
                message=message,
                approvers=permit.approvers,
                statement=permit.statement,
                detail=permit.detail,
            )
            ledger.write(work.session, work.dialect, entry)

    def _clear_stale(self, seen: Seen) -> None:
        """Rows of a revision that somebody else finished, with `alembic upgrade` or `alembic stamp`."""
        rows = journal.open_run(self.work.session, self.work.dialect)
        if rows and not seen.begun:
            journal.clear(self.work.session, self.work.dialect, rows.revision)

    def _require_undrifted(self, seen: Seen) -> None:
        work = self.work
        self.recorded = ledger.recorded(work.session, work.dialect)
        self.fresh = self.recorded is not None and self.recorded.revision == seen.at and seen.begun is None
        if not seen.pending:
            return
        self.before = work.dialect.inspect(work.session, work.target.scope)
        if self.recorded is None or not self.fresh:
            return
        untold = self.before.says - self.recorded.catalog.says
        self.untold = frozenset(a for a, o in self.before.items() if o.topic in untold)
        drift = self._differences(self.recorded.catalog, self._ours(self.before, at_head=True))
        self.tolerated = frozenset(address_of(c) for c in drift)
        if drift and not self.asked.allow_drift:
            raise RefusedError(
                "Drifted: the database is not as it was left",
                where=work.session.target,
                why=f"since {self.recorded.at} somebody changed\n    {verify.shown(drift)}",
                next=f"`reconcile drift --env {work.target.environment}` shows it: adopt it or revert it first",
            )

    def _foresee(self, seen: Seen) -> None:
        """Raises RefusedError where what is about to run would fail, before the first statement of it."""
        if self.applied or self.before is None:
            return
        at_head = seen.wanted == seen.history.heads
        wanted = self.expected if at_head else self.asked.measured(seen.wanted)
        foresight.require_feasible(self.work, self._ours(self.before, at_head), wanted, seen, self.tolerated)

    def _there_already(self, seen: Seen) -> bool:
        """Whether the database was left as the pending revisions would leave it, as after drift was adopted into git.

        Only for generated revisions, which do nothing to rows, and where live is what the ledger says we left.
        """
        generated = all(item.revision.generated and not item.revision.python for item in seen.pending)
        if not seen.pending or not generated or not self.fresh or self.expected is None or self.before is None:
            return False
        unseen = self.work.dialect.profile(self.work.session.version).unseen
        if any(unseen(statement.sql) for item in seen.pending for statement in item.statements):
            return False
        if seen.wanted != seen.history.heads or self.recorded is None:
            return False
        ours = self._ours(self.before, at_head=True)
        return not self._differences(self.expected, ours) and not self._differences(self.recorded.catalog, ours)

    def _take_as_applied(self, seen: Seen) -> None:
        work = self.work
        with self._patiently():
            if versions.current(work.session, work.dialect, work.target.version_table) != seen.at:
                return  # another applier was quicker: look again
            versions.move(work.session, work.dialect, work.target.version_table, seen.at, seen.history.heads)
            for item in seen.pending:
                entry = ledger.Entry(
                    environment=work.target.environment,
                    revision=item.revision.id,
                    action="apply",
                    actor=work.actor,
                    commit_id=work.commit,
                    sql_digest=item.digest,
                    message="the database was so already",
                    approvers=work.permit.approvers,
                    statement=work.permit.statement,
                )
                ledger.write(work.session, work.dialect, entry)
                self.applied.append(item.revision.id)

    def _run(self, seen: Seen) -> None:
        at, begun = seen.at, seen.begun
        with suppress(MovedError):
            for item in seen.pending:
                if self.applied:
                    self.work.permit.still()
                at = RevisionRun(self.work, item, at, self.asked.ladder, begun).carried_out()
                begun = None
                self.applied.append(item.revision.id)
                self.statements += len(item.statements)

    def _leave(self, error: ReconcileError) -> None:
        """What was finished before it went wrong is recorded, if the connection lets us."""
        work = self.work
        if self.applied and not (isinstance(error, DatabaseError) and is_lost(error)):
            with suppress(ReconcileError), self._patiently():
                if journal.open_run(work.session, work.dialect) is None:
                    at = versions.current(work.session, work.dialect, work.target.version_table)
                    ours = self._ours(work.dialect.inspect(work.session, work.target.scope), at_head=False)
                    ledger.write_recorded(work.session, work.dialect, at, ours)

    @contextmanager
    def _patiently(self) -> Iterator[None]:
        self.work.turn.limit()
        with self.work.turn.unit():
            yield

    def _finished(self, first: Seen, seen: Seen) -> Outcome:
        work = self.work
        with self._patiently():
            at = versions.current(work.session, work.dialect, work.target.version_table)
            at_head = at == seen.history.heads
            live = work.dialect.inspect(work.session, work.target.scope)
            ours = self._ours(live, at_head)
            different = self._differences(self.expected, ours) if at_head and self.expected is not None else []
            mine = bool(self.applied) or self._died_before_recording(at)
            if mine or (at_head and not different and self._brought_by_others(at)):
                ledger.ensure(work.session, work.dialect)
                ledger.write_recorded(work.session, work.dialect, at, self._told(ours))
        known = self.tolerated | self.untold
        if mine and (new := [c for c in different if address_of(c) not in known]):
            raise self._not_as_expected(new)
        return Outcome(
            applied=tuple(self.applied),
            already=already(first),
            statements=self.statements,
            live=live,
            head=at,
            differences=verify.shown(different),
        )

    def _differences(self, wanted: Catalog, ours: Catalog) -> list[Change]:
        profile = self.work.dialect.profile(self.work.session.version)
        return list(self.asked.unexcused(verify.differences(wanted, ours, profile)))

    def _told(self, ours: Catalog) -> Catalog:
        """Without grants from before the project cared for any: they are drift from now on, and nobody left them so."""
        wanted = self.expected if self.expected is not None else Catalog()
        return ours.where(lambda o: o.address not in self.untold or o.address in wanted) if self.untold else ours

    def _stale(self, at: tuple[str, ...]) -> bool:
        return bool(at) and (self.recorded is None or self.recorded.revision != at)

    def _died_before_recording(self, at: tuple[str, ...]) -> bool:
        """Whether the last run of ours ended between its last commit and the record of what it left."""
        last = ledger.last(self.work.session, self.work.dialect, *ledger.MOVES) if self._stale(at) else None
        return last is not None and last.action == "apply" and last.revision in at

    def _brought_by_others(self, at: tuple[str, ...]) -> bool:
        """Whether `alembic upgrade` moved the database to a revision whose schema somebody measured."""
        return self._stale(at) and self.expected is not None

    def _ours(self, live: Catalog, at_head: bool) -> Catalog:
        """Live without the objects that were there before us and are in no state of ours, as far as we know states."""
        states = [self.recorded.catalog] if self.recorded is not None and self.fresh else []
        if at_head and self.expected is not None:
            states.append(self.expected)
        return verify.without(live, verify.strangers(live if self.before is None else self.before, states))

    def _not_as_expected(self, different: Sequence[Change]) -> ReconcileError:
        return ReconcileError(
            f"applied {', '.join(self.applied) or 'by an earlier run'}, and the database is not what the lockfile says",
            where=self.work.session.target,
            why=f"too much (+), missing (-) or other (~) than it should be:\n    {verify.shown(different)}",
            next=f"`reconcile drift --env {self.work.target.environment}` shows it in full; "
            "`reconcile verify` proves what the revisions do",
        )
