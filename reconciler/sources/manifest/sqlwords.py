"""The little SQL that a manifest needs to be understood: names with their parts, and the keys of an index."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable
from typing import Final, NamedTuple

PLAIN: Final = re.compile(r"[a-z_][a-z0-9_$]*\Z")
WORD: Final = re.compile(r"[^\W\d][\w$]*\Z")
_PART: Final = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s".,()]+(?:[^".,()]*[^\s".,()])?))\s*')
_CALL: Final = re.compile(r'((?:"(?:[^"]|"")+"|[^"(])+)\((.*)\)\s*\Z', re.S)
_TOKEN: Final = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|[()\[\]]|[^\W\d][\w$]*|[\d.]+|::|[-+*/%<>=|&^~!@\#?]+|\s+|.""", re.S
)
_SUFFIX: Final = re.compile(r"(?i)(\s+(?:asc|desc))?(\s+nulls\s+(?:first|last))?\s*\Z")
_OPERATOR_WORDS: Final = frozenset(
    {"is", "and", "or", "not", "in", "like", "ilike", "between", "case", "similar", "at"}
)

# Words that are no name unless quoted, wherever PostgreSQL or the SQL standard has an expression.
RESERVED: Final = frozenset(
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905
)


class Target(NamedTuple):
    """What a reference names: `columns` is empty where it leaves them open."""

    schema: str | None
    table: str
    columns: tuple[str, ...]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def spelled(name: str) -> str:
    """A name as it stands in a dotted one: quoted where it is not a word."""
    return name if PLAIN.match(name) else quoted(name)


def parts(text: str) -> list[str] | None:
    """The names of a dotted or comma-separated text, quotes taken off; None where it is something else."""
    found = []
    at = 0
    while True:
        match = _PART.match(text, at)
        if match is None:
            return None
        found.append(match[1].replace('""', '"') if match[1] is not None else match[2])
        at = match.end()
        if at == len(text):
            return found
        if text[at] not in ".,":
            return None
        at += 1


def target(text: str) -> Target | None:
    """`teams`, `teams.id`, `app.teams.id`, `teams(id)`, `app.teams(id, region)`; None where it is none of these."""
    match = _CALL.match(text)
    if match is not None:
        names, columns = parts(match[1]), parts(match[2])
        if names is None or columns is None or len(names) > 2:
            return None
        return Target(names[0] if len(names) == 2 else None, names[-1], tuple(columns))
    names = parts(text)
    if names is None or len(names) > 3:
        return None
    if len(names) == 1:
        return Target(None, names[0], ())
    return Target(names[0] if len(names) == 3 else None, names[-2], (names[-1],))


def column_name(key: str) -> str | None:
    """The column that a key of an index is, where it is a name and nothing else."""
    if WORD.match(key):
        return key
    if len(key) > 2 and key[0] == key[-1] == '"' and '"' not in key[1:-1].replace('""', ""):
        return key[1:-1].replace('""', '"')
    return None


def index_key(text: str, columns: Container[str], bracketed: bool) -> str:
    """A key of an index as SQL: the name of a column is quoted where it must be, an expression put in brackets."""
    text = text.strip()
    if WORD.match(text):
        known = text in columns and (not PLAIN.match(text) or text in RESERVED)
        return quoted(text) if known else text
    if not bracketed:
        return text
    suffix = _SUFFIX.search(text)
    end = suffix.start() if suffix else len(text)
    return f"({text[:end]}){text[end:]}" if _needs_brackets(text[:end]) else text


def _needs_brackets(expression: str) -> bool:
    """Whether an operator stands outside of all brackets; a first word is never one (a column may be named `at`)."""
    depth = 0
    first, *rest = _TOKEN.findall(expression)
    for token in (first, *rest) if not WORD.match(first) or first.lower() in ("not", "case") else rest:
        if token in "([":
            depth += 1
        elif token in ")]":
            depth -= 1
        elif depth == 0 and (token[0] in "-+*/%<>=|&^~!@#?:'" or token.lower() in _OPERATOR_WORDS):
            return True
    return False


def made_name(first: str, second: str, label: str, limit: int, taken: Collection[str]) -> str:
    """A name made of a table's, its columns' and a label, as PostgreSQL makes them; shortened to `limit` bytes."""
    number = 0
    while True:
        suffix = label + (str(number) if number else "")
        name = _shortened(first, second, suffix, limit)
        if name not in taken:
            return name
        number += 1


def _shortened(first: str, second: str, label: str, limit: int) -> str:
    parts = [first.encode(), second.encode()]
    room = (limit or 1 << 30) - len(label.encode()) - (2 if second else 1)
    while sum(map(len, parts)) > room:
        longer = 0 if len(parts[0]) > len(parts[1]) else 1
        parts[longer] = parts[longer][:-1]
    texts = [p.decode(errors="ignore") for p in parts]
    return "_".join([*filter(None, texts), label])


class WordSet(dict[str, None]):
    """The columns of a table, in order."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(dict.fromkeys(names))

    def mentioned(self, expression: str) -> list[str]:
        """The columns that an expression names, in the order of the table."""
        tokens = {column_name(t) for t in _TOKEN.findall(expression)}
        tokens |= {t.lower() for t in tokens if t is not None}
        return [c for c in self if c in tokens]
