"""MySQL's words: a tokenizer that keeps places, identifiers and literals.

Knows the lexical rules of texts that a server prints (sql_mode without ANSI_QUOTES and NO_BACKSLASH_ESCAPES), those
of programs that were written under another mode, and nothing of what statements mean.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

# Executable comments (`/*!80023 INVISIBLE */`, `/*M!100301 COMPRESSED*/`) are read as what they hold: their brackets
# count as blanks. Other comments are blanks too.
_WORDS: Final = r"""(?>\s+|/\*M?!\d*|\*/|/\*(?!M?!)(?:[^*]|\*(?!/))*+\*/|--\s[^\n]*+|\#[^\n]*+)*+
    (?P<word> '(?:[^'\\]|''|\\.)*+' | "(?:[^"\\]|""|\\.)*+" | `(?:[^`]|``)*+`
    | (?:[xXbBnN])'[^']*+' | [^\W\d][\w$]*+ | \d[\w$]*+(?:\.\d++)?(?:[eE][+-]?\d++)? | \.\d++
    | <=>|<<|>>|<=|>=|<>|!=|:=|\|\||&& | \S | \Z )"""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
_KEY: Final = re.compile(r'\s*(?:"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^\s"`().,]+))\s*(.*)\Z', re.DOTALL)


class Lexis(NamedTuple):
    """What a sql_mode makes of quotes: whether a backslash in them is only itself, and "x" a name."""

    plain_backslash: bool = False
    ansi_quotes: bool = False

    @classmethod
    def under(cls, mode: str | None) -> Lexis:
        words = (mode or "").upper().split(",")
        return cls("NO_BACKSLASH_ESCAPES" in words, "ANSI_QUOTES" in words)


_USUAL: Final = Lexis()


@cache
def _pattern(plain_backslash: bool) -> re.Pattern[str]:
    text = _WORDS
    if plain_backslash:
        text = text.replace(r"[^'\\]|''|\\.", "[^']|''").replace(r'[^"\\]|""|\\.', '[^"]|""')
    return re.compile(text, re.VERBOSE | re.DOTALL)


class Token(NamedTuple):
    """A word with its place in the text."""

    text: str
    start: int
    end: int


def tokens(sql: str, lexis: Lexis = _USUAL) -> list[Token]:
    """The tokens of a text without blanks and comments; a name in double quotes comes in backticks."""
    found = [Token(sql[start:end], start, end) for start, end in spans(sql, lexis)]
    if lexis.ansi_quotes:
        found = [t._replace(text=quoted(t.text[1:-1].replace('""', '"'))) if t.text[:1] == '"' else t for t in found]
    return found


def spans(sql: str, lexis: Lexis = _USUAL) -> list[tuple[int, int]]:
    """Where each token of a text begins and ends."""
    found = [m.span(1) for m in _pattern(lexis.plain_backslash).finditer(sql)]
    while found and found[-1][0] == found[-1][1]:
        found.pop()
    return found


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A text as a SQL literal; the session has backslash escapes on."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0").replace("\n", "\\n")
    return "'" + escaped.replace("\r", "\\r").replace("\x1a", "\\Z") + "'"


_SURROGATE: Final = re.compile("[\udc80-\udcff]")
_ESCAPES: Final = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_ESCAPE: Final = re.compile(r"\\(.)|''", re.DOTALL)


def text_of(token: str) -> str:
    """The text that a literal in single quotes holds."""
    return _ESCAPE.sub(lambda m: "'" if m[1] is None else _ESCAPES.get(m[1], m[1]), token[1:-1])


def holds_bytes(text: str) -> bool:
    """Whether something in a printed text is no text."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def in_hexadecimal(token: str) -> str:
    """A literal with bytes that are no text as one that is all digits."""
    if token[0] not in "'" or token.isascii():
        return token
    data = text_of(token).encode("utf-8", "surrogateescape")
    return token if not holds_bytes(token) else f"x'{data.hex()}'"


def is_name(token: str) -> bool:
    return token[:1] == "`" or bool(re.match(r"[^\W\d]", token[:1]))


def name_of(token: str) -> str:
    """The name that a token spells."""
    if token[:1] == '"':
        return token[1:-1].replace('""', '"')
    return token[1:-1].replace("``", "`") if token[:1] == "`" else token


def spelled(name: str) -> str:
    """A column in the key of an index, as manifests write it: bare where it is a word, else in double quotes."""
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=20_000)
def key_parts(key: str) -> tuple[str, str] | None:
    """The column of an index's key and what follows it (`(10) DESC`); None for an expression."""
    found = _KEY.match(key)
    if found is None:
        return None
    column, rest = found[1] or found[2] or found[3], found[4]
    if found[1] is not None:
        column = column.replace('""', '"')
    elif found[2] is not None:
        column = column.replace("``", "`")
    ok = re.fullmatch(r"(\(\d+\))?\s*(asc|desc)?|without\s+overlaps", rest.strip(), re.IGNORECASE)
    return (column, rest.strip()) if ok else None


def key_sql(key: str) -> str:
    """An index's key as DDL has it."""
    parts = key_parts(key)
    if parts is None:
        return key if key.startswith("(") else f"({key})"
    column, rest = parts
    return quoted(column) + (rest if rest.startswith("(") or not rest else f" {rest}")


def without_database(text: str, database: str) -> str:
    """A printed text without the name of its own database before those of tables, sequences and functions."""
    own = quoted(database) + "."
    if own not in text:
        return text
    out, at = [], 0
    words = tokens(text)
    for word, following in pairwise(words):
        if word.text == own[:-1] and following.text == "." and word.end == following.start:
            out.append(text[at : word.start])
            at = following.end
    return "".join([*out, text[at:]])
