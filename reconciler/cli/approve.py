"""`reconcile approve --env E`: what stands between a revision and an environment."""

from __future__ import annotations

import click

from ..errors import OK, REFUSED
from . import command_options
from .console import Console
from .options import environment_option, workspace


@click.command()
@environment_option()
@command_options
def command(console: Console, environment: str) -> int:
    """Say what is approved for an environment, and how the rest gets approved.

    Under the policy `none` everything is; under `merged` what is on the branch that the environment tracks, so merging
    is approving, and nothing is written here. Exit status 3: something waits.
    """
    from ..control.applying import allowed, refusal

    ws = workspace(console, environment=environment)
    what = allowed(ws, environment)
    policy = what.environment.policy
    data = {"environment": environment, "policy": policy, "approved": [r.id for r in what.state.history.order],
            "waiting": [r.id for r in what.waiting]}  # fmt: skip
    if what.waiting:
        error = refusal(what.environment, what.waiting)
        lines = [f"{r.id} {r.message}: waits" for r in what.waiting]
        console.result(data, "\n".join([*lines, f"  why: {error.why}", f"  next: {error.next}"]))
        return REFUSED
    text = (
        "every revision of the working tree" if policy == "none" else f"all that is on {what.environment.tracked_ref}"
    )
    console.result(data, f"{environment}: {text} is approved (policy {policy!r}); nothing waits")
    return OK
