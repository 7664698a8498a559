"""`reconcile apply --env E`: the revisions that are allowed, carried out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console, stoppable
from .options import environment_option, workspace

if TYPE_CHECKING:
    from ..apply.work import Event
    from ..control.applying import Allowed
    from ..control.workspace import Workspace
    from .progress import Progress


@click.command()
@environment_option()
@click.option("--to", metavar="REVISION", help="Stop there (default: the head).")
@click.option("--dry-run", is_flag=True, help="Print exactly the SQL that would run, and run nothing.")
@click.option("--samples", is_flag=True, help="With --dry-run, show some keys of the rows that stand in the way.")
@click.option("--baseline", is_flag=True, help="The database is at head already: check that, and record it.")
@click.option("--allow-drift", is_flag=True, help="Go on though something was changed by hand.")
@click.option(
    "--wait", type=float, default=0.0, metavar="SECONDS", help="How long to wait for another apply (default: not)."
)
@click.option(
    "--statement-timeout", type=click.FloatRange(min=0.001), metavar="SECONDS",
    help="How long one statement may run (default: 60 where it touches no row, else an hour).",
)
@click.option("--break-glass", is_flag=True, help="Go by break-glass approvals: no windows, no promotion.")
@click.option(
    "--approvals", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Approvals in this folder too."
)
@click.option("--history-rewritten", is_flag=True, help="The tracked branch was rewritten, and you know why.")
@click.option("--no-fetch", is_flag=True, help="Do not fetch the tracked branch of a remote first.")
@command_options
def command(
    console: Console, environment: str, to: str | None, dry_run: bool, samples: bool, baseline: bool, allow_drift: bool,
    wait: float, statement_timeout: float | None, break_glass: bool, approvals: Path | None, history_rewritten: bool,
    no_fetch: bool,
) -> int:  # fmt: skip
    """Apply the pending revisions that the environment's policy allows.

    Under `none` those of the working tree; under `merged` those on the branch it tracks; under `signed` those that
    enough persons signed. Exit status 3: refused,
    4: somebody else is applying, 5: interrupted, and the same command carries on.
    """
    from ..control.applying import allowed, baselined, carried_out, refusal
    from ..control.gate import Asked
    from ..control.suspending import keep_refusal

    ws = workspace(console, environment=environment)
    what = allowed(ws, environment, fetch=not no_fetch)
    if dry_run:
        return _rehearse(console, ws, what, to, samples)
    if baseline:
        head = baselined(ws, what, wait=wait)
        console.result({"environment": environment, "baseline": head}, f"{environment} is at {head}: recorded")
        return OK
    with stoppable() as interrupted, console.progress(f"applying to {environment}") as step:
        done = carried_out(
            ws, what, to=to, wait=wait, allow_drift=allow_drift,
            asked=Asked(
                break_glass=break_glass, approvals=approvals.resolve() if approvals else None,
                rewritten=history_rewritten,
            ),
            statement_seconds=statement_timeout,
            progress=lambda e: _tell(console, step, environment, e), interrupted=interrupted,
        )  # fmt: skip
    history = what.state.history
    data = {"environment": environment, "applied": done.applied, "statements": done.statements, "head": done.head,
            "waiting": [r.id for r in what.waiting]}  # fmt: skip
    if not done.applied and what.waiting and to is None:
        no = refusal(what.environment, what.waiting)
        keep_refusal(ws, what.environment, no)
        raise no
    lines = [f"applied {i} {history.by_id[i].message}" for i in done.applied]
    lines.append(_ending(environment, done, what))
    console.result(data, "\n".join(lines))
    return OK


def _tell(console: Console, step: Progress, environment: str, event: Event) -> None:
    """Where it is, on a terminal; what is waited for and what may go wrong, on anything."""
    step(f"{environment}: {event.place}")
    if event.what in ("waiting", "foreseen"):
        console.note(f"{environment}: {event.place}: {event.note}")


def _ending(environment: str, done, what: Allowed) -> str:  # type: ignore[no-untyped-def]
    at = ", ".join(done.head) or "no revision"
    if not done.applied:
        return f"{environment} is at {at}: nothing to apply"
    measured = what.state.at_head is not None and set(done.head) == set(what.state.history.heads)
    equal = "; live equals the lockfile" if measured else ""
    return f"{environment} is at {at}: {done.statements} statement{'s' * (done.statements != 1)}{equal}"


def _rehearse(console: Console, ws: Workspace, what: Allowed, to: str | None, samples: bool) -> int:
    from ..control.applying import rehearsed, rows_in_the_way, warned_of
    from ..control.probing import SAMPLES
    from ..emit.rows import rows_text
    from ..emit.sql import terminated

    found = rehearsed(ws, what, to)
    name = what.environment.name
    answers = {name: rows_in_the_way(ws, what, to, SAMPLES if samples else 0)} if found else {}
    data: Any = [{"revision": r.id, "message": r.message, "statements": statements} for r, statements in found]
    if any(answers.values()):
        data[0]["rows"] = answers[name]
    lines: list[str] = []
    for revision, statements in found:
        lines += [f"-- {revision.id} {revision.message}", *(terminated(s.sql) for s in statements), ""]
    lines += [f"-- {line}" for line in rows_text(answers)]
    for finding in warned_of(ws, what, found):
        console.note(console.shown_finding(finding, console.err))
    console.result(data, "\n".join(lines).rstrip() or f"{name}: nothing to apply")
    return CHANGES if found else OK
