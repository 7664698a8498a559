"""`reconcile import SOURCE --to DIR`: a schema as manifests."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import OK, REFUSED
from . import command_options
from .console import Console
from .options import SOURCES, dialect_option, shown_path, workspace


@click.command(epilog=SOURCES)
@click.argument("source")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help="Where the manifests go; those there of objects no longer found are taken away.")  # fmt: skip
@click.option("--allow-unmodelled", is_flag=True, help="Objects that are not modelled are listed, and that is all.")
@dialect_option
@command_options
def command(console: Console, source: str, folder: Path, allow_unmodelled: bool, dialect: str | None) -> int:
    """Write the schema of SOURCE as manifests, one object a file.

    Exit status 3: written, but SOURCE holds objects that are not modelled, and so are not in the manifests.
    """
    from ..control.importing import require_one_dialect, write_manifests
    from ..control.sides import one

    ws = workspace(console, required=False)
    require_one_dialect(ws, folder)
    with console.progress(f"reading {source}"):
        side, chosen = one(source, ws, dialect=dialect)
    written = write_manifests(side.catalog, chosen, folder)
    missing = side.catalog.unmodelled
    console.result(
        {"written": written.written, "removed": written.removed, "unchanged": written.unchanged,
         "unmodelled": [str(u) for u in missing]},
        f"{len(side.catalog)} objects in {written.total} file{'s' * (written.total != 1)} under {shown_path(folder)}"
        f" ({len(written.written)} written, {len(written.removed)} removed)",
    )  # fmt: skip
    for text in (*ws.notices, *side.catalog.notes):
        console.note(text)
    for u in missing:
        console.note(f"not modelled, so not in the manifests: {u}")
    return REFUSED if missing and not allow_unmodelled else OK
