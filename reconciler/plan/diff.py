"""Pure diff: two catalogs in, typed changes out."""

from __future__ import annotations

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Drop
from ..model.objects import Object, changed_fields, compared_fields, fields_of
from ..model.profile import Profile
from .settle import moved


def changes(old: Catalog, new: Catalog, profile: Profile, *, follow_order: bool = False) -> list[Change]:
    """Create, Drop and Alter by address; an object that ALTER cannot change is dropped and created.

    Each catalog is walked once; the result is sorted by address, drops first. What only one of them speaks of is left
    alone.
    """
    old, new = alike(old, new, profile)
    both = old.says & new.says
    dropped = [o for o in old.only(new) if not profile.implicit(o.address) and _told(o, both)]
    created: list[Object] = []
    altered: list[Change] = []
    for o, n in new.unlike(old):
        if not _told(n, both):
            continue
        if o is None:
            if not profile.implicit(n.address) or says_something(n):
                created.append(n)
        elif o != n:
            change = _alter(o, n, follow_order)
            if change is None:
                continue
            if _in_place(change, profile):
                altered.append(change)
            else:
                dropped.append(o)
                created.append(n)
    by_address = lambda o: o.address  # noqa: E731
    drops = [Drop(o) for o in sorted(dropped, key=by_address)]
    creates = [Create(o) for o in sorted(created, key=by_address)]
    return [*drops, *creates, *sorted(altered, key=lambda c: c.new.address)]  # type: ignore[union-attr]


def alike(old: Catalog, new: Catalog, profile: Profile) -> tuple[Catalog, Catalog]:
    """Both catalogs with one text wherever theirs mean the same."""
    if profile.alike is None or old is new:
        return old, new
    both = [profile.alike(o, n) for o, n in new.unlike(old) if o is not None and o != n]
    return old.replaced(o for o, _ in both), new.replaced(n for _, n in both)


def _told(o: Object, topics: frozenset[str]) -> bool:
    return not o.topic or o.topic in topics


def says_something(o: Object) -> bool:
    """Whether an object that is there by itself is anything else than it would be by itself."""
    told = frozenset(compared_fields(type(o))) - frozenset(Address.__struct_fields__)
    return any(f.required or getattr(o, f.name) != f.default for f in fields_of(type(o)) if f.name in told)


def _alter(old: Object, new: Object, follow_order: bool) -> Alter | None:
    fields = changed_fields(old, new)
    if follow_order and moved(old, new):
        fields |= {"columns"}
    return Alter(old, new, fields) if fields else None


def _in_place(change: Alter, profile: Profile) -> bool:
    allowed = profile.alterable.get(change.new.kind, frozenset())
    return change.fields <= allowed and profile.in_place(change)
