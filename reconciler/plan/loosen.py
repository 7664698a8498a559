"""What a rebuild would take along and cannot: the part of an object that hangs on what hangs on the rebuild itself.

A column's default calls a function that takes the type which is made anew: the function goes before the type does, and
comes after it. The column can do neither with its default on; so it lets go of it first, and gets it again at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from ..model.address import Address
from ..model.catalog import Catalog, closure
from ..model.changes import Alter, Change, Create, Drop, Rebuild, address_of
from ..model.objects import Object, changed_fields
from ..model.profile import Profile


def loosened(changes: Sequence[Change], old: Catalog, new: Catalog, profile: Profile) -> list[Change]:
    """The changes, with what a rebuild cannot take along dropped before it and set again after it."""
    if not any(isinstance(c, Rebuild) for c in changes):
        return list(changes)
    gone = {c.old.address for c in changes if isinstance(c, Drop)}
    made = {address_of(c) for c in changes if not isinstance(c, Drop)}
    found: list[Change] = []
    for c in changes:
        if isinstance(c, Rebuild):
            loose = _Loose(c, old, new, profile)
            found += loose.changes(gone, made)
        else:
            found.append(c)
    return found


class _Loose:
    def __init__(self, c: Rebuild, old: Catalog, new: Catalog, profile: Profile) -> None:
        self.rebuild, self.old, self.new, self.profile = c, old, new, profile
        self.own = {o.address for o in (c.old, c.new, *c.before, *c.after)}

    def changes(self, gone: set[Address], made: set[Address]) -> Iterator[Change]:
        """The rebuild and, before and after it, what it lets go of and what is set again."""
        before: list[Object] = []
        after: list[Object] = []
        again: list[Change] = []
        for o in self.rebuild.before:
            part, rest = self._split(o, (r for r in self._outside(o) if r in gone and self._cannot_wait(r)))
            before += [rest] if rest is not None else []
            if part is not None:
                yield Drop(part)
        for o in self.rebuild.after:
            part, rest = self._split(o, (r for r in self._outside(o) if r in made and self._waits(self.new, r)))
            after += [rest] if rest is not None else []
            if part is not None:
                again.append(Create(o) if rest is None else Alter(rest, o, changed_fields(rest, o)))
        yield replace(self.rebuild, before=tuple(before), after=tuple(after))
        yield from again

    def _outside(self, o: Object) -> Iterator[Address]:
        return (r for r in o.requires() if r not in self.own)

    def _cannot_wait(self, r: Address) -> bool:
        """Whether what is dropped has to go before the rebuild: it is made anew itself, or hangs on what is."""
        return r in self.new or self._waits(self.old, r)

    def _waits(self, catalog: Catalog, r: Address) -> bool:
        return not self.own.isdisjoint(closure(catalog, [r], lambda c, a: c[a].requires()))

    def _split(self, o: Object, held_by: Iterable[Address]) -> tuple[Object | None, Object | None]:
        """The part of an object that has to go, and what is left of it."""
        return next((s for r in held_by if (s := self.profile.detached(o, r)) is not None), (None, o))
