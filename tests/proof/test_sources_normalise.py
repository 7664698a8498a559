"""What people write, judged by a real server: remembered where unchanged, made with what it needs where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from reconciler.dialects.base import Dialect, Scope
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from reconciler.errors import InputError
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.plan.plan import make_plan
from reconciler.plan.settle import orders
from reconciler.sources.manifest.load import load_manifests
from reconciler.sources.manifest.write import manifest_files
from reconciler.sources.normalise import Normalised, Scratch, normalise
from reconciler.sources.snapshot import Snapshot, read_snapshot, snapshot_text
from reconciler.sources.written import Unit, Written
from tests.servers import Postgres

SCOPE = Scope()
POSTGRES = dialect_named("postgresql")
SQLITE = dialect_named("sqlite")


class Counted:
    """A scratch that counts how often it was opened, and remembers the last statements."""

    def __init__(self, opened: Callable[[], Session]) -> None:
        self.opened, self.times = opened, 0

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        self.times += 1
        with self.opened() as session:
            yield session


@pytest.fixture
def scratch(pg_default: Postgres) -> Counted:
    return Counted(pg_default.session)


def manifests(*documents: str, dialect: Dialect = POSTGRES) -> Written:
    files = [(f"{n}.yaml", f"apiVersion: reconcile/v1\n{text}".encode()) for n, text in enumerate(documents)]
    return load_manifests(files, profile=dialect.profile(()), origin="manifests").sound()


def normal(
    written: Written, scratch: Scratch, known: Snapshot | None = None, dialect: Dialect = POSTGRES
) -> Normalised:
    return normalise(written, dialect=dialect, scratch=scratch, known=known, scope=SCOPE)


def remembered(found: Normalised) -> Snapshot:
    whole = Snapshot(catalog=found.catalog, written=found.digests, orders=orders(found.catalog))
    return read_snapshot(snapshot_text(whole), "schema.lock")


TEAMS = (
    "kind: Table\nmetadata: {name: teams, schema: app}\nspec: {columns: {id: bigint, name: text}, primaryKey: [id]}\n"
)
MOOD = "kind: Enum\nmetadata: {name: mood, schema: app}\nspec: {values: [sad, ok]}\n"
USERS = """kind: Table
metadata: {name: users, schema: app}
spec:
  columns:
    id: {type: bigint, identity: always}
    email: {type: varchar(320), nullable: false}
    mood: {type: mood, default: "'ok'"}
    team_id: {type: int8, references: teams}
    number: {type: bigint, default: nextval('numbers')}
    serial: serial
  primaryKey: [id]
  checks: {users_email_check: position('@' in email) > 1}
  indexes: {users_email_idx: [lower(email)]}
