"""`audit`: the ledger of an environment, its chain of hashes, and where it is broken."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..apply import ledger
from ..apply.ledger import Entry
from ..config.project import Environment
from ..dialects.session import Session
from ..errors import ReconcileError
from ..model.codec import fingerprint
from .workspace import Workspace


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The entries, oldest first, and everything that is not as it was written; `anchor` names the last entry."""

    environment: str
    entries: tuple[Entry, ...]
    faults: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return anchor_of(self.entries[-1]) if self.entries else ""


def anchor_of(entry: Entry) -> str:
    return f"{entry.seq}:{entry.hash}"


def audited(ws: Workspace, environment: Environment, anchor: str = "") -> Audit:
    """The ledger looked through. anchor: what an earlier audit gave; that entry must still be there."""
    with ws.session(environment, read_only=True) as session:
        entries = ledger.entries(session, ws.dialect)
        faults = [*_chain(entries), *_anchored(entries, anchor), *_record(ws, session)]
    return Audit(environment=environment.name, entries=tuple(entries), faults=tuple(faults))


def _chain(entries: Sequence[Entry]) -> list[str]:
    """Rows that were changed, taken out, or put in between: each where it shows first."""
    faults: list[str] = []
    previous, number = "", 0
    for e in entries:
        if e.seq != number + 1:
            faults.append(f"#{e.seq}: {'an entry' if e.seq == number + 2 else 'entries'} before it taken away")
        elif e.previous != previous:
            faults.append(f"#{e.seq}: it does not follow the entry before it, of which one was changed")
        if e.hash != e.computed:
            faults.append(f"#{e.seq}: it was changed since it was written ({e.action} of {e.revision or 'nothing'})")
        previous, number = e.hash, e.seq
    return faults


def _anchored(entries: Sequence[Entry], anchor: str) -> list[str]:
    if not anchor:
        return []
    number, _, wanted = anchor.partition(":")
    if not number.isdigit() or not wanted:
        raise ReconcileError(f"{anchor!r} is no anchor", next="write NUMBER:HASH, as reconcile audit prints it")
    found = next((e for e in entries if e.seq == int(number)), None)
    if found is None:
        return [f"#{number}: gone, with all that followed it"]
    return [] if found.hash == wanted else [f"#{number}: another entry than the one of the anchor"]


def _record(ws: Workspace, session: Session) -> list[str]:
    """The recorded schema, against the fingerprint beside it."""
    try:
        found = ledger.recorded(session, ws.dialect)
        same = found is None or fingerprint(found.catalog) == found.fingerprint
    except (ReconcileError, msgspec.DecodeError) as error:
        return [f"recorded schema: it cannot be read ({error})"]
    return [] if same else ["recorded schema: it was changed since it was written"]
