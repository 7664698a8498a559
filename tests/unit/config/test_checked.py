"""A document against a type: the type decides, the schema explains, and every complaint has its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest

from reconciler.config.checked import converted, did_you_mean, nearest, violations
from reconciler.config.yamltext import document


class Column(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    type: str
    nullable: bool = True
    default: str | None = None
    renamed_from: str | None = None
    length: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Table(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    name: str
    columns: dict[str, Column | str] = {}
    kind: Literal["table", "view"] = "table"
    keys: list[str] = []


def schema() -> dict[str, Any]:
    return msgspec.json.schema(Table)


def read(text: str) -> tuple[Table | None, list[str]]:
    table, findings = converted(document(text, "t.yaml").documents[0], Table, schema)
    return table, [f"{f.span.line}:{f.span.column} {f.message}" + (f" ({f.next})" if f.next else "") for f in findings]


def test_a_scalar_is_text_where_text_is_meant() -> None:
    table, findings = read("name: 010\nkeys: [1.10, no, 2027-01-31, true]\ncolumns: {a: {type: 5, default: 1.50}}")
    assert findings == [] and table is not None
    assert table.name == "010" and table.keys == ["1.10", "no", "2027-01-31", "true"]
    assert table.columns["a"] == Column("5", default="1.50")


def test_a_scalar_is_a_number_or_a_truth_value_where_one_is_meant() -> None:
    table, _ = read("name: a\ncolumns: {a: {type: x, nullable: False, length: 5}, b: {type: y, nullable: TRUE}}")
    assert table is not None
    assert table.columns == {"a": Column("x", nullable=False, length=5), "b": Column("y")}


WRONG = [
    ("nam: a", ["1:1 name is missing", "1:1 unknown key nam (did you mean name?)"]),
    ("name: a\ncolums: {}", ["2:1 unknown key colums (did you mean columns?)"]),
    ("name: a\nxyzzy: {}", ["2:1 unknown key xyzzy (known: columns, keys, kind, name)"]),
    ("name: a\ncolumns: {x: {type: y, renamed_from: z}}",
     ["2:24 columns.x: unknown key renamed_from (did you mean renamedFrom?)"]),
    ("name: a\ncolumns: {x: {type: y, nullable: no}}",
     ["2:24 columns.x.nullable: needs true or false, not 'no' (write false)"]),
    ("name: a\ncolumns: {x: {type: y, length: 010}}", ["2:24 columns.x.length: needs a whole number, not '010'"]),
    ("name: a\nkind: tabel", ["2:1 kind: 'tabel' is not one of table, view (did you mean table?)"]),
    ("name: a\nkeys: {a: b}", ["2:1 keys: needs a list, not a mapping"]),
    ("name: a\nkeys:\n  - a\n  - [b]", ["4:5 keys[1]: needs text, not a list"]),
    ("name: [a]\nkeys: ~", ["1:1 name: needs text, not a list", "2:1 keys: needs a list, not nothing"]),
    ("name:\n", ["1:1 name: needs text, not nothing"]),
    ("- name", ["1:1 needs a mapping, not a list"]),
    ("just text", ["1:1 needs a mapping, not 'just text'"]),
    ("name: a\ncolumns: {x: [1]}", ["2:11 columns.x: needs text or a mapping, not a list"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str, said: list[str]) -> None:
    table, findings = read(text)
    assert table is None and findings == said


def test_everything_is_said_in_one_run_in_the_order_of_the_file() -> None:
    _, findings = read("nam: a\nkind: tabel\nkeys: {}\ncolumns:\n  x: {typ: y}\n  z: {type: a, nullable: on}\n")
    assert [line.split(" ")[0] for line in findings] == ["1:1", "1:1", "2:1", "3:1", "5:3", "5:7", "6:16"]


def test_what_only_the_type_refuses_still_has_a_place() -> None:
    found, findings = converted(document("name: a\nkeys: [b, [c]]", "t.yaml").documents[0], Table, lambda: {})
    assert found is None and str(findings[0].span) == "t.yaml:2:11"


def test_a_long_value_does_not_flood_the_terminal() -> None:
    _, findings = read(f"name: a\nkind: {'x' * 10_000}")
    assert len(findings[0]) < 400


def test_jsonschema_costs_nothing_while_all_is_well() -> None:
    root = Path(__file__).parents[3]
    code = (
        "import sys, msgspec\n"
        "from reconciler.config.checked import converted\n"
        "from reconciler.config.yamltext import document\n"
        "T = msgspec.defstruct('T', [('a', str)])\n"
        "converted(document('a: 1', 'x').documents[0], T, lambda: {})\n"
        "assert not {'jsonschema', 'sqlalchemy', 'alembic'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_violations_of_any_schema() -> None:
    found = violations(document("a: 1", "x").documents[0], {"properties": {"a": {"minimum": 2}}})
    assert [f.message for f in found] == ["a: 1 is less than the minimum of 2"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("colums", "columns"), ("primary_key", "primaryKey"), ("PRIMARYKEY", "primaryKey"), ("fk", ""), ("", "")],
)
def test_the_nearest_word(word: str, meant: str) -> None:
    assert nearest(word, ["columns", "primaryKey", "foreignKeys"]) == meant


def test_many_known_words_are_not_listed() -> None:
    assert did_you_mean("zzz", [f"name_{i}" for i in range(50)]) == ""
    assert did_you_mean("zzz", []) == ""


def test_what_is_missing_or_of_another_form_says_what_to_write() -> None:
    schema = {
        "type": "object",
        "required": ["version"],
        "properties": {"version": {"const": "v1"}, "names": {"type": "array"}},
    }
    (parsed,) = document("names: a\n", "x.yaml").documents
    found = {f.message: f.next for f in violations(parsed, schema)}
    assert found == {"version is missing": "add version: v1", "names: needs a list, not 'a'": "write [a]"}


def test_the_rest_of_a_torn_text_says_to_quote_it() -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"type": {"type": "string"}}}
    (parsed,) = document("{type: numeric(10,2)}\n", "x.yaml").documents
    (found,) = violations(parsed, schema)
    assert found.message == "unknown key 2)" and '"numeric(10,2)"' in found.next
