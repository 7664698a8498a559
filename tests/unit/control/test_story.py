"""The whole way as a user goes it, on SQLite and on PostgreSQL: every command, what it says, and its exit status."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from reconciler.cli.console import Console
from reconciler.dialects.registry import dialect_of_url

USERS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: users}
spec:
  columns:
    id: integer
    email: {type: varchar(320), nullable: false}
    age: integer
  primaryKey: [id]
"""
POSTS = """apiVersion: reconcile/v1
kind: Table
metadata: {name: posts}
spec:
  columns:
    id: integer
    user_id: integer
  primaryKey: [id]
  foreignKeys: {posts_user_id_fkey: {columns: [user_id], references: {table: users, columns: [id]}}}
"""


class Project:
    """A project in a folder of its own, with two environments: dev (none) and prod (merged, main)."""

    def __init__(self, folder: Path, urls: dict[str, str], dialect: str) -> None:
        self.folder, self.urls, self.dialect = folder, urls, dialect
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "t")
        self.git("config", "user.email", "t@example.com")
        (folder / "manifests").mkdir()
        (folder / "reconcile.yaml").write_text(
            f"apiVersion: reconcile/v1\nkind: Project\nspec:\n  dialect: {dialect}\n  environments:\n"
            f'    dev: {{url: "{urls["dev"]}", policy: none}}\n    prod: {{url: "{urls["prod"]}", policy: merged}}\n'
        )

    def git(self, *args: str) -> str:
        return subprocess.run(["git", *args], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str = "work") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def write(self, name: str, text: str) -> None:
        (self.folder / "manifests" / name).write_text(text)

    def run(self, *args: str, expect: int = 0) -> str:
        out, err = io.StringIO(), io.StringIO()
        code = main(args, Console(out, err))
        text = out.getvalue() + err.getvalue()
        assert code == expect, f"{' '.join(args)} → {code}\n{text}"
        return text

    def json(self, *args: str, expect: int = 0) -> Any:
        return json.loads(self.run(*args, "--json", expect=expect))

    def sql(self, environment: str, *statements: str) -> list[tuple[Any, ...]]:
        url = self.urls[environment]
        with dialect_of_url(url).connect(url) as session:
            return [row for s in statements for row in session.rows(s)]

    def conditions(self, environment: str, expect: int = 0) -> list[str]:
        (stands,) = self.json("status", "--env", environment, expect=expect)
        return [c["type"] for c in stands["conditions"]]

    def files(self) -> dict[str, bytes]:
        found = (p for p in self.folder.rglob("*") if p.is_file() and ".git/" not in str(p) and p.suffix != ".db")
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in found}


def begun(project: Project) -> Project:
    """A project whose first revision is on main and applied everywhere."""
    project.write("users.yaml", USERS)
    project.run("plan", "--write")
    project.commit("first")
    project.run("apply", "--env", "dev")
    project.run("apply", "--env", "prod")
    return project


def test_from_nothing_to_synced(project: Project) -> None:
    project.write("users.yaml", USERS)
    assert "1 object: valid" in project.run("validate")
    assert "create table" in project.run("plan", expect=2)
    project.run("plan", "--check", expect=2)
    assert "wrote migrations/schema.lock" in project.run("plan", "--write")
    before = project.files()
    project.run("plan", "--write")
    assert project.files() == before  # planning twice changes nothing, byte for byte
    project.run("plan", "--check")
    assert project.conditions("dev", expect=2) == ["Pending"]
    assert "create table users" in project.run("apply", "--env", "dev", "--dry-run", expect=2).lower()
    assert project.conditions("dev", expect=2) == ["Pending"]
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]
    assert "nothing to apply" in project.run("apply", "--env", "dev")
    assert "proved" in project.run("verify", "--full")
    assert "apply" in project.run("history", "--env", "dev")


def test_prod_takes_only_what_is_on_its_branch(project: Project) -> None:
    begun(project)
    project.write("users.yaml", USERS.replace("    age: integer", "    age: bigint"))
    made = project.run("plan", "--branch", "wider")
    assert "on branch wider" in made
    assert project.git("status", "--porcelain").strip() == "M manifests/users.yaml"
    project.git("checkout", "-q", "--", "manifests")
    project.git("checkout", "-q", "wider")
    assert "is not on refs/heads/main" in project.run("apply", "--env", "prod", expect=3)
    assert "is not on refs/heads/main" in project.run("apply", "--env", "prod", expect=3)
    refused = [e for e in project.json("history", "--env", "prod") if e["action"] == "refused"]
    assert len(refused) == 1 and "is not on refs/heads/main" in refused[0]["message"]
    assert project.json("status", "--env", "prod", expect=2)[0]["conditions"][0]["reason"] == "AwaitingApproval"
    project.run("approve", "--env", "prod", expect=3)
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "wider")
    project.run("approve", "--env", "prod")
    project.run("apply", "--env", "prod")
    assert project.conditions("prod") == ["Synced"]


