"""A YAML document as located nodes, and the values its scalars stand for.

Knows places and YAML 1.2's habits; knows nothing of parsing, manifests or projects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ..diagnostics import Span

Key = str | int


class Scalar(msgspec.Struct, gc=False):
    """One scalar: its text as the source has it, and whether it was plain (not quoted, not a block)."""

    text: str
    plain: bool
    line: int
    column: int


class Mapping(msgspec.Struct):
    """`keys` and `values` by key text, in the order of the source."""

    line: int
    column: int
    keys: dict[str, Scalar] = msgspec.field(default_factory=dict)
    values: dict[str, Node] = msgspec.field(default_factory=dict)


class Sequence(msgspec.Struct):
    line: int
    column: int
    items: list[Node] = msgspec.field(default_factory=list)


Node = Scalar | Mapping | Sequence


class Document:
    """One YAML document: `file` as the user named it, `line` where it starts, `texts` its plain values.

    `texts` holds dicts and lists, every scalar as the source spells it and a plain null as None: made for
    `msgspec.convert(document.texts, T, strict=False)`, which reads `1.10` as "1.10" where T says text and as a number
    where T says number. Do not change it. Places and nodes are read when they are first asked for.
    """

    __slots__ = ("_load", "_root", "file", "line", "texts")

    def __init__(self, file: str, line: int, texts: Any, load: Callable[[], Node]) -> None:
        self.file = file
        self.line = line
        self.texts = texts
        self._load = load
        self._root: Node | None = None

    @property
    def root(self) -> Node:
        if self._root is None:
            self._root = self._load()
        return self._root

    @property
    def start(self) -> Span:
        """Where the document starts; free, unlike `at`."""
        return Span(self.file, self.line, 1)

    def span(self, node: Node) -> Span:
        return Span(self.file, node.line, node.column)

    def at(self, *path: Key) -> Span:
        """The place of a path: the key it ends in, or the item; the deepest part that exists where it does not."""
        place = node = self.root
        for step in path:
            if (found := _step(node, step)) is None:
                break
            place, node = found
        return self.span(place)

    def node(self, *path: Key) -> Node | None:
        """The node at a path, or None."""
        node = self.root
        for step in path:
            if (found := _step(node, step)) is None:
                return None
            node = found[1]
        return node

    def value(self) -> Any:
        """The document as dict, list, str, int, float, bool and None, by YAML 1.2's core schema."""
        return value(self.root)


def _step(node: Node, step: Key) -> tuple[Node, Node] | None:
    """What a place is named by (the key, or the item itself), and the node that stands there."""
    if isinstance(node, Mapping):
        key = str(step)
        return (node.keys[key], node.values[key]) if key in node.values else None
    if isinstance(node, Sequence) and isinstance(step, int) and -1 < step < len(node.items):
        return node.items[step], node.items[step]
    return None


WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_NUMBER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,99})(\.[0-9]*)?(?:[eE][-+]?[0-9]{1,4})?")
_DIGITS: Final = frozenset("-+0123456789")


def resolved(scalar: Scalar) -> str | int | float | bool | None:
    """The scalar's value by YAML 1.2's core schema, without its octal, hexadecimal, infinite and not-a-number forms.

    `010`, `12:30:00`, `no`, `on`, dates and everything quoted are text.
    """
    text = scalar.text
    if not scalar.plain:
        return text
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _DIGITS or not (match := _NUMBER.fullmatch(text)):
        return text
    if text.lstrip("-+").isdigit():
        return int(text)
    number = float(text)
    return number if match and math.isfinite(number) else text


def value(node: Node) -> Any:
    """The node as dict, list, str, int, float, bool and None."""
    kind = node.__class__
    if kind is Scalar:
        return resolved(node)  # type: ignore[arg-type]
    if kind is Mapping:
        return {key: value(inner) for key, inner in node.values.items()}  # type: ignore[union-attr]
    return [value(inner) for inner in node.items]  # type: ignore[union-attr]


def texts(node: Node) -> Any:
    """The node as dict, list and str, every scalar as the source spells it; a plain null is None.

    For `msgspec.convert(texts(node), T, strict=False)`, which reads `1.10` as "1.10" where T says text and as a
    number where T says number.
    """
    kind = node.__class__
    if kind is Scalar:
        return None if node.plain and WORDS.get(node.text, "") is None else node.text  # type: ignore[union-attr]
    if kind is Mapping:
        return {key: texts(inner) for key, inner in node.values.items()}  # type: ignore[union-attr]
    return [texts(inner) for inner in node.items]  # type: ignore[union-attr]
