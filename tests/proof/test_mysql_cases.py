"""Pairs of schemas in `tests/cases/mysql`: there, a second time nothing, back, and from nothing; on a real MariaDB.

`plan.sql` holds the statements expected of MariaDB 10.11; UPDATE_CASES=1 writes them anew. What the server prints of
every object (SHOW CREATE) must be what it prints of a database in which the schema was loaded as it is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import Comparison, compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.dialects.mysql.session import MySQLSession
from reconciler.model.access import GRANTS
from reconciler.model.catalog import Catalog
from tests.maria import Maria

CASES = Path(__file__).parent.parent / "cases" / "mysql"
MEASURED = (10, 11)
_SHOWN = {"VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}


NAMES = sorted(str(p.parent.relative_to(CASES)) for p in CASES.rglob("new.sql") if p.parts[-3] != "role")
"""The cases; those about roles, which are the server's and no database's, are test_mysql_roles.py's."""
_GRANTED = """
SELECT * FROM (
SELECT user, host, '' AS name, '' AS part,
    concat_ws(' ', select_priv, insert_priv, create_view_priv, event_priv, grant_priv) AS rights
    FROM mysql.db WHERE db = database()
UNION ALL SELECT user, host, table_name, '', concat(table_priv, ' ', column_priv) FROM mysql.tables_priv
    WHERE db = database()
UNION ALL SELECT user, host, table_name, column_name, column_priv FROM mysql.columns_priv WHERE db = database()
UNION ALL SELECT user, host, routine_name, routine_type, proc_priv FROM mysql.procs_priv WHERE db = database()) g
"""


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest) -> Path:
    return CASES / str(request.param)


def statements(case: Path, name: str) -> list[str]:
    """The statements of a file; each ends with a semicolon at the end of its line."""
    file = case / f"{name}.sql"
    return [s.rstrip(";") for s in re.split(r"(?<=;)\n", file.read_text()) if s.strip()] if file.exists() else []


def loaded(maria: Maria, case: Path, *names: str) -> MySQLSession:
    """A session on a new database; what the statements set, they set in another one."""
    url = maria.database()
    with maria.session(url) as session:
        for name in names:
            for sql in statements(case, name):
                session.execute(sql)
    return maria.session(url)


def catalog(session: MySQLSession) -> Catalog:
    """What there is, with grants, which most cases have none of, and with the starts of counters."""
    session.reads_starts = True
    return DIALECT.inspect(session, Scope(topics=frozenset({GRANTS})))


def compared(old: Catalog, new: Catalog) -> Comparison:
    return compare(Side(label="old", catalog=old), Side(label="new", catalog=new), DIALECT)


def migrated(session: MySQLSession, new: Catalog) -> Comparison:
    found = compared(catalog(session), new)
    scope = Scope(topics=frozenset({GRANTS}))
    push(session, DIALECT, Target(environment="", scope=scope), found.work(), expected=found.plan.new)
    return found


def printed(session: MySQLSession) -> dict[tuple[str, str], str]:
    """What the server prints of every object; the order of columns and keys set aside."""
    found = dict(programs(session))
    for user, host, name, part, rights in session.rows(_GRANTED):
        found["GRANT", f"{name}.{part} {user}@{host}"] = " ".join(sorted(rights.replace(",", " ").split()))
    for name, kind in session.rows("SHOW FULL TABLES"):
        text = session.printed(f"SHOW CREATE {_SHOWN.get(kind, 'TABLE')} `{name.replace('`', '``')}`")[0][1]
        own = rf" AUTO_INCREMENT=\d+| USING BTREE|`{session.database}`\."
        lines = re.sub(own, "", text).split("\n")
        found[kind, name] = "\n".join(sorted(line.rstrip(",") for line in lines))
    return found


def programs(session: MySQLSession) -> Iterator[tuple[tuple[str, str], str]]:
    """What the server prints of routines, triggers and events, with the mode they are kept with."""
    own = f"`{session.database}`."
    for (kind, name, order) in session.rows(_PROGRAMS):
        row = session.printed(f"SHOW CREATE {kind} `{name}`")[0]
        text = re.sub(r" (?:FOLLOWS|PRECEDES) `[^`]*`| STARTS '[^']*'", "", str(row[3 if kind == "EVENT" else 2]))
        yield (kind, name), f"{order}: {row[1]}: {text.replace(own, '')}"


_PROGRAMS = """
SELECT routine_type, routine_name, 0 FROM information_schema.routines WHERE routine_schema = database()
UNION ALL SELECT 'TRIGGER', trigger_name, action_order FROM information_schema.triggers
    WHERE trigger_schema = database()
UNION ALL SELECT 'EVENT', event_name, 0 FROM information_schema.events WHERE event_schema = database()
"""


def require_expected_plan(case: Path, old: Catalog, new: Catalog) -> None:
    """Raises AssertionError where the statements are not those of the case; UPDATE_CASES=1 writes them anew."""
    said = "".join(f"{s.sql};\n" for _, found in compared(old, new).work() for s in found)
    if os.environ.get("UPDATE_CASES"):
        (case / "plan.sql").write_text(said)
    assert said == (case / "plan.sql").read_text()


def test_as_expected_there_and_back_and_from_nothing(case: Path, maria: Maria) -> None:
    bare, goal, empty = loaded(maria, case, "old"), loaded(maria, case, "new"), maria.session()
    has_rows = bool(statements(case, "rows"))
    session = loaded(maria, case, "old", "rows") if has_rows else bare
    end, wanted, before = catalog(goal), printed(goal), printed(bare)
    start = catalog(session)
    old = catalog(bare) if has_rows else start
    assert not old.unmodelled and not end.unmodelled
    if maria.version[:2] == MEASURED:
        require_expected_plan(case, old, end)
    for database, target, shown in ((session, end, wanted), (session, start, before), (empty, end, wanted)):
        migrated(database, target)
        assert printed(database) == shown
        assert compared(catalog(database), target).empty
