"""What is made in a schema that the same plan renames takes a right on the schema as it is called now."""

from __future__ import annotations

from reconciler.apply.probing import probing
from reconciler.dialects.base import Claim, Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.plan.plan import make_plan
from tests.servers import Postgres


def made(pg: Postgres, sql: str) -> tuple[str, Catalog]:
    url = pg.database()
    with pg.session(url) as session:
        session.dbapi.execute(sql)
        return url, DIALECT.inspect(session, Scope())


def test_rights_are_asked_for_on_the_schema_that_is_there(pg_default: Postgres) -> None:
    url, old = made(pg_default, "CREATE SCHEMA s; CREATE TABLE s.t (a integer)")
    _, new = made(pg_default, "CREATE SCHEMA z; CREATE TABLE z.t (a integer); CREATE TABLE z.u (a integer)")
    profile = DIALECT.profile(new.version)
    plan = make_plan(old, new, profile, wanted_names={Address("schema", "", "z"): "s"})
    with pg_default.session(url) as session:
        claim = Claim(use="apply", steps=plan.steps, context=probing(plan, profile))
        rights = DIALECT.rights(session, claim)
    assert "to make objects in schema s" in {r.what for r in rights}
    assert all(r.held for r in rights)
