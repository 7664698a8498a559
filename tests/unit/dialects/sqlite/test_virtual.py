"""Virtual tables: their rows are a module's, so a change makes them anew; an index of another table is filled again."""

from __future__ import annotations

import pytest

from reconciler.dialects.base import Rendering
from reconciler.dialects.sqlite import DIALECT
from reconciler.dialects.sqlite.programs import indexes_another
from reconciler.model.changes import Drop
from tests.proof.sqlite_facts import catalog, loaded, migrated, planned

DOC = "CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
ROWS = "INSERT INTO doc VALUES (1, 'a', 'walking'), (7, 'b', 'sleeping');"


def index(arguments: str) -> str:
    return f"CREATE VIRTUAL TABLE search USING fts5({arguments});"


def test_an_index_of_another_table_finds_its_rows_after_a_change() -> None:
    old = index("body, content='doc', content_rowid='id'")
    session = loaded(DOC + ROWS + old + "INSERT INTO search (search) VALUES ('rebuild')")
    migrated(session, catalog(loaded(DOC + index("body, content=doc, content_rowid=id, tokenize='porter'"))))
    assert session.rows("SELECT rowid FROM search WHERE search MATCH 'walked'") == [(1,)]


@pytest.mark.parametrize(
    ("old", "new", "loses"),
    [
        ("body, content='doc'", "title, body, content='doc'", ""),
        ("body", "title, body", "the rows of search"),
        ("body, content='doc'", "body", "the rows of search"),
        ("body, content='doc'", None, "the rows of search"),
    ],
)
def test_the_plan_says_what_is_lost(old: str, new: str | None, loses: str) -> None:
    before, after = (catalog(loaded(DOC + (index(text) if text else ""))) for text in (old, new))
    plan, _ = planned(before, after)
    context = Rendering(profile=DIALECT.profile(()), old=plan.renamed, new=plan.new)
    (drop,) = (s for s in plan.steps if isinstance(s.change, Drop))
    assert DIALECT.impact(drop, context).loses == loses


@pytest.mark.parametrize(
    ("definition", "does"),
    [
        ("fts5(a, content='doc')", True),
        ('FTS4(a, content = "doc")', True),
        ("fts5(a, content='')", False),
        ("fts5(content)", False),
        ("rtree(id, content, x)", False),
        ("fts5", False),
    ],
)
def test_which_tables_index_another(definition: str, does: bool) -> None:
    assert indexes_another(definition) is does
