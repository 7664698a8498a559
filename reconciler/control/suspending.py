"""Suspending an environment and resuming it: entries of its own ledger, with who, why and until when."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from ..apply import ledger
from ..apply.ledger import Action, Entry
from ..apply.lock import Turn
from ..config.project import Environment
from ..errors import RefusedError
from ..model.codec import encoded
from .actor import actor
from .workspace import Workspace

_PATIENCE = 10.0


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is applied until it is taken back, or its time is over."""

    who: str
    since: str
    reason: str
    until: datetime.datetime | None = None

    def __str__(self) -> str:
        end = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{self.who or 'somebody'} suspended it at {self.since[:16]}{end}: {self.reason}"


def suspension(entries: Sequence[Entry], now: datetime.datetime) -> Suspension | None:
    """What holds an environment back at that moment, by its ledger."""
    last = next((e for e in reversed(entries) if e.action in ("suspend", "resume")), None)
    if last is None or last.action == "resume":
        return None
    written = last.details.get("until")
    until = datetime.datetime.fromisoformat(written) if written else None
    if until is not None and until <= now:
        return None
    return Suspension(who=last.actor, since=last.at, reason=last.message, until=until)


def unacknowledged(entries: Sequence[Entry]) -> list[Entry]:
    """What was done by breaking the glass, and nobody said since that they have looked at it."""
    seen = max((e.seq for e in entries if e.action == "acknowledged"), default=0)
    return [e for e in entries if e.action == "break-glass" and e.seq > seen]


def acknowledge(ws: Workspace, environment: Environment, reason: str) -> list[Entry]:
    """Says that somebody has looked at what was done in an emergency; which acts those are."""
    with ws.session(environment, read_only=True) as session:
        found = unacknowledged(ledger.entries(session, ws.dialect))
    if found:
        written(ws, environment, word(ws, environment, "acknowledged", reason))
    return found


def suspend(ws: Workspace, environment: Environment, reason: str, until: datetime.datetime | None) -> None:
    """Holds an environment back from now on."""
    if until is not None and until <= datetime.datetime.now(datetime.UTC):
        what = f"{until:%Y-%m-%d %H:%M} UTC is over already"
        raise RefusedError(what, next="name a later time, or leave --until away")
    detail = encoded({"until": until.isoformat()}).decode() if until else ""
    written(ws, environment, word(ws, environment, "suspend", reason, detail))


def resume(ws: Workspace, environment: Environment, reason: str) -> Suspension | None:
    """Takes a suspension back; which one, None where there was none."""
    with ws.session(environment, read_only=True) as session:
        held = suspension(ledger.entries(session, ws.dialect), datetime.datetime.now(datetime.UTC))
    if held is not None:
        written(ws, environment, word(ws, environment, "resume", reason))
    return held


def keep_refusal(ws: Workspace, environment: Environment, error: RefusedError) -> None:
    """A refusal that no apply came to, in the ledger of an environment that has one; once for the same reason."""
    message = "\n".join(text for text in (error.what, error.why) if text)
    entry = word(ws, environment, "refused", message)
    with ws.session(environment, read_only=True) as session:
        last = ledger.last(session, ws.dialect)
    if last is not None and (last.action, last.message, last.actor) != ("refused", message, entry.actor):
        written(ws, environment, entry)


def word(ws: Workspace, environment: Environment, action: Action, message: str, detail: str = "") -> Entry:
    """An entry that is somebody's word about an environment, and about no revision."""
    return Entry(
        environment=environment.name, revision="", action=action, actor=actor(ws), message=message, detail=detail
    )


def written(ws: Workspace, environment: Environment, entry: Entry) -> None:
    """Writes an entry that somebody's word is, and nothing of the schema; waits a while for an apply that runs."""
    with ws.session(environment) as session:
        turn = Turn(session, lambda: False)
        with turn.taken(_PATIENCE), turn.unit():
            ledger.ensure(session, ws.dialect)
            ledger.write(session, ws.dialect, entry)
