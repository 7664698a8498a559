"""The planner alone, on a toy profile: what is replaced, folded, ordered and renamed."""

from __future__ import annotations

import random
from collections.abc import Iterable

import msgspec
import pytest

from reconciler.diagnostics import Finding
from reconciler.errors import InputError, ReconcileError
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.changes import Alter, Create, Drop, Rebuild, Rename, Step, address_of, verb
from reconciler.model.namespaces import Enum, Schema
from reconciler.model.objects import Object, Unmodelled
from reconciler.model.profile import Effect, Profile
from reconciler.model.programs import View
from reconciler.model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table
from reconciler.plan.plan import Plan, make_plan
from reconciler.plan.renames import applied


def effect(cause: Alter | Rebuild, old: Object, new: Object) -> Effect:
    blocks = isinstance(cause, Alter) and "type" in cause.fields and old.kind == "view"
    return Effect.REPLACE if blocks or isinstance(cause, Rebuild) else Effect.NONE


PROFILE = Profile(
    name="toy",
    kinds=frozenset({"table", "column", "primary_key", "check", "foreign_key", "index", "view", "enum"}),
    folds=frozenset({"column", "primary_key", "check"}),
    alterable={
        "table": frozenset({"comment"}),
        "column": frozenset({"type", "nullable", "default", "comment"}),
        "enum": frozenset({"labels"}),
        "view": frozenset({"definition"}),
    },
    in_place=lambda change: True,
    effect=effect,
    renames=frozenset({"table", "column", "index"}),
    auto_renames=frozenset({"index"}),
    names={"table": "relation", "index": "relation", "view": "relation"},
)


def table(name: str, *columns: str, key: bool = True, type: str = "integer") -> list[Object]:
    parts: list[Object] = [Table(schema="s", name=name, columns=("id", *columns))]
    parts += [Column(schema="s", table=name, name=c, type=type) for c in ("id", *columns)]
    return [*parts, PrimaryKey(schema="s", table=name, name=f"{name}_pkey", columns=("id",))] if key else parts


def foreign_key(table: str, target: str, column: str = "id") -> ForeignKey:
    return ForeignKey(
        schema="s", table=table, name=f"{table}_{target}_fk", columns=(column,), target_schema="s", target=target,
        target_columns=("id",), refs=(Address("primary_key", "s", f"{target}_pkey", target),),
    )  # fmt: skip


def view(name: str, *refs: Address, definition: str = "SELECT 1") -> View:
    return View(schema="s", name=name, definition=definition, refs=refs)


def column(table: str, name: str) -> Address:
    return Address("column", "s", name, table)


def plan(old: Iterable[Object], new: Iterable[Object], **more: object) -> Plan:
    return make_plan(Catalog(old), Catalog(new), PROFILE, **more)  # type: ignore[arg-type]


def said(steps: Iterable[Step]) -> list[str]:
    return [f"{verb(s.change)} {address_of(s.change)}" for s in steps]


def test_equal_catalogs_give_an_empty_plan() -> None:
    assert plan(table("t", "a"), table("t", "a")).empty


def test_references_alone_are_no_change() -> None:
    assert plan([view("v")], [view("v", Address("table", "s", "t"))]).empty


def test_another_order_of_options_is_no_change() -> None:
    old = View(schema="s", name="v", definition="SELECT 1", options=(("a", "1"), ("b", "2")))
    assert plan([old], [msgspec.structs.replace(old, options=old.options[::-1])]).empty
    assert not plan([old], [msgspec.structs.replace(old, options=old.options[:1])]).empty


def test_children_are_created_inside_their_parent() -> None:
    found = plan([], table("t", "a"))
    assert said(found.steps) == ["create table:s.t"]
    assert {o.address for o in found.steps[0].folded} == {
        column("t", "id"), column("t", "a"), Address("primary_key", "s", "t_pkey", "t"),
    }  # fmt: skip


