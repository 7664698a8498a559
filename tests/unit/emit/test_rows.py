"""How rows that stand in the way are told."""

from __future__ import annotations

from reconciler.emit.rows import rows_text
from reconciler.model.probes import Probed


def unanswered(table: str, why: str) -> Probed:
    return Probed(address=f"table:{table}", table=table, what="have no parent", why=why)


def test_questions_that_nobody_answered_are_said_one_by_one_while_they_are_few() -> None:
    assert rows_text({"dev": [unanswered("a", "no time"), unanswered("b", "no right")]}) == [
        "dev: not counted: rows of a that have no parent (no time)",
        "dev: not counted: rows of b that have no parent (no right)",
    ]


def test_many_for_one_reason_are_said_in_a_line() -> None:
    """A new environment has none of the tables that a plan is about."""
    found = [unanswered(t, "not there yet") for t in ("a", "a", "b", "c", "d", "e")]
    assert rows_text({"dev": [*found, unanswered("f", "no time")]}) == [
        "dev: not counted: 6 questions about rows of a, b, c and 2 more tables (not there yet)",
        "dev: not counted: rows of f that have no parent (no time)",
    ]
