"""One revision carried to its end from wherever it stands: segment by segment, each journalled with what it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ..dialects.disturbance import is_lost
from ..emit.online import called
from ..errors import DatabaseError, InterruptedRunError, ReconcileError
from ..model.codec import fingerprint
from . import journal, ledger, recover, references, versions
from .execution import PassedOverError, alone, execute, require_built, sound, steer, steered_home
from .invalid import healed, whole
from .journal import OpenRun, Row
from .ladder import Ladder, climbed
from .render import Rendered
from .segments import Act, Segment
from .work import Event, Work

_SOON_MS: Final = 2_000
"""How long one who is told to stop waits for a lock, to leave things in order."""


class MovedError(ReconcileError):
    """Somebody else applied meanwhile: what we saw is no longer so, look again."""


class RevisionRun:
    """The run of one revision on a database that is at `at`, with what an earlier run of it left in the journal."""

    def __init__(self, work: Work, item: Rendered, at: tuple[str, ...], ladder: Ladder, begun: OpenRun | None) -> None:
        self.work, self.item, self.ladder, self.at = work, item, ladder, at
        self.after = versions.advanced(at, item.revision.id, item.follows)
        self._done = set(begun.done) if begun else set()
        self._intent = begun.intent if begun else None
        self._finished = False
        self._begun = time.monotonic()

    def carried_out(self) -> tuple[str, ...]:
        """The rows of the version table afterwards. Raises MovedError where another applier was quicker."""
        self._say("revision", self.item.revision.message)
        if self._intent:
            self._probe(self._intent)
        if self.item.revision.python:
            self._atomic(self.item.segments[0], self._online)
        with steered_home(self.work, self.item.segments):
            for segment in self.item.segments:
                self._segment(segment)
        if not self._finished:
            self._atomic(self.item.segments[-1], lambda: None)
        self._say("done")
        return self.after

    def _segment(self, segment: Segment) -> None:
        self._steer(segment.prelude)
        if segment.positions <= self._done:
            self._steer(tuple(a for a in segment.acts if a.steers))
        elif segment.alone:
            self._alone(segment)
        else:
            self._atomic(segment, lambda: self._execute(segment))
        self._steer(segment.closing)

    def _online(self) -> None:
        called(self.item.revision, self.work.session, self.work.dialect)

    def _atomic(self, segment: Segment, act: Callable[[], None]) -> None:
        climbed(self.work, self.ladder, lambda: self._together(segment, act), where=self._place(segment))
        self._mark(segment)

    def _together(self, segment: Segment, act: Callable[[], None]) -> None:
        """The segment, its journal rows and, if nothing is left to do, the end of the revision: in one transaction."""
        with self.work.turn.unit():
            self._require_unmoved()
            with references.kept(self.work.session, self._texts(segment)):
                act()
            self._journalled(segment)

    def _texts(self, segment: Segment) -> list[str] | None:
        return None if self.item.revision.python else [a.sql for a in segment.acts]

    def _mark(self, segment: Segment) -> None:
        self._done |= segment.positions
        self._finished = self._is_last(segment)

    def _alone(self, segment: Segment) -> None:
        """A single statement: with its journal row in one transaction, or between an intent and an outcome."""
        (act,) = segment.acts
        alone(
            self.work,
            self.ladder,
            act,
            lambda: self._together(segment, lambda: self._execute(segment)),
            lambda: self._outside(segment, act),
            self.item.place,
        )
        self._mark(segment)

    def _outside(self, segment: Segment, act: Act) -> None:
        before = fingerprint(sound(self.work, act))
        with self.work.turn.unit():
            self._require_unmoved()
            intent = journal.rows_of([act], self._row(segment, "intent", before))
            journal.forget(self.work.session, self.work.dialect, self.item.revision.id, act.position)
            journal.write(self.work.session, self.work.dialect, intent)
        try:
            execute(self.work, [act], self.item.place)
        except ReconcileError as error:
            self._undo_intent(act, error)
            raise
        except KeyboardInterrupt:  # whoever insists, or an orchestrator's last warning: the intent stays
            self._heal_soon(act)
            raise
        # from here on it has happened: whoever is stopped leaves the intent, and the next run looks at what is there
        try:
            require_built(self.work, act, self.item.place)
        except PassedOverError:
            self._forget(act)
            raise
        with self.work.turn.unit():
            journal.settle(self.work.session, self.work.dialect, self.item.revision.id, act.position)
            if self._is_last(segment):
                self._finish()

    def _heal_soon(self, act: Act) -> None:
        """Drops what a cancelled build left, where nobody stands in the way; if not, the next run does."""
        with suppress(ReconcileError):
            self.work.turn.limit(_SOON_MS)
            healed(self.work, whole(self.work), act.sql)

    def _undo_intent(self, act: Act, error: ReconcileError) -> None:
        """A statement that the server refused did nothing but, perhaps, leave an invalid index."""
        if isinstance(error, DatabaseError) and is_lost(error):
            return
        if isinstance(error, InterruptedRunError):
            self.work.turn.limit(_SOON_MS)
        try:
            healed(self.work, whole(self.work), act.sql)
        except DatabaseError:
            return  # the intent stays, and the next run looks again
        self._forget(act)

    def _forget(self, act: Act) -> None:
        with self.work.turn.unit():
            journal.forget(self.work.session, self.work.dialect, self.item.revision.id, act.position)

    def _probe(self, intent: Row) -> None:
        """Settles the statement of which an earlier run left no outcome."""

        def look() -> None:
            ran = recover.ran(self.work, self.item, intent)
            with self.work.turn.unit():
                settle = journal.settle if ran else journal.forget
                settle(self.work.session, self.work.dialect, intent.revision, intent.statement)
            if ran:
                self._done.add(intent.statement)

        climbed(self.work, self.ladder, look, where=self.item.place(intent.statement), patient=True)
        self._intent = None

    def _execute(self, segment: Segment) -> None:
        execute(self.work, segment.acts, self.item.place)

    def _steer(self, acts: tuple[Act, ...]) -> None:
        steer(self.work, self.ladder, acts, self.item.place)

    def _journalled(self, segment: Segment) -> None:
        if self._is_last(segment):
            self._finish()
        else:
            rows = journal.rows_of(segment.effects, self._row(segment))
            journal.write(self.work.session, self.work.dialect, rows)

    def _finish(self) -> None:
        """The version, the entry in the ledger and the end of the journal; inside the last transaction."""
        work, revision = self.work, self.item.revision
        versions.move(work.session, work.dialect, work.target.version_table, self.at, self.after)
        journal.clear(work.session, work.dialect, revision.id)
        took = int((time.monotonic() - self._begun) * 1000)
        entry = work.entry(
            "apply", revision.id, sql_digest=self.item.digest, statements=len(self.item.statements), duration_ms=took,
            message=revision.message,
        )  # fmt: skip
        ledger.write(work.session, work.dialect, entry)

    def _require_unmoved(self) -> None:
        work = self.work
        at = versions.current(work.session, work.dialect, work.target.version_table)
        begun = journal.open_run(work.session, work.dialect)
        done = begun.done if begun and begun.revision == self.item.revision.id else frozenset()
        if at != self.at or done != self._done or (begun and begun.revision != self.item.revision.id):
            raise MovedError("another applier was quicker", where=work.session.target)

    def _is_last(self, segment: Segment) -> bool:
        left = {p for s in self.item.segments for p in s.positions} - self._done - segment.positions
        return not left

    def _row(self, segment: Segment, state: str = "done", before: str = "") -> Row:
        return Row(
            run=self.work.run,
            revision=self.item.revision.id,
            segment=segment.number,
            state=state,
            fingerprint=before,
            at=ledger.now(),
        )

    def _place(self, segment: Segment) -> str:
        return self.item.place(segment.acts[0].position) if segment.acts else self.item.name

    def _say(self, what: str, note: str = "") -> None:
        self.work.progress(Event(what=what, place=self.item.name, note=note))  # type: ignore[arg-type]