def test_children_vanish_with_their_parent() -> None:
    index = Index(schema="s", table="t", name="ix", keys=("a",))
    assert said(plan([*table("t", "a"), index], []).steps) == ["drop table:s.t"]


def test_a_foreign_key_comes_after_both_tables_and_goes_with_its_own() -> None:
    both = [*table("a"), *table("b"), foreign_key("a", "b")]
    assert said(plan([], both).steps)[-1] == "create foreign_key:s.a.a_b_fk"
    assert said(plan(both, []).steps) == ["drop table:s.a", "drop table:s.b"]


def test_a_schema_comes_before_what_is_in_it_and_goes_after() -> None:
    objects = [Schema(name="s"), Enum(schema="s", name="e", labels=("x",)), *table("t"), view("v")]
    assert said(plan([], objects).steps)[0] == "create schema:s"
    assert said(plan(objects, []).steps)[-1] == "drop schema:s"


def test_a_ring_of_foreign_keys_can_be_made_and_dropped() -> None:
    ring = [*table("a"), *table("b"), *table("c"), foreign_key("a", "b"), foreign_key("b", "c"), foreign_key("c", "a")]
    assert len(plan([], ring).steps) == 6
    down = said(plan(ring, []).steps)
    assert down[:3] == ["drop foreign_key:s.a.a_b_fk", "drop foreign_key:s.b.b_c_fk", "drop foreign_key:s.c.c_a_fk"]


def test_a_table_that_hangs_on_a_ring_needs_no_step_of_its_own() -> None:
    ring = [*table("a"), *table("b"), foreign_key("a", "b"), foreign_key("b", "a"), *table("x"), foreign_key("x", "a")]
    down = said(plan(ring, []).steps)
    assert not any("s.x.x_a_fk" in s for s in down)
    assert down.index("drop table:s.x") < down.index("drop table:s.a")


def test_what_a_blocking_alter_touches_is_replaced_transitively_and_says_why() -> None:
    views = [view("v", column("t", "a")), view("w", Address("view", "s", "v"))]
    found = plan([*table("t", "a"), *views], [*table("t", "a", type="bigint"), *views])
    order = said(found.steps)
    assert order.index("drop view:s.w") < order.index("drop view:s.v") < order.index("alter column:s.t.a")
    assert order.index("alter column:s.t.a") < order.index("create view:s.v") < order.index("create view:s.w")
    reasons = {str(address_of(s.change)): s.reason for s in found.steps}
    assert reasons["view:s.v"] == "column:s.t.a" and reasons["view:s.w"] == "view:s.v"


def test_an_alter_that_lets_go_of_what_is_dropped_is_enough() -> None:
    old = [*table("t", "a"), view("v", column("t", "a"), definition="SELECT a FROM t")]
    new = [*table("t"), view("v", column("t", "id"), definition="SELECT id FROM t")]
    assert said(plan(old, new).steps) == ["alter view:s.v", "drop column:s.t.a"]


def test_a_new_requirement_comes_before_the_alter_that_needs_it() -> None:
    new = [*table("t", "a"), view("v", column("t", "a"), definition="SELECT a FROM t")]
    order = said(plan([*table("t"), view("v")], new).steps)
    assert order == ["create column:s.t.a", "alter view:s.v"]


def test_a_name_is_free_before_it_is_taken() -> None:
    order = said(plan(table("x"), [view("x")]).steps)
    assert order == ["drop table:s.x", "create view:s.x"]
    old = [*table("t", "a"), *table("u", "b"), Index(schema="s", table="t", name="ix", keys=("a",))]
    new = [*table("t", "a"), *table("u", "b"), Index(schema="s", table="u", name="ix", keys=("b",))]
    assert said(plan(old, new).steps) == ["drop index:s.t.ix", "create index:s.u.ix"]


def test_a_rename_keeps_the_object_and_is_said_once() -> None:
    found = plan(table("t", "a"), table("t", "b"), wanted_names={column("t", "b"): "a"})
    assert said(found.steps) == ["rename column:s.t.b"]
    again = plan(table("t", "b"), table("t", "b"), wanted_names={column("t", "b"): "a"})
    assert again.empty


