"""The kinds of manifests: what each may hold, and what it means.

A kind of the model that has no form of its own here gets one made from its fields, so a new kind needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Annotated, Any, Final, Literal, TypeVar, cast

import msgspec
from msgspec import Meta

from ...model import codec  # registers the kinds
from ...model.access import Access, Role
from ...model.address import Address
from ...model.namespaces import Enum, Sequence, SequenceOwner
from ...model.objects import KINDS, Child, Object, fields_of, value_address
from ...model.profile import Profile
from ...model.programs import Function, MaterializedView, View, ViewColumn
from ...model.tables import Options, Table
from ...model.types import Attribute, Collation, CompositeType, Domain, DomainCheck, RangeType
from ..claims import INSIDE
from ..habits import habits_of
from .access import FIELDS, OWNED, AccessForm, MemberForm, add_memberships, read_access
from .forms import (
    API_VERSION,
    CheckForm,
    Columns,
    Comment,
    DialectsForm,
    Form,
    IndexForm,
    Metadata,
    RenamedFrom,
    SequenceForm,
    TableForm,
    Text,
)
from .sqlwords import index_key
from .sqlwords import parts as name_parts
from .tables import Parts, Wrong, index_of, sequence_options, sorted_options, table_parts

Read = Callable[[Metadata, Any, str, Profile | None], Parts]
_FORM_CONFIG: Final[dict[str, Any]] = {
    "bases": (Form,),
    "frozen": True,
    "kw_only": True,
    "rename": "camel",
    "forbid_unknown_fields": True,
}

_EMPTY: Final[Any] = msgspec.field(default_factory=dict)

OUTSIDE: Final = frozenset({
    "schema", "extension", "event_trigger", "database", "foreign_data_wrapper", "server", "user_mapping", "publication",
    "subscription", "cast", "access", "role", "pragma",
})  # fmt: skip
"""Kinds that are in no schema."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of manifest: its word, the kind of the model, the form of its spec, of the whole document, and how the
    spec becomes objects."""

    word: str
    model: type[Object]
    spec: type[Form]
    document: type[Form]
    read: Read


class ValueForm(Form, frozen=True, kw_only=True):
    """A value of an enumerated type."""

    value: Text
    renamed_from: RenamedFrom = None


class EnumForm(Form, frozen=True, kw_only=True):
    """An enumerated type."""

    values: Annotated[list[Text | ValueForm], Meta(description="Its values, in order.")]
    comment: Comment = None


class OwnerForm(Form, frozen=True, kw_only=True):
    """The column that a sequence belongs to; both go together."""

    table: str
    column: str


class SequenceSpec(SequenceForm, frozen=True, kw_only=True):
    """A sequence."""

    type: Annotated[str, Meta(description="smallint, integer or bigint.")] = "bigint"
    unlogged: bool = False
    engine: Annotated[str | None, Meta(description="The storage engine that keeps it (MariaDB).")] = None
    owned_by: Annotated[
        str | OwnerForm | None, Meta(description="The column that it goes with: `users.id`, or a mapping.")
    ] = None
    comment: Comment = None


class AttributeForm(Form, frozen=True, kw_only=True):
    """A field of a composite type."""

    type: str
    collation: str | None = None
    comment: Comment = None
    renamed_from: RenamedFrom = None


class CompositeForm(Form, frozen=True, kw_only=True):
    """A composite type."""

    attributes: Annotated[
        dict[str, Text | AttributeForm], Meta(description="Its fields by name, in order; a text is the type alone.")
    ] = msgspec.field(default_factory=dict)
    comment: Comment = None


R = TypeVar("R", bound=Read)
_FORMS: dict[type[Object], tuple[type[Form], Read]] = {}


def form(model: type[Object], spec: type[Form]) -> Callable[[R], R]:
    """Enter how a kind is written; raises ValueError on a duplicate."""

    def add(read: R) -> R:
        if model in _FORMS:
            raise ValueError(f"{model.kind} has two forms")
        _FORMS[model] = (spec, read)
        return read

    return add


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of manifest by its word."""
    codec.object_decoder()
    found = {}
    for model in KINDS.values():
        if model.kind not in INSIDE:
            spec, read = _FORMS.get(model) or (_made_form(model), _reader(model))
            if model.kind in OWNED:
                spec = _with_access(spec)
            word = word_of(model)
            found[word] = Kind(word=word, model=model, spec=spec, document=_document(word, model, spec), read=read)
    return dict(sorted(found.items()))


