"""Revisions rendered in a process of their own: the same text, and whatever they do beside it stays there."""

from __future__ import annotations

import pytest

from reconciler.emit.apart import rendered_apart
from reconciler.emit.rendered import NotRenderable, rendered
from reconciler.sources.revisions import Revision


def revision(body: str, head: str = "", id: str = "a1") -> Revision:
    text = f"from alembic import op\nimport sqlalchemy as sa\n{head}\n\ndef upgrade():\n    {body}\n"
    return Revision(id=id, path=f"versions/{id}.py", text=text.encode())


PLAIN = revision("op.add_column('t', sa.Column('x', sa.Integer)); op.execute('SELECT \u2019\ttab')")


def test_it_says_what_it_says_here() -> None:
    other = revision("op.drop_table('t')", id="b2")
    found = rendered_apart([PLAIN, other], "sqlite")
    assert found == {r.id: rendered(r, "sqlite") for r in (PLAIN, other)}


def test_what_it_prints_does_not_get_into_the_answer() -> None:
    noisy = revision("op.drop_table('t')", "import os, sys\nprint('{}')\nos.write(1, b'[]')\nsys.stdout.write('x')")
    (said,) = rendered_apart([noisy], "sqlite")[noisy.id]
    assert said.sql == "DROP TABLE t"


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("raise SystemExit('bye')", "SystemExit"),
        ("import os; os._exit(0)", "exit status 0"),
        ("import os; os.kill(os.getpid(), 9)", "exit status -9"),
        ("1 / 0", "ZeroDivisionError"),
        ("import no_such_helper", "no_such_helper"),
    ],
)
def test_what_ends_it_is_an_error_that_names_the_file(head: str, why: str) -> None:
    with pytest.raises(NotRenderable) as error:
        rendered_apart([revision("pass", head)], "sqlite")
    assert why in error.value.why and "versions/a1.py" in error.value.where


def test_what_needs_a_connection_is_said_as_ever() -> None:
    asks = revision("op.get_bind().execute(sa.text('SELECT 1')).all()")
    with pytest.raises(NotRenderable) as there:
        rendered_apart([asks], "sqlite")
    with pytest.raises(NotRenderable) as here:
        rendered(asks, "sqlite")
    a, b = there.value, here.value
    assert (a.what, a.where, a.why, a.next) == (b.what, b.where, b.why, b.next)


def test_it_sees_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "canary-1")
    tells = revision("op.execute('-- ' + ' '.join(sorted(os.environ)) + chr(10) + 'SELECT 1')", "import os")
    (said,) = rendered_apart([tells], "sqlite")[tells.id]
    assert "CANARY" not in said.sql and "PATH" in said.sql
