"""Approvals as people use them: the whole story, and what each rule of a policy asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.apply.runner import RevisionRun
from reconciler.errors import BusyError
from tests.approvals import SIGNED, Team
from tests.attacks.conftest import environment
from tests.attacks.test_approvals import hand_written
from tests.maria import Maria
from tests.servers import Postgres

ONE = {"threshold": 1, "by": ["dba"]}
GLASS = {"threshold": 1, "by": ["carol@example.com"]}
ALWAYS = {"cron": "* * * * *", "duration": "1h", "reason": "a freeze"}
Made = Callable[..., Team]


@pytest.fixture
def sqlite_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Makes the team, with what is asked of each environment; nothing is planned yet."""

    def make(**environments: object) -> Team:
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in environments}
        team = Team(tmp_path, urls, "sqlite")
        environment(monkeypatch, team, tmp_path / "cache")
        team.environments = dict(environments)
        team.write_trust()
        return team

    return make


CANARY = "canary-7f3e-secret"


def with_password(url: str) -> str:
    """The URL with a password in its query, where it is seen least; the server asks for none."""
    return f"{url}{'&' if '?' in url else '?'}password={CANARY}"


def written(folder: Path) -> list[Path]:
    """Every file in which a secret stands, packed objects of git left out."""
    return [p for p in folder.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]