def _with_access(spec: type[Form]) -> type[Form]:
    """The form with a place for an owner and grants."""
    made = msgspec.defstruct(spec.__name__, FIELDS, **{**_FORM_CONFIG, "bases": (spec,)})
    made.__doc__ = spec.__doc__
    return cast("type[Form]", made)


def word_of(model: type[Object]) -> str:
    """`Table`, `View`: the word after `kind:`."""
    return model.__name__


def _document(word: str, model: type[Object], spec: type[Form]) -> type[Form]:
    fields: list[Any] = [
        ("api_version", Annotated[Literal[API_VERSION], Meta(description="The version of this form.")]),
        ("kind", Annotated[Literal[word], Meta(description="What this document describes.")]),
        ("metadata", Metadata),
        ("spec", spec) if _must_say(spec) else ("spec", spec, msgspec.field(default_factory=spec)),
        ("dialects", DialectsForm | None, None),
    ]
    document = cast("type[Form]", msgspec.defstruct(f"{word}Manifest", fields, **_FORM_CONFIG))
    document.__doc__ = f"{(model.__doc__ or word).splitlines()[0].rstrip('.;,')}."
    return document


def _must_say(spec: type[Form]) -> bool:
    return any(f.required for f in msgspec.structs.fields(spec))


@form(Access, AccessForm)
def _access(_metadata: Metadata, spec: AccessForm, _schema: str, _profile: Profile | None) -> Parts:
    return read_access(spec)


@form(Table, TableForm)
def _table(metadata: Metadata, spec: TableForm, schema: str, profile: Profile | None) -> Parts:
    return table_parts(metadata, spec, schema, profile)


@form(Enum, EnumForm)
def _enum(metadata: Metadata, spec: EnumForm, schema: str, _profile: Profile | None) -> Parts:
    parts = Parts()
    labels = [v if isinstance(v, str) else v.value for v in spec.values]
    enum = Enum(schema=schema, name=metadata.name, labels=tuple(labels), comment=spec.comment)
    parts.add(enum, ("metadata", "name"), metadata.renamed_from)
    for n, (label, form) in enumerate(zip(labels, spec.values, strict=True)):
        if label in labels[:n]:
            parts.wrong.append(Wrong(f"value {label!r} twice", ("spec", "values", n), "keep one of them"))
        was = form.renamed_from if isinstance(form, ValueForm) else None
        _value_renamed(parts, enum, label, was, ("spec", "values", n))
    return parts


def _value_renamed(parts: Parts, o: Object, name: str, was: str | None, place: tuple[str | int, ...]) -> None:
    if was in o.value_names:
        message = f"renamed from {was!r}, which is there as well"
        parts.wrong.append(Wrong(message, place, "remove renamedFrom, or the other"))
    elif was is not None:
        parts.names[value_address(o.address, name)] = was


@form(CompositeType, CompositeForm)
def _composite(metadata: Metadata, spec: CompositeForm, schema: str, _profile: Profile | None) -> Parts:
    parts = Parts()
    attributes = tuple(
        Attribute(name, a) if isinstance(a, str) else Attribute(name, a.type, a.collation, a.comment)
        for name, a in spec.attributes.items()
    )
    composite = CompositeType(schema=schema, name=metadata.name, attributes=attributes, comment=spec.comment)
    parts.add(composite, ("metadata", "name"), metadata.renamed_from)
    for name, a in spec.attributes.items():
        if isinstance(a, AttributeForm):
            _value_renamed(parts, composite, name, a.renamed_from, ("spec", "attributes", name))
    return parts


