"""The next number of AUTO_INCREMENT: data that moves with the rows, which no catalog holds and a statement raises."""

from __future__ import annotations

import re
from typing import Final

from ..session import Session
from .tokens import is_name, literal, name_of, tokens

_RAISE: Final = re.compile(
    r"AUTO_INCREMENT\x1f(?:=\x1f)?(\d+)(?:\x1f,\x1f(?:ALGORITHM|LOCK)\x1f(?:=\x1f)?\w+)*(?:\x1f;)?", re.IGNORECASE
)


def raised(sql: str) -> tuple[str, str, int] | None:
    """Database ("" for the session's own), table and number of a statement that does nothing but raise it."""
    words = [t.text for t in tokens(sql)]
    head = [w.upper() for w in words[:2]]
    at = 5 if words[3:4] == ["."] else 3
    if head != ["ALTER", "TABLE"] or not all(is_name(w) for w in words[2:at:2]):
        return None
    found = _RAISE.fullmatch("\x1f".join(words[at:]))
    names = [name_of(w) for w in words[2:at:2]]
    return (names[0] if len(names) == 2 else "", names[-1], int(found[1])) if found else None


def seen_done(session: Session, sql: str) -> bool | None:
    """Whether a raise was done, by the number that comes next; None for every other statement."""
    if (asked := raised(sql)) is None:
        return None
    database, table, number = asked
    query = "SELECT auto_increment FROM information_schema.tables WHERE table_schema = {} AND table_name = {}"
    rows = session.rows(query.format(literal(database) if database else "DATABASE()", literal(table)))
    return any(now is not None and int(now) >= number for (now,) in rows)
