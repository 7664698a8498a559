"""Each case of tests/cases/postgresql, there and back and from nothing, on real servers, judged by pg_dump.

Beside old.sql and new.sql a case may have: `since`, the first version that has it; `renames`, what is asked to be
renamed; `needs`, extensions without which it is passed over; `given`, what is there beside the schemas and is not
modelled; `one_way`, why the server knows no way back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.apply.probing import probes_of
from reconciler.dialects.base import Rendering, Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.emit.report import plan_report
from reconciler.errors import DatabaseError
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.changes import Alter, Rename, Statement, subject
from reconciler.model.codec import encoded, objects
from reconciler.model.objects import value_address
from reconciler.model.tables import Table
from reconciler.plan.names import Renames
from reconciler.plan.plan import make_plan
from tests.proof.postgresql_dumps import dumped
from tests.servers import POSTGRES, Postgres

CASES = Path(__file__).parent.parent / "cases" / "postgresql"
NAMES = sorted(n for f in CASES.glob("*/*/new.sql") if not (n := str(f.parent.relative_to(CASES))).startswith("role/"))


_ABOUT_ACCESS = {"owner", "grant", "default_privilege"}
_ROLES = ("rc_app", "rc_reader", "rc_writer", 'rc "odd" Role', "PUBLIC", "select", "rc_super")
_ACCESS_METHOD = "CREATE ACCESS METHOD rc_heap TYPE TABLE HANDLER heap_tableam_handler"


def inspected(pg: Postgres, url: str, topics: frozenset[str] = frozenset()) -> Catalog:
    with pg.session(url) as session:
        return DIALECT.inspect(session, Scope(topics=topics))


def make_roles(pg: Postgres, url: str) -> None:
    """Roles are the server's, so the cases share them."""
    with pg.session(url) as session:
        known = {r[0] for r in session.rows("SELECT rolname FROM pg_roles")}
        for name in sorted({*_ROLES} - known):
            with suppress(DatabaseError):  # another worker was quicker
                superuser = " SUPERUSER" if name == "rc_super" else ""
                session.execute(f"CREATE ROLE {DIALECT.quoted(name)}{superuser}")


def make_tablespace(pg: Postgres, url: str) -> None:
    """A place of its own on the server, which the cases share as well."""
    with pg.session(url) as session:
        if not session.rows("SELECT FROM pg_tablespace WHERE spcname = 'rc_space'"):
            session.execute("SET allow_in_place_tablespaces = on")
            with suppress(DatabaseError):
                session.execute("CREATE TABLESPACE rc_space LOCATION ''")


