"""Text that a database holds and an editor would not show: imported, loaded, planned and applied as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_named
from tests.proof.project import Project
from tests.servers import Postgres

TEXTS = [
    "first\r\nsecond\r\n",
    "line\u2028paragraph\u2029next\u0085end",
    "\ttab \"double\" 'single' back\\slash \\r \\u2028",
    "\x1b[2J\x7f\x01 \u202eevil \ufeff\u00a0",
    "a\rb\n c\n\n",
    "{x} %s %(y)s :z $$ ${HOME} # no comment: none",
]


@pytest.mark.proof
def test_what_a_database_says_in_comments_loads_back_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pg_default: Postgres
) -> None:
    source, target = pg_default.database(), pg_default.database()
    dialect = dialect_named("postgresql")
    with pg_default.session(source) as session:
        session.rows('CREATE TABLE "odd\r\nname" (id int DEFAULT length(\'a\r\nb\u2028c\'), "a\u0085b" text)')
        for n, text in enumerate(TEXTS):
            session.rows(f"CREATE TABLE t{n} (a int, b text DEFAULT {dialect.literal(text)})")
            session.rows(f"COMMENT ON TABLE t{n} IS {dialect.literal(text)}")
            session.rows(f"COMMENT ON COLUMN t{n}.a IS {dialect.literal(text)}")
    project = Project(tmp_path, monkeypatch, capsys)
    project.config("postgresql", "manifests/", target)
    project.must("import", source, "--to", "manifests")
    project.must("validate")
    assert not project.must("diff", source, "manifests/")["steps"]
    project.must("plan", "--write")
    project.must("apply", "--env", "dev")
    assert "Synced" in project.conditions()
    with pg_default.session(source) as was, pg_default.session(target) as now:
        scope = Scope(schemas=("public",))
        made, wanted = dialect.inspect(now, scope), dialect.inspect(was, scope)
        assert {a: o for a, o in made.items() if o.kind != "schema" and "alembic" not in a.dotted} == {
            a: o for a, o in wanted.items() if o.kind != "schema"
        }
