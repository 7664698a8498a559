"""`docs/conformance.md` says what the cases really do, on each server at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.dialects.base import Dialect
from reconciler.dialects.registry import dialect_named
from reconciler.model.catalog import Catalog
from reconciler.plan.names import Names
from reconciler.plan.plan import make_plan
from tests import conformance
from tests.maria import Maria
from tests.proof import sqlite_facts, test_mysql_cases, test_mysql_roles, test_postgresql_cases, test_postgresql_roles
from tests.servers import Postgres

CASES = Path(__file__).parent.parent / "cases"


def seen(
    dialect: Dialect, old: Catalog, new: Catalog, ahead: Names | None = None, back: Names | None = None
) -> set[str]:
    """The operations of a case, there, back and from nothing, with the renames that it asks for."""
    found: set[str] = set()
    empty = Catalog(dialect=dialect.name, version=new.version, says=new.says)
    for a, b, names in ((old, new, ahead), (new, old, back), (empty, new, None)):
        plan = make_plan(a, b, dialect.profile(new.version), wanted_names=names, follow_order=True)
        found.update(conformance.operations(plan))
    return found


def require(dialect: str, version: str, cells: conformance.Cells) -> None:
    if os.environ.get("UPDATE_CONFORMANCE"):
        conformance.keep(dialect, version, cells)
    assert conformance.known().get(dialect, {}).get(version) == cells, "UPDATE_CONFORMANCE=1 make proof, and look at it"


@pytest.mark.proof
@pytest.mark.xdist_group("conformance")
def test_what_the_cases_do_on_postgresql(pg: Postgres) -> None:
    def each() -> Iterator[tuple[str, set[str]]]:
        for name in test_postgresql_cases.NAMES:
            case = CASES / "postgresql" / name
            if test_postgresql_cases.lacking(pg, case):
                continue
            access = case.parent.name in test_postgresql_cases._ABOUT_ACCESS
            topics = frozenset({"owners", "grants"} if access else ())
            old, new = (
                test_postgresql_cases.inspected(
                    pg, test_postgresql_cases.loaded(pg, case / f"{side}.sql", access=access), topics
                )
                for side in ("old", "new")
            )
            names = test_postgresql_cases.asked(case, old), test_postgresql_cases.asked(case, old, back=True)
            yield f"postgresql/{name}", seen(dialect_named("postgresql"), old, new, *names)
            pg.drop_databases()
        for name in test_postgresql_roles.NAMES:
            if not test_postgresql_cases.lacking(pg, CASES / "postgresql" / name):
                roles = test_postgresql_roles.Roles(pg, CASES / "postgresql" / name)
                old, new = (roles.made(side) for side in ("old", "new"))
                roles.forget()
                yield f"postgresql/{name}", seen(dialect_named("postgresql"), old, new)

    require("postgresql", str(pg.major), conformance.gathered(each()))


@pytest.mark.proof
@pytest.mark.xdist_group("conformance")
def test_what_the_cases_do_on_mariadb(maria: Maria) -> None:
    def each() -> Iterator[tuple[str, set[str]]]:
        for name in test_mysql_cases.NAMES:
            case = test_mysql_cases.CASES / name
            old, new = (test_mysql_cases.catalog(test_mysql_cases.loaded(maria, case, side)) for side in ("old", "new"))
            yield f"mysql/{name}", seen(dialect_named("mysql"), old, new)
            maria.drop_databases()
        for name in test_mysql_roles.NAMES:
            roles = test_mysql_roles.Roles(maria, test_mysql_cases.CASES / name)
            old, new = (roles.made(side) for side in ("old", "new"))
            roles.forget()
            yield f"mysql/{name}", seen(dialect_named("mysql"), old, new)

    require("mysql", ".".join(map(str, maria.version[:2])), conformance.gathered(each()))


@pytest.mark.proof
@pytest.mark.xdist_group("conformance")
def test_what_the_cases_do_on_sqlite() -> None:
    def each() -> Iterator[tuple[str, set[str]]]:
        for case in sorted((CASES / "sqlite").iterdir()):
            text = {side: f.read_text() if (f := case / f"{side}.sql").exists() else "" for side in ("old", "new")}
            old, new = (sqlite_facts.catalog(sqlite_facts.loaded(text[side])) for side in ("old", "new"))
            yield f"sqlite/{case.name}", seen(dialect_named("sqlite"), old, new)

    require("sqlite", "3", conformance.gathered(each()))


def test_the_page_is_made_of_what_was_seen() -> None:
    assert conformance.PAGE.read_text() == conformance.page()
