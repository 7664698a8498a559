"""`reconcile grants --env E`: what its roles must be allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, workspace

if TYPE_CHECKING:
    from ..model.rights import Right


@click.command()
@environment_option()
@click.option("--role", metavar="NAME", default="", help="Whom to grant it to (default: the role of the URL).")
@click.option("--for", "use", type=click.Choice(["plan", "apply"]), help="Only what that takes (default: both).")
@click.option("--missing", is_flag=True, help="Only what the role does not have.")
@command_options
def command(console: Console, environment: str, role: str, use: str | None, missing: bool) -> int:
    """Print the GRANTs that planning takes, and those that applying what is pending and desired takes.

    Whoever plans needs to see, and no more: its role can be one that may write nothing.
    """
    from ..control.granting import granted

    ws = workspace(console, environment=environment)
    found = granted(ws, ws.environment(environment), role)
    shown = {u: [r for r in rights if not (missing and r.held)] for u, rights in found.items() if use in (None, u)}
    if any(found.values()):
        text = "\n\n".join(_told(u, rights) for u, rights in shown.items())
    else:
        text = f"{environment}: whoever may write the file may do everything"
    console.result(shown, text)
    return OK


def _told(use: str, rights: Sequence[Right]) -> str:
    lines = [f"-- to {use}"]
    for r in rights:
        lines.append(f"-- {r.what}{'' if r.held else ' (missing)'}")
        lines.append(r.grant if r.grant.startswith("--") else f"{r.grant};")
    return "\n".join(lines if rights else [*lines, "-- nothing is missing"])