def test_rows_survive_a_rename_and_a_change_of_type(project: Project) -> None:
    begun(project)
    project.sql("dev", "INSERT INTO users (id, email, age) VALUES (1, 'a@b', 7)")
    text = USERS.replace("    age: integer", "    years: {type: bigint, renamedFrom: age}")
    project.write("users.yaml", text)
    assert "rename column" in project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    assert project.sql("dev", "SELECT years, email FROM users") == [(7, "a@b")]
    assert "Nothing to plan" in project.run("plan", "--offline")  # renamedFrom may stay


def test_a_likely_rename_is_pointed_out(project: Project) -> None:
    begun(project)
    project.write("users.yaml", USERS.replace("    age: integer", "    years: integer"))
    text = project.run("plan", "--offline", expect=2)
    assert "likely-rename" in text and "renamedFrom: age" in text and "LOSES DATA" in text


def test_drift_is_shown_adopted_and_then_one_for_all(project: Project) -> None:
    begun(project)
    project.sql("prod", "ALTER TABLE users ADD COLUMN vip integer")
    assert project.conditions("prod", expect=2) == ["Drifted"]
    assert "+ column:" in project.run("drift", "--env", "prod", expect=2)
    project.write("posts.yaml", POSTS)
    project.run("plan", "--write")
    project.commit("posts")
    assert "Drifted" in project.run("apply", "--env", "prod", expect=3)
    project.run("drift", "--env", "prod", "--adopt")
    assert "vip" in (project.folder / "manifests" / "users.yaml").read_text()
    project.run("plan", "--write")
    project.commit("adopted")
    project.run("apply", "--env", "dev")
    assert project.conditions("dev") == ["Synced"]


def test_adopted_drift_needs_no_statement_where_it_came_from(project: Project) -> None:
    begun(project)
    project.sql("prod", "ALTER TABLE users ADD COLUMN vip integer")
    project.run("drift", "--env", "prod", "--adopt")
    project.run("drift", "--env", "prod")
    project.run("plan", "--write")
    project.commit("adopted")
    assert "0 statements" in project.run("apply", "--env", "prod")
    project.run("apply", "--env", "dev")
    assert project.conditions("prod") == project.conditions("dev") == ["Synced"]


def test_adopted_drift_changes_only_the_lines_that_it_is_about(project: Project) -> None:
    """Comments and spelling of the rest stay; a file that holds an object that did not drift stays as it is."""
    begun(project)
    mine = USERS.replace("  columns:\n", "  # in the order of the form\n  columns:   # all of them\n", 1)
    assert mine != USERS
    project.write("users.yaml", mine)
    project.sql("prod", "ALTER TABLE users ADD COLUMN vip integer")
    project.run("drift", "--env", "prod", "--adopt")
    found = (project.folder / "manifests" / "users.yaml").read_text()
    added = [line for line in found.splitlines() if line not in mine.splitlines()]
    assert [line.strip().lower() for line in added] == ["vip: integer"]
    assert [line for line in found.splitlines() if line not in added] == mine.splitlines()
    project.run("plan", "--write")
    project.commit("adopted")
    assert "0 statements" in project.run("apply", "--env", "prod")
    assert project.conditions("prod") == ["Synced"]


def test_drift_is_taken_back_where_no_review_is_asked_for(project: Project) -> None:
    begun(project)
    project.sql("dev", "ALTER TABLE users ADD COLUMN vip integer")
    project.run("drift", "--env", "dev", "--revert", "--yes")
    assert project.conditions("dev") == ["Synced"]
    project.sql("prod", "ALTER TABLE users ADD COLUMN vip integer")
    project.run("drift", "--env", "prod", "--revert", "--yes", expect=2)
    assert project.conditions("prod", expect=2) == ["Drifted"]


def test_a_table_that_git_does_not_know_is_reported_and_never_touched(project: Project) -> None:
    begun(project)
    project.sql("dev", "CREATE TABLE legacy (x integer)")
    assert project.conditions("dev") == ["Synced", "Unmanaged"]
    project.write("users.yaml", USERS.replace("    age: integer\n", ""))
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    assert project.sql("dev", "SELECT count(*) FROM legacy") == [(0,)]


def test_an_empty_desired_is_refused(project: Project) -> None:
    begun(project)
    (project.folder / "manifests" / "users.yaml").unlink()
    text = project.run("plan", "--write", expect=3)
    assert "drops everything" in text
    project.run("plan", "--write", "--allow-drop-everything")


