"""`reconcile verify`: revisions proved on a scratch database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..errors import ERROR, OK
from . import command_options
from .console import Console
from .options import about, only_option, shown_path, workspaces

if TYPE_CHECKING:
    from ..control.workspace import Workspace
    from ..prove.verify import Verified


@click.command()
@click.option("--full", is_flag=True, help="The whole history, not only what no tracked branch has yet.")
@click.option("--update", is_flag=True, help="Accept what the revisions really do: write the lockfile as measured.")
@only_option
@command_options
def command(console: Console, full: bool, update: bool, dialect: str | None) -> int:
    """Run the pending revisions on a scratch database, there and back.

    The upgrade must reach the lockfile, the downgrade must return, rows must survive, and a second plan must be empty.
    """
    from ..control.verifying import verified

    spaces = workspaces(console, dialect)
    proved: list[tuple[Workspace, Verified]] = []
    for ws in spaces:
        with about(ws), console.progress("verifying") as step:
            proved.append((ws, verified(ws, full=full, update=update, progress=partial(_say, step))))
    for text in spaces[0].notices:
        console.note(text)
    data = {ws.required.dialect: _data(found, update) for ws, found in proved}
    several = spaces[0].required.several
    console.result({"ok": all(f.ok for _, f in proved), "dialects": data} if several else next(iter(data.values())))
    for ws, found in proved:
        if several:
            console.print(console.style(f"{ws.required.dialect}:", "strong"))
        if update:
            console.print(f"wrote {shown_path(ws.required.lockfile)}: {len(found.catalog)} objects")
        console.findings(found.findings)
        if found.ok and not update:
            console.print(_words(found))
    return OK if update or all(f.ok for _, f in proved) else ERROR


def _say(step: Callable[[str], None], revision: str) -> None:
    step(f"verifying {revision}")


def _data(found: Verified, update: bool) -> dict[str, Any]:
    return {
        "ok": found.ok, "proved": found.proved, "rows": found.rows, "findings": found.findings, "updated": update
    }  # fmt: skip


def _words(found: Verified) -> str:
    count = len(found.proved)
    if not count:
        return "no revision is pending: nothing to prove (--full proves the history)"
    returns = "" if any(f.rule in ("not-reached", "failed") for f in found.findings) else "downgrade returns, "
    return (
        f"{count} revision{'s' * (count != 1)} proved: upgrade reaches the lockfile, {returns}"
        f"{found.rows} row{'s' * (found.rows != 1)} survived"
    )
