"""How PostgreSQL's names and printed expressions are written and taken apart."""

from __future__ import annotations

import pytest

from reconciler.dialects.postgresql.casts import comparable, using
from reconciler.dialects.postgresql.snapshot import query
from reconciler.dialects.postgresql.spelling import (
    aside,
    columns_sorted,
    cut,
    ident,
    literal,
    made_up,
    made_up_index,
    unbracketed,
)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("plain_1", "plain_1"),
        ("Users", '"Users"'),
        ("select", '"select"'),
        ("a$b", '"a$b"'),
        ('q"q', '"q""q"'),
        ("name", "name"),
    ],
)
def test_an_identifier_is_quoted_where_the_server_would(name: str, written: str) -> None:
    assert ident(name) == written


def test_a_literal_holds_whatever_the_servers_settings_are() -> None:
    assert literal("it's") == "'it''s'"
    assert literal("a\\b'") == "E'a\\\\b'''"


def test_keys_are_cut_at_top_level_commas_only() -> None:
    text = """(a, lower((b)::text), "x,(", (c ->> ',)('::text), (ARRAY[1, 2])[1] DESC) WHERE (a > 0)"""
    keys, end = cut(text)
    assert keys == ["a", "lower((b)::text)", '"x,("', "(c ->> ',)('::text)", "(ARRAY[1, 2])[1] DESC"]
    assert text[end:] == " WHERE (a > 0)"


def test_a_bracket_that_does_not_close_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not close"):
        cut("(a, 'b)'")


@pytest.mark.parametrize(
    ("printed", "plain"), [("(a > 0)", "a > 0"), ("(a) OR (b)", "(a) OR (b)"), ("(a = ')')", "a = ')'"), ("x", "x")]
)
def test_one_pair_of_outer_brackets_goes(printed: str, plain: str) -> None:
    assert unbracketed(printed) == plain


def test_made_up_names_are_cut_as_the_server_cuts_them() -> None:
    assert made_up("t", "id", "seq") == "t_id_seq"
    long = made_up("t" * 60, "c" * 40, "not_null")
    assert len(long) == 63 and long.startswith("t" * 27 + "_" + "c")
    assert len(made_up("é" * 40, "c", "seq").encode()) <= 63


def test_the_share_of_an_index_is_named_after_columns_and_functions() -> None:
    assert (
        made_up_index("p", ("a DESC", "lower(b)", "(a + 1)", "(a + 2)", '"C"'), "index") == "p_a_lower_expr_expr1_C_idx"
    )
    assert made_up_index("p", ('public."f%"(a)', 's."Odd name"'), "index") == "p_f%_Odd name_idx"
    assert made_up_index("p", (), "primary_key") == "p_pkey"


def test_long_names_that_begin_the_same_are_put_aside_under_different_ones() -> None:
    assert aside("a" * 58) == "a" * 58 + "__old"
    long = {aside("ж" * 31), aside("ж" * 30 + "x"), aside("ж" * 30 + "y", "was")}
    assert len(long) == 3 and all(len(name.encode()) <= 63 for name in long)


@pytest.mark.parametrize(
    ("printed", "sorted"),
    [
        ("CREATE STATISTICS s.x ON c, a, (a + 1) FROM t", "CREATE STATISTICS s.x ON a, c, (a + 1) FROM t"),
        (
            'CREATE STATISTICS s." ON x" (mcv) ON "b ,c", lower(z), a FROM p."T";',
            'CREATE STATISTICS s." ON x" (mcv) ON "b ,c", a, lower(z) FROM p."T";',
        ),
    ],
)
def test_columns_of_a_statistics_object_are_sorted(printed: str, sorted: str) -> None:
    assert columns_sorted(printed) == sorted


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("integer", "bigint", ""),
        ("character varying(10)", "text", ""),
        ("text", "integer", " USING a::text::integer"),
        ("integer[]", "text[]", ""),
        ("text", "text[]", " USING a::text::text[]"),
        ("boolean", "integer", " USING a::integer"),
        ("jsonb", "json", ""),
        ("public.e", "text", ""),
        ("timestamp(3) without time zone", "timestamp with time zone", ""),
    ],
)
def test_a_type_is_changed_plainly_where_a_cast_on_assignment_does_it(old: str, new: str, clause: str) -> None:
    assert using(old, new, "a") == clause


def test_keys_over_one_family_of_types_compare() -> None:
    assert comparable("integer", "bigint") and comparable("character varying(3)", "text")
    assert not comparable("integer", "text")


def test_a_query_holds_the_lines_of_its_version() -> None:
    assert "conperiod" in query("constraints", 18) and "confdelsetcols" in query("constraints", 15)
    assert "confdelsetcols" not in query("constraints", 14)
    assert "colliculocale" in query("collations", 15) and "colllocale" in query("collations", 17)
    assert "colliculocale" not in query("collations", 14) and "colliculocale" not in query("collations", 17)
