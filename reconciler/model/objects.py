"""What every kind of object has in common, and the registry of kinds.

A kind is one class: frozen fields, equality and JSON come from msgspec. References are addresses, never pointers.

Modules of kinds do not postpone their annotations: msgspec would compile each of the texts again in every process that
decodes (0.012 s instead of 0.003 s of each command).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Protocol, Self, TypeVar, Union

import msgspec

from .address import Address

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

NAMESPACE = "schema"
"""The kind whose name is a part of the addresses of what is in it."""
RELATIONS = ("table", "view", "materialized_view")
"""The kinds that have columns, and parts of a kind that tables have."""
UNTOLD = frozenset({"kind", "schema", "name", "comment", "refs", "table", "column_comments"})
"""Fields in which no name is one that a server follows, or which `Object.renamed` knows."""

KINDS: dict[str, type["Object"]] = {}
"""Every registered kind by its name."""


def _kind_name(class_name: str) -> str:
    return _HUMP.sub("_", class_name).lower()


class Renaming(Protocol):
    """New names for old addresses, as `Object.renamed` asks for them."""

    def name_of(self, address: Address) -> str: ...

    def address(self, address: Address) -> Address: ...

    def schema_of(self, schema: str) -> str: ...

    def rewritten(self, table: Address, text: Any) -> Any:
        """An expression (or a tuple of them, or None) over the columns of a table, with their new names."""
        ...

    def titled(self, text: str, was: str, now: str) -> str:
        """The text of a CREATE, in which the first name is the object's own."""
        ...

    def unknown(self, refs: Iterable[Address]) -> bool:
        """Whether a text that refers to these is no longer known."""
        ...


class Object(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="kind",
    tag=_kind_name,
    forbid_unknown_fields=True,
    gc=False,
):
    """An addressed value of a catalog. Values hold values and never each other, so the collector need not follow them.

    `refs` holds what the definition depends on as the database's own catalog tells it; it is never compared.
    """

    kind: ClassVar[str] = ""
    silent: ClassVar[frozenset[str]] = frozenset({"refs"})
    """Fields that say nothing about what the object is: not compared."""
    column_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that hold names of columns of the object's own table."""
    text_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that hold expressions over the columns of the object's own table (a text, or a tuple of texts)."""

    unordered_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that list things whose order the database keeps and which means nothing: another order is no change."""

    topic: ClassVar[str] = ""
    """What a catalog has to be about for objects of this kind to be in it and to be compared; "" for every catalog."""

    value_field: ClassVar[str] = ""
    """The field that lists values which rows hold and which can get another name in place: the labels of an enum, or
    structures that have a `name` (the attributes of a composite type)."""

    stale_fields: ClassVar[tuple[str, ...]] = ()
    """Texts that nobody but the server can rewrite when what they refer to gets another name: after that, unknown."""

    name_has_types: ClassVar[bool] = False
    """Its name is spelled with those of types, and changes with them."""

    schema: str = ""
    name: str
    comment: str | None = None
    refs: tuple[Address, ...] = ()

    @property
    def parent(self) -> Address | None:
        """The object that this one is a part of: created in its CREATE or after it, gone with its DROP."""
        return None

    @property
    def address(self) -> Address:
        return Address(self.kind, self.schema, self.name)

    def requires(self) -> Iterator[Address]:
        """What must exist for this object to exist, its parent first; may hold addresses that no catalog has."""
        if self.schema:
            yield Address("schema", "", self.schema)
        yield from self.refs

    def vanishes_with(self) -> Iterator[Address]:
        """The objects whose DROP takes this one along."""
        return iter(())

    def saves(self) -> Iterator[Address]:
        """The objects that would vanish with what it hangs on, and that its own drop lets live."""
        return iter(())

    @property
    def apart(self) -> bool:
        """Whether it is made by itself, also where its kind is made inside of its parent's CREATE."""
        return False

    def renamed(self, names: Renaming) -> Self:
        """This object as it is after other objects, or itself, got new names."""
        return self._with(names, {"name": names.name_of(self.address)})

    def _with(self, names: Renaming, fields: dict[str, Any]) -> Self:
        fields["refs"] = tuple(names.address(r) for r in self.refs)
        fields.setdefault("schema", names.schema_of(self.schema))
        if self.stale_fields and names.unknown(self.refs):
            fields.update(dict.fromkeys(self.stale_fields, ""))
        changed = {f: v for f, v in fields.items() if getattr(self, f) != v}
        return msgspec.structs.replace(self, **changed) if changed else self


    @property
    def value_names(self) -> tuple[str, ...]:
        """What the values of its `value_field` are called, in order."""
        values = getattr(self, self.value_field) if self.value_field else ()
        return tuple(v if isinstance(v, str) else v.name for v in values)

    def with_values_named(self, names: Mapping[str, str]) -> Self:
        """The object with other names, by the old ones, for some of its values."""
        named = (
            names.get(v, v) if isinstance(v, str) else msgspec.structs.replace(v, name=names.get(v.name, v.name))
            for v in getattr(self, self.value_field)
        )
        return msgspec.structs.replace(self, **{self.value_field: tuple(named)})


