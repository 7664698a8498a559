"""What units have to do with each other as far as their texts tell: good enough for an order, never a judgement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from ..model.address import Address
from ..model.objects import Object
from ..model.tables import Check, Column
from .written import Unit, WordIndex

_COLUMN_NEEDS: Final = frozenset({"enum", "domain", "composite_type", "range_type", "collation", "sequence"})
"""What a column's type and default may name and must find."""
_MENTION_NOTHING: Final = frozenset({"schema", "extension", "enum", "sequence"})


def linked(units: Sequence[Unit], context: Collection[Address], *, calls: bool = False) -> Iterator[Object]:
    """The objects of the units, with references to what their texts mention; in a ring only by functions that defaults
    and checks call, where `calls` asks for those."""
    index = WordIndex()
    by_name = _by_name([*(u.address for u in units), *context])
    functions = _functions(by_name) if calls else {}
    place = {u.address: n for n, u in enumerate(unit_order(units))}
    for unit in units:
        for n, o in enumerate(unit.objects):
            if isinstance(o, Column):
                before = _with_refs(o, _types(o, by_name, index, place, place[unit.address]))
                yield _calling(before, index, functions)
            elif isinstance(o, Check) and functions:
                yield _with_refs(o, _called(o.expression, index, functions))
            elif n == 0 and unit.address.kind not in _MENTION_NOTHING | {"table"}:
                yield _with_refs(o, _earlier(unit, by_name, place))
            else:
                yield o


def _by_name(addresses: Iterable[Address]) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = {}
    for a in addresses:
        if not a.parent:
            found.setdefault(a.name.partition("(")[0], []).append(a)
    return found


def _functions(by_name: Mapping[str, list[Address]]) -> dict[str, set[Address]]:
    return {w: f for w, found in by_name.items() if (f := {a for a in found if a.kind == "function"})}


def _types(
    o: Column, by_name: Mapping[str, list[Address]], index: WordIndex, place: Mapping[Address, int], own: int
) -> set[Address]:
    """What a column's type and default name, as far as it stands before the table."""
    words = index[o.type] if o.default is None else index[o.type] | index[o.default]
    found = (a for w in words if w in by_name for a in by_name[w] if a.kind in _COLUMN_NEEDS)
    return {a for a in found if place.get(a, -1) < own}


def _calling(o: Column, index: WordIndex, functions: Mapping[str, set[Address]]) -> Column:
    called = _called(o.default, index, functions) if o.default is not None and functions else set()
    return msgspec.structs.replace(o, default_refs=tuple(sorted(called))) if called else o


def _called(text: str, index: WordIndex, functions: Mapping[str, set[Address]]) -> set[Address]:
    return {a for w in index[text] if w in functions for a in functions[w]}


def _with_refs(o: Any, refs: Collection[Address]) -> Any:
    return o if not refs else msgspec.structs.replace(o, refs=tuple(sorted({*o.refs, *refs})))


def _earlier(unit: Unit, by_name: Mapping[str, list[Address]], place: Mapping[Address, int]) -> set[Address]:
    """What a unit mentions that stands before it; what is merely there as context always does."""
    own = place[unit.address]
    return {a for w in unit.words if w in by_name for a in by_name[w] if place.get(a, -1) < own}


def unit_order(units: Sequence[Unit]) -> list[Unit]:
    """The units, each after what it needs and mentions where that is possible; the same for any order of the input."""
    by_address = {u.address: u for u in sorted(units, key=lambda u: u.address)}
    by_name = _by_name(by_address)
    done: dict[Address, Unit] = {}
    for address in by_address:
        stack = [(address, _edges(by_address[address], by_address, by_name))]
        entered = {address}
        while stack and address not in done:
            here, edges = stack[-1]
            following = next((e for e in edges if e not in done and e not in entered), None)
            if following is None:
                stack.pop()
                done[here] = by_address[here]
            else:
                entered.add(following)
                stack.append((following, _edges(by_address[following], by_address, by_name)))
    return list(done.values())


def _edges(unit: Unit, by_address: Mapping[Address, Unit], by_name: Mapping[str, list[Address]]) -> Iterator[Address]:
    """What a unit should come after: types before tables, tables before what queries them."""
    kind = unit.address.kind
    words = () if kind in _MENTION_NOTHING else unit.words & by_name.keys()
    mentioned = {a for w in words for a in by_name[w]}
    if kind == "table":
        mentioned = {a for a in mentioned if a.kind in _COLUMN_NEEDS}
    # what needs this one comes after it, though it may bear its name (the body of a package)
    mentioned = {a for a in mentioned if unit.address not in by_address[a].needs}
    return iter(sorted(mentioned | {n for n in unit.needs if n in by_address}))
