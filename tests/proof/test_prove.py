"""Proofs on real databases: a good revision passes, in Alembic's words; a wrong one is caught, and said where."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reconciler.apply.apply import Target, apply
from reconciler.dialects.base import Rendering, Scope
from reconciler.errors import DatabaseError, InputError, ReconcileError, RefusedError
from reconciler.model.address import Address
from reconciler.model.changes import Statement, Step
from reconciler.prove.lockfile import locked
from reconciler.prove.proof import Proof, prove, proved_revision
from reconciler.prove.replay import measured, replay
from reconciler.prove.verify import verify
from reconciler.sources.revisions import History, Revision, read_revision
from reconciler.sources.snapshot import read_snapshot
from tests.proof.emit_world import World, postgres_world, sqlite_world
from tests.servers import Postgres

OLD = """create table teams (id integer not null primary key, name varchar(20) not null unique);
create table users (id integer not null primary key, team integer references teams (id) on delete cascade,
  name varchar(20), age integer, constraint users_age_check check (age > 17));
create view grown as select name from users where age > 20
"""
NEW = """create table teams (id integer not null primary key, name varchar(20) not null unique,
  motto text default 'a:b');
create table users (id integer not null primary key, team integer references teams (id) on delete cascade,
  full_name varchar(80), age bigint not null default 20, constraint users_age_check check (age > 17));
