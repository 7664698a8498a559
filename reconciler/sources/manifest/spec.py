"""Objects as the plain values of a manifest: what `kinds` reads, the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from ...model.access import Access, DefaultPrivilege, Role
from ...model.address import Address
from ...model.namespaces import Enum, SequenceOwner
from ...model.namespaces import Sequence as SequenceObject
from ...model.objects import Child, Object
from ...model.programs import View
from ...model.tables import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    NotNull,
    Options,
    PrimaryKey,
    Table,
    Unique,
)
from ...model.types import CompositeType, DomainCheck
from .access import Inline, access_spec, member_of
from .forms import API_VERSION
from .kinds import word_of, written_fields
from .sqlwords import made_name, spelled
from .yamlout import Natural, Section

_KEYS: Final = {"conflict": "onConflict"}
_NATURAL: Final = frozenset({"default", "expression", "where"})


def manifest(parts: Sequence[Object], *, unnamed: bool, owner: str | None = None) -> Section:
    """The manifest of an object (the first) with its parts; `unnamed` where the dialect has nameless constraints,
    `owner` is the one that need not be said."""
    first = parts[0]
    write = _WRITERS.get(type(first), _plain)
    inline = Inline(parts, owner)
    spec = _with_access(write(first, parts[1:], unnamed), inline)
    document = Section(apiVersion=API_VERSION, kind=word_of(type(first)), metadata=_metadata(first))
    if spec:
        document["spec"] = spec
    return document


def access_manifest(access: Access, defaults: Iterable[DefaultPrivilege]) -> Section:
    """The one manifest that says what the others are to be read as, as far as owners and grants go."""
    spec = access_spec(access, defaults)
    return Section(apiVersion=API_VERSION, kind=word_of(Access), metadata={"name": access.name}, spec=Section(spec))


def _with_access(spec: Section, inline: Inline) -> Section:
    """The spec with owner and grants, those on columns with their columns."""
    if inline.said_owner is not None:
        spec["owner"] = inline.said_owner
    if grants := inline.of_object():
        spec["grants"] = Section(grants)
    columns = spec.get("columns")
    if isinstance(columns, dict):
        for name in columns:
            columns[name] = _column_with_access(columns[name], inline.of_column(name), inline.of_identity(name))
    return spec


def _column_with_access(column: Any, own: dict[str, list[str]], numbering: dict[str, list[str]]) -> Any:
    """A column's entry with the grants on it, and with those on the sequence that numbers it."""
    if not own and not numbering:
        return column
    entry = dict(column) if isinstance(column, dict) else {"type": column}
    if own:
        entry["grants"] = own
    if numbering:
        identity = entry["identity"]
        entry["identity"] = {
            **(identity if isinstance(identity, dict) else {"generation": identity}), "grants": numbering,
        }  # fmt: skip
    return entry


def _metadata(o: Object) -> dict[str, Any]:
    found = {"name": o.name}
    if o.schema:
        found["schema"] = o.schema
    if isinstance(o, Child):
        found["table"] = o.table
    return found


def _fields(o: Object, left_out: Iterable[str] = ()) -> Section:
    """The fields that differ from their default, by the key that a manifest has for them."""
    found = Section()
    for f in written_fields(type(o)):
        value = getattr(o, f.name)
        if f.name not in left_out and (f.required or value != f.default):
            if f.type == Options:
                found[_key(f.name)] = {name: Natural(text) for name, text in value}
            else:
                found[_key(f.name)] = _value(f.name, value, o)
    return found


def _key(field: str) -> str:
    head, *rest = field.split("_")
    return _KEYS.get(field) or head + "".join(map(str.capitalize, rest))


def _value(field: str, value: Any, o: Object) -> Any:
    if isinstance(value, str):
        return Natural(value) if field in _NATURAL else value
    convert = _VALUES.get(type(value))
    return convert(value, o) if convert is not None else value


def _tuple(value: tuple[Any, ...], o: Object) -> list[Any]:
    return [_value("", v, o) if isinstance(v, str | Address) else msgspec.to_builtins(v) for v in value]


def _identity(value: Identity, _o: Object) -> Any:
    generation = "always" if value.always else "by default"
    options = {_key(k): v for k, v in msgspec.to_builtins(value.options).items()}
    said = {"sequence": value.sequence, "comment": value.comment, "unlogged": value.unlogged}
    more = {k: v for k, v in said.items() if v is not None}
    return {"generation": generation, **options, **more} if options or more else generation


def _generated(value: Generated, _o: Object) -> Any:
    return Natural(value.expression) if value.stored else {"expression": Natural(value.expression), "stored": False}


def _address(value: Address, o: Object) -> str:
    return _dotted(value.schema if value.schema != o.schema else "", value.name)


def _dotted(*names: str) -> str:
    return ".".join(spelled(n) for n in names if n)


def _not_null(value: NotNull, _o: Object) -> Any:
    return {_key(k): v for k, v in msgspec.to_builtins(value).items()}


_VALUES: Final[dict[type, Callable[[Any, Object], Any]]] = {
    tuple: _tuple,
    Identity: _identity,
    Generated: _generated,
    NotNull: _not_null,
    Address: _address,
}


