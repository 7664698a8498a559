"""The JSON Schemas of manifests, generated from their forms: for editors, and for messages that say what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from .forms import ANY_SCALAR
from .kinds import kinds

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
Widen = Callable[[dict[str, Any]], None]
ANY: Final = "manifest"
"""The schema of any manifest, whatever its kind."""


@cache
def kind_schema(word: str) -> dict[str, Any]:
    """The schema of one kind of manifest."""
    return _kind_schema(word, _any_scalar)


@cache
def message_schema(word: str) -> dict[str, Any]:
    """The same for messages: where a text is meant it says text, and whoever reads it knows that any scalar is one."""
    return _kind_schema(word, lambda node: None)


def _kind_schema(word: str, widen: Widen) -> dict[str, Any]:
    (reference,), parts = msgspec.json.schema_components([kinds()[word].document], ref_template="#/$defs/{name}")
    return {"$schema": _DRAFT, "title": word, **reference, "$defs": _named(parts, widen)}


def _any_scalar(node: dict[str, Any]) -> None:
    node["type"] = ["string", "number", "boolean"]


def any_schema() -> dict[str, Any]:
    """One schema for a folder of manifests: the `kind` of a document decides which form it has."""
    documents = [k.document for k in kinds().values()]
    references, parts = msgspec.json.schema_components(documents, ref_template="#/$defs/{name}")
    choice = [
        {"if": {"properties": {"kind": {"const": word}}, "required": ["kind"]}, "then": reference}
        for word, reference in zip(kinds(), references, strict=True)
    ]
    shape = {"type": "object", "required": ["apiVersion", "kind", "metadata"]}
    known = {"properties": {"kind": {"enum": list(kinds())}}}
    return {
        "$schema": _DRAFT,
        "title": "reconcile manifest",
        **shape,
        **known,
        "allOf": choice,
        "$defs": _named(parts, _any_scalar),
    }


def schema_files() -> dict[str, str]:
    """The texts of all schema files, by file name."""
    schemas = {f"{word.lower()}.schema.json": kind_schema(word) for word in kinds()}
    schemas[f"{ANY}.schema.json"] = any_schema()
    return {name: _text(schema) for name, schema in sorted(schemas.items())}


def _text(schema: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=2).decode() + "\n"


def _named(parts: dict[str, Any], widen: Widen) -> dict[str, Any]:
    """The parts with their descriptions on one line, as editors show them."""
    for part in parts.values():
        if "description" in part:
            part["description"] = " ".join(part["description"].split())
        part.pop("title", None)
        _unmark(part, widen)
    return parts


def _unmark(node: Any, widen: Widen) -> None:
    """Texts that may be written as numbers and truth values get a type that says so."""
    if isinstance(node, dict):
        if node.pop(ANY_SCALAR, False):
            widen(node)
        for inner in node.values():
            _unmark(inner, widen)
    elif isinstance(node, list):
        for inner in node:
            _unmark(inner, widen)


def write_schemas(folder: Path) -> None:
    """Write all schema files into a folder."""
    for name, text in schema_files().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write_schemas(Path("schemas"))
