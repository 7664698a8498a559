"""A plan as SQL: the statements of its steps, and a script that a person can read and run.

Knows where transactions must begin and end; knows no kind and asks the dialect for every statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..dialects.base import Dialect, Rendered, Rendering, statements
from ..model.changes import Statement, Step
from ..model.profile import Profile
from ..plan.order import described
from ..plan.plan import Plan

__all__ = ["Rendered", "all_statements", "comment_safe", "rendered_steps", "rendering", "script", "terminated"]


def rendering(plan: Plan, profile: Profile) -> Rendering:
    """What renderers look at: the old catalog is the one after the renames, which come first."""
    return Rendering(profile=profile, old=plan.renamed, new=plan.new, called=plan.called())


def rendered_steps(plan: Plan, dialect: Dialect, profile: Profile) -> Rendered:
    """The steps of a plan with their statements, in order."""
    return statements(dialect, plan.steps, rendering(plan, profile))


def all_statements(plan: Plan, dialect: Dialect, profile: Profile) -> list[Statement]:
    return [s for _, said in rendered_steps(plan, dialect, profile) for s in said]


def terminated(sql: str) -> str:
    """A statement with its semicolon; on a line of its own after a comment, which would swallow it."""
    text = sql.strip()
    last = text.rsplit("\n", 1)[-1]
    return f"{text}\n;" if "--" in last else text if text.endswith(";") else f"{text};"


def script(plan: Plan, dialect: Dialect, profile: Profile) -> str:
    """A script that takes a database of `plan.old` to `plan.new`; what can be undone together is one transaction."""
    steps = rendered_steps(plan, dialect, profile)
    return "".join(f"{line}\n" for line in _script_lines(steps, together=dialect.transactional_ddl))


def _script_lines(steps: Rendered, *, together: bool) -> Iterator[str]:
    """The lines; not `together`: every statement commits by itself, whatever words stand around it."""
    inside = False
    for step, undoable, said in _runs(steps):
        transactional = undoable and together
        if transactional is not inside:
            yield from ("COMMIT;", "") if inside else ()
            yield from ("BEGIN;", "") if transactional else ()
            inside = transactional
        if step is not None:
            yield f"-- {comment_safe(described(step))}"
        yield from (terminated(s.sql) for s in said)
        yield ""
    if inside:
        yield "COMMIT;"


def _runs(steps: Rendered) -> Iterator[tuple[Step | None, bool, list[Statement]]]:
    """The statements of each step, cut where transactional ones meet others; the step only with its first piece."""
    for step, said in steps:
        named: Step | None = step
        for transactional, piece in _pieces(said):
            yield named, transactional, piece
            named = None


def _pieces(said: Iterable[Statement]) -> Iterator[tuple[bool, list[Statement]]]:
    piece: list[Statement] = []
    for s in said:
        if piece and piece[-1].transactional is not s.transactional:
            yield piece[-1].transactional, piece
            piece = []
        piece.append(s)
    if piece:
        yield piece[-1].transactional, piece


def comment_safe(text: str) -> str:
    """A text that cannot leave the line of its comment, nor write backwards on a screen."""
    return "".join(c if c.isprintable() else "?" for c in text)
