"""`reconcile history --env E`: what was applied, when and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, only_option, workspace, workspaces

if TYPE_CHECKING:
    from ..control.workspace import Workspace


@click.command()
@environment_option(required=False)
@only_option
@click.option("--at", "at", metavar="TIME", help="The schema as it was then, as manifests: 2026-11-26, or with T14:30.")
@command_options
def command(console: Console, environment: str | None, dialect: str | None, at: str | None) -> int:
    """Show the revisions in git, or with --env what was done to an environment, when, by whom, from which commit.

    With --at the schema as the environment had it at that time (UTC), or as git asked for it.
    """
    from ..control.gitstate import working_state

    if at is not None:
        (ws, *_) = [workspace(console, environment=environment)] if environment else workspaces(console, dialect)
        return _past(console, ws, environment, at)
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


def _past(console: Console, ws: Workspace, environment: str | None, at: str) -> int:
    from ..control.past import moment, past_of

    found = past_of(ws, ws.environment(environment) if environment else None, moment(at))
    where = environment or "git"
    head = f"# {where} at {found.at}: {', '.join(found.revisions) or 'no revision'}"
    head += f"\n# {found.note}" if found.note else ""
    files = [f"# {path}\n{text.rstrip()}" for path, text in sorted(found.manifests.items())]
    console.result(found, "\n---\n".join([head, *files]))
    return OK
