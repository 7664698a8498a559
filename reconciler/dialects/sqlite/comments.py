"""The comments inside of a CREATE statement: which part each of them is about, and how they are written again.

SQLite keeps a definition as it was typed. A comment belongs to the column or constraint whose clause it stands in, or
behind, or above; what stands before the first bracket or behind the last one is about the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from .tokens import placed

_IN_GAP: Final = re.compile(r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|\n")


class Comment(msgspec.Struct, frozen=True):
    """Its text; whether a line ends between it and the token before it, and between it and the next."""

    text: str
    apart: bool
    last: bool


Comments = Mapping[int, list[Comment]]
"""By the number of the token that they stand before."""


def has_comments(sql: str) -> bool:
    """Whether there may be any: they are few, and looking for them costs as much as reading the rest."""
    return "--" in sql or "/*" in sql


def comments(sql: str) -> Comments:
    """All comments of a statement."""
    if not has_comments(sql):
        return {}
    found: dict[int, list[Comment]] = {}
    at = 0
    for number, (start, end) in enumerate([*placed(sql), (len(sql), len(sql))]):
        if here := _in_gap(sql[at:start]):
            found[number] = here
        at = end
    return found


def _in_gap(gap: str) -> list[Comment]:
    if not has_comments(gap):
        return []
    marks = _IN_GAP.findall(gap)
    return [
        Comment(_bare(mark), "\n" in marks[:at], "\n" in marks[at + 1 :])
        for at, mark in enumerate(marks)
        if mark != "\n"
    ]


def _bare(mark: str) -> str:
    return mark[2:].strip() if mark[0] == "-" else mark[2:].removesuffix("*/").strip()


def joined(found: Iterable[Comment], *others: str | None) -> str | None:
    """The comments of one part as one text, behind others that it has."""
    texts = [t for t in (*others, *(c.text for c in found)) if t]
    return "\n".join(texts) or None


def closed(expression: str) -> str:
    """An expression that a bracket may follow: on a line of its own where a comment might swallow it."""
    return expression + "\n" if "--" in expression.rpartition("\n")[2] else expression


def written(comment: str | None) -> str:
    """A comment as it is put behind a clause, with a blank before it; "" for none.

    Always between stars: SQLite cuts a definition at its commas when it drops a column, and a comment that runs to the
    end of its line, or that stands behind the comma, would go with the wrong one or break the text.
    """
    if not comment:
        return ""
    return f" /* {comment.replace('*/', '* /').strip()} */"
