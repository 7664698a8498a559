"""What a statement does to others, by its words: for revisions, whose statements are all that there is.

From the ALTER TABLE page and from measurements on 15 and 18. What is not known is taken to be long and strong.
"""

from __future__ import annotations

import re
from typing import Final

from ...model.changes import Impact

_BESIDE: Final = Impact(lock="share update exclusive", scan=True)
_WEAK: Final = Impact(lock="share update exclusive")
_BRIEF: Final = Impact(lock="access exclusive")
_SCAN: Final = Impact(lock="access exclusive", scan=True)
_REWRITE: Final = Impact(lock="access exclusive", rewrite=True, scan=True)
_ROWS: Final = Impact(lock="none", scan=True)
_TABLE: Final = r"alter\s+(?:foreign\s+)?table\b.*"
_COMMENTS: Final = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)
_STRINGS: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")

_SAID: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), impact)
    for pattern, impact in (
        (r"(create\s+(unique\s+)?index|drop\s+index|reindex\b.*)\s+concurrently\b", _BESIDE),
        (_TABLE + r"\bdetach\s+partition\b.*\bconcurrently\b", _BESIDE),
        (r"create\s+(unique\s+)?index\b", Impact(lock="share", scan=True)),
        (_TABLE + r"\bvalidate\s+constraint\b", _BESIDE),
        (_TABLE + r"\b(set\s+(un)?logged|set\s+tablespace|set\s+access\s+method)\b", _REWRITE),
        (_TABLE + r"\btype\b", _REWRITE),
        (_TABLE + r"\badd\s+(column\b)?.*\b(stored|identity|serial|bigserial|smallserial)\b", _REWRITE),
        (_TABLE + r"\bdefault\s+[^,]*\w\s*\(", _REWRITE),
        (_TABLE + r"\bset\s+not\s+null\b", _SCAN),
        (_TABLE + r"\badd\b.*\bnot\s+valid\b", _BRIEF),
        (_TABLE + r"\busing\s+index\b", _BRIEF),
        (_TABLE + r"\badd\b.*\b(foreign\s+key|references)\b", Impact(lock="share row exclusive", scan=True)),
        (_TABLE + r"\badd\b.*\b(check|unique|primary|exclude|not\s+null)\b", _SCAN),
        (_TABLE + r"\battach\s+partition\b", _SCAN),
        (_TABLE + r"\b(set\s+statistics|set\s*\(|reset\s*\()", _WEAK),
        (r"comment\s+on\b", _WEAK),
        (r"create\s+trigger\b", Impact(lock="share row exclusive")),
        (r"create\s+table\b.*\bas\b|create\s+materialized\b", _ROWS),
        (r"refresh\s+materialized\b|cluster\b|vacuum\b|reindex\b|truncate\b", _REWRITE),
        (r"(create|alter|drop|grant|revoke|set|reset|security)\b", _BRIEF),
        (r"select\s+(pg_catalog\.)?(set_config|setval)\s*\(", _BRIEF),
    )
)


def said_impact(sql: str) -> Impact:
    """The impact of one statement."""
    text = _STRINGS.sub("x", _COMMENTS.sub(" ", sql)).strip()
    return next((impact for pattern, impact in _SAID if pattern.match(text)), _ROWS)
