"""Dependency order of steps, the same on every machine."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from ..errors import ReconcileError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Drop, Rebuild, Step, Verb, address_of, subject, verb
from ..model.objects import Object
from ..model.profile import Profile
from .fold import Folded, Node
from .settle import ordered_parts

_RANK = {"drop": 0, "rebuild": 1, "alter": 1, "create": 2, "rename": -1}

_MAKERS: tuple[Verb, ...] = ("create", "alter", "rebuild")

Edge = Callable[[Node | None, Node | None], None]


def ordered(changes: Sequence[Change], steps: Folded, profile: Profile, new: Catalog | None = None) -> list[Step]:
    """The steps in an order in which each finds what it needs; ties are broken by verb and address, but parts that
    their parent lists in an order come in that order.

    Raises ReconcileError that names every step on a cycle.
    """
    place = _places(changes, new) if new is not None else {}
    try:
        return [steps.steps[k] for k in _sorted(_graph(changes, steps, profile, _in_turn(place)), place)]
    except CycleError:  # a part needs one that is listed behind it: then what is needed comes first
        pass
    try:
        return [steps.steps[k] for k in _sorted(_graph(changes, steps, profile, ()), place)]
    except CycleError as e:
        ring = " → ".join(f"{v} {a}" for v, a in e.args[1])
        raise ReconcileError(
            "the plan has no order that works", why=f"these steps wait for each other: {ring}"
        ) from None


def _graph(
    changes: Sequence[Change], steps: Folded, profile: Profile, turns: Iterable[tuple[Address, Address]]
) -> TopologicalSorter[Node]:
    """The steps with what each waits for. Raises CycleError."""
    sorter: TopologicalSorter[Node] = TopologicalSorter(dict.fromkeys(sorted(steps.steps), ()))

    def edge(after: Node | None, before: Node | None) -> None:
        if after is not None and before is not None and after != before:
            sorter.add(after, before)

    freed = _freed_names(changes, profile)
    for c in changes:
        _edges(c, steps, profile, edge)
        if isinstance(c, Create):
            for a in freed.get(_name_key(c.new, profile), ()):
                edge(steps.node("create", c.new.address), steps.node("drop", a))
    for before, after in turns:
        edge(steps.node("create", after), steps.node("create", before))
    sorter.prepare()
    return sorter


def _in_turn(place: Mapping[Address, int]) -> Iterator[tuple[Address, Address]]:
    """Parts of one parent, each with the one that is listed next: who waits for something keeps those behind it."""
    ranked = sorted(place, key=lambda a: (a.kind, a.schema, a.parent, place[a]))
    return ((a, b) for a, b in pairwise(ranked) if (a.kind, a.schema, a.parent) == (b.kind, b.schema, b.parent))


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


def _edges(c: Change, steps: Folded, profile: Profile, edge: Edge) -> None:
    me = steps.node(verb(c), address_of(c))
    if not isinstance(c, Drop):
        for o in (c.new, *(c.after if isinstance(c, Rebuild) else ())):
            for r in _needs(o, profile):
                for v in _MAKERS:
                    edge(me, steps.node(v, r))
    if not isinstance(c, Create):
        for o in (c.old, *(c.before if isinstance(c, Rebuild) else ())):
            for r in _needs(o, profile):
                edge(steps.node("drop", r), me)
                if isinstance(c, Drop):
                    edge(_unless_remarked(steps, steps.node("alter", r)), me)
                    edge(steps.node("rebuild", r), me)
    if isinstance(c, Create):
        edge(me, steps.node("drop", c.new.address))
    if isinstance(c, Alter) and not isinstance(c, Rebuild):
        edge(me, steps.node("rebuild", c.new.address))


def _unless_remarked(steps: Folded, node: Node | None) -> Node | None:
    """An ALTER that only says another comment is in nobody's way."""
    change = steps.steps[node].change if node is not None else None
    return None if isinstance(change, Alter) and change.fields <= {"comment"} else node


def _needs(o: Object, profile: Profile) -> Iterable[Address]:
    if o.kind in profile.unordered:
        return () if o.parent is None else (o.parent,)
    return o.requires()


def _name_key(o: Object, profile: Profile) -> tuple[str, str, str] | None:
    space = profile.names.get(o.kind)
    return (space, o.schema, profile.same_name(o.name)) if space else None


def _freed_names(changes: Sequence[Change], profile: Profile) -> dict[tuple[str, str, str] | None, list[Address]]:
    """Who gives up a name, so that whoever takes it comes later."""
    freed: dict[tuple[str, str, str] | None, list[Address]] = {}
    for c in changes:
        if isinstance(c, Drop) and (key := _name_key(c.old, profile)) is not None:
            freed.setdefault(key, []).append(c.old.address)
    return freed


def described(step: Step) -> str:
    """A step in a few words: its verb and address."""
    return f"{verb(step.change)} {subject(step.change).address}"
