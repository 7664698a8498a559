"""What a statement says of its way and its lock is what the server takes."""

from __future__ import annotations

import pytest

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from tests.maria import Maria

PARTS = {"id": "id int PRIMARY KEY", "a": "a varbinary(20)", "b": "b int", "g": "g bigint AS (b - 3) STORED"}


@pytest.mark.parametrize(
    ("order", "more", "way"),
    [
        ("b id a g", "", "INSTANT"),
        ("b id a g", ", KEY k (a)", "INPLACE"),
        ("g id a b", ", KEY k (a)", "COPY"),
        ("b id g a", ", KEY k (a)", "COPY"),
        ("id g a b", "", "COPY"),
    ],
)
def test_a_stored_column_that_moves_is_copied_and_others_are_not(order: str, more: str, way: str, maria: Maria) -> None:
    with maria.session() as session, maria.session() as goal:
        for s, names, keys in ((session, "id a b g", ""), (goal, order, more)):
            s.execute(f"CREATE TABLE t ({', '.join(PARTS[n] for n in names.split())}{keys})")
        session.execute("INSERT INTO t (id, a, b) VALUES (1, 'x', 5)")
        old, new = (Side(label="a", catalog=DIALECT.inspect(s, Scope())) for s in (session, goal))
        found = compare(old, new, DIALECT, follow_order=True)
        assert any(f"ALGORITHM={way}," in s.sql for _, said in found.work() for s in said)
        push(session, DIALECT, Target(environment="", scope=Scope()), found.work(), expected=found.plan.new)
        left = compare(Side(label="a", catalog=DIALECT.inspect(session, Scope())), new, DIALECT, follow_order=True)
        assert left.empty
        assert session.rows("SELECT id, a, b, g FROM t") == [(1, b"x", 5, 2)]


@pytest.mark.parametrize(
    ("left", "way"),
    [
        ("id v z", "INSTANT"),
        ("id a v", "INSTANT"),
        ("id v z k", "COPY"),
        ("id v z n", "COPY"),
        ("id v y", "COPY"),
        ("id a v k", "INPLACE"),
    ],
)
def test_a_virtual_column_that_moves_up_is_copied_where_more_is_done(left: str, way: str, maria: Maria) -> None:
    parts = {
        "id": "id int PRIMARY KEY", "a": "a int", "v": "v bigint AS (id - 3) VIRTUAL", "z": "z int",
        "y": "z int NOT NULL DEFAULT 1", "k": "KEY k (id)", "n": "n int",
    }  # fmt: skip
    with maria.session() as session, maria.session() as goal:
        for s, names in ((session, "id a v z"), (goal, left)):
            s.execute(f"CREATE TABLE t ({', '.join(parts[n] for n in names.split())})")
        session.execute("INSERT INTO t (id, a, z) VALUES (5, 1, 1)")
        old, new = (Side(label="a", catalog=DIALECT.inspect(s, Scope())) for s in (session, goal))
        found = compare(old, new, DIALECT)
        assert any(f"ALGORITHM={way}," in s.sql for _, said in found.work() for s in said)
        push(session, DIALECT, Target(environment="", scope=Scope()), found.work(), expected=found.plan.new)
        assert session.rows("SELECT id, v FROM t") == [(5, 2)]


@pytest.mark.parametrize(
    ("key", "lock"),
    [("PRIMARY KEY (id), KEY (v)", "SHARED"), ("KEY (v), KEY k (a)", "NONE"), ("PRIMARY KEY (id)", "NONE")],
)
def test_nobody_writes_while_a_table_with_an_indexed_virtual_column_is_rebuilt(
    key: str, lock: str, maria: Maria
) -> None:
    with maria.session() as session, maria.session() as goal:
        for s, keys in ((session, "KEY (v)"), (goal, key)):
            s.execute(f"CREATE TABLE t (id int NOT NULL, a int, v bigint AS (id - 3) VIRTUAL, {keys})")
        session.execute("INSERT INTO t (id, a) VALUES (5, 1)")
        old, new = (Side(label="a", catalog=DIALECT.inspect(s, Scope())) for s in (session, goal))
        found = compare(old, new, DIALECT)
        assert any(f", LOCK={lock}" in s.sql for _, said in found.work() for s in said)
        push(session, DIALECT, Target(environment="", scope=Scope()), found.work(), expected=found.plan.new)
