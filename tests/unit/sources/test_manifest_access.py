"""Owners and grants in manifests: inline, read as they are written, and meant only where a manifest says so."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.model.access import DefaultPrivilege, Grant, Membership, Owner, Role
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.namespaces import Schema, Sequence, SequenceOwner
from reconciler.model.objects import Object
from reconciler.model.tables import Column, Identity, Table
from reconciler.sources.accesses import with_access
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.manifest.write import manifest_files
from reconciler.sources.written import Written

USERS = Address("table", "public", "users")
PROFILE = DIALECT.profile((16,))
ACCESS = "apiVersion: reconcile/v1\nkind: Access\nmetadata: {name: access}\nspec: {owner: app, grants: managed}\n"
TABLE = """apiVersion: reconcile/v1
kind: Table
metadata: {name: users}
spec:
  columns:
    id: {type: bigint, identity: {generation: always, grants: {reader: [usage]}}}
    email: {type: text, grants: {reader: [select, update]}}
  owner: boss
  grants: {reader: [SELECT*, "delete by other", "references(email)"], boss: [select], public: []}
"""


def read(*texts: str, scope: Scope | None = None) -> Written:
    files = [(f"{n}.yaml", text.encode()) for n, text in enumerate(texts)]
    return load_manifests(files, profile=PROFILE, scope=scope)


def said(written: Written) -> dict[str, object]:
    return {str(o.address): o.role if isinstance(o, Owner) else getattr(o, "privileges", None) for o in written.access}


def test_grants_stand_with_what_they_are_about() -> None:
    found = read(ACCESS, TABLE).sound()
    assert found.says == {"owners", "grants"}
    assert said(found) == {
        'owner:public."table users"': "boss",
        'grant:public."table users to reader"': ("select*",),
        'grant:public."table users to reader by other"': ("delete",),
        'grant:public."table users.email to reader"': ("references", "select", "update"),
        'grant:public."table users to its owner"': ("select",),
        'grant:public."table users to public"': (),
        'grant:public."column users.id to reader"': ("usage",),
    }


def test_without_a_manifest_of_access_nothing_is_said() -> None:
    plain = (
        TABLE.partition("  owner:")[0]
        .replace(", grants: {reader: [usage]}", "")
        .replace(", grants: {reader: [select, update]}", "")
    )
    found = read(plain).sound()
    assert (found.says, found.access) == (frozenset(), ())
    finding = next(f for f in read(TABLE).findings if f.rule == "not-managed")
    assert finding.level == "error" and "spec.owner" in finding.next
    assert finding.span.line == 8


def test_what_a_project_does_not_manage_is_pointed_out_and_not_read() -> None:
    found = read(ACCESS, TABLE, scope=Scope(topics=frozenset({"owners"}))).sound()
    assert found.says == {"owners"}
    assert set(said(found)) == {'owner:public."table users"'}
    assert [f.level for f in found.findings] == ["warning"]


def test_an_owner_that_is_not_said_is_the_one_of_all() -> None:
    sequence = "apiVersion: reconcile/v1\nkind: Sequence\nmetadata: {name: s}\nspec: {ownedBy: users.id}\n"
    free = "apiVersion: reconcile/v1\nkind: Sequence\nmetadata: {name: f, schema: x}\nspec: {}\n"
    owners = {k: v for k, v in said(read(ACCESS, TABLE, sequence, free).sound()).items() if k.startswith("owner")}
    assert owners == {
        'owner:public."table users"': "boss",
        'owner:public."sequence s"': "boss",  # it belongs to a column of the table
        'owner:x."sequence f"': "app",
        'owner:"schema x"': "app",
    }


def test_a_privilege_that_is_none_is_an_error_in_its_place() -> None:
    wrong = next(f for f in read(ACCESS, TABLE.replace("SELECT*", "selct")).findings if f.level == "error")
    assert "selct" in wrong.message and wrong.span.line == 9


def test_two_manifests_of_access_contradict_each_other() -> None:
    assert [f.rule for f in read(ACCESS, ACCESS).findings] == ["duplicate-name"]


def test_a_grant_is_spelled_as_the_server_does() -> None:
    full = TABLE.replace('SELECT*, "delete by other", "references(email)"', "all").replace(
        "public: []", "public: [usage]"
    )
    written = read(ACCESS, full.replace("boss: [select]", "boss: [all]"))
    catalog = Catalog([o for u in written.units for o in u.objects], dialect="postgresql", version=(16,))
    found = with_access(catalog, written, DIALECT)
    every = "delete insert references select trigger truncate update".split()  # noqa: SIM905
    explicit = read(ACCESS, full.replace("all]", ", ".join(every) + "]"))
    assert with_access(catalog, explicit, DIALECT)[Grant(on=USERS, grantee="reader").address] == Grant(
        on=USERS, grantee="reader", privileges=("all",)
    )
    assert Grant(on=USERS, grantee="").address not in found  # the owner has all of it anyway
    assert found.says == {"owners", "grants"}


OBJECTS: list[Object] = [
    Schema(name="public"),
    Owner(on=Address("schema", "", "public"), role="app"),
    Table(schema="public", name="users", columns=("id", "email")),
    Column(schema="public", table="users", name="id", type="bigint", identity=Identity(always=True)),
    Column(schema="public", table="users", name="email", type="text"),
    Owner(on=USERS, role="app"),
    Grant(on=USERS, grantee="reader", privileges=("insert*", "select")),
    Grant(on=USERS, grantee="", privileges=("select",)),
    Grant(on=USERS, grantee='odd "name"', grantor="some one", privileges=("select",)),
    Grant(on=USERS, grantee="public", column="email", privileges=("update",)),
    Grant(on=Address("column", "public", "id", "users"), grantee="reader", privileges=("all",)),
    Sequence(schema="public", name="s", owned_by=Address("column", "public", "id", "users")),
    SequenceOwner(schema="public", name="s", table="users", column="id"),
    Owner(on=Address("sequence", "public", "s"), role="app"),
    DefaultPrivilege(schema="public", role="app", objects="tables", grantee="reader", privileges=("select",)),
    DefaultPrivilege(role="app", objects="functions", grantee="public"),
    Role(name="app", login=True, settings=(("work_mem", "8MB"),), comment="ours"),
    Role(name="reader", inherit=False, connection_limit=3),
    Membership(name="reader", member="app", admin=True),
]


@pytest.mark.parametrize("topics", [{"owners", "grants", "roles"}, {"grants"}, {"owners"}, set()])
def test_what_is_written_is_read_back(topics: set[str]) -> None:
    catalog = Catalog(OBJECTS, dialect="postgresql", version=(16,), says=frozenset({"owners", "grants", "roles"}))
    catalog = catalog.about(frozenset(topics))
    files = manifest_files(catalog)
    written = load_manifests([(n, t.encode()) for n, t in files.items()], profile=PROFILE).sound()
    assert written.says == catalog.says
    units = [msgspec.structs.replace(o, refs=()) for u in written.units for o in u.objects]
    assert with_access(Catalog(units, dialect="postgresql", version=(16,)), written, DIALECT) == catalog
    assert manifest_files(with_access(Catalog(units, dialect="postgresql"), written, DIALECT)) == files
    assert "  owner: " not in files["public/tables/users.yaml"]
