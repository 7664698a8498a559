"""A plan's report as text for a terminal. What prints it decides about colour, by the function that it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .report import FieldChange, PlanReport, StepReport, impact_words, kind_words, shown
from .sql import comment_safe, terminated

Style = Callable[[str, str], str]
"""A text and the name of its style (`create`, `drop`, `alter`, `rename`, `error`, `warning`, `faint`, `strong`)."""

_STYLES = {"+": "create", "-": "drop", "~": "alter", "→": "rename"}


def _plain(text: str, style: str) -> str:
    return text


def as_text(report: PlanReport, *, sql: bool = True, style: Style = _plain) -> str:
    """The plan, its findings and its summary; `sql` with the statements."""
    lines = [line for step in report.steps for line in _step(step, sql, style)]
    for f in report.findings:
        lines += [style(line, f.level) if i == 0 else line for i, line in enumerate(str(f).splitlines())]
    if report.findings:
        lines.append("")
    lines.append(style(f"Plan: {report.summary}.", "strong"))
    return "\n".join(lines)


def _step(step: StepReport, sql: bool, style: Style) -> Iterator[str]:
    yield style(headline(step), _STYLES[step.sign])
    if step.reason:
        yield f"    because {comment_safe(step.reason)} is changed or replaced"
    if step.impact.loses:
        yield "    " + style(f"! LOSES DATA: {comment_safe(step.impact.loses)}", "error")
    yield from (f"    {change_words(c)}" for c in step.changes)
    for p in step.parts:
        details = "; ".join(change_words(c) for c in p.changes)
        named = f"{p.sign} {kind_words(p.kind)} {comment_safe(p.name)}"
        yield f"    {style(named, _STYLES[p.sign])}" + (f": {details}" if details else "")
    for statement in step.statements if sql else ():
        yield from (style(f"      {comment_safe_line(line)}", "faint") for line in _lines(statement.sql))
    if words := impact_words(step.impact):
        yield f"    impact: {comment_safe(words)}"
    yield ""


def headline(step: StepReport) -> str:
    """The step in a line: sign, verb, kind and name."""
    action = "replace" if step.replaced else step.action
    half = f" ({step.action})" if step.replaced else ""
    name = f"{step.was} → {step.name}" if step.was else step.name
    return comment_safe(f"{step.sign} {action} {kind_words(step.kind)} {name}{half}")


def change_words(change: FieldChange) -> str:
    return comment_safe(f"{kind_words(change.field)}: {shown(change.old)} → {shown(change.new)}")


def _lines(sql: str) -> list[str]:
    return terminated(sql).split("\n")


def comment_safe_line(line: str) -> str:
    """A line of SQL whose unprintable characters are shown, tabs aside."""
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in line)
