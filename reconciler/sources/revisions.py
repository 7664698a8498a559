"""Alembic revision files as data: ids and links are read with `ast`, no file is imported.

Importing runs the file, and a poisoned `__pycache__` wins over the source (measured); so heads and order come from the
syntax tree of the very bytes that will be hashed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Final

import msgspec

from ..diagnostics import Finding, Span, in_order
from ..errors import UNSEEN, InputError, RefusedError
from ..model.codec import digest

_ID = re.compile(rf"[^\s:@+./\\'\"`;$\x00-\x1f\x7f-\x9f{UNSEEN}-][^\s:@/\\'\"`;$\x00-\x1f\x7f-\x9f{UNSEEN}]*\Z")
_MARK = re.compile(r"^# reconcile: generated ([0-9a-f]{16})$", re.M)


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision file: its id, what it comes after, and its bytes as they were read.

    `python` is true where the file declares `reconcile_python = True`: it is run through Alembic, not as rendered SQL.
    `home` is the folder in which modules of its project are found that are not installed; "" where none may be: the
    working tree is no part of a commit.
    """

    id: str
    down: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    message: str = ""
    path: str = ""
    text: bytes = b""
    python: bool = False
    home: str = ""

    @property
    def digest(self) -> str:
        return digest(self.text)

    @property
    def generated(self) -> bool:
        """Whether the file is as `reconcile plan` wrote it, untouched by hand."""
        found = _MARK.search(self.text.decode("utf-8", "replace"))
        return bool(found) and found[1] == mark_of(self.text.decode("utf-8", "replace"))  # type: ignore[index]

    def line_of(self, name: str) -> int:
        """The line on which the file sets one of its variables; 0 where none does."""
        found = re.search(rb"^%b\b" % name.encode(), self.text, re.M)
        return self.text.count(b"\n", 0, found.start()) + 1 if found else 0


def mark_of(text: str) -> str:
    """The mark that a generated revision carries: a digest of its text without the line of the mark."""
    return digest(_MARK.sub("", text, count=1).encode())[:16]


def marked(text: str, placeholder: str) -> str:
    """A revision's text with the line of its mark put where the placeholder stands."""
    bare = text.replace(placeholder, "# reconcile: generated 0000000000000000", 1)
    return bare.replace("generated 0000000000000000", f"generated {mark_of(bare)}", 1)


def read_revision(path: str, text: bytes) -> Revision | None:
    """The revision that a file holds, or None where it declares no `revision`; raises InputError with file and line."""
    tree = _head(text) or _whole(path, text)
    found: dict[str, tuple[object, int]] = {}
    for node in tree.body:
        for name, value in _assigned(node):
            if name in _WANTED and (known := _read(value, path, name)) is not _UNKNOWN:
                found[name] = (known, value.lineno)
    if "revision" not in found:
        return None
    return _revision(path, text, found, ast.get_docstring(tree) or "")


_BODY = re.compile(rb"^(?:def|async def|class|@)\b", re.M)
_WORDS = (b"revision", b"depends_on", b"branch_labels", b"reconcile_python")
_LATER = re.compile(rb"^[ \t]*(?:revision|down_revision|depends_on|branch_labels|reconcile_python)\b", re.M)


def _head(text: bytes) -> ast.Module | None:
    """What stands before the first function, or None where that alone does not tell: a file may be a whole schema long,
    and its syntax tree costs a second for 1,000 tables."""
    body = _BODY.search(text)
    if body is None:
        return None
    if any(text.find(word, body.start()) >= 0 for word in _WORDS) and _LATER.search(text, body.start()):
        return None
    try:
        return ast.parse(text[: body.start()])
    except (SyntaxError, ValueError):
        return None  # the cut went through a string: the whole file is to be read


def _whole(path: str, text: bytes) -> ast.Module:
    try:
        return ast.parse(text, filename=path)
    except (SyntaxError, ValueError) as e:
        line = getattr(e, "lineno", 0) or 0
        raise InputError("a revision that is not Python", where=str(Span(path, line)), why=str(e)) from None


_WANTED = {"revision", "down_revision", "depends_on", "branch_labels", "reconcile_python"}


