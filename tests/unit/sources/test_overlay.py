"""What a manifest says for one dialect alone."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.dialects.registry import dialect_named
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.written import Written

BASE = """apiVersion: reconcile/v1
kind: Table
metadata: {name: t}
spec:
  columns:
    id: integer
    payload: {type: jsonb, nullable: false}
    short: text
  primaryKey: [id]
  checks: {c: id > 0}
  indexes:
    i: {columns: [payload], method: gin}
"""


def read(text: str, dialect: str) -> Written:
    return load_manifests([("t.yaml", text.encode())], profile=dialect_named(dialect).profile(()))


def parts(text: str, dialect: str) -> dict[str, Any]:
    found = read(text, dialect)
    assert not found.findings, found.findings
    return {str(o.address): o for u in found.units for o in u.objects}


def test_what_is_said_for_another_dialect_changes_nothing() -> None:
    said = BASE + "dialects:\n  sqlite:\n    columns: {payload: text}\n"
    assert parts(said, "postgresql") == parts(BASE, "postgresql")


def test_a_short_form_changes_the_one_key_that_it_stands_for() -> None:
    found = parts(BASE + "dialects:\n  sqlite:\n    columns: {payload: text, short: {nullable: false}}\n", "sqlite")
    assert (found["column:t.payload"].type, found["column:t.payload"].nullable) == ("text", False)
    assert (found["column:t.short"].type, found["column:t.short"].nullable) == ("text", False)


def test_null_takes_away_and_a_list_stands_for_the_whole_list() -> None:
    said = BASE + "dialects:\n  sqlite:\n    indexes: {i: null}\n    primaryKey: [short]\n    checks: {c: id > 1}\n"
    found = parts(said, "sqlite")
    assert "index:t.i" not in found and found["primary_key:t.t_pkey"].columns == ("short",)
    assert found["check:t.c"].expression == "id > 1"


def test_what_is_new_is_added_and_a_finding_points_at_its_line() -> None:
    said = BASE + "dialects:\n  sqlite:\n    columns: {more: text}\n    unique: {u: [more, gone]}\n"
    found = read(said, "sqlite")
    (finding,) = found.findings
    assert (finding.span.line, finding.message) == (16, "t has no column gone")
    assert found.units[0].span(next(a for a in found.units[0].spans if a.name == "more")).line == 15


def test_an_object_may_be_for_some_dialects_only() -> None:
    text = BASE.replace("{name: t}", "{name: t, only: [postgresql, mysql]}")
    assert read(text, "sqlite").units == () and parts(text, "postgresql")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (BASE.replace("{name: t}", "{name: t, only: [postgres]}"), 3, "metadata.only[0]: 'postgres' is not one of"),
        (BASE.replace("{name: t}", "{name: t, only: []}"), 3, "metadata.only"),
        (BASE + "dialects:\n  postgres: {comment: x}\n", 14, "dialects: unknown key postgres"),
        (BASE + "dialects:\n  sqlite: {colums: {}}\n", 14, "spec: unknown key colums"),
    ],
)
def test_a_wrong_word_is_said_with_its_line(text: str, line: int, message: str) -> None:
    found = [f for f in read(text, "sqlite").findings if f.level == "error"]
    assert [(f.span.line, f.message.startswith(message)) for f in found] == [(line, True)], found


def test_the_digest_of_one_dialect_knows_nothing_of_another_s_words() -> None:
    said = BASE + "dialects:\n  sqlite: {columns: {payload: text}}\n"
    assert read(said, "postgresql").units[0].digest == read(BASE, "postgresql").units[0].digest
    assert read(said, "sqlite").units[0].digest != read(BASE, "sqlite").units[0].digest