create view grown as select full_name from users where age > 20
"""
RENAMED = {Address("column", "", "full_name", "users"): "name"}


@pytest.fixture(params=["postgresql", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "sqlite":
        return sqlite_world(tmp_path)
    return postgres_world(request.getfixturevalue("pg_default"))


def names(world: World) -> dict[Address, str]:
    schema = "" if world.dialect.name == "sqlite" else "public"
    return {Address("column", schema, "full_name", "users"): "name"}


def test_a_revision_is_proved_with_rows(world: World) -> None:
    found = world.proved(OLD, NEW, names(world))
    assert found.style == "idiomatic" and found.proof.ok and found.proof.ran
    assert found.proof.rows == 6
    assert found.findings == ()


def tried(world: World, change: tuple[str, str], old: str = OLD, new: str = NEW, full: bool = False) -> Proof:
    """The proof of a revision in whose file something was replaced."""
    up, down = world.plans(old, new, names(world))
    file = world.file(old, new, style="sql", names=names(world))
    assert change[0] in file.text.decode()
    revision = read_revision(file.path, file.text.decode().replace(*change).encode())
    assert revision is not None
    return prove(revision, up, down, world.dialect, world.profile(up.new), world.scratch, full=full)


def test_an_upgrade_that_stops_short_is_caught(world: World) -> None:
    found = tried(world, ("DEFAULT '", "DEFAULT 'z"))
    assert not found.ok
    (finding,) = found.findings
    assert finding.rule == "not-reached" and finding.address.endswith("teams.motto")
    assert "after upgrade" in finding.message


def test_rows_that_are_lost_are_caught(world: World) -> None:
    found = tried(world, ("def upgrade() -> None:\n", "def upgrade() -> None:\n    op.execute('DELETE FROM users')\n"))
    assert {f.rule for f in found.findings} == {"rows-lost"}
    assert any("3 rows went in, 0 came out" in f.message for f in found.findings)


def test_values_that_are_changed_are_caught(world: World) -> None:
    meddle = "def upgrade() -> None:\n    op.execute('UPDATE users SET id = id + 7')\n"
    found = tried(world, ("def upgrade() -> None:\n", meddle))
    assert any(f.rule == "rows-lost" and f.address.endswith("users.id") for f in found.findings)


def test_a_downgrade_that_does_not_return_is_caught(world: World) -> None:
    found = tried(world, ("def downgrade() -> None:\n", "def downgrade() -> None:\n    return\n"))
    assert found.findings and all("after downgrade" in f.message for f in found.findings)


def test_a_statement_that_fails_is_named(world: World) -> None:
    found = tried(world, ("def upgrade() -> None:\n", "def upgrade() -> None:\n    op.execute('SELECT nothing')\n"))
    (finding,) = found.findings
    assert finding.rule == "failed" and finding.why == "SELECT nothing"


def test_a_change_that_data_may_forbid_is_a_warning(world: World) -> None:
    new = OLD.replace("age integer", "age integer, born integer not null")
    found = world.proved(OLD, new)
    assert found.proof.ok and [f.rule for f in found.findings] == ["depends-on-data"]
    assert found.findings[0].level == "warning"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("create table t (a integer primary key desc)", "create table t (a integer primary key)"),
        ("create table t (a int primary key, b)", "create table t (a integer primary key, b)"),
        ("create table t (a integer, b)", "create table t (a integer primary key, b)"),
    ],
)
def test_a_key_that_becomes_the_rowid_is_proved_with_keys_that_are_there(tmp_path: Path, old: str, new: str) -> None:
    found = sqlite_world(tmp_path).proved(old, new)
    assert found.proof.ok and found.proof.rows and not found.findings


def test_an_index_over_what_a_function_refuses_depends_on_the_rows(tmp_path: Path) -> None:
    old, index = "create table t (a)", "create index i on t (json_extract(a, '$.x'))"
    found = sqlite_world(tmp_path).proved(old, f"{old};\n{index}")
    assert found.proof.ok and [f.rule for f in found.findings] == ["depends-on-data"]


def test_what_no_style_can_do_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Proof(findings=(msgspec.structs.replace(tried(world, ("DEFAULT '", "DEFAULT 'z")).findings[0]),))
    monkeypatch.setattr("reconciler.prove.proof.prove", lambda *a, **k: failed)
    with pytest.raises(InputError, match="did not pass its proof"):
        world.proved(OLD, NEW, names(world))


def test_an_idiomatic_file_that_fails_is_written_in_sql(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = prove

    def only_sql(revision: Revision, *a: object, **k: object) -> Proof:
        if b"op.add_column" in revision.text:
            return tried(world, ("DEFAULT '", "DEFAULT 'z"))
        return real(revision, *a, **k)  # type: ignore[arg-type]

    monkeypatch.setattr("reconciler.prove.proof.prove", only_sql)
    assert world.proved(OLD, NEW, names(world)).style == "sql"


BY_HAND = '''"""by hand"""
from alembic import op
import sqlalchemy as sa

revision = "hand1"
down_revision = {down!r}


def upgrade():
    bind = op.get_bind()
    tables = sa.inspect(bind).get_table_names()
    if "teams" in tables:
        op.add_column("teams", sa.Column("seen", sa.Integer()))
    bind.execute(sa.text("insert into teams (id, name) values (:id, :name)"), {{"id": 99, "name": "x"}})


def downgrade():
    op.execute("delete from teams")
    op.drop_column("teams", "seen")
'''


def history(world: World, *more: str) -> History:
    """What makes OLD, then what takes it to NEW, then revisions by hand."""
    first = world.file("", OLD)
    second = world.file(OLD, NEW, after=(first.id,), names=names(world))
    found = [read_revision(f.path, f.text) for f in (first, second)]
    found += [read_revision(f"versions/hand{i}.py", m.format(down=second.id).encode()) for i, m in enumerate(more)]
    return History(r for r in found if r is not None)


def test_a_history_is_replayed_and_what_asks_for_a_connection_gets_one(world: World) -> None:
    catalog = measured(history(world, BY_HAND), world.dialect, world.scratch, Scope())
    assert any(a.kind == "column" and a.name == "seen" for a in catalog)
    with world.scratch() as session:
        replay(history(world, BY_HAND), session, world.dialect)
        assert session.rows("select name from teams") == [("x",)]


def test_a_replay_that_fails_names_file_and_statement(world: World) -> None:
    bad = BY_HAND.replace("    bind = op.get_bind()", '    op.execute("SELECT nothing")\n    return')
    with pytest.raises(DatabaseError) as error, world.scratch() as session:
        replay(history(world, bad), session, world.dialect)
    assert error.value.where.startswith("versions/hand0.py") and "SELECT nothing" in error.value.statement


def test_a_history_that_is_as_the_lockfile_says_is_verified(world: World) -> None:
    found = history(world)
    catalog = measured(found, world.dialect, world.scratch, Scope())
    lock = read_snapshot(locked(found, catalog, digests={}), "schema.lock")
    for full in (False, True):
        result = verify(found, lock, world.dialect, world.scratch, Scope(), full=full)
        assert result.findings == ()
        assert result.proved == tuple(r.id for r in found.order)
        assert result.rows == 6
    done = verify(found, lock, world.dialect, world.scratch, Scope(), at=(found.heads[0],))
    assert done.proved == ()


def test_a_hand_edited_revision_is_found_and_can_be_accepted(world: World) -> None:
    found = history(world)
    catalog = measured(found, world.dialect, world.scratch, Scope())
    lock = read_snapshot(locked(found, catalog, digests={}), "schema.lock")
    last = found.by_id[found.heads[0]]
    edited = msgspec.structs.replace(last, text=last.text.replace(b"'a:b'", b"'c:d'"))
    now = History([*(r for r in found.order if r.id != last.id), edited])
    rules = {f.rule for f in verify(now, lock, world.dialect, world.scratch, Scope()).findings}
    assert rules == {"edited-revision", "lock-differs"}
    update = verify(now, lock, world.dialect, world.scratch, Scope(), update=True)
    assert update.lock is not None
    accepted = read_snapshot(update.lock, "schema.lock")
    assert verify(now, accepted, world.dialect, world.scratch, Scope()).findings == ()


MARKED = BY_HAND.replace("down_revision = {down!r}", "down_revision = {down!r}\nreconcile_python = True")


def test_a_revision_by_hand_is_verified_with_patience(world: World) -> None:
    found = history(world, MARKED)
    catalog = measured(found, world.dialect, world.scratch, Scope())
    lock = read_snapshot(locked(found, catalog, digests={}), "schema.lock")
    result = verify(found, lock, world.dialect, world.scratch, Scope())
    assert result.ok and "hand1" in result.proved


@pytest.mark.parametrize("full", [False, True])
def test_a_revision_that_apply_would_refuse_is_not_proved(world: World, full: bool) -> None:
    """It asks for a connection and does not say that it is Python: it is measured, and verify says what to type."""
    found = history(world, BY_HAND)
    update = verify(found, None, world.dialect, world.scratch, Scope(), update=True)
    assert update.lock is not None
    assert [(f.rule, f.level) for f in update.findings] == [("not-marked", "warning")]
    lock = read_snapshot(update.lock, "schema.lock")
    result = verify(found, lock, world.dialect, world.scratch, Scope(), full=full)
    (finding,) = [f for f in result.findings if f.level == "error"]
    assert not result.ok and finding.rule == "not-marked"
    assert str(finding.span) == "versions/hand0.py:6" and "reconcile_python = True" in finding.next
    with world.scratch() as session, pytest.raises(RefusedError) as refused:
        apply(session, world.dialect, lambda: found, Target(environment="e", scope=Scope()), expected=None)
    assert refused.value.next == finding.next and refused.value.why == finding.why


@pytest.mark.parametrize("tail", ["bind.rollback()", "with op.get_context().autocommit_block():\n        pass"])
def test_a_python_revision_that_apply_would_stop_is_not_proved(world: World, tail: str) -> None:
    """What is marked is run in one transaction, on scratch as in an environment."""
    found = history(world, MARKED.replace("\n\n\ndef downgrade", f"\n    {tail}\n\n\ndef downgrade"))
    with pytest.raises(ReconcileError) as refused:
        verify(found, None, world.dialect, world.scratch, Scope(), update=True)
    assert "rolled its transaction back" in refused.value.what or "autocommit_block" in refused.value.what


TYPES = """create type mood as enum ('sad', 'ok');
create domain small as integer check (value < 10);
create table everything (a smallint, b integer, c bigint, d boolean, e text, f varchar, g varchar(7), h char(3),
  i numeric, j numeric(7,2), k real, l double precision, m date, n timestamp, o timestamptz, p timestamp(3),
  q timestamptz(2), r time, s timetz, t time(1), u interval, v uuid, w bytea, x json, y jsonb, z inet, aa cidr,
  ab macaddr, ac bit(3), ad varbit(9), ae varbit, af tsvector, ag int4range, ah tstzrange, ai mood, aj mood[],
  ak text[], al varchar(5)[], am timestamptz[], an numeric(5,1)[], ao small, ap point, aq money, ar oid, "At" xml,
  "as" text collate "C", "a%t" text, numeric_scale numeric(3,0), tsq tsquery, iv interval(2), mac8 macaddr8)
