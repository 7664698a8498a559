"""Which dropped children have to go by themselves: those on rings of references, found in linear time."""

from __future__ import annotations

import random
import time

from reconciler.dialects.registry import dialect_named
from reconciler.model.address import Address
from reconciler.model.changes import Change, Drop
from reconciler.model.tables import ForeignKey, Table
from reconciler.plan.fold import _in_rings, folded

Ties = dict[Address, tuple[Address, set[Address]]]


def _table(i: int) -> Address:
    return Address("table", "public", f"t{i:05}")


def _by_the_definition(ties: Ties) -> set[Address]:
    """Ties go, again and again, whose owner nobody needs, or that need no owner of another tie."""
    while True:
        owners = {owner for owner, _ in ties.values()}
        needed = {r for _, rs in ties.values() for r in rs}
        kept = {a: (o, rs & owners) for a, (o, rs) in ties.items() if o in needed and rs & owners}
        if kept == ties:
            return set(ties)
        ties = kept


def _random_ties(seed: int) -> Ties:
    of = random.Random(seed)
    count = of.randint(1, 9)
    ties: Ties = {}
    for i in range(of.randint(0, 14)):
        owner = of.randrange(count)
        needed = {of.randrange(count) for _ in range(of.randint(1, 3))} - {owner}
        if needed:
            ties[Address("foreign_key", "public", f"k{i}")] = _table(owner), {_table(r) for r in needed}
    return ties


def test_what_is_left_is_what_the_definition_leaves() -> None:
    for seed in range(2000):
        ties = _random_ties(seed)
        assert _in_rings(ties) == _by_the_definition(ties), seed


def _chain(length: int) -> list[Change]:
    """The drop of tables each of which refers to the one before it."""
    found: list[Change] = []
    for i in range(length):
        found.append(Drop(Table(schema="public", name=_table(i).name, columns=("id", "before"))))
        key = ForeignKey(
            schema="public", name=f"t{i:05}_fkey", table=_table(i).name, columns=("before",),
            target_schema="public", target=_table(max(i - 1, 0)).name, target_columns=("id",),
        )  # fmt: skip
        found.append(Drop(key))
    return found


def _seconds(length: int) -> float:
    profile, chain = dialect_named("postgresql").profile(()), _chain(length)
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        steps = folded(chain, profile, {})
        best = min(best, time.process_time() - began)
    assert len(steps.steps) == length
    return best


def test_a_long_chain_of_references_costs_in_proportion_to_its_length() -> None:
    """Eight times the tables: quadratic would be 64 times the time."""
    assert _seconds(2400) < 24 * _seconds(300)
