"""Which calls in a revision are told of."""

from __future__ import annotations

import pytest

from reconciler.dialects.registry import dialect_named
from reconciler.emit.rendered import rendered
from reconciler.model.catalog import Catalog
from reconciler.model.programs import Function, Procedure
from reconciler.prove.calls import called, calls
from tests.unit.apply.places import history, revision


def said(dialect: str, body: str, text: str, name: str = "p") -> list[tuple[str, int, str]]:
    known = (
        Procedure(name=name, definition=text)
        if dialect == "mysql"
        else Function(name=f"{name}(integer)", routine="procedure", definition=text)
    )
    (found,) = history(a=revision("a000", body)).order
    statements = rendered(found, dialect_named(dialect).alembic or dialect)
    findings = calls(found, statements, Catalog([known], dialect=dialect), dialect_named(dialect))
    return [(f.rule, f.span.line, f.why.partition(";")[0]) for f in findings]


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("CALL p()", "p"),
        ("-- so\n/* and */ call `my db`.`a``b` (1)", "a`b"),
        ('CALL app."P" (1)', "P"),
        ("SELECT 'CALL p()'", None),
        ("CREATE PROCEDURE p() CALL q()", None),
    ],
)
def test_what_is_called(sql: str, name: str | None) -> None:
    assert called(sql) == name


def test_a_procedure_that_commits_is_told_of_on_its_line() -> None:
    body = "op.execute('SELECT 1')\nop.execute('CALL p(1)')"
    text = "CREATE PROCEDURE p(a int) BEGIN INSERT INTO t VALUES (a); COMMIT; END"
    assert said("mysql", body, text) == [("calls-routine", 9, "its text says COMMIT")]
    text = "CREATE PROCEDURE public.p(a integer) LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$"
    assert said("postgresql", body, text) == [("calls-routine", 9, "its text says COMMIT")]


def test_ddl_commits_where_it_is_not_transactional() -> None:
    text = "CREATE PROCEDURE p(a int) BEGIN DROP TABLE t; END"
    assert said("mysql", "op.execute('CALL p(1)')", text)[0][2] == "its text says DROP"
    assert said("postgresql", "op.execute('CALL p(1)')", text) == []


def test_one_that_leaves_transactions_alone_is_not_told_of_and_an_unknown_one_is() -> None:
    text = "CREATE PROCEDURE p() BEGIN CREATE TEMPORARY TABLE x (a int); UPDATE k SET n = n + 1; ROLLBACK TO s; END"
    assert said("mysql", "op.execute('CALL p()')", text) == []
    assert said("mysql", "op.execute('CALL q()')", text)[0][2] == "its text is not among what is managed"
