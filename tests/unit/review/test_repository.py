"""What is read from git is what was committed, or it is refused with something to do about it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.config.environment import Environment, UrlSource
from reconciler.errors import ReconcileError, RefusedError
from reconciler.review.git import GitError
from reconciler.review.repository import Repository


def sh(root: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, message: str = "change", **files: str) -> str:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sh(root, "add", "-A")
    sh(root, "commit", "-qm", message, "--allow-empty")
    return sh(root, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    sh(folder, "init", "-q", "-b", "main")
    return folder


def environment(**how: str) -> Environment:
    return Environment(name="prod", url_source=UrlSource(env="PROD"), **how)  # type: ignore[arg-type]


def test_the_repository_around_a_folder_is_found(root: Path) -> None:
    (root / "deep" / "er").mkdir(parents=True)
    assert Repository.around(root / "deep" / "er").root.resolve() == root.resolve()


def test_outside_a_repository_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(GitError, match="not a git repository") as caught:
        Repository.around(tmp_path)
    assert "git init" in caught.value.next


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    sh(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(ReconcileError, match="no working tree"):
        Repository.around(tmp_path / "bare.git")


def test_without_git_the_error_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ReconcileError, match="git is not installed"):
        Repository(root).resolve("HEAD")


def test_before_the_first_commit_the_error_says_so(root: Path) -> None:
    with pytest.raises(ReconcileError, match="no commit yet"):
        Repository(root).resolve("HEAD")


def test_an_unknown_ref_names_the_nearest(root: Path) -> None:
    commit(root, a="1")
    sh(root, "branch", "release")
    with pytest.raises(ReconcileError) as caught:
        Repository(root).resolve("relaese")
    assert caught.value.next == "did you mean release?"


@pytest.mark.parametrize("ref", ["--all", "-h", "", "a b", "HEAD:a"])
def test_a_ref_is_never_an_option_or_a_file(root: Path, ref: str) -> None:
    commit(root, a="1")
    with pytest.raises(ReconcileError):
        Repository(root).resolve(ref)


def test_files_are_read_as_committed_and_not_from_the_working_tree(root: Path) -> None:
    first = commit(root, m__a="1\n", m__b__c="2", other="3")
    commit(root, m__a="changed")
    (root / "m/a").write_text("dirty")
    repository = Repository(root)
    assert repository.files(first, "m") == {"m/a": b"1\n", "m/b/c": b"2"}
    assert repository.files("HEAD", "m/")["m/a"] == b"changed"
    assert repository.files("HEAD", "nowhere") == {}
    assert sorted(repository.files("HEAD")) == ["m/a", "m/b/c", "other"]
    assert repository.file("HEAD", "m/a") == b"changed"
    assert repository.file("HEAD", "m") is None
    assert repository.file("HEAD", "m/*") is None


def test_any_bytes_and_any_names_survive(root: Path) -> None:
    (root / "m").mkdir()
    names = ["tab\tname", "line\nname", 'quote"name', "späce name", ":(glob)x", "-dash"]
    for name in names:
        (root / "m" / name).write_bytes(b"\0\r\n\xff" + name.encode())
    (root / "m" / "empty").write_bytes(b"")
    commit(root)
    found = Repository(root).files("HEAD", "m")
    assert found == {f"m/{name}": b"\0\r\n\xff" + name.encode() for name in names} | {"m/empty": b""}


def test_a_symbolic_link_is_refused(root: Path) -> None:
    (root / "m").mkdir()
    (root / "m/link").symlink_to("/etc/passwd")
    commit(root)
    with pytest.raises(RefusedError, match="m/link is not an ordinary file") as caught:
        Repository(root).files("HEAD", "m")
    assert "symbolic link" in caught.value.why


def test_a_folder_that_is_a_symbolic_link_is_refused(root: Path) -> None:
    (root / "real").mkdir()
    (root / "m").symlink_to("real")
    commit(root, real__a="1")
    with pytest.raises(RefusedError):
        Repository(root).files("HEAD", "m")


def test_a_submodule_is_refused(root: Path) -> None:
    head = commit(root, a="1")
    sh(root, "update-index", "--add", "--cacheinfo", f"160000,{head},m/sub")
    sh(root, "commit", "-qm", "sub")
    with pytest.raises(RefusedError) as caught:
        Repository(root).files("HEAD", "m")
    assert "submodule" in caught.value.why


def test_replaced_objects_are_not_followed(root: Path) -> None:
    first = commit(root, a="true")
    second = commit(root, a="forged")
    sh(root, "replace", first, second)
    assert Repository(root).file(first, "a") == b"true"


def test_variables_of_a_hook_do_not_lead_elsewhere(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = commit(root, a="1")
    other = tmp_path / "other"
    other.mkdir()
    sh(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    assert Repository(root).resolve("HEAD") == head


def test_ancestors(root: Path) -> None:
    first, second = commit(root, a="1"), commit(root, a="2")
    repository = Repository(root)
    assert repository.is_ancestor(first, second)
    assert repository.is_ancestor(first, first)
    assert not repository.is_ancestor(second, first)


def test_a_shallow_clone_gives_no_false_answer(root: Path, tmp_path: Path) -> None:
    first, second = commit(root, a="1"), commit(root, a="2")
    sh(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", "shallow")
    shallow = Repository(tmp_path / "shallow")
    with pytest.raises(ReconcileError):
        shallow.is_ancestor(first, second)
    with pytest.raises(ReconcileError, match="cannot tell") as caught:
        shallow.is_ancestor(second, sh(tmp_path / "shallow", "commit-tree", "-m", "x", "HEAD^{tree}"))
    assert "unshallow" in caught.value.next


def test_the_current_branch(root: Path) -> None:
    commit(root, a="1")
    assert Repository(root).current_branch() == "main"
    sh(root, "checkout", "-q", "--detach")
    assert Repository(root).current_branch() is None


def test_dirty_paths(root: Path) -> None:
    commit(root, m__a="1", m__b="1", c="1")
    (root / "m/a").write_text("2")
    (root / "m/new file").write_text("2")
    (root / "c").unlink()
    repository = Repository(root)
    assert repository.dirty() == ["c", "m/a", "m/new file"]
    assert repository.dirty(["m"]) == ["m/a", "m/new file"]
    assert repository.dirty(["m/b"]) == []


def test_the_id_of_bytes_is_that_of_the_committed_file(root: Path) -> None:
    commit(root, a="1\n")
    repository = Repository(root)
    assert repository.tree("HEAD")[0].id == repository.blob_id(b"1\n") != repository.blob_id(b"1\r\n")


def test_the_history_of_a_path(root: Path) -> None:
    first = commit(root, "first: ä | pipe", m__a="1")
    commit(root, "elsewhere", b="1")
    third = commit(root, "third", m__a="2")
    found = Repository(root).history("m")
    assert [c.id for c in found] == [third, first]
    assert (found[1].subject, found[1].author, found[1].email) == ("first: ä | pipe", "Ada", "ada@example.org")
    assert [c.id for c in Repository(root).history("m", first)] == [first]


def test_an_environment_follows_its_local_branch(root: Path) -> None:
    first = commit(root, a="1")
    sh(root, "tag", "main-tag")
    repository = Repository(root)
    assert repository.tracked(environment(branch="main")) == first
    with pytest.raises(ReconcileError) as caught:
        repository.tracked(environment(branch="mian"))
    assert caught.value.next == "did you mean main?"


def test_a_tag_of_the_same_name_does_not_stand_for_the_branch(root: Path) -> None:
    first, second = commit(root, a="1"), commit(root, a="2")
    sh(root, "tag", "main", first)
    assert Repository(root).tracked(environment(branch="main")) == second


def test_an_environment_follows_its_remote_branch_as_fetched(root: Path, tmp_path: Path) -> None:
    first = commit(root, a="1")
    sh(tmp_path, "clone", "-q", str(root), "clone")
    commit(tmp_path / "clone", a="not pushed")
    clone = Repository(tmp_path / "clone")
    prod = environment(branch="main", remote="origin")
    assert clone.tracked(prod) == first
    second = commit(root, a="2")
    assert clone.tracked(prod) == first
    assert clone.fetch("origin", "main") == second
    assert clone.tracked(prod) == second
    assert sh(tmp_path / "clone", "status", "--porcelain") == ""


def test_a_forced_push_is_seen(root: Path, tmp_path: Path) -> None:
    first = commit(root, a="1")
    commit(root, a="2")
    sh(tmp_path, "clone", "-q", str(root), "clone")
    sh(root, "reset", "-q", "--hard", first)
    assert Repository(tmp_path / "clone").fetch("origin", "main") == first


def test_fetching_what_is_not_there_says_so(root: Path, tmp_path: Path) -> None:
    commit(root, a="1")
    sh(tmp_path, "clone", "-q", str(root), "clone")
    clone = Repository(tmp_path / "clone")
    with pytest.raises(GitError, match="not on the remote"):
        clone.fetch("origin", "nowhere")
    with pytest.raises(GitError, match="no such remote"):
        clone.fetch("upstream", "main")


def test_a_remote_that_does_not_answer_is_given_up(root: Path, tmp_path: Path) -> None:
    commit(root, a="1")
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 20\n")
    slow.chmod(0o755)
    sh(root, "remote", "add", "origin", "ssh://nobody@localhost/x")
    sh(root, "config", "core.sshCommand", str(slow))
    with pytest.raises(GitError, match=r"more than 0\.3 seconds"):
        Repository(root).fetch("origin", "main", timeout=0.3)
    assert not running((tmp_path / "pid").read_text().strip())


def running(pid: str) -> bool:
    """Whether the process is there after a moment, and not just waiting to be reaped."""
    for _ in range(50):
        try:
            os.kill(int(pid), 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.02)
    return True


def test_the_password_of_a_remote_is_not_shown(root: Path) -> None:
    commit(root, a="1")
    sh(root, "remote", "add", "origin", "http://ada:canary-word-77@127.0.0.1:1/x.git")
    with pytest.raises(GitError) as caught:
        Repository(root).fetch("origin", "main")
    assert "canary-word-77" not in str(caught.value)


def test_a_path_outside_is_refused(root: Path, tmp_path: Path) -> None:
    assert Repository(root).relative(root / "m" / "a") == "m/a"
    with pytest.raises(RefusedError):
        Repository(root).relative(tmp_path)


def test_many_that_fetch_the_same_branch_at_once(root: Path, tmp_path: Path) -> None:
    """Each gets what the remote has: git itself fails where another has moved the ref since it looked."""
    commit(root, a="1")
    sh(tmp_path, "clone", "-q", str(root), "clone")
    clone = Repository(tmp_path / "clone")
    with ThreadPoolExecutor(8) as pool:
        for n in range(5):
            newest = commit(root, a=f"{n + 2}")
            assert list(pool.map(lambda _: clone.fetch("origin", "main"), range(8))) == [newest] * 8


def test_who_waits_for_another_fetch_does_not_wait_for_ever(root: Path, tmp_path: Path) -> None:
    commit(root, a="1")
    sh(tmp_path, "clone", "-q", str(root), "clone")
    clone = Repository(tmp_path / "clone")
    with (tmp_path / "clone" / ".git" / "reconcile.fetch").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(GitError, match="another fetch"):
            clone.fetch("origin", "main", timeout=0.3)
    clone.fetch("origin", "main")
