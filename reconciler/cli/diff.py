"""`reconcile diff FROM TO`: what takes one schema to another."""

from __future__ import annotations

import click

from ..errors import CHANGES, OK
from . import command_options
from .console import Console
from .options import SOURCES, dialect_option, order_option, workspace


@click.command(epilog=SOURCES)
@click.argument("before", metavar="FROM")
@click.argument("after", metavar="TO")
@click.option("--sql", is_flag=True, help="Print exactly the SQL that takes FROM to TO.")
@order_option
@dialect_option
@command_options
def command(console: Console, before: str, after: str, sql: bool, column_order: bool, dialect: str | None) -> int:
    """Compare FROM with TO, and print the steps that take FROM to TO. Exit status 2: they differ."""
    from ..control.compare import compare, profile_of, unmodelled_notes
    from ..control.sides import pair
    from ..control.tombstones import keeping
    from ..emit.report import as_data
    from ..emit.sql import script
    from ..emit.terminal import as_text

    ws = workspace(console, required=False)
    with console.progress("comparing"):
        a, b, chosen = pair(before, after, ws, dialect=dialect)
        if b.written:
            b = keeping(a.catalog, b, profile_of(chosen, a.catalog, b.catalog), kept=None)
        found = compare(a, b, chosen, follow_order=column_order)
    for text in (*ws.notices, *unmodelled_notes(a, b)):
        console.note(text)
    if sql and not console.json:
        if not found.empty:
            console.print(script(found.plan, chosen, found.profile).rstrip())
    else:
        report = found.report()
        console.result(as_data(report), lambda: as_text(report, style=console.style))
    return OK if found.empty else CHANGES
