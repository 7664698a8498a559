"""How each environment stands: read its database, and ask git; then say it as conditions."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import msgspec

from ..apply import ledger
from ..apply.versions import current
from ..config.project import Environment
from ..dialects.session import Session
from ..errors import ReconcileError
from ..model.access import ROLES
from ..model.catalog import Catalog
from ..model.codec import encoded
from ..model.tombstones import tombstones
from ..sources import memo
from ..sources.snapshot import LockfileError
from . import clock
from .conditions import (
    Condition,
    Standing,
    difference,
    drift_condition,
    pending_condition,
    tampered,
    tombstones_condition,
    unexcused,
    unmanaged_condition,
    unmodelled_condition,
)
from .gitstate import GitState, approved_revisions
from .recorded import recorded_catalog
from .suspending import suspension, unacknowledged
from .workspace import Workspace

_AT_ONCE: Final = 8
"""Environments read at once: they are waited for more than worked on."""


_LOCKED_MS: Final = 10_000
"""How long a reading waits for whoever keeps it from a table or a catalog."""


class Readings:
    """How environments stand, read beside each other and beside what is done meanwhile.

        with Readings(ws, environments, working) as readings:
            ...
            standings = readings.against(working)
    """

    def __init__(self, ws: Workspace, environments: Sequence[Environment], working: GitState) -> None:
        self._ws, self._environments, self._working = ws, environments, working
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="reading")
        self._found = [self._pool.submit(standing, ws, e, working) for e in environments]

    def __enter__(self) -> Readings:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def against(self, working: GitState) -> list[Standing]:
        """In the order of the environments; read again where git's state is not the one that they were read against."""
        if working is not self._working:
            return [standing(self._ws, e, working) for e in self._environments]
        return [f.result() for f in self._found]


def standing(ws: Workspace, environment: Environment, working: GitState) -> Standing:
    """How an environment stands; one that cannot be reached has that as its condition."""
    try:
        with ws.session(environment, read_only=True) as session:
            session.limits(lock_ms=_LOCKED_MS, statement_ms=None)
            return _read(ws, environment, working, session)
    except LockfileError:
        raise  # no fault of the environment's
    except ReconcileError as e:
        unreachable = Condition(type="Unreachable", reason=type(e).__name__, message=e.what, next=e.next)
        return Standing(environment=environment.name, revision=(), head=_head(working), conditions=(unreachable,))


def _head(working: GitState) -> str | None:
    return working.history.heads[0] if working.history.heads else None


def _read(ws: Workspace, environment: Environment, working: GitState, session: Session) -> Standing:
    at = current(session, ws.dialect, ws.required.version_table)
    found: list[Condition] = []
    unknown = working.history.unknown(at)
    pending = working.history.pending(at)
    if (run := ledger.open_run(session, ws.dialect)) is not None:
        found.append(_interrupted(run.revision, environment.name))
    if unknown:
        found.append(_ahead(unknown))
    elif pending:
        approved = approved_revisions(ws, environment, working)
        waits = pending_condition(pending, approved, environment.name, _how_to_approve(environment))
        there = environment.signed and waits.reason == "Approved"
        found.append(_awaited(ws, environment, session, at) if there else waits)
    found += tampered(working.edited(working.history.ancestors(i for i in at if i in working.history.by_id)))
    found += _orders(ws, environment, session)
    found += _of_live(ws, environment, working, session, at)
    stands = Standing(environment=environment.name, revision=at, head=_head(working), conditions=tuple(found))
    if stands.synced:
        synced = Condition(type="Synced", reason="AsGitSays", message="the database is what git says")
        return Standing(environment=stands.environment, revision=at, head=stands.head, conditions=(synced, *found))
    return stands


def _awaited(ws: Workspace, environment: Environment, session: Session, at: tuple[str, ...]) -> Condition:
    from .awaiting import awaited  # what counts approvals is much, and few environments ask for any

    return awaited(ws, environment, session, at)


