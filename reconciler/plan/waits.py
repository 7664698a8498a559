"""What each step waits for: who needs, gives up or takes the name of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import pairwise

from ..model.address import Address
from ..model.changes import Alter, Change, Create, Drop, Rebuild, Verb
from ..model.objects import Object
from ..model.profile import Effect, Profile
from .fold import Folded, Node


class Bond(IntEnum):
    """How much a wait matters. Where steps wait for each other in a ring, it is broken at the weakest."""

    TURN = 0
    """Two parts that their parent lists one behind the other."""
    TIDY = 1
    """A change that waits for the DROP of something which it would leave as it is."""
    NEED = 2


Waits = dict[Node, dict[Node, Bond]]
"""Each step with those that it waits for."""

_MAKERS: tuple[Verb, ...] = ("create", "alter", "rebuild")


def waits(
    changes: Sequence[Change], steps: Folded, profile: Profile, turns: Iterable[tuple[Address, Address]]
) -> Waits:
    """Every step with what it waits for; `turns` are parts of one parent, each with the one that is listed next."""
    found = _Waits(steps, profile)
    freed = _freed_names(changes, profile)
    for c in changes:
        found.of(c)
        if isinstance(c, Create):
            for place in profile.places(c.new.address, c.new.name) if freed else ():
                for a in freed.get(place, ()):
                    found.add(steps.nodes("create", c.new.address), steps.nodes("drop", a))
    for before, after in turns:
        behind = (n for v in _MAKERS for n in steps.nodes(v, after))
        found.add(behind, steps.nodes("create", before), Bond.TURN)
    return found.waits


class _Waits:
    def __init__(self, steps: Folded, profile: Profile) -> None:
        self.steps, self.profile = steps, profile
        self.waits: Waits = {node: {} for node in sorted(steps.steps)}

    def add(self, after: Iterable[Node], before: Iterable[Node], bond: Bond = Bond.NEED) -> None:
        earlier = list(before)
        for a in after:
            for b in earlier:
                if a != b:
                    self.waits[a][b] = max(bond, self.waits[a].get(b, bond))

    def of(self, c: Change) -> None:
        me = self.steps.carrier(c)
        if me is None:
            return
        if not isinstance(c, Drop):
            for o in (c.new, *(c.after if isinstance(c, Rebuild) else ())):
                self._needed(c, me, o)
        if not isinstance(c, Create):
            for o in (c.old, *(c.before if isinstance(c, Rebuild) else ())):
                self._given_up(c, me, o)
        nodes = self.steps.nodes
        if isinstance(c, Create):
            self.add([me], nodes("drop", c.new.address))
        elif isinstance(c, Alter):
            self.add([me], [*nodes("rebuild", c.new.address), *nodes("alter", c.new.address)])
        elif isinstance(c, Rebuild):
            for a in c.taken:
                self.add([me], nodes("create", a))

    def _needed(self, c: Change, me: Node, o: Object) -> None:
        """What is there already, or is made by the step itself, is not waited for."""
        own = {c.new.address, *(p.address for p in c.after)} if isinstance(c, Rebuild) else ()
        for r in needs(o, self.profile):
            if r in own:
                continue
            for v in _MAKERS:
                self.add([me], (n for n in self.steps.nodes(v, r) if o.address not in self._taken(n)))

    def _given_up(self, c: Change, me: Node, o: Object) -> None:
        """What goes, goes when nobody hangs on it any more."""
        stays: set[Address] = set()
        if isinstance(c, Alter):
            stays = set(needs(c.new, self.profile))
        taken = isinstance(c, Rebuild) and o.address in c.taken
        for r in needs(o, self.profile):
            if r not in stays and not taken:
                self.add(self.steps.nodes("drop", r), [me])
            if isinstance(c, Drop):
                for n in (*self.steps.nodes("alter", r), *self.steps.nodes("rebuild", r)):
                    self.add([n], [me], self._felt(n, o))

    def _taken(self, node: Node) -> tuple[Address, ...]:
        """The parts that a rebuild finds as another one leaves them: that one cannot wait for it."""
        change = self.steps.steps[node].change
        return change.taken if isinstance(change, Rebuild) else ()

    def _felt(self, node: Node, o: Object) -> Bond:
        """How much it matters that an object is gone before what it hangs on changes."""
        change = self.steps.steps[node].change
        felt = isinstance(change, Alter | Rebuild) and self.profile.effect(change, o, o) is not Effect.NONE
        return Bond.NEED if felt else Bond.TIDY


def in_turn(place: Mapping[Address, int]) -> Iterator[tuple[Address, Address]]:
    """Parts of one parent, each with the one that is listed next: who waits for something keeps those behind it."""
    ranked = sorted(place, key=lambda a: (a.kind, a.schema, a.parent, place[a]))
    return ((a, b) for a, b in pairwise(ranked) if (a.kind, a.schema, a.parent) == (b.kind, b.schema, b.parent))


def needs(o: Object, profile: Profile) -> Iterable[Address]:
    """What an object waits for when it is made, and holds up when that is dropped."""
    if o.kind in profile.unordered:
        return () if o.parent is None else (o.parent,)
    return o.requires()


def _freed_names(changes: Sequence[Change], profile: Profile) -> dict[tuple[str, ...], list[Address]]:
    """Who gives up a name, so that whoever takes it comes later."""
    freed: dict[tuple[str, ...], list[Address]] = {}
    for c in changes:
        if isinstance(c, Drop):
            for place in profile.places(c.old.address, c.old.name):
                freed.setdefault(place, []).append(c.old.address)
    return freed
