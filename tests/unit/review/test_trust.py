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
