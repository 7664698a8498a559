"""The roles that statements mention are there on a scratch server of our own, and no role is ever changed on it."""

from __future__ import annotations

import secrets

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.dialects.postgresql.scratch_roles import NOBODY, mentioned
from reconciler.dialects.scratch import scratch_database
from reconciler.errors import DatabaseError
from tests.servers import Postgres


@pytest.mark.parametrize(
    ("sql", "roles"),
    [
        ('GRANT SELECT ON TABLE public.t TO "a ""b""", c WITH GRANT OPTION', {'a "b"', "c"}),
        ("REVOKE GRANT OPTION FOR SELECT ON t FROM Reader", {"reader"}),
        ("grant a, b to c with admin option", {"a", "b", "c"}),
        ("CREATE POLICY p ON t FOR SELECT TO manager, CURRENT_USER USING (true)", {"manager"}),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES TO r", {"app", "r"}),
        ("CREATE TABLE t (a int);\nALTER TABLE t OWNER TO app;\nGRANT ALL ON t TO PUBLIC;\n", {"app"}),
        ("CREATE SCHEMA s AUTHORIZATION joe", {"joe"}),
        ("SET ROLE k", {"k"}),
        ("CREATE USER MAPPING FOR bob SERVER s", {"bob"}),
        ("DO $role$ BEGIN CREATE ROLE z; EXCEPTION WHEN duplicate_object THEN NULL; END $role$", {"z"}),
        ("SELECT * FROM users WHERE role = 5", set()),
        ("GRANT pg_read_all_data TO app", {"app"}),
    ],
)
def test_roles_are_found_in_statements(sql: str, roles: set[str]) -> None:
    assert mentioned(sql) == roles


def test_what_is_mentioned_is_made_and_what_it_is_like_is_not_touched() -> None:
    name = f"rc_{secrets.token_hex(6)}"
    with scratch_database("postgresql") as database, database.session() as session:
        session.execute("CREATE TABLE t (a integer)")
        session.execute(f"CREATE POLICY p ON t TO {name} USING (true)")
        session.execute(f"CREATE ROLE {name} SUPERUSER LOGIN")  # as a revision says it that ran here before
        session.execute(f"ALTER TABLE t OWNER TO {name}")
        assert session.rows("SELECT rolsuper, rolcanlogin FROM pg_roles WHERE rolname = %s", (name,)) == [
            (False, False)
        ]
        session.execute(f"DROP ROLE {name}")
        assert session.rows("SELECT count(*) FROM pg_roles WHERE rolname = %s", (name,)) == [(1,)]


def test_nothing_belongs_to_whoever_works_on_scratch() -> None:
    with scratch_database("postgresql") as database, database.session() as session:
        session.execute("CREATE TABLE mine (a integer)")
        session.execute("CREATE TABLE theirs (a integer)")
        session.execute("ALTER TABLE theirs OWNER TO postgres")
        assert session.rows("SELECT current_user::text") == [(NOBODY,)]
        found = DIALECT.inspect(session, Scope(topics=frozenset({"owners", "grants", "roles"})))
    assert [str(a) for a in found if a.kind == "owner"] == ['owner:public."table theirs"']
    assert found.says == {"owners", "grants"}  # its roles are those of everybody who uses the server


def test_on_a_server_of_others_a_missing_role_is_said(pg_default: Postgres) -> None:
    with scratch_database("postgresql", setting=pg_default.database()) as database, database.session() as session:
        session.execute("CREATE TABLE t (a integer)")
        with pytest.raises(DatabaseError) as found:
            session.execute("ALTER TABLE t OWNER TO rc_is_not_there")
    assert "CREATE ROLE" in found.value.next
