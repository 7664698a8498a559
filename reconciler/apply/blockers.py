"""Who stands in the way of a lock, as far as the server tells. A courtesy: it never fails, and never blocks."""

from __future__ import annotations

from ..dialects.base import Dialect, Holder
from ..dialects.session import Session
from ..errors import DatabaseError

_MOST = 3


def blockers(session: Session, dialect: Dialect, sql: str) -> str:
    """Who holds what the statement asks for, since when, and what they last ran; "" where nobody can be named."""
    if session.in_transaction:
        return ""
    try:
        found = list(dialect.holders(session, sql))
    except DatabaseError:
        return ""
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return "; ".join([*map(_told, found[:_MOST]), *more])


def _told(h: Holder) -> str:
    since = f" (since {h.since} UTC)" if h.since else ""
    what = f"has held {', '.join(h.tables)}" if h.tables else h.doing
    query = f", last ran: {h.query}" if h.query else ""
    return f"{h.who} {what} for {h.seconds} s{since}{query}"
