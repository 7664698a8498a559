"""A commit on a branch beside the user's work: nothing of theirs is touched, nothing of theirs is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.errors import ReconcileError, RefusedError
from reconciler.review.branch import TRAILER, commit_on_branch, is_ours
from reconciler.review.git import GitError
from reconciler.review.repository import Repository


def sh(root: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    sh(tmp_path, "config", "--global", "user.name", "Ada")
    sh(tmp_path, "config", "--global", "user.email", "ada@example.org")
    folder = tmp_path / "project"
    folder.mkdir()
    sh(folder, "init", "-q", "-b", "main")
    save(folder, "start", {"a": "1", "m/old": "1"})
    return folder


def save(root: Path, message: str, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    sh(root, "add", "-A")
    sh(root, "commit", "-qm", message)
    return sh(root, "rev-parse", "HEAD")


FILES = {"m/new.py": b"new\r\n\xff", "schema.lock": b"lock\n"}


def test_the_commit_holds_the_files_on_top_of_the_base(root: Path) -> None:
    repository = Repository(root)
    made = commit_on_branch(repository, "plan/x", FILES, "Add a column\n\nWhy.", deletions=["m/old"])
    assert repository.files(made) == FILES | {"a": b"1"}
    assert sh(root, "rev-parse", "plan/x") == made
    assert sh(root, "rev-parse", "plan/x^") == sh(root, "rev-parse", "main")
    message = sh(root, "show", "-s", "--format=%B", made)
    assert message.startswith("Add a column\n\nWhy.\n\n") and f"{TRAILER}: " in message
    assert is_ours(repository, made) and not is_ours(repository, "main")


def test_nothing_of_the_user_is_touched(root: Path) -> None:
    (root / "a").write_text("dirty")
    (root / "untracked").write_text("x")
    (root / "staged").write_text("x")
    sh(root, "add", "staged")
    before = [sh(root, *c) for c in (("status", "--porcelain"), ("rev-parse", "HEAD"), ("symbolic-ref", "HEAD"))]
    index = (root / ".git/index").read_bytes()
    commit_on_branch(Repository(root), "plan", FILES, "x")
    after = [sh(root, *c) for c in (("status", "--porcelain"), ("rev-parse", "HEAD"), ("symbolic-ref", "HEAD"))]
    assert before == after
    assert not (root / "schema.lock").exists()
    assert index == (root / ".git/index").read_bytes() or before == after


def test_the_same_again_is_the_same_commit(root: Path) -> None:
    first = commit_on_branch(Repository(root), "plan", FILES, "x")
    assert commit_on_branch(Repository(root), "plan", FILES, "x") == first


def test_files_that_change_nothing_make_no_branch(root: Path) -> None:
    repository = Repository(root)
    assert commit_on_branch(repository, "plan", {"a": b"1"}, "x") == repository.resolve("main")
    assert repository.tip("refs/heads/plan") is None


def test_our_own_commit_is_replaced_when_the_plan_changes(root: Path) -> None:
    repository = Repository(root)
    commit_on_branch(repository, "plan", FILES, "x")
    second = commit_on_branch(repository, "plan", {"schema.lock": b"other"}, "y")
    assert repository.files(second) == {"a": b"1", "m/old": b"1", "schema.lock": b"other"}
    assert sh(root, "rev-list", "--count", "main..plan") == "1"


def test_our_own_commit_is_regenerated_on_a_head_that_moved(root: Path) -> None:
    repository = Repository(root)
    commit_on_branch(repository, "plan", FILES, "x")
    moved = save(root, "moved", {"b": "2"})
    made = commit_on_branch(repository, "plan", FILES, "x")
    assert sh(root, "rev-parse", "plan^") == moved and repository.files(made)["b"] == b"2"


def test_a_branch_behind_the_base_is_moved_forward(root: Path) -> None:
    sh(root, "branch", "plan")
    moved = save(root, "moved", {"b": "2"})
    commit_on_branch(Repository(root), "plan", FILES, "x")
    assert sh(root, "rev-parse", "plan^") == moved


def test_a_commit_of_somebody_else_is_not_lost(root: Path) -> None:
    repository = Repository(root)
    commit_on_branch(repository, "plan", FILES, "x")
    sh(root, "checkout", "-q", "plan")
    theirs = save(root, "by hand", {"m/new.py": "edited"})
    sh(root, "checkout", "-q", "main")
    with pytest.raises(RefusedError, match=theirs[:12]):
        commit_on_branch(repository, "plan", {"schema.lock": b"other"}, "y")
    assert sh(root, "rev-parse", "plan") == theirs


def test_our_commit_that_was_amended_is_not_lost(root: Path) -> None:
    repository = Repository(root)
    commit_on_branch(repository, "plan", FILES, "x")
    sh(root, "checkout", "-q", "plan")
    (root / "m/new.py").write_text("amended")
    sh(root, "commit", "-q", "--amend", "--no-edit", "-a")
    sh(root, "checkout", "-q", "main")
    with pytest.raises(RefusedError):
        commit_on_branch(repository, "plan", {"schema.lock": b"other"}, "y")


def test_a_rebased_commit_of_ours_is_still_ours(root: Path) -> None:
    repository = Repository(root)
    commit_on_branch(repository, "plan", FILES, "x")
    save(root, "moved", {"b": "2"})
    sh(root, "rebase", "-q", "main", "plan")
    sh(root, "checkout", "-q", "main")
    assert is_ours(repository, "plan")


def test_a_branch_that_is_checked_out_is_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="checked out"):
        commit_on_branch(Repository(root), "main", FILES, "x")
    sh(root, "worktree", "add", "-q", str(tmp_path / "second"), "-b", "plan")
    with pytest.raises(RefusedError, match="checked out"):
        commit_on_branch(Repository(root), "plan", FILES, "x")


@pytest.mark.parametrize("message", ["x\n\n---\n\ny", "x\n\n# heading", "x\n\nSigned-off-by: Ada", "x\n\n\n", "ä 漢"])
def test_any_message_keeps_its_trailer(root: Path, message: str) -> None:
    made = commit_on_branch(Repository(root), "plan", FILES, message)
    assert is_ours(Repository(root), made)
    assert sh(root, "show", "-s", "--format=%B", made).startswith(message.rstrip())


@pytest.mark.parametrize("name", ["-x", "a b", "a..b", "x.lock", "", "/a", "a/", "@{1}", "HEAD"])
def test_a_bad_name_is_refused(root: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="no name of a branch"):
        commit_on_branch(Repository(root), name, FILES, "x")


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ".git/config", "a/x"])
def test_a_bad_path_is_refused(root: Path, path: str) -> None:
    with pytest.raises(ReconcileError):
        commit_on_branch(Repository(root), "plan", {path: b"x"}, "x")
    assert Repository(root).tip("refs/heads/plan") is None


def test_without_an_identity_the_error_says_what_to_type(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sh(root, "config", "user.useConfigOnly", "true")
    sh(root, "config", "--global", "--unset", "user.email")
    monkeypatch.delenv("EMAIL", raising=False)
    with pytest.raises(GitError, match="does not know who you are") as caught:
        commit_on_branch(Repository(root), "plan", FILES, "x")
    assert "git config user" in caught.value.next


def test_a_base_can_be_any_commit(root: Path) -> None:
    first = sh(root, "rev-parse", "HEAD")
    save(root, "moved", {"b": "2"})
    made = commit_on_branch(Repository(root), "plan", FILES, "x", base=first)
    assert sh(root, "rev-parse", f"{made}^") == first


def test_our_name_for_the_files_is_kept_through_line_ending_settings(root: Path) -> None:
    sh(root, "config", "core.autocrlf", "true")
    repository = Repository(root)
    made = commit_on_branch(repository, "plan", {"x": b"a\r\nb\n"}, "x")
    assert repository.file(made, "x") == b"a\r\nb\n"