"""


def test_every_type_is_written_in_alembics_words_and_proved(pg: Postgres) -> None:
    world = postgres_world(pg)
    kept = TYPES.partition("create table")[0]
    found = world.proved(kept + "select 1", TYPES)
    text = found.file.text.decode()
    assert found.proof.ok and found.style == "idiomatic"
    assert "op.execute" in text  # a domain and a point have no equivalent
    assert "rows" not in {f.rule for f in found.findings}
    plain = TYPES.replace("ao small, ap point, ", "").replace('"At" xml,', "")
    found = world.proved(kept + "select 1", plain)
    assert found.style == "idiomatic" and "op.execute" not in found.file.text.decode()
    assert not world.proved(plain, plain.replace("e text", "e varchar(9)")).findings


PARTS_OLD = """create schema app;
create table app.a (id integer not null, b integer, c text)
"""
PARTS_NEW = """create schema app;
create table app.a (id integer not null, b integer not null default 3, c varchar(50),
  d bigint generated always as identity (start 5 increment 2 cache 3 cycle),
  e text generated always as (c || ':x') stored, constraint a_pkey primary key (id),
  constraint a_b_key unique (b) deferrable initially deferred, constraint a_check check (b > 0 and c <> ':y'),
  constraint a_self foreign key (b) references app.a (id) match full on delete cascade on update set null deferrable);
