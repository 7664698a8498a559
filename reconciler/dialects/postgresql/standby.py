"""Databases that nothing can be applied to: replicas, and those that are set to be read only."""

from __future__ import annotations

from ..session import Session


def unfit(session: Session) -> str:
    """Why; "" where it takes writes."""
    standby, read_only = session.rows(
        "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on'"
    )[0]
    if standby:
        return "it is a replica: it takes what its primary writes, and nothing else"
    return "default_transaction_read_only is on, for this role, this database or the whole server" if read_only else ""
