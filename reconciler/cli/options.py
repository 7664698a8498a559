"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..control.workspace import Workspace, open_workspace
from ..errors import ReconcileError
from .console import Console

SOURCES = (
    "A source is env:NAME, a database URL, a folder or file of manifests, models:MODULE:NAME, flask:MODULE:NAME, "
    "lock:, or git:REF: in front of a folder or of lock:."
)

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def complete_dialects(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    try:
        names = Console().project().dialects
    except ReconcileError:
        names = ("mysql", "postgresql", "sqlite")
    return [n for n in names if n.startswith(incomplete)]


dialect_option: Decorator = click.option(
    "--dialect",
    metavar="NAME",
    help="What definitions are written for, where no database says so.",
    shell_complete=complete_dialects,
)
only_option: Decorator = click.option(
    "--dialect", metavar="NAME", help="Only this one of the project's dialects.", shell_complete=complete_dialects
)
yes_option: Decorator = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
order_option: Decorator = click.option(
    "--column-order", is_flag=True, help="Another order of the same columns is a change too (the table is rebuilt)."
)
everything_option: Decorator = click.option(
    "--allow-drop-everything", is_flag=True, help="Let a plan take away everything there is."
)


def reason_option(required: bool = False) -> Decorator:
    return click.option("--reason", required=required, default="", metavar="TEXT", callback=plain_text, help="Why.")


def plain_text(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A reason as it may stand in a ledger; refused where it holds characters that mislead."""
    from ..review.approval import sound_reason

    if value is not None and (not sound_reason(value) or (not value.strip() and (_param.required or value))):
        raise click.BadParameter("write one plain line of text")
    return value


def environment_option(required: bool = True) -> Decorator:
    return click.option(
        "--env", "environment", metavar="NAME", required=required, help="An environment of reconcile.yaml.",
        shell_complete=_environments,
    )  # fmt: skip


def _environments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    try:
        project = Console().project()
    except ReconcileError:
        return []
    return [e.name for e in project.every_environment if e.name.startswith(incomplete)]


def workspace(console: Console, *, required: bool = True, environment: str | None = None) -> Workspace:
    """The workspace of the command, that of an environment's dialect if one is named."""
    found = open_workspace(console.config, required=required)
    return found.around(environment) if environment is not None else found


def workspaces(console: Console, dialect: str | None) -> list[Workspace]:
    """One workspace for each dialect of the project, or for the one that was asked for."""
    return open_workspace(console.config).each(dialect)


@contextmanager
def about(ws: Workspace) -> Iterator[None]:
    """What goes wrong here is said to be of the workspace's dialect, where the project has several."""
    try:
        yield
    except ReconcileError as error:
        if ws.required.several:
            error.what = f"{ws.required.dialect}: {error.what}"
        raise


def shown_path(path: Path) -> str:
    """A path as a person standing here would name it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
