"""Revisions run by plain `alembic upgrade` and `flask db upgrade`, in a process that cannot import this program."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.exc import OperationalError

from reconciler.dialects.base import Scope
from reconciler.model.catalog import Catalog
from reconciler.plan.diff import changes
from tests.proof.emit_project import Project, flask, flask_project, project
from tests.proof.emit_world import World, postgres_world, sqlite_world
from tests.servers import Postgres

OLD = """create table parents (id integer not null primary key, name varchar(20));
create table children (id integer not null primary key,
  parent integer references parents (id) on delete cascade, note text);
create trigger note after update on parents begin update children set note = 'x:y' where parent = new.id; end;
create view names as select name from parents
"""
NEW = """create table parents (id integer not null primary key, name varchar(80) not null default 'a:b', age integer);
create table children (id integer not null primary key,
  parent integer references parents (id) on delete cascade, note text);
create trigger note after update on parents begin update children set note = 'x:y' where parent = new.id; end;
create view names as select name from parents
"""
ROWS = """insert into parents values (1, 'one'), (2, null);
insert into children values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c')
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return sqlite_world(tmp_path)


def both(world: World, old: str = OLD, new: str = NEW) -> tuple[object, object]:
    first = world.file("", old)
    return first, world.file(old, new, after=(first.id,))


@pytest.mark.parametrize("enforce", [False, True], ids=["off", "enforced"])
def test_a_rebuild_keeps_children_under_plain_alembic(world: World, tmp_path: Path, enforce: bool) -> None:
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db", enforce=enforce)
    first, second = both(world)
    here.write(first, second)  # type: ignore[arg-type]
    here.alembic("upgrade", first.id)  # type: ignore[attr-defined]
    filled(here)
    here.alembic("upgrade", "head")
    assert query(here, "select name from parents order by id") == [("one",), ("a:b",)]
    assert query(here, "select count(*) from children") == [(3,)]
    require(world, here, NEW)
    here.alembic("downgrade", first.id)  # type: ignore[attr-defined]
    assert query(here, "select count(*) from children") == [(3,)]
    require(world, here, OLD)
    here.alembic("downgrade", "base")
    assert not catalog(world, here)


ODD = ";\ncreate table odd (x references parents (name))"


@pytest.mark.parametrize(("before", "after"), [(ODD, ODD), (ODD, ""), ("", ODD)], ids=["stays", "goes", "comes"])
def test_a_foreign_key_that_nobody_can_check_is_no_hindrance(
    world: World, tmp_path: Path, before: str, after: str
) -> None:
    """It points at columns that are no key: `PRAGMA foreign_key_check` fails as a whole ("foreign key mismatch")."""
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db", enforce=True)
    first, second = both(world, OLD.rstrip() + before, NEW.rstrip() + after)
    here.write(first, second)  # type: ignore[arg-type]
    here.alembic("upgrade", first.id)  # type: ignore[attr-defined]
    filled(here)
    here.alembic("upgrade", "head")
    assert query(here, "select count(*) from children") == [(3,)]
    require(world, here, NEW.rstrip() + after)


def test_rows_that_lacked_their_parent_before_are_no_hindrance(world: World, tmp_path: Path) -> None:
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db", enforce=True)
    here.write(*both(world))  # type: ignore[arg-type]
    here.alembic("upgrade", both(world)[0].id)  # type: ignore[attr-defined]
    filled(here, f"{ROWS};\ninsert into children values (9, 77, 'orphan')")
    here.alembic("upgrade", "head")
    assert query(here, "select count(*) from children") == [(4,)]
    require(world, here, NEW)
    here.alembic("downgrade", "-1")


