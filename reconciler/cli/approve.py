"""`reconcile approve --env E`: what stands between a revision and an environment, and a signature on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import OK, REFUSED
from . import command_options
from .console import Console
from .options import environment_option, shown_path, workspace, yes_option

if TYPE_CHECKING:
    from ..config.project import Environment
    from ..control.approving import Question
    from ..control.workspace import Workspace
    from ..review.statement import Verdict

_QUESTIONS = {"reject": "Reject this", "break-glass": "Break the glass for this", "approve": "Approve this"}


@click.command()
@environment_option()
@click.option("--reject", is_flag=True, help="Sign that it must not be applied; needs --reason.")
@click.option("--break-glass", is_flag=True, help="Approve in an emergency, as the policy's breakGlass says.")
@click.option("--reason", default="", metavar="TEXT", help="Why; signed too.")
@click.option("--to", metavar="REVISION", help="Only up to there (default: the head).")
@click.option("--ref", default="HEAD", metavar="REF", help="What is approved (default: the commit checked out).")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="The SSH key (default: git's, or ~/.ssh).")
@click.option("--valid-for", metavar="DURATION", help="Such as 24h or 3d (default: as long as the policy allows).")
@yes_option
@command_options
def command(
    console: Console, environment: str, reject: bool, break_glass: bool, reason: str, to: str | None, ref: str,
    key: Path | None, valid_for: str | None, yes: bool,
) -> int:  # fmt: skip
    """Show what is pending for an environment, whole, and sign that it may be applied.

    What is signed is made from git and the environment's database, which is read only. Under `none` and `merged`
    nothing is signed: it says what is approved and how the rest gets approved. Exit status 3: something waits.
    """
    ws = workspace(console, environment=environment)
    chosen = ws.environment(environment)
    if not chosen.signed:
        return _unsigned(console, ws, environment)
    from ..control.approving import asked, voted

    if reject and break_glass:
        raise click.UsageError("--reject and --break-glass exclude each other")
    question = asked(ws, chosen, ref=ref, to=to)
    if question is None:
        console.result({"environment": environment, "pending": []}, f"{environment}: nothing to approve")
        return OK
    verdict: Verdict = "reject" if reject else "break-glass" if break_glass else "approve"
    console.print(_shown(console, question))
    if not yes and not console.confirm(f"{_QUESTIONS[verdict]} for {environment}?"):
        return REFUSED
    path, void = voted(ws, question, verdict, reason=reason, valid_for=_seconds(valid_for), key=key)
    data = {"environment": environment, "verdict": verdict, "file": shown_path(path),
            "statement": question.scale.statement.subject, "sql": question.sql, "void": void}  # fmt: skip
    note = f"  but it does not count: {void}" if void else "  next: commit it, or hand it to whoever applies"
    console.result(data, f"signed: {shown_path(path)}\n{note}")
    return OK


def _seconds(text: str | None) -> float | None:
    from ..config.policy import seconds

    if text is None:
        return None
    if not text[:-1].isdigit() or text[-1] not in "smhd":
        raise click.UsageError(f"{text!r} is no duration such as 24h or 3d")
    return seconds(text)


def _shown(console: Console, question: Question) -> str:
    """Everything that is signed: the SQL, what it changes and loses, what was found, and how the approvals stand."""
    s = question.scale.statement
    lines = [question.sql.rstrip()]
    if question.report is not None:
        from ..emit.terminal import as_text

        lines += ["", as_text(question.report, sql=False, style=console.style).rstrip()]
        lines += [console.shown_finding(f, console.out) for f in question.report.findings]
    lines += [console.shown_finding(f, console.out) for f in question.findings]
    lines += [console.style(f"TAKES DATA AWAY: {' '.join(t.split())[:200]}", "drop") for t in question.losing]
    lines += [
        "",
        f"repository {s.repository}, environment {s.environment}",
        f"from {', '.join(s.base) or 'nothing'} to {', '.join(s.head)}",
        f"statement {s.subject}",
    ]
    lines += [f"{t.name}: {t}" for t in question.scale.tallies]
    return "\n".join(lines)


def _unsigned(console: Console, ws: Workspace, environment: str) -> int:
    from ..control.applying import allowed, refusal

    what = allowed(ws, environment)
    policy = what.environment.policy
    data = {"environment": environment, "policy": policy, "approved": [r.id for r in what.state.history.order],
            "waiting": [r.id for r in what.waiting]}  # fmt: skip
    if what.waiting:
        error = refusal(what.environment, what.waiting)
        lines = [f"{r.id} {r.message}: waits" for r in what.waiting]
        console.result(data, "\n".join([*lines, f"  why: {error.why}", f"  next: {error.next}"]))
        return REFUSED
    everything = _everything(what.environment)
    console.result(data, f"{environment}: {everything} is approved (policy {policy!r}); nothing waits")
    return OK


def _everything(environment: Environment) -> str:
    return f"all that is on {environment.tracked_ref}" if environment.merged else "every revision of the working tree"
