"""The patient reader: located nodes and every finding of a YAML text, from the C parser's events.

Reads a file only when the quick reader (`yamltext`) met something it does not take, or when a place is asked for.
Never builds a Python object from a tag. What makes YAML surprising or dangerous is refused with a finding that says
what to write instead: anchors, aliases, merge keys, tags, duplicate keys, keys that are not text, control and
direction-changing characters that stand in the file as they are. Written as an escape in double quotes they show, and
are taken: a comment in a database may hold one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
import yaml

from ..diagnostics import Finding, Span
from ..errors import UNSEEN
from .nodes import Mapping, Node, Scalar, Sequence, resolved


class Limits(msgspec.Struct, frozen=True):
    """How much one file may hold; far above what people write, far below what hurts."""

    characters: int = 64_000_000
    nodes: int = 1_000_000
    depth: int = 64
    findings: int = 50


# C0 but tab, line feed and carriage return; delete and C1; line and paragraph separators; what changes direction.
CONTROL: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{UNSEEN}\ud800-\udfff]")
# No database stores NUL in a text, and a lone surrogate is no character (the C parser refuses it by itself).
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
ESCAPED_NO_TEXT: Final = re.compile(r"\\(?:0|x00|u0000|U00000000|(?:u|U0000)[dD][89a-fA-F])")
"""Escapes that can stand for such a character; they may as well be an escaped backslash and plain text."""
_DISCARDED: Final = Scalar("", False, 0, 0)


def composed(text: str, file: str, limits: Limits) -> tuple[list[Node], list[Finding]]:
    """The root of every document that holds something, and all findings; whole only where there are none."""
    composer = _Composer(file, limits)
    try:
        composer.read(text)
    except _Enough:
        pass
    except yaml.YAMLError as error:
        composer.findings.append(_syntax(error, file))
    return composer.roots, composer.findings


class _Enough(Exception):
    """A budget is spent; its finding is written."""


class _Composer:
    """Builds nodes from events with a stack of its own, so that depth is a number and not a crash."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.roots: list[Node] = []
        self.findings: list[Finding] = []
        self.escapes = False
        self._here: Mapping | Sequence = Sequence(0, 0)
        self._key: Scalar | None = None
        self._stack: list[tuple[Mapping | Sequence, Scalar | None]] = []
        self._left = limits.nodes

    def read(self, text: str) -> None:
        clean = self._clean(text)
        self.escapes = ESCAPED_NO_TEXT.search(clean) is not None
        handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceStartEvent: self._open_sequence,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._open_document,
            yaml.DocumentEndEvent: self._close_document,
        }
        for event in yaml.parse(clean, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            handle = handlers.get(event.__class__)
            if handle is not None:
                handle(event)

    def _clean(self, text: str) -> str:
        """The text without the characters that are refused, so that one of them does not hide other findings."""
        if len(text) > self.limits.characters:
            self._spent(f"more than {self.limits.characters:,} characters", 1, 1)
        for match in CONTROL.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            self._control(match[0], line, match.start() - text.rfind("\n", 0, match.start()))
        return CONTROL.sub("\ufffd", text)

    # What the events hold.

    def _scalar(self, event: Any) -> None:
        mark = event.start_mark
        node = Scalar(event.value, event.implicit[0], mark.line + 1, mark.column + 1)
        if event.tag is not None or event.anchor is not None:
            self._properties(event, node)
        if self.escapes and not node.plain and (match := _NO_TEXT.search(node.text)):
            self._control(match[0], node.line, node.column)
        self._left -= 1
        if self._left < 0:
            self._spent(f"more than {self.limits.nodes:,} nodes", node.line, node.column)
        if isinstance(self._here, Mapping) and self._key is None:
            self._key = self._checked_key(node, self._here)
        else:
            self._key = self._placed(node)

    def _open_mapping(self, event: Any) -> None:
        self._open(event, Mapping(event.start_mark.line + 1, event.start_mark.column + 1))

    def _open_sequence(self, event: Any) -> None:
        self._open(event, Sequence(event.start_mark.line + 1, event.start_mark.column + 1))

    def _open(self, event: Any, node: Mapping | Sequence) -> None:
        if event.tag is not None or event.anchor is not None:
            self._properties(event, node)
        self._left -= 1
        if len(self._stack) >= self.limits.depth:
            self._spent(f"nested more than {self.limits.depth} deep", node.line, node.column)
        self._stack.append((self._here, self._placed(node)))
        self._here, self._key = node, None

    def _placed(self, node: Node) -> Scalar | None:
        """Puts a node where it belongs, and gives the key that is pending once it is closed."""
        here, key = self._here, self._key
        if isinstance(here, Sequence):
            here.items.append(node)
            return None
        if key is None:
            next_step = "write one name before the colon"
            self._refuse("yaml-key", "a key that is not text", node.line, node.column, "a list or a mapping", next_step)
            return _DISCARDED
        if key is not _DISCARDED:
            here.keys[key.text] = key
            here.values[key.text] = node
        return None

    def _close(self, _event: Any) -> None:
        self._here, self._key = self._stack.pop()

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        name = event.anchor
        why = "what an alias stands for can grow without bound, and a reader of the change does not see it"
        self._refuse("yaml-alias", f"alias *{name}", mark.line + 1, mark.column + 1, why, "write the value out here")
        self._key = self._placed(Scalar("", False, mark.line + 1, mark.column + 1))

    def _open_document(self, event: Any) -> None:
        mark = event.start_mark
        if event.tags:
            self._refuse("yaml-directive", "a %TAG directive", mark.line + 1, 1, "tags are not read", "remove it")
        if event.version and tuple(event.version) != (1, 2):
            version = ".".join(map(str, event.version))
            self._refuse("yaml-directive", f"%YAML {version}", mark.line + 1, 1, "YAML 1.2 is read", "remove it")
        self._here, self._key = Sequence(0, 0), None

    def _close_document(self, _event: Any) -> None:
        assert isinstance(self._here, Sequence)
        root = self._here.items[0]
        if not (isinstance(root, Scalar) and resolved(root) is None):
            self.roots.append(root)

    # What is refused.

    def _checked_key(self, key: Scalar, here: Mapping) -> Scalar:
        line, column, name = key.line, key.column, key.text
        if name in here.values:
            first = here.keys[name]
            why = f"the first is at {Span(self.file, first.line, first.column)}, and one of them would be lost"
            message = f"key {name!r} twice in one mapping"
            self._refuse("yaml-duplicate-key", message, line, column, why, "keep one of them")
            return _DISCARDED
        if key.plain and name == "<<":
            why = "merged keys do not show in a review, and can grow without bound"
            self._refuse("yaml-merge-key", "merge key <<", line, column, why, "write the keys out here")
            return _DISCARDED
        if not isinstance(resolved(key), str):
            shown = name or "(nothing)"
            why = "YAML reads it as a number, a truth value or null"
            self._refuse("yaml-key", f"key {shown} is not text", line, column, why, f'write "{name}" in quotes')
        return key

    def _properties(self, event: Any, node: Node) -> None:
        if event.anchor is not None:
            why = "anchors serve aliases, which are refused"
            self._refuse("yaml-anchor", f"anchor &{event.anchor}", node.line, node.column, why, "remove it")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            next_step = "remove it; put text that looks like a number in quotes"
            self._refuse("yaml-tag", f"tag {tag}", node.line, node.column, "tags are not read", next_step)

    def _control(self, character: str, line: int, column: int) -> None:
        escape = f"\\u{ord(character):04x}"
        why, next_step = "it does not show, or changes what a reader sees", f'remove it, or write "{escape}" in quotes'
        if _NO_TEXT.match(character):
            why, next_step = "no database stores it in a text", "remove it"
        self._refuse("yaml-character", f"character U+{escape[2:].upper()}", line, column, why, next_step)

    def _spent(self, what: str, line: int, column: int) -> None:
        next_step = "split the file, or look what is in it"
        self._refuse("yaml-budget", what, line, column, "no manifest needs that", next_step)
        raise _Enough

    def _refuse(self, rule: str, message: str, line: int, column: int, why: str, next: str) -> None:
        span = Span(self.file, line, column)
        self.findings.append(Finding(rule=rule, message=message, span=span, why=why, next=next))
        if len(self.findings) >= self.limits.findings:
            raise _Enough


_HINTS: Final = (
    ("found character that cannot start any token", "indent with spaces, and quote text that starts with a sign"),
    ("mapping values are not allowed", 'put text that holds ": " in quotes'),
    ("expected ',' or '}'", "close the mapping, or quote text that holds a brace, a bracket or a comma"),
    ("expected ',' or ']'", "close the list, or quote text that holds a brace, a bracket or a comma"),
    ("could not find expected ':'", "write `key: value`, with a space after the colon"),
    ("unexpected end of stream", "close the quote"),
    ("expected <block end>", "indent the keys of one mapping alike"),
)


def _syntax(error: yaml.YAMLError, file: str) -> Finding:
    """What the parser could not read, with its place."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    context = getattr(error, "context", None) or ""
    span = Span(file, mark.line + 1, mark.column + 1) if mark else Span(file)
    hint = next((text for sign, text in _HINTS if sign in problem), "")
    return Finding(rule="yaml-syntax", message=f"not YAML: {problem}", span=span, why=context, next=hint)
