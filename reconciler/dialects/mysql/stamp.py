"""Whether a database changed since it was last read: what inspection reads of it, hashed and not understood."""

from __future__ import annotations

from ...model.codec import digest
from ..base import Scope
from ..session import Session
from .inspect import Reading
from .inspect_access import texts
from .session import MySQLSession


def stamp(session: Session) -> str:
    """A text that is another one after every change of the schema."""
    assert isinstance(session, MySQLSession)
    with session.in_own_mode(), session.transaction(read_only=True, repeatable=True):
        said = [*Reading(session, Scope()).texts(), *texts(session)]
        return digest(*(t.encode("utf-8", "surrogatepass") for t in said))
