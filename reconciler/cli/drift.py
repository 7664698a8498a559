"""`reconcile drift --env E`: what was changed by hand."""

from __future__ import annotations

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import environment_option, shown_path, workspace, yes_option


@click.command()
@environment_option()
@click.option("--adopt", is_flag=True, help="Write it into the manifests, and record it.")
@click.option("--unmanaged", is_flag=True, help="With --adopt: objects too that git does not know yet.")
@click.option(
    "--revert", is_flag=True, help="Show the plan that takes it back; where the policy is `none`, carry it out."
)
@yes_option
@command_options
def command(console: Console, environment: str, adopt: bool, unmanaged: bool, revert: bool, yes: bool) -> int:
    """Show what was changed by hand in an environment since we last left it. Exit status 2: there is something."""
    from ..control import drifting
    from ..control.conditions import shown

    if adopt and revert:
        raise click.UsageError("--adopt and --revert are two ways; choose one")
    ws = workspace(console, environment=environment)
    with console.progress(f"reading {environment}"):
        found = drifting.found_drift(ws, environment)
    lines = [shown(c) for c in found.changes]
    extra = [str(o.address) for o in found.unmanaged]
    data = {"environment": environment, "drift": lines, "unmanaged": extra}
    if adopt and (found.changes or (unmanaged and found.unmanaged)):
        files = drifting.adopt(ws, found, unmanaged=unmanaged)
        drifting.record_live(ws, found)
        folder = shown_path(ws.required.manifests or ws.required.root)
        changed = [*files.written, *(f"{p} (removed)" for p in files.removed)]
        text = [*lines, *(f"wrote {folder}/{p}" for p in changed), "next: reconcile plan --write"]
        if ws.required.several:
            text.insert(-1, f"it is written for every dialect of the project: {', '.join(ws.required.dialects)}")
        console.result({**data, "adopted": True, "files": changed}, "\n".join(text))
        return OK
    if revert and found.changes:
        return _revert(console, ws, found, data, yes)
    if found.empty:
        console.result(data, f"{environment}: no drift")
        return OK
    console.result(data, lambda: _text(environment, lines, extra, console))
    return CHANGES


def _text(environment: str, lines: list[str], extra: list[str], console: Console) -> str:
    text = []
    if lines:
        text.append(console.style(f"{environment} has drifted:", "strong"))
        text += [f"  {console.style(line, {'+': 'create', '-': 'drop'}.get(line[0], 'alter'))}" for line in lines]
        text.append(f"next: reconcile drift --env {environment} --adopt, or --revert")
    if extra:
        text.append(console.style(f"{environment} holds what git does not know; it is left alone:", "strong"))
        text += [f"  ? {address}" for address in extra]
        text.append(f"next: reconcile drift --env {environment} --adopt --unmanaged, or name it under spec.unmanaged")
    return "\n".join(text)


def _revert(console: Console, ws, found, data, yes: bool) -> int:  # type: ignore[no-untyped-def]
    from ..control import drifting
    from ..control.compare import require_sound
    from ..emit.report import as_data
    from ..emit.terminal import as_text

    plan = drifting.revert_plan(ws, found)
    require_sound(plan)
    report = plan.report()
    if found.environment.policy != "none" or (not yes and not console.json and not console.out.isatty()):
        follow = "carry the SQL through your review, or adopt the drift into git"
        if found.environment.policy == "none":
            follow = f"reconcile drift --env {found.environment.name} --revert --yes carries it out"
        console.result(
            {**data, "revert": as_data(report)}, lambda: f"{as_text(report, style=console.style)}\nnext: {follow}"
        )
        return CHANGES
    console.print(as_text(report, style=console.style))
    if not yes and not console.confirm(f"take this back on {found.environment.name}?"):
        return CHANGES
    count = drifting.revert(ws, found, plan)
    console.result(
        {**data, "revert": as_data(report), "statements": count}, f"{count} statement{'s' * (count != 1)}: reverted"
    )
    return OK
