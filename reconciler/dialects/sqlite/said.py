"""What a statement does to others, by its words. Whoever writes has the whole database; what differs is how long."""

from __future__ import annotations

import re
from typing import Final

from ...model.changes import Impact

_BRIEF: Final = re.compile(
    r"\s*(create\s+(?!(unique\s+)?index|table\b.*\bas\s+select)|drop\s+(view|trigger|index)|pragma\s+(?!foreign_key_check)"
    r"|alter\s+table\b.*\brename\b|delete\s+from\s+sqlite_sequence|update\s+sqlite_sequence)",
    re.IGNORECASE | re.DOTALL,
)


def said_impact(sql: str) -> Impact:
    """The impact of one statement."""
    return Impact(lock="database", scan=_BRIEF.match(sql) is None)
