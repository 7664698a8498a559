"""Manifests of several dialects as one of them can have them: kept as something else, left out, or refused.

What is said under `dialects` for the very dialect is in its own words, and is not touched. Every decision is a finding
with the place that it is about: a note where the dialect gets by, an error where rows would differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from ...diagnostics import Finding
from ...dialects.base import Dialect
from ...model.namespaces import Enum
from ...model.objects import Object, fields_of
from ...model.profile import Profile
from ...model.programs import MaterializedView, View
from ...model.tables import Column, Exclusion, ForeignKey, Index, PrimaryKey, Table
from ...model.types import Domain
from ..findings import EMULATED, LEFT_OUT, NOT_PORTABLE
from .emulate_columns import Columns, Types
from .expressions import rewritten
from .kinds import word_of
from .tables import Path
from .understood import Manifest

_NONE: Final[frozenset[str]] = frozenset()
_SPELLING: Final = frozenset({"column", "spelled_out"})
"""Fields that say how something was written, and nothing else."""
_PARTITIONS: Final = re.compile(r"\bPARTITIONS?\b", re.I)


def emulated(
    manifests: Sequence[Manifest], dialect: Dialect, profile: Profile, findings: list[Finding]
) -> list[Manifest]:
    """The manifests that the dialect has, with their objects as it can have them; what was decided goes to findings."""
    types = _types(manifests)
    kept = []
    for m in manifests:
        one = _Emulation(m, dialect, profile, types, findings)
        if one.is_kept():
            one.objects()
            kept.append(m)
    findings += _collisions(kept)
    return kept


def _types(manifests: Iterable[Manifest]) -> Types:
    found: dict[str, Manifest] = {}
    for m in manifests:
        if m.kind.model in (Enum, Domain):
            found.setdefault(m.address.name, m)
            if m.metadata.schema:
                found[f"{m.metadata.schema}.{m.address.name}"] = m
    return found


def _collisions(manifests: Iterable[Manifest]) -> Iterator[Finding]:
    """Objects of two schemas that have one name where there are no schemas."""
    first: dict[Any, Manifest] = {}
    for m in manifests:
        other = first.setdefault(m.address, m)
        if other is not m and other.metadata.schema != m.metadata.schema:
            why = f"{other.metadata.schema or 'no schema'} has one too, at {other.place(0)}, and there are no schemas"
            message = f"{m.metadata.schema or 'no schema'}.{m.address.name} needs a name of its own"
            next_step = "rename one of them, or limit it: metadata: {only: [...]}"
            yield m.finding(NOT_PORTABLE, message, ("metadata", "name"), next_step, why)


class _Emulation(Columns):
    """One manifest for one dialect."""

    # Kinds.

    def is_kept(self) -> bool:
        """Whether the manifest stays; one of a kind that the dialect lacks becomes another, or is said to be gone."""
        m = self.manifest
        kind = m.kind.model.kind
        if m.metadata.schema and not self.profile.default_schema and kind != "schema":
            self.say(LEFT_OUT, f"schema {m.metadata.schema} is left out", ("metadata", "schema"))
        if kind in self.profile.kinds:
            return not self._is_partition()
        if m.kind.model is MaterializedView:
            self._plain_view()
            return True
        word = word_of(m.kind.model)
        if kind == "schema" or kind in self.emulation.kinds_left_out:
            self.say(LEFT_OUT, f"{word} {m.address.name} is left out", ("kind",))
        elif m.kind.model in (Enum, Domain):
            self.say(EMULATED, f"{word} → what its columns say", ("kind",))
        else:
            self.refuse(word, ("kind",))
        return False

    def _plain_view(self) -> None:
        m = self.manifest
        view = m.parts.objects[0]
        assert isinstance(view, MaterializedView)
        plain = View(schema=view.schema, name=view.name, comment=view.comment, definition=view.definition)
        m.kind = msgspec.structs.replace(m.kind, model=View)
        m.parts.objects[:], m.parts.places[:] = [plain], m.parts.places[:1]
        self.say(EMULATED, "materialized view → a view, computed whenever it is read; without indexes", ("kind",))

    # Objects.

    def objects(self) -> None:
        parts = self.manifest.parts
        made, places = [], []
        names = {o.name for o in parts.objects}
        keys = [o for o in parts.objects if isinstance(o, PrimaryKey)]
        self.strict = getattr(parts.objects[0], "strict", False)
        for o, path in zip(parts.objects, parts.places, strict=True):
            for now in self._object(o, path, keys[0] if keys else None, names):
                made.append(now)
                places.append(path)
        self.numbered_keys(made)
        parts.objects[:], parts.places[:] = made, places

    def _object(self, o: Object, path: Path, key: PrimaryKey | None, names: set[str]) -> Iterator[Object]:
        if isinstance(o, ForeignKey) and o.target_schema and not self.profile.default_schema:
            o = msgspec.structs.replace(o, target_schema="")
        if self.is_own(path) and not isinstance(o, Column):
            yield o
            return
        if o.topic and o.kind not in self.profile.kinds:
            self.say(LEFT_OUT, f"{o.kind} is left out", path)
            return
        if isinstance(o, Exclusion):
            self.refuse("exclusion constraints", path, o, f"{{exclusions: {{{o.name}: null}}}}")
            return
        if isinstance(o, Index) and not self._has_index(o, path):
            return
        o = self._without_fields(o, path)
        if isinstance(o, Table) and o.partition_by is not None and not self._is_divided(o.partition_by):
            self.say(LEFT_OUT, "partition by is left out", ("spec", "partitionBy"), o)
            o = msgspec.structs.replace(o, partition_by=None)
        if isinstance(o, Column):
            o = self.defaulted(o, (*path, "default"))
        o = rewritten(o, path, lambda text, place: self.expression(text, place, o))
        if isinstance(o, Column):
            yield from self.column(o, path, key, names)
        else:
            yield o

    def _without_fields(self, o: Object, path: Path) -> Object:
        """The object without what the dialect has no words for."""
        out: dict[str, Any] = {}
        left_out = self.emulation.left_out.get(o.kind, _NONE)
        for field in sorted(left_out | self.emulation.refused.get(o.kind, _NONE)):
            value, usual = getattr(o, field), _usual(type(o), field)
            place = self._field_place(path, field)
            if value == usual or self.is_own(place):
                continue
            out[field] = usual
            words = field.replace("_", " ")
            if field in left_out:
                if field not in _SPELLING:
                    self.say(LEFT_OUT, f"{words} {'are' if words.endswith('s') else 'is'} left out", place, o)
            else:
                self.refuse(f"{words} of a {o.kind.replace('_', ' ')}", place, o)
        return msgspec.structs.replace(o, **out) if out else o

    def _field_place(self, path: Path, field: str) -> Path:
        head, *rest = field.split("_")
        key = head + "".join(word.title() for word in rest)
        return ("spec", key) if path == ("metadata", "name") else (*path, key)

    # Tables.

    def _is_partition(self) -> bool:
        """Whether it is a part of another table, and the dialect has no such parts: the other one holds its rows."""
        table = self.manifest.parts.objects[0]
        if not isinstance(table, Table) or table.partition_of is None or self.emulation.partitions:
            return False
        self.say(EMULATED, f"partition → rows of {table.partition_of.name}", ("spec", "partitionOf"))
        return True

    def _is_divided(self, key: str) -> bool:
        """Whether the dialect divides a table by what is written: a key alone, or a key with its partitions."""
        if self.emulation.partitions or self.is_own(("spec", "partitionBy")):
            return True
        return self.emulation.partitioned and _PARTITIONS.search(key) is not None

    def _has_index(self, o: Index, path: Path) -> bool:
        methods = self.emulation.methods
        if methods and o.method not in methods:
            if o.unique:
                self.refuse(f"unique {o.method} indexes", path, o, f"{{indexes: {{{o.name}: null}}}}")
            else:
                self.say(LEFT_OUT, f"{o.method} index {o.name} is left out", path)
            return False
        if o.where is not None and not self.emulation.partial_indexes:
            if o.unique:
                self.refuse("unique indexes over some rows only", path, o, f"{{indexes: {{{o.name}: null}}}}")
            else:
                self.say(LEFT_OUT, f"index {o.name}, over some rows only, is left out", path)
            return False
        return True


def _usual(kind: type[Object], field: str) -> Any:
    """What a field says where nothing is said."""
    return next(f.default for f in fields_of(kind) if f.name == field)
