"""Random objects of every kind that a manifest can hold, with every field set to something now and then."""

from __future__ import annotations

import string
from typing import Any, Literal, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.namespaces import PRAGMAS, Pragma, Sequence, SequenceOwner
from reconciler.model.objects import KINDS, Object
from reconciler.model.programs import View, ViewColumn
from reconciler.model.tables import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    NotNull,
    PrimaryKey,
    SequenceOptions,
    Table,
    Unique,
)
from reconciler.model.types import Domain, DomainCheck
from reconciler.sources.claims import INSIDE
from reconciler.sources.manifest.kinds import OUTSIDE, written_fields

_WORDS = [
    "no",
    "on",
    "010",
    "1.10",
    "null",
    "~",
    "true",
    "<<",
    "a: b",
    "a #b",
    "- x",
    "{x}",
    "[x]",
    "*x",
    "&x",
    "!x",
    "%x",
]
_LETTERS = string.ascii_letters + string.digits + " _-.,:;#'\"\\/{}[]()&*!|>%@`~?$+=äßж日\u00a0😀\t"
names = st.one_of(
    st.text(string.ascii_lowercase, min_size=1, max_size=8),
    st.sampled_from(_WORDS),
    st.text(_LETTERS, min_size=1, max_size=12),
)
texts = st.one_of(
    names, st.text(_LETTERS + "\n", max_size=30), st.sampled_from(["a\nb", " a\n b\n", "\n", "x\n\n", "a \n"])
)
sql = texts.map(str.strip).filter(bool)
_numbers = st.integers(-(2**63), 2**63 - 1)
_options = st.dictionaries(names, texts, max_size=3).map(lambda d: tuple(sorted(d.items())))
_sequence_options = st.builds(
    SequenceOptions,
    start=st.none() | _numbers,
    increment=_numbers,
    minimum=st.none() | _numbers,
    maximum=st.none() | _numbers,
    cache=st.integers(1, 9),
    cycle=st.booleans(),
)
_SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    bool: st.booleans(),
    int: _numbers,
    type(None): st.none(),
    tuple[str, ...]: st.lists(names, max_size=3, unique=True).map(tuple),
    tuple[tuple[str, str], ...]: _options,
    Address: st.builds(Address, st.just("table"), names, names),
    tuple[Address, ...]: st.lists(st.builds(Address, st.just("table"), names, names), max_size=2).map(tuple),
    Identity: st.builds(Identity, always=st.booleans(), options=_sequence_options, sequence=st.none() | names),
    Generated: st.builds(Generated, expression=texts, stored=st.booleans()),
    NotNull: st.builds(
        NotNull, no_inherit=st.booleans(), not_valid=st.booleans(), comment=st.none() | texts
    ).filter(lambda value: value != NotNull()),
    SequenceOptions: _sequence_options,
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_args(kind) and get_origin(kind) is not tuple:
        return st.one_of(*(values(k) for k in get_args(kind)))
    item = get_args(kind)[0]
    fields = {f.name: values(f.type) for f in msgspec.structs.fields(item)}
    return st.lists(st.builds(item, **fields), max_size=3, unique_by=lambda v: v.name).map(tuple)


def objects(kind: type[Object], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects of a kind: each field its default, or anything of its type."""
    fields = {}
    for f in written_fields(kind):
        anything = values(f.type)
        fields[f.name] = anything if f.required else st.just(f.default) | anything
    return st.builds(kind, **{**fields, **given})


def _many(kind: type[Object], most: int, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(objects(kind, name=names, **given), max_size=most, unique_by=lambda o: o.name)


@st.composite
def tables(draw: st.DrawFn) -> list[Object]:
    """A table with its parts, named as PostgreSQL names what has none."""
    schema, name = draw(names), draw(names)
    own = {"schema": st.just(schema), "table": st.just(name)}
    columns = draw(_many(Column, 5, **own, type=sql, check=st.none()))
    known = [c.name for c in columns]
    of_these = st.lists(st.sampled_from(known or ["x"]), min_size=1, max_size=3, unique=True).map(tuple)
    keys = {**own, "columns": of_these, "named": st.just(True)}
    table = draw(objects(Table, schema=st.just(schema), name=st.just(name), columns=st.just(tuple(known))))
    parts: list[Object] = [table, *columns]
    if draw(st.booleans()):
        parts.append(draw(objects(PrimaryKey, name=names | st.just(f"{name}_pkey"), **keys)))
    parts += draw(_many(Unique, 2, **keys))
    parts += draw(_many(Check, 2, **own, expression=texts, named=st.just(True)))
    goal = {"target_schema": names | st.just(schema), "target": names, "target_columns": of_these}
    parts += draw(_many(ForeignKey, 2, **keys, **goal))
    parts += draw(_many(Exclusion, 1, **own))
    index_keys = st.sampled_from(
        ["a", '"Ab"', "lower(a)", "(a + 1) DESC", 'a COLLATE "C" text_ops', "at DESC", '"a,b"']
    )
    some = st.lists(index_keys, min_size=1, max_size=3).map(tuple)
    attached = st.none() | st.builds(Address, st.sampled_from(["index", "primary_key"]), names, names, names)
    parts += draw(_many(Index, 2, **own, keys=some, on=st.just("table"), attached_to=attached))
    return parts


@st.composite
def sequences(draw: st.DrawFn) -> list[Object]:
    sequence = draw(objects(Sequence, schema=names, name=names, owned_by=st.none()))
    if draw(st.booleans()):
        owner = draw(
            st.builds(
                SequenceOwner, schema=st.just(sequence.schema), name=st.just(sequence.name), table=names, column=names
            )
        )
        return [msgspec.structs.replace(sequence, owned_by=owner.column_address), owner]
    return [sequence]


@st.composite
def domains(draw: st.DrawFn) -> list[Object]:
    domain = draw(objects(Domain, schema=names, name=names))
    own = {"schema": st.just(domain.schema), "table": st.just(domain.name)}
    return [domain, *draw(_many(DomainCheck, 2, **own))]


@st.composite
def others(draw: st.DrawFn) -> list[Object]:
    """Objects of the kinds whose form is made from their fields."""
    left_out = INSIDE | {"table", "sequence", "domain"}
    kinds = [k for n, k in sorted(KINDS.items()) if n not in left_out and not k.topic]
    kind = draw(st.sampled_from(kinds))
    given: dict[str, st.SearchStrategy[Any]] = {"name": st.sampled_from(PRAGMAS) if kind is Pragma else names}
    if "table" in kind.__struct_fields__:
        given["table"] = names
    if kind.kind not in OUTSIDE:
        given["schema"] = names
    if "definition" in kind.__struct_fields__:
        given["definition"] = sql.map(lambda s: s.rstrip("; \n\t") or "x")
    if kind is View:
        unnamed = st.lists(st.builds(ViewColumn, names, st.just("")), max_size=3, unique_by=lambda c: c.name)
        given["columns"] = unnamed.map(tuple)
    return [draw(objects(kind, **given))]