def words(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def lacking(pg: Postgres, case: Path) -> str:
    """Why a server cannot run a case: it is older than `since`, or lacks an extension that `needs` names."""
    since = words(case / "since")
    if since and pg.major < int(since[0]):
        return f"PostgreSQL {since[0]} and later"
    wanted = words(case / "needs")
    known = {r[0] for r in pg.admin.rows("SELECT name FROM pg_available_extensions")} if wanted else ()
    return ", ".join(n for n in wanted if n not in known)


def database(pg: Postgres, case: Path, *, access: bool = False) -> str:
    """An empty database, but for what the case's file `given` asks for."""
    url = pg.database()
    if access:
        make_roles(pg, url)
    given = words(case / "given")
    if "tablespace" in given:
        make_tablespace(pg, url)
    if "access_method" in given:
        run(pg, url, [Statement(_ACCESS_METHOD)])
    return url


def places(pg: Postgres, url: str) -> set[tuple[str, ...]]:
    """How and where each relation is stored, which a dump says between its objects."""
    with pg.session(url) as session:
        return {*session.rows(
            "SELECT c.oid::regclass::text, a.amname, t.spcname FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam "
            "LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace "
            "WHERE c.relnamespace <> 'pg_toast'::regnamespace AND c.oid >= 16384"
        )}  # fmt: skip


def asked(case: Path, old: Catalog, *, back: bool = False) -> dict[Address, str]:
    """What the file `renames` of a case asks for, as `make_plan` takes it: each line has an address of the old schema
    and the name that the object has in the new one."""
    file = case / "renames"
    values = (value_address(o.address, v) for o in old.values() for v in o.value_names)
    known = {str(a): a for a in (*old, *values)}
    lines = (line.rsplit(" ", 1) for line in file.read_text().splitlines()) if file.exists() else ()
    names = {known[a]: new for a, new in lines}
    return names if back else {Renames(names).address(a): a.name for a in names}


def statements(old: Catalog, new: Catalog, names: Mapping[Address, str] | None = None) -> list[Statement]:
    """The statements of a plan; what it is asked to rename it must rename, and not make anew."""
    profile = DIALECT.profile(new.version)
    plan = make_plan(old, new, profile, wanted_names=names)
    renamed = {*map(Renames(plan.names).address, plan.names)}
    others = (s for s in plan.steps if not isinstance(s.change, (Rename, Alter)))
    remade = {o.address for s in others for o in (subject(s.change), *s.folded)}
    assert {*(names or {})} <= renamed - remade
    assert not [f for f in plan.findings if f.level == "error"]
    assert len(plan_report(plan, DIALECT, profile).steps) == len(plan.steps)  # each can be told
    probes_of(plan, DIALECT, profile)  # and asked about
    context = Rendering(profile=profile, old=plan.renamed, new=plan.new, called=plan.called())
    for step in plan.steps:
        DIALECT.impact(step, context)
    return [s for step in plan.steps for s in DIALECT.render(step, context)]


def run(pg: Postgres, url: str, todo: Sequence[Statement]) -> None:
    """All in one transaction, but for what must be committed before the rest can use it."""
    with pg.session(url) as session:
        session.execute("BEGIN")
        for statement in todo:
            if not statement.transactional:
                session.execute("COMMIT")
            session.execute(statement.sql)
            if not statement.transactional:
                session.execute("BEGIN")
        session.execute("COMMIT")


def counts(pg: Postgres, url: str, catalog: Catalog) -> dict[str, int]:
    with pg.session(url) as session:
        names = sorted(f'"{t.schema}"."{t.name}"' for t in catalog.of(Table) if t.server is None)
        return {n: session.rows(f"SELECT count(*) FROM {n}")[0][0] for n in names}


def rows_of(pg: Postgres, url: str, catalog: Catalog) -> dict[str, list[str]]:
    with pg.session(url) as session:
        names = sorted(f'"{t.schema}"."{t.name}"' for t in catalog.of(Table) if t.server is None)
        return {n: sorted(r[0] for r in session.rows(f"SELECT r::text FROM {n} r")) for n in names}


def loaded(pg: Postgres, file: Path, *, access: bool = False) -> str:
    url = database(pg, file.parent, access=access)
    with pg.session(url) as session:
        session.dbapi.execute(file.read_text())
    return url


@pytest.mark.parametrize("name", NAMES)
def test_old_becomes_new_and_old_again_and_new_comes_from_nothing(pg_each: Postgres, name: str) -> None:
    case = CASES / name
    if why := lacking(pg_each, case):
        pytest.skip(why)
    access = case.parent.name in _ABOUT_ACCESS or pg_each.name != next(iter(POSTGRES))  # the newest judges without
    topics = frozenset({"owners", "grants"} if access else ())
    a, b = (loaded(pg_each, case / f"{side}.sql", access=access) for side in ("old", "new"))
    empty = database(pg_each, case)
    old, new = inspected(pg_each, a, topics), inspected(pg_each, b, topics)
    assert {u.what for u in new.unmodelled} <= {w.replace("_", " ") for w in words(case / "given")}
    stored = {b: places(pg_each, b), a: places(pg_each, a)}
    wanted = dumped(b, pg_each.major, access=access)
    before = dumped(a, pg_each.major, access=access)
    ahead, back = asked(case, old), asked(case, old, back=True)
    kept = {f'"{t.schema}"."{t.name}"' for t in old.of(Table) if Renames(back).address(t.address) in new}
    rows, values = counts(pg_each, a, old), rows_of(pg_each, a, old) if ahead else {}
    one_way = (case / "one_way").exists()
    ways: list[tuple[str, Catalog, dict[str, str], Mapping[Address, str], set[tuple[str, ...]]]] = [
        (a, new, wanted, ahead, stored[b]),
        *([] if one_way else [(a, old, before, back, stored[a])]),
        (empty, new, wanted, {}, stored[b]),
    ]
    for url, target, dump, names, where in ways:
        run(pg_each, url, statements(inspected(pg_each, url, topics), target, names))
        assert dumped(url, pg_each.major, access=access) == dump
        assert places(pg_each, url) == where
        assert [s.sql for s in statements(inspected(pg_each, url, topics), target)] == []
    assert {n: c for n, c in counts(pg_each, a, old).items() if n in kept} == {
        n: c for n, c in rows.items() if n in kept
    }
    assert not ahead or rows_of(pg_each, a, old) == values
    assert Catalog(objects(b"\n".join(encoded(o) for o in new.values()))) == new
