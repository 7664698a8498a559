"""Drops that can be undone: what desired no longer has stays under a tombstone's name until it is purged.

A tombstone is an ordinary part of head: the plan renames to it, the lockfile and every database have it, and it is
neither drift nor unmodelled. Desired never says it. So each plan adds what head holds of them to desired, and takes a
tombstone away only where it is purged, or where desired has its old name again: then it gets that back, with its rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
from msgspec.structs import replace

from ..config.drops import Drops
from ..diagnostics import Finding
from ..errors import RefusedError
from ..model.access import OWNERS
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.namespaces import SequenceOwner
from ..model.objects import Object
from ..model.profile import Profile
from ..model.tables import Check, Column, Exclusion, Index, PrimaryKey, Table, Unique
from ..model.tombstones import (
    is_tombstone,
    is_tombstone_of,
    purged_from,
    tombstone_name,
    tombstones,
    without_tombstones,
)
from ..plan import renames
from ..plan.names import Renames
from . import clock
from .sides import Side
from .workspace import Workspace

_WITH_ITS_TABLE: Final = (Column, PrimaryKey, Unique, Check, Exclusion, Index)
"""What stays on a table that is kept: its rows and what keeps them as they are. What would act on other tables, or
ask them (triggers, foreign keys, policies), goes, and comes back from the manifest."""
_NO_ROWS: Final = (Table.kind, Column.kind)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What of the things that a plan drops is kept, and the day from which it may be purged."""

    until: datetime.date
    drops: Drops = Drops(default="tombstone")

    def keeps(self, o: Table | Column) -> bool:
        a = o.address
        table, column = (a.parent, a.name) if isinstance(o, Column) else (a.name, "")
        return self.drops.keeps(a.schema, table, column)


def kept(ws: Workspace) -> Kept | None:
    """What a plan of today keeps of what it drops; None where the project's drops are drops."""
    project = ws.project
    if project is None or not project.drops.keeps_any:
        return None
    return Kept(until=clock.today() + datetime.timedelta(days=project.keep_dropped), drops=project.drops)


def due(catalog: Catalog) -> frozenset[Address]:
    """The tombstones whose day has come. Refused where there is none, and nothing could be purged."""
    found, day = tombstones(catalog), clock.today()
    if ready := frozenset(t.address for t in found if t.until <= day):
        return ready
    if not found:
        raise RefusedError("there is nothing to purge", why="head holds no tombstone")
    raise RefusedError(
        "nothing is purged before its day",
        where=", ".join(str(t.address) for t in found),
        why="; ".join(f"{t.address.dotted} may be purged from {t.until} on" for t in found),
        next="wait; or, to have it back, declare it again under its old name",
    )


def keeping(
    head: Catalog,
    side: Side,
    profile: Profile,
    *,
    kept: Kept | None,
    purged: Container[Address] = (),
    written: Mapping[Address, tuple[str, ...]] | None = None,
) -> Side:
    """What is to be reached from head: desired, with the tombstones that stay and those that what it drops becomes.

    `kept`: what is kept of what is dropped now; None where drops are drops. `purged`: tombstones of head that go now.
    `written`: the orders of columns last written. Refused where desired has such a name itself.
    """
    named_so = tombstones(side.catalog)
    desired = without_tombstones(side.catalog, named_so)
    strange = [t for t in named_so if t.address not in head]
    if strange:
        raise RefusedError(
            f"{strange[0].address} has the name of a tombstone",
            why="such names are given to what is dropped, and tell when it may be purged",
            next="give it another name",
        )
    if kept is None and not tombstones(head):
        return side
    return _Keeping(head, desired, side, profile, kept, purged, written or {}).side()