def value_address(owner: Address, value: str) -> Address:
    """What stands for a value of an object where new names are given; no catalog has such an address."""
    return Address(f"{owner.kind}_value", owner.schema, value, owner.name)


class Child(Object, frozen=True, kw_only=True):
    """An object that belongs to a table (or to what `parent_kind` says)."""

    parent_kind: ClassVar[str] = "table"

    table: str

    @property
    def parent(self) -> Address | None:
        return self._owner()

    def _owner(self) -> Address:
        return Address(self.parent_kind, self.schema, self.table)

    @property
    def address(self) -> Address:
        return Address(self.kind, self.schema, self.name, self.table)

    def requires(self) -> Iterator[Address]:
        yield self._owner()
        yield from self.refs

    def vanishes_with(self) -> Iterator[Address]:
        yield self._owner()

    def renamed(self, names: Renaming) -> Self:
        own = self._owner()
        fields: dict[str, Any] = {"name": names.name_of(self.address), "table": names.name_of(own)}
        for f in self.column_fields:
            fields[f] = tuple(names.name_of(Address("column", self.schema, c, self.table)) for c in getattr(self, f))
        for f in self.text_fields:
            fields[f] = names.rewritten(own, getattr(self, f))
        return self._with(names, fields)


def extensions(names: tuple[str, ...]) -> Iterator[Address]:
    """The addresses of extensions by their names."""
    return (Address("extension", "", n) for n in names)


class Unmodelled(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something that a catalog holds and we do not model: what it is, and what it depends on."""

    what: str
    name: str
    reason: str = ""
    refs: tuple[Address, ...] = ()

    def __str__(self) -> str:
        return f"{self.what} {self.name}" + (f" ({self.reason})" if self.reason else "")


K = TypeVar("K", bound=type[Object])


def register(cls: K) -> K:
    """Enter a kind into the registry; raises ValueError on a duplicate."""
    name = _kind_name(cls.__name__)
    if name in KINDS:
        raise ValueError(f"kind {name!r} registered twice")
    cls.kind = name
    KINDS[name] = cls
    return cls


def any_kind() -> type[Object]:
    """The tagged union of all kinds, for decoding."""
    return Union[tuple(KINDS[k] for k in sorted(KINDS))]  # type: ignore[return-value]  # noqa: UP007


_FIELDS: dict[type[Object], tuple[str, ...]] = {}


def compared_fields(cls: type[Object]) -> tuple[str, ...]:
    """The fields whose difference is a change."""
    if cls not in _FIELDS:
        _FIELDS[cls] = tuple(f for f in cls.__struct_fields__ if f not in cls.silent)
    return _FIELDS[cls]


@cache
def fields_of(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The fields of a kind with their types and defaults; each call of msgspec's own resolves all annotations again."""
    return msgspec.structs.fields(kind)


def changed_fields(old: Object, new: Object) -> frozenset[str]:
    """The compared fields in which two objects of one kind differ."""
    found = frozenset(f for f in compared_fields(type(old)) if getattr(old, f) != getattr(new, f))
    if found.isdisjoint(old.unordered_fields):
        return found
    return found.difference(f for f in old.unordered_fields if sorted(getattr(old, f)) == sorted(getattr(new, f)))
