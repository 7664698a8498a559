"""What was moved and what was merely added."""

from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.tables import Table
from reconciler.plan.settle import ordered_parts, settled

T = Address("table", "s", "t")


def table(*columns: str, name: str = "t") -> Table:
    return Table(schema="s", name=name, columns=columns)


def order(
    new: Table, old: Table, written: tuple[str, ...] = (), names: dict[Address, str] | None = None, follow: bool = True
):
    found = settled(Catalog([new]), Catalog([old]), {T: written} if written else {}, names or {}, follow=follow)
    return ordered_parts(found[new.address])


def test_a_column_added_in_the_middle_comes_last() -> None:
    assert order(table("id", "new", "a"), table("id", "a")) == ("id", "a", "new")


def test_and_stays_there_when_the_table_is_written_anew() -> None:
    assert order(table("id", "new", "a"), table("id", "a", "new"), written=("id", "new", "a")) == ("id", "a", "new")


def test_a_moved_column_is_moved() -> None:
    assert order(table("id", "b", "a"), table("id", "a", "b")) == ("id", "b", "a")
    assert order(table("id", "a", "new"), table("id", "a", "new"), written=("id", "new", "a")) == ("id", "a", "new")


def test_a_moved_column_stays_where_order_is_not_followed() -> None:
    assert order(table("id", "b", "a"), table("id", "a", "b"), follow=False) == ("id", "a", "b")


def test_a_renamed_column_keeps_its_place() -> None:
    names = {Address("column", "s", "x", "t"): "a"}
    assert order(table("id", "x", "b"), table("id", "a", "b"), names=names) == ("id", "x", "b")


def test_a_renamed_table_keeps_its_order() -> None:
    names = {Address("table", "s", "t2"): "t"}
    assert order(table("id", "n", "a", name="t2"), table("id", "a"), names=names) == ("id", "a", "n")


def test_a_dropped_column_moves_nobody() -> None:
    assert order(table("id", "b"), table("id", "a", "b")) == ("id", "b")


def test_a_new_table_is_as_written() -> None:
    found = settled(Catalog([table("b", "a")]), Catalog(), {}, {})
    assert ordered_parts(found[T]) == ("b", "a")
