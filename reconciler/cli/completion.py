"""`reconcile completion`: the script that makes a shell complete our commands and options."""

from __future__ import annotations

import click

from . import COMPLETE, NAME, command_options, group
from .console import Console


@click.command(epilog="For bash: reconcile completion bash >> ~/.bash_completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@command_options
def command(console: Console, shell: str) -> None:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    source = kind(group, {}, NAME, COMPLETE).source()
    console.result({"shell": shell, "script": source}, source)