@form(Sequence, SequenceSpec)
def _sequence(metadata: Metadata, spec: SequenceSpec, schema: str, _profile: Profile | None) -> Parts:
    parts = Parts()
    place = ("spec", "ownedBy")
    owner = _owner(spec.owned_by)
    if spec.owned_by is not None and owner is None:
        parts.wrong.append(Wrong(f"{spec.owned_by!r} names no column", place, "write users.id"))
    table, column = owner or ("", "")
    sequence = Sequence(
        schema=schema,
        name=metadata.name,
        comment=spec.comment,
        type=spec.type,
        options=sequence_options(spec),
        unlogged=spec.unlogged,
        engine=spec.engine,
        owned_by=Address("column", schema, column, table) if owner else None,
    )
    parts.add(sequence, ("metadata", "name"), metadata.renamed_from)
    if owner:
        parts.add(SequenceOwner(schema=schema, name=metadata.name, table=table, column=column), place)
    return parts


def _owner(written: str | OwnerForm | None) -> tuple[str, str] | None:
    if written is None:
        return None
    if isinstance(written, OwnerForm):
        return written.table, written.column
    names = name_parts(written)
    return (names[-2], names[-1]) if names is not None and len(names) in (2, 3) else None


# Kinds without a form of their own.

_VIEW_PARTS: Final = frozenset({"columns"})
_DERIVED: Final[Mapping[type[Object], frozenset[str]]] = {
    View: _VIEW_PARTS,
    MaterializedView: _VIEW_PARTS,
    Function: frozenset({"arguments", "parameters", "returns", "defaults", "language"}),
}
"""Fields that the database derives from others: not written."""
_ORDERED: Final = (RangeType, Collation)
"""Kinds whose options stand in the order in which they were written."""


@cache
def written_fields(model: type[Object]) -> list[msgspec.structs.FieldInfo]:
    """The fields of a kind that its spec holds: all but its identity, and what is derived or not compared."""
    identity = {"schema", "name"} | ({"table"} if issubclass(model, Child) else set())
    left_out = identity | model.silent | _DERIVED.get(model, frozenset())
    return [f for f in fields_of(model) if f.name not in left_out]


def _made_form(model: type[Object], more: Iterable[Any] = ()) -> type[Form]:
    fields: list[Any] = []
    for f in written_fields(model):
        kind = _form_type(f.type)
        if f.required:
            fields.append((f.name, kind))
        elif f.type in _COLLECTIONS:
            fields.append((f.name, kind, msgspec.field(default_factory=partial(_collection(f.type), f.default))))
        else:
            fields.append((f.name, kind, f.default))
    made = cast("type[Form]", msgspec.defstruct(word_of(model), [*fields, *more], **_FORM_CONFIG))
    made.__doc__ = model.__doc__
    return made


_COLLECTIONS: Final = (Options, tuple[str, ...])


def _collection(model_type: Any) -> type:
    return dict if model_type == Options else list


def _form_type(model_type: Any) -> Any:
    if model_type == Options:
        return dict[str, Text]
    if model_type == tuple[str, ...]:
        return list[Text]
    if model_type is str or model_type == str | None:  # a default of 0 is written as 0
        return Text if model_type is str else Text | None
    return model_type


def _reader(model: type[Object]) -> Read:
    fields = [(f.name, f.type) for f in written_fields(model)]
    is_child = issubclass(model, Child)
    kept = {name for name, _ in fields} if model in _ORDERED else {*model.unordered_fields}

    def read(metadata: Metadata, spec: Any, schema: str, _profile: Profile | None) -> Parts:
        parts = Parts()
        values = {name: _model_value(getattr(spec, name), kind, name in kept) for name, kind in fields}
        if "definition" in values:
            values["definition"] = values["definition"].strip().removesuffix(";").rstrip()
            if not values["definition"]:
                parts.wrong.append(Wrong("an empty definition", ("spec", "definition")))
        if is_child:
            values["table"] = metadata.table or ""
            if not metadata.table:
                parts.wrong.append(Wrong("metadata.table is missing", ("metadata",), "name the table it is on"))
        if model is Function:
            values["arguments"] = _arguments(metadata.name)
        o = model(schema=schema, name=metadata.name, **values)
        parts.add(o, ("metadata", "name"), metadata.renamed_from)
        return parts

    return read


