"""`reconcile verify`: revisions proved on a scratch database."""

from __future__ import annotations

import click

from ..errors import ERROR, OK
from . import command_options
from .console import Console
from .options import shown_path, workspace


@click.command()
@click.option("--full", is_flag=True, help="The whole history, not only what no tracked branch has yet.")
@click.option("--update", is_flag=True, help="Accept what the revisions really do: write the lockfile as measured.")
@command_options
def command(console: Console, full: bool, update: bool) -> int:
    """Run the pending revisions on a scratch database, there and back.

    The upgrade must reach the lockfile, the downgrade must return, rows must survive, and a second plan must be empty.
    """
    from ..control.verifying import verified

    ws = workspace(console)
    with console.progress("verifying") as step:
        found = verified(ws, full=full, update=update, progress=lambda r: step(f"verifying {r}"))
    for text in ws.notices:
        console.note(text)
    data = {"ok": found.ok, "proved": found.proved, "rows": found.rows, "findings": found.findings, "updated": update}
    if update:
        console.result(data, f"wrote {shown_path(ws.required.lockfile)}: {len(found.catalog)} objects")
        console.findings(found.findings)
        return OK
    console.result(data)
    console.findings(found.findings)
    if found.ok:
        count = len(found.proved)
        console.print(
            f"{count} revision{'s' * (count != 1)} proved: upgrade reaches the lockfile, downgrade returns, "
            f"{found.rows} row{'s' * (found.rows != 1)} survived"
            if count else "no revision is pending: nothing to prove (--full proves the history)"
        )  # fmt: skip
    return OK if found.ok else ERROR
