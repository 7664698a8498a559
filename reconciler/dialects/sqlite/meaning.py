"""When two definitions say the same: SQLite keeps every text as it was typed, so the model holds what was typed.

Case of keywords and functions, quotes that are not needed, layout and comments make no difference; the text of an
item of a view that has no alias does, because it is the column's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import structs

from ...model.objects import Object
from ...model.programs import Trigger, View
from ...model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique
from .comments import has_comments
from .tokens import CONSTANTS, KEYWORDS, constant, expression, is_name, is_word, spelled, statement, tokens

_AROUND_MARKS: Final = re.compile(r"\s*([(),])\s*")
_ENDS_ITEMS: Final = frozenset(
    {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "WINDOW", ";"}
)


def alike(old: Object, new: Object) -> tuple[Object, Object]:
    """Both with one text wherever theirs mean the same: the new one, unless only the old one has comments."""
    was, will = meaning(old), meaning(new)
    kept: dict[str, Any] = {}
    taken: dict[str, Any] = {}
    for field in (*_TEXTS.get(type(old), {}), "comment"):
        a, b = getattr(old, field), getattr(new, field)
        if a != b and getattr(was, field) == getattr(will, field):
            if _says_more(a, b):
                kept[field] = a
            else:
                taken[field] = b
    return (structs.replace(old, **taken) if taken else old), (structs.replace(new, **kept) if kept else new)


def _says_more(old: Any, new: Any) -> bool:
    if not isinstance(old, str) or not isinstance(new, str):
        return new is None  # a comment
    return has_comments(old) and not has_comments(new)


@lru_cache(maxsize=20_000)
def meaning(o: Object) -> Object:
    """The object in the one spelling of all that say the same."""
    fields: dict[str, Any] = {field: read(o) for field, read in _TEXTS.get(type(o), {}).items()}
    return structs.replace(o, comment=None, **fields)


def type_meaning(text: str) -> str:
    """A declared type: in any case and layout the same, but for names in quotes."""
    return text if not text.isascii() or any(c in text for c in "\"'`[") else _AROUND_MARKS.sub(r"\1", text).upper()


def default_meaning(text: str | None) -> str | None:
    if text is None:
        return None
    words = tokens(text)
    if words[0] == "(" and words[-1] == ")":
        inner = expression(words[1:-1], {}, "")
        return inner if constant(inner) or inner in CONSTANTS else f"({inner})"
    return text.upper() if text.upper() in CONSTANTS else text


def _over(o: Object, text: str) -> str:
    """An expression over the columns of one table."""
    columns = {a.name.lower(): a.name for a in o.refs if a.kind == "column"}
    return expression(tokens(text), columns, getattr(o, "table", ""))


def _terms(o: Any) -> tuple[str, ...]:
    columns = {name.lower(): name for name in o.columns}
    return tuple(expression(tokens(term), columns, o.table) for term in o.terms)


def _generated(o: Any) -> Any:
    return o.generated and structs.replace(o.generated, expression=_over(o, o.generated.expression))


def _query(o: Any) -> str:
    words = tokens(o.definition)
    if not o.columns and any(not _has_name(item) for item in _items(words)):
        return str(o.definition)
    return spelled(statement(words, upper=KEYWORDS.__contains__))


def _items(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The items of every SELECT that could give a view its columns."""
    for at, word in enumerate(words):
        if word.upper() == "SELECT" and [w.upper() for w in words[at - 2 : at]] not in (["EXISTS", "("], ["IN", "("]):
            yield from _list(words, at + 1)


def _list(words: Sequence[str], at: int) -> Iterator[Sequence[str]]:
    at += words[at : at + 1] != [] and words[at].upper() in ("DISTINCT", "ALL")
    start, depth = at, 0
    while at < len(words):
        word = words[at].upper()
        if not depth and (word in _ENDS_ITEMS or word == ")"):
            break
        if not depth and word == ",":
            yield words[start:at]
            start = at + 1
        depth += (word == "(") - (word == ")")
        at += 1
    yield words[start:at]


def _has_name(item: Sequence[str]) -> bool:
    """Whether it is a star, a column, or has an alias, with AS or without."""
    if not item or item[-1] == "*" or (all(map(is_name, item[::2])) and all(w == "." for w in item[1::2])):
        return True
    last, before = item[-1], item[-2] if len(item) > 1 else ""
    if before.upper() == "AS":
        return True
    named = is_name(last) and last.upper() not in KEYWORDS
    return named and (before == ")" or before[:1] in "\"'`[" or (is_word(before) and before.upper() not in KEYWORDS))


def _habits(o: Any) -> tuple[str, ...]:
    """How a definition is written, and nothing that it says: quotes of names, places and order of clauses."""
    return ()


def _program(o: Any) -> str:
    return spelled(statement(tokens(o.definition), upper=KEYWORDS.__contains__))


_TEXTS: Final[Mapping[type[Object], Mapping[str, Callable[[Any], Any]]]] = {
    Column: {
        "type": lambda o: type_meaning(o.type),
        "default": lambda o: default_meaning(o.default),
        "generated": _generated,
        "collation": lambda o: o.collation and o.collation.upper(),
        "options": _habits,
    },
    Table: {"options": _habits},
    PrimaryKey: {"terms": _terms, "options": _habits},
    Unique: {"terms": _terms, "options": _habits},
    ForeignKey: {"spelled_out": _habits},
    Check: {"expression": lambda o: _over(o, o.expression)},
    Index: {
        "keys": lambda o: tuple(_over(o, key) for key in o.keys),
        "where": lambda o: o.where and _over(o, o.where),
    },
    View: {"definition": _query},
    Trigger: {"definition": _program},
}
