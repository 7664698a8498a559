"""`drops: tombstone`: what is dropped stays under another name until a day, and comes back with its rows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.control import clock
from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_of_url
from tests.unit.control.test_story import Project

USERS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: users}
spec:
  columns:
    id: integer
    email: {type: varchar(320), nullable: false}
    phone: {type: varchar(40), nullable: false}
    note: text
  primaryKey: [id]
  unique: {users_phone_key: [phone]}
  indexes: {users_by_note: {columns: [id, phone]}}
"""
WITHOUT_PHONE = """apiVersion: reconcile/v1
kind: Table
metadata: {name: users}
spec:
  columns:
    id: integer
    email: {type: varchar(320), nullable: false}
    note: text
  primaryKey: [id]
"""
ORDERS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: orders}
spec:
  columns:
    id: integer
    user_id: {type: integer, nullable: false}
    what: {type: varchar(40), nullable: false, default: "'x'"}
  primaryKey: [id]
  foreignKeys: {orders_user_fkey: {columns: [user_id], references: {table: users, columns: [id]}, onDelete: cascade}}
  indexes: {orders_by_user: {columns: [user_id]}}
  checks: {orders_what: what <> ''}
"""
TODAY = clock.today()
"""The real day, since the ledger says when something was dropped by the real time."""
UNTIL = TODAY + datetime.timedelta(days=30)
LATER = UNTIL + datetime.timedelta(days=1)
"""Behind it also where midnight came while the tests ran."""
GONE = f"tombstone_{UNTIL:%Y%m%d}"
KEPT_PHONE = f"{GONE}_phone"


SERVERS = [pytest.param(name, marks=pytest.mark.proof) for name in ("postgresql", "mysql")]


@pytest.fixture(params=["sqlite", *SERVERS])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """users and orders, with rows, in dev and prod."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    on(monkeypatch, TODAY)
    if request.param == "sqlite":
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("dev", "prod")}
    else:
        server = request.getfixturevalue("pg_default" if request.param == "postgresql" else "maria")
        urls = {name: server.database() for name in ("dev", "prod")}
    found = Project(tmp_path / "project", urls, request.param)
    config(found, "drops: tombstone")
    found.write("users.yaml", USERS)
    found.write("orders.yaml", ORDERS)
    found.run("plan", "--write")
    found.commit("first")
    found.run("apply", "--env", "dev")
    found.sql("dev", "INSERT INTO users (id, email, phone, note) VALUES (1, 'a', '+41 1', 'n'), (2, 'b', 'ü ''', NULL)")
    found.sql("dev", "INSERT INTO orders (id, user_id) VALUES (10, 1), (11, 2)")
    yield found


