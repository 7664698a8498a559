from __future__ import annotations

from pathlib import Path

import pytest

from tests.approvals import Team


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """prod at its first revision, and a second one, written by dave, that nobody has approved yet."""
    monkeypatch.delenv("RECONCILE_TRUST", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Team(tmp_path, {name: f"sqlite:///{tmp_path / name}.db" for name in ("prod", "staging")}, "sqlite")
    made.planned()
    made.approve("alice", "bob")
    made.applied()
    made.planned("phone")
    return made
