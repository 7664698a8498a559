"""Whether a change takes data away, for the rule of destructive changes: by what it leads to, and by what it says.

Hand-written SQL may take rows that no catalog shows, so the statements are read too. In doubt it is destructive: that
asks for more approvals, and forbids nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ..apply.render import Rendered
from ..dialects.base import Dialect
from ..emit.report import PlanReport
from ..model.catalog import Catalog
from .compare import compare
from .sides import Side

_LITERAL: Final = re.compile(r"'(?:[^'\\]|''|\\.)*'|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_KEPT: Final = (
    r"default|not\s+null|constraint|check|index|primary|foreign|identity|expression|view|materialized|trigger|rule|policy|"
    r"function|procedure|routine|aggregate|operator|cast|event|comment|statistics|owned|publication|collation"
)
_LOSES: Final = re.compile(
    rf"\b(?:drop\s+(?!(?:{_KEPT})\b)|truncate\b|delete\s+from\b|delete\s+\w|update\s|merge\s|replace\s+into\b)",
    re.IGNORECASE,
)
_NAME: Final = r"(?P<{}>(?:[\w$]+|\"[^\"]+\"|`[^`]+`)(?:\.(?:[\w$]+|\"[^\"]+\"|`[^`]+`))?)"
_COPY: Final = re.compile(
    rf"insert\s+into\s+{_NAME.format('new')}\s*\([^)]*\)\s*select\b(?P<what>.*)\sfrom\s+{_NAME.format('old')}\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_DROP: Final = re.compile(rf"drop\s+table\s+{_NAME.format('old')}\s*\Z", re.IGNORECASE)


def plan_told(before: Catalog, after: Catalog, dialect: Dialect) -> PlanReport:
    """The change from one catalog to another, told."""
    return compare(Side(label="base", catalog=before), Side(label="head", catalog=after), dialect).report()


def said_losses(items: Iterable[Rendered]) -> list[str]:
    """The statements that may take data away, by their words."""
    return [s for item in items for s in _losing([s.sql for s in item.statements])]


def _losing(statements: Sequence[str]) -> Iterable[str]:
    """Without the DROP TABLE of a table whose rows were all copied into another before, as a rebuild does it."""
    copied: set[str] = set()
    for sql in statements:
        text = _LITERAL.sub("''", sql).strip().rstrip(";").strip()
        if (copy := _COPY.match(text)) and not re.search(r"\b(where|limit|join|having)\b", text, re.IGNORECASE):
            copied.add(copy["old"])
            continue
        dropped = _DROP.match(text)
        if dropped and dropped["old"] in copied:
            continue
        if _LOSES.search(text):
            yield sql
