"""Dependency order of steps, the same on every machine."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from ..errors import ReconcileError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Change, Create, Step, subject, verb
from ..model.profile import Profile
from .fold import Folded, Node
from .settle import ordered_parts
from .waits import Bond, Waits, in_turn, waits

_RANK = {"drop": 0, "rebuild": 1, "alter": 1, "create": 2, "rename": -1}


def ordered(changes: Sequence[Change], steps: Folded, profile: Profile, new: Catalog | None = None) -> list[Step]:
    """The steps in an order in which each finds what it needs; ties are broken by verb and address, but parts that
    their parent lists in an order come in that order, as far as they can.

    Raises ReconcileError that names every step on a cycle.
    """
    place = _places(changes, new) if new is not None else {}
    sorter = _without_rings(waits(changes, steps, profile, (*in_turn(place), *profile.called(changes, new))))
    return [steps.steps[k] for k in _sorted(sorter, place)]


def _without_rings(graph: Waits) -> TopologicalSorter[Node]:
    """The waits made ready, each ring of them broken at its weakest; raises ReconcileError where none can be."""
    while True:
        sorter: TopologicalSorter[Node] = TopologicalSorter(graph)
        try:
            sorter.prepare()
        except CycleError as e:
            ring = list(pairwise(e.args[1]))
            weakest = min(graph[after][before] for before, after in ring)
            if weakest is Bond.NEED:
                named = " → ".join(f"{v} {a}" for v, a in e.args[1])
                why = f"these steps wait for each other: {named}"
                raise ReconcileError("the plan has no order that works", why=why) from None
            for before, after in ring:
                if graph[after][before] is weakest:
                    del graph[after][before]
        else:
            return sorter


def _places(changes: Sequence[Change], new: Catalog) -> dict[Address, int]:
    """Where in their parent's list the created parts stand."""
    found: dict[Address, int] = {}
    for c in changes:
        if isinstance(c, Create) and (parent := c.new.parent) is not None and parent in new:
            names = ordered_parts(new[parent])
            if c.new.name in names:
                found[c.new.address] = names.index(c.new.name)
    return found


def _sorted(sorter: TopologicalSorter[Node], place: dict[Address, int]) -> Iterator[Node]:
    ready: list[tuple[int, tuple[str, str, str, int, str], Node]] = []
    while sorter.is_active():
        for k in sorter.get_ready():
            a = k[1]
            heapq.heappush(ready, (_RANK[k[0]], (a.kind, a.schema, a.parent, place.get(a, 0), a.name), k))
        node = heapq.heappop(ready)[2]
        yield node
        sorter.done(node)


def described(step: Step) -> str:
    """A step in a few words: its verb and address."""
    return f"{verb(step.change)} {subject(step.change).address}"
