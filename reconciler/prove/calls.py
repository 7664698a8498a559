"""Routines that a revision calls: one that commits by itself takes the revision's transaction apart.

Whoever is stopped in the middle of it leaves a half that is there for good, and what fails behind its own COMMIT is
done again by the next run. No catalog shows either, so it is said beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ..diagnostics import Finding, Span
from ..dialects.base import Dialect
from ..model.catalog import Catalog
from ..model.changes import Statement
from ..sources.revisions import Revision

_LEADING: Final = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_NAME: Final = r"(?:`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\"|[^\W\d][\w$]*)"
_CALL: Final = re.compile(rf"call\s+({_NAME}(?:\s*\.\s*{_NAME})*)", re.IGNORECASE)
_ENDS: Final = r"commit|rollback(?!\s+(?:work\s+)?to\b)|start\s+transaction"
_DDL: Final = r"(?:create|drop)(?!\s+temporary)|alter|rename|truncate|grant|revoke|lock\s+tables|analyze|optimize"
_OTHERS: Final = r"call|execute|prepare"
"""What may end a transaction in its turn, and is not followed."""


def calls(revision: Revision, said: Iterable[Statement], known: Catalog, dialect: Dialect) -> Iterator[Finding]:
    """A warning for each call of a routine that may commit by itself, or of which `known` holds no text.

    said: the statements of the revision.
    """
    for name in dict.fromkeys(filter(None, (called(statement.sql) for statement in said))):
        if (why := _why(name, known, dialect)) is not None:
            yield Finding(
                rule="calls-routine",
                level="warning",
                message=f"it calls {name}, which may commit by itself",
                span=Span(revision.path, _line(revision, name)),
                why=f"{why}; a run that stops inside of it leaves a half for good, and the next one calls it again",
                next="call it in a revision of its own, and make it one that may be called twice",
            )


def called(sql: str) -> str | None:
    """The bare name of the routine that a statement calls, None where it is no CALL."""
    start = _LEADING.match(sql)
    found = _CALL.match(sql, start.end() if start else 0)
    if found is None:
        return None
    last = str(re.findall(_NAME, found[1])[-1])
    return last[1:-1].replace(last[0] * 2, last[0]) if last[0] in "`\"" else last


def _line(revision: Revision, name: str) -> int:
    text = revision.text.decode("utf-8", "replace")
    found = re.search(rf"(?i)\bcall\b[^()]*{re.escape(name)}", text)
    return text.count("\n", 0, found.start()) + 1 if found else revision.line_of("down_revision")


def _why(name: str, known: Catalog, dialect: Dialect) -> str | None:
    """Read without regard to strings and comments: in doubt it is said."""
    texts = [
        str(getattr(o, "definition", ""))
        for o in known.values()
        if (o.kind == "procedure" or getattr(o, "routine", "") == "procedure")
        and o.name.partition("(")[0].lower() == name.lower()
    ]
    words = "|".join((_ENDS, _OTHERS, *(() if dialect.transactional_ddl else (_DDL,))))
    for text in texts:
        if found := re.search(rf"\b(?:{words})\b", text.partition("(")[2], re.IGNORECASE):
            return f"its text says {' '.join(found[0].split()).upper()}"
    return None if texts else "its text is not among what is managed"
