"""Owners and grants in plans: compared only where both sides speak of them, and never lost with what is made anew."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.dialects.base import Rendering
from reconciler.dialects.postgresql import DIALECT
from reconciler.model.access import GRANTS, OWNERS, Grant, Owner
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.objects import Object
from reconciler.model.programs import View, ViewColumn
from reconciler.model.tables import Column, Table
from reconciler.plan.plan import Plan, make_plan

USERS = Address("table", "public", "users")
BOTH = frozenset({OWNERS, GRANTS})


def table(name: str = "users", column: str = "id") -> list[Object]:
    found = Column(schema="public", table=name, name=column, type="integer")
    return [Table(schema="public", name=name, columns=(column,)), found]


def catalog(*objects: Object, says: frozenset[str] = BOTH) -> Catalog:
    return Catalog(objects, dialect="postgresql", version=(16,), says=says)


def sql(plan: Plan) -> list[str]:
    context = Rendering(profile=DIALECT.profile((16,)), old=plan.renamed, new=plan.new)
    return [s.sql for step in plan.steps for s in DIALECT.render(step, context)]


def planned(old: Catalog, new: Catalog, names: dict[Address, str] | None = None) -> list[str]:
    return sql(make_plan(old, new, DIALECT.profile((16,)), wanted_names=names))


def grant(*privileges: str, on: Address = USERS, to: str = "app", column: str = "") -> Grant:
    return Grant(on=on, grantee=to, column=column, privileges=privileges)


def test_who_says_nothing_takes_nothing_away() -> None:
    granted = catalog(*table(), Owner(on=USERS, role="app"), grant("select"))
    silent = catalog(*table(), says=frozenset())
    assert planned(granted, silent) == []
    assert planned(silent, granted) == []
    assert planned(granted, catalog(*table(), says=frozenset({GRANTS}))) == [
        "REVOKE SELECT ON TABLE public.users FROM app"
    ]


def view(definition: str, *columns: str) -> View:
    shape = tuple(ViewColumn(c, "integer") for c in columns)
    return View(schema="public", name="v", definition=definition, columns=shape, refs=(USERS,))


def test_what_is_made_anew_keeps_owner_and_grants_that_desired_does_not_speak_of() -> None:
    on = Address("view", "public", "v")
    said = (Owner(on=on, role="app"), grant("select", on=on, to="reader"))
    old = catalog(*table(), view("SELECT id, 1 AS n", "id", "n"), *said)
    new = catalog(*table(), view("SELECT id", "id"), says=frozenset())
    assert planned(old, new) == [
        "DROP VIEW public.v",
        "CREATE VIEW public.v AS\nSELECT id",
        "ALTER VIEW public.v OWNER TO app",
        "GRANT SELECT ON TABLE public.v TO reader",
    ]


def test_a_rename_takes_them_along() -> None:
    people = Address("table", "public", "people")
    old = catalog(*table(), Owner(on=USERS, role="app"), grant("select", column="id"))
    new = catalog(*table("people", "key"), Owner(on=people, role="app"), grant("select", on=people, column="key"))
    names = {people: "users", Address("column", "public", "key", "people"): "id"}
    assert planned(old, new, names) == [
        "ALTER TABLE public.users RENAME COLUMN id TO key",
        "ALTER TABLE public.users RENAME TO people",
    ]


def steps(old: Iterable[Grant], new: Iterable[Grant]) -> list[str]:
    return planned(catalog(*table(), *old), catalog(*table(), *new))


def test_only_what_changes_is_granted_and_revoked() -> None:
    assert steps([grant("insert", "select")], [grant("select", "update")]) == [
        "REVOKE INSERT ON TABLE public.users FROM app",
        "GRANT UPDATE ON TABLE public.users TO app",
    ]
    assert steps([grant("select*")], [grant("select")]) == [
        "REVOKE GRANT OPTION FOR SELECT ON TABLE public.users FROM app"
    ]
    assert steps([grant("select")], [grant("select*")]) == [
        "GRANT SELECT ON TABLE public.users TO app WITH GRANT OPTION"
    ]
    assert steps([grant("all")], []) == ["REVOKE ALL ON TABLE public.users FROM app"]
    assert steps([grant("all")], [grant("select")]) == [
        "REVOKE DELETE, INSERT, REFERENCES, TRIGGER, TRUNCATE, UPDATE ON TABLE public.users FROM app"
    ]


def test_a_grant_on_a_column_outlives_that_on_its_table() -> None:
    column = grant("select", column="id")
    assert steps([grant("insert", "select"), column], [grant("insert"), column]) == [
        "REVOKE SELECT ON TABLE public.users FROM app",
        "GRANT SELECT (id) ON TABLE public.users TO app",
    ]


def test_a_new_owner_comes_between_what_is_taken_and_what_is_given() -> None:
    old = catalog(*table(), Owner(on=USERS, role="old"), grant("select", to="new"))
    new = catalog(*table(), Owner(on=USERS, role="new"), grant("select", to="old"))
    assert planned(old, new) == [
        "REVOKE SELECT ON TABLE public.users FROM new",
        "ALTER TABLE public.users OWNER TO new",
        "GRANT SELECT ON TABLE public.users TO old",
    ]


def test_names_of_roles_are_quoted_where_they_must_be() -> None:
    odd = [grant("select", to=name) for name in ('a"b', "Select", "select", "PUBLIC")]
    assert steps([], odd) == [
        'GRANT SELECT ON TABLE public.users TO "PUBLIC"',
        'GRANT SELECT ON TABLE public.users TO "Select"',
        'GRANT SELECT ON TABLE public.users TO "a""b"',
        'GRANT SELECT ON TABLE public.users TO "select"',
    ]
    assert steps([], [grant("select", to="public")]) == ["GRANT SELECT ON TABLE public.users TO PUBLIC"]


def test_the_sequence_of_an_identity_has_grants_of_its_own() -> None:
    column = grant("select", column="id")
    numbering = grant("all", on=Address("column", "public", "id", "users"))
    assert steps([numbering, column], [column]) == ["REVOKE ALL ON SEQUENCE public.users_id_seq FROM app"]
