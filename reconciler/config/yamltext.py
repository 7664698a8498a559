"""YAML text as documents: plain values at once, and the place of each of them when it is asked for.

A file that holds nothing unusual is read straight from the C parser's events into dicts and lists of text (about the
cost of the events themselves). Anything else, and any question about a place, goes to the patient reader in
`composer`, which finds everything that is wrong. Knows nothing of manifests or projects.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ..diagnostics import Finding, Span
from ..errors import InputError
from .composer import CONTROL, ESCAPED_NO_TEXT, Limits, composed
from .nodes import WORDS, Document, Key, Mapping, Node, Scalar, Sequence, resolved, texts, value

__all__ = [
    "Document", "Key", "Limits", "Mapping", "Node", "Parsed", "Scalar", "Sequence",
    "document", "documents", "resolved", "sound", "texts", "value",
]  # fmt: skip

_NULLS: Final = frozenset(word for word, meaning in WORDS.items() if meaning is None)


class Parsed(NamedTuple):
    """What a file holds; `documents` are whole only where `findings` is empty."""

    documents: list[Document]
    findings: list[Finding]


def documents(text: str | bytes, file: str, limits: Limits | None = None) -> Parsed:
    """Every document of a text that may hold several; empty documents are left out."""
    limits = limits or Limits()
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return Parsed([], [_not_utf8(error, file)])
    roots = _roots(text, file, limits)
    quick = _quick(text, limits)
    if quick is not None:
        return Parsed([Document(file, line, value, _nth(roots, n)) for n, (line, value) in enumerate(quick)], [])
    nodes, findings = roots()
    return Parsed([Document(file, node.line, texts(node), _nth(roots, n)) for n, node in enumerate(nodes)], findings)


def document(text: str | bytes, file: str, limits: Limits | None = None) -> Parsed:
    """The one document of a text; a second one, or none, is a finding."""
    parsed = documents(text, file, limits)
    if len(parsed.documents) > 1:
        parsed.findings.append(
            Finding(
                rule="yaml-documents",
                message="a second document in this file",
                span=parsed.documents[1].at(),
                why="only one document is read here",
                next="move what follows `---` to a file of its own",
            )
        )
    elif not parsed.documents and not parsed.findings:
        parsed.findings.append(Finding(rule="yaml-empty", message="the file holds nothing", span=Span(file, 1, 1)))
    return parsed


def sound(parsed: Parsed, file: str) -> list[Document]:
    """The documents, or an InputError with every finding."""
    if parsed.findings:
        raise InputError(f"{file} cannot be read", parsed.findings)
    return parsed.documents


def _roots(text: str, file: str, limits: Limits) -> Callable[[], tuple[list[Node], list[Finding]]]:
    return cache(lambda: composed(text, file, limits))


def _nth(roots: Callable[[], tuple[list[Node], list[Finding]]], n: int) -> Callable[[], Node]:
    return lambda: roots()[0][n]


def _not_utf8(error: UnicodeDecodeError, file: str) -> Finding:
    line = error.object.count(b"\n", 0, error.start) + 1
    why = f"byte {error.start} is 0x{error.object[error.start]:02x}"
    next_step = "save the file as UTF-8"
    return Finding(rule="yaml-encoding", message="not UTF-8 text", span=Span(file, line), why=why, next=next_step)


def _quick(text: str, limits: Limits) -> list[tuple[int, Any]] | None:
    """Line and value of each document, scalars as text and plain nulls as None; None where anything is unusual."""
    if len(text) > limits.characters or CONTROL.search(text) or ESCAPED_NO_TEXT.search(text):
        return None
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        found = _values(iter(loader.get_event, None), limits)
    except (_Unusual, yaml.YAMLError):
        return None
    return [(line, roots[0]) for line, roots in found if roots[0] is not None]


class _Unusual(Exception):
    """Something that the patient reader has to look at."""


class _Keys(dict[str, str]):
    """The keys of a file that are text however they are quoted; each is looked at once."""

    def __missing__(self, key: str) -> str:
        if key == "<<" or not isinstance(resolved(Scalar(key, True, 0, 0)), str):
            raise _Unusual
        self[key] = key
        return key


def _values(events: Any, limits: Limits) -> list[tuple[int, list[Any]]]:
    """The line of each document and its one root, in a list.

    One loop without calls, because it runs about 200 times for each table.
    """
    found: list[tuple[int, list[Any]]] = []
    stack: list[Any] = []
    here: Any = []
    key: str | None = None
    in_list, left, depth, nulls, keys = True, limits.nodes, limits.depth, _NULLS, _Keys()
    for event in events:
        kind = event.__class__
        if kind is ScalarEvent:
            left -= 1
            if event.tag is not None or event.anchor is not None or left < 0:
                raise _Unusual
            text = event.value
            if in_list:
                here.append(None if text in nulls and event.implicit[0] else text)
            elif key is None:
                key = keys[text]
                if key in here:
                    raise _Unusual
            else:
                here[key] = None if text in nulls and event.implicit[0] else text
                key = None
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            left -= 1
            if event.tag is not None or event.anchor is not None or left < 0 or len(stack) >= depth:
                raise _Unusual
            node: Any = {} if kind is MappingStartEvent else []
            if in_list:
                here.append(node)
            elif key is None:
                raise _Unusual
            else:
                here[key] = node
            if not stack:
                found[-1] = event.start_mark.line + 1, found[-1][1]
            stack.append(here)
            here, key, in_list = node, None, kind is SequenceStartEvent
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            here = stack.pop()
            in_list = here.__class__ is list
        elif kind is DocumentStartEvent:
            if event.version or event.tags:
                raise _Unusual
            here, key, in_list = [], None, True
            found.append((event.start_mark.line + 1, here))
        elif kind is AliasEvent:
            raise _Unusual
    return found
