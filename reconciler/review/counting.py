"""Whether enough persons agreed: persons, not keys, and not whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..config.rules import Rule, Signed
from .approval import Vote
from .authors import Authors


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How one rule stands: who of those who count agreed, how many are needed, and which authors were left out.

    `unproven`: the commits do not prove who wrote them. Any one of those who agreed may have, so one more is needed.
    """

    name: str
    needed: int
    agreed: tuple[str, ...]
    authors: tuple[str, ...] = ()
    unproven: bool = False
    who: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        return len(self.agreed) >= self.needed

    def __str__(self) -> str:
        told = f"{len(self.agreed)} of {self.needed} ({', '.join(self.agreed) or 'nobody'})"
        told += f"; {', '.join(self.authors)} wrote it and does not count" if self.authors else ""
        told += "; one more than the policy asks, since the commits do not prove who wrote it" if self.unproven else ""
        left = [p for p in self.who if p not in self.agreed and p not in self.authors]
        return told if self.reached else f"{told}; who counts: {', '.join(left) or 'nobody else'}"


def tally(name: str, rule: Rule, votes: Iterable[Vote], signed: Signed, authors: Authors) -> Tally:
    """How a rule stands with the good approvals among the votes."""
    agreed = {v.principal for v in votes if v.good and v.principal in rule.who}
    excluded: set[str] = set()
    unproven = False
    if not signed.author_may:
        names = {n.lower() for n in authors.named} if signed.author_by_name else set()
        excluded = {p for p in rule.who if p in authors.proven or p.lower() in names}
        unproven = bool(authors.named) and not signed.author_by_name
    return Tally(
        name=name,
        needed=rule.threshold + unproven,
        agreed=tuple(sorted(agreed - excluded)),
        authors=tuple(sorted(excluded & agreed)),
        unproven=unproven,
        who=tuple(p for p in rule.who if p not in excluded),
    )


def asked(signed: Signed, *, destructive: bool, python: bool) -> Sequence[tuple[str, Rule]]:
    """The rules that hold for a change; all of them are to be met."""
    found = [("ordinary", signed.ordinary)]
    found += [("destructive", signed.destructive)] if destructive else []
    found += [("python", signed.python)] if python else []
    return found
