"""What no schema of one document can say: names that must agree within a table, and between manifests.

Only what is certain is an error; what the database alone can judge is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

import msgspec

from ...config.checked import did_you_mean
from ...diagnostics import Finding
from ...dialects.base import Scope
from ...model.address import Address
from ...model.namespaces import PRAGMAS, Pragma
from ...model.objects import Object
from ...model.profile import Profile
from ...model.tables import Check, Column, Exclusion, ForeignKey, Index, PrimaryKey, Table, Unique
from ..habits import Habits, habits_of
from .sqlwords import column_name
from .tables import Path
from .understood import Manifest

_CONSTRAINTS: Final = (PrimaryKey, Unique, Check, ForeignKey, Exclusion)


class Shape(msgspec.Struct):
    """A table as others see it: its columns, and its primary key."""

    columns: dict[str, None]
    primary_key: tuple[str, ...] = ()


def cross_checked(
    manifests: Sequence[Manifest], profile: Profile | None, scope: Scope, unread: Container[str] = ()
) -> list[Finding]:
    """Every finding; foreign keys that leave their columns open get those of the primary key they point at.

    unread: addresses of manifests that could not be read, "" among them if any could not even be told.
    """
    habits = habits_of(profile)
    tables = Shapes(manifests, habits)
    findings: list[Finding] = []
    for m in manifests:
        if m.kind.model is Table:
            findings += _TableCheck(m, tables, habits, scope, unread).findings()
        if not m.known_sound:
            findings += _fits(m, profile, scope)
    findings += _duplicates(manifests)
    findings += _shared_names(manifests, profile)
    findings += _renames(manifests)
    return findings


class Shapes:
    """The tables by schema and name, as the dialect compares names; a shape is made when it is first asked for."""

    def __init__(self, manifests: Iterable[Manifest], habits: Habits) -> None:
        self._habits = habits
        self._manifests = {(m.address.schema, m.address.name): m for m in manifests if m.kind.model is Table}
        self._spelled = {(s, name.lower()): (s, name) for s, name in self._manifests} if habits.folded else {}
        self._made: dict[tuple[str, str], Shape] = {}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._manifests)

    def known_sound(self, key: tuple[str, str]) -> bool:
        """Whether the table is there, and as it was when everything that points at it was found to be sound."""
        found = self._manifests.get(self._own(key))
        return found is not None and found.known_sound

    def _own(self, key: tuple[str, str]) -> tuple[str, str]:
        """The key as the manifest spells it, where the database may take both for one name."""
        return key if key in self._manifests else self._spelled.get((key[0], key[1].lower()), key)

    def get(self, key: tuple[str, str]) -> Shape | None:
        key = self._own(key)
        if key not in self._made and (m := self._manifests.get(key)) is not None:
            keys = [o for o in m.parts.objects if isinstance(o, PrimaryKey)]
            columns = dict.fromkeys(_folded(o.name, self._habits) for o in m.parts.objects if isinstance(o, Column))
            self._made[key] = Shape(columns, keys[0].columns if keys else ())
        return self._made.get(key)


def _folded(name: str, habits: Habits) -> str:
    return name.lower() if habits.folded else name


class _TableCheck:
    """The keys, indexes and foreign keys of one table."""

    def __init__(
        self,
        manifest: Manifest,
        tables: Shapes,
        habits: Habits,
        scope: Scope,
        unread: Container[str],
    ) -> None:
        self.manifest, self.tables, self.habits, self.scope, self.unread = manifest, tables, habits, scope, unread
        table = manifest.parts.objects[0]
        assert isinstance(table, Table)
        # columns that come from elsewhere are not known here
        self.open = bool(table.inherits or table.partition_of or table.of_type)

    @cached_property
    def own(self) -> Shape:
        address = self.manifest.address
        return self.tables.get((address.schema, address.name)) or Shape({})

    def findings(self) -> Iterator[Finding]:
        names: dict[str, Object] = {}
        objects = self.manifest.parts.objects
        if self.manifest.known_sound:
            yield from self._changed_targets()
            return
        for n, o in enumerate(objects):
            check = _CHECKS.get(type(o))
            if check is not None:
                yield from check(self, n, o)
            if isinstance(o, _CONSTRAINTS) and not self.habits.unnamed:
                first = names.setdefault(o.name, o)
                if first is not o:
                    yield self._finding(n, "duplicate-name", f"another constraint of this table is named {o.name}")

    def _changed_targets(self) -> Iterator[Finding]:
        """What is wrong with the foreign keys of an unchanged table, whose targets may have changed."""
        for n, o in enumerate(self.manifest.parts.objects):
            if type(o) is ForeignKey and not self.tables.known_sound((o.target_schema, o.target)):
                yield from self.foreign_key(n, o)

    def _finding(
        self, n: int, rule: str, message: str, next: str = "", why: str = "", path: Path | None = None
    ) -> Finding:
        m = self.manifest
        subject = str(m.parts.objects[n].address)
        return m.finding(rule, message, path or m.parts.places[n], next, why, subject)

    def _unknown(self, n: int, columns: Iterable[str]) -> Iterator[Finding]:
        if self.open:
            return
        for c in columns:
            if _folded(c, self.habits) not in self.own.columns:
                next_step = did_you_mean(c, self.own.columns)
                yield self._finding(n, "unknown-column", f"{self.manifest.address.dotted} has no column {c}", next_step)

    def key(self, n: int, o: Object) -> Iterator[Finding]:
        assert isinstance(o, PrimaryKey | Unique)
        yield from self._unknown(n, [*o.columns, *o.include])
        twice = {c for c in o.columns if o.columns.count(c) > 1}
        for c in sorted(twice):
            yield self._finding(n, "duplicate-name", f"column {c} twice in one key", "name it once")

    def index(self, n: int, o: Object) -> Iterator[Finding]:
        assert isinstance(o, Index)
        names = (column_name(k) for k in o.keys)
        yield from self._unknown(n, [*filter(None, names), *o.include])

    def foreign_key(self, n: int, o: Object) -> Iterator[Finding]:
        assert isinstance(o, ForeignKey)
        yield from self._unknown(n, [*o.columns, *o.set_columns])
        target = self.tables.get((o.target_schema, o.target))
        if target is None:
            yield from self._no_target(n, o)
            return
        columns = o.target_columns
        if not columns and not self.habits.open_target:
            columns = target.primary_key
            if not columns:
                message = f"{o.target_address.dotted} has no primary key to point at"
                yield self._finding(n, "foreign-key", message, f"write references: {o.target}(column)")
                return
            self.manifest.parts.objects[n] = o = msgspec.structs.replace(o, target_columns=columns)
        for c in columns:
            if _folded(c, self.habits) not in target.columns:
                next_step = did_you_mean(c, target.columns)
                message = f"{o.target_address.dotted} has no column {c}"
                yield self._finding(n, "foreign-key", message, next_step)
        if columns and len(columns) != len(o.columns):
            message = f"{len(o.columns)} columns point at {len(columns)}"
            yield self._finding(n, "foreign-key", message, "name as many on one side as on the other")

    def _no_target(self, n: int, o: ForeignKey) -> Iterator[Finding]:
        scope, address = self.scope, o.target_address
        outside = scope.schemas is not None and address.schema not in scope.schemas
        if outside or scope.leaves_alone(address) or address.name in scope.hidden:
            return
        if "" in self.unread or str(address) in self.unread:
            return
        known = [name if schema == address.schema else f"{schema}.{name}" for schema, name in self.tables]
        elsewhere = [f"{schema}.{name}" for schema, name in self.tables if name == address.name and schema]
        next_step = f"did you mean {elsewhere[0]}?" if elsewhere else did_you_mean(address.name, known)
        why = "no manifest is about it"
        found = self._finding(n, "foreign-key", f"there is no table {address.dotted}", next_step, why)
        # a dialect that leaves targets open makes such a key without a word
        yield msgspec.structs.replace(found, level="warning") if self.habits.dangling else found


_CHECKS: Final[dict[type[Object], Callable[[_TableCheck, int, Object], Iterator[Finding]]]] = {
    PrimaryKey: _TableCheck.key,
    Unique: _TableCheck.key,
    Index: _TableCheck.index,
    ForeignKey: _TableCheck.foreign_key,
}


def _fits(m: Manifest, profile: Profile | None, scope: Scope) -> Iterator[Finding]:
    """Whether the dialect has such objects, their names fit, and the project manages them."""
    address = m.address
    if profile is not None and address.kind not in profile.kinds:
        yield m.finding("unknown-kind", f"{profile.name} has no {m.kind.word}", ("kind",), "remove this manifest")
    if profile is not None and address.schema and not profile.default_schema:
        yield m.finding("manifest", f"{profile.name} has no schemas", ("metadata", "schema"), "remove metadata.schema")
    schema = address.name if address.kind == "schema" else address.schema
    if scope.schemas is not None and schema and schema not in scope.schemas:
        next_step = "add it to spec.schemas in reconcile.yaml"
        message = f"schema {schema} is not among those that the project manages"
        yield m.finding("not-managed", message, ("metadata", "schema"), next_step)
    if address.name in scope.hidden and address.kind == "table":
        yield m.finding("not-managed", "this table is the tool's own", ("metadata", "name"), "remove this manifest")
    if address.kind == Pragma.kind and address.name not in PRAGMAS:
        next_step = f"known are {' and '.join(PRAGMAS)}"
        yield m.finding("manifest", f"{address.name} is no property of a database", ("metadata", "name"), next_step)
    elif address.kind == Pragma.kind and scope.leaves_alone(address):
        next_step = f"add {address.name} to spec.manage in reconcile.yaml"
        yield m.finding("not-managed", f"{address.name} is not managed", ("metadata", "name"), next_step)
    limit = profile.identifier_bytes if profile is not None else 0
    if limit:
        for n, o in enumerate(m.parts.objects):
            if len(o.name) * 4 > limit and (size := len(_bare(o).encode())) > limit:
                message = f"the name has {size} bytes, and {limit} are kept"
                path = m.parts.places[n]
                yield m.finding(
                    "long-name", message, path, "choose a shorter one", "the server cuts it", str(o.address)
                )


def _bare(o: Object) -> str:
    return getattr(o, "bare_name", o.name)


def _duplicates(manifests: Iterable[Manifest]) -> Iterator[Finding]:
    """Objects of which there are two manifests."""
    first: dict[Address, tuple[Manifest, int]] = {}
    for m in manifests:
        # keys of a mapping are different from each other already
        for n, o in enumerate(m.parts.objects if m.parts.listed else m.parts.objects[:1]):
            other, at = first.setdefault(o.address, (m, n))
            if (other, at) != (m, n) and (n == 0 or other is m):
                why = f"the first is at {other.place(at)}"
                path = m.parts.places[n]
                yield m.finding("duplicate-name", "said twice", path, "keep one of them", why, str(o.address))


def _shared_names(manifests: Iterable[Manifest], profile: Profile | None) -> Iterator[Finding]:
    """Objects of different kinds, or of different tables, that would take one name (relations of a schema)."""
    first: dict[tuple[str, str, str], tuple[Manifest, int]] = {}
    spaces = profile.names if profile is not None else {}
    for m in manifests:
        for n, o in enumerate(m.parts.objects):
            space = spaces.get(o.kind)
            if space is None or not getattr(o, "named", True):
                continue
            other, at = first.setdefault((space, o.schema, o.name), (m, n))
            taken = other.parts.objects[at].address
            if taken != o.address:
                why = f"{taken} has it, at {other.place(at)}"
                message = f"the name {o.name} is taken"
                path = m.parts.places[n]
                yield m.finding("duplicate-name", message, path, "choose another name", why, str(o.address))


def _renames(manifests: Iterable[Manifest]) -> Iterator[Finding]:
    """Old names that two objects claim, or that an object still has."""
    known = {o.address for m in manifests for o in m.parts.objects} if any(m.parts.names for m in manifests) else set()
    claimed: dict[Address, Address] = {}
    for m in manifests:
        for a, was in m.parts.names.items():
            n = next((n for n, o in enumerate(m.parts.objects) if o.address == a), None)
            if n is None:  # a value of an object, which is looked at where the object is read
                continue
            old = Address(a.kind, a.schema, was, a.parent)
            other = claimed.setdefault(old, a)
            if other != a:
                why = f"{other} is said to be renamed from it as well"
                message = f"{was} cannot become two"
                yield m.finding("rename", message, m.parts.places[n], "keep one of them", why, str(a))
            elif old in known:
                next_step = "remove renamedFrom, or the other"
                message = f"renamed from {was}, which is there as well"
                yield m.finding("rename", message, m.parts.places[n], next_step, address=str(a))
