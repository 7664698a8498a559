"""Promotion: the environment before has the same revisions, has had them long enough, and is healthy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Final

from ..apply import ledger
from ..apply.ledger import Entry
from ..apply.render import Rendered
from ..apply.versions import current
from ..config.project import Environment
from ..config.rules import Rules
from ..errors import NotYetError, ReconcileError
from ..sources.revisions import History
from .conditions import INFORMATIONAL, Standing
from .workspace import Workspace

Stands = Callable[[Workspace, Environment], Standing]
"""How an environment stands, by asking it."""


def require_promoted(
    ws: Workspace,
    rules: Rules,
    history: History,
    items: Sequence[Rendered],
    now: datetime.datetime,
    stands: Stands,
) -> None:
    """Raises NotYetError where the environment before lacks one of these, has it too short a time, or is not well."""
    before = ws.environment(rules.promotes_from)
    where = f"environment {rules.name}"
    try:
        with ws.session(before, read_only=True) as session:
            at = current(session, ws.dialect, ws.required.version_table)
            entries = ledger.entries(session, ws.dialect)
    except ReconcileError as error:
        raise NotYetError(
            f"it is not known whether {before.name} has this first",
            where=where,
            why=f"{before.name} cannot be read: {error.what}",
            next=f"reconcile status --env {before.name}",
        ) from error
    have = history.ancestors(at)
    if history.unknown(at):  # it is further than what is applied here: its ledger says what it went through
        have = {i for e in entries if e.action in ledger.MOVES for i in e.revision.split(",")}
    lacking = [i.revision.id for i in items if i.revision.id not in have]
    if lacking:
        raise NotYetError(
            f"{before.name} does not have {', '.join(lacking)} yet",
            where=where,
            why=f"{rules.name} promotes from {before.name}: the same revisions run there first",
            next=f"reconcile apply --env {before.name}",
        )
    came = [_came(i, entries, rules, before.name) for i in items]
    _require_soaked(rules, before.name, came, now)
    _require_well(rules, stands(ws, before))


def _came(item: Rendered, entries: Sequence[Entry], rules: Rules, before: str) -> datetime.datetime:
    """When the environment before got a revision, with this very SQL."""
    found = [e for e in entries if e.action in ledger.MOVES and item.revision.id in e.revision.split(",")]
    same = [e for e in found if e.sql_digest in ("", item.digest)]
    if not same:
        other = "with other SQL than this" if found else "and no entry of its ledger says how"
        raise NotYetError(
            f"{before} has {item.revision.id}, {other}",
            where=f"environment {rules.name}",
            why=f"{rules.name} promotes from {before}: what ran there is what may run here",
            next=f"reconcile history --env {before}",
        )
    return datetime.datetime.fromisoformat(same[-1].at)


def _require_soaked(rules: Rules, before: str, came: Sequence[datetime.datetime], now: datetime.datetime) -> None:
    soak = datetime.timedelta(seconds=rules.soak)
    since = max(came, default=None)
    if since is not None and now < since + soak:
        raise NotYetError(
            f"{before} has it only since {since:%Y-%m-%d %H:%M:%S} UTC",
            where=f"environment {rules.name}",
            why=f"it must have been there for {soak}",
            next=f"wait until {since + soak:%Y-%m-%d %H:%M:%S} UTC",
        )


_FURTHER: Final = frozenset({"Pending", "Ahead", "BreakGlass"})
"""That it has other revisions to come, or has some that this history does not, is no illness."""


def _require_well(rules: Rules, stands: Standing) -> None:
    bad = [c for c in stands.conditions if c.type not in INFORMATIONAL | _FURTHER]
    if bad:
        raise NotYetError(
            f"{rules.promotes_from} is not well",
            where=f"environment {rules.name}",
            why="; ".join(f"{c.type}: {c.message}" for c in bad),
            next=f"reconcile status --env {rules.promotes_from}",
        )
