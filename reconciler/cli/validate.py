"""`reconcile validate`: manifests and configuration, every finding in one run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ERROR, OK
from . import command_options
from .console import Console

if TYPE_CHECKING:
    from ..control.validating import Row, Validated


def _dialects(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    from ..dialects.registry import known_dialects

    return [n for n in ("all", *known_dialects()) if n.startswith(incomplete)]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--dialect", metavar="NAME", shell_complete=_dialects,
    help="What they are checked for: a dialect, or all (default: the dialects of the project).",
)  # fmt: skip
@command_options
def command(console: Console, paths: tuple[Path, ...], dialect: str | None) -> int:
    """Check reconcile.yaml and the manifests (or only the manifests at PATHS), and say everything that is wrong.

    Needs no database. Exit status 1: there is an error. A project of several dialects is checked for each of them, and
    --dialect all shows as a table what each takes as it is written, emulates, leaves out or refuses; in a project of
    one dialect, what all that are known would do.
    """
    from ..control.validating import ALL, rows, validated

    with console.progress("validating"):
        found = validated(console.config, paths, dialect)
    errors = sum(f.level == "error" for f in found.findings)
    data = {"ok": not errors, "findings": found.findings, "objects": found.objects}
    if found.several:
        data["dialects"] = {
            name: {"ok": d.ok, "objects": d.objects, "findings": d.findings} for name, d in found.dialects.items()
        }
    if dialect == ALL and found.several:
        console.print(_table(console, found, rows(found)))
    console.findings(found.findings)
    console.result(data, _summary(found, errors, shown=dialect == ALL))
    return ERROR if errors else OK


def _table(console: Console, found: Validated, places: Sequence[Row]) -> str:
    if not places:
        return f"everything is as written in {', '.join(found.dialects)}"
    names = list(found.dialects)
    cells = [(str(r.span), r.address, *(r.verdicts[n] for n in names), r.how) for r in places]
    return console.table(("where", "what", *names, "how"), cells) + "\n"


def _summary(found: Validated, errors: int, *, shown: bool) -> str:
    words = f"{errors} error{'s' * (errors != 1)}" if errors else "valid"
    count = f"{found.objects} object{'s' * (found.objects != 1)}: "
    if not found.several:
        return count + words
    ways = found.in_own_way
    more = f"; {ways} place{'s' * (ways != 1)} emulated or left out" if ways else ""
    hint = "" if shown or not ways else " (reconcile validate --dialect all shows them)"
    names = [name for name, d in found.dialects.items() if d.ok] if errors else list(found.dialects)
    valid = f" for {', '.join(names)}" if names and not errors else f" (valid for {', '.join(names)})" if names else ""
    return f"{count}{words}{valid}{more}{hint}"
