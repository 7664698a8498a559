"""Which functions call which, as far as the texts of their bodies tell: the server records no such thing; and calls
that two functions of one name would answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild
from ...model.programs import Function

_WORD: Final = re.compile(r"\w+")


def called(changes: Sequence[Change], new: Catalog | None) -> Iterator[tuple[Address, Address]]:
    """Pairs of a function that is made and what comes behind it: those that call it, and what makes the server run
    one that does and stays as it is (a check over rows that are there)."""
    made = _by_first_word(c.new for c in changes if isinstance(c, Create) and isinstance(c.new, Function))
    if not made:
        return
    lasting = [c for c in changes if not isinstance(c, Drop)]
    given = [o for c in lasting for o in (c.new, *(c.after if isinstance(c, Rebuild) else ()))]
    callers = {o.address: o for o in given if isinstance(o, Function)}
    for f in callers.values():
        yield from ((other, f.address) for other in _mentioned(f, made))
    staying: dict[Address, list[Address]] = {}
    for o in given:
        for a in (r for r in o.requires() if r.kind == "function" and r not in callers):
            if a not in staying:
                own = new.get(a) if new is not None else None
                staying[a] = [*_mentioned(own, made)] if isinstance(own, Function) else []
            yield from ((other, o.address) for other in staying[a])


def _by_first_word(functions: Iterable[Function]) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = {}
    for f in functions:
        if words := _WORD.findall(f.bare_name):
            found.setdefault(words[0], []).append(f.address)
    return found


def _mentioned(f: Function, made: Mapping[str, Sequence[Address]]) -> Iterator[Address]:
    """The functions that the text of one names, but those of its own name."""
    for word in sorted({*_WORD.findall(f.definition)} & made.keys()):
        yield from (other for other in made[word] if other.name.partition("(")[0] != f.bare_name)


def by_overload(changes: Sequence[Change]) -> Iterator[Address]:
    """What is altered and calls a function that goes, while one of that name with other arguments comes: it is to be
    made when only that is there."""
    made = {(c.new.schema, c.new.bare_name) for c in changes if isinstance(c, Create) and isinstance(c.new, Function)}
    gone = [c.old for c in changes if isinstance(c, Drop) and isinstance(c.old, Function)]
    rivals = {f.address for f in gone if (f.schema, f.bare_name) in made}
    for c in changes if rivals else ():
        if isinstance(c, Alter) and c.new.kind in _CALLING and not rivals.isdisjoint(c.old.refs):
            yield c.new.address


_CALLING: Final = frozenset({"view", "function", "rule", "trigger", "policy"})
