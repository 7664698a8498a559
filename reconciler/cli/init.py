"""`reconcile init`: a project begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import OK
from . import command_options
from .console import Console
from .options import complete_dialects

if TYPE_CHECKING:
    from ..control.initiating import Begun


@click.command()
@click.option(
    "--from", "source", metavar="URL", help="Import a database into manifests, and make the baseline revision."
)
@click.option("--adopt", is_flag=True, help="Take over the Alembic or Flask-Migrate folder that is here, as it is.")
@click.option("--ini", metavar="FILE", default="", help="With --adopt: its alembic.ini, where that is not here.")
@click.option("--desired", metavar="SOURCE", default="", help="Where desired comes from (default: manifests/).")
@click.option("--env", "environment", metavar="NAME", default="dev", show_default=True, help="The first environment.")
@click.option("--url", metavar="URL", default="", help="Its database; one with a password is written as a reference.")
@click.option(
    "--dialect", metavar="NAME", help="Whose database it is for; several with commas: sqlite,postgresql.",
    shell_complete=complete_dialects,
)  # fmt: skip
@command_options
def command(
    console: Console, source: str | None, adopt: bool, ini: str, desired: str, environment: str, url: str,
    dialect: str | None,
) -> int:  # fmt: skip
    """Begin a project in this folder of a git repository: reconcile.yaml, manifests/ and migrations/."""
    from ..control import adopting, initiating

    if source and adopt:
        raise click.UsageError("--from and --adopt are two ways; choose one")
    if "," in (dialect or "") and (source or adopt):
        raise click.UsageError("--from and --adopt are for one dialect; add others to spec.dialects afterwards")
    if ini and not adopt:
        raise click.UsageError("--ini is for --adopt")
    wanted = initiating.Wanted(
        dialect=dialect or "", desired=desired, environment=environment, url=source or url, ini=ini
    )
    root = Path.cwd()
    if adopt:
        with console.progress("replaying the history on a scratch database"):
            begun = adopting.begin_adopted(root, wanted)
        follow = "reconcile plan"
    elif source:
        with console.progress("importing"):
            begun, _ = initiating.begin_from(root, wanted)
        begun = _baseline(console, root, begun)
        follow = f"git add, commit, then reconcile apply --env {environment} --baseline"
    else:
        begun = initiating.begin_empty(root, wanted)
        follow = "write manifests, then reconcile plan --write"
    return _say(console, begun, follow)


def _baseline(console: Console, root: Path, begun: Begun) -> Begun:
    """The revision from nothing to what was imported."""
    import msgspec

    from ..config.project import FILE
    from ..control.drafting import draft, write
    from ..control.planning import planned
    from ..control.workspace import open_workspace

    ws = open_workspace(root / FILE)
    ws.version = begun.version
    with console.progress("proving the baseline revision on a scratch database"):
        found = planned(ws)
        if found.empty:
            return begun
        files = draft(ws, found, message="baseline", allow_everything=False)
    return msgspec.structs.replace(
        begun, files=(*begun.files, *write(ws, files)), notes=(*begun.notes, *ws.notices, *map(str, files.findings))
    )


def _say(console: Console, begun: Begun, follow: str) -> int:
    shown = begun.files if len(begun.files) <= 12 else (*begun.files[:11], f"and {len(begun.files) - 11} more")
    lines = [f"wrote {path}" if not path.startswith("and ") else path for path in shown]
    console.result({"files": begun.files, "unmodelled": begun.unmodelled}, "\n".join([*lines, f"next: {follow}"]))
    for text in begun.notes:
        console.note(text)
    for u in begun.unmodelled:
        console.note(f"not modelled, so not managed: {u}")
    return OK
