"""One set of manifests or models on SQLite, PostgreSQL and MariaDB: each with its own revisions, all of them Synced."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.control.test_story import Project

HEAD = "apiVersion: reconcile/v1\n"
SHOP = (
    HEAD
    + """kind: Enum
metadata: {name: order_state, schema: shop}
spec: {values: [new, paid]}
---
apiVersion: reconcile/v1
kind: Domain
metadata: {name: short, schema: shop}
spec: {type: varchar(40), checks: {short_check: length(VALUE) > 1}}
---
apiVersion: reconcile/v1
kind: Table
metadata: {name: users, schema: shop}
spec:
  columns:
    id: {type: bigint, identity: by default}
    email: {type: varchar(320), nullable: false}
  primaryKey: [id]
  unique: {users_email_key: [email]}
---
apiVersion: reconcile/v1
kind: Table
metadata: {name: orders, schema: shop}
spec:
  comment: What people buy
  columns:
    id: {type: bigint, identity: by default}
    user_id: {type: bigint, nullable: false}
    state: {type: shop.order_state, nullable: false, default: "'new'"}
    note: shop.short
    payload: {type: jsonb, nullable: false, default: "'{}'::jsonb"}
    tags: {type: "text[]", nullable: false, default: "'{}'"}
    token: {type: uuid, nullable: false, default: gen_random_uuid()}
    paid: {type: boolean, nullable: false, default: false}
    price: numeric(10,2)
    at: {type: timestamptz, nullable: false, default: now()}
    found: tsvector
  primaryKey: [id]
  foreignKeys:
    orders_user_id_fkey: {columns: [user_id], references: users.id, onDelete: cascade}
  indexes:
    orders_payload_idx: {columns: [payload], method: gin}
    orders_at_idx: [at]
dialects:
  sqlite:
    columns: {found: text}
  mysql:
    columns: {found: longtext}
"""
)
TRIGGER = (
    HEAD
    + """kind: Function
metadata: {name: touch(), schema: shop, only: [postgresql]}
spec:
  definition: |
    CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
"""
)
NAMES = {"dev": "sqlite", "prod": "postgresql", "shop": "mysql"}


class Several(Project):
    """A project whose environments are named for their dialects; the policy of each is none."""

    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        super().__init__(folder, {"dev": urls["dev"], "prod": urls["prod"]}, "sqlite")
        self.urls = urls
        self.names = [NAMES[e] for e in urls]
        environments = "".join(f'    {e}: {{url: "{url}", policy: none}}\n' for e, url in urls.items())
        (folder / "reconcile.yaml").write_text(
            f"{HEAD}kind: Project\nspec:\n  dialects: [{', '.join(self.names)}]\n  desired: manifests/\n"
            f"  environments:\n{environments}"
        )

    def apply_all(self) -> None:
        for environment in self.urls:
            self.run("apply", "--env", environment)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / "manifests" / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def two(pg_default: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Several]:
    """SQLite and PostgreSQL."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield Several(folder, {"dev": f"sqlite:///{tmp_path}/dev.db", "prod": pg_default.database()})


@pytest.fixture
def three(pg_default: Postgres, maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Several]:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    urls = {"dev": f"sqlite:///{tmp_path}/dev.db", "prod": pg_default.database(), "shop": maria.database()}
    yield Several(folder, urls)


def test_one_set_of_manifests_is_planned_applied_and_synced_on_each(three: Several) -> None:
    three.write("shop.yaml", SHOP)
    three.write("touch.yaml", TRIGGER)
    assert "valid for sqlite, postgresql, mysql" in three.run("validate")
    planned = three.json("plan", "--write")
    assert list(planned["dialects"]) == sorted(three.names)
    for name in three.names:
        assert (three.folder / f"migrations/{name}/schema.lock").is_file()
        assert (three.folder / f"migrations/{name}/env.py").is_file()
    before = three.files()
    three.run("plan", "--write")
    assert three.files() == before  # planning twice changes nothing, byte for byte
    three.commit()
    three.apply_all()
    for environment in three.urls:
        assert three.conditions(environment) == ["Synced"]
        assert "no drift" in three.run("drift", "--env", environment)
    three.run("plan", "--check")
    assert three.json("plan")["empty"] is True
    assert three.json("verify", "--full")["ok"] is True
    assert three.run("history").count("create") >= 3


