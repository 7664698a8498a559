"""`reconcile push TARGET`: a database brought to the desired schema at once."""

from __future__ import annotations

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import SOURCES, everything_option, order_option, workspace, yes_option


@click.command(epilog=SOURCES)
@click.argument("target", metavar="TARGET")
@click.option("--from", "source", metavar="SOURCE", help="What is desired (default: what reconcile.yaml says).")
@yes_option
@order_option
@everything_option
@click.option("--allow-data-loss", is_flag=True, hidden=True, expose_value=False)
@click.option(
    "--wait", type=float, default=10.0, show_default=True, metavar="SECONDS", help="For whoever holds the lock."
)
@command_options
def command(
    console: Console, target: str, source: str | None, yes: bool, column_order: bool, allow_drop_everything: bool,
    wait: float,
) -> int:  # fmt: skip
    """Bring TARGET, a database URL or env:NAME, to the desired schema at once, without a revision.

    For prototypes, tests and preview databases. Refused for an environment whose policy is not `none`.
    """
    from ..control.compare import require_not_everything, require_sound, unmodelled_notes
    from ..control.pushing import carried_out, prepared
    from ..emit.report import as_data
    from ..emit.terminal import as_text

    ws = workspace(console, required=False)
    with console.progress("comparing"):
        found, sides, url = prepared(ws, target, source, follow_order=column_order)
    for text in (*ws.notices, *unmodelled_notes(*sides)):
        console.note(text)
    require_sound(found)
    if not allow_drop_everything and not (yes and source is not None):  # who names both sides, and says yes, means it
        require_not_everything(found)
    if found.empty:
        console.result({"statements": 0}, "nothing to do")
        return OK
    report = found.report()
    if not yes:
        console.print(as_text(report, style=console.style))
        if not console.confirm(f"carry this out on {target}?"):
            return OK
    with console.progress("pushing") as step:
        done = carried_out(found, url, ws, wait=wait, progress=lambda e: step(f"pushing: {e.place}"))
    console.result({"statements": done.statements, "plan": as_data(report)}, f"{report.summary}: done")
    return OK
