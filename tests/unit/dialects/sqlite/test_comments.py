"""Comments inside of definitions: whose they are, and that they live through whatever becomes of the table."""

from __future__ import annotations

import re

import pytest
from msgspec import structs

from reconciler.dialects.sqlite.comments import written
from reconciler.model.address import Address
from reconciler.model.objects import Object
from reconciler.model.programs import View
from reconciler.model.tables import Check, Column, Index, Table
from tests.proof.sqlite_facts import catalog, loaded, migrated, planned

TABLE = """
CREATE TABLE people ( -- who works here
  -- given by the
  -- personnel office
  id INTEGER PRIMARY KEY, -- never reused
  /* as in the passport */ name TEXT -- first, last
    NOT NULL,
  age INTEGER CHECK (age > 0 /* years */), born TEXT, /* ISO */ died TEXT,
  -- one of them
  UNIQUE (name, age), -- for the search
  CONSTRAINT sane CHECK (born < died) -- mostly
)
"""


def bare(sql: str) -> str:
    """The same without comments."""
    return re.sub(r"--.*|/\*.*?\*/", "", sql)


def said(sql: str) -> dict[str, str | None]:
    """The comment of each object that has one."""
    return {o.name: o.comment for o in catalog(loaded(sql)).values() if o.comment}


def test_a_comment_belongs_to_the_part_that_it_stands_in_above_or_behind() -> None:
    assert said(TABLE) == {
        "people": "who works here",
        "id": "given by the\npersonnel office\nnever reused",
        "name": "as in the passport\nfirst, last",
        "age": "years",
        "died": "ISO",
        "people_name_age_key": "one of them\nfor the search",
        "sane": "mostly",
    }


@pytest.mark.parametrize(
    ("sql", "comments"),
    [
        ("CREATE TABLE t (a)", {}),
        ("CREATE TABLE t (a DEFAULT '-- no /* comment */')", {}),
        ("CREATE TABLE /* one */ t -- two\n(a)", {"t": "two"}),
        ("CREATE TABLE t (/* one */ a, /* two */ b)", {"a": "one", "b": "two"}),
        ("CREATE TABLE t (a, -- one\n\n-- two\nb)", {"a": "one", "b": "two"}),
        ("CREATE TABLE t (a -- one\n, b -- two\n)", {"a": "one", "b": "two"}),
        ("CREATE TABLE t (a --\n, b /**/)", {}),
        ("CREATE TABLE t (a, b, CHECK (a) -- one\n CHECK (b))", {"t_a_check": "one"}),
        ("CREATE TABLE t (a);CREATE INDEX ix ON t (a /* one */) -- two\n WHERE a > 0", {"ix": "one\ntwo"}),
        ("CREATE VIEW v /* one */ AS SELECT 1 AS a", {"v": "one"}),
        ("CREATE TABLE t (a);CREATE TRIGGER tr -- one\nAFTER INSERT ON t BEGIN SELECT 1; END", {"tr": "one"}),
    ],
)
def test_whose_a_comment_is(sql: str, comments: dict[str, str]) -> None:
    assert said(sql) == comments


def made_again(sql: str) -> dict[str, str | None]:
    """The comments of a database made from the catalog of another one."""
    session = loaded("")
    migrated(session, catalog(loaded(sql)))
    return {o.name: o.comment for o in catalog(session).values() if o.comment}


def test_a_table_made_from_its_catalog_has_the_same_comments() -> None:
    assert made_again(TABLE) == said(TABLE)


def test_a_comment_cannot_leave_its_place() -> None:
    assert written("*/ DROP TABLE t") == " /* * / DROP TABLE t */"
    assert written(None) == written("") == ""


def test_other_comments_are_no_difference() -> None:
    old = catalog(loaded(TABLE))
    for other in (TABLE.replace("never reused", "or is it"), bare(TABLE)):
        assert planned(old, catalog(loaded(other)))[0].empty


