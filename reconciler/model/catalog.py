"""An immutable mapping from address to object, with what was found and is not modelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from itertools import chain
from typing import Any, TypeVar

from .address import Address
from .objects import Object, Unmodelled

T = TypeVar("T", bound=Object)
R = TypeVar("R")


class Catalog(Mapping[Address, Object]):
    """A schema as a flat map; two catalogs are equal when their objects are (references aside).

    `says` are the topics of opt-in kinds (owners, grants, roles) that it is about: what it does not speak of is not
    compared. `notes` are what inspection has to tell of what it left out by a rule of the project.
    """

    __slots__ = (
        "_dependents", "_objects", "_once", "_only", "_sorted", "dialect", "notes", "says", "unmodelled", "version"
    )  # fmt: skip

    def __init__(
        self,
        objects: Iterable[Object] = (),
        *,
        unmodelled: Iterable[Unmodelled] = (),
        dialect: str = "",
        version: tuple[int, ...] = (),
        says: frozenset[str] = frozenset(),
        notes: tuple[str, ...] = (),
    ) -> None:
        """Raises ValueError where two objects have one address."""
        given = list(objects)
        self._objects: dict[Address, Object] = {o.address: o for o in given}
        if len(self._objects) != len(given) and (twice := next(_twice(given), None)) is not None:
            raise ValueError(f"two objects at {twice}")
        self.unmodelled = tuple(sorted(unmodelled))
        self.dialect = dialect
        self.version = version
        self.says = says
        self.notes = notes
        self._dependents: dict[Address, list[Address]] | None = None
        self._sorted: dict[Address, tuple[Address, ...]] = {}
        self._once: dict[Callable[[Catalog], Any], Any] = {}
        self._only: tuple[Mapping[Address, Object], list[Object]] | None = None

    def __getitem__(self, address: Address) -> Object:
        return self._objects[address]

    def __iter__(self) -> Iterator[Address]:
        return iter(self._objects)

    def __len__(self) -> int:
        return len(self._objects)

    # The methods of the dictionary itself: those that `Mapping` makes look every key up again, and catalogs are large.

    def __contains__(self, address: object) -> bool:
        return address in self._objects

    def get(self, address: Address, default: Any = None) -> Any:
        return self._objects.get(address, default)

    def keys(self) -> KeysView[Address]:
        return self._objects.keys()

    def values(self) -> ValuesView[Object]:
        return self._objects.values()

    def items(self) -> ItemsView[Address, Object]:
        return self._objects.items()

    def of(self, kind: type[T]) -> Iterator[T]:
        """The objects of one kind, in the order of the catalog."""
        return (o for o in self._objects.values() if type(o) is kind)

    def only(self, other: Catalog) -> Sequence[Object]:
        """The objects at whose address another catalog has none, in the order of this one.

        Asked for the same two again and again while a plan is made, and so remembered for the last other one."""
        theirs = other._objects
        if self._only is None or self._only[0] is not theirs:
            self._only = theirs, [o for a, o in self._objects.items() if a not in theirs]
        return self._only[1]

    def unlike(self, other: Catalog) -> list[tuple[Object | None, Object]]:
        """The objects that are not the very ones which another catalog has, each after that one's (None: it has none).

        Most of a large catalog is the same in the one that it was made from."""
        had = other._objects.get
        return [(o, n) for a, n in self._objects.items() if (o := had(a)) is not n]

    def children(self, parent: Address) -> list[Object]:
        """The parts of an object (columns, keys, indexes …), in the order of the catalog."""
        return [self._objects[a] for a in self.dependents(parent) if self._objects[a].parent == parent]

    def dependents(self, address: Address) -> tuple[Address, ...]:
        """Whoever names the address among what it requires, sorted."""
        if self._dependents is None:
            self._dependents = _dependents(self._objects)
        found = self._sorted.get(address)
        if found is None:
            found = self._sorted[address] = tuple(sorted(set(self._dependents.get(address, ()))))
        return found

    def once(self, find: Callable[[Catalog], R]) -> R:
        """What a function finds in the whole of this catalog, found when it is first asked for."""
        if find not in self._once:
            self._once[find] = find(self)
        found: R = self._once[find]
        return found

    def replaced(self, objects: Iterable[Object], *, without: Iterable[Address] = ()) -> Catalog:
        """This catalog with some objects put in or over the old ones, and some taken out."""
        own = self._objects
        gone = {a for a in without if a in own}
        put = {o.address: o for o in objects}
        if gone <= put.keys() and all(own.get(a) is o for a, o in put.items()):
            return self
        merged = {a: o for a, o in own.items() if a not in gone} if gone else dict(own)
        merged.update(put)
        return self._of(merged)

    def where(self, keep: Callable[[Object], bool]) -> Catalog:
        """The part of this catalog whose objects satisfy a predicate."""
        return self._of({a: o for a, o in self._objects.items() if keep(o)})

    def _of(self, objects: dict[Address, Object]) -> Catalog:
        """A catalog over a mapping whose keys are known to be the addresses."""
        made = Catalog(unmodelled=self.unmodelled, dialect=self.dialect, version=self.version, says=self.says)
        made._objects = objects
        return made

    def like(self, objects: Iterable[Object]) -> Catalog:
        """Other objects in a catalog of the same dialect and version, with what is not modelled."""
        return Catalog(objects, unmodelled=self.unmodelled, dialect=self.dialect, version=self.version, says=self.says)

    def about(self, says: frozenset[str]) -> Catalog:
        """This catalog as one that is about these topics: what it holds of others is left out."""
        if says == self.says:
            return self
        told = self.where(lambda o: not o.topic or o.topic in says)
        told.says = says
        return told


def _twice(objects: Iterable[Object]) -> Iterator[Address]:
    """The addresses at which another object stands already."""
    found: dict[Address, Object] = {}
    return (o.address for o in objects if found.setdefault(o.address, o) is not o)


def _dependents(objects: Mapping[Address, Object]) -> dict[Address, list[Address]]:
    """By address, who requires it, in no order and perhaps twice: of a large catalog, few are ever asked for."""
    found: dict[Address, list[Address]] = defaultdict(list)
    for a, o in objects.items():
        for r in o.requires():
            found[r].append(a)
    return found


def closure(
    catalog: Catalog, seeds: Iterable[Address], step: Callable[[Catalog, Address], Iterable[Address]]
) -> set[Address]:
    """The seeds and all that `step` leads to from them, transitively; only addresses that the catalog has."""
    found: set[Address] = set()
    todo = [a for a in seeds if a in catalog]
    while todo:
        a = todo.pop()
        if a not in found:
            found.add(a)
            todo.extend(n for n in step(catalog, a) if n in catalog and n not in found)
    return found


def required(catalog: Catalog, address: Address) -> Iterable[Address]:
    """A step for `closure`: what an object needs, and its own parts."""
    return chain(catalog[address].requires(), (o.address for o in catalog.children(address)))
