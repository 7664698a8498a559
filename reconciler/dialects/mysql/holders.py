"""Who holds metadata locks on tables, where the server tells: MariaDB with its plugin, MySQL in performance_schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..base import Holder
from ..session import Session

_MARIADB: Final = """
SELECT l.thread_id, p.user, coalesce(p.host, ''), coalesce(p.time, 0), l.table_name
FROM information_schema.metadata_lock_info l LEFT JOIN information_schema.processlist p ON p.id = l.thread_id
WHERE l.table_schema = database() AND l.thread_id <> connection_id() ORDER BY 4 DESC LIMIT 50
"""
_MYSQL: Final = """
SELECT t.processlist_id, t.processlist_user, coalesce(t.processlist_host, ''), coalesce(t.processlist_time, 0),
       l.object_name
FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
WHERE l.object_schema = database() AND l.lock_status = 'GRANTED' AND t.processlist_id <> connection_id()
ORDER BY 4 DESC LIMIT 50
"""


def holders(session: Session) -> Sequence[Holder]:
    """The oldest first. Raises DatabaseError where the server has no such view, or not for this user."""
    rows = session.rows(_MARIADB if session.version >= (10,) else _MYSQL)
    return [
        Holder(who=f"connection {number} (user {user}, {host})", tables=(str(table),), seconds=int(seconds))
        for number, user, host, seconds, table in rows
    ]
