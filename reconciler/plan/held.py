"""An object altered in place that would wait for itself: it lets go of what is dropped, and that goes before what the
object is to hang on can be made.

A view reads another one of a chain that is made anew: the old chain cannot go while the view reads it, and the view
cannot be altered until the new chain is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Literal

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Rebuild
from ..model.objects import Object
from ..model.profile import Effect, Profile
from .waits import needs

_Act = tuple[Literal["make", "drop"], Address]
"""What is done at an address: it is made, altered or rebuilt, or it is dropped."""


class Held:
    """Who waits for whom while the changes are still being collected, by the rules of `waits`."""

    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        profile: Profile,
        alters: Mapping[Address, Alter],
        gone: Set[Address],
        rebuilds: Iterable[Rebuild],
    ) -> None:
        self.old, self.new, self.profile, self.alters, self.gone = old, new, profile, alters, gone
        self.rebuilds = {o.address: c for c in rebuilds for o in (c.old, *c.before, c.new, *c.after)}

    def waits_for_itself(self, altered: Address) -> bool:
        """Whether what an altered object needs can only be made once the object is altered."""
        seen: set[_Act] = set()
        todo = [*self._before(("make", altered))]
        while todo:
            act = todo.pop()
            if act == ("make", altered):
                return True
            if act not in seen:
                seen.add(act)
                todo += self._before(act)
        return False

    def _before(self, act: _Act) -> Iterator[_Act]:
        """What is done before."""
        what, a = act
        if what == "drop":
            yield from self._let_go(a)
        elif a in self.rebuilds:
            yield from self._rebuilt(self.rebuilds[a])
        elif a in self.alters:
            c = self.alters[a]
            yield from self._needed(c.new)
            yield from (("drop", d) for d in self._dropped_over(a) if self._felt(c, d))
        elif a in self.new and (a in self.gone or a not in self.old):
            parts = (o for o in self.new.children(a) if o.kind in self.profile.folds)
            for o in (self.new[a], *parts):
                yield from self._needed(o)
            if a in self.gone:
                yield "drop", a

    def _let_go(self, a: Address) -> Iterator[_Act]:
        yield from (("drop", d) for d in self._dropped_over(a))
        for d in self.old.dependents(a):
            c = self.alters.get(d)
            if c is not None and a in needs(c.old, self.profile) and a not in needs(c.new, self.profile):
                yield "make", d

    def _rebuilt(self, c: Rebuild) -> Iterator[_Act]:
        for o in (c.new, *c.after):
            yield from (n for n in self._needed(o) if self.rebuilds.get(n[1]) is not c)
        for o in (c.old, *c.before):
            yield from (("drop", d) for d in self._dropped_over(o.address))

    def _needed(self, o: Object) -> Iterator[_Act]:
        return (("make", r) for r in needs(o, self.profile))

    def _dropped_over(self, a: Address) -> Iterator[Address]:
        """What hangs on an object and is dropped."""
        dropped = (d for d in self.old.dependents(a) if d in self.gone)
        return (d for d in dropped if a in needs(self.old[d], self.profile))

    def _felt(self, c: Alter, d: Address) -> bool:
        return self.profile.effect(c, self.old[d], self.old[d]) is not Effect.NONE
