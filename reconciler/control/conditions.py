"""How an environment stands, as a list of conditions: computed from what was read, without reading anything.

Sync (is it what git says?) and health (is it whole?) are separate questions; neither is one word.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from ..config.project import IgnoredDrift
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Drop, address_of
from ..model.objects import Object
from ..model.profile import Profile
from ..model.tombstones import Tombstone
from ..plan.diff import changes as raw_changes
from ..sources.revisions import Revision

Kind = Literal[
    "Synced",
    "Unplanned",
    "Pending",
    "Ahead",
    "Drifted",
    "Unmanaged",
    "Unmodelled",
    "Interrupted",
    "Degraded",
    "Unreachable",
    "Suspended",
    "BreakGlass",
    "Tombstones",
    "Tampered",
]
INFORMATIONAL: Final = frozenset({"Synced", "Unmanaged", "Unmodelled", "Suspended", "Tombstones"})
_NAMED: Final = 5
"""How many revisions a sentence names; a history that was adopted may have hundreds."""
_UNHEALTHY: Final = frozenset({"Interrupted", "Degraded", "Unreachable"})


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is so: its kind, a reason in one word, a sentence, the objects it is about, what to type next."""

    type: Kind
    reason: str = ""
    message: str = ""
    objects: tuple[str, ...] = ()
    next: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An environment, the revision it is at and the one git is at, and its conditions."""

    environment: str
    revision: tuple[str, ...]
    head: str | None
    conditions: tuple[Condition, ...]

    @property
    def synced(self) -> bool:
        return all(c.type in INFORMATIONAL for c in self.conditions)

    @property
    def healthy(self) -> bool:
        return not any(c.type in _UNHEALTHY for c in self.conditions)


def tampered(edited: Sequence[Revision]) -> list[Condition]:
    """That revisions which an environment has are no more what they were when the lockfile was measured."""
    if not edited:
        return []
    return [
        Condition(
            type="Tampered",
            reason="EditedAfterApply",
            message=f"edited since: {_listed(edited)}; what ran here was another text",
            objects=tuple(r.path for r in edited),
            next="take the edit back (git log -p FILE); or, where it is meant, reconcile verify --update",
        )
    ]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a hand changed: `drift` on objects that are ours, `unmanaged` objects that are in no other state."""

    drift: tuple[Change, ...] = ()
    unmanaged: tuple[Object, ...] = ()


def difference(recorded: Catalog, live: Catalog, profile: Profile, known: Iterable[Catalog] = ()) -> Difference:
    """Live against recorded; a top-level object that neither recorded nor the `known` states have is unmanaged. What
    every database has by itself was made by no hand, though nothing recorded says it."""
    drift: list[Change] = []
    unmanaged: list[Object] = []
    states = tuple(known)
    for change in raw_changes(recorded, live, profile):
        o = change.old if isinstance(change, Drop) else _new(change)
        top = _top(o, live, recorded)
        if isinstance(change, Create) and top == o.address and profile.implicit(top):
            continue
        if isinstance(change, Create) and top not in recorded and not any(top in s for s in states):
            if top == o.address:
                unmanaged.append(o)
        else:
            drift.append(change)
    return Difference(drift=tuple(drift), unmanaged=tuple(unmanaged))


def _new(change: Change) -> Object:
    return change.new if isinstance(change, Create | Alter) else change.old


def _top(o: Object, *catalogs: Catalog) -> Address:
    """The top-level object that an object is a part of."""
    while (parent := o.parent) is not None:
        found = next((c[parent] for c in catalogs if parent in c), None)
        if found is None:
            return parent
        o = found
    return o.address


def shown(change: Change) -> str:
    """A hand's change in a few words: `+ index:app.users.by_name`, `~ column:app.users.email (type: text → citext)`."""
    if isinstance(change, Create):
        return f"+ {address_of(change)}"
    if isinstance(change, Alter):
        fields = "; ".join(
            f"{f}: {_short(getattr(change.old, f))} → {_short(getattr(change.new, f))}" for f in sorted(change.fields)
        )
        return f"~ {address_of(change)} ({fields})"
    return f"- {address_of(change)}"


def _short(value: object) -> str:
    text = "none" if value is None else value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def unexcused(drift: Sequence[Change], rules: Sequence[IgnoredDrift], today: datetime.date) -> list[Change]:
    """The drift that no rule of the project accepts today. A replaced object counts once."""
    live = [r for r in rules if r.until >= today]
    kept: dict[tuple[str, str], Change] = {}
    for c in drift:
        address = str(address_of(c))
        if not any(fnmatchcase(address, r.address) for r in live):
            kept[type(c).__name__, address] = c
    return list(kept.values())


def _listed(revisions: Sequence[Revision]) -> str:
    words = ", ".join(f"{r.id} {r.message}".strip() for r in revisions[:_NAMED])
    return words + (f", and {len(revisions) - _NAMED} more" if len(revisions) > _NAMED else "")


def pending_condition(pending: Sequence[Revision], approved: frozenset[str], environment: str, why: str) -> Condition:
    """Pending, with the reason Approved where the policy lets all of it be applied."""
    waiting = [r for r in pending if r.id not in approved]
    words = _listed(pending)
    if not waiting:
        return Condition(
            type="Pending",
            reason="Approved",
            message=f"{len(pending)} to apply: {words}",
            objects=tuple(r.id for r in pending),
            next=f"reconcile apply --env {environment}",
        )
    return Condition(
        type="Pending",
        reason="AwaitingApproval",
        message=f"{len(waiting)} of {len(pending)} not approved: {words}",
        objects=tuple(r.id for r in pending),
        next=why,
    )


def drift_condition(drift: Sequence[Change], environment: str) -> Condition:
    return Condition(
        type="Drifted",
        reason="ChangedByHand",
        message=f"{len(drift)} change{'s' * (len(drift) != 1)} made outside of git",
        objects=tuple(shown(c) for c in drift),
        next=f"reconcile drift --env {environment}",
    )


def unmanaged_condition(objects: Sequence[Object], environment: str) -> Condition:
    return Condition(
        type="Unmanaged",
        reason="NotInGit",
        message=f"{len(objects)} object{'s' * (len(objects) != 1)} that git does not know; left alone",
        objects=tuple(str(o.address) for o in objects),
        next=f"reconcile drift --env {environment} --adopt --unmanaged, or name them under spec.unmanaged",
    )


def tombstones_condition(found: Sequence[Tombstone], today: datetime.date) -> Condition:
    """What was dropped and is still there; with the reason Due where some of it may be purged."""
    due = sum(t.until <= today for t in found)
    count = f"{len(found)} dropped and still there"
    objects = tuple(f"{t.address}, may be purged from {t.until} on" for t in found)
    if not due:
        message = f"{count}, the first until {min(t.until for t in found)}"
        return Condition(type="Tombstones", reason="Kept", message=message, objects=objects)
    next_step = "reconcile plan --purge --write"
    message = f"{count}, {due} may be purged"
    return Condition(type="Tombstones", reason="Due", message=message, objects=objects, next=next_step)


def unmodelled_condition(live: Catalog) -> Condition:
    kinds: dict[str, int] = {}
    for u in live.unmodelled:
        kinds[u.what] = kinds.get(u.what, 0) + 1
    return Condition(
        type="Unmodelled",
        reason="NotModelled",
        message=", ".join(f"{n} {k}" for k, n in sorted(kinds.items())) + ": seen, not managed",
        objects=tuple(str(u) for u in live.unmodelled),
    )
