"""`reconcile blame ADDRESS`: who made an object what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, only_option, workspace, workspaces

if TYPE_CHECKING:
    from ..control.blaming import Applied


@click.command()
@click.argument("address")
@environment_option(required=False)
@only_option
@command_options
def command(console: Console, address: str, environment: str | None, dialect: str | None) -> int:
    """Say which revision made a column, table or index what it is, who wrote that, and who approved and applied it.

    ADDRESS is `column:shop.customers.phone` as plans print it, or its dotted name where only one object has that.
    """
    from ..control.blaming import blamed

    ws = workspace(console, environment=environment) if environment else workspaces(console, dialect)[0]
    found = blamed(ws, address, environment)
    c = found.commit
    lines = [console.style(found.address, "strong")]
    lines += [f"  revision {found.revision} {found.message}", f"  file {found.path}"]
    if c is not None:
        lines.append(f"  commit {c.id[:12]} by {c.author} <{c.email}> at {c.time}: {c.subject}")
    console.result(found, "\n".join([*lines, *(f"  {_told(a)}" for a in found.applied)]))
    return OK


def _told(a: Applied) -> str:
    if a.problem:
        return f"{a.environment}: not known ({a.problem})"
    if a.entry is None:
        return f"{a.environment}: not applied"
    e = a.entry
    approved = f", approved by {e.approvers}" if e.approvers else ""
    return f"{a.environment}: {e.action} at {e.at[:19]} UTC by {e.actor or 'somebody'}{approved} (#{e.seq})"
