"""Attacks through code that is loaded beside or instead of what was approved (5.5), and through git and files."""

from __future__ import annotations

import importlib.util
import py_compile
from pathlib import Path

import pytest

from tests.approvals import Team
from tests.attacks.test_approvals import hand_written, revision_file

pytestmark = pytest.mark.attacks


def test_a_second_file_with_the_same_revision_id(team: Team) -> None:
    """Alembic warns, and the file that sorts last wins."""
    team.approve("alice", "bob")
    file = revision_file(team)
    file.with_name("zz_evil.py").write_text(file.read_text().replace("phone", "evil"))
    team.commit("a second one")
    said = team.refused()
    assert "is also that of" in said and "zz_evil.py" in said and file.name in said


def test_an_untracked_revision(team: Team) -> None:
    team.approve("alice", "bob")
    file = revision_file(team)
    file.with_name("zz_evil.py").write_text("raise SystemExit('this ran')\n")
    assert "changed or untracked" in team.refused()


def test_a_revision_that_is_not_in_the_statement(team: Team) -> None:
    team.approve("alice", "bob")
    first = team.json("history")[0]["id"]
    text = f'revision = "evil0001"\ndown_revision = "{first}"\n\n\ndef upgrade():\n    pass\n'
    revision_file(team).with_name("zz_evil.py").write_text(text)
    team.commit("a branch of the history")
    assert "2 heads" in team.refused()
    assert "stale (head, revisions moved)" in team.refused("--to", "evil0001")


def poisoned(file: Path, evil: str, mode: py_compile.PycInvalidationMode) -> Path:
    """Byte code of another text in the place of the file's own."""
    source = file.with_name("evil_source.py")
    source.write_text(evil)
    target = Path(importlib.util.cache_from_source(str(file)))
    target.parent.mkdir(exist_ok=True)
    py_compile.compile(str(source), cfile=str(target), invalidation_mode=mode)
    source.unlink()
    return target


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_byte_code_beside_a_revision(team: Team, mode: py_compile.PycInvalidationMode) -> None:
    """A poisoned __pycache__ wins over the source wherever Python imports; here it is not looked at."""
    (team.folder / ".gitignore").write_text("__pycache__/\n")
    team.commit("ignored")
    team.approve("alice", "bob")
    file = revision_file(team)
    poisoned(file, file.read_text().replace("phone", "evil"), mode)
    team.applied()
    assert any("phone" in line for line in team.state()) and not any("evil" in line for line in team.state())


def test_byte_code_that_is_tracked(team: Team) -> None:
    team.approve("alice", "bob")
    file = revision_file(team)
    poisoned(file, file.read_text(), py_compile.PycInvalidationMode.UNCHECKED_HASH)
    team.git("add", "-f", "-A")
    team.commit("byte code")
    assert "compiled Python among the revisions" in team.refused()