def _assigned(node: ast.stmt) -> Iterable[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        return [(t.id, node.value) for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        return [(node.target.id, node.value)]
    return []


_UNKNOWN: Final = object()


def _read(value: ast.expr, path: str, name: str) -> object:
    """The value of a literal. A label that is none (a constant of another module) is left unknown: only a link that
    says it misses it, and that is found when the links are followed."""
    try:
        return ast.literal_eval(value)
    except ValueError:
        if name == "branch_labels":
            return _UNKNOWN
        where = str(Span(path, value.lineno))
        raise InputError(
            f"`{name}` is not a literal",
            where=where,
            why="ids are read without running the file",
            next=f"write {name} as a plain string, tuple or None",
        ) from None


def _revision(path: str, text: bytes, found: Mapping[str, tuple[object, int]], doc: str) -> Revision:
    own, line = found["revision"]
    if not isinstance(own, str) or not _ID.match(own):
        raise InputError(f"not a revision id: {own!r}", where=str(Span(path, line)))
    return Revision(
        id=own,
        down=_names(found.get("down_revision")),
        depends_on=_names(found.get("depends_on")),
        labels=_names(found.get("branch_labels")),
        message=doc.strip().splitlines()[0].strip() if doc.strip() else "",
        path=path,
        text=text,
        python=bool(found.get("reconcile_python", (False, 0))[0]),
    )


def _names(found: tuple[object, int] | None) -> tuple[str, ...]:
    value = found[0] if found else None
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(str(v) for v in value) if isinstance(value, tuple | list | set) else ()


class History:
    """A graph of revisions, checked: every id once, every link to a revision that is there, no ring."""

    def __init__(self, revisions: Iterable[Revision]) -> None:
        """Raises InputError that names every fault and the files it is in."""
        self.by_id: dict[str, Revision] = {}
        findings: list[Finding] = []
        for r in sorted(revisions, key=lambda r: r.path):
            other = self.by_id.setdefault(r.id, r)
            if other is not r:
                message = f"revision id {r.id} is also that of {other.path}"
                findings.append(Finding(rule="duplicate-revision", message=message, span=Span(r.path)))
        for r in self.by_id.values():
            for down in (*r.down, *r.depends_on):
                if self.resolved(down) is None:
                    message = f"{r.id} comes after {down}, which is not there"
                    findings.append(Finding(rule="missing-revision", message=message, span=Span(r.path)))
        if findings:
            raise InputError("the revisions do not form a history", in_order(findings))
        self.order = self._ordered()

    def resolved(self, name: str) -> str | None:
        """A revision id for an id, a unique beginning of one, or a branch label."""
        if name in self.by_id:
            return name
        labelled = [r.id for r in self.by_id.values() if name in r.labels]
        starts = [i for i in self.by_id if len(name) >= 4 and i.startswith(name)]
        found = labelled or starts
        return found[0] if len(found) == 1 else None

    def _links(self, r: Revision) -> list[str]:
        return [i for d in (*r.down, *r.depends_on) if (i := self.resolved(d)) is not None]

    def _ordered(self) -> tuple[Revision, ...]:
        """All revisions, each after what it comes after; the same on every machine."""
        sorter = TopologicalSorter({i: self._links(r) for i, r in sorted(self.by_id.items())})
        order: list[Revision] = []
        try:
            sorter.prepare()
        except CycleError as e:
            ring = [self.by_id[i] for i in e.args[1]]
            raise InputError(
                f"the revisions form a ring: {' → '.join(r.id for r in ring)}",
                where=", ".join(sorted({r.path for r in ring})),
                why="each of them comes after another one of them",
                next="correct down_revision or depends_on in one of them",
            ) from None
        while sorter.is_active():
            for i in sorted(sorter.get_ready()):
                order.append(self.by_id[i])
                sorter.done(i)
        return tuple(order)

    @cached_property
    def heads(self) -> tuple[str, ...]:
        followed = {i for r in self.by_id.values() for i in self._links(r)}
        return tuple(sorted(i for i in self.by_id if i not in followed))

    @property
    def head(self) -> str | None:
        """The one head, None for an empty history; raises RefusedError where there are several."""
        if len(self.heads) > 1:
            files = ", ".join(f"{h} ({self.by_id[h].path})" for h in self.heads)
            raise RefusedError(
                f"the history has {len(self.heads)} heads: {files}",
                why="two branches each added a revision",
                next="run `reconcile plan --write`: a generated revision is made anew on the other; "
                "for hand-written ones, `alembic merge heads`",
            )
        return self.heads[0] if self.heads else None

    def ancestors(self, ids: Iterable[str]) -> set[str]:
        """The given revisions and all that they come after."""
        found: set[str] = set()
        todo = [i for i in ids if i in self.by_id]
        while todo:
            i = todo.pop()
            if i not in found:
                found.add(i)
                todo.extend(self._links(self.by_id[i]))
        return found

    def pending(self, at: Iterable[str], to: Iterable[str] | None = None) -> tuple[Revision, ...]:
        """What a database at some revisions still lacks, in order; ids not in the history are for `unknown`."""
        have = self.ancestors(at)
        want = self.ancestors(self.heads if to is None else to)
        return tuple(r for r in self.order if r.id in want and r.id not in have)

    def unknown(self, at: Iterable[str]) -> list[str]:
        """Revisions of a database that this history does not hold."""
        return sorted(i for i in at if i not in self.by_id)


def history_of(files: Mapping[str, bytes], home: str = "") -> History:
    """The history in a set of files (path → bytes); only `.py` files count, tracked byte code is refused."""
    for path in files:
        if path.endswith(".pyc") or "__pycache__/" in path:
            raise InputError("compiled Python among the revisions", where=path, next=f"git rm --cached {path}")
    found = (read_revision(p, t) for p, t in sorted(files.items()) if p.endswith(".py"))
    return History(msgspec.structs.replace(r, home=home) for r in found if r is not None)