def test_renaming_a_table_carries_its_parts_and_those_who_point_at_it() -> None:
    old = [*table("t", "a"), *table("u"), foreign_key("u", "t")]
    moved = foreign_key("u", "t")
    new = [o for o in table("t2", "a") if o.kind != "primary_key"]
    new += [PrimaryKey(schema="s", table="t2", name="t_pkey", columns=("id",)), *table("u")]
    key = Address("primary_key", "s", "t_pkey", "t2")
    new.append(ForeignKey(schema="s", table="u", name=moved.name, columns=("id",), target_schema="s", target="t2",
                          target_columns=("id",), refs=(key,)))  # fmt: skip
    found = plan(old, new, wanted_names={Address("table", "s", "t2"): "t"})
    assert said(found.steps) == ["rename table:s.t2"]


def test_a_column_of_a_renamed_table_can_be_renamed_with_it() -> None:
    wanted = {Address("table", "s", "t2"): "t", column("t2", "b"): "a"}
    old = [*table("t", "a", key=False), Check(schema="s", table="t", name="ck", expression="a > 0 AND 'a' <> ''")]
    new = [*table("t2", "b", key=False), Check(schema="s", table="t2", name="ck", expression="b > 0 AND 'a' <> ''")]
    assert said(plan(old, new, wanted_names=wanted).steps) == ["rename column:s.t.b", "rename table:s.t2"]


def test_two_columns_can_swap_their_names() -> None:
    wanted = {column("t", "a"): "b", column("t", "b"): "a"}
    old = [
        *table("t"),
        Column(schema="s", table="t", name="a", type="text"),
        Column(schema="s", table="t", name="b", type="date"),
    ]
    new = [
        *table("t"),
        Column(schema="s", table="t", name="b", type="text"),
        Column(schema="s", table="t", name="a", type="date"),
    ]
    assert {verb(s.change) for s in plan(old, new, wanted_names=wanted).steps} == {"rename"}
    assert plan(new, new, wanted_names=wanted).steps == ()  # once it is done


def test_two_columns_of_one_type_do_not_swap_their_names() -> None:
    """Whether that is done already cannot be told: both names stand before and after."""
    wanted = {column("t", "a"): "b", column("t", "b"): "a"}
    both = [*table("t"), *(Column(schema="s", table="t", name=n, type="text") for n in "ab")]
    assert plan(both, both, wanted_names=wanted).steps == ()


def test_a_name_that_moves_on_is_free_for_another() -> None:
    wanted = {column("t", "c"): "b", column("t", "b"): "a"}
    old = [*table("t"), *(Column(schema="s", table="t", name=n, type="text") for n in "ab")]
    new = [*table("t"), *(Column(schema="s", table="t", name=n, type="text") for n in "bc")]
    assert {verb(s.change) for s in plan(old, new, wanted_names=wanted).steps} == {"rename"}
    assert plan(new, new, wanted_names=wanted).steps == ()


def test_names_that_are_put_aside_are_of_nothing_else() -> None:
    """Three that begin the same, in a ring, and one that is called what another would be called for a while."""
    first, second, third = names = [f"{'c' * 40}{n}" for n in range(3)]
    kinds = ["text", "date", "uuid"]
    columns = [Column(schema="s", table="t", name=n, type=t) for n, t in zip(names, kinds, strict=True)]
    columns.append(Column(schema="s", table="t", name=f"{'c' * 40}__was", type="time"))
    ring = {column("t", first): second, column("t", second): third, column("t", third): first}
    catalog, _ = applied(Catalog([*table("t"), *columns]), ring, PROFILE)
    types = {o.name: o.type for o in catalog.of(Column)}
    assert [types[n] for n in (second, third, first)] == kinds
    assert types[f"{'c' * 40}__was"] == "time"


