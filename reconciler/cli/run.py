"""`reconcile run`: the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import CHANGES, ERROR, OK
from . import command_options
from .console import Console, stoppable
from .options import workspace
from .standings import as_data, standing_text

if TYPE_CHECKING:
    from ..control.loop import Report


@click.command()
@click.option("--once", is_flag=True, help="One round, then stop. Exit status 2: an environment is not what git says.")
@click.option("--env", "environments", multiple=True, metavar="NAME", help="Only these (default: all).")
@click.option("--interval", type=float, metavar="SECONDS", help="Between rounds (default: what reconcile.yaml says).")
@click.option("--max-failures", type=click.IntRange(min=1), metavar="N", help="Not begun once it failed in so many.")
@command_options
def command(
    console: Console, once: bool, environments: tuple[str, ...], interval: float | None, max_failures: int | None
) -> int:
    """Watch git and the environments, apply what policy lets be applied, and report the rest.

    Environments are worked on beside each other; what goes wrong in one is tried again after pauses that grow.
    """
    from ..control.loop import Loop

    ws = workspace(console)
    for name in environments:
        ws.environment(name)
    with stoppable() as interrupted:
        loop = Loop(ws, environments, interrupted, most_failures=max_failures)
        if once:
            found = []
            for report in loop.round():
                _say(console, report)
                found.append(report)
            if any(r.problem for r in found):
                return ERROR
            return OK if all(r.standing.synced for r in found) else CHANGES
        told: dict[str, Report] = {}
        for report in loop.rounds(interval or ws.required.interval):
            if told.get(report.environment) != report:
                _say(console, report)
                told[report.environment] = report
    return OK


def _say(console: Console, report: Report) -> None:
    """One environment after a round; in the loop only where something is new."""
    lines = [standing_text(report.standing, console, brief=True)]
    lines[1:1] = [f"  applied {i}" for i in report.applied]
    lines += [f"  problem: {line}" if i == 0 else f"    {line}" for i, line in enumerate(report.problem.splitlines())]
    lines += [f"  tried again from {report.again} on, or when git or the database moves on"] if report.again else []
    data = {**as_data(report.standing), "applied": report.applied, "problem": report.problem, "again": report.again}
    console.event(data, "\n".join(lines))
