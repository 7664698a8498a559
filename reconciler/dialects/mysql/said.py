"""What a statement does to others, by its words: for revisions, whose statements are all that there is.

What this program writes names the algorithm; of another ALTER TABLE the server chooses one, so it may copy.
"""

from __future__ import annotations

import re
from typing import Final

from ...model.changes import Impact

_BRIEF: Final = Impact(lock="access exclusive")
_COPY: Final = Impact(lock="share", scan=True, rewrite=True)
_ROWS: Final = Impact(lock="none", scan=True)
_STRINGS: Final = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(?:[^`]|``)*`|\"(?:[^\"\\]|\\.|\"\")*\"")
_COMMENTS: Final = re.compile(r"(?:\s+|--\s[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z)|/\*(?!!).*?\*/)+", re.DOTALL)
_SAID: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), impact)
    for pattern, impact in (
        (r"alter\s+table\b.*\balgorithm\s*=?\s*instant\b", _BRIEF),
        (r"alter\s+table\b.*\block\s*=?\s*none\b", Impact(lock="share update exclusive", scan=True, rewrite=True)),
        (r"alter\s+table\b.*\brename\s+(to|as|column|index|key)\b", _BRIEF),
        (r"alter\s+table\b.*\bdrop\s+(foreign\s+key|constraint|check)\b(?!.*\badd\b)", _BRIEF),
        (r"alter\s+(online\s+)?table\b|create\s+(or\s+replace\s+)?table\b.*\bselect\b", _COPY),
        (r"create\s+(unique\s+|fulltext\s+|spatial\s+)?index\b|drop\s+index\b", _COPY),
        (r"(create|alter|drop|rename|grant|revoke|set)\b", _BRIEF),
    )
)


def said_impact(sql: str) -> Impact:
    """The impact of one statement."""
    text = _STRINGS.sub("x", _COMMENTS.sub(" ", sql)).strip()
    return next((impact for pattern, impact in _SAID if pattern.match(text)), _ROWS)
