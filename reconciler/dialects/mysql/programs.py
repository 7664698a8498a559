"""Views, triggers, routines, events and sequences out of what SHOW CREATE prints of them.

A program's definition is its CREATE without the definer, which has a field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from ...model.address import Address
from ...model.namespaces import Sequence
from ...model.objects import Object
from ...model.programs import Event, Function, Package, PackageBody, Procedure, Trigger, View
from ...model.tables import Options, SequenceOptions
from .cursor import Cursor, UnreadableError
from .tokens import Lexis, is_name, name_of, quoted, tokens, without_database

_NAME: Final = r"""(?:`(?:[^`]|``)*`|"(?:[^"]|"")*")"""  # in double quotes where it was written under ANSI_QUOTES
_DEFINER: Final = re.compile(
    rf"(?is)\A(CREATE(?:\s+OR\s+REPLACE)?(?:\s+ALGORITHM\s*=\s*\w+)?)\s+DEFINER\s*=\s*({_NAME}(?:@{_NAME})?)\s*"
)
_BEFORE_RELATION: Final = frozenset({"FROM", "JOIN", "STRAIGHT_JOIN", ",", "("})
_CHECK: Final = re.compile(r"(?is)\s+WITH\s+(LOCAL|CASCADED)\s+CHECK\s+OPTION\Z")
_STARTS: Final = re.compile(r"(?is) STARTS '[^']*'")

ROUTINES: Final[dict[str, type[Any]]] = {
    "FUNCTION": Function,
    "PROCEDURE": Procedure,
    "PACKAGE": Package,
    "PACKAGE BODY": PackageBody,
}


class Names:
    """The relations of a database by the name that tells them apart, its routines by lower-case name, and whose
    session reads them. `folds`: the server makes nothing of the case of a relation's name."""

    def __init__(
        self, database: str, user: str, usual_mode: frozenset[str], *, keeps_definers: bool = True, folds: bool = False
    ) -> None:
        self.database, self.user, self.usual_mode = database, user, usual_mode
        self.keeps_definers, self.folds = keeps_definers, folds
        self.dropped: set[str] = set()
        """The definers that were left out because the project says so."""
        self.relations: dict[str, Address] = {}
        self.routines: dict[str, Address] = {}
        self.columns: dict[str, dict[str, Address]] = {}
        """The columns of each table by lower-case name."""

    def relation_key(self, name: str) -> str:
        """What tells a relation from others."""
        return name.lower() if self.folds else name

    def mentioned(self, text: str) -> tuple[Address, ...]:
        """The relations whose names stand in a text."""
        words = {self.relation_key(name_of(t.text)) for t in tokens(text) if is_name(t.text)}
        return tuple(sorted(self.relations[w] for w in words & self.relations.keys()))

    def queried(self, text: str, but: Address) -> tuple[Address, ...]:
        """The relations that a printed query reads, their columns that it may name, and the functions that it calls.

        A relation stands behind FROM, JOIN, a comma or a bracket; columns are printed with what they are of before
        them.
        """
        found: set[Address] = set()
        words = ["", *(t.text for t in tokens(text)), ""]
        named = {name_of(w).lower() for w in words if is_name(w)}
        for before, word, after in zip(words, words[1:], words[2:], strict=False):
            if not is_name(word):
                continue
            name = name_of(word)
            if after == "(":
                found.update(filter(None, [self.routines.get(name.lower())]))
            elif after != "." and before.upper() in _BEFORE_RELATION:
                found.update(filter(None, [self.relations.get(self.relation_key(name))]))
        columns = {c for a in found for name, c in self.columns.get(a.name, {}).items() if name in named}
        return tuple(sorted((found | columns) - {but}))

    def own_columns(self, text: str, table: Address, mode: str) -> set[Address]:
        """The columns of its table that a trigger reads or writes: the server refuses one that names another."""
        words = [t.text for t in tokens(text, Lexis.under(mode))]
        own = self.columns.get(table.name, {})
        rows = zip(words, words[1:], words[2:], strict=False)
        named = {name_of(c).lower() for row, dot, c in rows if dot == "." and row.upper() in ("NEW", "OLD")}
        return {own[name] for name in named & own.keys()}

    def split(self, text: str) -> tuple[str, str | None]:
        """The CREATE without its definer, and the definer where it is somebody else than who reads this."""
        found = _DEFINER.match(text)
        if found is None:
            return text.strip(), None
        definer: str | None = "@".join(quoted(name_of(part)) for part in re.findall(_NAME, found[2]))
        if definer is not None and definer != self.user and not self.keeps_definers:
            self.dropped.add(definer)
            definer = None
        return f"{found[1]} {text[found.end() :]}".strip(), None if definer == self.user else definer

    def mode(self, printed: str) -> str | None:
        """A program's sql_mode, None where it is the usual one."""
        own = frozenset(filter(None, printed.split(",")))
        return None if own == self.usual_mode else ",".join(sorted(own))


def view(name: str, text: str, names: Names) -> View:
    """A view; raises UnreadableError where its text is not that of one."""
    said, definer = names.split(text)
    cursor = Cursor(said)
    options: dict[str, str] = {}
    cursor.need("CREATE")
    while not cursor.take("VIEW"):
        if cursor.take("ALGORITHM", "="):
            options["algorithm"] = cursor.next().lower()
        elif cursor.take("SQL", "SECURITY"):
            options["security"] = cursor.next().lower()
        else:
            raise UnreadableError(f"{cursor.here()!r} was not expected before VIEW")
    cursor.name()
    if cursor.take("."):
        cursor.name()
    if cursor.here() == "(":
        cursor.names()
    cursor.need("AS")
    query = said[cursor.spans[cursor.at][0] :].strip()
    if (check := _CHECK.search(query)) is not None:
        options["check_option"] = check[1].lower()
        query = query[: check.start()]
    query = without_database(query, names.database)
    return View(
        name=name,
        definition=query,
        options=_said(options, {"algorithm": "undefined", "security": "definer"}),
        definer=definer,
        refs=names.queried(query, Address("view", "", name)),
    )


def _said(options: dict[str, str], usual: dict[str, str]) -> Options:
    return tuple(sorted((k, v) for k, v in options.items() if usual.get(k) != v))


def trigger(name: str, table: Address, text: str, mode: str, follows: str | None, names: Names) -> Trigger:
    said, definer = names.split(text)
    before = {Address("trigger", "", follows, table.name)} if follows else set()
    before |= names.own_columns(said, table, mode)
    return Trigger(
        table=table.name,
        on=table.kind,
        name=name,
        definition=said,
        definer=definer,
        sql_mode=names.mode(mode),
        follows=follows,
        refs=tuple(sorted(before)),
    )


def routine(kind: str, name: str, text: str, mode: str, names: Names) -> Object:
    said, definer = names.split(text)
    made: Object = ROUTINES[kind](name=name, definition=said, definer=definer, sql_mode=names.mode(mode))
    return made


def event(name: str, text: str, mode: str, zone: str, starts_at_once: bool, names: Names) -> Event:
    said, definer = names.split(text)
    if starts_at_once:
        said = _STARTS.sub("", said, count=1)
    own_zone = None if zone == "SYSTEM" else zone
    return Event(name=name, definition=said, definer=definer, sql_mode=names.mode(mode), time_zone=own_zone)


_TYPES: Final = {"tinyint": 7, "smallint": 15, "mediumint": 23, "int": 31, "bigint": 63}


def sequence(name: str, text: str) -> Sequence:
    """A sequence; raises UnreadableError. Its bounds are always printed, also those that it has by itself."""
    c = Cursor(text)
    c.need("CREATE", "SEQUENCE")
    c.name()
    kind, engine, cycle = "bigint", None, False
    numbers: dict[str, int] = {}
    while c.here():
        if c.take("AS"):
            kind = c.next().lower()
            kind += " unsigned" if c.take("UNSIGNED") else ""
        elif c.take("START", "WITH"):
            numbers["start"] = _number(c)
        elif c.take("INCREMENT", "BY"):
            numbers["increment"] = _number(c)
        elif c.take("NOCYCLE") or c.take("CYCLE"):
            cycle = c.upper[c.at - 1] == "CYCLE"
        elif c.take("NOCACHE"):
            numbers["cache"] = 0
        elif c.take("ENGINE", "="):
            engine = c.next()
        else:
            word = c.next().lower()
            if word not in ("minvalue", "maxvalue", "cache"):
                raise UnreadableError(f"{word!r} was not expected")
            numbers[{"minvalue": "minimum", "maxvalue": "maximum"}.get(word, word)] = _number(c)
    return Sequence(
        name=name,
        type=kind,
        options=_options(kind, cycle, numbers),
        engine=None if engine == "InnoDB" else engine,
    )


def _number(c: Cursor) -> int:
    sign = -1 if c.take("-") else 1
    return sign * int(c.next())


def bounds(s: Sequence) -> tuple[int, int]:
    """The least and the greatest number of a sequence."""
    low, high = _own_bounds(s.type, s.options.increment)
    minimum, maximum = s.options.minimum, s.options.maximum
    return (low if minimum is None else minimum), (high if maximum is None else maximum)


def passed(old: Sequence, new: Sequence) -> int | None:
    """The number that a sequence is brought to where it may stand before its new bounds, which the server takes for an
    error (4085); it is brought forward only, and stays where it is behind that already."""
    before, after = bounds(old), bounds(new)
    up = new.options.increment >= 0
    if up != (old.options.increment >= 0):
        return None
    if up:
        return after[0] if after[0] > before[0] else None
    return after[1] if after[1] < before[1] else None


def _own_bounds(kind: str, step: int) -> tuple[int, int]:
    """The least and the greatest number of a sequence of a type that says nothing of them."""
    unsigned = kind.endswith("unsigned")
    bits = _TYPES.get(kind.split()[0], 63) + unsigned
    return (1, 2**bits - 2) if step >= 0 else (0 if unsigned else -(2**bits) + 1, -1)


def _options(kind: str, cycle: bool, n: dict[str, int]) -> SequenceOptions:
    """The options without those that a sequence of this type and direction has by itself."""
    step = n.get("increment", 1)
    lowest, highest = _own_bounds(kind, step)
    minimum, maximum = n.get("minimum", lowest), n.get("maximum", highest)
    start = n.get("start", minimum if step >= 0 else maximum)
    return SequenceOptions(
        start=None if start == (minimum if step >= 0 else maximum) else start,
        increment=step,
        minimum=None if minimum == lowest else minimum,
        maximum=None if maximum == highest else maximum,
        cache=n.get("cache", 1000),
        cycle=cycle,
    )


def in_names(names: Names, addresses: Iterable[Address]) -> None:
    """Enter relations and routines, so that texts which mention them can be told."""
    for a in addresses:
        if a.kind in ("function", "procedure", "package"):
            names.routines[a.name.lower()] = a
        else:
            names.relations[names.relation_key(a.name)] = a
