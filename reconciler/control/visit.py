"""A visit of the loop to one environment: look, apply what policy lets it apply, say how it stands.

Runs in a process of its own. Whatever goes wrong there is part of the answer.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable

import msgspec

from ..config.project import Environment
from ..config.secrets import scrubbed
from ..dialects.disturbance import is_lost
from ..errors import BusyError, DatabaseError, InterruptedRunError, NotYetError, ReconcileError, RefusedError
from .applying import allowed, carried_out
from .backoff import Trouble
from .conditions import Condition, Standing
from .gitstate import allowed_state
from .standing import standing
from .workspace import Workspace

Content = tuple[str, ...]
"""What an attempt is about: the revisions that an environment is at, and the one that git is at."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """An environment, and what is not attempted there now: what failed there, and heads that failed in too many."""

    ws: Workspace
    environment: Environment
    failed: Content = ()
    halted: frozenset[str] = frozenset()


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `held`: there was something to attempt that is not attempted now."""

    standing: Standing
    applied: tuple[str, ...] = ()
    problem: str = ""
    trouble: Trouble = ""
    content: Content = ()
    held: bool = False


def nowhere(environment: str, *conditions: Condition) -> Standing:
    """How an environment stands of which nothing could be read."""
    return Standing(environment=environment, revision=(), head=None, conditions=conditions)


def answered(task: Task, interrupted: Callable[[], bool], at_work: Callable[[], None]) -> bytes:
    """The visit as bytes, with no secret in them; `at_work` is told before the first thing is changed."""
    try:
        found = _made(task, interrupted, at_work)
    except ReconcileError as error:
        found = Visited(standing=nowhere(task.environment.name), problem=str(error), trouble="passing")
    except KeyboardInterrupt:
        found = Visited(standing=nowhere(task.environment.name), problem="stopped as asked")
    # The answer is all that leaves this process: a fault of ours is told in it, or the loop never learns of it.
    except Exception as error:  # noqa: BLE001  told with its type and place, and the visit has failed
        place = traceback.extract_tb(error.__traceback__)[-1]
        problem = f"{type(error).__name__}: {error}\n  where: {place.filename}:{place.lineno}\n  next: report this"
        found = Visited(standing=nowhere(task.environment.name), problem=problem, trouble="passing")
    return msgspec.json.encode(_without_secrets(found))


def read(answer: bytes) -> Visited:
    return msgspec.json.decode(answer, type=Visited)


def _made(task: Task, interrupted: Callable[[], bool], at_work: Callable[[], None]) -> Visited:
    ws, environment = task.ws, task.environment
    before = standing(ws, environment, allowed_state(ws, environment))
    kinds = {c.type for c in before.conditions}
    content = (*before.revision, "→", before.head or "")
    if "Unreachable" in kinds:
        return Visited(standing=before, trouble="passing")
    waits = any(c.reason == "AwaitingApproval" for c in before.conditions) or "Suspended" in kinds
    if not kinds & {"Pending", "Interrupted"} or waits or kinds & {"Ahead", "Drifted"}:
        return Visited(standing=before, content=content)
    if content == task.failed or before.head in task.halted:
        return Visited(standing=before, content=content, held=True)
    at_work()
    return _applied(ws, environment, content, interrupted)


def _applied(ws: Workspace, environment: Environment, content: Content, interrupted: Callable[[], bool]) -> Visited:
    problem, applied = "", tuple[str, ...]()
    trouble: Trouble = ""
    try:
        what = allowed(ws, environment.name, fetch=False)
        applied = carried_out(ws, what, interrupted=interrupted).applied
    except (ReconcileError, KeyboardInterrupt) as error:
        problem, trouble = str(error) or "stopped as asked", _trouble(error)
    after = standing(ws, environment, allowed_state(ws, environment, fetch=False))
    return Visited(standing=after, applied=applied, problem=problem, trouble=trouble, content=content)


def _trouble(error: BaseException) -> Trouble:
    if isinstance(error, InterruptedRunError | NotYetError | KeyboardInterrupt):
        return ""
    if isinstance(error, BusyError) or (isinstance(error, DatabaseError) and is_lost(error)):
        return "passing"
    return "refused" if isinstance(error, RefusedError) else "failed"


def _without_secrets(found: Visited) -> Visited:
    """Whoever reads it knows of no secret that was read here."""
    conditions = (
        msgspec.structs.replace(
            c, message=scrubbed(c.message), next=scrubbed(c.next), objects=tuple(map(scrubbed, c.objects))
        )
        for c in found.standing.conditions
    )
    stands = msgspec.structs.replace(found.standing, conditions=tuple(conditions))
    return msgspec.structs.replace(found, standing=stands, problem=scrubbed(found.problem))
