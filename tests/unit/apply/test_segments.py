"""Which statements stand or fall together."""

from __future__ import annotations

import pytest

from reconciler.apply.segments import Role, bare, role, segments
from reconciler.errors import RefusedError
from reconciler.model.changes import Statement


def shape(*statements: Statement | str, transactional: bool = True) -> list[tuple[str, ...]]:
    """Each segment's texts; a leading `!` where it is alone."""
    every = [s if isinstance(s, Statement) else Statement(s) for s in statements]
    found = segments(every, transactional=transactional)
    return [(*(["!"] if s.alone else []), *(a.sql for a in s.acts)) for s in found]


def auto(sql: str) -> Statement:
    return Statement(sql, transactional=False)


def test_statements_of_one_transaction_are_one_segment() -> None:
    assert shape("a", "b", "c") == [("a", "b", "c")]


def test_an_autocommit_statement_is_alone_and_parts_the_others() -> None:
    assert shape("a", auto("b"), auto("c"), "d") == [("a",), ("!", "b"), ("!", "c"), ("d",)]


def test_a_revision_without_statements_is_one_empty_segment() -> None:
    assert shape() == [()]


def test_begin_and_commit_of_an_autocommit_block_become_our_transaction() -> None:
    block = [auto(s) for s in ("PRAGMA foreign_keys=OFF", "BEGIN", "a", "b", "COMMIT", "PRAGMA foreign_keys=ON")]
    assert shape(*block) == [("a", "b")]


def test_a_spelled_commit_leaves_alembics_transaction() -> None:
    assert shape("a", "COMMIT", "b", "BEGIN", "c", "d") == [("a",), ("!", "b"), ("c", "d")]


def test_what_commit_said_ends_with_the_block_it_was_said_in() -> None:
    assert shape(auto("BEGIN"), auto("a"), "b") == [("a",), ("b",)]


def test_where_ddl_commits_by_itself_every_statement_is_alone() -> None:
    assert shape("a", "b", transactional=False) == [("!", "a"), ("!", "b")]


def test_what_steers_the_session_goes_before_the_next_segment_and_after_the_last() -> None:
    (only,) = segments([auto("SET x = 1"), auto("VACUUM"), auto("SET x = 2")])
    assert [a.sql for a in only.prelude] == ["SET x = 1"]
    assert [a.sql for a in only.closing] == ["SET x = 2"]
    assert only.positions == {2}


def test_positions_count_every_rendered_statement() -> None:
    found = segments([auto("BEGIN"), auto("a"), auto("COMMIT"), Statement("b")])
    assert [sorted(s.positions) for s in found] == [[2], [4]]


def test_a_revision_that_rolls_back_is_refused() -> None:
    with pytest.raises(RefusedError, match="statement 2 says ROLLBACK"):
        segments([Statement("a"), Statement("ROLLBACK")])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("begin immediate", Role.BEGIN),
        ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE", Role.BEGIN),
        ("-- x\n/* y */ commit work;", Role.COMMIT),
        ("END", Role.COMMIT),
        ("rollback", Role.ROLLBACK),
        ("ROLLBACK TO SAVEPOINT x", Role.EFFECT),
        ("SAVEPOINT x", Role.EFFECT),
        ("BEGIN ATOMIC SELECT 1; END", Role.EFFECT),
        ("PRAGMA main.foreign_keys(0)", Role.OURS),
        ("pragma foreign_key_check", Role.OURS),
        ("PRAGMA legacy_alter_table=ON", Role.STEERS),
        ("PRAGMA user_version = 7", Role.EFFECT),
        ("SET search_path = app", Role.STEERS),
        ("SET LOCAL search_path = app", Role.EFFECT),
        ("SET CONSTRAINTS ALL DEFERRED", Role.EFFECT),
        ("SELECT pg_catalog.set_config('search_path', '', false)", Role.STEERS),
        ("COMMENT ON TABLE t IS 'begin'", Role.EFFECT),
        ("settle", Role.EFFECT),
    ],
)
def test_roles(sql: str, expected: Role) -> None:
    assert role(sql) is expected


def test_bare_text_starts_at_the_first_word() -> None:
    assert bare("  -- why\n/* a\n b */ DROP TABLE t ; ") == "DROP TABLE t"
