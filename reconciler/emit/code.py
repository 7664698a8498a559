"""Python source as a small tree, laid out as a formatter would, and texts written so that they are read back exactly.

Knows Python and the colons of SQLAlchemy's `text()`; knows nothing of plans, kinds or dialects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

WIDTH: Final = 120
_INDENT: Final = "    "
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Inexact(Exception):
    """What is meant cannot be said this way; the caller says it in SQL."""


class Code(msgspec.Struct, frozen=True):
    """A piece of source that is not broken: a name, a number, a string (perhaps of several lines)."""

    text: str


class Group(msgspec.Struct, frozen=True):
    """A call or a list: what opens and closes it, and the items, each with its keyword or ""."""

    open: str
    items: tuple[tuple[str, Node], ...]
    close: str = ")"
    tall: bool = False
    """One item a line, whether or not it fits on one."""


Node = Code | Group


def call(function: str, /, *args: Node, **keywords: Node | None) -> Group:
    """A call; keywords that are None are left out."""
    named = [(f"{k}=", v) for k, v in keywords.items() if v is not None]
    return Group(f"{function}(", (*(("", a) for a in args), *named))


def tall(group: Group) -> Group:
    """The same, one item a line."""
    return Group(group.open, group.items, group.close, tall=True)


def listed(items: Iterable[Node]) -> Group:
    return Group("[", tuple(("", i) for i in items), "]")


def string(text: str) -> Code:
    """A string literal on one line; whatever does not print is escaped."""
    quote = "'" if '"' in text and "'" not in text else '"'
    return Code(quote + _escaped(text, quote) + quote)


def strings(texts: Iterable[str]) -> Group:
    return listed(string(t) for t in texts)


def block(text: str) -> Code:
    """A string literal that keeps its lines, in triple quotes; on one line where there is only one."""
    if "\n" not in text.strip("\n"):
        return string(text)
    lines = (_escaped(line, "") for line in text.split("\n"))
    body = "\n".join(lines).replace('"""', '\\"\\"\\"')
    return Code('"""' + (body[:-1] + '\\"' if body.endswith('"') else body) + '"""')


def _escaped(text: str, quote: str) -> str:
    if text.isprintable() and "\\" not in text and (not quote or quote not in text):
        return text
    return "".join(_escaped_character(c, quote) for c in text)


def _escaped_character(c: str, quote: str) -> str:
    if c == quote:
        return f"\\{c}"
    if c in _ESCAPES:
        return _ESCAPES[c]
    if c.isprintable():
        return c
    n = ord(c)
    return f"\\x{n:02x}" if n < 0x100 else f"\\u{n:04x}" if n < 0x10000 else f"\\U{n:08x}"


# What text() of SQLAlchemy 2.0 and of 2.1 takes for a parameter, and what it takes the backslash from.
_BINDS: Final = (re.compile(r"(?<![:\w\x5c]):(\w+)(?!:)"), re.compile(r"(?<![:\w\x5c]):(\w+)(?![:\w])"))
_ESCAPED: Final = (re.compile(r"\x5c(:[\w$]*)(?![:\w$])"), re.compile(r"\x5c(:\w*)(?![:\w])"))
# What SQLAlchemy 2.0 takes for its own sign of a parameter in any statement of a driver with question marks (SQLite).
_SIGNS: Final = re.compile(r"%\([^)]+?\)s|__\[POSTCOMPILE_")
_COLON: Final = re.compile(r"(?<![:\w\x5c]):(?=\w)|(?<=\x5c):")


def colons_escaped(sql: str) -> str | None:
    """The text from which SQLAlchemy's `text()` makes exactly this SQL, or None where there is no such text."""
    if _SIGNS.search(sql):
        return None
    for candidate in (sql, _COLON.sub(r"\:", sql)):
        if all(_read_back(candidate, version) == sql for version in (0, 1)):
            return candidate
    return None


def _read_back(text: str, version: int) -> str | None:
    if _BINDS[version].search(text):
        return None
    return _ESCAPED[version].sub(r"\1", text)


def sql_text(sql: str) -> Code:
    """SQL as an argument of `text()` or of what calls it; raises Inexact where its colons cannot be written."""
    escaped = colons_escaped(sql)
    if escaped is None:
        raise Inexact(sql)
    return block(escaped)


def execute(sql: str) -> Group:
    """`op.execute` of exactly this SQL; `sa.DDL` takes colons as they are, and percent signs twice."""
    escaped = colons_escaped(sql)
    if escaped is not None:
        return call("op.execute", block(escaped))
    return call("op.execute", call("sa.DDL", block(sql.replace("%", "%%"))))


def roots(node: Node) -> Iterator[str]:
    """The names that a piece of code calls something on: `op`, `sa`, `postgresql`."""
    if isinstance(node, Group):
        name = node.open.partition(".")[0]
        if name != node.open:
            yield name
        for _, item in node.items:
            yield from roots(item)


def lines(node: Node, depth: int = 0, prefix: str = "", suffix: str = "") -> list[str]:
    """The source of a node, indented `depth` times."""
    indent = _INDENT * depth
    flat = _flat(node)
    if isinstance(node, Code):
        return [indent + prefix + node.text + suffix]
    if flat is not None and len(indent + prefix + flat + suffix) <= WIDTH:
        return [indent + prefix + flat + suffix]
    if (hugged := _hugged(node)) is not None:
        return [indent + prefix + hugged + suffix]
    return [indent + prefix + node.open, *_body(node, depth + 1), indent + node.close + suffix]


def _body(node: Group, depth: int) -> list[str]:
    if len(node.items) == 1:
        keyword, only = node.items[0]
        return lines(only, depth, keyword, "," if node.tall else "")
    flat = None if node.tall else _flat_items(node)
    if flat is not None and len(_INDENT * depth + flat) <= WIDTH:
        return [_INDENT * depth + flat]
    return [line for keyword, item in node.items for line in lines(item, depth, keyword, ",")]


def _flat(node: Node) -> str | None:
    if isinstance(node, Code):
        return None if "\n" in node.text else node.text
    if node.tall and node.items:
        return None
    items = _flat_items(node)
    return None if items is None else node.open + items + node.close


def _flat_items(node: Group) -> str | None:
    flat = [(keyword, _flat(item)) for keyword, item in node.items]
    if any(text is None for _, text in flat):
        return None
    return ", ".join(f"{keyword}{text}" for keyword, text in flat)


def _hugged(node: Group) -> str | None:
    """A text of several lines that is all there is stays at the bracket."""
    if len(node.items) != 1 or node.items[0][0]:
        return None
    only = node.items[0][1]
    if isinstance(only, Code):
        return node.open + only.text + node.close if "\n" in only.text else None
    inner = _hugged(only)
    return None if inner is None else node.open + inner + node.close
