"""The tokenizer and the one spelling that equal pieces of SQL get."""

from __future__ import annotations

import time

import pytest

from reconciler.dialects.sqlite.tokens import expression, ident, tokens

COLUMNS = {"a": "a", "b": "b", "name": "Name", "order": "order", "key": "key"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a>0", "a > 0"),
        ("  A  > /* c */ 0 -- end", "a > 0"),
        ("[a]>0 and `b` is not null", "a > 0 AND b IS NOT NULL"),
        ('"a" = "no such column"', 'a = "no such column"'),
        ("LOWER( NAME )||'It''s  A'", "lower(Name) || 'It''s  A'"),
        ('"order" IN (1,2)', '"order" IN (1, 2)'),
        ("a = -1 - -b", "a = -1 - -b"),
        ("case when a then - b end", "CASE WHEN a THEN -b END"),
        ("cast(a as TEXT) like 'x%' collate nocase", "CAST(a AS text) LIKE 'x%' COLLATE NOCASE"),
        ("a -> '$.x' ->> 'y'", "a -> '$.x' ->> 'y'"),
        ("T.a>[t].[b]", '"t"."a" > "t"."b"'),
        ("x'AB' <> X'cd'", "x'AB' <> X'cd'"),
        ("a BETWEEN 1e3 AND .5 OR b=0x1F", "a BETWEEN 1e3 AND .5 OR b = 0x1F"),
        ("coalesce(a,b,current_timestamp)", "coalesce(a, b, CURRENT_TIMESTAMP)"),
        ("not exists(a)", "NOT EXISTS (a)"),
        ("a==b", "a == b"),
        ("key is TRUE", '"key" IS TRUE'),
    ],
)
def test_an_expression_has_one_spelling(written: str, said: str) -> None:
    assert expression(tokens(written), COLUMNS, "t") == said
    assert expression(tokens(said), COLUMNS, "t") == said


def test_text_in_single_quotes_is_never_touched() -> None:
    assert tokens("'a -- b' 'c /* d' '[x]' 'it''s'") == ["'a -- b'", "'c /* d'", "'[x]'", "'it''s'"]


def test_an_unfinished_quote_or_comment_runs_to_the_end() -> None:
    assert tokens("a 'b c") == ["a", "'b c"]
    assert tokens("a /* b c") == ["a"]


@pytest.mark.parametrize("text", ["[", "'", '"', "/*", "--", "(", "x'", "1.", "' a \" b ` c", "a/**/"])
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    tokens(text * 50_000)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("plain", "plain"), ("Mixed", "Mixed"), ("order", '"order"'), ('a"b', '"a""b"'), ("1a", '"1a"'), ("", '""')],
)
def test_a_name_is_quoted_where_it_is_not_plain(name: str, said: str) -> None:
    assert ident(name) == said
