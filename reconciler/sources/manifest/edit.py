"""A manifest in a person's words, brought up to date: only the keys that changed are written anew.

What changed is told by two manifests that this program writes: of the object as it was, and as it is. Where the
person's file says it in a form that cannot be edited line by line (in braces, under another name), the next key above
is written as a whole. Whoever calls gets None where that leads up to the root, or where the result does not say what
it should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...config import yamltext
from ...config.nodes import Document, Mapping

Path = tuple[str, ...]
_BLOCK: Final = re.compile(r":\s+[|>][-+\d]*\s*(?:#.*)?$")
_MISSING: Final = object()


def edited(source: str, line: int, old: str, new: str) -> str | None:
    """The text of a file with what differs between two manifests changed in the document that `line` is in."""
    texts = [_Text(source, line), _Text(old, 1), _Text(new, 1)]
    here, was, will = texts
    if here.document is None or was.document is None or will.document is None or not _same(here, was):
        return None
    paths = [p for p in (_editable(p, here, will) for p in _changed(was, will, ())) if p is not None]
    if not paths:
        return None if list(_changed(was, will, ())) else source
    if () in paths:
        return None
    paths = sorted({p for p in paths if not any(p[:n] in paths for n in range(len(p)))}, key=will.order)
    wanted = here.value(())
    edits = []
    for path in paths:
        edits.append(_edit(path, here, will))
        wanted = _with(wanted, path, will.value(path))
    result = _Text(_applied(here.lines, edits), line)
    return "".join(result.lines) if result.document is not None and result.value(()) == wanted else None


def _same(here: _Text, was: _Text) -> bool:
    """Whether the document is about the object at all: a schema may be known from a table's manifest alone."""
    return all(here.value(path) == was.value(path) for path in (("kind",), ("metadata", "name")))


class _Text:
    """One document of a text, with the lines that each of its keys takes."""

    def __init__(self, text: str, line: int) -> None:
        self.lines = text.splitlines(keepends=True) if "\r" not in text else []
        if self.lines and not self.lines[-1].endswith("\n"):
            self.lines[-1] += "\n"
        parsed = yamltext.documents(text, "manifest")
        at = [d for d in parsed.documents if d.line <= line]
        self.document: Document | None = at[-1] if at and not parsed.findings and self.lines else None
        self.end = len(self.lines)
        for number in range(line, len(self.lines)):
            if self.lines[number].rstrip() in ("---", "..."):
                self.end = number
                break

    def node(self, path: Path) -> Any:
        assert self.document is not None
        return self.document.node(*path)

    def value(self, path: Path) -> Any:
        node = self.node(path)
        return _MISSING if node is None else yamltext.value(node)

    def keys(self, path: Path) -> list[str]:
        node = self.node(path)
        return list(node.values) if isinstance(node, Mapping) else []

    def order(self, path: Path) -> tuple[int, Path]:
        found = self.region(path)
        return (found[0] if found is not None else 0), path

    def region(self, path: Path) -> tuple[int, int] | None:
        """The lines of a key and its value, from 0, without the comments that stand before the next key; None where
        it does not begin a line."""
        end, mapping = self.end, self.node(())
        start = 0
        for step in path:
            if not isinstance(mapping, Mapping) or step not in mapping.keys:
                return None
            key = mapping.keys[step]
            start = key.line - 1
            if self.lines[start][: key.column - 1].strip():
                return None
            end = min([k.line - 1 for k in mapping.keys.values() if k.line - 1 > start], default=end)
            mapping = mapping.values[step]
        return start, self._trimmed(start, end)

    def _trimmed(self, start: int, end: int) -> int:
        block = _BLOCK.search(self.lines[start].rstrip()) is not None
        while end > start + 1:
            text = self.lines[end - 1].lstrip()
            deeper = _indent(self.lines[end - 1]) > _indent(self.lines[start])
            if (text and not text.startswith("#")) or (block and text and deeper):
                break
            end -= 1
        return end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _changed(was: _Text, will: _Text, path: Path) -> Iterator[Path]:
    """The deepest keys under which two manifests differ."""
    a, b = was.node(path), will.node(path)
    if isinstance(a, Mapping) and isinstance(b, Mapping) and a.values and b.values:
        for name in (*a.values, *(n for n in b.values if n not in a.values)):
            yield from _changed(was, will, (*path, name))
    elif was.value(path) != will.value(path):
        yield path


def _editable(path: Path, here: _Text, will: _Text) -> Path | None:
    """The path, or the next one above it, that takes lines of its own in both; None where nothing is to be done."""
    while path:
        there, wanted = here.value(path), will.value(path)
        if there is _MISSING and wanted is _MISSING:
            return None
        parent_has_keys = bool(here.keys(path[:-1])) and here.region((*path[:-1], here.keys(path[:-1])[0])) is not None
        copied = wanted is _MISSING or will.region(path) is not None
        if there is _MISSING and parent_has_keys and copied:
            return path
        spared = wanted is not _MISSING or len(here.keys(path[:-1])) > 1
        if there is not _MISSING and here.region(path) is not None and copied and spared:
            return path
        path = path[:-1]
    return ()


def _edit(path: Path, here: _Text, will: _Text) -> tuple[int, int, list[str]]:
    """The lines to put in the place of others."""
    region = here.region(path)
    said = _said(path, here, will)
    if region is None:
        return _room(path, here, will), -1, said
    if len(said) == 1 and region[1] - region[0] == 1:
        said = [said[0].rstrip("\n") + _remark(here.lines[region[0]]) + "\n"]
    return region[0], region[1], said


def _said(path: Path, here: _Text, will: _Text) -> list[str]:
    """The key as the new manifest has it, as deep as its neighbours stand."""
    found = will.region(path)
    if found is None:
        return []
    beside = here.region(path) or here.region((*path[:-1], here.keys(path[:-1])[0]))
    assert beside is not None
    lines = will.lines[found[0] : found[1]]
    more = _indent(here.lines[beside[0]]) - _indent(lines[0])
    return [(" " * more + line if more >= 0 else line[-more:]) if line.strip() else line for line in lines]


def _room(path: Path, here: _Text, will: _Text) -> int:
    """Where a key comes in: after the one that it follows in the new manifest, else at the end of its mapping."""
    above, there = path[:-1], here.keys(path[:-1])
    names = will.keys(above)
    known = [n for n in names[: names.index(path[-1])] if n in there]
    found = here.region((*above, known[-1] if known else there[-1]))
    return found[1] if found is not None else here.end


def _remark(line: str) -> str:
    """The comment at the end of a line, with the blanks before it."""
    for found in re.finditer(r"\s+#", line):
        head, whole = (yamltext.documents(text, "line").documents for text in (line[: found.start()], line))
        if head and whole and head[0].value() == whole[0].value():
            return line[found.start() :].rstrip("\n")
    return ""


def _applied(lines: list[str], edits: list[tuple[int, int, list[str]]]) -> str:
    """The lines with the edits, from the last one up; what comes in before a key that changes is put there after it."""
    found = list(lines)
    ranked = sorted(enumerate(edits), key=lambda e: (e[1][0], e[1][1] >= 0, e[0]), reverse=True)
    for _, (start, end, said) in ranked:
        found[start : max(end, start)] = said
    return "".join(found)


def _with(value: Any, path: Path, wanted: Any) -> Any:
    if not path:
        return wanted
    changed = dict(value) if isinstance(value, dict) else {}
    inner = _with(changed.get(path[0]), path[1:], wanted)
    if inner is _MISSING:
        changed.pop(path[0], None)
    else:
        changed[path[0]] = inner
    return changed
