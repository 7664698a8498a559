"""What is altered in place and would wait for itself is dropped and made again; what can be altered is."""

from __future__ import annotations

import pytest

from reconciler.model.address import Address
from reconciler.model.objects import Object
from tests.unit.plan.test_plan import column, plan, said, table, view

REMADE = {"drop view:s.v", "create view:s.v"}


def at(name: str) -> Address:
    return Address("view", "s", name)


def over(name: str, *read: str) -> Object:
    """A view over others that cannot be altered without them, with a text of its own."""
    return view(name, *map(at, read), definition=f"SELECT {read}")


def chain(type: str) -> list[Object]:
    """A table, a view that has to go when its column changes, and one over that."""
    return [*table("t", "a", type=type), view("base", column("t", "a")), over("middle", "base")]


def test_a_view_that_comes_to_read_what_is_over_what_it_read() -> None:
    steps = said(plan([*chain("integer"), over("v", "base")], [*chain("bigint"), over("v", "middle")]).steps)
    assert steps.index("drop view:s.v") < steps.index("drop view:s.base")
    assert steps.index("create view:s.middle") < steps.index("create view:s.v")


def test_a_view_that_comes_to_read_what_is_under_what_it_read() -> None:
    steps = said(plan([*chain("integer"), over("v", "middle")], [*chain("bigint"), over("v", "base")]).steps)
    assert steps.index("drop view:s.v") < steps.index("drop view:s.middle")
    assert steps.index("create view:s.base") < steps.index("create view:s.v")


def test_a_view_that_comes_to_read_the_column_that_what_it_read_is_in_the_way_of() -> None:
    now = view("v", column("t", "a"))
    steps = said(plan([*chain("integer"), over("v", "base")], [*chain("bigint"), now]).steps)
    assert steps.index("drop view:s.v") < steps.index("alter column:s.t.a") < steps.index("create view:s.v")


def test_of_two_views_that_exchange_what_they_read_one_is_made_again() -> None:
    def pair(type: str) -> list[Object]:
        tables = [o for n in "tu" for o in table(n, "a", type=type)]
        return [*tables, view("p", column("t", "a")), view("q", column("u", "a"))]

    old = [*pair("integer"), over("v", "p"), over("w", "q")]
    steps = said(plan(old, [*pair("bigint"), over("v", "q"), over("w", "p")]).steps)
    assert {*steps} > REMADE
    assert steps.index("drop view:s.v") < steps.index("drop view:s.p")
    assert steps.index("alter view:s.w") < steps.index("drop view:s.q")


@pytest.mark.parametrize("back", [False, True])
def test_a_view_that_goes_from_one_chain_to_another_is_altered(back: bool) -> None:
    """Of the one that it leaves, all is gone for good; of the other one, some is made anew."""
    other = [*table("u", "a"), over("far")]
    gone, stays = [over("p"), over("q", "p"), *other], [view("far", definition="SELECT 2"), *other[:-1]]
    old, new = [*gone, over("v", "q")], [*stays, over("v", "far")]
    steps = said((plan(new, old) if back else plan(old, new)).steps)
    assert REMADE.isdisjoint(steps) and "alter view:s.v" in steps