def test_rows_that_lose_their_parent_are_refused_and_undone(world: World, tmp_path: Path) -> None:
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db", enforce=True)
    first, second = both(world)
    here.write(first, second)  # type: ignore[arg-type]
    stamped(world, here, first.id)  # type: ignore[attr-defined]
    filled(here, "insert into children values (9, 77, 'orphan')")
    path = here.root / second.path  # type: ignore[attr-defined]
    lines = path.read_text().splitlines()
    rebuild = next(n for n, line in enumerate(lines) if "DROP TABLE IF EXISTS" in line)
    lines.insert(rebuild, '        op.execute("DELETE FROM parents")')
    path.write_text("\n".join(lines) + "\n")
    failed = here.alembic("upgrade", "head", check=False)
    assert "rows of children lack the row of parents that they refer to" in failed.stderr
    assert query(here, "select count(*) from parents") == [(2,)]
    assert query(here, "select version_num from alembic_version") == [(first.id,)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("enforce", [False, True], ids=["off", "enforced"])
@pytest.mark.parametrize("at", [2, 5, 7])
def test_a_rebuild_that_fails_leaves_everything_as_it_was(world: World, tmp_path: Path, enforce: bool, at: int) -> None:
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db", enforce=enforce)
    first, second = both(world)
    here.write(first, second)  # type: ignore[arg-type]
    stamped(world, here, first.id)  # type: ignore[attr-defined]
    path = here.root / second.path  # type: ignore[attr-defined]
    path.write_text(broken(path.read_text(), at))
    before = query(here, "select * from parents"), query(here, "select * from children"), catalog(world, here)
    assert here.alembic("upgrade", "head", check=False).returncode != 0
    after = query(here, "select * from parents"), query(here, "select * from children"), catalog(world, here)
    assert after == before
    assert query(here, "select version_num from alembic_version") == [(first.id,)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("enforce", [False, True], ids=["off", "enforced"])
@pytest.mark.parametrize("before", ["DROP TABLE IF EXISTS", "RENAME TO", "legacy_alter_table = OFF"])
def test_a_rebuild_that_fails_gives_the_connection_back_as_it_was(
    world: World, tmp_path: Path, enforce: bool, before: str
) -> None:
    """Flask-Migrate runs revisions on a connection of the application's pool."""
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db")
    first, second = both(world)
    stamped(world, here, first.id)  # type: ignore[attr-defined]
    lines = second.text.decode().splitlines()  # type: ignore[attr-defined]
    at = next(n for n, line in enumerate(lines) if before in line)
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    lines.insert(at, f'{indent}op.execute("SELECT no_such_function()")')
    space: dict[str, Any] = {}
    exec("\n".join(lines), space)  # noqa: S102  as Alembic does
    engine = create_engine(here.url, poolclass=StaticPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {int(enforce)}")
        connection.rollback()
        context = MigrationContext.configure(connection)
        with (
            pytest.raises(OperationalError),
            context.begin_transaction(_per_migration=True),
            Operations.context(context),
        ):
            space["upgrade"]()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == enforce
        assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM children").scalar() == 3
    engine.dispose()
    require(world, here, OLD)


def test_the_offline_script_of_a_rebuild_can_be_run(world: World, tmp_path: Path) -> None:
    here = project(tmp_path / "p", f"sqlite:///{tmp_path}/p.db")
    first, second = both(world)
    here.write(first, second)  # type: ignore[arg-type]
    stamped(world, here, first.id)  # type: ignore[attr-defined]
    sql = here.alembic("upgrade", "--sql", f"{first.id}:head").stdout  # type: ignore[attr-defined]
    with sqlite3.connect(tmp_path / "p.db", isolation_level=None) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(sql)
        assert not connection.in_transaction
    assert query(here, "select count(*) from children") == [(3,)]
    require(world, here, NEW)


def test_flask_migrate_runs_a_rebuild(world: World, tmp_path: Path) -> None:
    root = tmp_path / "app"
    root.mkdir()
    flask_project(root, f"sqlite:///{root}/app.db")
    flask(root, "db", "migrate", "-m", "first")
    flask(root, "db", "upgrade")
    old = (
        "create table roles (id integer not null, name varchar(64), primary key (id), unique (name));\n"
        "create table users (id integer not null, username varchar(64), role_id integer, primary key (id),"
        " foreign key(role_id) references roles (id));\n"
        "create unique index ix_users_username on users (username)"
    )
    new = old.replace("name varchar(64), primary", "name varchar(80) not null, about text, primary")
    here = Project(root / "migrations", f"sqlite:///{root}/app.db")
    require(world, here, old)
    head = flask(root, "db", "heads").stdout.split()[0]
    here.write(world.file(old, new, after=(head,)))
    filled(here, "insert into roles values (1, 'admin');\ninsert into users values (1, 'ann', 1)")
    flask(root, "db", "upgrade")
    require(world, here, new)
    assert query(here, "select r.name, u.username from roles r join users u on u.role_id = r.id") == [("admin", "ann")]
    flask(root, "db", "downgrade")
    require(world, here, old)


PG_OLD = """create table users (id bigint generated always as identity primary key, email varchar(20) not null);
create type mood as enum ('sad')
"""
PG_NEW = """create table users (id bigint generated always as identity primary key, email varchar(40) not null,
  nick text default 'a:b %', constraint users_nick_check check (nick <> ':x'));
create type mood as enum ('sad', 'ok');
create table moods (m mood default 'sad', n int[] not null default '{}');
create index moods_m on moods (m);
comment on table moods is 'it''s 100% ":m"'
"""


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_plain_alembic_on_postgresql(pg_default: Postgres, tmp_path: Path, driver: str) -> None:
    pytest.importorskip(driver)
    world = postgres_world(pg_default)
    url = pg_default.database()
    scheme = url.partition("://")[0]
    here = project(tmp_path / "p", url.replace(f"{scheme}://", f"postgresql+{driver}://", 1))
    first = world.file("", PG_OLD)
    second = world.file(PG_OLD, PG_NEW, after=(first.id,))
    here.write(first, second)
    here.alembic("upgrade", "head")
    with world.dialect.connect(url) as session:
        assert world.dialect.inspect(session, Scope()) == world.catalog(PG_NEW)
    here.alembic("downgrade", first.id)
    with world.dialect.connect(url) as session:
        assert world.dialect.inspect(session, Scope()) == world.catalog(PG_OLD)


def broken(text: str, at: int) -> str:
    """A revision whose upgrade fails after its `at`th statement."""
    lines = text.split("def downgrade", 1)[0].splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("        op.") and "foreign_keys" not in line]
    assert at < len(starts)
    lines.insert(starts[at], '        op.execute("SELECT no_such_function()")')
    return "\n".join(lines) + "\n\n\ndef downgrade() -> None:\n    pass\n"


def stamped(world: World, here: Project, revision: str) -> None:
    """The old schema with rows, as a database at the first revision."""
    with world.dialect.connect(here.url, create=True) as session:
        world.made(session, OLD)
    version = "create table alembic_version (version_num varchar(32) primary key);\n"
    version += f"insert into alembic_version values ('{revision}');\n"
    filled(here, version + ROWS)


def filled(here: Project, rows: str = ROWS) -> None:
    with sqlite3.connect(here.url.removeprefix("sqlite:///")) as connection:
        connection.executescript(rows)


def query(here: Project, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(here.url.removeprefix("sqlite:///"))
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def catalog(world: World, here: Project) -> Catalog:
    with world.dialect.connect(here.url) as session:
        return world.dialect.inspect(session, Scope())


def require(world: World, here: Project, sql: str) -> None:
    """The database is what the script makes, but for the case of a type of SQLite's own that Alembic wrote."""
    live, wanted = catalog(world, here), world.catalog(sql)
    assert live.keys() == wanted.keys()
    assert not changes(live, wanted, world.profile(wanted), follow_order=True)
