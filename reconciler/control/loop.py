"""`run`: the reconcile loop. It watches the git ref and the environments, applies what policy lets it apply, reports.

One attempt for each content: a revision that failed is not tried again until git or the database changes. What will
pass by itself (a held lock, a database that cannot be reached) is tried again in the next round.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import msgspec

from ..config.project import Environment
from ..errors import BusyError, DatabaseError, InterruptedRunError, NotYetError, ReconcileError
from .applying import allowed, carried_out
from .conditions import Standing
from .gitstate import allowed_state
from .standing import standing
from .workspace import Workspace

_JITTER = 0.1


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a round did with one environment: how it stands afterwards, what was applied, what went wrong."""

    environment: str
    standing: Standing
    applied: tuple[str, ...] = ()
    problem: str = ""


class Loop:
    """Rounds over the environments of a project."""

    def __init__(self, ws: Workspace, names: tuple[str, ...], interrupted: Callable[[], bool]) -> None:
        asked = [e for e in ws.every_environment if not names or e.name in names]
        self.environments = [(ws.around(e.name), e) for e in asked]
        self.interrupted = interrupted
        self.failed: dict[str, tuple[str, ...]] = {}

    def round(self) -> Iterator[Report]:
        """One look at every environment, and one attempt at what may be applied."""
        for ws, environment in self.environments:
            if self.interrupted():
                raise InterruptedRunError("stopped between environments")
            yield self._reconciled(ws, environment)

    def rounds(self, interval: float) -> Iterator[list[Report]]:
        """Rounds until interrupted; `interval` in seconds, jittered so that many loops do not strike at once."""
        while not self.interrupted():
            yield list(self.round())
            self._pause(interval * random.uniform(1 - _JITTER, 1 + _JITTER))

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.interrupted() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def _reconciled(self, ws: Workspace, environment: Environment) -> Report:
        name = environment.name
        try:
            before = standing(ws, environment, allowed_state(ws, environment))
        except ReconcileError as e:
            empty = Standing(environment=name, revision=(), head=None, conditions=())
            return Report(environment=name, standing=empty, problem=str(e))
        kinds = {c.type for c in before.conditions}
        content = (*before.revision, "→", before.head or "")
        waits = any(c.reason == "AwaitingApproval" for c in before.conditions) or "Suspended" in kinds
        held = waits or kinds & {"Ahead", "Drifted"} or self.failed.get(name) == content
        if not kinds & {"Pending", "Interrupted"} or held:
            return Report(environment=name, standing=before)
        return self._applied(ws, environment, content)

    def _applied(self, ws: Workspace, environment: Environment, content: tuple[str, ...]) -> Report:
        problem = ""
        applied: tuple[str, ...] = ()
        try:
            what = allowed(ws, environment.name, fetch=False)
            applied = carried_out(ws, what, interrupted=self.interrupted).applied
            self.failed.pop(environment.name, None)
        except (BusyError, InterruptedRunError, NotYetError) as e:
            problem = str(e)
        except ReconcileError as e:
            problem = str(e)
            if not (isinstance(e, DatabaseError) and e.code.startswith("08")):
                self.failed[environment.name] = content
        after = standing(ws, environment, allowed_state(ws, environment, fetch=False))
        return Report(environment=environment.name, standing=after, applied=applied, problem=problem)
