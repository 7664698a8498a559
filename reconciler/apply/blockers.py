"""Who stands in the way of a lock, as far as the server tells. A courtesy: it never fails, and never blocks."""

from __future__ import annotations

import re

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import DatabaseError


def blockers(session: Session, dialect: Dialect, sql: str) -> str:
    """Who holds locks on the tables that the statement names; "" where nobody can be named."""
    if session.in_transaction:
        return ""
    try:
        found = dialect.holders(session)
    except DatabaseError:
        return ""
    words = set(re.findall(r"\w+", sql))
    named = [h for h in found if words & set(h.tables)]
    return "; ".join(f"{h.who} has held {','.join(h.tables)} for {h.seconds} s" for h in named[:3])
