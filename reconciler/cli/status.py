"""`reconcile status`: how each environment stands."""

from __future__ import annotations

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import environment_option, workspace
from .standings import as_data, standing_text


@click.command()
@environment_option(required=False)
@click.option("--fetch", is_flag=True, help="Fetch the branches that environments track first.")
@command_options
def command(console: Console, environment: str | None, fetch: bool) -> int:
    """Say how each environment stands, as conditions. Exit status 2: one of them is not what git says."""
    from ..control.gitstate import allowed_state, working_state
    from ..control.standing import Readings

    ws = workspace(console)
    names = [e for e in ws.required.environments if environment in (None, e.name)]
    names = names or [ws.environment(environment or "")]
    working = working_state(ws)
    for e in names:
        if fetch and e.remote:
            with console.progress(f"fetching for {e.name}"):
                allowed_state(ws, e)
    with console.progress(f"reading {', '.join(e.name for e in names)}"), Readings(ws, names, working) as readings:
        found = readings.against(working)
    console.result([as_data(s) for s in found], lambda: "\n".join(standing_text(s, console) for s in found))
    return OK if all(s.synced for s in found) else CHANGES