class _Keeping:
    """One plan's tombstones. `before` is head once everything has the name that it will have."""

    def __init__(
        self, head: Catalog, desired: Catalog, side: Side, profile: Profile, keep: Kept | None,
        purged: Container[Address], written: Mapping[Address, tuple[str, ...]],
    ) -> None:  # fmt: skip
        self.desired, self.given, self.profile = desired, side, profile
        self.keep, self.purged, self.written = keep, purged, written
        self.names = dict(side.names)
        self.findings: list[Finding] = []
        self.kept: dict[Address, Object] = {}
        self.spelled = {(a.kind, a.schema, a.parent, profile.same_name(a.kind, a.name)) for a in desired}
        self.before = head
        self.tables = self._settled(Table.kind)
        self.columns = self._settled(Column.kind)

    def side(self) -> Side:
        for a in self.tables:
            self._keep_table(a)
        for a in self.columns:
            self._keep_column(a)
        self._keep_needed()
        catalog = self.desired.replaced([*self._ordered(), *self.kept.values()])
        findings = (*self.given.findings, *self.findings)
        return replace(self.given, catalog=catalog, names=self.names, findings=findings)

    def _settled(self, kind: str) -> list[Address]:
        """Gives everything of a kind that goes or comes back its new name in `before`; what is kept, by that name."""
        said = renames.said(self.before, self.desired, self.names)
        moves: dict[Address, str] = {}
        kept: list[Address] = []
        for a, o in self.before.items():
            if a.kind != kind or a in said or a in self.desired or self._goes_with_another(a, said):
                continue
            if is_tombstone(a.name):
                back = self._wanted_back(a)
                if back is not None:
                    self._tell(back, f"comes back from {a.dotted}, with what was in it", *self._unfilled(o, back))
                    self._rename(a, back.name, moves)
                elif a not in self.purged:
                    kept.append(a)
            elif self._can_be_kept(o):
                name = self._free_name(a)
                new = Address(a.kind, a.schema, name, a.parent)
                self._rename(a, name, moves)
                kept.append(new)
                said_so = f"{a.dotted} is kept under this name, and may be purged from {purged_from(name)} on"
                self._tell(new, said_so, "drops: tombstone", "to have it back, declare it again under its old name")
        own = {a: name for a, name in said.items() if a.kind == kind}
        self.before, _ = renames.applied(self.before, {**own, **moves}, self.profile)
        return kept

    def _goes_with_another(self, a: Address, said: Mapping[Address, str]) -> bool:
        """A part of what goes as a whole, or is kept as a whole; or its name is merely spelled otherwise."""
        if (a.kind, a.schema, a.parent, self.profile.same_name(a.kind, a.name)) in self.spelled:
            return True
        table = Address(Table.kind, a.schema, a.parent)
        return bool(a.parent) and table not in self.desired and table not in said

    def _wanted_back(self, tombstone: Address) -> Address | None:
        """What desired has again and head has no more."""
        for a in self.desired:
            if (a.kind, a.schema, a.parent) == (tombstone.kind, tombstone.schema, tombstone.parent) and (
                a not in self.before and a not in self.given.names
                and is_tombstone_of(tombstone.name, a.name, partial(self.profile.same_name, a.kind))
            ):  # fmt: skip
                return a
        return None

    def _can_be_kept(self, o: Object) -> bool:
        """Whether it holds rows of its own that a rename keeps."""
        if self.keep is None or o.kind not in self.profile.renames or not self.profile.renamable(o, self.before):
            return False
        if not isinstance(o, Table | Column) or not self.keep.keeps(o):
            return False
        if isinstance(o, Column):
            return o.generated is None and o.versioning is None and not o.inherited
        if o.server is not None:
            return False
        return o.partition_of is None or o.partition_of not in self.desired

    def _unfilled(self, tombstone: Object, back: Address) -> tuple[str, str]:
        """Why the way back may fail on the rows, and what to do about it."""
        wanted = self.desired[back]
        if not (isinstance(tombstone, Column) and isinstance(wanted, Column)):
            return "", ""
        if wanted.nullable or not tombstone.nullable:
            return "", ""
        return (
            "it is NOT NULL, and rows written since have nothing in it: the revision fails where there are any",
            f"UPDATE {tombstone.table} SET {tombstone.name} = ... WHERE {tombstone.name} IS NULL, before it is applied",
        )

    def _free_name(self, a: Address) -> str:
        assert self.keep is not None
        day = self.keep.until
        while Address(a.kind, a.schema, tombstone_name(a.name, day), a.parent) in self.before:
            day += datetime.timedelta(days=1)
        return tombstone_name(a.name, day)

    def _rename(self, a: Address, name: str, moves: dict[Address, str]) -> None:
        moves[a] = name
        self.names[Address(a.kind, a.schema, name, a.parent)] = a.name

    def _tell(self, a: Address, message: str, why: str = "", next_step: str = "") -> None:
        self.findings.append(
            Finding(rule="tombstone", level="note", message=message, address=str(a), why=why, next=next_step)
        )

    def _keep_table(self, a: Address) -> None:
        self.kept[a] = self.before[a]
        for o in self.before.children(a):
            own = isinstance(o, Column | PrimaryKey | Unique)
            if isinstance(o, _WITH_ITS_TABLE) and (own or all(self._stays(r) for r in o.requires())):
                self._keep_part(o, a)
        self._keep_sequences(o.address for o in self.before.children(a) if isinstance(o, Column))

    def _stays(self, a: Address) -> bool:
        return a not in self.before or a in self.desired or a in self.kept or a.kind in _NO_ROWS

    def _keep_part(self, o: Object, table: Address) -> None:
        """A part under its own name, or where something else has that now, under a tombstone's."""
        was = self.names.get(table)
        if not getattr(o, "named", True):
            if was is not None and o.name.startswith(was):  # a label is made from the table's name
                o = replace(o, name=table.name + o.name.removeprefix(was))
        elif not isinstance(o, Column) and self._taken(o):
            if o.kind not in self.profile.renames:
                return
            until = purged_from(table.name)
            assert until is not None
            name = tombstone_name(o.name, until)
            self.names[Address(o.kind, o.address.schema, name, o.address.parent)] = o.name
            o = o.renamed(Renames({o.address: name}))
        self.kept[o.address] = o

    def _taken(self, o: Object) -> bool:
        places = {p for p in self.profile.places(o.address, o.name) if o.address.parent not in p}
        return bool(places) and any(
            places.intersection(self.profile.places(a, a.name)) for a in self.desired if a.name == o.name
        )

    def _keep_column(self, a: Address) -> None:
        column = self.before[a]
        assert isinstance(column, Column)
        self.kept[a] = _loosened(column)
        self._keep_sequences([a])

    def _keep_sequences(self, columns: Iterable[Address]) -> None:
        for column in columns:
            for d in self.before.dependents(column):
                owner = self.before[d]
                if isinstance(owner, SequenceOwner) and d not in self.desired:
                    self.kept[d] = owner

    def _keep_needed(self) -> None:
        """What a kept thing cannot do without: the type of a column, the sequence of its default."""
        todo = list(self.kept.values())
        while todo:
            for r in todo.pop().requires():
                needed = self.before.get(r)
                if needed is None or r in self.desired or r in self.kept or r.kind in _NO_ROWS:
                    continue
                more = [needed, *(o for o in self.before.children(r) if o.address not in self.kept)]
                self.kept |= {o.address: o for o in more}
                todo += more
        owners = (o for a in self.kept for d in self.before.dependents(a) if (o := self.before[d]).topic == OWNERS)
        self.kept |= {o.address: o for o in owners}

    def _ordered(self) -> Iterator[Table]:
        """The tables of desired that kept columns are in, each column behind the one that it stood behind."""
        by_table: dict[Address, list[str]] = {}
        for a in self.columns:
            by_table.setdefault(Address(Table.kind, a.schema, a.parent), []).append(a.name)
        for a, names in by_table.items():
            table, was = self.desired[a], self.before[a]
            assert isinstance(table, Table) and isinstance(was, Table)
            yield replace(table, columns=_inserted(table.columns, names, self._order_before(a, was, names)))

    def _order_before(self, a: Address, was: Table, names: Sequence[str]) -> tuple[str, ...]:
        """The order that was last written, under the names of now, where it has all of them; else that of head."""
        last = self.written.get(a, ())
        now = {self.names.get(Address(Column.kind, a.schema, n, a.name), n): n for n in (*names, *was.columns)}
        written = tuple(now.get(c, c) for c in last)
        return written if set(names) <= set(written) else was.columns


def _inserted(columns: tuple[str, ...], names: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    found = list(columns)
    for name in sorted(names, key=order.index):
        earlier = [c for c in order[: order.index(name)] if c in found]
        found.insert(found.index(earlier[-1]) + 1 if earlier else 0, name)
    return tuple(found)


def _loosened(column: Column) -> Column:
    """A column that nobody fills any more: it asks for nothing that its default does not give, and stays as it is."""
    left = replace(column, on_update=None, check=None, auto_increment=False)
    if column.nullable or column.default is not None or column.identity is not None:
        return left
    return replace(left, nullable=True, not_null=None, not_null_name=None, conflict=None)