"""
NUMBERS = "kind: Sequence\nmetadata: {name: numbers, schema: app}\nspec: {start: 7, ownedBy: users.number}\n"
ACTIVE = """kind: View
metadata: {name: active, schema: app}
spec: {definition: "select id, email from users where mood = 'ok'"}
"""
NAMES = "kind: View\nmetadata: {name: a_names, schema: app}\nspec: {definition: 'select * from active'}\n"
ALL = (TEAMS, MOOD, USERS, NUMBERS, ACTIVE, NAMES)


def test_definitions_come_back_as_the_server_spells_them(scratch: Counted) -> None:
    catalog = normal(manifests(*ALL), scratch).catalog
    column = {a.name: o for a, o in catalog.items() if a.kind == "column"}
    assert column["email"].type == "character varying(320)"  # type: ignore[attr-defined]
    assert (column["mood"].type, column["mood"].default) == ("app.mood", "'ok'::app.mood")  # type: ignore[attr-defined]
    assert column["number"].default == "nextval('app.numbers'::regclass)"  # type: ignore[attr-defined]
    assert Address("sequence", "app", "users_serial_seq") in catalog
    assert Address("sequence_owner", "app", "numbers") in catalog
    assert "app.active" in catalog[Address("view", "app", "a_names")].definition  # type: ignore[attr-defined]
    assert scratch.times == 1


def test_an_unchanged_project_touches_no_database(scratch: Counted) -> None:
    first = normal(manifests(*ALL), scratch)
    again = normal(manifests(*reversed(ALL)), scratch, remembered(first))
    assert scratch.times == 1 and not again.scratch_used
    assert again.catalog == first.catalog and again.digests == first.digests


CHANGES = {
    "a column's type": (USERS, USERS.replace("varchar(320)", "text")),
    "a column more": (TEAMS, TEAMS.replace("name: text", "name: text, size: int")),
    "another spelling": (USERS, USERS.replace("varchar(320)", "character varying (320)")),
    "a value of an enum": (MOOD, MOOD.replace("sad", "sad, glad")),
    "a view": (ACTIVE, ACTIVE.replace("id, email", "id")),
    "a view on a view": (NAMES, NAMES.replace("*", "id")),
    "a column that a view selects": (
        USERS,
        USERS.replace("    serial: serial\n", "").replace("id: {type: bigint", "id: {type: int"),
    ),
    "a sequence": (NUMBERS, NUMBERS.replace("7", "8")),
    "the end of a view": (NAMES, ""),
    "a reference less": (USERS, USERS.replace(", references: teams", "")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_judged_alone_is_judged_alike(scratch: Counted, what: str) -> None:
    """Only the changed units and what hangs on them are made; the result is that of making everything."""
    known = remembered(normal(manifests(*ALL), scratch))
    old, new = CHANGES[what]
    changed = manifests(*(filter(None, (new if text == old else text for text in ALL))))
    part, whole = normal(changed, scratch, known), normal(changed, scratch)
    assert part.catalog == whole.catalog
    profile = POSTGRES.profile(whole.catalog.version)
    assert make_plan(part.catalog, whole.catalog, profile).empty
    expected = what not in ("the end of a view",)
    assert part.scratch_used is expected


def test_only_the_neighbourhood_is_made(scratch: Counted) -> None:
    others = [TEAMS.replace("teams", f"other{n}") for n in range(30)]
    known = remembered(normal(manifests(*ALL, *others), scratch))
    made: list[str] = []
    opened = scratch.opened

    def watched() -> Session:
        session = opened()
        rows = session.rows
        session.rows = lambda sql, params=(): made.append(sql) or rows(sql, params)  # type: ignore[method-assign, func-returns-value]
        return session

    scratch.opened = watched
    normal(manifests(*ALL[:-1], NAMES.replace("*", "id"), *others), scratch, known)
    text = "\n".join(made)
    assert "other3" not in text and "CREATE VIEW" in text and "users_email_check" not in text


def test_a_definition_that_the_server_refuses_is_told_with_its_place(scratch: Counted) -> None:
    wrong = manifests(
        TEAMS,
        USERS.replace("varchar(320)", "varchr(320)"),
        MOOD,
        NUMBERS,
        ACTIVE,
        "kind: View\nmetadata: {name: v, schema: app}\nspec: {definition: select nme from teams}\n",
        TEAMS.replace("name: teams", "name: t2").replace("primaryKey", "checks: {t2_check: id ~ 4}, primaryKey"),
    )
    with pytest.raises(InputError) as error:
        normal(wrong, scratch)
    said = [(f.span.file, f.span.line, f.address) for f in error.value.findings]
    assert said[:1] == [("1.yaml", 7, "column:app.users.email")]
    assert {a for _, _, a in said} == {"column:app.users.email", "view:app.v", "table:app.t2"}
    assert 'type "varchr" does not exist' in error.value.findings[0].message


def test_what_depends_on_a_removed_object_is_told(scratch: Counted) -> None:
    known = remembered(normal(manifests(*ALL), scratch))
    with pytest.raises(InputError) as error:
        normal(manifests(*(t for t in ALL if t != ACTIVE)), scratch, known)
    assert [f.address for f in error.value.findings] == ["view:app.a_names"]


def test_tables_that_point_at_each_other(scratch: Counted) -> None:
    one = (
        "kind: Table\nmetadata: {name: a}\n"
        "spec: {columns: {id: {type: int, primaryKey: true}, b: {type: int, references: b}}}\n"
    )
    two = one.replace("name: a", "name: b").replace("b: {type: int, references: b}", "a: {type: int, references: a}")
    keys = [o for a, o in normal(manifests(one, two), scratch).catalog.items() if a.kind == "foreign_key"]
    assert len(keys) == 2


def test_functions_triggers_and_what_needs_them_are_made_in_some_order(scratch: Counted) -> None:
    function = (
        "kind: Function\nmetadata: {name: 'a_touch()'}\nspec:\n  definition: |\n"
        "    CREATE FUNCTION a_touch() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$\n"
    )
    later = (
        "kind: Function\nmetadata: {name: 'a_count()'}\nspec:\n  definition: |\n"
        "    CREATE FUNCTION a_count() RETURNS bigint LANGUAGE sql AS 'select count(*) from z'\n"
    )
    table = "kind: Table\nmetadata: {name: z}\nspec: {columns: {id: {type: int, default: length('x')}}}\n"
    trigger = (
        "kind: Trigger\nmetadata: {name: t, table: z}\nspec:\n  definition: |\n"
        "    CREATE TRIGGER t BEFORE UPDATE ON z FOR EACH ROW EXECUTE FUNCTION a_touch()\n"
    )
    written = manifests(function, later, table, trigger)
    found = normal(written, scratch)
    assert {a.kind for a in found.catalog} >= {"function", "table", "trigger"}
    again = normal(manifests(function, later, table.replace("int,", "bigint,"), trigger), scratch, remembered(found))
    assert again.catalog.keys() == found.catalog.keys()


def test_what_a_dialect_does_not_keep_is_said() -> None:
    text = (
        "kind: Table\nmetadata: {name: t}\n"
        "spec: {comment: x, unlogged: true, columns: {id: {type: int, identity: always}}}\n"
    )
    written = manifests(text, dialect=SQLITE)
    scratch = Counted(lambda: SQLITE.connect("sqlite://", create=True))
    findings = normal(written, scratch, dialect=SQLITE).findings
    assert {f.rule for f in findings} == {"not-kept"}
    said = {f.message.split(":")[0] for f in findings}
    assert "sqlite does not keep unlogged" in said and "sqlite does not keep comment" not in said


def test_what_a_hand_written_revision_made_stays_where_models_cannot_say_it(scratch: Counted) -> None:
    """Models say tables; a view or a trigger that no model could say was removed by nobody."""
    table = Unit(address=Address("table", "public", "t"), digest="1", statements=("CREATE TABLE t (id int)",))
    other = Unit(address=Address("table", "public", "u"), digest="1", statements=("CREATE TABLE u (id int)",))
    models = Written(units=(table, other), complete=frozenset({"table"}))
    found = normal(models, scratch)
    with scratch() as session:
        for sql in (
            "CREATE TABLE t (id int)",
            "CREATE TABLE u (id int)",
            "CREATE VIEW v AS SELECT 1 AS x",
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'",
            "CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE TRIGGER tr BEFORE UPDATE ON u FOR EACH ROW EXECUTE FUNCTION f()",
        ):
            session.execute(sql)
        live = POSTGRES.inspect(session, SCOPE)
    known = Snapshot(catalog=live, written=found.digests)
    wider = Unit(address=table.address, digest="2", statements=("CREATE TABLE t (id int, x int)",))
    after = normal(Written(units=(wider,), complete=frozenset({"table"})), scratch, known).catalog
    kinds = sorted(str(a) for a in after if a.kind not in ("schema", "column"))
    assert kinds == ['function:public."f()"', "table:public.t", "trigger:public.t.tr", "view:public.v"]
    assert Address("column", "public", "x", "t") in after


def test_import_and_back_is_the_same_catalog(scratch: Counted) -> None:
    catalog = normal(manifests(*ALL), scratch).catalog
    files = manifest_files(Catalog(catalog.values(), dialect="postgresql"))
    written = load_manifests([(p, t.encode()) for p, t in files.items()], profile=POSTGRES.profile(()))
    again = normal(written.sound(), scratch).catalog
    assert again == catalog
    assert manifest_files(again) == files
