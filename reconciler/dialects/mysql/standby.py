"""Servers that nothing can be applied to: replicas, and those that are set to be read only."""

from __future__ import annotations

from ..session import Session


def unfit(session: Session) -> str:
    """Why; "" where it takes writes. An account that may write there all the same is told so too: a change that only a
    replica has breaks its replication."""
    (read_only,) = session.rows("SELECT @@GLOBAL.read_only")[0]
    return "read_only is on: it is a replica, or is being kept as it is" if int(read_only) else ""
