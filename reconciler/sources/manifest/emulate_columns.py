"""What a dialect makes of a column that is written for others as well: its type, its default, and its numbers.

Decides by the dialect's own data (`dialects.emulation`), and says each decision with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from ...diagnostics import Finding, Level
from ...dialects.base import Dialect
from ...dialects.emulation import Emulation, Kept, WrittenType, written_type
from ...model.namespaces import Enum
from ...model.objects import Object
from ...model.profile import Profile
from ...model.tables import Check, Column, Identity, PrimaryKey
from ...model.types import Domain, DomainCheck
from ..findings import EMULATED, NOT_PORTABLE
from .expressions import foreign_in, requoted
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
_EMPTY_ARRAY: Final = re.compile(r"(?:'\{\}'(?:\s*::.*)?|array\s*\[\s*\](?:\s*::.*)?)\Z", re.I)

_WAYS: Final = {
    "primary_key": "integer primary key autoincrement",
    "column": "auto_increment",
    "identity": "identity by default",
}


class Columns:
    """The columns of one manifest for one dialect."""

    def __init__(
        self, manifest: Manifest, dialect: Dialect, profile: Profile, types: Types, findings: list[Finding]
    ) -> None:
        self.manifest, self.dialect, self.profile = manifest, dialect, profile
        self.types, self.findings = types, findings
        self.emulation: Emulation = dialect.emulation
        self.numbered: list[str] = []
        self.serial: set[str] = set()
        self.strict = False

    # Saying.

    def say(
        self, rule: str, message: str, path: Path, o: Object | None = None, next: str = "", level: Level = "note"
    ) -> None:
        address = str(o.address) if o is not None else ""
        found = self.manifest.finding(rule, message, path, next, address=address)
        self.findings.append(msgspec.structs.replace(found, level="error" if rule == NOT_PORTABLE else level))

    def refuse(self, message: str, path: Path, o: Object | None = None, spec: str = "") -> None:
        change = f"dialects: {{{self.dialect.name}: {spec}}}"
        next_step = "write metadata: {only: [...]} with the dialects that have it"
        if spec:
            null = "" if "null" in spec else ", or leave it out there with null"
            next_step = f"say what it is there: {change}{null}"
        self.say(NOT_PORTABLE, f"{self.dialect.name} has no {message}", path, o, next_step)

    def is_own(self, path: Path) -> bool:
        """Whether a path is said for this dialect alone."""
        own = self.manifest.own
        return bool(own) and any(path[:n] in own for n in range(1, len(path) + 1))

    def expression(self, text: str, place: Path, o: Object) -> str:
        """An expression as the dialect may be given it."""
        if self.is_own(place):
            return text
        for what, f in foreign_in(text, self.emulation):
            self.refuse(what, place, o)
            found = self.findings[-1]
            own = f"say it in its words under dialects: {{{self.dialect.name}: ...}}"
            next_step = f"write {f.instead}; or {own}" if f.instead else own
            self.findings[-1] = msgspec.structs.replace(found, next=next_step)
        return text if self.emulation.double_quotes else requoted(text, self.dialect.quoted)

    # Columns and their types.

    def column(self, o: Column, path: Path, key: PrimaryKey | None, names: set[str]) -> Iterator[Object]:
        place = (*path, "type")
        conditions: list[str] = []
        if not self.is_own(place) and not self.is_own(path):
            o, conditions = self._typed(o, place)
            if self.strict and (only := self.emulation.strict_types.get(o.type.split("(")[0].split(" ")[0])):
                self.say(EMULATED, f"{o.type} → {only}, as the table is strict", place, o)
                o = msgspec.structs.replace(o, type=only)
        o = self._numbered(o, (*path, "identity"), key)
        yield o
        for condition in conditions:
            yield self._check(o, condition, names)

    def _typed(self, o: Column, place: Path) -> tuple[Column, list[str]]:
        named = self._named_type(o.type)
        if named is not None and named.kind.model.kind in self.profile.kinds:
            return o, []
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

    def _kept(self, o: Column, kept: Kept, written: WrittenType, place: Path) -> tuple[Column, list[str]]:
        spelled_type = kept.spelled(written)
        condition = kept.condition(written, self._word(o.name))
        said = kept.how or (spelled_type if spelled_type != str(written) and kept.bare == spelled_type else "")
        if said and (kept.check == "" or condition or "{}" not in kept.check):
            self.say(EMULATED, f"{o.type} → {said}", place, o)
        if kept.numbered:
            self.serial.add(o.name)
            o = msgspec.structs.replace(o, identity=o.identity or Identity(), nullable=False)
        made = msgspec.structs.replace(o, type=spelled_type, collation=o.collation or kept.collation)
        return made, [condition] if condition else []

    def _word(self, name: str) -> str:
        return name if PLAIN.match(name) and name not in RESERVED else self.dialect.quoted(name)

    # Types that people define.

    def _named_type(self, text: str) -> Manifest | None:
        bare = text.strip()
        while bare.endswith("]"):
            bare = bare[: bare.rindex("[")].rstrip()
        names = name_parts(bare)
        if not names:
            return None
        own = f"{self.manifest.metadata.schema}.{names[-1]}"
        return self.types.get(".".join(names) if len(names) > 1 else own) or self.types.get(names[-1])

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

    def _of_domain(self, o: Column, domain: Domain, parts: Sequence[Object], place: Path) -> tuple[Column, list[str]]:
        inner, conditions = self._typed(msgspec.structs.replace(o, type=domain.type), place)
        checks = [p.expression for p in parts if isinstance(p, DomainCheck)]
        how = f"{domain.type} with {len(checks)} check{'s' * (len(checks) != 1)}" if checks else domain.type
        self.say(EMULATED, f"domain {domain.name} → {how}", place, o)
        made = msgspec.structs.replace(
            inner,
            nullable=o.nullable and domain.nullable,
            default=o.default if o.default is not None else self._domain_default(domain, o, place),
            collation=o.collation or domain.collation,
        )
        word = self._word(o.name)
        return made, conditions + [_over(word, self.expression(text, place, o)) for text in checks]

    def _domain_default(self, domain: Domain, o: Column, place: Path) -> str | None:
        return self.defaulted(msgspec.structs.replace(o, default=domain.default), place).default

    def _check(self, o: Column, condition: str, names: set[str]) -> Check:
        inline = self.emulation.inline_checks
        name = _free(f"{o.table}_{o.name}_check", names)
        return Check(
            schema=o.schema, table=o.table, name=name, named=not inline, expression=condition,
            column=o.name if inline else None,
        )  # fmt: skip

    # Defaults and numbers.

    def defaulted(self, o: Column, place: Path) -> Column:
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
        if o.name not in self.serial:
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

    def numbered_keys(self, objects: list[Object]) -> None:
        for n, o in enumerate(objects):
            if isinstance(o, PrimaryKey):
                by_key = self.emulation.numbering == "primary_key"
                if by_key and o.columns and o.columns[0] in self.numbered:
                    objects[n] = msgspec.structs.replace(o, autoincrement=True)
                elif o.autoincrement and not by_key:
                    objects[n] = msgspec.structs.replace(o, autoincrement=False)


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
