"""Random pairs of schemas, the same for the same seed: `generate(seed, dialect, version)`.

The objects are in a person's spelling, as a manifest would hold them. The second schema is the first one changed, part
by part, with things taken away and others put in; `sound` then takes out whatever no longer finds what it names.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from reconciler.model.address import Address
from reconciler.model.objects import Object
from reconciler.model.tables import Column, ForeignKey, Index, PrimaryKey, Table, Unique
from reconciler.sources.claims import top
from reconciler.sources.mentions import needs_of, texts_of
from reconciler.sources.written import Unit, WordIndex, Written

T = TypeVar("T")
Demand = tuple[Address, str]
"""What an object relies on: an address, and what must be true of it (the family of a column, a label of an enum)."""

NAMES: Final = (
    "id", "a", "b2", "total", "Order", "select", "user", "naïve", "with space", 'quo"te', "ключ", "x.y", "UPPER",
    "per%cent", "co:lon", "dollar$", "it's", "back\\slash", "table", "desc", "long_" + "n" * 50,
)  # fmt: skip
COMMENTS: Final = ("why it is here", "it's 100 % sure", "two\nlines", 'Größe \\ "q"', "a:b %(x)s {y}")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Draw(random.Random):
    """Chances, as a generator of schemas takes them."""

    def chance(self, p: float) -> bool:
        return self.random() < p

    def some(self, items: Sequence[T], low: int, high: int) -> list[T]:
        return self.sample(items, min(len(items), self.randint(low, high)))

    def maybe(self, p: float, value: T) -> T | None:
        return value if self.chance(p) else None


@dataclass
class Pair:
    """Two schemas, what the second calls by another name (new address → old name), and what each asks for."""

    seed: int
    dialect: str
    before: tuple[Object, ...]
    after: tuple[Object, ...]
    names: Mapping[Address, str] = field(default_factory=dict)
    follow_order: bool = False


class Maker(ABC):
    """Draws objects of one dialect. `demands` holds what each object drawn relies on."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.demands: dict[Object, tuple[Demand, ...]] = {}
        self.number = 0

    @abstractmethod
    def schema(self, present: Sequence[Object]) -> list[Object]:
        """A few more objects beside those that are there."""

    @abstractmethod
    def again(self, o: Object, present: Sequence[Object]) -> Object | None:
        """Another object of the same address; None where there can be none."""

    @abstractmethod
    def offers(self, o: Object) -> Iterator[Demand]:
        """What others may rely on where this object is."""

    @abstractmethod
    def relation(self, o: Object) -> tuple[str, ...] | None:
        """The name that an object shares a name space with others by."""

    def name(self, stem: str) -> str:
        """A name that nothing else has, now and then an odd one."""
        self.number += 1
        odd = self.draw.choice(NAMES[:-1]) if self.draw.chance(0.35) else stem
        return f"{odd}{self.number}" if odd != stem else f"{stem}_{self.number}"

    def comment(self) -> str | None:
        return self.draw.maybe(0.12, self.draw.choice(COMMENTS))

    def relying(self, o: T, *demands: Demand) -> T:
        """Notes what an object relies on."""
        assert isinstance(o, Object)
        self.demands[o] = tuple(demands)
        return o


def generated(maker: Maker, seed: int, dialect: str) -> Pair:
    """A pair: a schema, and what becomes of it."""
    draw = maker.draw
    before = sound(maker.schema(()), maker)
    after = sound(changed(before, maker), maker)
    after = sound([*after, *maker.schema(after)] if draw.chance(0.7) else after, maker)
    names: dict[Address, str] = {}
    if draw.chance(0.4):
        after, names = renamed(before, after, maker)
    follow = draw.chance(0.3)
    return Pair(seed, dialect, before, shuffled(after, draw) if follow else after, names, follow)


def changed(before: Sequence[Object], maker: Maker) -> list[Object]:
    """The objects with some gone and some drawn again."""
    draw, kept = maker.draw, []
    for o in before:
        lost, other = (0.06, 0.1) if isinstance(o, Table) else (0.1, 0.3)
        fate = draw.random()
        if fate < lost:
            continue
        again = maker.again(o, before) if fate < lost + other else None
        kept.append(again if again is not None else o)
    return kept


def sound(objects: Iterable[Object], maker: Maker) -> tuple[Object, ...]:
    """The objects without those that cannot be: what they name is gone, or their name is taken."""
    kept = _unique(objects, maker)
    while True:
        offered = {d for o in kept for d in maker.offers(o)}
        keys = {k for o in kept for k in _targets(o)}
        there = {o.address for o in kept}
        left = [o for o in kept if _stands(o, offered, keys, there, maker)]
        if len(left) == len(kept):
            whole = tuple(_with_columns(left))
            for o, n in zip(left, whole, strict=True):
                if o in maker.demands:
                    maker.demands[n] = maker.demands[o]
            return whole
        kept = left


def _unique(objects: Iterable[Object], maker: Maker) -> list[Object]:
    kept: dict[Address, Object] = {}
    relations: dict[tuple[str, ...], Address] = {}
    keyed: set[tuple[Any, Address | None]] = set()
    directed: set[tuple[Any, Address | None]] = set()
    for o in objects:
        name = maker.relation(o)
        taken = name is not None and relations.setdefault(name, o.address) != o.address
        second = isinstance(o, PrimaryKey) and ("pk", o.parent) in keyed and o.address not in kept
        marked = getattr(o, "clustered", False) and ("cluster", o.parent) in keyed
        shown = isinstance(o, Unique) and o.named and not o.terms and not o.conflict
        others = directed if shown else keyed
        equal = isinstance(o, Unique) and o.address not in kept and (o.columns, o.parent) in others
        # SQLite makes one of two equal keys where the second has no name, and one index with the first's directions
        if taken or second or marked or equal:
            continue
        if isinstance(o, PrimaryKey | Unique):
            keyed.add((o.columns, o.parent))
        if isinstance(o, Unique) and not shown:
            directed.add((o.columns, o.parent))
        if isinstance(o, PrimaryKey):
            keyed.add(("pk", o.parent))
        if getattr(o, "clustered", False):
            keyed.add(("cluster", o.parent))
        kept[o.address] = o
    return list(kept.values())


