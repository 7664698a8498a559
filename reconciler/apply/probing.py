"""The questions about rows that a plan raises, asked of one database: read-only, and bounded in time.

Whoever cannot be answered in time, or must not be read, or is not there yet, is not counted; that stops nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ..dialects.base import Dialect, Probing
from ..dialects.session import Session
from ..errors import BusyError, DatabaseError
from ..model.address import Address
from ..model.probes import Probe, Probed
from ..model.profile import Profile
from ..plan.names import Renames
from ..plan.plan import Plan
from .tables import is_missing

_NOT_THERE: Final = "not there yet"


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long one question may take, all of them together, and how many samples of each are shown."""

    each_ms: int = 5_000
    seconds: float = 30.0
    lock_ms: int = 500
    samples: int = 0


def probes_of(plan: Plan, dialect: Dialect, profile: Profile) -> list[Probe]:
    """What to ask a database that is as the plan's old catalog says; [] where no row can stand in the way."""
    return list(dialect.probes(plan.steps, probing(plan, profile)))


def probing(plan: Plan, profile: Profile) -> Probing:
    """What is looked at to ask, with the addresses that things have before the plan renames them."""
    names = Renames(plan.names, plan.old, profile.spelled)
    was = {new: a for a in plan.old if (new := names.address(a)) != a} if plan.names else {}
    return Probing(profile=profile, old=plan.renamed, new=plan.new, was=was)


def probed(session: Session, probes: Iterable[Probe], patience: Patience | None = None) -> list[Probed]:
    """The answers, in order. The session's limits are others afterwards."""
    patience = patience or Patience()
    end = time.monotonic() + patience.seconds
    return [_answer(session, p, patience, end) for p in probes]


def in_the_way(answers: Iterable[Probed]) -> list[Probed]:
    """Those for which the change would fail."""
    return [a for a in answers if a.fails]


def _answer(session: Session, probe: Probe, patience: Patience, end: float) -> Probed:
    said = Probed(address=str(probe.address), table=_shown(probe.table), what=probe.what, keys=probe.keys)
    left = int((end - time.monotonic()) * 1000)
    if left <= 0:
        return msgspec.structs.replace(said, why="there was no time left")
    try:
        session.limits(lock_ms=patience.lock_ms, statement_ms=min(left, patience.each_ms))
        with session.transaction(read_only=True):
            rows = int(session.rows(probe.count)[0][0])
            if probe.only_tries:
                return msgspec.structs.replace(said, rows=0, fails=False)
            samples = _samples(session, probe, patience.samples) if rows else ()
    except (DatabaseError, BusyError) as error:
        if probe.only_tries and _is_of_a_value(error):
            return msgspec.structs.replace(said, fails=True, why=f"at least one: {error.what}")
        if isinstance(error, DatabaseError) and is_missing(error):
            return msgspec.structs.replace(said, why=_NOT_THERE)
        return msgspec.structs.replace(said, why=error.why or error.what)
    return msgspec.structs.replace(said, rows=rows, fails=rows > 0, samples=samples)


def _samples(session: Session, probe: Probe, most: int) -> tuple[tuple[str, ...], ...]:
    if not most or not probe.sample:
        return ()
    found = session.rows(f"{probe.sample} LIMIT {int(most)}")
    return tuple(tuple("NULL" if v is None else str(v) for v in row) for row in found)


def _is_of_a_value(error: DatabaseError | BusyError) -> bool:
    """Whether a value was refused (SQLSTATE class 22 and 23), and not the question."""
    return isinstance(error, DatabaseError) and error.code[:2] in ("22", "23")


def _shown(table: Address) -> str:
    return table.dotted


def told(answers: Sequence[Probed]) -> str:
    """The answers, one a line."""
    return "\n    ".join(str(a) for a in answers)
