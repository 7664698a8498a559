"""Who holds metadata locks on tables, where the server tells: MariaDB with its plugin, MySQL in performance_schema.

Where it does not, those are told whose transaction is open, or whose query names the table: InnoDB's own list has the
first, and an account with PROCESS sees the others'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...errors import DatabaseError
from ..base import Holder
from ..disturbance import is_disturbance
from ..holding import shortened
from ..session import Session

_MARIADB: Final = """
SELECT l.thread_id, p.user, coalesce(p.host, ''), coalesce(p.time, 0), l.table_name, p.info, coalesce(p.command, '')
FROM information_schema.metadata_lock_info l LEFT JOIN information_schema.processlist p ON p.id = l.thread_id
WHERE l.table_schema = database() AND l.thread_id <> connection_id() ORDER BY 4 DESC LIMIT 50
"""
_MYSQL: Final = """
SELECT t.processlist_id, t.processlist_user, coalesce(t.processlist_host, ''), coalesce(t.processlist_time, 0),
       l.object_name, t.processlist_info, coalesce(t.processlist_command, '')
FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
WHERE l.object_schema = database() AND l.lock_status = 'GRANTED' AND t.processlist_id <> connection_id()
ORDER BY 4 DESC LIMIT 50
"""
_OPEN: Final = """
SELECT t.trx_mysql_thread_id, p.user, coalesce(p.host, ''), timestampdiff(SECOND, t.trx_started, now()), '',
       coalesce(t.trx_query, p.info), coalesce(p.command, '')
FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
WHERE t.trx_mysql_thread_id <> connection_id() AND (p.db = database() OR p.db IS NULL) ORDER BY 4 DESC LIMIT 50
"""
_RUNNING: Final = """
SELECT id, user, coalesce(host, ''), coalesce(time, 0), '', info, coalesce(command, '')
FROM information_schema.processlist
WHERE id <> connection_id() AND db = database() AND info IS NOT NULL ORDER BY 4 DESC LIMIT 50
"""


def holders(session: Session, sql: str) -> list[Holder]:
    """Those who hold a table that the statement names, the oldest first; where the server keeps that to itself, those
    who may. Raises DatabaseError where it tells nothing at all."""
    words = set(re.findall(r"[\w$]+", sql))
    try:
        rows = session.rows(_MARIADB if session.version >= (10,) else _MYSQL)
    except DatabaseError as error:
        if is_disturbance(error):
            raise
        return list(_likely(session, words))
    return [_holder(row, (str(row[4]),)) for row in rows if str(row[4]) in words]


def _likely(session: Session, words: set[str]) -> Iterator[Holder]:
    seen = set()
    for row in session.rows(_OPEN):
        seen.add(row[0])
        yield _holder(row, (), "has a transaction open")
    for row in session.rows(_RUNNING):
        said = words.intersection(re.findall(r"[\w$]+", str(row[5])))
        named = tuple(sorted(w for w in said if w.lower() not in _COMMON))
        if row[0] not in seen and named:
            yield _holder(row, (), "runs a query")


_COMMON: Final = frozenset({"alter", "table", "add", "column", "drop", "create", "index", "key"})
"""Words of nearly every DDL statement, which name nothing."""


def _holder(row: tuple[Any, ...], tables: tuple[str, ...], doing: str = "") -> Holder:
    number, user, host, seconds, _, text, command = row
    who = f"connection {number} (user {user}, {host}, {str(command).lower() or 'state not visible'})"
    query = shortened(str(text) if text else None, names_in_double_quotes=False)
    return Holder(who=who, tables=tables, seconds=int(seconds), query=query, doing=doing)
