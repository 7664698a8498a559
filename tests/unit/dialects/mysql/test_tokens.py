"""Names, literals and keys in MySQL's spelling."""

from __future__ import annotations

import pytest

from reconciler.dialects.mysql.counters import raised
from reconciler.dialects.mysql.flavour import is_mariadb, server_version
from reconciler.dialects.mysql.places import place, socket_url, with_database
from reconciler.dialects.mysql.tokens import key_sql, literal, quoted, text_of, tokens, without_database
from reconciler.dialects.mysql.values import fits


@pytest.mark.parametrize("text", ["", "a'b", "back\\slash", "new\nline", "nul\0", 'dou"ble', "\x1a", "💩"])
def test_a_literal_is_read_back(text: str) -> None:
    assert text_of(literal(text)) == text
    assert [t.text for t in tokens(literal(text))] == [literal(text)]


@pytest.mark.parametrize(
    ("key", "sql"),
    [("a", "`a`"), ("a(10) DESC", "`a`(10) DESC"), ('"a b"', "`a b`"), ('"x""y"(3)', '`x"y`(3)'),
     ("(lower(`a`))", "(lower(`a`))"), ("lower(a)", "(lower(a))"), ("p WITHOUT OVERLAPS", "`p` WITHOUT OVERLAPS")],
)  # fmt: skip
def test_the_key_of_an_index(key: str, sql: str) -> None:
    assert key_sql(key) == sql


def test_the_own_database_is_left_out_and_no_text_is_touched() -> None:
    assert without_database("nextval(`db`.`s`) + '`db`.`s`'", "db") == "nextval(`s`) + '`db`.`s`'"


def test_names_are_quoted() -> None:
    assert quoted("a`b") == "`a``b`"


def test_versions_tell_the_flavours_apart() -> None:
    assert server_version("10.11.19-MariaDB-0+deb12u1") == (10, 11, 19)
    assert server_version("5.5.5-10.6.2-MariaDB") == (10, 6, 2)
    assert server_version("8.4.3") == (8, 4, 3)
    assert is_mariadb((11, 4, 1)) and not is_mariadb((9, 1, 0))


def test_urls() -> None:
    found = place("mysql+pymysql://u%40x:p%2Fw@host:3307/data?unix_socket=/run/m.sock")
    assert (found.user, found.password, found.host, found.port) == ("u@x", "p/w", "host", 3307)
    assert (found.database, found.socket) == ("data", "/run/m.sock")
    assert place(with_database(socket_url("/run/m.sock"), "a b")).database == "a b"
    assert place("mariadb://h/d").host == "h"


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [("tinyint(4)", "127", True), ("tinyint(4)", "128", False), ("int(10) unsigned", "-1", False),
     ("enum('a','b''c')", "b'c", True), ("decimal(4,2)", "99.99", True), ("decimal(4,2)", "100", False),
     ("varchar(2)", "abc", False), ("datetime(6)", "2020-01-01", True), ("geometry", "a", False)],
)  # fmt: skip
def test_which_texts_are_values_of_a_type(type: str, value: str, expected: bool) -> None:
    assert fits(type, value) is expected


@pytest.mark.parametrize(
    ("sql", "asked"),
    [
        ("ALTER TABLE `a b` AUTO_INCREMENT=1000, ALGORITHM=INPLACE, LOCK=NONE", ("", "a b", 1000)),
        ("/* on */ alter table db.t auto_increment = 7;", ("db", "t", 7)),
        ("ALTER TABLE t AUTO_INCREMENT 7", ("", "t", 7)),
        ("ALTER TABLE t ADD COLUMN a INT, AUTO_INCREMENT=7", None),
        ("ALTER TABLE t AUTO_INCREMENT=7 COMMENT='x'", None),
        ("ALTER TABLE t COMMENT='AUTO_INCREMENT=7'", None),
        ("ALTER TABLE t", None),
    ],
)
def test_what_does_nothing_but_raise_a_counter(sql: str, asked: tuple[str, str, int] | None) -> None:
    assert raised(sql) == asked
