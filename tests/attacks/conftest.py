"""Each attack has a project of its own, copied from one that is made once a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approvals import Team

ENVIRONMENTS = ("prod", "staging")


def urls(folder: Path) -> dict[str, str]:
    return {name: f"sqlite:///{folder / name}.db" for name in ENVIRONMENTS}


def environment(patch: pytest.MonkeyPatch, team: Team, cache: Path) -> None:
    patch.delenv("RECONCILE_TRUST", raising=False)
    patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    patch.setenv("XDG_CACHE_HOME", str(cache))
    for name, url in team.variables().items():
        patch.setenv(name, url)


@pytest.fixture(scope="session")
def first_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """prod and staging at their first revision, and a second one, written by dave, that nobody has approved yet."""
    folder = tmp_path_factory.mktemp("team")
    with pytest.MonkeyPatch.context() as patch:
        team = Team(folder, urls(folder), "sqlite")
        environment(patch, team, folder / "cache")
        team.planned()
        for name in ENVIRONMENTS:
            team.approve("alice", "bob", env=name)
            team.applied(env=name)
        team.commit("approvals")
        team.planned("phone")
        yield team


@pytest.fixture
def team(
    first_team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Team]:
    folder = tmp_path / "team"
    shutil.copytree(first_team.folder.parent, folder, symlinks=True)
    found = first_team.moved(folder, urls(folder))
    environment(monkeypatch, found, folder / "cache")
    yield found
    told = [text.replace(str(folder), "") for text in found.refusals[:1]]
    request.node.user_properties.append(("refused", told[0] if told else "without effect"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """`make attacks`: one line an attack, with what was said to it first."""
    if config.option.markexpr != "attacks":
        return
    reports = [r for how in ("passed", "failed") for r in terminalreporter.stats.get(how, []) if r.when == "call"]
    for report in sorted(reports, key=lambda r: r.nodeid):
        name = report.nodeid.partition("::test_")[2].replace("_", " ")
        said = dict(_properties(terminalreporter, report)).get("refused", "")
        terminalreporter.write_line(f"{report.outcome:7} {name}: {said}")


def _properties(terminalreporter: pytest.TerminalReporter, report: pytest.TestReport) -> list[tuple[str, object]]:
    """Those of the whole test: what its fixtures noted at their end is on the report of the teardown."""
    ends = [r for r in terminalreporter.stats.get("", []) if r.nodeid == report.nodeid and r.when == "teardown"]
    return [*report.user_properties, *(p for r in ends for p in r.user_properties)]