def _stands(o: Object, offered: set[Demand], keys: set[Any], there: set[Address], maker: Maker) -> bool:
    if any(d not in offered for d in maker.demands.get(o, ())):
        return False
    if isinstance(o, Table) and not any(
        a.kind == "column" and a.parent == o.name and a.schema == o.schema for a in there
    ):
        return False
    if isinstance(o, ForeignKey) and (o.target_address, frozenset(o.target_columns)) not in keys:
        return False
    needed = (r for r in o.requires() if r.name != "public" or r.kind != "schema")
    return all(r in there for r in needed)


def _targets(o: Object) -> Iterator[Any]:
    """The columns that a foreign key may point at."""
    if isinstance(o, PrimaryKey | Unique) and not o.deferrable and not o.terms:
        yield o.parent, frozenset(o.columns)
        if isinstance(o, PrimaryKey):
            yield o.parent, frozenset()  # SQLite: a reference without columns means the key


def _with_columns(objects: Sequence[Object]) -> Iterator[Object]:
    """The tables with the columns that they have, old ones first."""
    columns: dict[Address | None, list[str]] = {}
    for o in objects:
        if isinstance(o, Column):
            columns.setdefault(o.parent, []).append(o.name)
    for o in objects:
        if isinstance(o, Table):
            have = columns.get(o.address, [])
            first = [c for c in o.columns if c in have]
            yield msgspec.structs.replace(o, columns=(*first, *(c for c in have if c not in first)))
        else:
            yield o


def shuffled(objects: Sequence[Object], draw: Draw) -> tuple[Object, ...]:
    """Some tables with their columns in another order."""
    return tuple(
        msgspec.structs.replace(o, columns=tuple(draw.sample(o.columns, len(o.columns))))
        if isinstance(o, Table) and draw.chance(0.4)
        else o
        for o in objects
    )


# Renames: of what nobody names in a text.


def renamed(
    before: Sequence[Object], after: Sequence[Object], maker: Maker
) -> tuple[tuple[Object, ...], dict[Address, str]]:
    """The objects with a column or a table under another name, wherever only structure names it."""
    old = {o.address for o in before}
    there = {o.address for o in after}
    in_texts = {a for o in after for a, _ in maker.demands.get(o, ())}
    candidates = [o for o in after if isinstance(o, Column) and o.address in old and o.address not in in_texts]
    chosen = maker.draw.some(candidates, 0, 2)
    names: dict[Address, str] = {}
    found = list(after)
    for c in chosen:
        new = maker.name("renamed")
        if Address("column", c.schema, new, c.table) in there:
            continue
        found = [_column_renamed(o, c, new) for o in found]
        names[Address("column", c.schema, new, c.table)] = c.name
        for o, n in zip(after, found, strict=True):
            maker.demands[n] = maker.demands.get(o, maker.demands.get(n, ()))
    return tuple(found), names


_LISTS: Final = ("columns", "include", "set_columns")


def _column_renamed(o: Object, c: Column, new: str) -> Object:
    fields: dict[str, Any] = {}
    swap = lambda names: tuple(new if n == c.name else n for n in names)  # noqa: E731
    own = (o.parent or o.address) == c.parent and not isinstance(o, Column)
    if own:
        fields = {f: swap(getattr(o, f)) for f in _LISTS if hasattr(o, f)}
    if isinstance(o, Index) and own:
        fields["keys"] = tuple(_key_renamed(k, c.name, new) for k in o.keys)
    if isinstance(o, PrimaryKey | Unique) and own:
        fields["terms"] = tuple(_key_renamed(k, c.name, new) for k in o.terms)
    if isinstance(o, ForeignKey) and o.target_address == c.parent:
        fields["target_columns"] = swap(o.target_columns)
    if isinstance(o, Column) and o.address == c.address:
        fields["name"] = new
    return msgspec.structs.replace(o, **fields) if fields else o


def _key_renamed(key: str, old: str, new: str) -> str:
    return quoted(new) + key[len(quoted(old)) :] if key.startswith(quoted(old)) else key


# What a source would make of it.


def written(objects: Sequence[Object], names: Mapping[Address, str] | None = None) -> Written:
    """The objects as units, as if they had been read from manifests."""
    units: dict[Address, list[Object]] = {}
    for o in objects:
        if o.parent is None:
            units.setdefault(top(o), []).insert(0, o)
        else:
            units.setdefault(top(o), []).append(o)
    return Written(
        units=tuple(_unit(parts) for _, parts in sorted(units.items())), names=names or {}, origin="the pair"
    )


def _unit(objects: list[Object]) -> Unit:
    index = WordIndex()
    plain = tuple(msgspec.structs.replace(o, refs=()) for o in objects)
    words: frozenset[str] = frozenset().union(*(index[t] for t in texts_of(plain) if t))
    return Unit(address=plain[0].address, digest="", objects=plain, needs=needs_of(plain), words=words)
