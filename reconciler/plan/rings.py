"""What is made inside of its parent's CREATE and hangs on something that needs the parent: it is made after both.

A default may call a function that takes a row of its own table: the table is made without it, then the function, and
then the default is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from ..model.address import Address
from ..model.changes import Alter, Change, Create
from ..model.objects import Object, changed_fields
from ..model.profile import Profile


def opened(changes: Sequence[Change], profile: Profile) -> tuple[list[Change], frozenset[Address]]:
    """The changes with parts of columns set apart, and the parts that are to be made by themselves."""
    rings = _Rings(changes, profile)
    while (ring := rings.found()) is not None and rings.open(ring):
        pass
    return rings.changes(), frozenset(rings.apart)


class _Rings:
    def __init__(self, changes: Sequence[Change], profile: Profile) -> None:
        self.given, self.profile = changes, profile
        self.made = {c.new.address: c.new for c in changes if isinstance(c, Create)}
        self.apart: set[Address] = set()
        self.cut: dict[Address, Object] = {}
        """The columns that are made with less than they are to have."""

    def _host(self, a: Address) -> Address:
        """The object in whose CREATE another one is made."""
        o = self.made[a]
        inside = o.kind in self.profile.folds and not o.apart and a not in self.apart
        return o.parent if inside and o.parent is not None and o.parent in self.made else a

    def _hosts(self) -> Iterator[tuple[Address, Address, Address, Address]]:
        """Who is made with what inside of it that needs what, and in whose CREATE that is made."""
        for a, o in self.made.items():
            if o.kind in self.profile.unordered:
                continue
            host = self._host(a)
            for r in self.cut.get(a, o).requires():
                if r in self.made and (target := self._host(r)) != host:
                    yield host, a, r, target

    def found(self) -> list[Address] | None:
        graph: dict[Address, set[Address]] = {}
        for host, _, _, target in self._hosts():
            graph.setdefault(host, set()).add(target)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            return list(error.args[1])
        return None

    def open(self, ring: list[Address]) -> bool:
        """Whether a part of one of the ring's objects could be set apart."""
        steps = {(after, before) for before, after in pairwise(ring)}
        for host, a, r, target in list(self._hosts()):
            if host != a and (host, target) in steps:
                o = self.cut.get(a, self.made[a])
                split = self.profile.detached(o, r)
                if split is not None and split[1] is not None:
                    self.cut[a] = split[1]
                    return True
                if self.profile.added_alone(o):
                    self.apart.add(a)
                    return True
        return False

    def changes(self) -> list[Change]:
        cut = {a: Create(o) for a, o in self.cut.items()}
        made: list[Change] = [cut.get(c.new.address, c) if isinstance(c, Create) else c for c in self.given]
        rest = ((o, self.made[a]) for a, o in sorted(self.cut.items()))
        return [*made, *(Alter(o, whole, changed_fields(o, whole)) for o, whole in rest)]
