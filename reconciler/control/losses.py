"""Whether a change takes data away, for the rule of destructive changes: by what it leads to, and by what it says.

Hand-written SQL may take rows that no catalog shows, so the statements are read too. In doubt it is destructive: that
asks for more approvals, and forbids nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..apply.render import Rendered
from ..dialects.base import Dialect
from ..emit.report import PlanReport
from ..model.address import Address
from ..model.catalog import Catalog
from .compare import compare
from .sides import Side

_TOKENS: Final = (
    re.compile(r"(\"[^\"]*\"|`[^`]*`)|'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL),
    re.compile(r"(\"(?:[^\"\\]|\\.)*\"|`[^`]*`)|'(?:[^'\\]|''|\\.)*'|#[^\n]*|--[^\n]*|/\*.*?\*/", re.DOTALL),
)
"""Quoted names (kept), and strings and comments, as servers without and with escapes in strings read them: a text that
is harmless to one of them only is not harmless."""
_KEPT: Final = (
    r"default|not\s+null|constraint|check|index|primary|foreign|identity|expression|view|materialized|trigger|rule|policy|"
    r"function|procedure|routine|aggregate|operator|cast|event|comment|statistics|owned|publication|collation"
)
_BEGINS: Final = r"(?:^|[;()]|\b(?:as|begin|then|else|do|loop)\b)\s*"
_LOSES: Final = re.compile(
    rf"\bdrop\s+(?!(?:{_KEPT})\b)|\btruncate\b|\bdelete\s+(?:[\w.`\",\s]+\s)?from\b|{_BEGINS}(?:update|merge|replace)\s",
    re.IGNORECASE,
)
_ANYTHING: Final = re.compile(
    r"(?:do|call|execute|exec|copy|load|prepare)\b|select\b(?!\s+(?:pg_catalog\.)?set(?:val|_config)\s*\()",
    re.IGNORECASE,
)
"""Statements of which no word says what they do."""
_OWN: Final = re.compile(r"(?:delete\s+from|update)\s+sqlite_sequence\b[^;]*\Z", re.IGNORECASE)
"""The counters of rows that SQLite keeps, which go along with a table that is made anew."""
_NAME: Final = r"(?P<{}>(?:[\w$]+|\"[^\"]+\"|`[^`]+`)(?:\.(?:[\w$]+|\"[^\"]+\"|`[^`]+`))?)"
_COPY: Final = re.compile(
    rf"insert\s+into\s+{_NAME.format('new')}\s*\([^)]*\)\s*select\b(?P<what>.*)\sfrom\s+{_NAME.format('old')}\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_SOME: Final = re.compile(r"\b(?:where|limit|join|having|distinct|union|from)\b", re.IGNORECASE)
"""What makes a copy less than the whole table."""
_DROP: Final = re.compile(rf"drop\s+table\s+{_NAME.format('old')}\s*\Z", re.IGNORECASE)


def plan_told(
    before: Catalog, after: Catalog, dialect: Dialect, names: Mapping[Address, str] | None = None
) -> PlanReport:
    """The change from one catalog to another, told. names: what was renamed, new address → old name."""
    head = Side(label="head", catalog=after, names=names or {})
    return compare(Side(label="base", catalog=before), head, dialect).report()


def said_losses(items: Iterable[Rendered]) -> list[str]:
    """The statements that may take data away, by their words."""
    return [s for item in items for s in _losing([s.sql for s in item.statements])]


def _losing(statements: Sequence[str]) -> Iterable[str]:
    """Without the DROP TABLE of a table whose rows were all copied into another before, as a rebuild does it."""
    copied: set[str] = set()
    for sql in statements:
        texts = [token.sub(lambda m: m[1] or " ", sql).strip().rstrip(";").strip() for token in _TOKENS]
        copies = [_COPY.match(text) for text in texts]
        if all(c is not None and not _SOME.search(c["what"]) for c in copies):
            copied |= {c["old"] for c in copies if c is not None}
        elif not all(_harmless(text, copied) for text in texts):
            yield sql


def _harmless(text: str, copied: set[str]) -> bool:
    dropped = _DROP.match(text)
    if (dropped is not None and dropped["old"] in copied) or _OWN.match(text):
        return True
    return not _LOSES.search(text) and not _ANYTHING.match(text)
