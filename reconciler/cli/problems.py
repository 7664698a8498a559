"""Any exception in the shape of ours: what, where, why, what to type next, and the exit code."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ..errors import ERROR, INTERRUPTED, ReconcileError

if TYPE_CHECKING:
    from ..diagnostics import Finding

TRACEBACK: Final = "RECONCILE_TRACEBACK"


class Problem:
    """Any exception in the shape of ours."""

    def __init__(self, what: str, where: str = "", why: str = "", next: str = "", exit_code: int = ERROR) -> None:
        self.what, self.where, self.why, self.next, self.exit_code = what, where, why, next, exit_code
        self.code = self.statement = ""
        self.findings: tuple[Finding, ...] = ()

    def details(self) -> list[tuple[str, str]]:
        return [("why", self.why), ("code", self.code), ("statement", self.statement), ("next", self.next)]

    def as_dict(self) -> dict[str, Any]:
        named = {"what": self.what, "where": self.where, **dict(self.details())}
        return {key: text for key, text in named.items() if text} | {"findings": list(self.findings)}


def problem_of(error: BaseException) -> Problem:
    if isinstance(error, ReconcileError):
        problem = Problem(error.what, error.where, error.why, error.next, error.exit_code)
        problem.findings = getattr(error, "findings", ())
        problem.code, problem.statement = getattr(error, "code", ""), getattr(error, "statement", "")
        return problem
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        return Problem(error.format_message(), next=f"{context.command_path} --help" if context else "")
    if isinstance(error, KeyboardInterrupt | click.Abort):
        next_step = "give the same command again"
        return Problem("interrupted", next=next_step, exit_code=INTERRUPTED)
    last = (traceback.extract_tb(error.__traceback__) or [None])[-1]
    where = f"{Path(last.filename).name}:{last.lineno}" if last else ""
    why = f"this is a fault of reconcile, at {where}" if where else "this is a fault of reconcile"
    next_step = f"set {TRACEBACK}=1 and give the command again to see the whole trace"
    return Problem(f"unexpected {type(error).__name__}: {error}", why=why, next=next_step)