def _arguments(name: str) -> str:
    """The types in the brackets of a routine's name, of which only quoted ones may hold a bracket themselves."""
    _, *ends = name.removesuffix(")").split("(")
    found = ("(".join(ends[n:]) for n in reversed(range(len(ends))))
    return next((a for a in found if a.count('"') % 2 == 0), "")


def _model_value(value: Any, kind: Any, in_order: bool) -> Any:
    if kind == Options:
        return tuple(value.items()) if in_order else sorted_options(value)
    return tuple(value) if isinstance(value, list) else value


_CHECKS: Final = (
    "checks",
    Annotated[dict[str, Text | CheckForm], Meta(description="Checks over VALUE, by name.")],
    _EMPTY,
)
_INDEXES: Final = (
    "indexes",
    Annotated[dict[str, Columns | IndexForm], Meta(description="Indexes by name.")],
    _EMPTY,
)


@form(Domain, _made_form(Domain, [_CHECKS]))
def _domain(metadata: Metadata, spec: Any, schema: str, profile: Profile | None) -> Parts:
    parts = _reader(Domain)(metadata, spec, schema, profile)
    for name, written in spec.checks.items():
        form = CheckForm(expression=written) if isinstance(written, str) else written
        check = DomainCheck(
            schema=schema,
            table=metadata.name,
            name=name,
            comment=form.comment,
            expression=form.expression,
            not_valid=form.not_valid,
        )
        parts.add(check, ("spec", "checks", name))
    return parts


_NAMES: Final[Any] = (
    "columns",
    Annotated[list[Text], Meta(description="The names of its columns, where the query does not say them (SQLite).")],
    msgspec.field(default_factory=list),
)


@form(View, _made_form(View, [_NAMES]))
def _view(metadata: Metadata, spec: Any, schema: str, profile: Profile | None) -> Parts:
    parts = _reader(View)(metadata, spec, schema, profile)
    if spec.columns:
        names = tuple(ViewColumn(name, "") for name in spec.columns)
        parts.objects[0] = msgspec.structs.replace(parts.objects[0], columns=names)
        if not habits_of(profile).named_views:
            next_step = "write SELECT … AS name"
            parts.wrong.append(Wrong("the columns are named beside the query", ("spec", "columns"), next_step))
    return parts


@form(MaterializedView, _made_form(MaterializedView, [_INDEXES]))
def _materialized_view(metadata: Metadata, spec: Any, schema: str, profile: Profile | None) -> Parts:
    parts = _reader(MaterializedView)(metadata, spec, schema, profile)
    for name, written in spec.indexes.items():
        index = IndexForm(columns=written) if isinstance(written, list) else written
        keys = tuple(index_key(k, (), bracketed=True) for k in index.columns)
        on = {"schema": schema, "table": metadata.name, "name": name, "on": MaterializedView.kind}
        parts.add(index_of(index, keys, **on), ("spec", "indexes", name), index.renamed_from)
    return parts


_MEMBER_OF: Final = (
    "member_of",
    Annotated[dict[str, MemberForm], Meta(description="The roles that it belongs to.")],
    _EMPTY,
)


@form(Role, _made_form(Role, [_MEMBER_OF]))
def _role(metadata: Metadata, spec: Any, schema: str, profile: Profile | None) -> Parts:
    parts = _reader(Role)(metadata, spec, schema, profile)
    add_memberships(parts, metadata.name, spec.member_of)
    return parts