@pytest.fixture(params=["sqlite", "postgresql", pytest.param("mysql", marks=pytest.mark.proof)])
def story(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    names = ("staging", "prod")
    if request.param == "sqlite":
        urls = {name: f"sqlite:///{tmp_path / name}.db" for name in names}
    elif request.param == "postgresql":
        pg: Postgres = request.getfixturevalue("pg_default")
        urls = {name: with_password(pg.database()) for name in names}
    else:
        maria: Maria = request.getfixturevalue("maria")
        urls = {name: maria.database() for name in names}
    team = Team(tmp_path, urls, request.param)
    environment(monkeypatch, team, tmp_path / "cache")
    if request.param != "sqlite":
        monkeypatch.delenv("XDG_CACHE_HOME")
    team.environments = {
        "staging": {"signed": ONE},
        "prod": {"signed": SIGNED, "breakGlass": GLASS, "promotesFrom": "staging", "soak": "1s"},
    }
    team.write_trust()
    return team


def test_the_whole_story(story: Team) -> None:
    team = story
    first = team.planned()

    # staging first: prod waits for it, and for its time there
    team.approve("alice", "bob")
    assert f"staging does not have {first} yet" in team.refused_from_nothing()
    team.approve("alice", env="staging")
    team.applied(env="staging")
    time.sleep(1.1)
    assert "applied" in team.applied()

    # threshold 2, and who wrote it does not count
    second = team.planned("phone", author="bob")
    team.approve("alice", env="staging")
    team.applied(env="staging")
    time.sleep(1.1)
    (stands,) = team.json("status", "--env", "prod", expect=2)
    assert stands["conditions"][0]["reason"] == "AwaitingApproval"
    team.approve("alice", "bob")
    assert "bob@example.com wrote it and does not count" in team.refused()
    assert "of 2" in team.run("approvals", "--env", "prod", expect=3)
    team.approve("carol")
    assert team.json("approvals", "--env", "prod")[0]["reached"]

    # suspended, with who, why and until
    team.run("suspend", "--env", "prod", "--reason", "the auditors are here", "--until", "2999-01-01")
    said = team.refused()
    assert "prod is suspended" in said and "the auditors are here" in said and "2999-01-01" in said
    assert "Suspended" in team.run("status", "--env", "prod", expect=2)
    team.run("resume", "--env", "prod", "--reason", "they left")
    team.applied()
    assert team.run("status", "--env", "prod")

    # a window that forbids it, as a next version of the trust root; and an emergency
    team.environments["prod"]["windows"] = [{"deny": ALWAYS}]
    team.next_trust()
    team.planned("urgent")
    team.approve("alice", "bob")
    assert "a freeze" in team.refused()
    assert "nobody who may breaks the glass" in team.refused("--break-glass")
    args = ("approve", "--env", "prod", "--yes", "--break-glass", "--key")
    assert "takes a reason" in team.run(*args, str(team.keys / "carol"), expect=1)
    team.run(*args, str(team.keys / "alice"), "--reason", "it burns")
    assert "nobody who may breaks the glass" in team.refused("--break-glass")
    team.run(*args, str(team.keys / "carol"), "--reason", "it burns")
    assert "a freeze" in team.refused()
    team.applied("--break-glass")
    assert "BreakGlass" in team.run("status", "--env", "prod", expect=2)
    assert "it burns" in team.run("audit", "--env", "prod")
    team.run("audit", "--env", "prod", "--acknowledge", "looked at by both of us")
    team.run("status", "--env", "prod")

    # and afterwards everything can be told
    assert "each as it was written" in team.run("audit", "--env", "prod", "--verify")
    actions = [e["action"] for e in team.json("audit", "--env", "prod")["entries"]]
    for action in ("approved", "apply", "refused", "suspend", "resume", "break-glass", "acknowledged"):
        assert action in actions
    told = team.json("blame", "phone")
    assert told["revision"] == second and told["commit"]["author"] == "Dave"
    by = {a["environment"]: a["entry"] for a in told["applied"]}
    assert by["prod"]["approvers"] == "alice@example.com, carol@example.com"
    assert "approved by alice@example.com, carol@example.com" in team.run("blame", told["address"])
    when = by["prod"]["at"]
    then = team.json("history", "--env", "prod", "--at", when)
    text = "".join(then["manifests"].values())
    assert then["revisions"] == [second] and "phone" in text and "urgent" not in text
    assert "phone" not in "".join(team.json("history", "--env", "prod", "--at", "2000-01-01")["manifests"].values())

    # no secret was printed or written, to git or to the ledger
    assert CANARY not in "".join(team.said) and not written(team.folder.parent)
    assert CANARY not in team.run("audit", "--env", "prod", "--json")


def test_what_loses_data_needs_more(sqlite_team: Made) -> None:
    team = sqlite_team(prod={"signed": {**ONE, "destructive": {"threshold": 2}}})
    team.planned()
    team.approve("alice")
    team.applied()
    team.write("users.yaml", (team.folder / "manifests" / "users.yaml").read_text().replace("    age: integer\n", ""))
    team.planned()
    args = ("approve", "--env", "prod", "--yes", "--key", str(team.keys / "alice"))
    assert "LOSES DATA" in team.run(*args)
    assert "AwaitingApproval" in team.run("status", "--env", "prod", expect=2)
    said = team.refused()
    assert "ordinary: 1 of 1" in said and "destructive: 1 of 2" in said
    team.approve("bob")
    team.applied()


def test_rows_taken_by_hand_written_sql_are_a_loss(sqlite_team: Made) -> None:
    team = sqlite_team(prod={"signed": {**ONE, "destructive": {"threshold": 2}}})
    team.planned()
    team.approve("alice")
    team.applied()
    hand_written(team, "", 'op.execute("/* tidy */ DELETE FROM users")')
    team.approve("alice")
    assert "destructive: 1 of 2" in team.refused()


def test_python_needs_more(sqlite_team: Made) -> None:
    team = sqlite_team(prod={"signed": {**ONE, "python": {"threshold": 2}}})
    team.planned()
    team.approve("alice")
    team.applied()
    hand_written(team, "reconcile_python = True", 'op.get_bind().exec_driver_sql("SELECT 1")')
    team.approve("alice")
    assert "python: 1 of 2" in team.refused()
    team.approve("bob")
    team.applied()


def test_signed_and_merged(sqlite_team: Made) -> None:
    team = sqlite_team(prod={"signed": ONE, "merged": {"branch": "main"}})
    team.planned()
    team.approve("alice")
    team.applied()
    team.git("checkout", "-q", "-b", "work")
    team.planned("phone")
    team.approve("alice")
    assert "is not on refs/heads/main" in team.refused()
    team.git("checkout", "-q", "main")
    team.git("merge", "-q", "work")
    team.applied()


def test_one_approval_serves_a_fleet_in_the_same_state_and_no_outlier(sqlite_team: Made) -> None:
    rules = {"signed": ONE, "fleet": "tenants"}
    team = sqlite_team(one=rules, two=rules, three=rules)
    team.planned()
    team.approve("alice", env="one")
    for name in ("one", "two", "three"):
        team.applied(env=name)
    team.sql("three", "ALTER TABLE users ADD COLUMN by_hand integer")
    team.run("drift", "--env", "three", "--adopt")
    team.git("checkout", "-q", "--", "manifests")
    team.planned("phone")
    team.approve("alice", env="two")
    team.applied(env="one")
    team.applied(env="two")
    assert "recorded moved" in team.refused(env="three")


def test_an_approved_run_that_was_cut_short_is_carried_on(sqlite_team: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    team = sqlite_team(prod={"signed": ONE})
    team.planned()
    second = team.planned("phone")
    team.approve("alice")
    whole = RevisionRun.carried_out

    def cut(self: RevisionRun) -> tuple[str, ...]:
        if self.item.revision.id == second:
            raise BusyError("somebody holds a lock")
        return whole(self)

    monkeypatch.setattr(RevisionRun, "carried_out", cut)
    team.run("apply", "--env", "prod", expect=4)
    monkeypatch.setattr(RevisionRun, "carried_out", whole)
    assert second not in team.state()[0]
    team.applied()
    assert team.state()[0] == second


def test_the_loop_waits_for_approvals_and_then_applies(sqlite_team: Made) -> None:
    team = sqlite_team(prod={"signed": ONE})
    team.planned()
    assert "AwaitingApproval" in team.run("run", "--once", expect=2)
    team.approve("alice")
    assert "applied" in team.run("run", "--once")


def test_promotion_from_an_environment_that_is_not_well(sqlite_team: Made) -> None:
    team = sqlite_team(staging={}, prod={"promotesFrom": "staging"})
    team.planned()
    team.run("apply", "--env", "staging")
    team.sql("staging", "ALTER TABLE users ADD COLUMN by_hand integer")
    said = team.refused_from_nothing()
    assert "staging is not well" in said and "Drifted" in said
    team.sql("staging", "ALTER TABLE users DROP COLUMN by_hand")
    team.applied()


def test_promotion_of_other_sql_under_the_same_id(sqlite_team: Made) -> None:
    team = sqlite_team(staging={}, prod={"promotesFrom": "staging"})
    revision = team.planned()
    team.run("apply", "--env", "staging")
    file = team.folder / str(team.json("history")[-1]["path"])
    file.write_text(file.read_text().replace("age", "aged"))
    assert f"staging has {revision}, with other SQL than this" in team.refused_from_nothing()


def test_a_branch_that_was_taken_back_is_refused(sqlite_team: Made) -> None:
    team = sqlite_team(prod={"merged": {"branch": "main"}})
    team.planned()
    team.applied()
    team.commit("something else")
    team.planned("phone")
    team.applied()
    team.git("reset", "-q", "--hard", "HEAD~2")
    team.git("commit", "-q", "--amend", "--allow-empty", "-m", "rewritten")
    team.sql("prod", "ALTER TABLE users DROP COLUMN phone", "UPDATE alembic_version SET version_num = 'x' WHERE 1 = 0")
    first = team.json("history")[0]["id"]
    team.sql("prod", f"UPDATE alembic_version SET version_num = '{first}'")
    team.planned("mobile")
    assert "does not go on from what was applied last" in team.refused()
    team.applied("--history-rewritten")


def test_no_glass_to_break(sqlite_team: Made) -> None:
    """The flag alone goes past nothing."""
    team = sqlite_team(prod={"merged": {"branch": "main"}, "windows": [{"deny": ALWAYS}]})
    team.planned()
    assert "a freeze" in team.refused_from_nothing()
    said = team.run("apply", "--env", "prod", "--break-glass", expect=3)
    assert "has no glass to break" in said


def test_the_loop_tries_again_what_only_takes_time(sqlite_team: Made) -> None:
    from reconciler.control.loop import Loop
    from reconciler.control.workspace import open_workspace

    team = sqlite_team(staging={}, prod={"promotesFrom": "staging", "soak": "2s"})
    team.planned()
    team.run("apply", "--env", "staging")
    loop = Loop(open_workspace(team.folder / "reconcile.yaml"), ("prod",), lambda: False)
    (early,) = loop.round()
    assert "only since" in early.problem and not early.applied
    time.sleep(2.1)
    (late,) = loop.round()
    assert late.applied and not late.problem


def test_a_window_that_closes_lets_no_other_revision_begin(sqlite_team: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    team = sqlite_team(prod={"signed": ONE, "windows": [{"allow": {"cron": "* * * * *", "duration": "1h"}}]})
    first = team.planned()
    second = team.planned("phone")
    team.approve("alice")
    times = iter([""])
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.control.gate.closed", lambda windows, now: next(times, "no window is open"))
        assert "nothing is applied to prod now" in team.run("apply", "--env", "prod", expect=3)
    assert team.state()[0] == first
    team.applied()
    assert team.state()[0] == second


@pytest.mark.parametrize("dialects", [None, ["sqlite", "postgresql"]])
def test_what_the_trust_root_protects_is_not_pushed_to(sqlite_team: Made, dialects: list[str] | None) -> None:
    team = sqlite_team(prod={"signed": SIGNED})
    loose = {"prod": {"url": {"env": "PROD_URL"}, "policy": "none", "dialect": "sqlite"}}
    team.write_project(environments=loose, **({"dialects": dialects} if dialects else {}))
    if dialects:
        config = team.folder / "reconcile.yaml"
        config.write_text(config.read_text().replace('  "dialect": "sqlite",\n', "", 1))
    for target in (team.urls["prod"], "env:prod"):
        assert "not pushed to" in team.run("push", target, "--yes", expect=3)
