"""Random schemas of every kind as scripts: things drawn one after the other, each of which may name those before it.

Whether a statement makes sense is for the server to judge: what it refuses is left out of the schema. So a thing may be
changed without a look at those that hang on it, and the second schema of a pair is the first one with some things gone,
some drawn again and some new.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError
from tests.fuzz.strategies import COMMENTS, NAMES, Draw, quoted

Parts = dict[str, Any]
Script = list[tuple[str, tuple[str, ...]]]
"""The statements of each thing, with what it is."""


@dataclass
class Thing:
    """An object as it was drawn: what it is called, and its parts, of which each can be drawn again."""

    kind: str
    schema: str
    name: str
    parts: Parts = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """Its name as SQL takes it."""
        return f"{quoted(self.schema)}.{quoted(self.name)}" if self.schema else quoted(self.name)

    @property
    def label(self) -> str:
        return f"{self.kind} {self.sql}"


@dataclass(frozen=True)
class Kind:
    """How things of a kind are drawn and said. `draw` gives the parts, None where nothing fits; `like` is the thing
    that is drawn again, whose parts in `fixed` stay."""

    name: str
    weight: float
    draw: Callable[[World, Thing | None], Parts | None]
    say: Callable[[Thing], Iterator[str]]
    stem: str = "x"
    in_schema: bool = True
    fixed: frozenset[str] = frozenset()
    since: int = 0


KINDS: Final[dict[str, Kind]] = {}


def known(kind: Kind) -> Kind:
    assert kind.name not in KINDS
    KINDS[kind.name] = kind
    return kind


class World:
    """What has been drawn so far, and chances."""

    def __init__(self, draw: Draw, major: int, things: Sequence[Thing] = ()) -> None:
        self.draw, self.major = draw, major
        self.things = list(things)
        self.number = 0

    def of(self, *kinds: str) -> list[Thing]:
        return [t for t in self.things if t.kind in kinds]

    def any(self, *kinds: str) -> Thing | None:
        found = self.of(*kinds)
        return self.draw.choice(found) if found else None

    def name(self, stem: str) -> str:
        """A name that nothing else has, now and then an odd one, or one that is as long as names can be."""
        self.number += 1
        if self.draw.chance(0.04):
            return f"{stem}_{'m' * 80}"[: 63 - len(str(self.number)) - 1] + f"_{self.number}"
        odd = self.draw.choice(NAMES[:-1]) if self.draw.chance(0.25) else stem
        return f"{odd}{self.number}" if odd != stem else f"{stem}_{self.number}"

    def schema(self) -> str:
        schemas = [t.name for t in self.of("schema")]
        return self.draw.choice(["public", *schemas]) if self.draw.chance(0.6) else "public"

    def comment(self) -> str | None:
        return self.draw.maybe(0.15, self.draw.choice(COMMENTS))

    def add(self, kind: Kind, *, like: Thing | None = None) -> None:
        parts = kind.draw(self, like)
        if parts is not None:
            schema = parts.pop("schema", None) or (self.schema() if kind.in_schema else "")
            name = parts.pop("name", None) or self.name(kind.stem)
            self.things.append(Thing(kind.name, schema, name, {"comment": self.comment(), **parts}))

    def again(self, thing: Thing) -> None:
        """Draws one or two parts of a thing again; tables get them column by column."""
        kind = KINDS[thing.kind]
        fresh = kind.draw(self, thing)
        if fresh is None:
            return
        fresh = {"comment": self.comment(), **fresh}
        able = [p for p in thing.parts if p in fresh and p not in kind.fixed]
        for part in self.draw.some(able, 1, 2):
            old, new = thing.parts[part], fresh[part]
            thing.parts[part] = self._mixed(old, new) if isinstance(old, dict) and isinstance(new, dict) else new

    def _mixed(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """A mapping with an entry or two as another draw has them, gone, or new."""
        mixed, draw = dict(old), self.draw
        spare = list(new.values())
        for name in draw.some(list(old), 1, 2):
            fate = draw.random()
            if fate < 0.2 and len(mixed) > 1:
                del mixed[name]
            elif spare:
                other = draw.choice(spare)
                both = isinstance(mixed[name], dict) and isinstance(other, dict)
                mixed[name] = self._some_of(mixed[name], other) if both else other
        for name in draw.some(list(new), 0, 1):
            mixed.setdefault(name, new[name])
        return mixed

    def _some_of(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        keys = self.draw.some(sorted(old.keys() | new.keys()), 1, 2)
        return {k: (new if k in keys else old).get(k) for k in sorted(old.keys() | new.keys())}


def drawn(draw: Draw, major: int) -> tuple[list[Thing], list[Thing]]:
    """Two schemas: one, and what becomes of it."""
    world = World(draw, major)
    for _ in range(draw.randint(0, 2)):
        world.add(KINDS["schema"])
    for kind in draw.sample(["table", "table", "function", "enum", "domain", "composite", "sequence"], 7):
        world.add(KINDS[kind])
    _fill(world, draw.randint(15, 60))
    _triggers_of_wholes(world)
    before = copy.deepcopy(world.things)
    changed = copy.deepcopy(world.things)
    world.things = changed
    for thing in list(changed):
        fate = draw.random()
        if fate < 0.07 and thing.kind != "schema":
            changed.remove(thing)
        elif fate < 0.33:
            world.again(thing)
        elif fate < 0.36 and thing.kind in _RENAMED:
            thing.name = world.name(KINDS[thing.kind].stem)
    _fill(world, draw.randint(0, 6))
    return before, world.things


_RENAMED: Final = frozenset({"index", "constraint"})


def _fill(world: World, number: int) -> None:
    kinds = [k for k in KINDS.values() if k.since <= world.major]
    for kind in world.draw.choices(kinds, [k.weight for k in kinds], k=number):
        world.add(kind)


def _triggers_of_wholes(world: World) -> None:
    """A trigger more for each table with partitions, for their rows, by the table's name: few are drawn otherwise."""
    for t in world.of("table"):
        parts = [p for p in world.of("partition") if p.parts["of"] == t.sql]
        beside = World(Draw(crc32(t.sql.encode())), world.major, [*world.of("function"), t, *parts])
        beside.number = 1000
        known = len(beside.things)
        beside.add(KINDS["trigger"])
        for more in beside.things[known:] if parts else ():
            more.parts["text"] = more.parts["text"].replace("FOR EACH STATEMENT", "FOR EACH ROW")
            world.things.append(more)


def script(things: Sequence[Thing]) -> Script:
    return [(t.label, tuple(_said(t))) for t in things]


def _said(t: Thing) -> Iterator[str]:
    yield from KINDS[t.kind].say(t)


def loaded(session: Session, said: Script) -> list[str]:
    """Executes what the server takes, each statement for itself; gives what was taken of each thing."""
    taken: list[str] = []
    waiting = said
    for _ in range(2):  # what was refused may only have come too early
        refused: Script = []
        for label, statements in waiting:
            first, *rest = statements
            if _taken(session, first):
                taken += [first, *(s for s in rest if _taken(session, s))]
            else:
                refused.append((label, statements))
        waiting = refused
    return taken


def _taken(session: Session, statement: str) -> bool:
    try:
        session.execute(statement)
    except DatabaseError:
        return False
    return True


def commented(t: Thing, what: str, name: str = "") -> Iterator[str]:
    if t.parts.get("comment") is not None:
        yield f"COMMENT ON {what} {name or t.sql} IS {literal(t.parts['comment'])}"


def literal(text: str) -> str:
    plain = "'" + text.replace("'", "''") + "'"
    return "E" + plain.replace("\\", "\\\\") if "\\" in text else plain
