"""What SQLite itself says of a database, told by its pragmas and rows alone, and the way a plan is carried out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.dialects.base import Rendering, Scope, statements
from reconciler.dialects.session import Session
from reconciler.dialects.sqlite import DIALECT
from reconciler.dialects.sqlite.session import connect
from reconciler.dialects.sqlite.tokens import quoted
from reconciler.model.catalog import Catalog
from reconciler.model.changes import Statement
from reconciler.plan.plan import Plan, make_plan
from reconciler.prove.running import run_statements

_REAL = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)


def loaded(sql: str) -> Session:
    """A session on a new database in memory with that script in it; foreign keys are enforced."""
    session = connect("sqlite://")
    session.dbapi.executescript(sql)
    return session


def catalog(session: Session) -> Catalog:
    return DIALECT.inspect(session, Scope())


def planned(old: Catalog, new: Catalog, *, follow_order: bool = False) -> tuple[Plan, list[Statement]]:
    profile = DIALECT.profile(new.version or old.version)
    plan = make_plan(old, new, profile, follow_order=follow_order)
    context = Rendering(profile=profile, old=plan.renamed, new=plan.new)
    return plan, [s for _, said in statements(DIALECT, plan.steps, context) for s in said]


def migrated(session: Session, new: Catalog, *, follow_order: bool = False) -> Plan:
    plan, said = planned(catalog(session), new, follow_order=follow_order)
    assert not [f for f in plan.findings if f.level == "error"], plan.findings
    run_statements(session, said, session.target)
    return plan


def facts(session: Session, *, ordered: bool = False) -> Mapping[str, Any]:
    """Columns, keys, indexes and foreign keys of each table; the order of columns only where asked."""
    found: dict[str, Any] = {}
    for (table,) in session.rows(_REAL):
        columns = [_column(row) for row in session.rows(f"PRAGMA table_xinfo({quoted(table)})")]
        indexes = [_index(session, row) for row in session.rows(f"PRAGMA index_list({quoted(table)})")]
        keys: dict[int, list[Any]] = {}
        for row in session.rows(f"PRAGMA foreign_key_list({quoted(table)})"):
            keys.setdefault(row[0], []).append((row[1], row[2].lower(), *row[3:7]))
        found[table] = (columns if ordered else sorted(columns), sorted(indexes), sorted(map(str, keys.values())))
    kinds = "SELECT type, name, tbl_name FROM sqlite_master WHERE type IN ('view', 'trigger')"
    return {**found, "": sorted((t, n, "" if t == "view" else o.lower()) for t, n, o in session.rows(kinds))}


def _column(row: tuple[Any, ...]) -> tuple[Any, ...]:
    default = re.sub(r"\s+", "", row[4] or "-").lower()
    return (row[1], re.sub(r"\s+", " ", row[2]).upper(), row[3], default, row[5], row[6])


def _index(session: Session, row: tuple[Any, ...]) -> tuple[Any, ...]:
    terms = [(str(k[2]), k[3], k[4].lower()) for k in session.rows(f"PRAGMA index_xinfo({quoted(row[1])})") if k[5]]
    return (row[2], row[3], row[4], row[1] if row[3] == "c" else "", terms)


def rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table by lower-case names of table and columns, but for those in which modules keep theirs."""
    found: dict[str, list[dict[str, Any]]] = {}
    shadows = {name for (name,) in session.rows("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
    for (table,) in session.rows(_REAL):
        if table in shadows:
            continue
        names = [row[1] for row in session.rows(f"PRAGMA table_xinfo({quoted(table)})")]
        listed = session.rows(f"SELECT {', '.join(map(quoted, names))} FROM {quoted(table)}")
        lower = [n.lower() for n in names]
        found[table.lower()] = [dict(zip(lower, row, strict=True)) for row in listed]
    return found