def test_two_branches_that_each_plan_end_in_one_line(project: Project) -> None:
    begun(project)
    for branch, edit in (("one", "    one: integer"), ("two", "    two: integer")):
        project.git("checkout", "-q", "-b", branch, "main")
        project.write(
            f"{branch}.yaml", USERS.replace("name: users", f"name: {branch}").replace("    age: integer", edit)
        )
        project.run("plan", "--write")
        project.commit(branch)
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "one")
    project.git("merge", "-q", "--no-edit", "two")  # the lockfiles merge: they touched different tables
    project.run("plan", "--write")
    project.run("plan", "--check")
    project.commit("one line")
    project.run("verify", "--full")
    project.run("apply", "--env", "prod")
    assert project.conditions("prod") == ["Synced"]


def test_a_hand_written_revision_is_measured(project: Project) -> None:
    begun(project)
    head = project.json("history")[-1]["id"]
    (project.folder / "migrations" / "versions" / "hand.py").write_text(
        f'"""by hand"""\nfrom alembic import op\nrevision = "abc123"\ndown_revision = "{head}"\n'
        'def upgrade():\n    op.execute("CREATE INDEX by_hand ON users (age)")\n'
        'def downgrade():\n    op.execute("DROP INDEX by_hand")\n'
    )
    assert "verify --update" in project.run("plan", expect=3)
    project.run("verify", "--update")
    project.run("verify")
    assert "drop index" in project.run("plan", "--offline", expect=2)  # the manifests do not have it yet
    project.run("apply", "--env", "dev")


def test_the_loop_applies_what_it_may(project: Project) -> None:
    begun(project)
    project.write("posts.yaml", POSTS)
    project.run("plan", "--write")
    assert project.run("run", "--once").count("applied") == 1  # prod follows main, which does not have it yet
    assert project.conditions("dev") == ["Synced"] and project.conditions("prod", expect=2) == ["Pending"]
    project.commit("posts")
    project.run("run", "--once")
    assert project.conditions("prod") == ["Synced"]


def test_push_brings_a_database_there_at_once_and_leaves_nothing_of_ours(project: Project) -> None:
    project.write("users.yaml", USERS)
    project.run("push", project.urls["dev"], "--yes")
    project.run("diff", project.urls["dev"], "manifests")
    assert "nothing to do" in project.run("push", "env:dev", "--yes")
    assert "policy is 'merged'" in project.run("push", "env:prod", "--yes", expect=3)
    assert "policy is 'merged'" in project.run("push", project.urls["prod"], "--yes", expect=3)


def test_import_gives_back_what_is_there(project: Project) -> None:
    begun(project)
    project.run("import", project.urls["dev"], "--to", "again")
    project.run("diff", project.urls["dev"], "again")
    first = project.files()
    project.run("import", project.urls["dev"], "--to", "again")
    assert project.files() == first
    project.run("diff", "lock:", "again")
    project.run("diff", "git:HEAD:manifests", "again")


def test_a_database_becomes_a_project(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(project)
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    subprocess.run(["git", "init", "-q"], cwd=other, check=True)
    project.sql("dev", "DROP TABLE alembic_version")
    url = project.urls["dev"]
    assert "baseline" in project.run("init", "--from", url)
    project.run("init", expect=3)
    project.run("apply", "--env", "dev", "--baseline")
    (stands,) = project.json("status")
    assert [c["type"] for c in stands["conditions"]] == ["Synced"]


def test_a_baseline_that_is_not_so_is_refused(project: Project) -> None:
    project.write("users.yaml", USERS)
    project.run("plan", "--write")
    text = project.run("apply", "--env", "dev", "--baseline", expect=3)
    assert "users" in text and "next:" in text
    assert project.conditions("dev", expect=2) == ["Pending"]


def test_every_wrong_word_says_what_to_type_next(project: Project) -> None:
    begun(project)
    assert "prod" in project.run("status", "--env", "prodd", expect=1).split("next:")[1]
    assert "next:" in project.run("apply", "--env", "nope", expect=1)
    assert "next:" in project.run("diff", "nowhere/", "lock:", expect=1)
    assert "next:" in project.run("apply", "--env", "dev", "--to", "ffffff", expect=1)


def test_a_revision_that_is_edited_after_it_was_applied_shows(project: Project) -> None:
    project.write("users.yaml", USERS)
    project.run("plan", "--write")
    project.run("apply", "--env", "dev")
    (file,) = (project.folder / "migrations/versions").glob("*.py")
    text = file.read_bytes()
    file.write_bytes(text.replace(b"\n", b"\r\n"))  # as a checkout may have it
    assert project.conditions("dev") == ["Synced"]
    file.write_bytes(text + b"\n# another text\n")
    (stands,) = project.json("status", "--env", "dev", expect=2)
    (told,) = [c for c in stands["conditions"] if c["type"] == "Tampered"]
    assert told["objects"] == [f"migrations/versions/{file.name}"] and "verify --update" in told["next"]
    file.write_bytes(text)
    assert project.conditions("dev") == ["Synced"]
