"""A drop that can be undone needs no more approvals than any change; one that only looks so needs those of a loss."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.control import clock
from tests.approvals import Team
from tests.attacks.conftest import environment
from tests.maria import Maria
from tests.servers import Postgres
from tests.unit.control.test_story import USERS

pytestmark = pytest.mark.attacks

ASKED = {"threshold": 1, "by": ["dba"], "destructive": {"threshold": 2}}
TODAY = clock.today()
GONE = f"tombstone_{TODAY + datetime.timedelta(days=30):%Y%m%d}"
KEPT = f"{GONE}_age"


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def kept(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Team]:
    """prod with rows, and a plan, written by dave, that makes a tombstone of a column."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'prod'}.db"
    else:
        server: Postgres | Maria = request.getfixturevalue("maria" if request.param == "mysql" else "pg_default")
        url = server.database()
    team = Team(tmp_path, {"prod": url}, request.param)
    environment(monkeypatch, team, tmp_path / "cache")
    if request.param != "sqlite":
        monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    team.environments = {"prod": {"signed": ASKED}}
    team.write_trust()
    team.write_project(drops="tombstone")
    team.planned()
    team.approve("alice")
    team.applied()
    team.sql("prod", "INSERT INTO users (id, email, age) VALUES (1, 'a', 41)")
    users = team.folder / "manifests" / "users.yaml"
    users.write_text(users.read_text().replace("    age: integer\n", ""))
    team.planned()
    yield team
    told = team.refusals[:1]
    request.node.user_properties.append(("refused", told[0] if told else "without effect"))


def revision(team: Team) -> Path:
    return team.folder / str(team.json("history")[-1]["path"])


def instead(team: Team, *statements: str) -> None:
    """The newest revision says something else; all that it says of itself, and the lockfile, stay."""
    file = revision(team)
    head, _, rest = file.read_text().partition("def upgrade()")
    _, _, down = rest.partition("def downgrade()")
    body = "".join(f"    op.execute({s!r})\n" for s in statements)
    file.write_text(f"{head}def upgrade() -> None:\n{body}\n\ndef downgrade(){down}")
    team.run("verify", "--update")
    team.commit("a slip")


def test_a_tombstone_and_its_undoing_lose_nothing(kept: Team) -> None:
    team = kept
    team.approve("alice")
    team.applied()
    assert team.sql("prod", f"SELECT {KEPT} FROM users") == [(41,)]
    users = team.folder / "manifests" / "users.yaml"
    users.write_text(users.read_text().replace("  primaryKey", "    age: integer\n  primaryKey"))
    team.planned()
    team.approve("alice")
    team.applied()
    assert team.sql("prod", "SELECT age FROM users") == [(41,)]


def test_a_table_that_is_kept_loses_nothing(kept: Team) -> None:
    team = kept
    team.write("more.yaml", USERS.replace("{name: users}", "{name: more}"))
    team.planned()
    team.approve("alice")
    team.applied()
    (team.folder / "manifests" / "more.yaml").unlink()
    team.planned()
    team.approve("alice")
    team.applied()
    assert team.sql("prod", f"SELECT count(*) FROM {GONE}_more") == [(0,)]


def test_a_purge_is_a_loss(kept: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    team = kept
    team.approve("alice")
    team.applied()
    monkeypatch.setattr(clock, "today", lambda: TODAY + datetime.timedelta(days=40))
    team.run("plan", "--purge", "--write")
    team.commit("purge")
    team.approve("alice")
    assert "destructive: 1 of 2" in team.refused()
    team.approve("bob")
    team.applied()


LOSS, EARLY = "destructive: 1 of 2", "what was dropped is not purged from prod before its day"
RENAMED = f"ALTER TABLE users RENAME COLUMN age TO {KEPT}"
ADDED = f"ALTER TABLE users ADD COLUMN {KEPT} integer"


@pytest.mark.parametrize("kept", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("ALTER TABLE users DROP COLUMN age", ADDED), LOSS),
        ((RENAMED, f"UPDATE users SET {KEPT} = NULL"), EARLY),
        ((RENAMED, f"ALTER TABLE users DROP COLUMN {KEPT}", ADDED), EARLY),
        (("ALTER TABLE users DROP COLUMN age", f"{ADDED} /* RENAME COLUMN age TO {KEPT} */"), LOSS),
    ],
    ids=["drop and add", "rename and empty", "rename, drop and add", "a rename in a comment"],
)
def test_a_drop_that_looks_like_a_tombstone(kept: Team, statements: tuple[str, ...], said: str) -> None:
    """The names, the lockfile and the head of the file are those of a tombstone; the SQL that would run is not."""
    instead(kept, *statements)
    kept.approve("alice")
    assert said in kept.refused()


@pytest.mark.parametrize("kept", ["postgresql"], indirect=True)
def test_a_conversion_that_empties_what_is_kept(kept: Team) -> None:
    instead(kept, RENAMED, f"ALTER TABLE users ALTER COLUMN {KEPT} TYPE integer USING NULL")
    kept.approve("alice")
    assert LOSS in kept.refused()
