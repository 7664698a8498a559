"""Plain values as YAML text: the same bytes for the same values, no needless quotes, several lines as a block.

Knows how our reader takes text; knows nothing of manifests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...config.nodes import WORDS
from ...errors import UNSEEN

WIDTH: Final = 100


class Section(dict[str, Any]):
    """A mapping that is always written one key a line."""


class Natural(str):
    """A text that may look like a number or a truth value, because it stands where SQL is expected."""

    __slots__ = ()


# What YAML 1.1 or 1.2 takes for something else than text.
_OTHER_WORDS: Final = re.compile(
    r"(?i)(?:y|n|yes|no|on|off|true|false|null|~|<<|=|[-+]?\.(?:inf|nan)|[-+]?(?:0[xob])?[\d_][\d_,.:]*(?:e[-+]?\d+)?"
    r"|[-+]?\.[\d_]+(?:e[-+]?\d+)?|0x[\da-f_]+|\d{4}-\d\d?-\d\d?(?:[tT ].*)?)\Z"
)
_NULLS: Final = frozenset(word for word, meaning in WORDS.items() if meaning is None)
_PLAIN: Final = re.compile(r"[^\W][^\n\t\r]*\Z|[(/.$+][^\n\t\r]*\Z|-[^\s\n][^\n\t\r]*\Z")
_NOT_PLAIN: Final = re.compile(
    rf":(?:\s|\Z)|\s#|\s\Z|[\x00-\x1f\x7f-\xa0\ufffe\uffff{UNSEEN}]"
)
_NOT_IN_FLOW: Final = re.compile(r"[,\[\]{}:]|\A[-?]")
_ESCAPED: Final = re.compile(
    rf'["\\\x00-\x1f\x7f-\xa0\ufffe\uffff{UNSEEN}]|[\ud800-\udfff]'
)
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_NOT_IN_BLOCK: Final = re.compile(
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff{UNSEEN}]"
)


def document(value: Section) -> str:
    """One document, without a marker before it."""
    return "\n".join(_mapping(value, 0)) + "\n"


def _mapping(value: dict[str, Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, inner in value.items():
        name = _scalar(key)
        if len(name) > 900:  # the longest key that may stand without a mark is 1,024 characters
            yield f"{pad}? {name}"
            name = ""
        yield from _entry(f"{pad}{name}:", inner, indent + 2)


def _sequence(value: list[Any], indent: int) -> Iterator[str]:
    for inner in value:
        lines = list(_entry("", inner, indent + 2))
        if lines[0].strip() == "":
            lines = lines[1:]
            yield " " * indent + "- " + lines[0].lstrip(" ")
            yield from lines[1:]
        else:
            yield " " * indent + "-" + lines[0]
            yield from lines[1:]


def _entry(head: str, value: Any, indent: int) -> Iterator[str]:
    """A value after its key: on the same line where it fits, else below."""
    if isinstance(value, str):
        if "\n" in value and _block_fits(value):
            yield from _block(head, value, indent)
        else:
            yield f"{head} {_scalar(value)}"
        return
    if not isinstance(value, dict | list):
        yield f"{head} {_atom(value)}"
        return
    flow = _flow(value, WIDTH - len(head)) if not isinstance(value, Section) or not value else None
    if flow is not None:
        yield f"{head} {flow}"
        return
    yield head
    yield from _mapping(value, indent) if isinstance(value, dict) else _sequence(value, indent)


def _flow(value: Any, room: int) -> str | None:
    """The value on one line, or None where it does not fit or would need quotes that it needs nowhere else."""
    if isinstance(value, dict):
        inner = [(_scalar(k), _flow(v, room)) for k, v in value.items()]
        if any(v is None or _NOT_IN_FLOW.search(k) for k, v in inner):
            return None
        text = "{" + ", ".join(f"{k}: {v}" for k, v in inner) + "}"
    elif isinstance(value, list):
        items = [_flow(v, room) for v in value]
        if any(v is None for v in items):
            return None
        text = "[" + ", ".join(str(v) for v in items) + "]"
    elif isinstance(value, str):
        text = _scalar(value)
        if "\n" in value or (text[0] != '"' and _NOT_IN_FLOW.search(text)):
            return None
    else:
        text = _atom(value)
    return text if len(text) <= room else None


def _atom(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"no YAML for {type(value).__name__}")


def _scalar(text: str) -> str:
    other = text in _NULLS or (not isinstance(text, Natural) and _OTHER_WORDS.match(text))
    if not other and _PLAIN.match(text) and not _NOT_PLAIN.search(text):
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    c = match[0]
    number = ord(c)
    long = f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return _SHORT.get(c) or (f"\\x{number:02x}" if number < 256 else long)


def _block_fits(text: str) -> bool:
    return bool(text.strip("\n")) and not _NOT_IN_BLOCK.search(text)


def _block(head: str, text: str, indent: int) -> Iterator[str]:
    """A literal block; the indicator says how deep it stands where its first line begins with a blank."""
    body = text.rstrip("\n")
    tail = len(text) - len(body)
    chomp = "-" if tail == 0 else "" if tail == 1 else "+"
    mark = "2" if body[0] in " \t\n" else ""
    yield f"{head} |{mark}{chomp}"
    pad = " " * indent
    for line in body.split("\n"):
        yield pad + line if line else ""
    for _ in range(tail - 1):
        yield ""
