"""Whatever hangs on a dropped, replaced or blocking-altered object is replaced too, transitively.

Measured on random pairs of schemas: without this, 42 of 60 plans fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Drop, Rebuild, address_of
from ..model.objects import Object, Unmodelled, changed_fields
from ..model.profile import Effect, Profile
from .held import Held

Cause = Alter | Rebuild | None
"""What an object goes through: an in-place change, a rebuild, or None where it is dropped or replaced."""


def cascaded(
    changes: Sequence[Change], old: Catalog, new: Catalog, profile: Profile
) -> tuple[list[Change], dict[Address, Address]]:
    """The changes with all that they force, and for each object replaced by force the address that forces it."""
    walk = _Walk(changes, old, new, profile)
    walk.run()
    return walk.changes(), walk.reasons


class _Walk:
    def __init__(self, changes: Sequence[Change], old: Catalog, new: Catalog, profile: Profile) -> None:
        self.old, self.new, self.profile = old, new, profile
        self.given = changes
        self.alters = {c.new.address: c for c in changes if isinstance(c, Alter)}
        self.hard = {c.old.address for c in changes if isinstance(c, Drop)}
        self.absorbed = {o.address for c in changes if isinstance(c, Rebuild) for o in (c.old, *c.before, *c.after)}
        self.reasons: dict[Address, Address] = {}
        self.parts: dict[Address, Object] = {}
        self.todo: list[tuple[Address, Cause]] = []
        self.let_go: set[tuple[Address, Address]] = set()
        """What is altered, with what is dropped and that it hangs on no more."""
        self.seen: set[tuple[Address, bool]] = set()

    def run(self) -> None:
        for c in self.given:
            if isinstance(c, Drop):
                self.todo.append((c.old.address, None))
            elif isinstance(c, Alter):
                self.todo.append((c.old.address, c))
            elif isinstance(c, Rebuild):
                self.todo.extend((o.address, c) for o in (c.old, *c.before))
        while self.todo:
            source, cause = self.todo.pop()
            if (source, cause is None) not in self.seen:
                self.seen.add((source, cause is None))
                for d in self.old.dependents(source):
                    self._ask(source, cause, d)
            if not self.todo:
                self._free()

    def _ask(self, source: Address, cause: Cause, d: Address) -> None:
        if d in self.hard or d in self.absorbed or d not in self.new:
            return
        was, will = self.old[d], self.new[d]
        if was.kind in self.profile.unordered and source != was.parent:
            return  # what is not looked for when it is made does not fall with it
        if cause is None:
            if d in self.alters and source not in set(will.requires()):
                self.let_go.add((d, source))  # an ALTER that lets go of what is dropped is enough, if it can
            elif not self._detach(d, source):
                self._replace(d, source)
            return
        effect = self.profile.effect(cause, was, will)
        if effect is Effect.REPLACE:
            self._replace(d, source)
        elif effect is Effect.THROUGH:
            self.todo.append((d, cause))

    def _free(self) -> None:
        """Replace what is altered and would wait for itself."""
        if not self.let_go:
            return
        rebuilds = [c for c in self.given if isinstance(c, Rebuild)]
        held = Held(self.old, self.new, self.profile, self.alters, self.hard, rebuilds)
        for d, source in sorted(self.let_go):
            stuck = d in self.alters and held.waits_for_itself(d)
            if stuck and not self._detach(d, source):
                self._replace(d, source)

    def _detach(self, d: Address, source: Address) -> bool:
        """Drop the part of an object that hangs on the source, and leave it to an ALTER to set it again."""
        if d in self.parts:
            return True
        split = self.profile.detached(self.old[d], source)
        if split is None or split[1] is None:
            return False
        part, rest = split[0], split[1]
        will = self.new[d]
        self.parts[d] = part
        self.alters[d] = Alter(rest, will, changed_fields(rest, will))
        return True

    def _replace(self, d: Address, source: Address) -> None:
        self.hard.add(d)
        self.alters.pop(d, None)
        self.reasons[d] = source
        self.todo.append((d, None))

    def changes(self) -> list[Change]:
        kept = [c for c in self.given if not isinstance(c, Alter)]
        alters = [c for _, c in sorted(self.alters.items()) if c.fields]
        forced = sorted(self.reasons)
        parts = [Drop(p) for a, p in sorted(self.parts.items()) if a in self.alters]
        drops: list[Change] = [*parts, *(Drop(self.old[a]) for a in forced)]
        return [*drops, *kept, *alters, *(Create(self.new[a]) for a in forced)]


def unmodelled_touched(changes: Iterable[Change], catalog: Catalog) -> list[tuple[Unmodelled, Address]]:
    """What we do not model and a plan would drop or remake something under, with the address it hangs on."""
    touched: Mapping[Address, None] = dict.fromkeys(
        a for c in changes if isinstance(c, Drop | Rebuild) for a in _given_up(c)
    )
    if not touched:
        return []
    return [(u, a) for u in catalog.unmodelled for a in u.refs if a in touched]


def _given_up(change: Drop | Rebuild) -> Iterable[Address]:
    if isinstance(change, Drop):
        return (address_of(change),)
    return (o.address for o in (change.old, *change.before))