def test_two_objects_cannot_come_from_one() -> None:
    wanted = {column("t", "b"): "a", column("t", "c"): "a"}
    with pytest.raises(InputError, match="renamed from"):
        plan(table("t", "a"), table("t", "b", "c"), wanted_names=wanted)


def test_a_kind_that_cannot_be_renamed_is_an_error_with_its_address() -> None:
    with pytest.raises(InputError, match="cannot rename"):
        plan([view("v")], [view("w")], wanted_names={Address("view", "s", "w"): "v"})


def test_an_index_under_another_name_is_a_rename() -> None:
    old = [*table("t", "a"), Index(schema="s", table="t", name="x", keys=("a",))]
    new = [*table("t", "a"), Index(schema="s", table="t", name="y", keys=("a",))]
    assert [type(s.change) for s in plan(old, new).steps] == [Rename]


def test_a_likely_rename_is_pointed_out_and_not_guessed() -> None:
    found = plan(table("t", "a"), table("t", "b"))
    assert {type(s.change) for s in found.steps} == {Create, Drop}
    assert [f.rule for f in found.findings] == ["likely-rename"]
    assert "renamedFrom: a" in found.findings[0].next


def test_what_is_not_modelled_forbids_a_plan_that_would_touch_it() -> None:
    hook = Unmodelled(what="trigger", name="audit", refs=(Address("table", "s", "t"),))
    old = Catalog(table("t"), unmodelled=[hook])
    found = make_plan(old, Catalog(), PROFILE)
    assert [(f.level, f.rule) for f in found.findings] == [("error", "unmodelled")]
    assert not make_plan(old, Catalog([*table("t"), *table("u")]), PROFILE).findings


def test_drops_lists_what_is_gone_for_good_only() -> None:
    old = [*table("t", "a"), view("v", column("t", "a"))]
    new = [*table("t", "a", type="bigint"), view("v", column("t", "a"))]
    assert plan(old, new).drops() == []
    assert [o.name for o in plan(old, table("t", "a")).drops()] == ["v"]


def test_a_ring_of_requirements_is_an_error_that_names_its_steps() -> None:
    a, b = Address("enum", "s", "a"), Address("enum", "s", "b")
    with pytest.raises(ReconcileError, match="enum:s") as e:
        plan([], [Enum(schema="s", name="a", labels=(), refs=(b,)), Enum(schema="s", name="b", labels=(), refs=(a,))])
    assert "enum:s.a" in str(e.value) and "enum:s.b" in str(e.value)


def test_a_plan_is_the_same_whatever_the_order_of_its_input() -> None:
    old = [*table("a", "x"), *table("b", "y"), view("v", column("a", "x"))]
    new = [*table("a", "x", type="bigint"), *table("c", "z"), view("v", column("a", "x")), foreign_key("a", "c")]
    expected = said(plan(old, new).steps)
    for seed in range(5):
        r = random.Random(seed)
        assert said(plan(r.sample(old, len(old)), r.sample(new, len(new))).steps) == expected


def test_long_chains_need_no_recursion() -> None:
    chain: list[Object] = []
    for i in range(3000):
        chain += [view(f"v{i:05}", *([Address("view", "s", f"v{i - 1:05}")] if i else []))]
    assert len(plan([], chain).steps) == 3000
    changed = [view("v00000", definition="SELECT 2"), *chain[1:]]
    assert len(plan(chain, changed).steps) == 1


def test_a_parents_own_reference_closes_a_ring_of_drops_too() -> None:
    below, above = Address("table", "s", "below"), Address("table", "s", "above")
    rule = Check(schema="s", table="above", name="writes_below", expression="true", refs=(below,))
    old = Catalog([Table(schema="s", name="above"), Table(schema="s", name="below", inherits=(above,)), rule])
    steps = make_plan(old, Catalog(), PROFILE).steps
    assert [address_of(s.change) for s in steps] == [rule.address, below, above]


