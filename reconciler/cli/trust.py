"""`reconcile trust`: who may approve what, and the next version of that."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import environment_option, reason_option, shown_path, workspace


@click.command()
@click.option("--sign", is_flag=True, help="Sign the newest version, as one of those whom the version before names.")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="The SSH key (default: git's, or ~/.ssh).")
@click.option("--take-on", is_flag=True, help="The environment trusts this root from now on; needs --env and --reason.")
@environment_option(required=False)
@reason_option()
@command_options
def command(
    console: Console, sign: bool, key: Path | None, take_on: bool, environment: str | None, reason: str
) -> int:
    """Show the trust root of this applier: its version, its keys, and what each environment asks.

    It is named by RECONCILE_TRUST or `git config reconcile.trust`, never by a file of the branch that is applied.
    """
    from ..control import trusting

    ws = workspace(console, environment=environment)
    if sign:
        path = trusting.sign(ws, key)
        console.result({"file": str(path)}, f"signed: {shown_path(path)}")
        return OK
    if take_on:
        if environment is None or not reason:
            raise click.UsageError("--take-on needs --env and --reason")
        done = trusting.take_on(ws, ws.environment(environment), reason)
        text = f"{environment} trusts this root from now on" if done else f"{environment} trusts it already"
        console.result({"environment": environment, "taken": done}, text)
        return OK
    from ..review.trust import agreeing

    root = trusting.root_of(ws)
    lines = [f"{root.place}, version {root.version}, digest {root.digest[:16]}, of {root.policy.repository}"]
    if root.before is not None:
        agreed = agreeing(root)
        needed = root.before.policy.root.threshold
        lines.append(f"agreed to by {len(agreed)} of {needed}: {', '.join(agreed) or 'nobody'}")
    lines += [f"  {s.principal}  {s.fingerprint}  {','.join(s.namespaces)}" for s in root.signers.all]
    lines += [f"  {r.name}: {r.word}" for r in root.policy.environments]
    data = {"place": root.place, "version": root.version, "digest": root.digest, "policy": root.policy.environments,
            "signers": [{"principal": s.principal, "key": s.fingerprint} for s in root.signers.all]}  # fmt: skip
    console.result(data, "\n".join(lines))
    return OK
