"""Whether rows survived: what was in a table before, compared with what is in it now, by the columns both have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set

import msgspec

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..emit.sql import rendering
from ..errors import DatabaseError
from ..model.address import Address
from ..model.catalog import Catalog, closure
from ..model.changes import Change, Create, Drop, Rebuild, Step
from ..model.objects import Object
from ..model.profile import Profile
from ..model.tables import Column, Table
from ..model.types import CompositeType
from ..plan.plan import Plan
from .rows import qualified

Row = tuple[str | None, ...]


class Carried(msgspec.Struct, frozen=True):
    """A column as it was and as it is now; `exact` where its text must be the same, and not merely be there.

    `by_text`: where it is not, its text is at least what the new type reads. That of a composite is not, once an
    attribute stands where another one did; nor that of a column of which the plan says that not all may fit.
    """

    old: Column
    new: Column
    exact: bool
    by_text: bool = True


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table, column by column as text, in one order."""

    columns: Mapping[str, tuple[str | None, ...]]
    count: int


def looked_at(session: Session, dialect: Dialect, catalog: Catalog, tables: Iterable[Address]) -> dict[Address, Before]:
    """The rows of some tables."""
    return {t: _rows(session, dialect, t, _stored(catalog, t)) for t in tables}


def _stored(catalog: Catalog, table: Address) -> list[Column]:
    """The columns whose values are kept rather than computed."""
    return [o for o in catalog.children(table) if isinstance(o, Column) and o.generated is None]


def _rows(session: Session, dialect: Dialect, table: Address, columns: list[Column]) -> Before:
    texts = ", ".join(dialect.as_text(dialect.quoted(c.name), c.type) for c in columns) or "1"
    rows = session.rows(f"SELECT {texts} FROM {qualified(dialect, table)}")
    return Before(columns={c.name: tuple(r[i] for r in rows) for i, c in enumerate(columns)}, count=len(rows))


class Fate:
    """What a plan means for rows: which tables and columns keep what is in them, and under which name."""

    def __init__(
        self, plan: Plan, names: Mapping[Address, Address], base: Catalog, target: Catalog, told: Set[Address]
    ) -> None:
        self.names, self.base, self.target, self._told = names, base, target, told
        self._dropped = {s.change.old.address for s in plan.steps if isinstance(s.change, Drop)}
        self._changed = {o.address for s in plan.steps for o in _about(s)}

    def table(self, old: Address) -> Address | None:
        """Where the rows of a table are afterwards, or None where it goes."""
        new = self.names.get(old, old)
        return None if new in self._dropped or new not in self.target else new

    def loses(self, old: Address) -> bool:
        """Whether a part of what reads as the rows of a table goes: those of a partition, or of a table below it."""
        new = self.names.get(old, old)
        return any(self.table(a) not in _below(self.target, new) or self.loses(a) for a in _below(self.base, old))

    def gains(self, old: Address) -> bool:
        """Whether rows that were a table's own read as those of another one from now on."""
        before = {self.names.get(a, a) for a in _below(self.base, old)}
        below = _below(self.target, self.names.get(old, old))
        return not before.issuperset(below) or any(self.gains(a) for a in below)

    def kept(self, start: Catalog) -> frozenset[Address]:
        """The new addresses of what stays, neither dropped nor made anew."""
        return frozenset(n for a in start if (n := self.names.get(a, a)) not in self._dropped)

    def columns(self, old: Address, new: Address) -> Iterator[Carried]:
        now = {c.address: c for c in _stored(self.target, new)}
        for c in _stored(self.base, old):
            address = self.names.get(c.address, c.address)
            if address not in self._dropped and address in now:
                exact = not self._is_remade(c, now[address])
                by_text = address not in self._told and not self._is_reshaped(c, now[address])
                yield Carried(c, now[address], exact, exact or by_text)

    def _is_remade(self, old: Column, new: Column) -> bool:
        if old.type != new.type or (old.nullable and not new.nullable):
            return True
        types = (*_made_of(self.base, old), *_made_of(self.target, new))
        return any(self.names.get(r, r) in self._changed for r in types)

    def _is_reshaped(self, old: Column, new: Column) -> bool:
        """Whether a composite that both are made of has other attributes, or has them in other places."""
        before, after = (
            {a: [x.name for x in o.attributes] for a in _made_of(c, column) if isinstance(o := c[a], CompositeType)}
            for c, column in ((self.base, old), (self.target, new))
        )
        return any(after.get(self.names.get(a, a), names) != names for a, names in before.items())


