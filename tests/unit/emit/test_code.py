"""Texts written into a revision are read back exactly, by Python and by SQLAlchemy, offline and online."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.emit.code import Code, block, call, colons_escaped, execute, lines, listed, roots, string, tall
from reconciler.emit.rendered import rendered
from reconciler.sources.revisions import Revision

HOSTILE = st.text(
    st.one_of(
        st.sampled_from(list(":\\'\"%\n\t\r$ab1_ ;-\u202e\u2028\0\x0b")),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=60,
)


@given(HOSTILE)
@example('"""')
@example('a\n"')
@example("\\")
@example("a\n\\")
@example("\n")
@example('\n""""')
def test_a_string_reads_back_as_it_was(text: str) -> None:
    assert ast.literal_eval(string(text).text) == text
    assert ast.literal_eval(block(text).text) == text


@given(HOSTILE)
def test_nothing_that_does_not_print_is_in_the_source(text: str) -> None:
    assert all(c.isprintable() or c == "\n" for c in block(text).text)


def revision(*sql: str) -> Revision:
    body = "\n".join(line for s in sql for line in lines(execute(s), 1))
    text = f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'a'\n\n\ndef upgrade():\n{body}\n"
    return Revision(id="a", text=text.encode("utf-8", "surrogatepass"), path="a.py")


@settings(deadline=None, max_examples=400)
@given(HOSTILE)
@example(":name")
@example("a::text")
@example("\\:name")
@example("\\\\:name")
@example(" :ab:cd")
@example("'12:30:45' :x$y: ::z :::w")
@example("100% %s %(x)s %%")
def test_a_statement_renders_to_itself(text: str) -> None:
    sql = f"SELECT {text} FROM x"
    for dialect in ("postgresql", "sqlite"):
        assert [s.sql for s in rendered(revision(sql), dialect)] == [sql]


@settings(deadline=None, max_examples=200)
@given(HOSTILE)
@example(" :ab:cd %")
@example("100% %s %(x)s %%")
def test_a_statement_reaches_the_driver_as_it_was(text: str) -> None:
    sql = "SELECT '" + text.replace("'", "''").replace("\0", "") + "'"
    assert online(revision(sql)) == [sql]


def online(revision: Revision) -> list[str]:
    """What the driver is given when the revision runs on a connection."""
    import sqlalchemy as sa
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from reconciler.emit.rendered import compiled

    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool, creator=lambda: sqlite3.connect(":memory:"))
    said: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: said.append(statement))
    with engine.connect() as connection, Operations.context(MigrationContext.configure(connection)):
        compiled(revision)["upgrade"]()
    return said


@pytest.mark.parametrize("sql", ["a::text", "SELECT '12:30:45'", "a", "\\", "x :: y"])
def test_what_needs_no_escape_gets_none(sql: str) -> None:
    assert colons_escaped(sql) == sql


def test_a_name_after_a_colon_is_escaped() -> None:
    assert colons_escaped("':x' || a::text") == "'\\:x' || a::text"


def test_what_text_cannot_say_goes_through_ddl() -> None:
    assert colons_escaped(" :ab:cd") is None
    assert lines(execute("SELECT ' :ab:cd 100%'")) == ["op.execute(sa.DDL(\"SELECT ' :ab:cd 100%%'\"))"]


def shapes() -> Iterator[object]:
    long = string("x" * 60)
    yield call("f", long, long)
    yield call("f", string("y" * 130))
    yield call("f", call("sa.g", long, a=long), b=listed([long, long, long]))
    yield tall(call("f", string("a"), call("g")))
    yield execute("CREATE TABLE x (\n    a integer\n)")
    yield execute("SELECT ' :ab:cd'\n")


def test_the_layout_is_stable_under_a_formatter(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import shutil
    import subprocess
    import sys
    from pathlib import Path

    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists() and not shutil.which("ruff"):
        pytest.skip("pip install ruff")
    source = "def f():\n" + "\n".join(line for n in shapes() for line in lines(n, 1)) + "\n"  # type: ignore[arg-type]
    (tmp_path / "a.py").write_text(source)
    command = [str(ruff if ruff.exists() else "ruff"), "format", "--isolated", "--line-length", "120", "--diff"]
    done = subprocess.run([*command, str(tmp_path / "a.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_roots_are_found_in_calls_and_not_in_texts() -> None:
    node = call("op.f", call("sa.text", string("postgresql.x(")), a=Code("None"))
    assert set(roots(node)) == {"op", "sa"}
