"""Who is about to apply, or to approve, is told of a call that takes the revision's transaction apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.approvals import SIGNED, Team
from tests.attacks.conftest import environment
from tests.maria import Maria
from tests.servers import Postgres

BUMP = {
    "postgresql": "CREATE PROCEDURE bump() LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET age = 1; COMMIT; END $$",
    "mysql": "CREATE PROCEDURE bump() BEGIN UPDATE users SET age = 1; COMMIT; END",
}


@pytest.fixture(params=["postgresql", "mysql"])
def team(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    server: Postgres | Maria = request.getfixturevalue("maria" if request.param == "mysql" else "pg_default")
    made = Team(tmp_path, {"dev": server.database(), "prod": server.database()}, request.param)
    environment(monkeypatch, made, tmp_path / "cache")
    monkeypatch.delenv("XDG_CACHE_HOME")
    made.environments = {"dev": {}, "prod": {"signed": SIGNED}}
    made.write_trust()
    made.planned()
    return made


def test_a_dry_run_and_an_approval_tell_of_a_procedure_that_commits(team: Team) -> None:
    head = team.json("history")[-1]["id"]
    folder = team.folder / "migrations" / "versions"
    call = "CALL bump()"
    for own, down, sql in (("made", head, BUMP[team.dialect]), ("called", "made", call)):
        (folder / f"{own}.py").write_text(
            f"from alembic import op\nrevision = {own!r}\ndown_revision = {down!r}\n\n\ndef upgrade():\n"
            + ("    with op.get_context().autocommit_block():\n    " if sql == call else "    # so\n")
            + f"    op.execute({sql!r})\n\n\ndef downgrade():\n    pass\n"
        )
    team.run("verify", "--update")
    team.commit("by hand")
    said = "called.py:8: warning: it calls bump, which may commit by itself"
    assert said in team.run("apply", "--env", "dev", "--dry-run", expect=2)
    assert said not in team.run("apply", "--env", "dev", "--dry-run", "--to", "made", expect=2)
    shown = team.run("approve", "--env", "prod", "--key", str(team.keys / "alice"), "--yes")
    assert said in shown and "its text says COMMIT" in shown
    team.run("apply", "--env", "dev", "--to", "made")
    assert said in team.run("apply", "--env", "dev", "--dry-run", expect=2)
