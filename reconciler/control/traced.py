"""What became of each table and column since a revision: under which name it is now, and what was lost on the way.

Read from the statements that the revisions run, in their order, beside the lockfiles that git has of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from ..apply.render import Rendered
from ..dialects.base import Dialect
from ..emit.moves import Places
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.tables import Table
from .losses import plan_told, said_losses

_LONGEST: Final = 120
_WRITES: Final = re.compile(r"\s*(?:WITH|UPDATE|DELETE|TRUNCATE|MERGE|REPLACE)\b", re.IGNORECASE)


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """By their address of then, the tables and columns that are still there, with where they are now; what was lost of
    the others and of rows, in sentences."""

    now: dict[Address, Address]
    lost: tuple[str, ...]

    @property
    def names(self) -> dict[Address, str]:
        """What has another name now, in the form in which a source says renames: address of then → name of now."""
        return {a: b.name for a, b in self.now.items() if a.name != b.name}


def traced(
    base: Catalog, items: Iterable[tuple[Rendered, Catalog | None]], head: Catalog, dialect: Dialect
) -> Traced:
    """From a catalog through revisions, each with the schema that it led to where that is known, to head."""
    trace = _Trace(base, dialect)
    before: Catalog | None = base
    for item, after in items:
        trace.run(item, before, after)
        before = after
    trace.settle(head, "a revision since then")
    return Traced(now=trace.places.now, lost=tuple(dict.fromkeys(trace.lost)))


class _Trace:
    def __init__(self, base: Catalog, dialect: Dialect) -> None:
        self.dialect = dialect
        self.places = Places(base, dialect.profile(base.version).default_schema)
        self.lost: list[str] = []

    def run(self, item: Rendered, before: Catalog | None, after: Catalog | None) -> None:
        name = item.revision.id
        if item.revision.python:
            self.lost.append(f"{name} ran Python: what it did to rows stays as it is")
        held = dict(self.places.now)
        self.places.follow(item.statements)
        for sql in said_losses([item]):
            if _WRITES.match(sql):
                self.lost.append(f"{name} wrote rows, and they stay as it left them: {_one_line(sql)}")
        if after is not None:
            self.settle(after, name)
        if before is not None and after is not None:
            now = self.places.now
            names = {now[a]: old.name for a, old in held.items() if a in now and now[a].name != old.name}
            self._losses(before, after, names, name)

    def settle(self, after: Catalog, revision: str) -> None:
        """Takes out what is not there any more."""
        now = self.places.now
        gone = [a for a, b in now.items() if b not in after]
        for a in gone:
            del now[a]
        for a in gone:
            if not a.parent or Address(Table.kind, a.schema, a.parent) in now:
                self.lost.append(f"{a.kind} {a.dotted} comes back empty: {revision} dropped it")

    def _losses(self, before: Catalog, after: Catalog, names: dict[Address, str], revision: str) -> None:
        """What a revision lost of columns that stayed: values that were cut or cast."""
        for step in plan_told(before, after, self.dialect, names).losses:
            if step.action != "drop":
                self.lost.append(f"{step.name} stays as {revision} left it, which took {step.impact.loses}")


def _one_line(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
