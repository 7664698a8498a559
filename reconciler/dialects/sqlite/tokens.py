"""SQLite's words: a tokenizer, identifiers and literals, and one spelling for equal pieces of SQL.

Knows SQLite's lexical rules (tokenize.c, parse.y) and nothing of what statements mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

# Atomic groups: every alternative starts with another character, so no text makes this slow.
_TOKEN: Final = re.compile(
    r"""(?>\s+|--[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))*+
    ( '(?:[^']|'')*+(?:'|\Z) | "(?:[^"]|"")*+(?:"|\Z) | `(?:[^`]|``)*+(?:`|\Z) | \[[^\]]*+(?:\]|\Z)
    | [xX]'[0-9a-fA-F]*+' | [A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*+
    | 0[xX][0-9a-fA-F_]++ | (?:\d[\d_]*+(?:\.[\d_]*+)?|\.\d[\d_]*+)(?:[eE][+-]?\d++)?
    | ->>|->|\|\||<<|>>|<=|>=|<>|==|!= | [?:@$][\w$:]*+ | \S | \Z )""",
    re.VERBOSE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED: Final = _words(
    """ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE
    DISTINCT DROP ELSE ESCAPE EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN LIMIT NOT
    NOTHING NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE
    UPDATE USING VALUES WHEN WHERE"""
)
"""Keywords that never stand for a name."""

KEYWORDS: Final = RESERVED | _words(
    """ABORT ACTION AFTER ALWAYS ANALYZE ASC ATTACH BEFORE BEGIN BY CASCADE CAST COLUMN CONFLICT CROSS CURRENT
    CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFERRED DESC DETACH DO EACH END EXCEPT EXCLUDE EXCLUSIVE
    EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FULL GENERATED GLOB GROUPS IF IGNORE IMMEDIATE INDEXED INITIALLY INNER
    INSTEAD KEY LAST LEFT LIKE MATCH MATERIALIZED NATURAL NO NULLS OF OFFSET OTHERS OUTER OVER PARTITION PLAN PRAGMA
    PRECEDING QUERY RAISE RANGE RECURSIVE REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RIGHT ROLLBACK ROW ROWS
    SAVEPOINT TEMP TEMPORARY TIES TRIGGER UNBOUNDED VACUUM VIEW VIRTUAL WINDOW WITH WITHIN WITHOUT TRUE FALSE"""
)

CONSTANTS: Final = _words("NULL TRUE FALSE CURRENT_TIME CURRENT_DATE CURRENT_TIMESTAMP")
"""Words that are a value."""

_CONSTANT: Final = re.compile(
    r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+|0[xX][0-9a-fA-F]+)(?:[eE][+-]?\d+)?|[xX]?'(?:[^']|'')*'|NULL|TRUE|FALSE", re.I
)

_CALLS: Final = frozenset({"CAST", "RAISE", "REPLACE", "GLOB", "LIKE", "LEFT", "RIGHT", "IF", "MATCH", "REGEXP"})
"""Keywords that are written as functions are."""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SIGNS: Final = frozenset("+-~")
_OPERATORS: Final = frozenset(["||", "->", "->>", "<<", ">>", "<=", ">=", "<>", "==", "!=", *"+-*/%&|~<>=(,"])


def tokens(sql: str) -> list[str]:
    """The tokens of a text without blanks and comments; an unfinished quote runs to the end."""
    found: list[str] = _TOKEN.findall(sql)
    while found and not found[-1]:
        found.pop()
    return found


def placed(sql: str) -> list[tuple[int, int]]:
    """Where each token of a text begins and ends."""
    return [found.span(1) for found in _TOKEN.finditer(sql) if found[1]]


def text_after(sql: str, count: int) -> str:
    """What follows the first `count` tokens, as it is written, without blanks at its ends and a final semicolon."""
    end = [found.end() for found in _TOKEN.finditer(sql)][count - 1]
    return sql[end:].strip().rstrip(";").rstrip()


def text_from(sql: str, count: int) -> str:
    """The text from the token behind the first `count` ones on, without a final semicolon."""
    return sql[placed(sql)[count][0] :].strip().rstrip(";").rstrip()


def is_word(token: str) -> bool:
    """Whether it is an unquoted name, keyword or type."""
    first = token[0]
    return (first.isalpha() or first == "_" or first >= "\x80") and token[1:2] != "'"


def is_name(token: str) -> bool:
    """Whether it may stand for a name: a word or a quoted one."""
    return token[0] in '"`[' or is_word(token)


def name_of(token: str) -> str:
    """The name that a token spells; single quotes, too, hold a name where SQLite expects one."""
    first = token[0]
    if first in "\"`'":
        return token[1:-1].replace(first * 2, first) if len(token) > 1 else token
    return token[1:-1] if first == "[" and len(token) > 1 else token


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def ident(name: str) -> str:
    """A name, quoted where it is not plain; capitals need no quotes, since SQLite folds no names."""
    return name if _PLAIN.match(name) and name.upper() not in KEYWORDS else quoted(name)


def constant(default: str) -> bool:
    """Whether a default is a literal, as ADD COLUMN wants it."""
    return _CONSTANT.fullmatch(default) is not None


def as_text(column: str, type: str) -> str:
    """A value as text; a blob in digits, since a plain cast of it could give bytes that are none."""
    return f"CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE CAST({column} AS text) END"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def spelled(words: Iterable[str]) -> str:
    """Tokens as one text, the same for every layout they were written in."""
    out: list[str] = []
    before, tight = "", True
    for token in words:
        call = token == "(" and bool(before) and is_name(before) and before.upper() not in KEYWORDS - _CALLS
        if not (tight or call or token in ",).;"):
            out.append(" ")
        out.append(token)
        tight = token in "(." or (token in _SIGNS and _starts_a_term(before))
        before = token
    return "".join(out)


def _starts_a_term(before: str) -> bool:
    """Whether a sign after this token belongs to the number or name that follows."""
    return not before or before in _OPERATORS or before.upper() in RESERVED - {"NULL", "ISNULL", "NOTNULL"}


def expression(words: Sequence[str], columns: dict[str, str], table: str) -> str:
    """One spelling for an expression over the columns of one table.

    Quotes go where they are not needed, keywords and collations become upper and functions lower case, columns as they
    were declared.
    A column behind the table's own name is quoted, and so is the name. `columns` maps lower-case names to declared
    ones. Text in single quotes is never touched.
    """
    return spelled(_over(columns, words, table))


def qualifiers(text: str, table: str, other: str | None = None) -> str | None:
    """An expression with another table in place of `table` in front of its columns; None where it names it nowhere."""
    words = tokens(text)
    found = [at for at, w in enumerate(words[:-1]) if words[at + 1] == "." and _same(w, table)]
    for at in found:
        words[at] = quoted(other or table)
    return spelled(words) if found else None


def _same(token: str, name: str) -> bool:
    return token[0] != "'" and name_of(token).lower() == name.lower()


def _over(columns: dict[str, str], words: Sequence[str], table: str) -> Iterable[str]:
    before = ""
    for at, token in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        lead, before = before, token.upper()
        if not is_name(token):
            yield token
        elif after == "." and _same(token, table):
            yield quoted(table)
        elif lead == "." and name_of(token).lower() in columns:
            yield quoted(columns[name_of(token).lower()])
        elif lead == "COLLATE":
            yield ident(name_of(token).upper())
        elif lead == "AS" and is_word(token):  # CAST(… AS type)
            yield token.lower()
        elif token[0] in '"`[':
            yield _unquoted(token, columns)
        elif token.upper() in RESERVED:
            yield token.upper()
        elif after == "(":
            yield token.upper() if token.upper() in KEYWORDS else token.lower()
        elif token.lower() in columns:
            yield ident(columns[token.lower()])
        else:
            yield token.upper() if token.upper() in KEYWORDS else token


def _unquoted(token: str, columns: dict[str, str]) -> str:
    """A quoted name with as few quotes as it needs; double quotes may hold a text where no such column is."""
    name = name_of(token)
    if name.lower() in columns:
        return ident(columns[name.lower()])
    return token if token[0] == '"' else ident(name)


def statement(words: Iterable[str], *, upper: Callable[[str], bool]) -> list[str]:
    """The tokens of a query or trigger: reserved words and those that `upper` says in upper case, quotes of `…` and
    […] as few as are needed; double quotes stay where they are, since they may hold a text, and so do names behind AS
    and behind a dot, since they may be what a column is called."""
    found: list[str] = []
    for token in words:
        word, named = token.upper(), bool(found) and found[-1] in ("AS", ".")
        if token[0] in "`[":
            found.append(ident(name_of(token)))
        elif is_word(token) and (word in RESERVED or (upper(word) and not named)):
            found.append(word)
        else:
            found.append(token)
    return found
