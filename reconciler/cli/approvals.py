"""`reconcile approvals`: who approved what, whether that is good, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import OK, REFUSED
from . import command_options
from .console import Console
from .options import environment_option, workspace, workspaces

if TYPE_CHECKING:
    from ..config.project import Environment
    from ..control.workspace import Workspace
    from ..review.approval import Vote


@click.command()
@environment_option(required=False)
@click.option("--ref", default="HEAD", metavar="REF", help="What is to be applied (default: the commit checked out).")
@click.option(
    "--approvals", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Approvals in this folder too."
)
@command_options
def command(console: Console, environment: str | None, ref: str, approvals: Path | None) -> int:
    """List the approvals of what is pending, each with who gave it and whether it is good. Exit status 3: some lack."""
    if environment is not None:
        ws = workspace(console, environment=environment)
        chosen = [(ws, ws.environment(environment))]
    else:
        chosen = [(ws, e) for ws in workspaces(console, None) for e in ws.required.environments if e.signed]
    found = [_of(console, ws, e, ref, approvals) for ws, e in chosen]
    data = [d for d, _ in found]
    console.result(data, "\n".join(text for _, text in found) or "no environment asks for signatures")
    return OK if all(d["reached"] for d in data) else REFUSED


def _of(
    console: Console, ws: Workspace, environment: Environment, ref: str, elsewhere: Path | None
) -> tuple[dict[str, Any], str]:
    name = environment.name
    if not environment.signed:
        return {"environment": name, "reached": True, "votes": []}, f"{name}: asks for no signatures"
    from ..control.approving import asked

    question = asked(ws, environment, ref=ref, elsewhere=elsewhere)
    if question is None:
        return {"environment": name, "reached": True, "votes": []}, f"{name}: nothing pending"
    scale = question.scale
    lines = [f"{name}: {', '.join(r.revision.id for r in question.rendered)}, statement {scale.statement.subject[:16]}"]
    marks = {True: console.style("good", "good"), False: console.style("void", "error")}
    lines += [f"  {marks[v.good]}  {_told(v)}" for v in scale.votes]
    lines += [f"  {t.name}: {t}" for t in scale.tallies]
    data = {"environment": name, "reached": scale.reached, "statement": scale.statement,
            "votes": scale.votes, "tallies": scale.tallies}  # fmt: skip
    return data, "\n".join(lines)


def _told(vote: Vote) -> str:
    until = f" until {vote.not_after}" if vote.not_after else ""
    reason = f": {vote.reason}" if vote.reason else ""
    why = f" ({vote.why})" if vote.why else ""
    return f"{vote.who}: {vote.verdict}{until}{reason}{why}  {vote.path}"
