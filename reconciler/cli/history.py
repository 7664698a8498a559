"""`reconcile history --env E`: what was applied, when and by whom."""

from __future__ import annotations

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, only_option, workspace, workspaces


@click.command()
@environment_option(required=False)
@only_option
@command_options
def command(console: Console, environment: str | None, dialect: str | None) -> int:
    """Show the revisions in git, or with --env what was done to an environment, when, by whom, from which commit."""
    from ..control.gitstate import working_state

    if environment is None:
        order = [r for ws in workspaces(console, dialect) for r in working_state(ws).history.order]
        rows = [(r.id, ", ".join(r.down) or "-", r.message, r.path) for r in order]
        data = [{"id": r.id, "down": r.down, "message": r.message, "path": r.path} for r in order]
        console.result(
            data, lambda: console.table(("revision", "after", "message", "file"), rows) if rows else "no revision yet"
        )
        return OK
    ws = workspace(console, environment=environment)
    from ..apply.ledger import entries

    with ws.session(ws.environment(environment), read_only=True) as session:
        found = entries(session, ws.dialect)
    done = [
        (e.seq, e.at[:19], e.action, e.revision, e.statements, f"{e.duration_ms} ms", e.actor, e.commit_id[:12])
        for e in found
    ]
    head = ("#", "at (UTC)", "action", "revision", "statements", "took", "by", "commit")
    console.result(found, lambda: console.table(head, done) if done else f"nothing was done to {environment} yet")
    return OK
