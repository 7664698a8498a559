"""Children are created inside their parent's CREATE and vanish with its DROP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..model.address import Address
from ..model.changes import Change, Create, Drop, Rebuild, Step, Verb, address_of, verb
from ..model.objects import Object
from ..model.profile import Profile

Node = tuple[Verb, Address]


class Folded:
    """The steps of a plan before they are ordered, and for each folded change the nodes that stand for it."""

    def __init__(self) -> None:
        self.steps: dict[Node, Step] = {}
        self.hosts: dict[Node, list[Node]] = {}

    def carrier(self, change: Change) -> Node | None:
        """The node that carries out a change, or None where nothing does."""
        key = (verb(change), address_of(change))
        return key if key in self.steps else next(iter(self.nodes(*key)), None)

    def nodes(self, verb: Verb, address: Address) -> list[Node]:
        """The nodes that have a hand in a change of an address: its own, and those of rebuilds that it is a part of."""
        found: list[Node] = []
        todo: list[Node] = [(verb, address)]
        for key in todo:
            if key in self.steps:
                found.append(key)
            todo += self.hosts.get(key, ())
        return found


def folded(
    changes: Sequence[Change],
    profile: Profile,
    reasons: dict[Address, Address],
    apart: frozenset[Address] = frozenset(),
) -> Folded:
    """The changes as steps, with children put into their parents' steps, but for those that are to be made apart."""
    result = Folded()
    made = {c.new.address for c in changes if isinstance(c, Create) if c.new.address not in apart}
    gone = {c.old.address: c.old for c in changes if isinstance(c, Drop)}
    loops = _on_cycles(gone, profile)
    children: dict[Address, list[Object]] = {}
    for c in changes:
        a = address_of(c)
        node: Node = (verb(c), a)
        host = _host(c, profile, made, gone, loops) if node != ("create", a) or a not in apart else None
        if host is not None:
            result.hosts.setdefault(node, []).append(host)
            if isinstance(c, Create):
                children.setdefault(host[1], []).append(c.new)
        else:
            result.steps[node] = _step(c, reasons)
        if isinstance(c, Rebuild):
            _absorb(c, node, result)
    for parent, parts in children.items():
        step = result.steps["create", parent]
        result.steps["create", parent] = Step(change=step.change, folded=tuple(parts), reason=step.reason)
    return result


def _step(c: Change, reasons: dict[Address, Address]) -> Step:
    cause = reasons.get(address_of(c))
    return Step(change=c, reason=str(cause) if cause is not None else "")


def _host(
    c: Change, profile: Profile, made: set[Address], gone: dict[Address, Object], loops: set[Address]
) -> Node | None:
    if isinstance(c, Create):
        if c.new.kind not in profile.folds or c.new.apart:
            return None
        return next(
            (("create", a) for a in (c.new.parent, profile.written_in(c.new)) if a is not None and a in made), None
        )
    if isinstance(c, Drop):
        if c.old.address in loops or any(a not in gone for a in c.old.saves()):
            return None
        return next((("drop", p) for p in c.old.vanishes_with() if p in gone), None)
    return None


def _absorb(c: Rebuild, node: Node, result: Folded) -> None:
    parts: list[Node] = [("drop", o.address) for o in c.before]
    for o in c.after:
        parts += [("create", o.address), ("alter", o.address)]
    for part in parts:
        result.hosts.setdefault(part, []).append(node)


def _on_cycles(gone: dict[Address, Object], profile: Profile) -> set[Address]:
    """Dropped children that tie dropped parents to each other in a ring, and so must be dropped by themselves.

    A parent's own references close a ring too (a table that inherits from one whose rule writes into it); those of
    kinds whose references impose no order do not.
    """
    ties: dict[Address, tuple[Address, set[Address]]] = {}
    for o in gone.values():
        if o.kind in profile.unordered:
            continue
        owner = _outermost(o, gone)
        needed = _owners(o.requires(), gone) - {owner, *_owners(o.vanishes_with(), gone)}
        if owner in gone and needed:
            ties[o.address] = (owner, needed)
    return _with_siblings({a for a in _in_rings(ties) if gone[a].parent is not None}, gone)


def _in_rings(ties: Mapping[Address, tuple[Address, set[Address]]]) -> set[Address]:
    """The ties that are left when those go, again and again, whose owner nobody needs or that need no owner.

    Each is looked at once for every end of it: a chain of references through all tables is peeled in linear time.
    """
    left = {a: set(needed) for a, (_, needed) in ties.items()}
    owned: dict[Address, set[Address]] = {}
    needing: dict[Address, set[Address]] = {}
    for a, (owner, needed) in ties.items():
        owned.setdefault(owner, set()).add(a)
        for r in needed:
            needing.setdefault(r, set()).add(a)
    todo = [a for a in (*owned, *needing) if a not in owned or a not in needing]
    while todo:
        end = todo.pop()
        for a in owned.pop(end, ()):
            todo += [r for r in left.pop(a) if _let_go(needing, r, a)]
        for a in needing.pop(end, ()):
            left[a].discard(end)
            if not left[a]:
                del left[a]
                owner = ties[a][0]
                todo += [owner] if _let_go(owned, owner, a) else []
    return set(left)


def _let_go(held: dict[Address, set[Address]], end: Address, tie: Address) -> bool:
    """Whether a tie was the last at one of its ends."""
    ties = held.get(end)
    if ties is None:
        return False
    ties.discard(tie)
    return not ties


def _with_siblings(loops: set[Address], gone: dict[Address, Object]) -> set[Address]:
    """What is dropped by itself, with the parts of the same parent that hang on it and so must go before."""
    while more := {
        o.address
        for o in gone.values()
        if o.address not in loops and any(r in loops and gone[r].parent == o.parent for r in o.requires())
    }:
        loops |= more
    return loops


def _owners(found: Iterable[Address], gone: dict[Address, Object]) -> set[Address]:
    """The dropped objects that these are, or are parts of."""
    return {own for a in found if a in gone and (own := _outermost(gone[a], gone)) in gone}


def _outermost(o: Object, gone: dict[Address, Object]) -> Address:
    """Whose drop takes an object along: a part's parent, and what that vanishes with itself (a partition's whole)."""
    found = o.address if o.parent is None else o.parent
    while found in gone and (above := next((a for a in gone[found].vanishes_with() if a in gone), None)) is not None:
        found = above
    return found
