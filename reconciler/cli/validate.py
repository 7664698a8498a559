"""`reconcile validate`: manifests and configuration, every finding in one run."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import ERROR, OK
from . import command_options
from .console import Console
from .options import dialect_option


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@dialect_option
@command_options
def command(console: Console, paths: tuple[Path, ...], dialect: str | None) -> int:
    """Check reconcile.yaml and the manifests (or only the manifests at PATHS), and say everything that is wrong.

    Needs no database. Exit status 1: there is an error.
    """
    from ..control.validating import validated

    with console.progress("validating"):
        found = validated(console.config, paths, dialect)
    errors = sum(f.level == "error" for f in found.findings)
    console.findings(found.findings)
    console.result(
        {"ok": not errors, "findings": found.findings, "objects": found.objects},
        f"{found.objects} object{'s' * (found.objects != 1)}: "
        + (f"{errors} error{'s' * (errors != 1)}" if errors else "valid"),
    )
    return ERROR if errors else OK