def on(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    """The day on which it is planned and applied."""
    monkeypatch.setattr(clock, "today", lambda: day)


def config(project: Project, *lines: str) -> None:
    file = project.folder / "reconcile.yaml"
    text = re.sub(r"  (drops|keepDropped): .*\n", "", file.read_text())
    file.write_text(text.replace("spec:\n", "spec:\n" + "".join(f"  {line}\n" for line in lines)))


def moved(project: Project, message: str, *, env: str = "dev") -> str:
    """Plans, commits and applies what the manifests say now; gives the plan."""
    said = project.run("plan", expect=2)
    project.run("plan", "--write")
    project.commit(message)
    project.run("apply", "--env", env)
    assert project.conditions(env)[0] == "Synced"
    project.run("plan", "--check")
    return said


def rows(project: Project, table: str, columns: str) -> list[tuple[object, ...]]:
    return project.sql("dev", f"SELECT {columns} FROM {table} ORDER BY id")


def test_a_dropped_column_is_written_past_and_comes_back_as_it_was(project: Project) -> None:
    before = rows(project, "users", "id, email, phone, note")
    project.write("users.yaml", WITHOUT_PHONE)
    said = moved(project, "phone goes")
    assert f"{GONE}_phone" in said and "loses" not in said
    assert rows(project, "users", f"id, email, {GONE}_phone, note") == before
    project.sql("dev", "INSERT INTO users (id, email) VALUES (3, 'c')", "UPDATE users SET note = 'm' WHERE id = 2")
    project.write("users.yaml", USERS.replace("phone: {type: varchar(40), nullable: false}", "phone: varchar(40)"))
    moved(project, "phone is back")
    want = [*before[:1], (*before[1][:3], "m"), (3, "c", None, None)]
    assert rows(project, "users", "id, email, phone, note") == want
    project.run("verify", "--full")


def test_a_dropped_table_comes_back_with_its_rows_and_everything_on_it(project: Project) -> None:
    before = rows(project, "orders", "id, user_id, what")
    (project.folder / "manifests/orders.yaml").unlink()
    said = moved(project, "orders go")
    assert f"{GONE}_orders" in said and "loses" not in said
    project.sql("dev", "DELETE FROM users WHERE id = 2")  # no key of a tombstone holds it, or takes its rows along
    assert rows(project, f"{GONE}_orders", "id, user_id, what") == before
    project.sql("dev", "INSERT INTO users (id, email, phone) VALUES (2, 'b', '2')")
    project.write("orders.yaml", ORDERS)
    moved(project, "orders are back")
    assert rows(project, "orders", "id, user_id, what") == before
    project.run("verify", "--full")


def test_a_purge_waits_for_its_day(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("users.yaml", WITHOUT_PHONE)
    (project.folder / "manifests/orders.yaml").unlink()
    moved(project, "both go")
    said = project.run("plan", "--purge", "--write", expect=3)
    assert f"may be purged from {UNTIL} on" in said
    on(monkeypatch, UNTIL)
    said = project.run("plan", "--purge", expect=2)
    assert re.search(rf"drop table (public\.)?{GONE}_orders", said) and "2 lose data" in said
    project.run("plan", "--check")  # without being asked for, nothing is purged
    project.run("plan", "--purge", "--write")
    project.commit("purged")
    on(monkeypatch, TODAY)
    said = project.run("apply", "--env", "dev", expect=3)
    assert re.search(rf"{GONE}_orders may be purged from ({UNTIL}|{LATER}) on", said)
    on(monkeypatch, LATER)
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]
    assert "nothing to purge" in project.run("plan", "--purge", expect=3)
    with pytest.raises(Exception, match="tombstone"):
        project.sql("dev", f"SELECT * FROM {GONE}_orders")


def test_tombstones_are_seen_and_in_no_ones_way(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("users.yaml", WITHOUT_PHONE)
    (project.folder / "manifests/orders.yaml").unlink()
    moved(project, "both go")
    (stands,) = project.json("status", "--env", "dev")
    assert [c["type"] for c in stands["conditions"]] == ["Synced", "Tombstones"]
    assert len(stands["conditions"][1]["objects"]) == 2
    project.run("diff", "env:dev", "manifests")
    project.run("push", "env:dev", "--yes")
    project.run("import", "env:dev", "--to", "elsewhere")
    imported = {p.name: p.read_text() for p in (project.folder / "elsewhere").rglob("*.yaml")}
    assert "users.yaml" in imported and "tombstone" not in str(imported)
    on(monkeypatch, LATER)
    (stands,) = project.json("status", "--env", "dev")
    assert [c["reason"] for c in stands["conditions"]] == ["AsGitSays", "Due"]
    project.sql("dev", "ALTER TABLE users ADD COLUMN by_hand integer")
    project.run("drift", "--env", "dev", "--adopt")
    adopted = (project.folder / "manifests/users.yaml").read_text()
    assert "by_hand" in adopted and "tombstone" not in adopted
    project.sql("dev", f"DROP TABLE {GONE}_orders")
    assert project.conditions("dev", expect=2)[0] == "Drifted"
    assert "tombstone" in project.run("drift", "--env", "dev", "--adopt", expect=3)


def test_a_not_null_column_with_rows_written_past_it_says_what_lacks(project: Project) -> None:
    project.write("users.yaml", WITHOUT_PHONE)
    moved(project, "phone goes")
    project.sql("dev", "INSERT INTO users (id, email) VALUES (3, 'c')")
    project.write("users.yaml", USERS)
    assert "IS NULL, before it is applied" in project.run("plan", expect=2)
    project.run("plan", "--write")
    project.commit("back")
    said = project.run("apply", "--env", "dev", expect=3)
    assert "1 row of" in said and "NULL in phone" in said
    project.sql("dev", f"UPDATE users SET {GONE}_phone = '-' WHERE id = 3")
    project.run("apply", "--env", "dev")
    assert rows(project, "users", "phone") == [("+41 1",), ("ü '",), ("-",)]


def test_names_that_are_long_or_taken(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "größe_" + "x" * 50
    project.write("users.yaml",
                  WITHOUT_PHONE.replace("    note: text\n", f"    note: text\n    {long}: integer\n"))  # fmt: skip
    moved(project, "long")
    project.sql("dev", f"UPDATE users SET {long} = id * 7")
    project.write("users.yaml", WITHOUT_PHONE)
    said = moved(project, "long goes")
    (name,) = set(re.findall(r"tombstone_\d{8}_größe\w*", said))
    assert len(name.encode()) <= 63
    project.write("users.yaml", WITHOUT_PHONE.replace("    note: text\n", f"    note: text\n    {long}: integer\n"))
    moved(project, "long is back")
    assert rows(project, "users", long) == [(7,), (14,)]
    project.write("users.yaml", WITHOUT_PHONE.replace("note: text", "tombstone_20270101_x: text"))
    assert "has the name of a tombstone" in project.run("plan", expect=3)


THINGS = """apiVersion: reconcile/v1
kind: Enum
metadata: {name: state}
spec: {values: [new, old]}
---
apiVersion: reconcile/v1
kind: Table
metadata: {name: things}
spec:
  columns:
    id: {type: integer, identity: always}
    n: {type: integer, nullable: false, default: nextval('counter'::regclass)}
    state: {type: state, nullable: false, default: "'new'"}
  primaryKey: [id]
  indexes: {things_by_n: {columns: [n]}}
---
apiVersion: reconcile/v1
kind: Sequence
metadata: {name: counter}
spec: {ownedBy: things.n}
---
apiVersion: reconcile/v1
kind: View
metadata: {name: newest}
spec: {definition: "SELECT id FROM things WHERE state = 'new'"}
"""
OTHER = """apiVersion: reconcile/v1
kind: Table
metadata: {name: others}
spec:
  columns: {id: integer}
  indexes: {things_by_n: {columns: [id]}}
"""


def test_what_a_tombstone_needs_stays_with_it_and_its_names_are_free(
    project: Project, request: pytest.FixtureRequest
) -> None:
    if project.dialect != "postgresql":
        return
    project.write("things.yaml", THINGS)
    moved(project, "things")
    project.sql("dev", "INSERT INTO things DEFAULT VALUES", "INSERT INTO things DEFAULT VALUES")
    (project.folder / "manifests/things.yaml").unlink()
    moved(project, "things go, and the type and the sequence that nobody needs any more")
    project.write("others.yaml", OTHER)
    moved(project, "somebody else has the name of an index")
    (project.folder / "manifests/others.yaml").unlink()
    project.write("things.yaml", THINGS)
    moved(project, "things are back")
    project.sql("dev", "INSERT INTO things DEFAULT VALUES")
    assert project.sql("dev", "SELECT id, n, state::text FROM things ORDER BY id") == [
        (1, 1, "new"), (2, 2, "new"), (3, 3, "new")
    ]  # fmt: skip
    assert project.sql("dev", "SELECT id FROM newest ORDER BY id") == [(1,), (2,), (3,)]
    project.run("verify", "--full")


MODELS = """from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(320), nullable=False)
    phone = Column(String(40), nullable=False)
"""


def test_models_and_a_rollback_by_tombstones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    on(monkeypatch, TODAY)
    project = Project(tmp_path / "project", {n: f"sqlite:///{tmp_path / n}.db" for n in ("dev", "prod")}, "sqlite")
    config(project, "drops: tombstone", "desired: models:shop:Base")
    models = project.folder / "shop.py"
    models.write_text(MODELS)
    project.run("plan", "--write")
    project.commit("first")
    project.run("apply", "--env", "dev")
    (first,) = [r["id"] for r in project.json("history")]
    project.sql("dev", "INSERT INTO users (id, email, phone) VALUES (1, 'a', '+41')")
    models.write_text("\n".join(line for line in MODELS.splitlines() if "phone" not in line) + "\n")
    moved(project, "phone goes")
    said = project.run("rollback", "--env", "dev", "--to", first, "--write")
    assert "does not bring back" not in said and "loses" not in said
    assert "git log" in said and "git revert" in said
    models.write_text(MODELS)
    project.run("plan", "--check")
    project.commit("back")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]
    assert project.sql("dev", "SELECT id, email, phone FROM users") == [(1, "a", "+41")]


def test_only_what_a_pattern_names_is_kept(project: Project) -> None:
    config(project, "drops: {tombstone: [users.phone, orders]}")
    project.write("users.yaml", WITHOUT_PHONE.replace("    note: text\n", ""))
    (project.folder / "manifests" / "orders.yaml").unlink()
    said = project.run("plan", "--write")
    assert said.count("is kept under this name") == 2
    project.run("apply", "--env", "dev")
    with dialect_of_url(project.urls["dev"]).connect(project.urls["dev"]) as session:
        live = dialect_of_url(project.urls["dev"]).inspect(session, Scope())
    assert {a.name for a in live if (a.kind, a.parent) == ("column", "users")} == {"id", "email", KEPT_PHONE}
    assert project.sql("dev", f"SELECT id FROM {GONE}_orders ORDER BY id") == [(10,), (11,)]
    project.run("status", "--env", "dev")
