"""`reconcile resume --env E`: the end of a suspension."""

from __future__ import annotations

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, reason_option, workspace


@click.command()
@environment_option()
@reason_option()
@command_options
def command(console: Console, environment: str, reason: str) -> int:
    """Let an environment be applied to again."""
    from ..control.suspending import resume

    ws = workspace(console, environment=environment)
    held = resume(ws, ws.environment(environment), reason)
    text = f"{environment} is resumed; {held}" if held else f"{environment} was not suspended"
    console.result({"environment": environment, "resumed": held is not None}, text)
    return OK