def test_the_same_rows_are_taken_and_refused_on_each(three: Several) -> None:
    from reconciler.errors import DatabaseError

    three.write("shop.yaml", SHOP)
    three.run("plan", "--write")
    three.commit()
    three.apply_all()
    for environment in three.urls:
        at = "shop." if environment == "prod" else ""
        three.sql(environment, f"INSERT INTO {at}users (email) VALUES ('a@b')")
        three.sql(environment, f"INSERT INTO {at}orders (user_id) SELECT id FROM {at}users")
        ((state, token),) = three.sql(environment, f"SELECT state, token FROM {at}orders")
        assert state == "new" and len(str(token)) == 36
        for wrong in ("state) VALUES (1, 'x'", "payload) VALUES (1, '{'", "note) VALUES (1, 'x'", "paid) VALUES (1, 2"):
            with pytest.raises(DatabaseError):
                three.sql(environment, f"INSERT INTO {at}orders (user_id, {wrong})")


def test_the_first_plan_says_what_is_emulated_with_its_line_and_a_later_one_what_it_touches(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    said = two.run("plan", "--dialect", "sqlite", expect=2)
    assert "manifests/shop.yaml:31:15: note: column:orders.payload: jsonb → text, checked to be JSON [emulated]" in said
    assert "manifests/shop.yaml:2:1: note: enum:order_state: Enum → what its columns say [emulated]" in said
    two.run("plan", "--write")
    two.edit("shop.yaml", "    found: tsvector", "    more: uuid\n    found: tsvector")
    again = two.run("plan", "--dialect", "sqlite", expect=2)
    assert "column:orders.more: uuid" in again and "jsonb" not in again
    assert "uuid → " not in two.run("plan", "--dialect", "postgresql", expect=2)


def test_a_value_more_of_an_enum_is_planned_for_each(three: Several) -> None:
    three.write("shop.yaml", SHOP)
    three.run("plan", "--write")
    three.commit()
    three.apply_all()
    three.edit("shop.yaml", "[new, paid]", "[new, paid, sent]")
    three.run("plan", "--write")
    three.commit()
    three.apply_all()
    for environment in three.urls:
        at = "shop." if environment == "prod" else ""
        three.sql(environment, f"INSERT INTO {at}users (id, email) VALUES (7, 'a@b')")
        three.sql(environment, f"INSERT INTO {at}orders (user_id, state) VALUES (7, 'sent')")
        assert three.conditions(environment) == ["Synced"]


def test_what_is_emulated_is_renamed_changed_and_dropped_on_each(three: Several) -> None:
    three.write("shop.yaml", SHOP)
    three.run("plan", "--write")
    three.commit()
    three.apply_all()
    for environment in three.urls:
        at = "shop." if environment == "prod" else ""
        three.sql(environment, f"INSERT INTO {at}users (id, email) VALUES (7, 'a@b')")
        three.sql(environment, f"INSERT INTO {at}orders (user_id, paid) VALUES (7, true)")
    three.edit("shop.yaml", "    paid: {type: boolean,", "    settled: {type: boolean, renamedFrom: paid,")
    three.edit("shop.yaml", "varchar(320)", "varchar(300)")
    three.edit("shop.yaml", "    token: {type: uuid, nullable: false, default: gen_random_uuid()}\n", "")
    three.edit("shop.yaml", "payload: {type: jsonb, nullable: false,", "payload: {type: jsonb,")
    three.run("plan", "--write")
    three.commit()
    three.apply_all()
    for environment in three.urls:
        at = "shop." if environment == "prod" else ""
        assert three.conditions(environment) == ["Synced"]
        assert [bool(v) for (v,) in three.sql(environment, f"SELECT settled FROM {at}orders")] == [True]
    assert three.json("plan")["empty"] is True


def test_a_change_of_one_dialect_s_words_is_planned_for_that_one_alone(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    two.edit("shop.yaml", "    columns: {found: text}", "    columns: {found: clob}")
    found = two.json("plan", expect=2)["dialects"]
    assert (found["sqlite"]["empty"], found["postgresql"]["empty"]) == (False, True)
    two.run("plan", "--check", expect=2)
    two.run("plan", "--check", "--dialect", "postgresql")


def test_validate_all_is_a_table_and_says_what_is_refused(two: Several) -> None:
    two.write("shop.yaml", SHOP.replace("  sqlite:\n    columns: {found: text}\n", ""))
    said = two.run("validate", "--dialect", "all", expect=1)
    head = next(line for line in said.splitlines() if line.startswith("where"))
    assert head.split() == ["where", "what", "sqlite", "postgresql", "how"]
    rows = {line.split()[1]: line for line in said.splitlines() if line.startswith("manifests/shop.yaml:")}
    assert "refused   as written" in rows["column:orders.found"]
    assert "emulated  as written" in rows["column:orders.paid"]
    assert "1 error (valid for postgresql)" in said
    data = two.json("validate", expect=1)
    assert (data["dialects"]["sqlite"]["ok"], data["dialects"]["postgresql"]["ok"]) == (False, True)
    assert "sqlite: " in two.run("plan", expect=1)


def test_one_dialect_asks_what_all_that_are_known_would_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    project = Project(folder, {name: f"sqlite:///{tmp_path}/{name}.db" for name in ("dev", "prod")}, "sqlite")
    project.write("t.yaml", f"{HEAD}kind: Table\nmetadata: {{name: t}}\nspec: {{columns: {{a: jsonb}}}}\n")
    assert "emulated" not in project.run("validate")
    said = project.run("validate", "--dialect", "all")
    assert "emulated  emulated" in said and "as written" in said and "1 object: valid for postgresql, sqlite" in said


def test_drift_is_adopted_for_every_dialect_where_it_is_an_addition(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    two.commit()
    two.apply_all()
    two.sql("dev", "ALTER TABLE orders ADD COLUMN extra text")
    said = two.run("drift", "--env", "dev", "--adopt")
    assert "wrote manifests/shop.yaml" in said and "every dialect of the project: sqlite, postgresql" in said
    text = (two.folder / "manifests/shop.yaml").read_text()
    assert text == SHOP.replace("    found: tsvector\n", "    found: tsvector\n    extra: text\n")
    two.run("plan", "--write")
    two.commit()
    two.apply_all()
    assert two.conditions("dev") == two.conditions("prod") == ["Synced"]
    two.sql("dev", "DROP INDEX orders_at_idx")
    refused = two.run("drift", "--env", "dev", "--adopt", expect=3)
    assert "index:orders.orders_at_idx" in refused and "dialects: {sqlite: ...}" in refused
    assert (two.folder / "manifests/shop.yaml").read_text() == text
    two.run("drift", "--env", "dev", "--revert", "--yes")
    assert "no drift" in two.run("drift", "--env", "dev")


def test_the_loop_goes_over_environments_of_each_dialect(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    two.commit()
    assert two.run("run", "--once").count("applied ") == 2
    assert two.conditions("dev") == two.conditions("prod") == ["Synced"]


def test_a_branch_gets_the_revisions_of_each_in_one_commit(two: Several) -> None:
    two.commit("config")
    two.write("shop.yaml", SHOP)
    two.run("plan", "--branch", "change")
    names = two.git("show", "--name-only", "--format=%B", "change")
    assert "migrations/sqlite/schema.lock" in names and "migrations/postgresql/schema.lock" in names
    assert "sqlite:" in names and "postgresql:" in names and "manifests/shop.yaml" in names


def test_each_folder_is_a_script_location_of_alembic(two: Several, tmp_path: Path) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    (two.folder / "alembic.ini").write_text("[sqlite]\nscript_location = migrations/sqlite\n")
    file = tmp_path / "plain.db"
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "--name", "sqlite", "upgrade", "head"], capture_output=True, text=True,
        env={"DATABASE_URL": f"sqlite:///{file}", "PATH": ""}, cwd=two.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (
        "equal" in two.run("diff", f"sqlite:///{file}", "manifests/")
        or not two.json("diff", f"sqlite:///{file}", "manifests/")["steps"]
    )


def test_what_is_ambiguous_asks_for_the_dialect(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    said = two.run("diff", "lock:", "manifests/", expect=1)
    assert "nothing says which of the project's dialects is meant" in said and "--dialect sqlite" in said
    two.run("diff", "lock:", "manifests/", "--dialect", "postgresql")
    two.run("diff", "env:prod", "manifests/", expect=2)
    said = two.run("diff", "env:dev", "env:prod", expect=1)
    assert "env:dev is of sqlite, env:prod is of postgresql" in said
    assert "did you mean sqlite?" in two.run("plan", "--dialect", "sqlit", expect=1)
    assert "known: dev, prod" in two.run("status", "--env", "qa", expect=1)


def test_manifests_of_several_dialects_are_not_imported_over(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("push", "env:dev", "--yes")
    assert "written for several dialects" in two.run("import", "env:dev", "--to", "manifests", expect=3)
    assert (two.folder / "manifests/shop.yaml").read_text() == SHOP
    two.run("import", "env:dev", "--to", "elsewhere")


def test_a_renamed_value_of_an_enum_says_that_its_rows_are_not(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    two.edit("shop.yaml", "[new, paid]", "[new, {value: settled, renamedFrom: paid}]")
    said = two.run("plan", "--dialect", "sqlite", expect=2)
    assert "warning: column:orders.state: rows that hold 'paid' are not renamed to 'settled'" in said
    assert "not renamed" not in two.run("plan", "--dialect", "postgresql", expect=2)


MODELS = """
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    __table_args__ = {"schema": "shop", "comment": "people"}
    id = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    email = mapped_column(String(320), nullable=False)

class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        Index("by_payload", "payload", postgresql_using="gin", info={"only": ["postgresql"]}), {"schema": "shop"}
    )
    id = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    user_id = mapped_column(ForeignKey("shop.users.id"))
    state = mapped_column(Enum("new", "paid", name="order_state", create_constraint=True), nullable=False)
    payload = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    at = mapped_column(DateTime(timezone=True), server_default=func.now())

class Note(Base):
    __tablename__ = "notes"
    __table_args__ = {"info": {"only": ["postgresql"]}}
    id = mapped_column(Integer, primary_key=True)
    text = mapped_column(JSONB)
"""


@pytest.fixture
def modelled(two: Several) -> Several:
    text = (two.folder / "reconcile.yaml").read_text()
    (two.folder / "reconcile.yaml").write_text(text.replace("manifests/", "models:store:Base"))
    (two.folder / "store.py").write_text(textwrap.dedent(MODELS))
    return two


def test_one_set_of_models_is_planned_applied_and_synced_on_each(modelled: Several) -> None:
    said = modelled.run("plan", expect=2)
    assert "store.py:24: note: column:orders.at: DateTime → DATETIME, no time zone: write UTC [emulated]" in said
    modelled.run("plan", "--write")
    modelled.commit()
    modelled.apply_all()
    assert modelled.conditions("dev") == modelled.conditions("prod") == ["Synced"]
    modelled.run("plan", "--check")
    tables = modelled.sql("dev", "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('notes', 'orders')")
    assert [name for (name,) in tables] == ["orders"]
    assert "notes" in (modelled.folder / "migrations/postgresql/schema.lock").read_text()


def test_what_a_dialect_cannot_say_of_models_is_refused_at_its_line(modelled: Several) -> None:
    text = MODELS.replace(
        'BigInteger().with_variant(Integer, "sqlite"), primary_key=True)\n    email',
        "BigInteger, primary_key=True)\n    email",
    )
    token = '    token = mapped_column(Uuid, server_default=text("to_hex(1)"))\n'
    text = text.replace("    email = ", f"{token}    email = ")
    text = text.replace('JSON().with_variant(JSONB, "postgresql")', "postgresql.TSVECTOR")
    text = text.replace("import JSONB\n", "import JSONB\nfrom sqlalchemy.dialects import postgresql\n")
    (modelled.folder / "store.py").write_text(text)
    data = modelled.json("validate", expect=1)
    errors = {(f["span"]["line"], f["message"]) for f in data["findings"] if f["level"] == "error"}
    assert errors == {
        (13, "sqlite numbers rows by an INTEGER primary key only, and this is a BIGINT"),
        (14, "sqlite has no function to_hex"),
        (25, "sqlite cannot express it: can't render element of type TSVECTOR"),
    }
    assert all(f["next"] for f in data["findings"] if f["level"] == "error")
    assert data["dialects"]["postgresql"]["ok"]


def test_a_url_of_another_dialect_is_said_to_be_one(two: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (two.folder / "reconcile.yaml").read_text()
    text = text.replace(f'url: "{two.urls["prod"]}"', "dialect: postgresql, url: {env: PROD_URL}")
    (two.folder / "reconcile.yaml").write_text(text)
    monkeypatch.setenv("PROD_URL", two.urls["dev"])
    said = two.run("apply", "--env", "prod", expect=1)
    assert "environment prod is of postgresql, and its URL is of sqlite" in said and "correct the URL" in said


def test_the_next_step_for_what_git_does_not_know_can_be_typed(two: Several) -> None:
    two.write("shop.yaml", SHOP)
    two.run("plan", "--write")
    two.commit()
    two.apply_all()
    two.sql("dev", "CREATE TABLE handmade (a integer)")
    (stands,) = two.json("status", "--env", "dev")
    told = next(c["next"] for c in stands["conditions"] if c["type"] == "Unmanaged")
    assert told.startswith("reconcile drift --env dev --adopt --unmanaged")
    two.run(*told.split(",")[0].split()[1:])
    assert "handmade" in (two.folder / "manifests/tables/handmade.yaml").read_text()


EVERY_TYPE = [
    "boolean", "smallint", "integer", "bigint", "real", "double precision", "numeric", "numeric(5,2)", "varchar(9)",
    "char(3)", "text", "bytea", "date", "time", "time(3)", "timetz", "timestamp", "timestamp(3)", "timestamptz",
    "timestamp with time zone", "uuid", "json", "jsonb", "inet", "cidr", "macaddr", "text[]", "integer[][]", "varchar",
]  # fmt: skip


def test_every_type_converges_on_each(three: Several) -> None:
    columns = "".join(
        f'    c{n}: {{type: "{kind}", nullable: {str(n % 2 == 0).lower()}}}\n' for n, kind in enumerate(EVERY_TYPE)
    )
    three.write("t.yaml", f"{HEAD}kind: Table\nmetadata: {{name: t}}\nspec:\n  columns:\n    id: bigserial\n{columns}"
                "  primaryKey: [id]\n")  # fmt: skip
    for environment in three.urls:
        three.run("push", f"env:{environment}", "--yes")
        assert not three.json("diff", f"env:{environment}", "manifests/")["steps"]
    three.run("plan", "--write")
    assert three.json("plan", "--offline")["empty"] is True
    assert three.json("verify")["ok"] is True
