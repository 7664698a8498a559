"""The planner for a database that writes constraints inside of tables, resolves foreign keys late and ignores case."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.changes import Create, Drop, Rename, verb
from reconciler.model.objects import Object
from reconciler.model.profile import Effect, Profile
from reconciler.model.tables import Check, Column, ForeignKey, Table
from reconciler.plan.plan import Plan, make_plan


def written_in(o: Object) -> Address | None:
    return Address("column", "", o.columns[0], o.table) if isinstance(o, ForeignKey) else None


PROFILE = Profile(
    name="toy",
    kinds=frozenset({"table", "column", "check", "foreign_key"}),
    folds=frozenset({"column", "check", "foreign_key"}),
    alterable={},
    in_place=lambda change: True,
    effect=lambda cause, old, new: Effect.NONE,
    renames=frozenset({"table", "column"}),
    names={"table": "relation"},
    unordered=frozenset({"foreign_key"}),
    written_in=written_in,
    same_name=lambda kind, name: name.lower(),
)


def table(name: str, *columns: str) -> list[Object]:
    return [Table(name=name, columns=columns), *(Column(table=name, name=c, type="INTEGER") for c in columns)]


def foreign_key(table: str, column: str, target: str) -> ForeignKey:
    return ForeignKey(
        table=table,
        name=f"{table}_{column}_fkey",
        named=False,
        columns=(column,),
        target=target,
        target_columns=("id",),
    )


def plan(old: Iterable[Object], new: Iterable[Object]) -> Plan:
    return make_plan(Catalog(old), Catalog(new), PROFILE)


def test_a_foreign_key_resolved_late_stays_when_its_target_goes() -> None:
    child = [*table("child", "id"), foreign_key("child", "id", "parent")]
    (step,) = plan([*child, *table("parent", "id")], child).steps
    assert isinstance(step.change, Drop) and step.change.old.name == "parent"


def test_tables_that_refer_to_each_other_are_dropped_without_a_step_for_their_foreign_keys() -> None:
    ring = [*table("a", "id"), *table("b", "id"), foreign_key("a", "id", "b"), foreign_key("b", "id", "a")]
    assert [verb(s.change) + " " + s.change.old.kind for s in plan(ring, []).steps] == ["drop table", "drop table"]  # type: ignore[union-attr]


def test_a_foreign_key_is_written_into_the_column_that_comes_with_it() -> None:
    old = [*table("a", "id"), *table("b", "id")]
    new = [*table("a", "id", "b_id"), *table("b", "id"), foreign_key("a", "b_id", "b")]
    (step,) = plan(old, new).steps
    assert isinstance(step.change, Create) and step.change.new.name == "b_id"
    assert [o.kind for o in step.folded] == ["foreign_key"]


def test_columns_are_added_in_the_order_of_their_table() -> None:
    steps = plan(table("t", "id"), table("t", "id", "z", "m", "a")).steps
    assert [s.change.new.name for s in steps if isinstance(s.change, Create)] == ["z", "m", "a"]


def test_names_that_differ_in_case_alone_are_renames_and_tables_take_a_spare_name_on_the_way() -> None:
    steps = plan(table("Users", "ID"), table("USERS", "id")).steps
    renames = [(s.change.old.name, s.change.new.name) for s in steps if isinstance(s.change, Rename)]
    assert renames == [("Users", "Users__was"), ("Users__was", "USERS"), ("ID", "id")]
    assert len(renames) == len(steps)


def test_a_name_in_other_case_is_free_before_it_is_taken() -> None:
    old = [*table("Thing", "id"), *table("zoo", "id")]
    profile = replace(PROFILE, renames=frozenset())
    steps = make_plan(Catalog(old), Catalog([*table("THING", "x"), *table("zoo", "id")]), profile).steps
    assert [verb(s.change) for s in steps] == ["drop", "create"]


def test_a_label_made_from_a_renamed_column_is_no_change() -> None:
    def checked(column: str) -> list[Object]:
        check = Check(table="t", name=f"t_{column}_check", named=False, expression=f"{column} > 0", column=column)
        return [*table("t", "id", column), check]

    names = {Address("column", "", "b", "t"): "a"}
    found = make_plan(Catalog(checked("a")), Catalog(checked("b")), PROFILE, wanted_names=names)
    assert [verb(s.change) for s in found.steps] == ["rename"]


def test_a_table_that_an_expression_names_is_followed_through_its_rename() -> None:
    def checked(name: str) -> list[Object]:
        return [*table(name, "id"), Check(table=name, name="positive", expression=f'"{name}"."id" > 0')]

    names = {Address("table", "", "people"): "users"}
    found = make_plan(Catalog(checked("users")), Catalog(checked("people")), PROFILE, wanted_names=names)
    assert [verb(s.change) for s in found.steps] == ["rename"]
