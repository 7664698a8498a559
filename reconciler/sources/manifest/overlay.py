"""What a manifest says for one dialect alone: `only` in its metadata, and the changes of its spec under `dialects`.

    metadata: {name: events, only: [postgresql, sqlite]}
    spec:
      columns: {payload: jsonb}
    dialects:
      sqlite:
        columns: {payload: text}

Changes are put into the spec key by key; null takes a key away, and a list stands for the whole list. A short form
counts as its long one. Places stay those of the file, so a finding points at the line under `dialects`.
"""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from ...config.nodes import Document, Mapping, Node, Scalar, texts
from ...config.projectfile import DialectName
from .tables import Path

KEY: Final = "dialects"
ONLY: Final = "only"

_LONG_ENTRIES: Final = {
    "columns": "type",
    "attributes": "type",
    "checks": "expression",
    "unique": "columns",
    "indexes": "columns",
}
"""Sections whose entries have a short form, with the one key that it stands for."""
_LONG: Final = {"primaryKey": "columns", "generated": "expression", "identity": "generation"}


_KNOWN: Final = get_args(DialectName)


class Meant(NamedTuple):
    """A document as a dialect reads it, and the paths of what is said for this dialect alone."""

    document: Document
    own: frozenset[Path] = frozenset()


def meant_for(document: Document, dialect: str) -> Meant | None:
    """The document as a dialect reads it, None where it is not about that one; as it stands where its form is wrong."""
    written = document.texts
    if not isinstance(written, dict):
        return Meant(document)
    metadata = written.get("metadata")
    only = metadata.get(ONLY) if isinstance(metadata, dict) else None
    if isinstance(only, list) and only and dialect not in only and all(name in _KNOWN for name in only):
        return None
    changes = written.get(KEY)
    if not isinstance(changes, dict) or not isinstance(changes.get(dialect), dict):
        return Meant(document)
    root = document.root
    patch = document.node(KEY, dialect)
    spec = document.node("spec")
    if not isinstance(root, Mapping) or not isinstance(patch, Mapping):
        return Meant(document)
    own: list[Path] = []
    base = spec if isinstance(spec, Mapping) else Mapping(patch.line, patch.column)
    changed = _merged(base, patch, ("spec",), own)
    keys = {"spec": root.keys.get("spec", root.keys[KEY]), **root.keys}
    whole = Mapping(root.line, root.column, keys, {**root.values, "spec": changed})
    return Meant(Document(document.file, document.line, texts(whole), lambda: whole), frozenset(own))


def _merged(base: Mapping, patch: Mapping, path: Path, own: list[Path]) -> Mapping:
    """The base with the changes in it; what came from them is entered into `own`."""
    keys, values = dict(base.keys), dict(base.values)
    for key, change in patch.values.items():
        here = (*path, key)
        if _is_null(change):
            keys.pop(key, None)
            values.pop(key, None)
            continue
        old = values.get(key)
        if old is not None and isinstance(old, Mapping) != isinstance(change, Mapping) and (long := _long(here)):
            old, change = _lengthened(old, long), _lengthened(change, long)
        if isinstance(old, Mapping) and isinstance(change, Mapping):
            values[key] = _merged(old, change, here, own)
        else:
            keys[key], values[key] = patch.keys[key], change
            own.append(here)
    return Mapping(base.line, base.column, keys, values)


def _long(path: Path) -> str:
    """The key that a short form at a path stands for; "" where there is none."""
    entry = _LONG_ENTRIES.get(str(path[-2]), "") if len(path) == 3 else ""
    return entry or _LONG.get(str(path[-1]), "")


def _lengthened(node: Node, key: str) -> Node:
    if isinstance(node, Mapping):
        return node
    return Mapping(node.line, node.column, {key: Scalar(key, True, node.line, node.column)}, {key: node})


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and texts(node) is None
