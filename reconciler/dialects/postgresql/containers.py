"""Checks of domains whose values are inside of others.

The server looks for a check of a domain, or its NOT NULL, in the columns that are of it, and refuses where a column
holds it inside of an array, a composite or a range: the domain is made anew then. Where nothing does so yet, the check
comes before what will.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Rebuild
from ...model.objects import Object
from ...model.tables import Column
from ...model.types import CompositeType, Domain, DomainCheck, RangeType


def by_container(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    """The domains that are made anew for their checks."""
    for c in changes:
        domain = _looked_for(c)
        if domain is not None and _in_container(domain, old):
            yield domain


def _looked_for(c: Change) -> Address | None:
    """The domain for whose values the server looks, to see whether they are as they have to be from now on."""
    if isinstance(c, Create) and isinstance(c.new, DomainCheck):
        return None if c.new.not_valid else c.new.parent
    if isinstance(c, Alter) and isinstance(c.new, DomainCheck):
        return c.new.parent if "not_valid" in c.fields else None
    if isinstance(c, Alter) and isinstance(c.new, Domain) and "nullable" in c.fields:
        return None if c.new.nullable else c.new.address
    return None


def _in_container(domain: Address, catalog: Catalog) -> bool:
    todo: list[tuple[Address, bool]] = [(domain, False)]
    seen = set(todo)
    while todo:
        type, inside = todo.pop()
        for user in (catalog[d] for d in catalog.dependents(type)):
            holds = inside or _holds(user)
            if isinstance(user, Column) and holds:
                return True
            if user.kind in _TYPES and (user.address, holds) not in seen:
                seen.add((user.address, holds))
                todo.append((user.address, holds))
    return False


_TYPES = frozenset({"domain", "composite_type", "range_type"})


def _holds(o: Object) -> bool:
    """Whether a type is something inside of this one, and not what it is itself."""
    return o.kind in ("composite_type", "range_type") or str(getattr(o, "type", "")).endswith("[]")


def checked_first(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with those that put a domain into something waiting for its new checks."""
    waiting: dict[Address, set[Address]] = {}
    for c in changes:
        domain = _looked_for(c)
        if isinstance(c, Create | Alter) and domain is not None and domain in old and _in_container(domain, new):
            for user in _users(domain, new):
                waiting.setdefault(user, set()).add(c.new.address)
    return [_waiting(c, waiting) for c in changes] if waiting else changes


def _waiting(c: Change, waiting: Mapping[Address, set[Address]]) -> Change:
    def told(o: Object) -> Object:
        if not isinstance(o, Column | CompositeType | Domain | RangeType) or o.address not in waiting:
            return o
        return replace(o, refs=tuple(sorted({*o.refs, *(waiting[o.address] - {o.address})})))

    if isinstance(c, Rebuild):
        return replace(c, new=told(c.new), after=tuple(map(told, c.after)))
    return replace(c, new=told(c.new)) if isinstance(c, Create | Alter) else c


def _users(domain: Address, catalog: Catalog) -> set[Address]:
    """The types that have a domain in them, and the columns of it and of those."""
    found: set[Address] = set()
    todo = [domain]
    while todo:
        for d in catalog.dependents(todo.pop()):
            if d not in found and (d.kind in _TYPES or d.kind == "column"):
                found.add(d)
                todo += [d] if d.kind in _TYPES else []
    return found
