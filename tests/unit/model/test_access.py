"""Owners and grants are objects beside what they are about: with addresses of their own, gone and renamed with it."""

from __future__ import annotations

import pytest

from reconciler.model import codec
from reconciler.model.access import Access, DefaultPrivilege, Grant, Membership, Owner, Role, role_address
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.objects import Object
from reconciler.plan.names import Renames

USERS = Address("table", "app", "users")
EMAIL = Address("column", "app", "email", "users")
SAID: list[Object] = [
    Owner(on=USERS, role="x"),
    Grant(on=USERS, grantee="x"),
    Grant(on=USERS, grantee=""),
    Grant(on=USERS, grantee="its owner"),
    Grant(on=USERS, grantee="public"),
    Grant(on=USERS, grantee="PUBLIC"),
    Grant(on=USERS, grantee="x", column="email"),
    Grant(on=USERS, grantee="x", column="email to x"),
    Grant(on=USERS, grantee="x", grantor="y"),
    Grant(on=USERS, grantee="x by y"),
    Grant(on=EMAIL, grantee="x"),
    Grant(on=Address("view", "app", "users"), grantee="x"),
    Grant(on=Address("table", "app", "users.email"), grantee="x"),
    DefaultPrivilege(schema="app", role="x", objects="tables", grantee="y"),
    DefaultPrivilege(schema="app", role="x", objects="tables", grantee=""),
    Role(name="x", settings=(("work_mem", "8MB"),)),
    Membership(name="x", member="y", admin=True),
    Access(name="access", owner="x", grants="managed"),
]


def test_what_is_said_of_different_things_has_different_addresses() -> None:
    assert len({o.address for o in SAID}) == len(SAID)
    assert len({str(o.address) for o in SAID}) == len(SAID)


def test_it_comes_back_from_its_encoding() -> None:
    assert codec.objects(b"\n".join(codec.lines(SAID))) == sorted(SAID, key=lambda o: o.address)


@pytest.mark.parametrize("said", [Owner(on=USERS, role="x"), Grant(on=USERS, grantee="x", column="email")])
def test_it_goes_with_what_it_is_about(said: Object) -> None:
    assert said.parent == USERS
    assert USERS in set(said.vanishes_with())
    assert role_address("x") in set(said.requires())


def test_a_grant_on_a_column_goes_with_the_column() -> None:
    assert EMAIL in set(Grant(on=USERS, grantee="x", column="email").vanishes_with())
    numbering = Grant(on=EMAIL, grantee="x")
    assert numbering.parent == USERS
    assert EMAIL in set(numbering.vanishes_with())


def test_it_follows_new_names_of_tables_columns_and_roles() -> None:
    names = Renames({USERS: "people", EMAIL: "mail", role_address("x"): "z"})
    people = Address("table", "app", "people")
    assert Owner(on=USERS, role="x").renamed(names) == Owner(on=people, role="z")
    grant = Grant(on=USERS, grantee="x", column="email", privileges=("select",))
    assert grant.renamed(names) == Grant(on=people, grantee="z", column="mail", privileges=("select",))
    assert Grant(on=EMAIL, grantee="public").renamed(names).on == Address("column", "app", "mail", "people")


def test_a_catalog_holds_only_topics_that_it_is_about() -> None:
    owner, grant = Owner(on=USERS, role="x"), Grant(on=USERS, grantee="x")
    catalog = Catalog([owner, grant], says=frozenset({"owners", "grants"}))
    assert list(catalog.about(frozenset({"grants"})).values()) == [grant]
    assert catalog.about(catalog.says) is catalog
    assert catalog.where(lambda o: True).says == catalog.says
