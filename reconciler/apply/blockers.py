"""Who stands in the way of a lock, as far as the server tells. A courtesy: it never fails, and never blocks."""

from __future__ import annotations

import re
from typing import Final

from ..dialects.session import Session
from ..errors import DatabaseError

# Others' transactions that hold a lock on a table and were there before us, oldest first. The attempt is over when we
# ask, so pg_blocking_pids knows nothing any more.
_HOLDERS: Final = {
    "postgresql": """
SELECT a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no application name'),
       extract(epoch FROM now() - a.xact_start)::int, coalesce(a.state, 'state not visible'),
       array_to_string(array_agg(DISTINCT c.relname ORDER BY c.relname), ',')
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
JOIN pg_catalog.pg_class c ON c.oid = l.relation
WHERE l.granted AND l.locktype = 'relation' AND a.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND c.oid >= 16384
GROUP BY 1, 2, 3, 4, 5, a.xact_start ORDER BY a.xact_start LIMIT 50
"""
}


def blockers(session: Session, sql: str) -> str:
    """Who holds locks on the tables that the statement names; "" where nobody can be named."""
    query = _HOLDERS.get(session.dialect)
    if query is None or session.in_transaction:
        return ""
    try:
        found = session.rows(query)
    except DatabaseError:
        return ""
    words = set(re.findall(r"\w+", sql))
    named = [row for row in found if words & set(str(row[5]).split(","))]
    return "; ".join(
        f"pid {pid} (role {role}, {application}, {state}) has held {tables} for {age} s"
        for pid, role, application, age, state, tables in named[:3]
    )
