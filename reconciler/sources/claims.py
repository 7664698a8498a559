"""Which unit each object of a catalog belongs to, and which units a change reaches.

Knows addresses and dependencies; knows no database and no source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import KINDS, Object
from ..model.tables import Column, Index, Table
from .snapshot import Snapshot
from .written import Unit, Written

INSIDE: Final = frozenset(
    ("column", "primary_key", "unique", "check", "foreign_key", "exclusion", "index", "domain_check", "sequence_owner",
     "owner", "grant", "default_privilege", "membership")
)
"""Kinds that are always part of another object; all others can be units of their own."""


def top(o: Object) -> Address:
    """The object that an object is written with, itself for most."""
    parent = o.parent
    return parent if parent is not None and o.kind in INSIDE else o.address


class Claims:
    """Objects of a catalog by the unit that makes them: the unit itself and its parts, and what comes and goes with
    them (the sequence of a serial column). With `adopt`, parts that could be units of their own count as well."""

    def __init__(self, catalog: Catalog, units: Collection[Address], *, adopt: bool) -> None:
        self.catalog, self.units, self.adopt = catalog, units, adopt
        self._known: dict[Address, Address | None] = {}

    def unit_of(self, o: Object) -> Address | None:
        """The unit of an object, None where nobody claims it."""
        address = top(o)
        if address in self.units:
            return address
        if address not in self._known:
            self._known[address] = None  # whoever comes back here is on a ring
            self._known[address] = self._found(address)
        return self._known[address]

    def _found(self, address: Address) -> Address | None:
        o = self.catalog.get(address)
        if o is None:
            return None
        bare = getattr(o, "bare_name", None)
        if bare is not None and (plain := Address(o.kind, o.schema, bare)) in self.units:
            return plain
        hosts = [v for v in o.vanishes_with() if v != o.parent]
        if self.adopt and o.parent is not None:
            hosts.append(o.parent)
        for host in hosts:
            found = self.unit_of(self.catalog[host]) if host in self.catalog else None
            if found is not None:
                return found
        return None

    def by_unit(self) -> dict[Address | None, list[Object]]:
        """All objects by their units."""
        found: dict[Address | None, list[Object]] = {}
        for o in self.catalog.values():
            found.setdefault(self.unit_of(o), []).append(o)
        return found


class Reach(msgspec.Struct, kw_only=True):
    """`changed` were written anew, `gone` are no longer written; `affected` must be judged again; `needed` must be
    there for that, as they are."""

    changed: set[Address]
    gone: set[Address]
    affected: set[Address]
    needed: set[Address]


def reach(written: Written, known: Snapshot | None) -> Reach:
    """What a source changes, compared with what a snapshot remembers of it."""
    units = {u.address: u for u in written.units}
    if known is None:
        return Reach(changed=set(units), gone=set(), affected=set(units), needed=set())
    changed = {a for a, u in units.items() if known.written.get(a) != u.digest}
    gone = set(known.written) - units.keys()
    found = Reach(changed=changed, gone=gone, affected=set(changed), needed=set())
    if changed or gone:
        claims = Claims(known.catalog, known.written.keys() | units.keys(), adopt=True)
        by_unit = claims.by_unit()
        found.affected |= set(_dependents(found, claims, by_unit)) & units.keys()
        found.needed = _needed(found.affected, units, claims, by_unit)
    return found


def _dependents(found: Reach, claims: Claims, by_unit: Mapping[Address | None, list[Object]]) -> Iterator[Address]:
    """Units whose normal form may be another one because of what changed: views over a table, partitions of it."""
    todo = sorted(found.changed | found.gone)
    seen = set(todo)
    while todo:
        source = todo.pop()
        for o in by_unit.get(source, ()):
            for d in claims.catalog.dependents(o.address):
                unit = claims.unit_of(claims.catalog[d])
                if unit is None or unit in seen:
                    continue
                if source in found.gone or _is_judged_by_others(claims.catalog[d]):
                    seen.add(unit)
                    todo.append(unit)
                    yield unit


def _is_judged_by_others(o: Object) -> bool:
    """Whether an object's normal form depends on the objects it names: a query's does, a column's type's does not."""
    return isinstance(o, Table) or "definition" in KINDS[o.kind].__struct_fields__


def _needed(
    affected: Iterable[Address],
    units: Mapping[Address, Unit],
    claims: Claims,
    by_unit: Mapping[Address | None, list[Object]],
) -> set[Address]:
    """Unchanged units without which the affected ones cannot be made, transitively."""
    by_name: dict[str, list[Address]] = {}
    for a in units:
        by_name.setdefault(a.name.partition("(")[0], []).append(a)
    todo: list[Address] = []
    for a in affected:
        unit = units[a]
        todo += unit.needs
        for word in unit.words & by_name.keys():
            todo += by_name[word]
        todo += _required(by_unit.get(a, ()), claims)
    found: set[Address] = set()
    while todo:
        a = todo.pop()
        if a in units and a not in affected and a not in found:
            found.add(a)
            todo += _required((c for o in by_unit.get(a, ()) if (c := as_context(o)) is not None), claims)
    return found


def _required(objects: Iterable[Object], claims: Claims) -> Iterator[Address]:
    for o in objects:
        for r in o.requires():
            if r in claims.catalog and (unit := claims.unit_of(claims.catalog[r])) is not None:
                yield unit
        if o.schema:
            yield Address("schema", "", o.schema)


_LEFT_OUT: Final = frozenset(
    {"check", "exclusion", "foreign_key", "sequence_owner", "trigger", "trigger_state", "rule", "policy"}
)


def as_context(o: Object) -> Object | None:
    """An object as far as others need it to be there: a table without its foreign keys, checks, defaults and plain
    indexes (a query may rely on its keys); None where nobody needs it."""
    if o.topic or o.kind in _LEFT_OUT or (isinstance(o, Index) and not o.unique):
        return None
    if isinstance(o, Column) and o.default is not None:
        return msgspec.structs.replace(o, default=None, default_refs=())
    if o.kind == "sequence":
        return msgspec.structs.replace(o, owned_by=None)
    return o