def _orders(ws: Workspace, environment: Environment, session: Session) -> list[Condition]:
    """What people said of the environment itself: suspended, or changed in an emergency that nobody looked at since."""
    entries = ledger.entries(session, ws.dialect)
    found = []
    if (held := suspension(entries, datetime.datetime.now(datetime.UTC))) is not None:
        next_step = f"reconcile resume --env {environment.name}"
        found.append(Condition(type="Suspended", reason="Suspended", message=str(held), next=next_step))
    if glass := unacknowledged(entries):
        told = tuple(f"#{e.seq} at {e.at[:16]}: {e.revision}: {e.message}" for e in glass)
        message = f"{len(glass)} applied by break-glass, and nobody has looked at it since"
        next_step = f'reconcile audit --env {environment.name} --acknowledge "..."'
        found.append(
            Condition(type="BreakGlass", reason="NotAcknowledged", message=message, objects=told, next=next_step)
        )
    return found


def _of_live(
    ws: Workspace, environment: Environment, working: GitState, session: Session, at: tuple[str, ...]
) -> list[Condition]:
    """The conditions that come from reading the database; remembered while it, git and the ledger stay as they are."""
    key = memo.key_of(
        session.target, ws.dialect.stamp(session), *at, encoded(ws.scope), encoded(working.lock_digest),
        ledger.recorded_fingerprint(session, ws.dialect), encoded(ws.required.ignore_drift),
        datetime.date.today().isoformat(), clock.today().isoformat(), environment.name,
    )  # fmt: skip
    tellable = ROLES not in ws.scope.topics  # no stamp of a database tells of the server's roles
    if tellable and (known := memo.recalled(key)) is not None:
        with suppress(msgspec.DecodeError, msgspec.ValidationError):
            return msgspec.json.decode(known, type=list[Condition])
    live = ws.dialect.inspect(session, ws.scope)
    found = [*_differences(ws, environment, working, session, at, live), *_degraded(live)]
    if buried := tombstones(live):
        found.append(tombstones_condition(buried, clock.today()))
    if live.unmodelled:
        found.append(unmodelled_condition(live))
    if tellable:
        memo.keep(key, encoded(found))
    return found


def _differences(
    ws: Workspace, environment: Environment, working: GitState, session: Session, at: tuple[str, ...], live: Catalog
) -> list[Condition]:
    profile = ws.dialect.profile(session.version)
    if working.at_head is not None and set(at) == set(working.history.heads):
        hand = difference(working.at_head.catalog, live, profile)
        if not hand.drift and not hand.unmanaged:
            return []  # what git says is what is there, whatever the ledger remembers
    recorded = recorded_catalog(ws, working, session, at)
    if recorded is None:
        if not at and len(live) == 0:
            return []
        recorded = Catalog()
    known = [working.lock.catalog] if working.lock is not None else []
    hand = difference(recorded, live, profile, known)
    found = []
    if drift := unexcused(hand.drift, ws.required.ignore_drift, datetime.date.today()):
        found.append(drift_condition(drift, environment.name))
    if hand.unmanaged:
        found.append(unmanaged_condition(hand.unmanaged, environment.name))
    return found


def _interrupted(revision: str, environment: str) -> Condition:
    return Condition(
        type="Interrupted",
        reason="NotFinished",
        message=f"revision {revision} was started and not finished",
        next=f"reconcile apply --env {environment}",
    )


def _ahead(unknown: list[str]) -> Condition:
    return Condition(
        type="Ahead",
        reason="UnknownRevision",
        message=f"the database is at {', '.join(unknown)}, which git does not have",
        objects=tuple(unknown),
        next="check out the branch that has it, or fetch",
    )


def _degraded(live: Catalog) -> list[Condition]:
    invalid = [str(a) for a, o in live.items() if getattr(o, "valid", True) is False]
    if not invalid:
        return []
    return [
        Condition(
            type="Degraded",
            reason="InvalidIndex",
            message=f"{len(invalid)} index{'es' * (len(invalid) != 1)} left invalid by a failed concurrent build",
            objects=tuple(invalid),
            next="drop each concurrently and build it again",
        )
    ]


def _how_to_approve(environment: Environment) -> str:
    return f"merge to {environment.branch}" if environment.merged else f"reconcile approve --env {environment.name}"
