"""The command line: one module a command, imported when that command is given.

`reconcile --help` imports click and nothing else of ours, so it and shell completion answer at once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import click

from .. import __version__
from ..errors import ERROR, ReconcileError
from .console import Console, interruptible, leave, outcome

P = ParamSpec("P")

NAME: Final = "reconcile"
COMPLETE: Final = "_RECONCILE_COMPLETE"

COMMANDS: Final = {
    "init": "Start a project here: empty, from a database, or on an Alembic folder.",
    "validate": "Check manifests and configuration, and say everything that is wrong.",
    "import": "Write a schema as manifests, one object a file.",
    "diff": "Compare any two schemas.",
    "push": "Bring a development database to the desired schema at once.",
    "plan": "Show what is not planned or applied yet; write the revision.",
    "verify": "Prove revisions on a scratch database.",
    "approve": "Show what is pending for an environment, and sign that it may be applied.",
    "approvals": "List who approved what, and whether that is good.",
    "trust": "Show who may approve what; sign a next version of that.",
    "apply": "Apply the revisions that are allowed to an environment.",
    "grants": "Print what the roles of an environment must be allowed.",
    "rollback": "Plan the way back to an earlier revision, as a revision of its own.",
    "status": "Say how each environment stands.",
    "drift": "Show what was changed by hand; adopt or revert it.",
    "history": "Show what was applied, when and by whom.",
    "audit": "Show everything that was done to an environment, and verify that its ledger is whole.",
    "blame": "Say which revision, commit, author and approvers made an object what it is.",
    "suspend": "Apply nothing to an environment for a while.",
    "resume": "End a suspension.",
    "run": "Watch git and the environments, and apply what policy allows.",
    "completion": "Print the completion script of a shell.",
}
_MODULES: Final = {"import": "import_"}


class CommandTable(click.Group):
    """A group that knows its commands by name, and imports the one that is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{_MODULES.get(cmd_name, cmd_name)}", __name__)
        command: click.Command = module.command
        command.name = cmd_name
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"No command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)


def _console(ctx: click.Context) -> Console:
    return ctx.ensure_object(Console)


def _asked_json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _console(ctx).json = True


def _asked_no_color(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _console(ctx).color = False
        ctx.color = False


def _asked_config(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        _console(ctx).config = value


def _options(function: Callable[P, int | None]) -> Callable[P, int | None]:
    """The options that stand before or after the name of a command."""
    json = click.option(
        "--json", is_flag=True, is_eager=True, expose_value=False, callback=_asked_json, help="Print JSON."
    )
    no_color = click.option(
        "--no-color", is_flag=True, is_eager=True, expose_value=False, callback=_asked_no_color, help="Print no colour."
    )
    config = click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        expose_value=False,
        callback=_asked_config,
        metavar="FILE",
        help="The project's file (default: the nearest reconcile.yaml, or RECONCILE_CONFIG).",
    )
    return config(no_color(json(function)))


def command_options(function: Callable[Concatenate[Console, P], int | None]) -> Callable[P, int | None]:
    """For every command, under `@click.command()`: the shared options, and the console as first argument.

    What the function returns is the exit code (None: 0).
    """
    return _options(click.pass_obj(function))


@click.command(cls=CommandTable, name=NAME, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name=NAME, message="%(prog)s %(version)s")
@click.option(
    "-C", "directory", type=click.Path(path_type=Path), expose_value=True, metavar="DIR", help="Work in this folder."
)
@_options
def group(directory: Path | None) -> None:
    """Keep database schemas at what git says.

    Desired schemas are manifests or SQLAlchemy models; changes are reviewed Alembic revisions; databases converge.
    """
    if directory is not None:
        try:
            os.chdir(directory)
        except OSError as error:
            raise ReconcileError(f"cannot work in {directory}", why=error.strerror or "") from None


def main(args: Sequence[str], console: Console | None = None) -> int:
    """Runs one command line in this process and gives its exit code."""
    console = console or Console()
    console.json = "--json" in args
    return outcome(console, lambda: _invoked(list(args), console))


def _invoked(args: list[str], console: Console) -> object:
    try:
        with group.make_context(NAME, args, obj=console) as context:
            return group.invoke(context)
    except click.exceptions.NoArgsIsHelpError as error:
        console.note(error.ctx.get_help() if error.ctx else "")
        return ERROR


def run() -> None:
    """The `reconcile` script."""
    interruptible()
    if "run" not in sys.argv[1:]:
        gc.disable()  # a command ends soon, and its large catalogs hold no cycles; the loop is what lives long
    if instruction := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        leave(shell_complete(group, {}, NAME, COMPLETE, instruction))
    leave(main(sys.argv[1:]))
