"""`reconcile plan`: what git has not planned, how the environments stand, and the revision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import everything_option, workspace
from .standings import as_data as standing_data
from .standings import standing_text

if TYPE_CHECKING:
    from ..control.conditions import Standing
    from ..control.gitstate import GitState
    from ..control.planning import Draft, Planned
    from ..control.workspace import Workspace


@click.command()
@click.option("--write", "write_files", is_flag=True, help="Write the revision and the lockfile.")
@click.option("--branch", metavar="NAME", help="Put them in a commit on this branch; the working tree stays as it is.")
@click.option("-m", "--message", metavar="TEXT", help="What the revision is called (default: said from its steps).")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write the plan as Markdown for a pull request, too (- for standard output).")  # fmt: skip
@click.option("--check", is_flag=True, help="For CI: exit status 2 where a revision is missing; reads no environment.")
@click.option("--offline", is_flag=True, help="Do not look at the environments.")
@everything_option
@command_options
def command(
    console: Console, write_files: bool, branch: str | None, message: str | None, markdown: Path | None, check: bool,
    offline: bool, allow_drop_everything: bool,
) -> int:  # fmt: skip
    """Compare what is desired with head, say how each environment stands, and print the plan.

    With --write or --branch the plan becomes an Alembic revision, proved on a scratch database. Exit status 2 without
    them: there is something to plan.
    """
    from ..control.gitstate import working_state
    from ..control.judged import key_of_desired, nothing_to_plan
    from ..control.standing import Readings

    ws = workspace(console)
    if check or offline:
        ws.version = None  # of no environment is it asked
    working = working_state(ws)
    looked_at = () if check or offline or write_files or branch else ws.required.environments
    with Readings(ws, looked_at, working) as readings:
        with console.progress("planning"):
            key = key_of_desired(ws)
            found = None if nothing_to_plan(ws, working, key) else _planned(ws, working, key)
        with console.progress(f"reading {', '.join(e.name for e in looked_at)}"):
            standings = readings.against(found.state if found is not None else working)
    for text in ws.notices:
        console.note(text)
    result = _said(console, found, standings, markdown)
    if found is not None and not found.nothing and (write_files or branch):
        return _emit(console, ws, found, result, branch, message, allow_drop_everything)
    console.result(result.data, "\n".join(result.lines))
    return OK if found is None or found.empty else CHANGES


def _planned(ws: Workspace, working: GitState, key: str) -> Planned:
    """The plan; what it takes is imported only where there may be one."""
    from ..control.planning import planned

    return planned(ws, working, key)


class _Said:
    """What is printed of a plan, as text and as data."""

    def __init__(self, lines: list[str], data: dict[str, Any]) -> None:
        self.lines, self.data = lines, data


def _said(console: Console, found: Planned | None, standings: list[Standing], markdown: Path | None) -> _Said:
    lines = [standing_text(s, console, brief=True) for s in standings]
    data: dict[str, Any] = {"empty": True, "environments": [standing_data(s) for s in standings]}
    if found is None or found.empty:
        lines.append("Nothing to plan: desired is head.")
        return _Said(lines, data)
    from ..emit.markdown import as_markdown
    from ..emit.report import as_data
    from ..emit.terminal import as_text

    data["empty"] = False
    report = found.comparison.report()
    if markdown is not None:
        text = as_markdown(report)
        if str(markdown) == "-":
            lines.append(text)
        else:
            markdown.write_text(text)
    if str(markdown) != "-":
        lines.append(as_text(report, style=console.style))
    return _Said(lines, {**data, "plan": as_data(report)} if console.json else data)


def _emit(
    console: Console,
    ws: Workspace,
    found: Planned,
    said: _Said,
    branch: str | None,
    message: str | None,
    everything: bool,
) -> int:
    from ..control.planning import commit, draft, write

    with console.progress("proving the revision on a scratch database"):
        files = draft(ws, found, message=message, allow_everything=everything)
    if branch:
        made = commit(ws, files, branch, _commit_message(found, files))
        said.lines.append(f"commit {made[:12]} on branch {branch}: {', '.join(files.files)}")
        said.data["commit"] = made
    else:
        changed = write(ws, files)
        said.lines += [f"wrote {path}" for path in changed]
        said.data["files"] = changed
    said.data["revision"] = files.revision.id if files.revision else None
    for finding in files.findings:
        said.lines.append(console.shown_finding(finding, console.out))
    console.result(said.data, "\n".join(said.lines))
    return OK


def _commit_message(found: Planned, files: Draft) -> str:
    if files.revision is None:
        return "Lockfile: what is written now"
    report = found.comparison.report()
    steps = "\n".join(f"{s.sign} {s.action} {s.kind.replace('_', ' ')} {s.name}" for s in report.steps[:40])
    losses = "\n".join(f"LOSES DATA: {s.impact.loses}" for s in report.losses)
    body = "\n\n".join(part for part in (steps, losses, f"Plan {report.digest[:16]}: {report.summary}.") if part)
    return f"{files.revision.message}\n\n{body}"
