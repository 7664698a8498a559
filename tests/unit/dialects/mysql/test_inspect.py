"""What inspection asks a server for, and what it is spared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.dialects.mysql.session import MySQLSession, connect
from tests.maria import Maria


class _Noting(MySQLSession):
    """Remembers what it was asked."""

    def __init__(self, connection: Any, url: str) -> None:
        self.asked: list[str] = []
        super().__init__(connection, url)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self.asked.append(sql)
        return super().rows(sql, params)


def test_spatial_references_are_asked_for_only_where_a_column_may_have_one(maria: Maria) -> None:
    url = maria.database()
    with _noting(url) as session:
        session.execute("CREATE TABLE t (`point` int, `a` varchar(9) COMMENT '` point')")
        DIALECT.inspect(session, Scope())
        assert "geometry_columns" in _asked(session)  # it only looks like one, which costs no more than a query
    with _noting(url) as session:
        session.execute("ALTER TABLE t DROP COLUMN a")
        DIALECT.inspect(session, Scope())
        assert "geometry_columns" not in _asked(session)
    for kind in ("geometry", "point", "multilinestring", "geometrycollection"):
        with _noting(url) as session:
            session.execute(f"CREATE OR REPLACE TABLE t (a {kind} REF_SYSTEM_ID=4326)")
            found = DIALECT.inspect(session, Scope())
            assert "ref_system_id" in str(list(found.values())), kind


def test_another_spatial_reference_is_another_stamp(maria: Maria) -> None:
    with maria.session() as session:
        session.execute("CREATE TABLE t (a point REF_SYSTEM_ID=4326)")
        before = DIALECT.stamp(session)
        session.execute("ALTER TABLE t MODIFY a point REF_SYSTEM_ID=3857")
        assert DIALECT.stamp(session) != before


def _noting(url: str) -> _Noting:
    found = connect(url, kind=_Noting)
    assert isinstance(found, _Noting)
    return found


def _asked(session: _Noting) -> str:
    return "\n".join(session.asked)
