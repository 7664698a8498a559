"""Programs and the settings that they are kept with: definers, modes, time zones."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.model.address import Address
from tests.maria import Maria
from tests.proof.project import Project

VIEW = "CREATE DEFINER='some''one'@'%' VIEW v AS SELECT 1 AS x"


def test_a_definer_is_kept_or_left_out_and_said(maria: Maria) -> None:
    session = maria.session()
    session.execute(VIEW)
    kept = DIALECT.inspect(session, Scope())
    assert kept[Address("view", "", "v")].definer == "`some'one`@`%`"  # type: ignore[attr-defined]
    assert kept.notes == ()
    left_out = DIALECT.inspect(session, Scope(keeps_definers=False))
    assert left_out[Address("view", "", "v")].definer is None  # type: ignore[attr-defined]
    assert left_out.notes == ("definers are dropped, as reconcile.yaml says: `some'one`@`%`",)


def test_a_project_that_drops_definers_says_whose(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = maria.database()
    with maria.session(url) as session:
        session.execute(VIEW)
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("mysql", "manifests/", maria.database(), ["definers: drop"])
    capsys.readouterr()
    project.must("import", url, "--to", "manifests")
    assert "definer" not in (tmp_path / "manifests/views/v.yaml").read_text()
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert project.conditions() == ["Synced"]


def test_a_definer_in_the_quotes_of_another_mode_is_told_from_the_rest(maria: Maria) -> None:
    session = maria.session()
    session.execute("SET SESSION sql_mode = 'ORACLE'")
    session.execute("CREATE PACKAGE p AS FUNCTION f RETURN INT; END")
    package = DIALECT.inspect(session, Scope())[Address("package", "", "p")]
    assert "DEFINER" not in package.definition  # type: ignore[attr-defined]


def test_an_event_in_the_servers_own_zone_says_none(maria: Maria) -> None:
    session = maria.session()
    for name, zone in (("own", "SYSTEM"), ("other", "+02:00")):
        session.execute(f"SET SESSION time_zone = '{zone}'")
        session.execute(f"CREATE EVENT {name} ON SCHEDULE EVERY 1 DAY DO SELECT 1")
    session.execute("SET SESSION time_zone = '-03:00'")
    found = DIALECT.inspect(session, Scope())
    own, other = (found[Address("event", "", name)] for name in ("own", "other"))
    assert (own.time_zone, other.time_zone) == (None, "+02:00")  # type: ignore[attr-defined]
    assert "STARTS" not in own.definition + other.definition  # type: ignore[attr-defined]


def test_what_a_session_was_set_to_changes_nothing_of_what_is_read(maria: Maria) -> None:
    url = maria.database()
    session = maria.session(url)
    session.execute("CREATE TABLE t (a varchar(9) DEFAULT 'x', b int CHECK (b > 0))")
    session.execute("CREATE VIEW v AS SELECT a, 'y' AS y FROM t")
    before, stamp = DIALECT.inspect(session, Scope()), DIALECT.stamp(session)
    session.execute("SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'")
    assert DIALECT.inspect(session, Scope()) == before
    assert DIALECT.stamp(session) == stamp
    assert session.rows("SELECT @@SESSION.sql_mode") == [("ANSI_QUOTES,NO_BACKSLASH_ESCAPES",)]
