"""Nothing is purged before its day: what an apply takes away of tombstones, by what it leads to and what it says."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from ..apply import ledger
from ..apply.proposal import Proposal
from ..config.project import Environment
from ..dialects.session import Session
from ..errors import NotYetError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.tombstones import is_tombstone, is_tombstone_of, purged_from, tombstones
from . import clock
from .gitstate import GitState, lock_of
from .losses import said_losses
from .recorded import recorded_catalog
from .workspace import Workspace

_NAME: Final = r"(?:\"(tombstone_\d{8}_(?:[^\"]|\"\")+)\"|`(tombstone_\d{8}_(?:[^`]|``)+)`|\b(tombstone_\d{8}_[\w$]+))"
_NAMED: Final = re.compile(_NAME, re.IGNORECASE)
_DROPPED: Final = re.compile(rf"\bdrop\s+(?:column\s+)?(?:if\s+exists\s+)?{_NAME}", re.IGNORECASE)
_WHOLE: Final = re.compile(r"\s*(?:drop\s+table|truncate|delete|update|merge|replace|with)\b", re.IGNORECASE)
"""Statements that take away, or write over, whatever they name."""


def require_kept(
    ws: Workspace, environment: Environment, state: GitState, session: Session, proposal: Proposal
) -> None:
    """Raises NotYetError where a tombstone would go before its day, or was not kept for long enough here."""
    gone = {*_by_outcome(ws, state, session, proposal), *_by_words(proposal)}
    entries = ledger.entries(session, ws.dialect) if gone else []
    applied = {e.revision: datetime.datetime.fromisoformat(e.at).date() for e in entries if e.action == "apply"}
    early = {name: day for name in gone if (day := _day(name, environment, proposal, applied)) > clock.today()}
    if early:
        raise NotYetError(
            f"what was dropped is not purged from {environment.name} before its day",
            where=", ".join(r.id for r in proposal.pending),
            why="; ".join(f"{name} may be purged from {day} on" for name, day in sorted(early.items())),
            next="wait; or, to have it back, declare it again under its old name",
        )


def _by_outcome(ws: Workspace, state: GitState, session: Session, proposal: Proposal) -> Iterator[str]:
    """The tombstones that are there before and not after, and did not get their old name back."""
    to_head = proposal.wanted == state.history.heads
    after = state.at_head if to_head else lock_of(ws, proposal.wanted, state)
    before = recorded_catalog(ws, state, session, proposal.at)
    if after is None or before is None:
        return
    profile = ws.dialect.profile(session.version)
    new = [o.address for o in after.catalog.only(before)]
    for t in tombstones(before):
        if t.address in after.catalog:
            continue
        same = (a for a in new if is_tombstone_of(t.address.name, a.name, partial(profile.same_name, a.kind)))
        if not any(a.kind == t.address.kind and _same_place(a, t.address, after.catalog) for a in same):
            yield t.address.name


def _same_place(back: Address, tombstone: Address, after: Catalog) -> bool:
    """Whether something that came is what a tombstone was; its table may have got another name meanwhile."""
    renamed = tombstone.parent and Address("table", tombstone.schema, tombstone.parent) not in after
    return back.schema == tombstone.schema and (back.parent == tombstone.parent or bool(renamed))


def _by_words(proposal: Proposal) -> Iterator[str]:
    for statement in said_losses(proposal.rendered or ()):
        named = _NAMED if _WHOLE.match(statement) else _DROPPED
        yield from (name for m in named.finditer(statement) if is_tombstone(name := next(filter(None, m.groups()))))


def _day(
    name: str, environment: Environment, proposal: Proposal, applied: dict[str, datetime.date]
) -> datetime.date:
    """The first day on which a tombstone may be purged here: the one that its name says, and not before it was kept
    here for as long as this environment asks."""
    said = purged_from(name)
    assert said is not None
    history = proposal.history
    maker = next((r.id for r in history.order if name.encode() in r.text), None)
    if maker is None:
        return said
    made = applied.get(maker)
    if made is None and any(r.id == maker for r in proposal.pending):
        made = clock.today()
    return said if made is None else max(said, made + datetime.timedelta(days=environment.keep_dropped))
