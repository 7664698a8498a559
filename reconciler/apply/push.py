"""A plan's own statements, executed at once and without a revision: for prototypes, tests and preview databases."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence

import msgspec

from ..dialects.base import Dialect
from ..dialects.disturbance import is_lost
from ..dialects.session import Session
from ..errors import DatabaseError, ReconcileError
from ..model.catalog import Catalog
from ..model.changes import Drop, Statement, Step
from . import ledger, references, verify, versions
from .execution import alone, execute, outside, sound, steer, steered_home
from .invalid import healed, whole
from .ladder import Ladder, climbed
from .ledger import Entry
from .lock import Turn
from .render import sql_digest
from .segments import Act, Segment, segments
from .tables import exists
from .work import Event, Target, Work


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """How many statements ran, and what the database holds now."""

    statements: int
    live: Catalog


def push(
    session: Session,
    dialect: Dialect,
    target: Target,
    steps: Sequence[tuple[Step, Sequence[Statement]]],
    *,
    expected: Catalog | None = None,
    planned_from: Catalog | None = None,
    wait_seconds: float = 0.0,
    actor: str = "",
    commit: str = "",
    progress: Callable[[Event], None] = lambda event: None,
    interrupted: Callable[[], bool] = lambda: False,
    ladder: Ladder | None = None,
) -> Pushed:
    """Runs the statements under the lock; what is transactional is committed together.

    planned_from: the live catalog that the plan starts from; another live under the lock is refused. expected: what
    live must be afterwards. Nothing is journalled: after a crash, plan again. Raises as `apply` does.
    """
    turn = Turn(session, interrupted)
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
    )
    with turn.taken(wait_seconds):
        return _Push(work, steps, ladder or Ladder()).done(planned_from, expected)


class _Push:
    """One push under its lock."""

    def __init__(self, work: Work, steps: Sequence[tuple[Step, Sequence[Statement]]], ladder: Ladder) -> None:
        self.work, self.ladder = work, ladder
        self.statements = [s for _, found in steps for s in found]
        self.dropped = {step.change.old.address for step, _ in steps if isinstance(step.change, Drop)}
        self.begun = time.monotonic()

    def done(self, planned_from: Catalog | None, expected: Catalog | None) -> Pushed:
        work = self.work
        if planned_from is not None:
            self._require_unmoved(planned_from)
        found = segments(self.statements, transactional=work.dialect.transactional_ddl)
        with steered_home(work, found):
            for segment in found:
                self._run(segment)
        live = self._recorded()
        if expected is not None:
            self._require_as_asked(live, expected, Catalog() if planned_from is None else planned_from)
        return Pushed(statements=len(self.statements), live=live)

    def _require_as_asked(self, live: Catalog, expected: Catalog, before: Catalog) -> None:
        work = self.work
        left_alone = verify.strangers(before, [expected]) - self.dropped
        profile = work.dialect.profile(work.session.version)
        different = verify.differences(expected, verify.without(live, left_alone), profile)
        if different:
            raise ReconcileError(
                "pushed, and the database is not what was asked for",
                where=work.session.target,
                why=f"too much (+), missing (-) or other (~) than it should be:\n    {verify.shown(different)}",
                next="run `reconcile push` again, and report this if it says the same",
            )

    def _require_unmoved(self, planned_from: Catalog) -> None:
        work = self.work
        live = work.dialect.inspect(work.session, work.target.scope)
        moved = verify.differences(planned_from, live, work.dialect.profile(work.session.version))
        if moved:
            raise ReconcileError(
                "the database changed while the plan was made",
                where=work.session.target,
                why=f"somebody changed\n    {verify.shown(moved)}",
                next="run `reconcile push` again: it plans anew",
            )

    def _run(self, segment: Segment) -> None:
        steer(self.work, self.ladder, segment.prelude, self._place)
        if segment.alone:
            self._alone(segment)
        elif segment.acts:
            where = self._place(segment.acts[0].position)
            climbed(self.work, self.ladder, lambda: self._together(segment), where=where)
        steer(self.work, self.ladder, segment.closing, self._place)

    def _alone(self, segment: Segment) -> None:
        (act,) = segment.acts
        alone(self.work, self.ladder, act, lambda: self._together(segment), lambda: self._outside(act), self._place)

    def _together(self, segment: Segment) -> None:
        with self.work.turn.unit(), references.kept(self.work.session, [a.sql for a in segment.acts]):
            execute(self.work, segment.acts, self._place)

    def _outside(self, act: Act) -> None:
        sound(self.work, act)
        try:
            outside(self.work, act, self._place)
        except DatabaseError as error:
            if not is_lost(error):
                healed(self.work, whole(self.work), act.sql)
            raise

    def _recorded(self) -> Catalog:
        work = self.work
        work.turn.limit()
        with work.turn.unit():
            at = versions.current(work.session, work.dialect, work.target.version_table)
            live = work.dialect.inspect(work.session, work.target.scope)
            if not exists(work.session, work.dialect.ledger("ledger")):
                return live  # a database that nothing was ever applied to holds nothing of ours, and stays so
            ledger.ensure(work.session, work.dialect)
            ledger.write_recorded(work.session, work.dialect, at, live)
            ledger.write(work.session, work.dialect, self._entry(at))
        return live

    def _entry(self, at: tuple[str, ...]) -> Entry:
        return self.work.entry(
            "push", ",".join(at), sql_digest=sql_digest(self.statements), statements=len(self.statements),
            duration_ms=int((time.monotonic() - self.begun) * 1000),
        )  # fmt: skip

    def _place(self, position: int) -> str:
        return f"{self.work.session.target}: statement {position} of {len(self.statements)}"
