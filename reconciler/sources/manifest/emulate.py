"""Manifests of several dialects as one of them can have them: kept as something else, left out, or refused.

What is said under `dialects` for the very dialect is in its own words, and is not touched. Every decision is a finding
with the place that it is about: a note where the dialect gets by, an error where rows would differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from ...diagnostics import Finding, Level
from ...dialects.base import Dialect
from ...dialects.emulation import Emulation, Kept, WrittenType, written_type
from ...model.namespaces import Enum
from ...model.objects import Object
from ...model.profile import Profile
from ...model.programs import MaterializedView, View
from ...model.tables import Check, Column, Exclusion, ForeignKey, Identity, Index, PrimaryKey, Table
from ...model.types import Domain, DomainCheck
from ..findings import EMULATED, LEFT_OUT, NOT_PORTABLE
from .kinds import word_of
from .sqlwords import PLAIN, RESERVED
from .sqlwords import parts as name_parts
from .tables import Path
from .understood import Manifest

Types = Mapping[str, Manifest]
"""The enumerations and domains of the manifests, by name and by schema and name."""

_CALL: Final = re.compile(r"(?<![\w.\"])([A-Za-z_]\w*)\s*\(")
_CAST: Final = re.compile(
    r"\A\(?\s*('(?:[^']|'')*'|\d+(?:\.\d+)?|true|false|null)\s*\)?\s*::\s*[\w\s\"().\[\]]+\Z", re.I
)
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_VALUE: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\bVALUE\b", re.I)
_PARTITIONS: Final = re.compile(r"\bPARTITIONS?\b", re.I)
_EMPTY_ARRAY: Final = re.compile(r"(?:'\{\}'(?:\s*::.*)?|array\s*\[\s*\](?:\s*::.*)?)\Z", re.I)


def emulated(
    manifests: Sequence[Manifest], dialect: Dialect, profile: Profile, findings: list[Finding]
) -> list[Manifest]:
    """The manifests that the dialect has, with their objects as it can have them; what was decided goes to findings."""
    types = _types(manifests) if not {Enum.kind, Domain.kind} <= profile.kinds else {}
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


class _Emulation:
    """One manifest for one dialect."""

    def __init__(
        self, manifest: Manifest, dialect: Dialect, profile: Profile, types: Types, findings: list[Finding]
    ) -> None:
        self.manifest, self.dialect, self.profile = manifest, dialect, profile
        self.types, self.findings = types, findings
        self.emulation: Emulation = dialect.emulation
        self.numbered: list[str] = []
        self.strict = False

    # Saying.

    def say(
        self, rule: str, message: str, path: Path, o: Object | None = None, next: str = "", level: Level = "note"
    ) -> None:
        address = str(o.address) if o is not None else ""
        found = self.manifest.finding(rule, message, path, next, address=address)
        self.findings.append(msgspec.structs.replace(found, level="error" if rule == NOT_PORTABLE else level))

    def refuse(self, message: str, path: Path, o: Object | None = None, spec: str = "") -> None:
        change = f"dialects: {{{self.dialect.name}: {spec}}}" if spec else ""
        others = "metadata: {only: [...]} with the dialects that have it"
        next_step = f"say what it is there, {change}; or write {others}" if change else f"write {others}"
        self.say(NOT_PORTABLE, f"{self.dialect.name} has no {message}", path, o, next_step)

    def is_own(self, path: Path) -> bool:
        """Whether a path is said for this dialect alone."""
        own = self.manifest.own
        return bool(own) and any(path[:n] in own for n in range(1, len(path) + 1))

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
        self._numbered_keys(made)
        parts.objects[:], parts.places[:] = made, places

    def _object(self, o: Object, path: Path, key: PrimaryKey | None, names: set[str]) -> Iterator[Object]:
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
        if isinstance(o, ForeignKey) and o.target_schema and not self.profile.default_schema:
            o = msgspec.structs.replace(o, target_schema="")
        if isinstance(o, Column):
            yield from self._column(o, path, key, names)
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

    # Columns.

    def _column(self, o: Column, path: Path, key: PrimaryKey | None, names: set[str]) -> Iterator[Object]:
        place = (*path, "type")
        conditions: list[str] = []
        if not self.is_own(place) and not self.is_own(path):
            o, conditions = self._typed(o, place)
            if self.strict and (only := self.emulation.strict_types.get(o.type.split("(")[0].split(" ")[0])):
                self.say(EMULATED, f"{o.type} → {only}, as the table is strict", place, o)
                o = msgspec.structs.replace(o, type=only)
        o = self._defaulted(o, (*path, "default"))
        o = self._numbered(o, (*path, "identity"), key)
        yield o
        for condition in conditions:
            yield self._check(o, condition, names)

    def _typed(self, o: Column, place: Path) -> tuple[Column, list[str]]:
        named = self._named_type(o.type)
        if named is not None:
            return self._of_named(o, named, place)
        written = written_type(o.type)
        if written is None:
            if self.emulation.native is not None:
                self._no_type(o, place)
            return o, []
        if written.rank:
            return self._array(o, written, place)
        kept = self.emulation.types.get(written.word)
        if kept is None:
            native = self.emulation.native
            if written.word in self.emulation.lacking or (native is not None and written.word not in native):
                self._no_type(o, place)
            return o, []
        return self._kept(o, kept, written, place)

    def _no_type(self, o: Column, place: Path) -> None:
        self.refuse(f"type {o.type}", place, o, f"{{columns: {{{o.name}: {{type: ...}}}}}}")

    def _array(self, o: Column, written: WrittenType, place: Path) -> tuple[Column, list[str]]:
        kept = self.emulation.array
        if kept is None:
            return o, []
        default = o.default
        if default is not None and _EMPTY_ARRAY.match(default.strip()):
            default = "'[]'"
        return self._kept(msgspec.structs.replace(o, default=default), kept, written, place)

    def _kept(
        self, o: Column, kept: Kept, written: WrittenType, place: Path
    ) -> tuple[Column, list[str]]:
        spelled_type = kept.spelled(written)
        condition = kept.condition(written, self._word(o.name))
        said = kept.how or (spelled_type if spelled_type != str(written) and kept.bare == spelled_type else "")
        if said and (kept.check == "" or condition or "{}" not in kept.check):
            self.say(EMULATED, f"{o.type} → {said}", place, o)
        if kept.numbered:
            o = msgspec.structs.replace(o, identity=o.identity or Identity(), nullable=False)
        made = msgspec.structs.replace(o, type=spelled_type, collation=o.collation or kept.collation)
        return made, [condition] if condition else []

    def _word(self, name: str) -> str:
        return name if PLAIN.match(name) and name not in RESERVED else self.dialect.quoted(name)

    # Types that people define.

    def _named_type(self, text: str) -> Manifest | None:
        if not self.types:
            return None
        bare = text.strip()
        while bare.endswith("]"):
            bare = bare[: bare.rindex("[")].rstrip()
        names = name_parts(bare)
        return self.types.get(".".join(names)) or self.types.get(names[-1]) if names else None

    def _of_named(self, o: Column, m: Manifest, place: Path) -> tuple[Column, list[str]]:
        if o.type.rstrip().endswith("]"):
            return self._array(o, WrittenType("", "", 1), place)
        what = m.parts.objects[0]
        if isinstance(what, Enum):
            for value, was in m.parts.names.items():
                if value.kind != Enum.kind:
                    message = f"rows that hold {was!r} are not renamed to {value.name!r}: UPDATE them in a revision"
                    self.say(EMULATED, message, place, o, level="warning")
            return self._of_enum(o, what, place)
        assert isinstance(what, Domain)
        return self._of_domain(o, what, m.parts.objects[1:], place)

    def _of_enum(self, o: Column, enum: Enum, place: Path) -> tuple[Column, list[str]]:
        labels = ", ".join(self.dialect.literal(label) for label in enum.labels)
        checked = self.emulation.labels_checked
        how = "text, its values are checked" if checked else self.emulation.labels(labels)
        self.say(EMULATED, f"enum {enum.name} → {how}", place, o)
        condition = f"{self._word(o.name)} IN ({labels})"
        made = msgspec.structs.replace(o, type=self.emulation.labels(labels))
        return made, [condition] if checked else []

    def _of_domain(
        self, o: Column, domain: Domain, parts: Sequence[Object], place: Path
    ) -> tuple[Column, list[str]]:
        inner, conditions = self._typed(msgspec.structs.replace(o, type=domain.type), place)
        checks = [p.expression for p in parts if isinstance(p, DomainCheck)]
        how = f"{domain.type} with {len(checks)} check{'s' * (len(checks) != 1)}" if checks else domain.type
        self.say(EMULATED, f"domain {domain.name} → {how}", place, o)
        made = msgspec.structs.replace(
            inner,
            nullable=o.nullable and domain.nullable,
            default=o.default if o.default is not None else domain.default,
            collation=o.collation or domain.collation,
        )
        word = self._word(o.name)
        return made, conditions + [_over(word, text) for text in checks]

    def _check(self, o: Column, condition: str, names: set[str]) -> Check:
        inline = self.emulation.inline_checks
        name = _free(f"{o.table}_{o.name}_check", names)
        return Check(
            schema=o.schema, table=o.table, name=name, named=not inline, expression=condition,
            column=o.name if inline else None,
        )  # fmt: skip

    # Defaults and numbers.

    def _defaulted(self, o: Column, place: Path) -> Column:
        if o.default is None or self.is_own(place):
            return o
        text = " ".join(o.default.split())
        known = self.emulation.defaults.get(text.lower().replace(" ", ""))
        cast = _CAST.match(text)
        if known is None and cast and not self.emulation.casts:
            known = cast[1]
        if known is not None:
            self.say(EMULATED, f"default {text} → {known if len(known) < 40 else 'an expression of its own'}", place, o)
            return msgspec.structs.replace(o, default=known)
        functions = self.emulation.functions() if self.emulation.functions is not None else None
        if functions is not None:
            for name in _CALL.findall(_TEXT.sub("''", text)):
                if name.lower() not in functions:
                    self.refuse(f"function {name}", place, o, f"{{columns: {{{o.name}: {{default: ...}}}}}}")
        return o

    def _numbered(self, o: Column, place: Path, key: PrimaryKey | None) -> Column:
        """A column whose rows the database numbers, in the one way in which this one does."""
        if o.identity is None and not o.auto_increment:
            return self._numbered_by_key(o, place, key)
        way = self.emulation.numbering
        if self.is_own(place) or (way == "identity") == (o.identity is not None):
            return o
        if way == "primary_key" and (key is None or key.columns != (o.name,)):
            self.refuse("numbered columns but a table's whole primary key", place, o)
            return msgspec.structs.replace(o, identity=None, auto_increment=False)
        if way != "column" or o.identity is not None:
            self.say(EMULATED, f"{'identity' if o.identity else 'auto increment'} → {_WAYS[way]}", place, o)
        self.numbered.append(o.name)
        made = msgspec.structs.replace(
            o, identity=Identity() if way == "identity" else None, auto_increment=way == "column"
        )
        if way == "column":
            return msgspec.structs.replace(made, nullable=False)
        return msgspec.structs.replace(made, type=self.emulation.numbered_type or made.type)

    def _numbered_by_key(self, o: Column, place: Path, key: PrimaryKey | None) -> Column:
        """What SQLite says on the key is said on the column elsewhere."""
        way = self.emulation.numbering
        if key is None or not key.autoincrement or key.columns != (o.name,) or way == "primary_key":
            return o
        self.say(EMULATED, f"autoincrement → {_WAYS[way]}", place, o)
        self.numbered.append(o.name)
        return msgspec.structs.replace(
            o, identity=Identity() if way == "identity" else None, auto_increment=way == "column", nullable=False
        )

    def _numbered_keys(self, objects: list[Object]) -> None:
        for n, o in enumerate(objects):
            if isinstance(o, PrimaryKey):
                by_key = self.emulation.numbering == "primary_key"
                if by_key and o.columns and o.columns[0] in self.numbered:
                    objects[n] = msgspec.structs.replace(o, autoincrement=True)
                elif o.autoincrement and not by_key:
                    objects[n] = msgspec.structs.replace(o, autoincrement=False)


_NONE: Final[frozenset[str]] = frozenset()
_SPELLING: Final = frozenset({"column", "spelled_out"})
"""Fields that say how something was written, and nothing else."""
_WAYS: Final = {
    "primary_key": "integer primary key autoincrement",
    "column": "auto_increment",
    "identity": "identity by default",
}


def _usual(kind: type[Object], field: str) -> Any:
    """What a field says where nothing is said."""
    return next(f.default for f in msgspec.structs.fields(kind) if f.name == field)


def _over(column: str, text: str) -> str:
    """A condition of a domain, over a column."""
    return _VALUE.sub(lambda match: column if match[0].upper() == "VALUE" else match[0], text)


def _free(name: str, taken: set[str]) -> str:
    found, n = name, 0
    while found in taken:
        n += 1
        found = f"{name}{n}"
    taken.add(found)
    return found


