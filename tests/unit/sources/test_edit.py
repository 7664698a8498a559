"""A manifest brought up to date in a person's words: what did not change stays as it was written."""

from __future__ import annotations

import pytest

from reconciler.sources.manifest.edit import edited

MINE = """\
# Who may sign in.
apiVersion: reconcile/v1
kind: Table   # the heart of it
metadata: {name: users, schema: app}
spec:
  # Keep these in order.
  columns:
    id: {type: bigint, identity: always}
    email: VARCHAR(320)   # RFC 5321

    # In whole years.
    age: int      # never asked twice
    note:
      type: TEXT
      # why it is there
      comment: |
        what they said
        # of themselves
  primaryKey: [id]
  # Adults only.
  checks:
    grown: "age>17"
"""
OLD = """\
apiVersion: reconcile/v1
kind: Table
metadata: {name: users, schema: app}
spec:
  columns:
    id: {type: bigint, identity: always}
    email: varchar(320)
    age: integer
    note:
      type: text
      comment: |
        what they said
        # of themselves
  primaryKey: [id]
  checks:
    grown: age > 17
"""


def change(old: str, new: str) -> str | None:
    assert old in OLD
    return edited(MINE, 2, OLD, OLD.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "mine", "result"),
    [
        ("    age: integer\n", "    age: bigint\n", "age: int      #", "age: bigint      #"),
        ("    age: integer\n", "", "    age: int      # never asked twice\n", ""),
        (
            "    age: integer\n", "    age: integer\n    vip: boolean\n",
            "asked twice\n", "asked twice\n    vip: boolean\n",
        ),
        ("      type: text\n", "      type: citext\n", "type: TEXT", "type: citext"),
        (
            "        # of themselves\n", "        # of others\n",
            "        # of themselves\n", "        # of others\n",
        ),
        ("identity: always", "identity: by default", "identity: always", "identity: by default"),
        (
            "    grown: age > 17\n", "    grown: age > 17\n  indexes:\n    by_age: [age]\n",
            '"age>17"\n', '"age>17"\n  indexes:\n    by_age: [age]\n',
        ),
        ("  checks:\n    grown: age > 17\n", "", '  checks:\n    grown: "age>17"\n', ""),
        ("  columns:\n", "  comment: All of them\n  columns:\n", '"age>17"\n', '"age>17"\n  comment: All of them\n'),
    ],
)  # fmt: skip
def test_only_what_changed_is_written_anew(old: str, new: str, mine: str, result: str) -> None:
    assert MINE.count(mine) == 1
    assert change(old, new) == MINE.replace(mine, result)


def test_several_changes_at_once() -> None:
    new = OLD.replace("age: integer", "age: smallint\n    a: text\n    b: text").replace(
        "grown: age > 17", "old: age > 99"
    )
    found = edited(MINE, 2, OLD, new)
    assert found is not None
    assert "age: smallint      # never asked twice\n    a: text\n    b: text\n    note:\n" in found
    assert "  # Adults only.\n  checks:\n    old: age > 99\n" in found and "# Keep these in order." in found


def test_a_form_that_has_no_lines_of_its_own_is_written_as_a_whole() -> None:
    mine = MINE.replace('  checks:\n    grown: "age>17"\n', "  checks: {grown: age>17}   # all of them\n")
    found = edited(mine, 2, OLD, OLD.replace("age > 17", "age > 18"))
    assert found is not None and "  checks:\n    grown: age > 18\n" in found and "RFC 5321" in found


def test_another_document_of_the_file_is_left_alone() -> None:
    other = "---\n# another\napiVersion: reconcile/v1\nkind: Schema\nmetadata: {name: app}\n"
    found = edited(MINE + other, 2, OLD, OLD.replace("    grown: age > 17\n", "    grown: age > 17\n    x: a > 1\n"))
    assert found == MINE + "    x: a > 1\n" + other
    second = edited(other[4:] + "---\n" + MINE, 7, OLD, OLD.replace("age: integer", "age: bigint"))
    assert second == other[4:] + "---\n" + MINE.replace("age: int ", "age: bigint ")


@pytest.mark.parametrize(
    "text", ["{apiVersion: reconcile/v1, kind: Table, metadata: {name: users}, spec: {columns: {a: b}}}"]
)
def test_what_cannot_be_edited_is_not(text: str) -> None:
    assert edited(text, 1, OLD, OLD.replace("age: integer", "age: bigint")) is None
    assert edited(MINE.replace("\n", "\r\n"), 2, OLD, OLD.replace("age: integer", "age: bigint")) is None


def test_nothing_changed() -> None:
    assert edited(MINE, 2, OLD, OLD) == MINE