REST = """
CREATE VIEW adults AS
  -- those who vote
  SELECT name FROM people WHERE age >= 18;
CREATE INDEX by_age ON people (age) /* a few */ WHERE age > 90;
CREATE TRIGGER log AFTER DELETE ON people BEGIN
  SELECT 1; -- nothing yet
END;
"""


def test_comments_live_through_a_rebuild_also_where_desired_has_none() -> None:
    session = loaded(TABLE + ";" + REST)
    before = said(TABLE + ";" + REST)
    goal = catalog(loaded(bare(TABLE + ";" + REST).replace("born TEXT", "born DATE")))
    assert [s for s in planned(catalog(session), goal)[1] if "_reconcile_new_" in s.sql]
    migrated(session, goal)
    after = catalog(session)
    assert {o.name: o.comment for o in after.values() if o.comment} == before
    assert "-- nothing yet" in text(after[Address("trigger", "", "log", "people")])
    assert "-- those who vote" in text(after[Address("view", "", "adults")])


def text(o: Object) -> str:
    return str(getattr(o, "definition", ""))


def test_what_is_changed_gets_the_comments_that_are_written_for_it() -> None:
    session = loaded(TABLE)
    migrated(session, catalog(loaded(TABLE.replace("born TEXT", "born DATE").replace("never reused", "a number"))))
    assert catalog(session)[Address("column", "", "id", "people")].comment == "given by the\npersonnel office\na number"


@pytest.mark.parametrize("dropped", ["a", "b", "c"])
def test_a_column_goes_with_its_comment_and_leaves_the_others(dropped: str) -> None:
    lines = {"a": "a -- one, or", "b": "b -- two, or", "c": "c -- three, or"}
    whole = "CREATE TABLE t (\n" + "\n, ".join(lines.values()) + "\n)"
    trailing = "CREATE TABLE t (\na, -- one, or\nb, -- two, or\nc -- three, or\n)"
    del lines[dropped]
    for sql in (whole, trailing):
        session = loaded(sql)
        migrated(session, catalog(loaded("CREATE TABLE t (" + "\n, ".join(lines.values()) + "\n)")))
        found = catalog(session)
        (table,) = found.of(Table)
        assert table.columns == tuple(lines)
        if sql is whole:
            assert {o.name: o.comment for o in found.values() if o.comment} == {
                name: line.split("-- ")[1] for name, line in lines.items()
            }


def test_a_column_that_is_added_has_its_comment() -> None:
    session = loaded("CREATE TABLE t (a /* one */)")
    migrated(session, catalog(loaded("CREATE TABLE t (a, b TEXT, -- two\nc INTEGER DEFAULT 1 -- three\n)")))
    assert {o.name: o.comment for o in catalog(session).values() if o.comment} == {
        "a": "one", "b": "two", "c": "three"
    }  # fmt: skip


def test_an_unfinished_comment_in_a_view_does_not_swallow_what_follows() -> None:
    session = loaded("CREATE VIEW v AS SELECT 1 AS a -- one\n;CREATE TABLE t (a);CREATE INDEX ix ON t (a) -- two\n;")
    goal = catalog(session)
    again = loaded("")
    migrated(again, goal)
    assert catalog(again) == goal
    assert [v.definition for v in goal.of(View)] == ["SELECT 1 AS a -- one"]
    assert [i.comment for i in goal.of(Index)] == ["two"]


def test_a_comment_at_the_end_of_an_expression_does_not_swallow_the_bracket() -> None:
    found = catalog(loaded("CREATE TABLE t (a, b AS (a + 1), CONSTRAINT c CHECK (a > 0))"))
    check, column = found[Address("check", "", "c", "t")], found[Address("column", "", "b", "t")]
    assert isinstance(check, Check) and isinstance(column, Column) and column.generated is not None
    generated = structs.replace(column.generated, expression="a + 2 -- two")
    wanted = found.replaced(
        [structs.replace(check, expression="a > 1 -- one"), structs.replace(column, generated=generated)]
    )
    session = loaded("")
    migrated(session, wanted)
    assert {o.name: o.comment for o in catalog(session).values() if o.comment} == {"c": "one", "b": "two"}
