"""`reconcile plan`: what git has not planned, how the environments stand, and the revision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import about, everything_option, only_option, workspaces
from .standings import as_data as standing_data
from .standings import standing_text

if TYPE_CHECKING:
    from ..control.conditions import Standing
    from ..control.drafting import Draft
    from ..control.gitstate import GitState
    from ..control.planning import Planned
    from ..control.workspace import Workspace
    from ..emit.report import PlanReport
    from ..emit.rows import Answers


@click.command()
@click.option("--write", "write_files", is_flag=True, help="Write the revision and the lockfile.")
@click.option("--branch", metavar="NAME", help="Put them in a commit on this branch; the working tree stays as it is.")
@click.option("-m", "--message", metavar="TEXT", help="What the revision is called (default: said from its steps).")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write the plan as Markdown for a pull request, too (- for standard output).")  # fmt: skip
@click.option("--check", is_flag=True, help="For CI: exit status 2 where a revision is missing; reads no environment.")
@click.option("--offline", is_flag=True, help="Do not look at the environments.")
@click.option("--samples", is_flag=True, help="Show some keys of the rows that the plan would fail on.")
@click.option("--purge", is_flag=True, help="Drop the tombstones whose day has come; exit status 3: none has.")
@only_option
@everything_option
@command_options
def command(
    console: Console, write_files: bool, branch: str | None, message: str | None, markdown: Path | None, check: bool,
    offline: bool, samples: bool, purge: bool, dialect: str | None, allow_drop_everything: bool,
) -> int:  # fmt: skip
    """Compare what is desired with head, say how each environment stands, and print the plan.

    With --write or --branch the plan becomes an Alembic revision, proved on a scratch database. Exit status 2 without
    them: there is something to plan. A project of several dialects has a plan and a revision for each.
    """
    spaces = workspaces(console, dialect)
    plans = []
    for ws in spaces:
        with about(ws):
            plans.append(_looked(console, ws, alone=check or offline, writes=write_files or bool(branch),
                                 samples=samples, purge=purge))  # fmt: skip
    for text in spaces[0].notices:
        console.note(text)
    said = [_said(console, p, markdown) for p in plans]
    if markdown is not None and str(markdown) != "-":
        _write_markdown(markdown, spaces, said)
    if write_files or branch:
        return _emit(console, plans, said, branch, message, allow_drop_everything)
    _result(console, spaces, said)
    return OK if all(p.found is None or p.found.empty for p in plans) else CHANGES


class _Plan(NamedTuple):
    """What is planned for one dialect (None: nothing, as before), how its environments stand, and which of their rows
    stand in the way."""

    ws: Workspace
    found: Planned | None
    standings: list[Standing]
    rows: Answers


class _Said:
    """What is printed of a plan, as text, as Markdown and as data."""

    def __init__(self, lines: list[str], data: dict[str, Any], markdown: str = "") -> None:
        self.lines, self.data, self.markdown = lines, data, markdown


def _looked(console: Console, ws: Workspace, *, alone: bool, writes: bool, samples: bool, purge: bool) -> _Plan:
    """alone: no environment is asked anything. writes: they are not asked how they stand."""
    from ..control.gitstate import working_state
    from ..control.judged import key_of_desired, nothing_to_plan
    from ..control.standing import Readings

    if alone:
        ws.version = None
    working = working_state(ws)
    looked_at = () if alone or writes else ws.required.environments
    with Readings(ws, looked_at, working) as readings:
        with console.progress("planning"):
            key = key_of_desired(ws)
            known = not purge and nothing_to_plan(ws, working, key)
            found = None if known else _planned(ws, working, key, purge)
        with console.progress(f"reading {', '.join(e.name for e in looked_at)}"):
            standings = readings.against(found.state if found is not None else working)
    rows: Answers = {}
    if found is not None and not found.empty and not alone:
        from ..control.probing import SAMPLES, rows_in_the_way

        with console.progress("counting the rows that stand in the way"):
            rows = rows_in_the_way(ws, found.comparison, ws.required.environments, SAMPLES if samples else 0)
    return _Plan(ws, found, standings, rows)


def _planned(ws: Workspace, working: GitState, key: str, purge: bool) -> Planned:
    """The plan; what it takes is imported only where there may be one."""
    from ..control.planning import planned

    return planned(ws, working, key, purge=purge)


def _said(console: Console, plan: _Plan, markdown: Path | None) -> _Said:
    found = plan.found
    lines = [standing_text(s, console, brief=True) for s in plan.standings]
    data: dict[str, Any] = {"empty": True, "environments": [standing_data(s) for s in plan.standings]}
    if found is None or found.empty:
        lines.append("Nothing to plan: desired is head.")
        return _Said(lines, data)
    from ..emit.report import as_data
    from ..emit.rows import rows_text
    from ..emit.terminal import as_text

    data["empty"] = False
    report = found.comparison.report()
    text = _as_markdown(report, plan.rows) if markdown is not None else ""
    lines += [text] if str(markdown) == "-" else [as_text(report, style=console.style), *rows_text(plan.rows)]
    return _Said(lines, {**data, "plan": as_data(report), "rows": plan.rows} if console.json else data, text)


def _as_markdown(report: PlanReport, rows: Answers) -> str:
    from ..emit.markdown import as_markdown, rows_markdown

    return "\n".join(filter(None, [as_markdown(report), rows_markdown(rows)]))


def _write_markdown(file: Path, spaces: Sequence[Workspace], said: Sequence[_Said]) -> None:
    """The plans in one file, each under its dialect where there are several; none where there is nothing to plan."""
    found = [(ws, s.markdown) for ws, s in zip(spaces, said, strict=True) if s.markdown]
    if found and not spaces[0].required.several:
        file.write_text(found[0][1])
    elif found:
        file.write_text("\n".join(f"# {ws.required.dialect}\n\n{text}" for ws, text in found))


def _result(console: Console, spaces: Sequence[Workspace], said: Sequence[_Said], **more: Any) -> None:
    """What was said of each dialect, under its name where the project has several."""
    if not spaces[0].required.several:
        console.result({**said[0].data, **more}, "\n".join(said[0].lines))
        return
    named = {ws.required.dialect: s for ws, s in zip(spaces, said, strict=True)}
    data = {"empty": all(s.data["empty"] for s in said), "dialects": {name: s.data for name, s in named.items()}}
    text = "\n\n".join("\n".join([console.style(f"{name}:", "strong"), *s.lines]) for name, s in named.items())
    console.result({**data, **more}, text)


def _emit(
    console: Console, plans: Sequence[_Plan], said: Sequence[_Said], branch: str | None, message: str | None,
    everything: bool,
) -> int:  # fmt: skip
    """Every revision is proved before any of them is written."""
    from ..control.drafting import commit, draft, together, write

    drafts: list[tuple[_Plan, _Said, Draft]] = []
    for plan, told in zip(plans, said, strict=True):
        if plan.found is not None and not plan.found.nothing:
            with about(plan.ws), console.progress("proving the revision on a scratch database"):
                files = draft(plan.ws, plan.found, message=message, allow_everything=everything)
            drafts.append((plan, told, files))
    more: dict[str, Any] = {}
    if branch and drafts:
        files = together([d for _, _, d in drafts])
        made = commit(plans[0].ws, files, branch, _commit_message([(p, d) for p, _, d in drafts]))
        drafts[-1][1].lines.append(f"commit {made[:12]} on branch {branch}: {', '.join(files.files)}")
        more["commit"] = made
    for plan, told, files in drafts:
        if not branch:
            changed = write(plan.ws, files)
            told.lines += [f"wrote {path}" for path in changed]
            told.data["files"] = changed
        told.data["revision"] = files.revision.id if files.revision else None
        told.lines += [console.shown_finding(finding, console.out) for finding in files.findings]
    _result(console, [p.ws for p in plans], said, **more)
    return OK


def _commit_message(made: Sequence[tuple[_Plan, Draft]]) -> str:
    told = [(p.ws.required.dialect, *_told(p, d)) for p, d in made if d.revision is not None]
    if not told:
        return "Lockfile: what is written now"
    (_, title, body) = told[0]
    if len(told) > 1:
        body = "\n\n".join(f"{dialect}:\n\n{body}" for dialect, _, body in told)
    return f"{title}\n\n{body}"


def _told(plan: _Plan, files: Draft) -> tuple[str, str]:
    """What a commit says of one revision: its message, and the steps."""
    assert files.revision is not None and plan.found is not None
    report = plan.found.comparison.report()
    steps = "\n".join(f"{s.sign} {s.action} {s.kind.replace('_', ' ')} {s.name}" for s in report.steps[:40])
    losses = "\n".join(f"LOSES DATA: {s.impact.loses}" for s in report.losses)
    body = "\n\n".join(part for part in (steps, losses, f"Plan {report.digest[:16]}: {report.summary}.") if part)
    return files.revision.message, body
