"""Which functions call which, as far as the texts of their bodies tell: the server records no such thing; and calls
that two functions of one name would answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ...model.address import Address
from ...model.changes import Alter, Change, Create, Drop
from ...model.programs import Function

_WORD: Final = re.compile(r"\w+")


def called(changes: Sequence[Change]) -> Iterator[tuple[Address, Address]]:
    """Pairs of functions that are made: the one that is called, and the one that calls it. What is made next may run
    them (a check over rows that are there)."""
    made = [c.new for c in changes if isinstance(c, Create) and isinstance(c.new, Function)]
    by_word: dict[str, list[Address]] = {}
    for f in made:
        if (words := _WORD.findall(f.bare_name)) and len(made) > 1:
            by_word.setdefault(words[0], []).append(f.address)
    for f in made if by_word else ():
        for word in sorted({*_WORD.findall(f.definition)} & by_word.keys()):
            yield from ((other, f.address) for other in by_word[word] if other.name.partition("(")[0] != f.bare_name)


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
