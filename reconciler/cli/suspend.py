"""`reconcile suspend --env E`: nothing is applied until somebody resumes it."""

from __future__ import annotations

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, reason_option, workspace


@click.command()
@environment_option()
@reason_option(required=True)
@click.option("--until", metavar="TIME", help="2026-12-24 (the end of that day) or 2026-12-24T18:00, UTC.")
@command_options
def command(console: Console, environment: str, reason: str, until: str | None) -> int:
    """Apply nothing to an environment until `reconcile resume`, or until a time. Its ledger says who, why and until."""
    from ..control.past import moment
    from ..control.suspending import suspend

    ws = workspace(console, environment=environment)
    end = moment(until) if until else None
    suspend(ws, ws.environment(environment), reason, end)
    told = f" until {end:%Y-%m-%d %H:%M} UTC" if end else ""
    data = {"environment": environment, "until": end.isoformat() if end else None, "reason": reason}
    console.result(data, f"{environment} is suspended{told}: {reason}")
    return OK
