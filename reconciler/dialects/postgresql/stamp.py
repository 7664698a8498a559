"""Whether a database changed since it was last read, for a tenth of what reading it costs."""

from __future__ import annotations

from ..session import Session
from .snapshot import query


def stamp(session: Session) -> str:
    """A text that is another one after every change that inspection could see, and often after others too."""
    return str(session.rows(query("stamp", session.version[0]))[0][0])