def told_to_lose(plan: Plan, dialect: Dialect, profile: Profile) -> frozenset[Address]:
    """The columns of which a plan says that it may take a part of their values along, by new addresses."""
    context = rendering(plan, profile)
    losing = (s.change for s in plan.steps if dialect.impact(s, context).loses)
    return frozenset(
        o.address
        for change in losing
        for o in (*((change.new,) if not isinstance(change, Drop) else ()), *_after(change))
        if isinstance(o, Column)
    )


def _after(change: Change) -> tuple[Object, ...]:
    return change.after if isinstance(change, Rebuild) else ()


def _made_of(catalog: Catalog, column: Column) -> Iterable[Address]:
    """What the values of a column are made of: its type, and the types of that."""
    return closure(catalog, column.refs, lambda c, a: c[a].refs)


def _below(catalog: Catalog, table: Address) -> set[Address]:
    """The tables whose rows are read as those of a table: its partitions, and what inherits from it."""
    users = (o for d in catalog.dependents(table) if isinstance(o := catalog[d], Table))
    return {o.address for o in users if table in (*o.inherits, o.partition_of)}


def _about(step: Step) -> Iterator[Object]:
    """What a step changes, parts of tables aside."""
    change = step.change
    if not isinstance(change, Create) and change.old.parent is None and change.old.kind != "table":
        yield change.old
    if not isinstance(change, Drop) and change.new.parent is None and change.new.kind != "table":
        yield change.new


def lost(
    session: Session, dialect: Dialect, fate: Fate, before: Mapping[Address, Before], *, strict: bool = True
) -> Iterator[tuple[Address, str]]:
    """The tables and columns whose rows are not what they were, with what happened to them."""
    for old, rows in before.items():
        new = fate.table(old)
        if new is None:
            continue
        carried = [c for c in fate.columns(old, new) if c.old.name in rows.columns]
        now = _rows(session, dialect, new, [c.new for c in carried])
        exact = [c for c in carried if c.exact]
        went, came = _tuples(rows, [c.old.name for c in exact]), _tuples(now, [c.new.name for c in exact])
        if (loses := fate.loses(old)) or fate.gains(old):
            if not loses and went - came:
                yield new, "rows are not there any more"
            continue
        if now.count != rows.count:
            yield new, f"{rows.count} rows went in, {now.count} came out"
            continue
        for c in carried:
            if not _same(session, dialect, c, rows.columns[c.old.name], now.columns[c.new.name], strict):
                yield c.new.address, "its values are not what they were"
        if went != came:
            yield new, "values stand in other rows than before"


def _tuples(rows: Before, columns: list[str]) -> Counter[Row]:
    return Counter(zip(*(rows.columns[c] for c in columns), strict=True)) if columns else Counter()


def _same(session: Session, dialect: Dialect, c: Carried, old: Row, new: Row, strict: bool) -> bool:
    if c.exact or Counter(old) == Counter(new):
        return Counter(old) == Counter(new)
    if old.count(None) != new.count(None):
        return None in old and c.new.default is not None and not c.new.nullable
    if not strict or not c.by_text or not dialect.strict_casts:
        return True
    by_text = _read_as(session, dialect, "{}", c.new.type, old)
    if by_text is None or by_text == Counter(new):
        return True
    return _read_as(session, dialect, f"CAST({{}} AS {c.old.type})", c.new.type, old) == Counter(new)


def _read_as(
    session: Session, dialect: Dialect, first: str, type: str, values: Row
) -> Counter[str | None] | None:
    """What values are as another type, by their text or as the type that they were of; None where one is none."""
    texts = [v for v in values if v is not None]
    casts = (f"CAST(CAST({first.format(dialect.literal(v))} AS {type}) AS text)" for v in texts)
    try:
        found = [session.rows(f"SELECT {cast}")[0][0] for cast in casts]
    except DatabaseError:
        return None
    return Counter([*found, *(None for v in values if v is None)])
