"""Schemas, extensions, types and sequences out of a snapshot's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ...model.address import Address
from ...model.namespaces import Enum, Extension, Schema, Sequence, SequenceOwner
from ...model.objects import Object
from ...model.types import Attribute, Collation, CompositeType, Domain, DomainCheck, RangeType
from .inspect_keys import domain_checks
from .inspect_tables import sequence_options
from .snapshot import CLASS, COLLATION, CONSTRAINT, EXTENSION, NAMESPACE, TYPE, Row, Snapshot
from .spelling import made_up_alone, qualified

# Made by initdb; a database keeps it until somebody writes another or takes it away.
PUBLIC_COMMENT: Final = "standard public schema"
_PROVIDERS: Final = {"i": "icu", "c": "libc", "b": "builtin"}


def schemas(s: Snapshot) -> Iterator[Object]:
    for oid, name in s.schemas.items():
        if not s.owned(NAMESPACE, oid):
            comment = s.comment(NAMESPACE, oid)
            yield Schema(name=name, comment=None if name == "public" and comment == PUBLIC_COMMENT else comment)


def extensions(s: Snapshot) -> Iterator[Object]:
    """Extensions but the language that every database has. Their own comment comes with them, and is not ours."""
    for oid, name, version, schema in s.rows["extensions"]:
        if name != "plpgsql":
            where = schema if schema in s.schemas.values() else ""
            yield Extension(name=name, version=version, installed_in=where, refs=s.depends(EXTENSION, oid))


def enums(s: Snapshot) -> Iterator[Object]:
    labels: dict[int, list[str]] = defaultdict(list)
    for oid, label in s.rows["labels"]:
        labels[oid].append(label)
    for r, own in _types(s, "e"):
        yield Enum(schema=own.schema, name=own.name, comment=s.comment(TYPE, r[0]), labels=tuple(labels[r[0]]))


def domains(s: Snapshot) -> Iterator[Object]:
    not_null = {r[2]: r[3] for r in s.rows["constraints"] if r[4] == "n" and r[2]}
    for r, own in _types(s, "d"):
        name = not_null.get(r[0])
        yield Domain(
            schema=own.schema,
            name=own.name,
            comment=s.comment(TYPE, r[0]),
            refs=s.depends(TYPE, r[0]),
            type=r[8],
            nullable=not r[6],
            default=r[7],
            collation=s.collations[r[9]][3] if r[9] and r[9] != r[10] else None,
            not_null_name=None if name is None or name == made_up_alone(own.name, "not_null") else name,
        )
    for r, domain, expression in domain_checks(s):
        yield DomainCheck(
            schema=domain.schema,
            name=r[3],
            table=domain.name,
            comment=s.comment(CONSTRAINT, r[0]),
            refs=tuple(a for a in s.depends(CONSTRAINT, r[0]) if a != domain),
            expression=expression,
            not_valid=not r[11],
        )


def composites(s: Snapshot) -> Iterator[Object]:
    for oid, r in s.relations.items():
        if r[3] != "c":
            continue
        own = s.addresses[CLASS, oid]
        columns = s.columns[oid]
        yield CompositeType(
            schema=own.schema,
            name=own.name,
            comment=s.comment(TYPE, r[9]) or s.comment(CLASS, oid),
            refs=tuple(sorted({a for c in columns for a in s.depends(CLASS, oid, c[1])})),
            attributes=tuple(_attribute(s, c) for c in columns),
        )


def _attribute(s: Snapshot, c: Row) -> Attribute:
    spelled = s.spellings[c[3], c[4]]
    collation = s.collations[c[5]][3] if c[5] and c[5] != spelled.collation else None
    return Attribute(c[2], spelled.name, collation, s.comment(CLASS, c[0], c[1]))


def ranges(s: Snapshot) -> Iterator[Object]:
    rows = {r[0]: r for r in s.rows["ranges"]}
    for r, own in _types(s, "r"):
        _, _, subtype, opclass, collation, canonical, difference, multi, multi_schema = rows[r[0]]
        options = {
            "subtype": subtype,
            "subtype_opclass": opclass,
            "collation": collation,
            "canonical": canonical,
            "subtype_diff": difference,
            "multirange_type_name": qualified(multi_schema, multi) if multi else None,
        }
        yield RangeType(
            schema=own.schema,
            name=own.name,
            comment=s.comment(TYPE, r[0]),
            refs=s.depends(TYPE, r[0]),
            options=tuple((k, v) for k, v in options.items() if v is not None),
        )


def collations(s: Snapshot) -> Iterator[Object]:
    for oid, r in s.collations.items():
        own = s.addresses.get((COLLATION, oid))
        if own is None or own.kind != "collation" or r[1] not in s.schemas:
            continue
        _, _, _, _, provider, deterministic, collate, ctype, locale, rules = r
        given = {"provider": _PROVIDERS.get(provider, provider), "locale": locale, "rules": rules}
        given |= {"lc_collate": collate, "lc_ctype": ctype} if provider == "c" else {}
        if provider == "i" and not locale:  # before 15 an ICU locale stood in collcollate
            given["locale"] = collate
        texts = [(k, v) for k, v in given.items() if v is not None]
        yield Collation(
            schema=own.schema,
            name=own.name,
            comment=s.comment(COLLATION, oid),
            options=(*texts, *([] if deterministic else [("deterministic", "false")])),
        )


def sequences(s: Snapshot) -> Iterator[Object]:
    """Sequences that are no identity column's, and who owns them."""
    for r in s.rows["sequences"]:
        own = s.addresses.get((CLASS, r[0]))
        if own is None or own.kind != "sequence" or r[1] not in s.schemas:
            continue
        column = s.column_address(r[12], r[13]) if r[12] else None
        type = s.spellings[r[4], -1].name
        yield Sequence(
            schema=own.schema,
            name=own.name,
            comment=s.comment(CLASS, r[0]),
            type=type,
            options=sequence_options(type, *r[5:11]),
            unlogged=r[3] == "u",
            owned_by=column,
        )
        if column is not None:
            yield SequenceOwner(schema=own.schema, name=own.name, table=column.parent, column=column.name)


def _types(s: Snapshot, kind: str) -> Iterator[tuple[Row, Address]]:
    for r in s.rows["types"]:
        if r[3] == kind and r[1] in s.schemas and not s.owned(TYPE, r[0]):
            yield r, s.addresses[TYPE, r[0]]