def test_a_part_that_can_let_go_of_what_is_replaced_spares_the_rest() -> None:
    function = Address("enum", "s", "f")
    column = Column(schema="s", table="t", name="a", type="integer", default="f()", default_refs=(function,))
    part = Check(schema="s", table="t", name="default of a", expression="", refs=(function, column.address))

    def detached(o: Object, source: Address) -> tuple[Object, Object] | None:
        return (part, msgspec.structs.replace(o, default=None, default_refs=())) if o == column else None

    profile = msgspec.structs.replace(PROFILE, detached=detached, alterable={"column": frozenset({"default"})})
    old = Catalog([Table(schema="s", name="t"), column, Enum(schema="s", name="f", labels=("a",))])
    new = Catalog([Table(schema="s", name="t"), column, Enum(schema="s", name="f", labels=("b",))])
    plan = make_plan(old, new, profile)
    done = [(verb(s.change), address_of(s.change)) for s in plan.steps]
    assert done == [("drop", part.address), ("drop", function), ("create", function), ("alter", column.address)]
    assert plan.drops() == []


def test_a_view_over_a_renamed_column_is_said_again_though_its_text_is_the_same() -> None:
    a, b = Address("column", "s", "a", "t"), Address("column", "s", "b", "t")
    old = Catalog([*table("t", "a"), view("v", a, definition="SELECT a")])
    new = Catalog([*table("t", "b", "a"), view("v", a, definition="SELECT a")])
    steps = make_plan(old, new, PROFILE, wanted_names={b: "a"}).steps
    assert [(verb(s.change), address_of(s.change)) for s in steps][-1] == ("alter", Address("view", "s", "v"))


def test_of_two_rebuilds_of_a_part_the_one_that_takes_it_as_the_other_leaves_it_comes_second() -> None:
    enum, part, whole = Enum(schema="s", name="e", labels=("a",)), column("t", "a"), Address("table", "s", "t")
    was = Column(schema="s", table="t", name="a", type="e", refs=(enum.address,))
    catalog = Catalog([Table(schema="s", name="t", columns=("a",)), was, enum])
    table = Rebuild(catalog[whole], catalog[whole], (was,), (was,), taken=(part,))
    type = Rebuild(enum, enum, (was,), (was,))

    def steps(*rebuilds: Rebuild) -> list[str]:
        profile = msgspec.structs.replace(PROFILE, rewrite=lambda changes, old, new, follow: list(rebuilds))
        return said(make_plan(catalog, Catalog(catalog.values()), profile).steps)

    assert steps(table, type) == ["rebuild enum:s.e", "rebuild table:s.t"]
    ring = msgspec.structs.replace(table, taken=()), type
    with pytest.raises(ReconcileError, match="wait for each other"):
        steps(*ring)

    refused = Finding(rule="rows-lost", message="no")  # which says more than that there is no order
    profile = msgspec.structs.replace(
        PROFILE, rewrite=lambda changes, old, new, follow: list(ring), refusals=lambda changes, old, new: [refused]
    )
    assert make_plan(catalog, Catalog(catalog.values()), profile).findings == (refused,)


def test_a_rebuild_lets_go_of_a_part_that_hangs_on_what_hangs_on_it_and_sets_it_again() -> None:
    enum = Enum(schema="s", name="e", labels=("a",))
    function = view("f", enum.address)
    held = Column(schema="s", table="t", name="a", type="e", default="f()", default_refs=(function.address,))
    bare = msgspec.structs.replace(held, default=None, default_refs=())
    part = Check(schema="s", table="t", name="default of a", expression="", refs=(function.address, held.address))
    catalog = Catalog([Table(schema="s", name="t", columns=("a",)), held, enum, function])
    profile = msgspec.structs.replace(
        PROFILE,
        rewrite=lambda changes, old, new, follow: [Rebuild(enum, enum, (held,), (held,))],
        detached=lambda o, source: (part, bare) if o == held and source == function.address else None,
    )
    steps = make_plan(catalog, Catalog(catalog.values()), profile).steps
    assert said(steps) == [
        f"drop {part.address}", f"drop {function.address}", f"rebuild {enum.address}", f"create {function.address}",
        f"alter {held.address}",
    ]  # fmt: skip
    rebuild, last = steps[2].change, steps[4].change
    assert isinstance(rebuild, Rebuild) and (rebuild.before, rebuild.after) == ((bare,), (bare,))
    assert isinstance(last, Alter) and last.fields == {"default"}


