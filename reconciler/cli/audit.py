"""`reconcile audit --env E`: everything that was done, refused and said, and whether the ledger is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import ERROR, OK
from . import command_options
from .console import Console
from .options import environment_option, plain_text, workspace

if TYPE_CHECKING:
    from ..config.project import Environment
    from ..control.auditing import Audit
    from ..control.workspace import Workspace


@click.command()
@environment_option()
@click.option("--verify", is_flag=True, help="Recompute the chain of hashes. Exit status 1: a row is not as it was.")
@click.option("--anchor", default="", metavar="N:HASH", help="Verify that what an earlier audit gave still holds.")
@click.option("--acknowledge", metavar="REASON", callback=plain_text, help="Say that a break-glass was looked at.")
@command_options
def command(console: Console, environment: str, verify: bool, anchor: str, acknowledge: str | None) -> int:
    """Show the ledger of an environment: what, when, by whom, approved by whom, from which commit; refusals too.

    Each entry holds the hash of the one before it. Keep the last line, the anchor, somewhere else: who can write to the
    database can make a whole new chain, but not one that holds an anchor of the old one.
    """
    from ..control.auditing import audited

    ws = workspace(console, environment=environment)
    chosen = ws.environment(environment)
    if acknowledge is not None:
        return _acknowledged(console, ws, chosen, acknowledge)
    audit = audited(ws, chosen, anchor)
    return _verified(console, audit) if verify or anchor else _listed(console, audit)


def _acknowledged(console: Console, ws: Workspace, environment: Environment, reason: str) -> int:
    from ..control.suspending import acknowledge

    found = acknowledge(ws, environment, reason)
    text = f"acknowledged: {', '.join(f'#{e.seq}' for e in found)}" if found else "there is nothing to acknowledge"
    console.result({"environment": environment.name, "acknowledged": [e.seq for e in found]}, text)
    return OK


def _verified(console: Console, audit: Audit) -> int:
    entries, faults = len(audit.entries), audit.faults
    told = f"each as it was written; anchor {audit.anchor or 'none'}" if not faults else f"{len(faults)} not as written"
    lines = [*(console.style(f, "error") for f in faults), f"{audit.environment}: {entries} entries, {told}"]
    data = {"environment": audit.environment, "entries": entries, "faults": faults, "anchor": audit.anchor}
    console.result(data, "\n".join(lines))
    return ERROR if faults else OK


def _listed(console: Console, audit: Audit) -> int:
    rows = [
        (e.seq, e.at[:19], e.action, e.revision or "-", e.actor, e.approvers or "-", e.commit_id[:12] or "-",
         e.sql_digest[:12] or "-", f"{e.duration_ms} ms", " ".join(e.message.split())[:80])
        for e in audit.entries
    ]  # fmt: skip
    head = ("#", "at (UTC)", "action", "revision", "by", "approved by", "commit", "SQL", "took", "message")
    data = {"entries": audit.entries, "anchor": audit.anchor}
    text = "nothing was done yet" if not rows else f"{console.table(head, rows)}\nanchor {audit.anchor}"
    console.result(data, text)
    return OK
