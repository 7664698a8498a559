"""One apply under its lock: look, ask whether it may, foresee, run, look again, record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import msgspec

from ..dialects.disturbance import is_lost
from ..errors import BusyError, DatabaseError, ReconcileError, RefusedError
from ..model.catalog import Catalog
from ..model.changes import Change
from ..sources.revisions import History
from . import foresight, journal, ledger, verify, versions
from .ladder import Ladder, LostError, lost
from .look import Seen, already, look, proposal_of
from .proposal import Proposal
from .render import Rendering
from .runner import MovedError, RevisionRun
from .standing import Standing
from .work import Permit, Work

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


class Asked(msgspec.Struct, frozen=True, kw_only=True):
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


class Attempt:
    """One apply under its lock."""

    def __init__(self, work: Work, asked: Asked) -> None:
        self.work, self.asked = work, asked
        self.standing = Standing(work, asked.unexcused)
        self.proposed: tuple[str, ...] = ()
        self.applied: list[str] = []
        self.statements = 0

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
        self.standing.require_undrifted(seen, self.asked.allow_drift)
        try:
            if self.standing.there_already(seen):
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
            self.standing.expected = self.asked.expected() if callable(self.asked.expected) else self.asked.expected
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
            said = {f: getattr(permit, f) for f in ("approvers", "statement", "detail")}
            entry = work.entry(action, ",".join(self.proposed), message=message, **said)
            ledger.write(work.session, work.dialect, entry)

    def _clear_stale(self, seen: Seen) -> None:
        """Rows of a revision that somebody else finished, with `alembic upgrade` or `alembic stamp`.

        Where the lock is each transaction's own, rows that the look did not see may be of one that is being carried
        out: only those of a revision which the database has by now are stale.
        """
        work = self.work
        rows = journal.open_run(work.session, work.dialect)
        if rows and not seen.begun:
            at = versions.current(work.session, work.dialect, work.target.version_table)
            if rows.revision in seen.history.ancestors(at):
                journal.clear(work.session, work.dialect, rows.revision)

    def _foresee(self, seen: Seen) -> None:
        """Raises RefusedError where what is about to run would fail, before the first statement of it."""
        standing = self.standing
        if self.applied or standing.before is None:
            return
        at_head = seen.wanted == seen.history.heads
        wanted = standing.expected if at_head else self.asked.measured(seen.wanted)
        ours = standing.ours(standing.before, at_head)
        foresight.require_feasible(self.work, ours, wanted, seen, standing.tolerated)

    def _take_as_applied(self, seen: Seen) -> None:
        work = self.work
        with self._patiently():
            if versions.current(work.session, work.dialect, work.target.version_table) != seen.at:
                return  # another applier was quicker: look again
            versions.move(work.session, work.dialect, work.target.version_table, seen.at, seen.history.heads)
            for item in seen.pending:
                message = "the database was so already"
                entry = work.entry("apply", item.revision.id, sql_digest=item.digest, message=message)
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
                    ours = self.standing.ours(work.dialect.inspect(work.session, work.target.scope), at_head=False)
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
            ours = self.standing.ours(live, at_head)
            different = self.standing.unlike_expected(ours) if at_head else []
            mine = bool(self.applied) or self.standing.died_before_recording(at)
            if mine or (at_head and not different and self.standing.brought_by_others(at)):
                ledger.ensure(work.session, work.dialect)
                ledger.write_recorded(work.session, work.dialect, at, self.standing.told(ours))
        if mine and (new := self.standing.news(different)):
            raise self._not_as_expected(new)
        return Outcome(
            applied=tuple(self.applied),
            already=already(first),
            statements=self.statements,
            live=live,
            head=at,
            differences=verify.shown(different),
        )

    def _not_as_expected(self, different: Sequence[Change]) -> ReconcileError:
        return ReconcileError(
            f"applied {', '.join(self.applied) or 'by an earlier run'}, and the database is not what the lockfile says",
            where=self.work.session.target,
            why=f"too much (+), missing (-) or other (~) than it should be:\n    {verify.shown(different)}",
            next=f"`reconcile drift --env {self.work.target.environment}` shows it in full; "
            "`reconcile verify` proves what the revisions do",
        )
