"""`reconcile rollback --env E --to REV`: the schema of an earlier revision, as a revision of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import about, environment_option, everything_option, workspace

if TYPE_CHECKING:
    from ..control.rollback import Rollback


@click.command()
@environment_option()
@click.option("--to", "to", metavar="REV", required=True, help="The revision whose schema is wanted again.")
@click.option("--write", "write_files", is_flag=True, help="Write the revision, the lockfile and the manifests.")
@click.option("--branch", metavar="NAME", help="Put them in a commit on this branch; the working tree stays as it is.")
@click.option("-m", "--message", metavar="TEXT", help="What the revision is called.")
@click.option("--keep-manifests", is_flag=True, help="Leave the manifests as they are.")
@everything_option
@command_options
def command(
    console: Console, environment: str, to: str, write_files: bool, branch: str | None, message: str | None,
    keep_manifests: bool, allow_drop_everything: bool,
) -> int:  # fmt: skip
    """Plan the way back to an earlier revision, from what is there now, and say what it cannot bring back.

    With --write or --branch it becomes a new revision, proved, reviewed and applied like any other, and the manifests
    become those of that time. Nothing is applied. Exit status 2 without them: there is something to roll back.
    """
    from ..control.rollback import drafted, rolled_back

    ws = workspace(console, environment=environment)
    with about(ws), console.progress("planning the way back"):
        found = rolled_back(ws, environment, to, keep_manifests=keep_manifests)
    for text in ws.notices:
        console.note(text)
    if found is None:
        console.result({"empty": True}, f"{environment} is at {to}, and git has no revision after it")
        return OK
    lines, data = _said(console, found)
    if not (write_files or branch):
        console.result(data, "\n".join([*lines, "next: the same with --write, or --branch NAME"]))
        return CHANGES
    with about(ws), console.progress("proving the revision on a scratch database"):
        files = drafted(ws, found, message=message, allow_everything=allow_drop_everything)
    from ..control.drafting import commit, write

    data["revision"] = files.revision.id if files.revision else None
    if branch:
        title = files.revision.message if files.revision else f"roll back to {found.to.id}"
        told = "\n".join([title, "", *_losses(found)])
        data["commit"] = made = commit(ws, files, branch, told, changed_manifests=False)
        lines.append(f"commit {made[:12]} on branch {branch}: {', '.join([*files.files, *files.deletions])}")
    else:
        data["files"] = changed = write(ws, files)
        lines += [f"wrote {path}" for path in changed]
    lines += [console.shown_finding(finding, console.out) for finding in files.findings]
    console.result(data, "\n".join([*lines, f"next: review and merge it, then reconcile apply --env {environment}"]))
    return OK


def _said(console: Console, found: Rollback) -> tuple[list[str], dict[str, Any]]:
    from ..emit.report import as_data
    from ..emit.sql import comment_safe
    from ..emit.terminal import as_text

    report = found.plan.comparison.report()
    undone = ", ".join(f"{r.id} {r.message}".strip() for r in found.undone)
    lines = [
        comment_safe(f"back to {found.to.id} {found.to.message}".rstrip()),
        comment_safe(f"  takes back {undone}"),
    ]
    if found.waiting:
        ids = ", ".join(r.id for r in found.waiting)
        lines.append(f"  {found.environment} does not have {ids} yet: it is applied before the way back is")
    lines += ["", as_text(report, style=console.style), *map(comment_safe, _losses(found))]
    if (restored := found.restored) is not None:
        paths = [*restored.files, *(f"{p} (removed)" for p in restored.deletions)]
        lines.append(f"manifests as they were at {restored.commit[:12]}: {', '.join(paths) or 'no change'}")
    lines += [comment_safe(f"note: {note}") for note in found.notes]
    data: dict[str, Any] = {
        "empty": False, "environment": found.environment, "to": found.to.id, "undone": [r.id for r in found.undone],
        "waiting": [r.id for r in found.waiting], "losses": found.losses, "not_back": found.not_back,
        "notes": found.notes, "plan": as_data(report) if console.json else None,
    }  # fmt: skip
    return lines, data


def _losses(found: Rollback) -> list[str]:
    lines = []
    if found.losses:
        lines += [f"{found.environment} loses by it:", *(f"  - {loss}" for loss in found.losses)]
    if found.not_back:
        lines += ["it does not bring back:", *(f"  - {text}" for text in found.not_back)]
    return lines