def test_a_part_of_a_rebuild_that_can_go_and_come_as_a_whole_does() -> None:
    enum = Enum(schema="s", name="e", labels=("a",))
    function = view("f", enum.address)
    check = Check(schema="s", table="t", name="ck", expression="f()", refs=(function.address,))
    catalog = Catalog([Table(schema="s", name="t"), enum, function, check])
    profile = msgspec.structs.replace(
        PROFILE,
        rewrite=lambda changes, old, new, follow: [Rebuild(enum, enum, (check,), (check,))],
        detached=lambda o, source: (check, None) if o == check and source == function.address else None,
    )
    steps = make_plan(catalog, Catalog(catalog.values()), profile).steps
    gone, come = ([f"{v} {check.address}", f"{v} {function.address}"] for v in ("drop", "create"))
    assert said(steps) == [*gone, f"rebuild {enum.address}", *reversed(come)]


def test_a_rebuild_keeps_a_part_that_hangs_on_what_can_wait_for_it() -> None:
    enum, other = Enum(schema="s", name="e", labels=("a",)), Enum(schema="s", name="f", labels=("a",))
    held = Column(schema="s", table="t", name="a", type="e", default="f()", default_refs=(other.address,))
    bare = msgspec.structs.replace(held, default=None, default_refs=())
    part = Check(schema="s", table="t", name="default of a", expression="", refs=(other.address, held.address))
    old = Catalog([Table(schema="s", name="t", columns=("a",)), held, enum, other])
    profile = msgspec.structs.replace(
        PROFILE,
        rewrite=lambda changes, old, new, follow: [Drop(other), Rebuild(enum, enum, (held,), (bare,))],
        detached=lambda o, source: (part, bare) if o == held else None,
    )
    steps = make_plan(old, Catalog([Table(schema="s", name="t", columns=("a",)), bare, enum]), profile).steps
    assert said(steps) == [f"rebuild {enum.address}", f"drop {other.address}"]


def test_a_change_that_nobody_feels_does_not_insist_on_what_goes_first() -> None:
    a, t = column("t", "a"), Address("table", "s", "t")
    old = [*table("t", "a"), view("v", a, definition="SELECT a")]
    new = [o for o in table("t") if o.kind != "table"]
    new += [Table(schema="s", name="t", columns=("id",), comment="new"), view("v", t, definition="SELECT 1")]
    assert said(plan(old, new).steps) == [f"alter {t}", "alter view:s.v", f"drop {a}"]
    felt = msgspec.structs.replace(PROFILE, effect=lambda cause, was, will: Effect.THROUGH)
    steps = said(make_plan(Catalog(old), Catalog(new), felt).steps)
    assert steps == ["drop view:s.v", f"drop {a}", f"alter {t}", "create view:s.v"]


def test_an_alter_does_not_let_go_of_what_it_needs_before_and_after() -> None:
    enum, part = Enum(schema="s", name="e", labels=("a",)), column("t", "a")
    was = Column(schema="s", table="t", name="a", type="e", refs=(enum.address,))
    parts = [Table(schema="s", name="t", columns=("a",)), was, enum]
    profile = msgspec.structs.replace(
        PROFILE,
        rewrite=lambda changes, old, new, follow: [*changes, Rebuild(enum, enum, (was,), (was,))],
        effect=lambda cause, was, will: Effect.NONE,
    )
    old, new = ([*parts, view("v", part, definition=text)] for text in ("SELECT 1", "SELECT 2"))
    steps = make_plan(Catalog(old), Catalog(new), profile).steps
    assert said(steps) == [f"rebuild {enum.address}", "alter view:s.v"]
