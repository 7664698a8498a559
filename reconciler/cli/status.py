"""`reconcile status`: how each environment stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import about, environment_option, workspace, workspaces
from .standings import as_data, standing_text

if TYPE_CHECKING:
    from ..control.conditions import Standing


@click.command()
@environment_option(required=False)
@click.option("--fetch", is_flag=True, help="Fetch the branches that environments track first.")
@command_options
def command(console: Console, environment: str | None, fetch: bool) -> int:
    """Say how each environment stands, as conditions. Exit status 2: one of them is not what git says."""
    from ..control.gitstate import allowed_state, working_state
    from ..control.standing import Readings

    spaces = workspaces(console, None) if environment is None else [workspace(console, environment=environment)]
    by_name: dict[str, Standing] = {}
    for ws in spaces:
        names = [e for e in ws.required.environments if environment in (None, e.name)]
        with about(ws):
            working = working_state(ws)
            for e in names:
                if fetch and e.remote:
                    with console.progress(f"fetching for {e.name}"):
                        allowed_state(ws, e)
            label = f"reading {', '.join(e.name for e in names)}"
            with console.progress(label), Readings(ws, names, working) as readings:
                by_name |= {s.environment: s for s in readings.against(working)}
    found = [by_name[e.name] for e in spaces[0].required.every_environment if e.name in by_name]
    console.result([as_data(s) for s in found], lambda: "\n".join(standing_text(s, console) for s in found))
    return OK if all(s.synced for s in found) else CHANGES
