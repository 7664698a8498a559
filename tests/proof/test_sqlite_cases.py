"""Pairs of schemas in `tests/cases/sqlite`: there, with the rows; a second time, nothing; back; and from nothing.

`plan.sql` holds the statements expected of SQLite 3.40; UPDATE_CASES=1 writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.dialects.session import Session
from reconciler.model.catalog import Catalog
from tests.proof.sqlite_facts import catalog, facts, loaded, migrated, planned, rows

CASES = Path(__file__).parent.parent / "cases" / "sqlite"
MEASURED = (3, 40, 1)


@pytest.fixture(params=sorted(p.name for p in CASES.iterdir()))
def case(request: pytest.FixtureRequest) -> Path:
    return CASES / str(request.param)


def text(case: Path, name: str) -> str:
    file = case / f"{name}.sql"
    return file.read_text() if file.exists() else ""


def other(session: Session) -> Catalog:
    """The catalog as a server of the version that the cases were written for would have it."""
    found = catalog(session)
    return Catalog(found.values(), unmodelled=found.unmodelled, dialect="sqlite", version=MEASURED)


def test_the_plan_is_the_expected_one(case: Path) -> None:
    old, new = (other(loaded(text(case, name))) for name in ("old", "new"))
    assert not old.unmodelled and not new.unmodelled
    said = "".join(f"{s.sql};\n" for s in planned(old, new, follow_order=True)[1])
    if os.environ.get("UPDATE_CASES"):
        (case / "plan.sql").write_text(said)
    assert said == text(case, "plan")


@pytest.mark.parametrize("follow_order", [False, True])
def test_it_arrives_with_its_rows_and_returns(case: Path, follow_order: bool) -> None:
    session = loaded(text(case, "old") + text(case, "rows"))
    goal = loaded(text(case, "new"))
    start, end, before = catalog(session), catalog(goal), rows(session)
    migrated(session, end, follow_order=follow_order)
    assert facts(session, ordered=follow_order) == facts(goal, ordered=follow_order)
    assert not planned(catalog(session), end, follow_order=follow_order)[1]
    require_kept(before, rows(session))
    assert not session.rows("PRAGMA foreign_key_check")
    migrated(session, start, follow_order=follow_order)
    assert not planned(catalog(session), start, follow_order=follow_order)[1]
    origin = loaded(text(case, "old"))
    assert facts(session, ordered=follow_order) == facts(origin, ordered=follow_order)


def test_the_catalog_alone_makes_the_same_database_and_unmakes_it(case: Path) -> None:
    goal = loaded(text(case, "new"))
    session = loaded("")
    migrated(session, catalog(goal))
    assert catalog(session) == catalog(goal)
    assert facts(session, ordered=True) == facts(goal, ordered=True)
    migrated(session, Catalog(dialect="sqlite", version=catalog(goal).version))
    assert session.rows("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'") == []


def require_kept(before: dict[str, list[dict[str, object]]], after: dict[str, list[dict[str, object]]]) -> None:
    """Every row of every table that stays is there, with its values in the columns that stay, or a default for NULL."""
    for table in before.keys() & after.keys():
        assert len(after[table]) == len(before[table]), table
        for was, now in zip(before[table], after[table], strict=True):
            for name in was.keys() & now.keys():
                assert was[name] is None or str(now[name]) == str(was[name]), (table, name)
