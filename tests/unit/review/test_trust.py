"""Where the trust root is said to be, and what is done where that cannot be asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.errors import ReconcileError, RefusedError
from reconciler.review.trust import configured, trust_root


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("RECONCILE_TRUST", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    subprocess.run(["git", "init", "-q", str(tmp_path / "r")], check=True)
    return tmp_path / "r"


def test_nothing_is_said(repository: Path, tmp_path: Path) -> None:
    assert configured(repository) == configured(tmp_path) == ""


def test_the_variable_goes_before_the_setting(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "-C", str(repository), "config", "reconcile.trust", "/from/git"], check=True)
    assert configured(repository) == "/from/git"
    monkeypatch.setenv("RECONCILE_TRUST", "/from/variable")
    assert configured(repository) == "/from/variable"


def test_settings_that_cannot_be_read_are_not_no_settings(repository: Path) -> None:
    (repository / ".git" / "config").write_text("[reconcile\n")
    with pytest.raises(ReconcileError):
        configured(repository)


def test_a_repository_that_git_does_not_trust_is_not_one_without_settings(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(ReconcileError, match="does not trust"):
        configured(repository)


@pytest.mark.parametrize("place", ["trust", "../trust", "HEAD:trust", "main:trust", "0123abc:trust"])
def test_places_that_a_branch_could_move(repository: Path, place: str) -> None:
    with pytest.raises(RefusedError, match="is no place for a trust root"):
        trust_root(place, repository)


def test_a_pinned_folder_does_not_leave_its_commit(repository: Path) -> None:
    with pytest.raises(RefusedError, match="leaves the repository"):
        trust_root(f"{'0' * 40}:../x", repository)


def test_an_empty_folder(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReconcileError, match="the trust root is empty"):
        trust_root(str(tmp_path / "empty"), repository)
    with pytest.raises(ReconcileError, match="there is no trust root"):
        trust_root(str(tmp_path / "gone"), repository)


def test_a_pinned_commit_is_read_and_not_what_a_branch_makes_of_it(repository: Path) -> None:
    folder = repository / "trust" / "1"
    folder.mkdir(parents=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(repository / "alice")], check=True)
    key = " ".join((repository / "alice.pub").read_text().split()[:2])
    (folder / "allowed_signers").write_text(f'alice namespaces="reconcile-approval-v1" {key}\n')
    head = "apiVersion: reconcile/v1\nkind: TrustPolicy\n"
    policy = head + "spec: {repository: NAME, root: {threshold: 1, by: [alice]}}\n"
    (folder / "policy.yaml").write_text(policy.replace("NAME", "good"))
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "add", "trust"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "trust"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    (folder / "policy.yaml").write_text(policy.replace("NAME", "evil"))
    subprocess.run([*git, "commit", "-q", "-am", "evil"], check=True)
    found = trust_root(f"{commit}:trust", repository)
    assert (found.policy.repository, found.version, found.signers.principals) == ("good", 1, {"alice"})