def test_byte_code_beside_a_helper(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """The helper's source is as it was; its byte code, which Python would take, is not."""
    helper = team.folder / "helper_b.py"
    helper.write_text('SQL = "CREATE TABLE good (x integer)"\n')
    (team.folder / ".gitignore").write_text("__pycache__/\n")
    team.commit("helper")
    monkeypatch.syspath_prepend(str(team.folder))
    hand_written(team, "import helper_b", "op.execute(helper_b.SQL)")
    team.approve("alice", "bob")
    poisoned(helper, 'SQL = "CREATE TABLE evil (x integer)"\n', py_compile.PycInvalidationMode.UNCHECKED_HASH)
    team.applied()
    assert "table:good" in team.state() and "table:evil" not in team.state()


def test_an_env_py_that_does_more(team: Team) -> None:
    ran = team.folder.parent / "ran"
    (team.folder / "migrations" / "env.py").write_text(f"open({str(ran)!r}, 'w').write('ran')\n")
    team.commit("env.py")
    team.approve("alice", "bob")
    team.applied()
    assert not ran.exists()


@pytest.mark.parametrize("where", ["at the top", "in upgrade"])
def test_a_revision_that_asks_the_environment(team: Team, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Harmless where it is reviewed, and a DROP where it is applied: it sees the same environment in both."""
    head = "import os"
    ask = 'os.environ.get("EVIL")'
    body = f'op.execute("DROP TABLE users" if {ask} else "CREATE TABLE good (x integer)")'
    if where == "at the top":
        head, body = f"import os\nEVIL = {ask}", body.replace(ask, "EVIL")
    hand_written(team, head, body)
    team.approve("alice", "bob")
    monkeypatch.setenv("EVIL", "1")
    team.applied()
    assert "table:good" in team.state() and "table:users" in team.state()


def test_code_that_nobody_approved_is_not_run(team: Team) -> None:
    """Alembic runs the top of every file to list heads; here nothing runs before enough persons signed its bytes."""
    ran = team.folder.parent / "ran"
    file = revision_file(team)
    file.write_text(file.read_text() + f"\nopen({str(ran)!r}, 'w').write('ran')\n")
    team.commit("evil at the top")
    team.refused()
    team.run("status", expect=2)
    team.run("history")
    assert not ran.exists()


def test_approved_code_sees_no_secret_of_the_applier(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = team.folder.parent / "seen"
    monkeypatch.setenv("CANARY_PASSWORD", "canary-secret-5")
    tells = f"open({str(seen)!r}, 'w').write(repr(dict(os.environ)) + repr(list(sys.modules)))"
    hand_written(team, "import os, sys", tells)
    team.approve("alice")
    found = seen.read_text()
    assert "canary-secret-5" not in found and "CANARY" not in found and "PROD_URL" not in found
    assert "reconciler.cli" not in found


def test_a_symbolic_link_among_the_revisions(team: Team) -> None:
    team.approve("alice", "bob")
    (team.folder / "migrations" / "versions" / "link.py").symlink_to("/etc/passwd")
    team.commit("a link")
    assert "is a symbolic link" in team.refused()


def test_an_object_of_git_replaced(team: Team) -> None:
    """`git replace` shows other bytes for a commit to whoever follows it."""
    good = team.git("rev-parse", "HEAD").strip()
    file = revision_file(team)
    file.write_text(file.read_text().replace("phone", "evil"))
    team.commit("evil")
    evil = team.git("rev-parse", "HEAD").strip()
    team.git("reset", "-q", "--hard", good)
    team.git("replace", good, evil)
    team.approve("alice", "bob")
    team.applied()
    assert not any("evil" in line for line in team.state())


def test_approvals_that_are_links_or_huge_are_not_read(team: Team) -> None:
    team.approve("alice", "bob")
    folder = team.folder / "approvals" / "prod"
    for n, path in enumerate(team.approvals()):
        path.rename(team.folder.parent / f"{n}.approval")
        (folder / f"{n}.approval").symlink_to(team.folder.parent / f"{n}.approval")
    assert "it is not approved" in team.refused()


@pytest.mark.parametrize("migrations", ["../elsewhere", "/etc", "approvals/../../x", "~root"])
def test_a_project_file_that_leads_elsewhere(team: Team, migrations: str) -> None:
    team.write_project(migrations=migrations)
    before = team.state()
    assert "path" in team.run("apply", "--env", "prod", expect=1)
    assert team.state() == before


def test_a_ledger_that_was_changed(team: Team) -> None:
    team.approve("alice", "bob")
    team.applied()
    anchor = team.json("audit", "--env", "prod")["anchor"]
    team.run("audit", "--env", "prod", "--verify", "--anchor", anchor)
    table = team.ledger_table()
    team.sql("prod", f"UPDATE {table} SET actor = 'nobody' WHERE seq = 2")
    assert "#2: it was changed since it was written" in team.run("audit", "--env", "prod", "--verify", expect=1)
    team.sql("prod", f"DELETE FROM {table} WHERE seq = 2")
    assert "#3: an entry before it taken away" in team.run("audit", "--env", "prod", "--verify", expect=1)
    team.sql("prod", f"DELETE FROM {table} WHERE seq > 1")
    team.run("audit", "--env", "prod", "--verify")
    said = team.run("audit", "--env", "prod", "--verify", "--anchor", anchor, expect=1)
    assert "gone, with all that followed it" in said


def test_line_ends_that_a_checkout_changes(team: Team) -> None:
    """4.2: the file in the working tree is another one, byte by byte; what git has is what was approved."""
    team.approve("alice", "bob")
    file = team.folder / str(team.json("history")[-1]["path"])
    before = file.read_bytes()
    (team.folder / ".gitattributes").write_text("*.py text eol=crlf\n")
    team.commit("line ends")
    file.unlink()
    team.git("checkout", "--", str(file.relative_to(team.folder)))
    assert file.read_bytes() == before.replace(b"\n", b"\r\n") != before
    assert "applied" in team.applied()