create table "Odd table" ("%" integer primary key, "a.b" text, "select" text);
create unlogged table plain (id serial primary key, ref integer references "Odd table") with (fillfactor = 70);
create index a_c on app.a using hash (c) where c > ':z';
create unique index a_cb on app.a (lower(c) desc nulls last, b) include (id) nulls not distinct with (fillfactor = 80);
comment on table app.a is 'it''s "quoted" \\ 100%';
comment on column app.a.b is 'b'
"""


def test_every_operation_is_proved(pg: Postgres) -> None:
    world = postgres_world(pg)
    found = world.proved(PARTS_OLD, PARTS_NEW)
    assert found.style == "idiomatic" and found.proof.ok
    text = found.file.text.decode()
    for name in ("create_table", "add_column", "alter_column", "create_index", "create_primary_key", "drop_column",
                 "create_unique_constraint", "create_check_constraint", "create_foreign_key", "drop_constraint",
                 "drop_index", "drop_table"):  # fmt: skip
        assert f"op.{name}(" in text, name
    assert 'schema="app"' in text and 'source_schema="app"' in text


def test_a_base_that_is_printed_otherwise_when_made_again_is_proved_all_the_same(tmp_path: Path) -> None:
    world = sqlite_world(tmp_path)
    old = "create table t (a integer, check (a > 1))"
    up, down = world.plans(old, old.replace("integer,", "integer, b text default 'x',"))
    dialect = world.dialect

    def respelling(step: Step, context: Rendering) -> list[Statement]:
        return [Statement(s.sql.replace("a > 1", "1 < a"), s.transactional) for s in dialect.render(step, context)]

    def lossy(step: Step, context: Rendering) -> list[Statement]:
        return [Statement(s.sql.replace("integer", "TEXT"), s.transactional) for s in dialect.render(step, context)]

    for render, ran in ((respelling, True), (lossy, False)):
        world.dialect = msgspec.structs.replace(dialect, render=render)
        found = proved_revision(up, down, world.dialect, world.profile(up.new), world.scratch, after=())
        assert found.proof.ok and found.proof.ran is ran
        assert {f.rule for f in found.findings} == (set() if ran else {"not-proved"})


def test_an_expression_that_the_server_would_print_otherwise_when_it_is_made_again_is_said_so_that_it_does_not(
    pg: Postgres,
) -> None:
    world = postgres_world(pg)
    up, down = world.plans(
        "create table t (a integer)", "create table t (a integer, constraint k check (a between 1 and 9 and a > 0))"
    )
    found = proved_revision(up, down, world.dialect, world.profile(up.new), world.scratch, after=())
    assert found.style == "sql" and found.findings == () and found.proof.ok and not found.proof.respelled
    assert found.reached(up.new) == up.new
