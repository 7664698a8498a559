"""What is written as manifests is read back exactly, whatever it holds."""

from __future__ import annotations

from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.config.yamltext import documents
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.namespaces import Enum, Sequence
from reconciler.model.objects import Object
from reconciler.model.tables import Check, Column, Exclusion, ForeignKey, Identity, Index, PrimaryKey, Table, Unique
from reconciler.sources.manifest.forms import (
    CheckForm,
    ColumnForm,
    ExclusionForm,
    ForeignKeyForm,
    IdentityForm,
    IndexForm,
    PrimaryKeyForm,
    TableForm,
    UniqueForm,
)
from reconciler.sources.manifest.kinds import EnumForm, SequenceSpec, kinds, written_fields
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.manifest.schemas import any_schema, kind_schema
from reconciler.sources.manifest.write import manifest_files, manifest_text

from .catalogs import domains, others, sequences, tables

PARTS = st.one_of(tables(), sequences(), domains(), others())
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def read(*texts: str) -> dict[Address, Object]:
    written = load_manifests([(f"{n}.yaml", text.encode()) for n, text in enumerate(texts)])
    known = ("foreign-key", "unknown-column", "duplicate-name")
    broken = [f for f in written.findings if f.rule not in known and "beside the query" not in f.message]
    assert not broken, "\n".join(map(str, broken))
    return {o.address: o for u in written.units for o in u.objects}


def plain(o: Any) -> Any:
    """An object without what the database derives."""
    derived = {"arguments": "", "parameters": "", "returns": "", "defaults": 0, "language": ""}
    if o.kind == "function":
        return msgspec.structs.replace(o, **derived)
    return msgspec.structs.replace(o, columns=()) if o.kind == "materialized_view" else o


@SLOW
@given(PARTS)
def test_every_object_is_read_back_as_it_was(parts: list[Object]) -> None:
    found = read(manifest_text(parts, "postgresql"))
    for o in parts:
        assert plain(found[o.address]) == plain(o)


@SLOW
@given(PARTS)
def test_what_is_written_satisfies_its_schema(parts: list[Object]) -> None:
    (document,) = documents(manifest_text(parts, "postgresql"), "x.yaml").documents
    value = document.value()
    jsonschema.Draft202012Validator(kind_schema(value["kind"])).validate(value)
    jsonschema.Draft202012Validator(any_schema()).validate(value)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PARTS, max_size=5))
def test_a_catalog_gives_the_same_files_whatever_its_order(lists: list[list[Object]]) -> None:
    unique = {o.address: o for parts in lists for o in parts}
    tops = {a for a, o in unique.items() if o.parent is None or o.parent in unique}
    kept = [o for a, o in unique.items() if a in tops]
    files = manifest_files(Catalog(kept, dialect="postgresql"))
    assert files == manifest_files(Catalog(reversed(kept), dialect="postgresql"))
    assert len({p.casefold() for p in files}) == len(files)
    assert not any(part in ("", ".", "..") for p in files for part in p.split("/"))


@pytest.mark.parametrize("word", sorted(kinds()))
def test_every_kind_has_a_schema_that_says_what_it_is(word: str) -> None:
    schema = kind_schema(word)
    assert schema["$defs"][f"{word}Manifest"]["description"]
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_table_is_written_as_a_person_would() -> None:
    text = """\
apiVersion: reconcile/v1
kind: Table
metadata: {name: users, schema: app}
spec:
  comment: People who can sign in
  columns:
    id: {type: bigint, identity: always}
    email: {type: varchar(320), nullable: false}
    price: numeric(10,2)
    state: {type: app.state, nullable: false, default: "'new'::app.state"}
    created_at: {type: timestamptz, nullable: false, default: now()}
  primaryKey: [id]
  unique:
    users_email_key: [email]
  checks:
    users_email_check: position('@' in email) > 1
  foreignKeys:
    users_team_id_fkey: {columns: [id], references: teams(id), onDelete: cascade}
  indexes:
    users_lower_email_idx: {columns: [lower(email)], unique: true, where: price > 0}
    users_price_idx: [price]
"""
    found = [o for o in read(text).values() if o.kind != "schema"]
    assert manifest_text(found, "postgresql") == text


WORN = {"conflict": "on_conflict", "labels": "values", "keys": "columns", "target": "references"}
ELSEWHERE = {"named", "target_schema", "target_columns", "on", "options", "owned_by"}


@pytest.mark.parametrize(
    ("model", "form"),
    [
        (Table, TableForm), (Column, ColumnForm), (PrimaryKey, PrimaryKeyForm), (Unique, UniqueForm),
        (Check, CheckForm), (ForeignKey, ForeignKeyForm), (Exclusion, ExclusionForm), (Index, IndexForm),
        (Sequence, SequenceSpec), (Enum, EnumForm), (Identity, IdentityForm),
    ],
)  # fmt: skip
def test_every_field_has_a_place(model: type[Any], form: type[Any]) -> None:
    fields = {f.name for f in written_fields(model)} if hasattr(model, "silent") else set(model.__struct_fields__)
    fields = {WORN.get(f, f) for f in fields - ELSEWHERE - {"always"}}
    assert fields <= set(form.__struct_fields__)
