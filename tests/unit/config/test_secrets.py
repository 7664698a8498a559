"""No password leaves: not in a URL that is shown, not in a text that somebody else made."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from reconciler.config.secrets import forget, masked, passwords, remember, remember_url, scrub, scrubbed


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


MASKED = [
    ("postgresql://ada:canary9@host:5432/db", "postgresql://ada:***@host:5432/db"),
    (
        "postgresql+psycopg://ada:canary9@host/db?sslmode=require",
        "postgresql+psycopg://ada:***@host/db?sslmode=require",
    ),
    ("postgresql://:canary9@host/db", "postgresql://:***@host/db"),
    ("postgresql://ada:can@ary9@host/db", "postgresql://ada:***@host/db"),
    ("postgresql://ada:can/ary9@host/db", "postgresql://ada:***@host/db"),
    ("postgresql://ada:can?ary9@host/db", "postgresql://ada:***@host/db"),
    ("postgresql://ada:can:ary9@host/db", "postgresql://ada:***@host/db"),
    ("postgresql://ada:canary9@h1:1,h2:2/db", "postgresql://ada:***@h1:1,h2:2/db"),
    ("postgresql://host/db?user=ada&password=canary9&x=1", "postgresql://host/db?user=ada&password=***&x=1"),
    ("postgresql://host/db?sslpassword=canary9&passfile=/canary9", "postgresql://host/db?sslpassword=***&passfile=***"),
    ("postgresql://host/db?PASSWORD=canary9", "postgresql://host/db?PASSWORD=***"),
    (
        "mysql://ada:canary9@host/db?ssl_key=canary9&auth_token=canary9",
        "mysql://ada:***@host/db?ssl_key=***&auth_token=***",
    ),
    ("postgresql://ada@host/db", "postgresql://ada@host/db"),
    ("postgresql://host:5432/db", "postgresql://host:5432/db"),
    ("postgresql://[::1]:5432/db", "postgresql://[::1]:5432/db"),
    ("postgresql://ada:canary9@[::1]:5432/db", "postgresql://ada:***@[::1]:5432/db"),
    ("sqlite:///dev.db", "sqlite:///dev.db"),
    ("sqlite://", "sqlite://"),
    ("host=h user=ada password=canary9 dbname=d", "host=h user=ada password=*** dbname=d"),
    ("password='can ary9' host=h", "password=*** host=h"),
    ("just text", "just text"),
    ("", ""),
]


@pytest.mark.parametrize(("url", "shown"), MASKED)
def test_a_url_is_shown_without_its_passwords(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize("url", [url for url, _ in MASKED if "ary9" in url])
def test_a_text_with_a_remembered_url_is_scrubbed(url: str) -> None:
    remember_url(url)
    for text in (f"could not connect with {url}!", *(f"password {p} is wrong" for p in passwords(url))):
        assert "ary9" not in scrubbed(text)


def test_encoded_and_decoded_passwords_are_both_known() -> None:
    assert passwords("postgresql://ada:p%40ss+word@h/db") == {"p%40ss+word", "p@ss+word", "p@ss word"}


def test_a_url_that_nobody_remembered_is_masked_in_a_text_too() -> None:
    assert scrubbed("see postgresql://a:canary9@h/db, then") == "see postgresql://a:***@h/db, then"
    assert scrubbed("connection: host=h password=canary9") == "connection: host=h password=***"


@pytest.mark.parametrize(
    "text", ["the password: wrong", "sslmode=require", "12:30 user@host", "see https://example.org/a?b=c#d", "a ~ b"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert scrubbed(text) == text


def test_a_password_that_is_the_user_name_does_not_hide_it() -> None:
    remember_url("postgresql://postgres:postgres@h/db")
    assert scrubbed("role postgres in postgresql") == "role postgres in postgresql"


def test_a_password_that_is_a_word_is_only_taken_where_it_stands_alone() -> None:
    remember("table")
    assert scrubbed("table tables 'table'") == "*** tables '***'"


def test_scrubbing_takes_no_time_on_a_long_text() -> None:
    begun = time.process_time()
    scrubbed("x://" + "a.b-" * 100_000 + " password " * 10_000)
    assert time.process_time() - begun < 1


def test_long_secrets_go_before_their_parts() -> None:
    assert scrub("abc123-xyz", ["abc123", "abc123-xyz"]) == "***"


def test_what_is_too_short_is_not_taken_out_of_every_text() -> None:
    remember("a", "")
    assert scrubbed("a banana") == "a banana"
