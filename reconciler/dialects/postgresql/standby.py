"""Databases that nothing can be applied to as they are reached: replicas, those that are set to be read only, and those
in which unqualified names mean another schema than the one in which revisions are proved."""

from __future__ import annotations

from ..base import Unfit
from ..session import Session

_QUERY = """
SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on',
       pg_catalog.current_schema()::text, pg_catalog.current_setting('search_path')
"""


def unfit(session: Session) -> Unfit | None:
    standby, read_only, schema, path = session.rows(_QUERY)[0]
    if standby:
        why = "it is a replica: it takes what its primary writes, and nothing else"
        return Unfit(why, "give the environment the URL of the primary server")
    if read_only:
        why = "default_transaction_read_only is on, for this role, this database or the whole server"
        return Unfit(why, "have it take writes, or give the environment another role")
    if schema not in (None, "public") and not getattr(session, "says_path", False):
        why = f"its search_path is {path}: what revisions do without naming a schema is done in {schema}, not public"
        return Unfit(why, "say which is meant in the URL: ?options=-csearch_path%3Dpublic")
    return None
