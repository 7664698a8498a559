"""Roles and memberships of PostgreSQL, there and back and from nothing: `tests/cases/postgresql/role`.

They are the server's: each test makes them under names of its own (`rc` in a case), and looks at no others. What is
judged is what the server's own catalog says of them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.postgresql import DIALECT
from reconciler.model.access import ROLES
from reconciler.model.catalog import Catalog
from reconciler.model.objects import Object
from tests.proof.test_postgresql_cases import CASES, inspected, lacking, run, statements
from tests.servers import Postgres

NAMES = sorted(str(f.parent.relative_to(CASES)) for f in (CASES / "role").glob("*/new.sql"))
_SAID = """
    SELECT r.rolname, to_jsonb(r) - '{oid,rolpassword,rolvaliduntil}'::text[],
           nullif(r.rolvaliduntil, 'infinity')::text, shobj_description(r.oid, 'pg_authid'),
           (SELECT array_agg(x ORDER BY x) FROM pg_db_role_setting s, unnest(s.setconfig) x WHERE s.setrole = r.oid),
           (SELECT jsonb_agg(to_jsonb(m) - '{oid,member,roleid,grantor}'::text[] || jsonb_build_object('in', g.rolname)
                             ORDER BY g.rolname)
            FROM pg_auth_members m JOIN pg_authid g ON g.oid = m.roleid WHERE m.member = r.oid)
    FROM pg_authid r WHERE starts_with(r.rolname, %s) ORDER BY 1
"""


class Roles:
    """The roles of one test: `rc` in the case is `mark` on the server."""

    def __init__(self, pg: Postgres, case: Path) -> None:
        self.pg, self.case = pg, case
        self.mark = f"rc{secrets.token_hex(4)}"
        self.url = pg.database()

    def forget(self) -> None:
        for (name,) in self.pg.admin.rows("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", (self.mark,)):
            self.pg.admin.execute(f"DROP ROLE {DIALECT.quoted(name)}")

    def made(self, side: str) -> Catalog:
        """The roles as one side of the case has them, and no others of ours."""
        self.forget()
        with self.pg.session(self.url) as session:
            session.dbapi.execute(re.sub(r"\brc(?=[ _])", self.mark, (self.case / f"{side}.sql").read_text()))
        return self.catalog()

    def catalog(self) -> Catalog:
        return inspected(self.pg, self.url, frozenset({ROLES})).where(self._is_ours)

    def _is_ours(self, o: Object) -> bool:
        return o.kind not in ("role", "membership") or o.name.startswith(self.mark)

    def said(self) -> list[tuple[object, ...]]:
        return self.pg.admin.rows(_SAID, (self.mark,))

    def becomes(self, new: Catalog) -> None:
        run(self.pg, self.url, statements(self.catalog(), new))
        assert [s.sql for s in statements(self.catalog(), new)] == []


@pytest.fixture(params=NAMES)
def roles(request: pytest.FixtureRequest, pg_each: Postgres) -> Iterator[Roles]:
    case = CASES / str(request.param)
    if why := lacking(pg_each, case):
        pytest.skip(why)
    found = Roles(pg_each, case)
    yield found
    found.forget()


def test_roles_arrive_and_return_and_come_from_nothing(roles: Roles) -> None:
    new, wanted = roles.made("new"), roles.said()
    old, before = roles.made("old"), roles.said()
    for target, said in ((new, wanted), (old, before)):
        roles.becomes(target)
        assert roles.said() == said
    roles.forget()
    roles.becomes(new)
    assert roles.said() == wanted
