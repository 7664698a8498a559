"""`run`: the reconcile loop. It watches the git ref and the environments, applies what policy lets it apply, reports.

Each environment is visited in a process of its own, some at once: one that hangs, dies or fails keeps no other from
being visited. What goes wrong is left alone for a while that grows (`backoff`); what failed at a statement is not
attempted again until then, unless git or the database moves on, and how it stands is told meanwhile.
"""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Callable, Generator, Sequence
from typing import Final

import msgspec

from ..config.project import Environment
from ..errors import InterruptedRunError
from .backoff import Trouble, pause
from .conditions import Condition, Standing
from .visit import Content, Task, Visited, answered, nowhere, read
from .worker import Worker, ended, heard
from .workspace import Workspace

_AT_ONCE: Final = 8
_LOOK: Final = 0.2
"""Seconds after which it is looked whether somebody asked to stop."""
_PATIENCE: Final = 120.0
"""Seconds for reading an environment, with a fetch of git (60 s at most); who applies for longer makes room."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit did with one environment: how it stands afterwards, what was applied, what went wrong.

    `again`: not attempted before that time, in ISO 8601, unless git or the database moves on.
    """

    environment: str
    standing: Standing
    applied: tuple[str, ...] = ()
    problem: str = ""
    again: str = ""


class _Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment failed at, at its rows or at a statement, how often, and until when it is left alone."""

    trouble: Trouble = ""
    content: Content = ()
    problem: str = ""
    times: int = 0
    until: float = 0.0
    again: str = ""

    @property
    def head(self) -> str:
        return self.content[-1] if self.content else ""


class _Place:
    """One environment between two visits."""

    def __init__(self, ws: Workspace, environment: Environment) -> None:
        self.ws, self.environment = ws, environment
        self.due = time.monotonic()
        self.worker: Worker | None = None
        self.told_long = False
        self.standing = nowhere(environment.name)
        self.outages = 0
        self.failure = _Failure()

    def begin(self, interrupted: Callable[[], bool], halted: frozenset[str]) -> None:
        failure = self.failure
        failed = failure.content if time.monotonic() < failure.until else ()
        task = Task(ws=self.ws, environment=self.environment, failed=failed, halted=halted - {failure.head})
        self.told_long = False
        self.worker = Worker(lambda at_work: answered(task, interrupted, at_work))

    def end(self, found: Visited, interval: float) -> Report:
        """Takes in what came of a visit, and says when the next one is."""
        self.worker = None
        self.standing = found.standing
        if found.trouble == "passing":
            return self._passing(found, interval)
        self.outages = 0
        self.due = time.monotonic() + pause(interval, "", 1, random.uniform)
        if not found.held:
            self.failure = self._failed(found, interval) if found.trouble else _Failure()
        return self.report(found, found.problem or self.failure.problem, self.failure.again)

    def _passing(self, found: Visited, interval: float) -> Report:
        """What failed before is not forgotten over it."""
        self.outages += 1
        wait = pause(interval, found.trouble, self.outages, random.uniform)
        self.due = time.monotonic() + wait
        return self.report(found, found.problem, _clock(wait))

    def _failed(self, found: Visited, interval: float) -> _Failure:
        last = self.failure
        times = last.times + 1 if (found.trouble, found.content) == (last.trouble, last.content) else 1
        wait = pause(interval, found.trouble, times, random.uniform)
        return _Failure(
            trouble=found.trouble, content=found.content, problem=found.problem, times=times,
            until=time.monotonic() + wait, again=_clock(wait),
        )  # fmt: skip

    def report(self, found: Visited, problem: str, again: str = "") -> Report:
        return Report(
            environment=self.environment.name, standing=found.standing, applied=found.applied, problem=problem,
            again=again,
        )  # fmt: skip


def _clock(seconds: float) -> str:
    """The time of day so many seconds from now."""
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return then.isoformat(timespec="seconds")


class Loop:
    """The environments of a project, and the visits to them.

    most_failures: where that many failed on one head, it is not begun in the others; None: it always is.
    patience: how long an environment may take to be read.
    """

    def __init__(
        self, ws: Workspace, names: Sequence[str], interrupted: Callable[[], bool], *,
        most_failures: int | None = None, patience: float = _PATIENCE,
    ) -> None:  # fmt: skip
        asked = [e for e in ws.every_environment if not names or e.name in names]
        self.places = [_Place(ws.around(e.name), e) for e in asked]
        self.interrupted, self.most_failures, self.patience = interrupted, most_failures, patience

    def round(self) -> Generator[Report, None, None]:
        """One visit to each, reported as it ends. Raises InterruptedRunError where some had none."""
        left = list(self.places)
        yield from self._visits(left, self.places[0].ws.required.interval if left else 1.0)
        if left:
            raise InterruptedRunError("stopped between environments")

    def rounds(self, interval: float) -> Generator[Report, None, None]:
        """Visits until interrupted, to each `interval` seconds after the last, a tenth more or less."""
        yield from self._visits(None, interval)

    def _visits(self, left: list[_Place] | None, interval: float) -> Generator[Report, None, None]:
        """Visits to all, or one to each in `left`, which is empty in the end."""
        try:
            while left is None or left:
                stopping = self.interrupted()
                if stopping and not self._working():
                    return
                if stopping:
                    for worker in self._working():
                        worker.stop(again=False)
                else:
                    self._begin(self.places if left is None else left)
                heard(self._working(), self._until_next(left is None))
                for place in self.places:
                    if (report := self._heard(place, interval)) is not None:
                        if left is not None and place.worker is None:
                            left.remove(place)
                        yield report
        finally:
            ended(self._working())

    def _working(self) -> list[Worker]:
        return [p.worker for p in self.places if p.worker is not None]

    def _begin(self, places: Sequence[_Place]) -> None:
        """As many visits as there is room for, first to those that wait for longest."""
        now, halted = time.monotonic(), self._halted()
        room = self._room() - sum(w.took < self.patience for w in self._working())
        due = sorted((p for p in places if p.worker is None and p.due <= now), key=lambda p: p.due)
        for place in due[: max(0, room)]:
            place.begin(self.interrupted, halted)

    def _room(self) -> int:
        """How many may be at it at once: no more than may yet fail."""
        if self.most_failures is None:
            return _AT_ONCE
        return min(_AT_ONCE, max(1, self.most_failures - max(self._failures().values(), default=0)))

    def _failures(self) -> dict[str, int]:
        """On how many environments each head failed, at rows or at a statement."""
        heads = [p.failure.head for p in self.places if p.failure.head]
        return {head: heads.count(head) for head in heads}

    def _halted(self) -> frozenset[str]:
        if self.most_failures is None:
            return frozenset()
        return frozenset(head for head, n in self._failures().items() if n >= self.most_failures)

    def _until_next(self, again: bool) -> float:
        now = time.monotonic()
        return min([_LOOK, *(p.due - now for p in self.places if again and p.worker is None and p.due > now)])

    def _heard(self, place: _Place, interval: float) -> Report | None:
        """What there is to report of an environment now."""
        worker = place.worker
        if worker is None:
            return None
        if worker.listened():
            return self._told(place, place.end(_outcome(worker, place), interval))
        if worker.took < self.patience or place.told_long:
            return None
        place.told_long = True
        if worker.at_work:
            problem = f"applying for more than {self.patience:g} seconds"
            return place.report(Visited(standing=place.standing), problem)
        worker.kill()
        return place.end(self._silent(place), interval)

    def _told(self, place: _Place, report: Report) -> Report:
        """With why it is not begun, where others failed at the same."""
        head = report.standing.head
        waits = any(c.reason == "Approved" for c in report.standing.conditions)
        if report.problem or not waits or head not in self._halted():
            return report
        others = [p.environment.name for p in self.places if p.failure.head == head]
        problem = f"not begun: {head} failed in {len(others)} environments ({', '.join(others)})"
        return msgspec.structs.replace(report, problem=problem)

    def _silent(self, place: _Place) -> Visited:
        message = f"no answer within {self.patience:g} seconds"
        said = Condition(type="Unreachable", reason="NoAnswer", message=message, next="see what its server waits for")
        return Visited(standing=nowhere(place.environment.name, said), trouble="passing")


def _outcome(worker: Worker, place: _Place) -> Visited:
    if worker.answer is not None:
        return read(worker.answer)
    problem = "the process that was at it ended without an answer\n  next: report this, with what the system's log says"
    return Visited(standing=place.standing, problem=problem, trouble="passing")
