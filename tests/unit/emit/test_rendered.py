"""The statements that a revision says."""

from __future__ import annotations

import sys
import xml

import pytest

from reconciler.emit.rendered import NotRenderable, rendered
from reconciler.sources.revisions import Revision


def revision(body: str) -> Revision:
    text = f'from alembic import op\nrevision = "a"\ndown_revision = None\ndef upgrade():\n    {body}\n'
    return Revision(id="a", path="a.py", text=text.encode())


def test_a_parameter_without_a_value_is_refused_rather_than_rendered_as_null() -> None:
    with pytest.raises(NotRenderable, match="cannot be rendered") as e:
        rendered(revision("""op.execute("INSERT INTO t VALUES ('a :x b')")"""), "postgresql")
    assert "parameters without a value (x)" in str(e.value)


def test_an_escaped_colon_is_a_colon() -> None:
    (statement,) = rendered(
        revision(r"""op.execute(r"INSERT INTO t VALUES ('a \:x b', '12:30'::time)")"""), "postgresql"
    )
    assert statement.sql == "INSERT INTO t VALUES ('a :x b', '12:30'::time)"


def test_tabs_and_percent_signs_stay() -> None:
    (statement,) = rendered(revision(r"""op.execute("SELECT 'a\tb', '5%'")"""), "postgresql")
    assert statement.sql == "SELECT 'a\tb', '5%'"


def test_a_revision_may_ask_alembics_context_for_what_it_runs_on() -> None:
    said = rendered(
        revision(
            """from alembic import context
    op.execute(f"SELECT '{context.get_context().dialect.name}'")
    assert context.config.get_main_option("sqlalchemy.url") is None"""
        ),
        "postgresql",
    )
    assert [s.sql for s in said] == ["SELECT 'postgresql'"]


def test_one_that_asks_whether_it_runs_offline_is_not_rendered() -> None:
    """What it says offline is not what `alembic upgrade` would do."""
    asking = """from alembic import context
    op.execute("SELECT 1") if context.is_offline_mode() else op.execute("SELECT 2")"""
    with pytest.raises(NotRenderable, match="asks whether it runs offline"):
        rendered(revision(asking), "postgresql")


def test_a_module_that_env_py_had_imported_is_to_be_imported_by_the_revision() -> None:
    with pytest.raises(NotRenderable, match="no attribute") as e:
        rendered(revision("import xml; op.execute(xml.no_such_module.text)"), "postgresql")
    assert "put `import xml.no_such_module` into the revision" in str(e.value)


def test_what_was_said_before_a_module_was_imported_is_said_again() -> None:
    """The type of an enum, too, which SQLAlchemy makes once for each run."""
    body = """import sqlalchemy as sa, xml
    op.create_table("t", sa.Column("a", sa.Enum("x", name="kind")))
    xml.sax.xmlreader"""
    for name in [n for n in sys.modules if n.startswith("xml.sax")]:
        del sys.modules[name]
    vars(xml).pop("sax", None)
    said = [" ".join(s.sql.split()) for s in rendered(revision(body), "postgresql")]
    assert said == ["CREATE TYPE kind AS ENUM ('x')", "CREATE TABLE t ( a kind )"]
