"""Drift: what a hand changed in an environment, adopted into the manifests or taken back by a plan."""

from __future__ import annotations

import datetime

import msgspec

from ..apply import mark
from ..apply.versions import current
from ..config.project import Environment
from ..errors import ReconcileError, RefusedError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Change, Create, Drop, address_of, subject
from ..model.objects import Object
from ..model.tombstones import is_tombstone, without_tombstones
from .actor import actor
from .applying import target_of
from .compare import Comparison, compare
from .conditions import difference, unexcused
from .gitstate import working_state
from .importing import Files, rewrite_objects, top_of
from .pushing import carried_out
from .recorded import recorded_catalog
from .sides import Side
from .workspace import Workspace


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Live beside recorded: the changes that count, objects that are in no other state, and both catalogs."""

    environment: Environment
    changes: tuple[Change, ...]
    unmanaged: tuple[Object, ...]
    recorded: Catalog
    live: Catalog

    @property
    def empty(self) -> bool:
        return not self.changes and not self.unmanaged

    @property
    def managed_live(self) -> Catalog:
        """Live without what is in no other state: what a revert compares."""
        gone = {o.address for o in self.unmanaged}
        return self.live.where(lambda o: top_of(o, self.live) not in gone)


def found_drift(ws: Workspace, name: str) -> Drift:
    """What a hand changed. Raises ReconcileError where nothing is recorded to compare with."""
    environment = ws.environment(name)
    working = working_state(ws)
    with ws.session(environment, read_only=True) as session:
        at = current(session, ws.dialect, ws.required.version_table)
        recorded = recorded_catalog(ws, working, session, at)
        live = ws.dialect.inspect(session, ws.scope)
        profile = ws.dialect.profile(session.version)
    if recorded is None:
        if at:
            raise ReconcileError(
                f"nothing is known of {name} at {', '.join(at)}",
                why="neither its ledger nor a lockfile in git holds the schema of that revision",
                next="fetch the branch that has it, or reconcile verify --update",
            )
        recorded = Catalog(dialect=ws.dialect.name)
    known = [working.lock.catalog] if working.lock is not None else []
    hand = difference(recorded, live, profile, known)
    kept = unexcused(hand.drift, ws.required.ignore_drift, datetime.date.today())
    return Drift(environment=environment, changes=tuple(kept), unmanaged=hand.unmanaged, recorded=recorded, live=live)


def adopt(ws: Workspace, drift: Drift, *, unmanaged: bool) -> Files:
    """Writes what was changed by hand into the manifests, and records it, so that it is drift no more.

    `reconcile plan` then finds it between head and desired, and makes the revision that the other environments need.
    """
    folder = ws.required.manifests
    if folder is None:
        raise RefusedError(
            "drift cannot be written into models",
            why=f"desired is {ws.required.desired}",
            next="change the models by hand as `reconcile drift` shows it, or take it back with --revert",
        )
    several = ws.required.several
    if several and (unsaid := [c for c in drift.changes if not _is_addition(c)]):
        raise RefusedError(
            f"what was changed or taken away on {ws.required.dialect} is not written for every dialect of the project",
            where=", ".join(sorted({str(address_of(c)) for c in unsaid})),
            why="the manifests are those of other dialects too, and say it in their words",
            next=f"write it by hand under dialects: {{{ws.required.dialect}: ...}}, or for all of them; or --revert",
        )
    if buried := sorted({str(address_of(c)) for c in drift.changes if _is_buried(address_of(c))}):
        raise RefusedError(
            "what was done to a tombstone by hand is not written into the manifests",
            where=", ".join(buried),
            why="no manifest says tombstones; what was in one that is gone is lost",
            next=f"reconcile drift --env {drift.environment.name} --revert makes it anew, without rows",
        )
    touched = _touched(drift, unmanaged)
    live, recorded = without_tombstones(drift.live), without_tombstones(drift.recorded)
    return rewrite_objects(live, touched, ws.dialect, folder, was=recorded, portable=several)


def _is_buried(address: Address) -> bool:
    return is_tombstone(address.name) or is_tombstone(address.parent)


def _is_addition(change: Change) -> bool:
    """Whether a change adds something with a name of its own, which a manifest can take without saying more."""
    return isinstance(change, Create) and bool(getattr(change.new, "named", True))


def _touched(drift: Drift, unmanaged: bool) -> set[Address]:
    tops = {top_of(subject(c), drift.recorded if isinstance(c, Drop) else drift.live) for c in drift.changes}
    return tops | ({o.address for o in drift.unmanaged} if unmanaged else set())


def record_live(ws: Workspace, drift: Drift) -> None:
    """The environment's ledger takes live for what it left, without what every database has and nobody spoke of."""
    with ws.session(drift.environment) as session:
        implicit = ws.dialect.profile(session.version).implicit
        spoken = drift.managed_live.where(lambda o: not implicit(o.address) or o.address in drift.recorded)
        mark.record(
            session, ws.dialect, target_of(ws, drift.environment), actor=actor(ws), message="drift adopted",
            known=(drift.recorded, spoken), wait_seconds=10.0,
        )  # fmt: skip


def revert_plan(ws: Workspace, drift: Drift) -> Comparison:
    """The plan from live back to what is recorded; what is in no other state stays."""
    before = Side(label="live", catalog=drift.managed_live)
    return compare(before, Side(label="recorded", catalog=drift.recorded), ws.dialect)


def revert(ws: Workspace, drift: Drift, plan: Comparison) -> int:
    """Carries a revert out; gives the number of statements. Refused where the policy wants a review."""
    if drift.environment.policy != "none":
        raise RefusedError(
            f"{drift.environment.name} is not changed without a review: its policy is {drift.environment.policy!r}",
            next="run the SQL of the plan through your review, or adopt the drift into git",
        )
    return carried_out(plan, drift.environment.url(), ws, wait=10.0, progress=lambda e: None).statements
