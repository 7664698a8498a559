"""Roles and who is in them, there and back and from nothing, on a real MariaDB: `tests/cases/mysql/role`.

Roles are the server's: each test makes them under names of its own, and looks at no others.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.control.compare import Comparison, compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.model.access import ROLES
from reconciler.model.catalog import Catalog
from reconciler.model.objects import Object
from tests.maria import Maria
from tests.proof.test_mysql_cases import CASES, MEASURED, statements

SCOPE = Scope(topics=frozenset({ROLES}))
NAMES = sorted(str(p.parent.relative_to(CASES)) for p in (CASES / "role").rglob("new.sql"))


class Roles:
    """The roles and accounts of one test: `rc` in the case is `mark` on the server."""

    def __init__(self, maria: Maria, case: Path) -> None:
        self.maria, self.case = maria, case
        self.mark = f"rc{secrets.token_hex(4)}"
        self.session = maria.session()

    def forget(self) -> None:
        for user, host, role in self.session.rows(
            "SELECT user, host, is_role FROM mysql.user WHERE user LIKE %s", (f"{self.mark}%",)
        ):
            name = user.replace("`", "``")
            self.session.execute(f"DROP ROLE `{name}`" if role == "Y" else f"DROP USER `{name}`@`{host}`")

    def made(self, side: str) -> Catalog:
        """The roles as one side of the case has them, and nothing else of ours on the server."""
        self.forget()
        for sql in statements(self.case, side):
            self.session.execute(re.sub(r"\brc(?=[ _])", self.mark, sql))
        return self.catalog()

    def catalog(self) -> Catalog:
        return DIALECT.inspect(self.session, SCOPE).where(self._is_ours)

    def _is_ours(self, o: Object) -> bool:
        return o.kind not in ("role", "membership") or o.name.startswith(self.mark)

    def compared(self, old: Catalog, new: Catalog) -> Comparison:
        return compare(Side(label="old", catalog=old), Side(label="new", catalog=new), DIALECT)

    def migrated(self, new: Catalog) -> None:
        found = self.compared(self.catalog(), new)
        for _, work in found.work():
            for statement in work:
                self.session.execute(statement.sql)


@pytest.fixture(params=NAMES)
def roles(request: pytest.FixtureRequest, maria: Maria) -> Iterator[Roles]:
    found = Roles(maria, CASES / str(request.param))
    yield found
    found.forget()
    found.session.close()


def test_the_plan_is_the_expected_one(roles: Roles) -> None:
    if roles.maria.version[:2] != MEASURED:
        pytest.skip("the texts are those of MariaDB 10.11")
    old, new = roles.made("old"), roles.made("new")
    said = "".join(f"{s.sql};\n" for _, found in roles.compared(old, new).work() for s in found)
    said = said.replace(roles.mark, "rc")
    if os.environ.get("UPDATE_CASES"):
        (roles.case / "plan.sql").write_text(said)
    assert said == (roles.case / "plan.sql").read_text()


def test_it_arrives_and_returns_and_comes_from_nothing(roles: Roles) -> None:
    end, start = roles.made("new"), roles.made("old")
    roles.migrated(end)
    assert set(roles.catalog().values()) == set(end.values())
    assert roles.compared(roles.catalog(), end).empty
    roles.migrated(start)
    assert set(roles.catalog().values()) == set(start.values())
    for sql in statements(roles.case, "new"):
        if sql.startswith("CREATE USER"):
            roles.session.execute(re.sub(r"\brc(?=[ _])", roles.mark, sql.replace("USER", "USER IF NOT EXISTS")))
    for name in [o.name for o in roles.catalog().values() if o.kind == "role"]:
        roles.session.execute(f"DROP ROLE `{name.replace('`', '``')}`")
    roles.migrated(end)
    assert set(roles.catalog().values()) == set(end.values())
