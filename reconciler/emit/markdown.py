"""A plan's report as Markdown for a pull request. Names and SQL come from others: none of them can leave its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .report import PlanReport, StepReport, impact_words, kind_words
from .rows import Answers, rows_text
from .sql import comment_safe, terminated
from .terminal import change_words, comment_safe_line

_RISKY: Final = re.compile(r"[!-~](?<![\w .,;()'/=+%?-])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""ASCII that may be markup; an underscore inside of a word is none."""
_SHORT: Final = 200


def as_markdown(report: PlanReport, *, title: str = "Schema plan") -> str:
    """Heading, what is lost, a table of steps, findings, the SQL folded away, and the digest."""
    return "\n".join([*_blocks(report, title), ""])


def rows_markdown(answers: Answers) -> str:
    """The rows that stand in the way, as a list."""
    return "".join(f"- {plain(line.strip())}\n" for line in rows_text(answers))


def _blocks(report: PlanReport, title: str) -> Iterator[str]:
    yield f"### {plain(title)}: {plain(str(report.summary))}"
    yield ""
    yield from _losses(report)
    if report.steps:
        yield from _table(report)
        yield ""
    yield from _findings(report)
    if report.steps:
        yield from _sql(report)
    yield f"Plan digest: <code>{report.digest}</code>"


def _losses(report: PlanReport) -> Iterator[str]:
    if report.losses:
        yield "> [!CAUTION]"
        yield "> **This plan loses data.**"
        yield from (f"> - {code(_named(s))}: {plain(s.impact.loses)}" for s in report.losses)
        yield ""


def _table(report: PlanReport) -> Iterator[str]:
    yield "| | step | what changes | impact |"
    yield "| --- | --- | --- | --- |"
    for s in report.steps:
        yield f"| {s.sign} | {_action(s)} {code(_named(s))} | {_what(s)} | {plain(impact_words(s.impact))} |"


def _action(step: StepReport) -> str:
    return f"replace ({step.action})" if step.replaced else step.action


def _named(step: StepReport) -> str:
    name = f"{step.was} → {step.name}" if step.was else step.name
    return f"{kind_words(step.kind)} {name}"


def _what(step: StepReport) -> str:
    said = [code(change_words(c)) for c in step.changes]
    for p in step.parts:
        details = "; ".join(change_words(c) for c in p.changes)
        said.append(code(f"{p.sign} {kind_words(p.kind)} {p.name}" + (f": {details}" if details else "")))
    if step.reason:
        said.append(f"because {code(step.reason)} is changed or replaced")
    return "<br>".join(said)


def _findings(report: PlanReport) -> Iterator[str]:
    for f in report.findings:
        place = f"{code(f.address)}: " if f.address else f"{code(str(f.span))}: " if str(f.span) else ""
        yield f"- **{f.level}** {place}{plain(f.message)}" + (f" Next: {plain(f.next)}" if f.next else "")
    if report.findings:
        yield ""


def _sql(report: PlanReport) -> Iterator[str]:
    said = [terminated(s.sql) for step in report.steps for s in step.statements]
    text = "\n".join(comment_safe_line(line) for sql in said for line in sql.split("\n"))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    yield f"<details><summary>SQL ({len(said)} statement{'' if len(said) == 1 else 's'})</summary>"
    yield from ("", f"{fence}sql", text, fence, "", "</details>", "")


def plain(text: str) -> str:
    """A text in one line in which nothing is markup."""
    return _RISKY.sub(lambda found: f"&#{ord(found[0])};", comment_safe(text))


def code(text: str) -> str:
    """A text in one line, set as code; entities, since a code span could be closed from inside."""
    short = text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
    return f"<code>{plain(short)}</code>"
