"""What a rebuild of a SQLite table keeps, beside Alembic's batch mode: the table in `docs/sqlite.md`."""

from __future__ import annotations

import os
import sqlite3
import warnings
from pathlib import Path

import alembic
import pytest
import sqlalchemy as sa

from tests.proof.sqlite_rebuild import THINGS, Thing, by_alembic, by_us, outcome

PAGE = Path(__file__).parents[2] / "docs" / "sqlite.md"
BEGIN, END = "<!-- made by UPDATE_REBUILD=1 make proof -->\n", "<!-- end -->\n"


@pytest.mark.parametrize("thing", THINGS, ids=lambda t: t.what)
def test_a_rebuild_keeps(thing: Thing, tmp_path: Path) -> None:
    assert outcome(by_us, thing, tmp_path / "a.db") == "kept"


@pytest.mark.proof
def test_the_page_says_what_each_keeps(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [_row(thing, tmp_path / str(n)) for n, thing in enumerate(THINGS)]
    head, _, rest = PAGE.read_text().partition(BEGIN)
    had, _, tail = rest.partition(END)
    table = "\n".join([*_head(), *rows]) + "\n"
    if os.environ.get("UPDATE_REBUILD"):
        PAGE.write_text(f"{head}{BEGIN}{table}{END}{tail}")
    elif had.splitlines()[:1] != _head()[:1]:
        pytest.skip(f"the page was made with other versions: {had.splitlines()[:1]}")
    else:
        assert had == table, "UPDATE_REBUILD=1 pytest tests/proof/test_sqlite_rebuild.py, and look at it"


def _head() -> list[str]:
    versions = f"Alembic {alembic.__version__}, SQLAlchemy {sa.__version__}, SQLite {sqlite3.sqlite_version}"
    return [
        f"Measured with {versions}.",
        "",
        "| what is there | Alembic's batch mode | reconcile |",
        "| --- | --- | --- |",
    ]


def _row(thing: Thing, folder: Path) -> str:
    folder.mkdir()
    return (
        f"| {thing.what} | {outcome(by_alembic, thing, folder / 'a.db')} | {outcome(by_us, thing, folder / 'b.db')} |"
    )