def _plain(o: Object, children: Sequence[Object], _unnamed: bool) -> Section:
    """A kind without a form of its own, with the parts that its form has a place for."""
    found = _fields(o)
    for key, kind in (("checks", DomainCheck), ("indexes", Index)):
        entries = {c.name: _short(_part(c), _SHORT[type(c)]) for c in children if type(c) is kind}
        if entries:
            found[key] = Section(entries)
    return found


def _view(o: Object, _children: Sequence[Object], _unnamed: bool) -> Section:
    """A view; the names of its columns where they are all that is known of them, and so are part of its definition."""
    assert isinstance(o, View)
    found = _fields(o)
    if o.columns and not any(c.type for c in o.columns):
        found["columns"] = [c.name for c in o.columns]
    return found


def _enum(o: Object, _children: Sequence[Object], _unnamed: bool) -> Section:
    assert isinstance(o, Enum)
    return Section(_fields(o, ("labels",)), values=list(o.labels))


def _composite(o: Object, _children: Sequence[Object], _unnamed: bool) -> Section:
    assert isinstance(o, CompositeType)
    found = _fields(o, ("attributes",))
    rows = {a.name: {f: v for f in ("type", "collation", "comment") if (v := getattr(a, f))} for a in o.attributes}
    if rows:
        found["attributes"] = Section({name: _short(row, "type") for name, row in rows.items()})
    return found


def _sequence(o: Object, children: Sequence[Object], _unnamed: bool) -> Section:
    assert isinstance(o, SequenceObject)
    found = _fields(o, ("options",))
    found.update({_key(k): v for k, v in msgspec.to_builtins(o.options).items()})
    for c in children:
        if isinstance(c, SequenceOwner):
            found["ownedBy"] = _dotted(c.table, c.column)
    return found


def _table(o: Object, children: Sequence[Object], unnamed: bool) -> Section:
    assert isinstance(o, Table)
    columns = {c.name: c for c in children if type(c) is Column}
    ordered = [columns.pop(name) for name in o.columns if name in columns]
    names = [*ordered, *columns.values()]
    found = Section(comment=o.comment) if o.comment is not None else Section()
    if names:
        found["columns"] = Section({c.name: _short(_part(c), "type") for c in names})
    for c in children:
        if type(c) is PrimaryKey:
            found["primaryKey"] = _primary_key(c, unnamed)
    for kind, key, short in _SECTIONS:
        entries = [c for c in children if type(c) is kind]
        if entries:
            found[key] = _entries(entries, short)
    return Section(found | _fields(o, ("comment", "columns")))


def _part(o: Object) -> dict[str, Any]:
    """A part of a table as a mapping, its name aside."""
    found: dict[str, Any] = dict(_fields(o, ("named", "target", "target_schema", "target_columns", "on")))
    if isinstance(o, Index):
        found = {"columns": found.pop("keys"), **found}
        if o.attached_to is not None:
            a = o.attached_to
            found["attachedTo"] = f"{a.kind}:{_dotted(a.schema, a.parent, a.name)}"
    if isinstance(o, ForeignKey):
        head = {"columns": found.pop("columns"), "references": _target(o)}
        found = {**head, **found}
    return found


def _target(o: ForeignKey) -> str:
    table = _dotted(o.target_schema if o.target_schema != o.schema else "", o.target)
    if o.target_columns:
        return f"{table}({', '.join(map(spelled, o.target_columns))})"
    return table


def _short(part: dict[str, Any], only: str) -> Any:
    """The short form, where nothing but one field is said."""
    return part[only] if len(part) == 1 and only in part else part


def _primary_key(o: PrimaryKey, unnamed: bool) -> Any:
    part = _part(o)
    usual = not o.named if unnamed else o.name == made_name(o.table, "", "pkey", 63, ())
    return _short(part if usual else {"name": o.name, **part}, "columns")


_SHORT: Final[dict[type[Object], str]] = {
    Unique: "columns",
    Check: "expression",
    ForeignKey: "",
    Exclusion: "definition",
    Index: "columns",
    DomainCheck: "expression",
}
_SECTIONS: Final = (
    (Unique, "unique", "columns"),
    (Check, "checks", "expression"),
    (ForeignKey, "foreignKeys", ""),
    (Exclusion, "exclusions", "definition"),
    (Index, "indexes", "columns"),
)


def _entries(parts: Sequence[Any], short: str) -> Any:
    """By name where every part has one; else a list, in which some may."""
    if all(getattr(p, "named", True) for p in parts):
        return Section({p.name: _short(_part(p), short) for p in sorted(parts, key=lambda p: p.name)})
    return [_short(_part(p) if not p.named else {"name": p.name, **_part(p)}, short) for p in parts]


def _role(o: Object, children: Sequence[Object], _unnamed: bool) -> Section:
    found = _fields(o)
    if entries := member_of(children):
        found["memberOf"] = Section(entries)
    return found


_WRITERS: Final[dict[type[Object], Callable[[Any, Sequence[Object], bool], Section]]] = {
    Role: _role,
    Table: _table,
    Enum: _enum,
    View: _view,
    SequenceObject: _sequence,
    CompositeType: _composite,
}
