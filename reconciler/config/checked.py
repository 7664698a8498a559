"""A located document against a type and its JSON Schema, every complaint with its place.

The type decides (fast, and the same reading that the program uses); the schema only explains, so `jsonschema` is
imported when something is already known to be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec

from ..diagnostics import Finding
from .nodes import Document, Key, Scalar

T = TypeVar("T")
Schema = Mapping[str, Any]

_MOST: Final = 200
_NAMES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}


def converted(document: Document, kind: type[T], schema: Callable[[], Schema]) -> tuple[T | None, list[Finding]]:
    """The document as `kind`, or every reason why it is not one.

    A scalar is text where `kind` says text, however it looks (`1.10`, `no`), and a number where it says number.
    """
    try:
        return msgspec.convert(document.texts, kind, strict=False), []
    except msgspec.ValidationError as error:
        return None, violations(document, schema()) or [_from_msgspec(document, error)]


def violations(document: Document, schema: Schema) -> list[Finding]:
    """The ways in which the document breaks the schema, in the order of the file; of very many, the first found."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    errors = validator.iter_errors(document.value())
    found = dict.fromkeys(islice((finding for error in errors for finding in _findings(document, error)), _MOST))
    return sorted(found, key=lambda finding: (finding.span, finding.message))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was most likely meant to be, or nothing."""
    import difflib  # only when something is wrong

    names = sorted(known)
    folded = {name.replace("_", "").lower(): name for name in names}
    close = difflib.get_close_matches(word, names, 1, 0.6)
    if not close:
        close = [folded[name] for name in difflib.get_close_matches(word.replace("_", "").lower(), folded, 1, 0.7)]
    return close[0] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to type next: the nearest known word, or all of them where none is near."""
    names = sorted(known)
    close = nearest(word, names)
    if close:
        return f"did you mean {close}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 12 else ""


def _findings(document: Document, error: Any) -> Iterable[Finding]:
    explain = _EXPLAINED.get(error.validator)
    if explain is not None:
        return explain(document, error)
    return [_finding(document, error, "schema", _short(error.message))]


def _finding(document: Document, error: Any, rule: str, message: str, next: str = "", key: str = "") -> Finding:
    path: list[Key] = list(error.absolute_path)
    span = document.at(*path, key) if key else document.at(*path)
    subject = _dotted(path)
    return Finding(rule=rule, message=f"{subject}: {message}" if subject else message, span=span, next=next)


def _dotted(path: Iterable[Key]) -> str:
    """`spec.columns.id`, `spec.schemas[2]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def _unknown_keys(document: Document, error: Any) -> Iterable[Finding]:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            torn = error.instance[key] is None and _TORN.search(key)
            next_step = _QUOTE if torn else did_you_mean(key, known)
            yield _finding(document, error, "unknown-key", f"unknown key {_short(key)}", next_step, key)


_TORN: Final = re.compile(r"[)'\]]\Z")
_QUOTE: Final = 'inside {…} a text with a comma needs quotes: {type: "numeric(10,2)"}'
"""What a key without a value is that ends in a bracket or a quote: the rest of a text."""


def _missing(document: Document, error: Any) -> Iterable[Finding]:
    for key in error.validator_value:
        if key not in error.instance and f"'{key}'" in error.message:
            meant = error.schema.get("properties", {}).get(key, {})
            only = meant["enum"][0] if len(meant.get("enum", ())) == 1 else meant.get("const", "")
            yield _finding(document, error, "missing-key", f"{key} is missing", f"add {key}: {only}" if only else "")


def _wrong_type(document: Document, error: Any) -> Iterable[Finding]:
    return _needs(document, error, _kinds(error))


def _kinds(error: Any) -> list[str]:
    wanted = error.validator_value
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _needs(document: Document, error: Any, kinds: list[str]) -> Iterable[Finding]:
    """One finding that names the kinds that are allowed; none for a scalar where text is one of them."""
    node = document.node(*error.absolute_path)
    if "string" in kinds and isinstance(node, Scalar) and error.instance is not None:
        return
    names = " or ".join(_NAMES.get(kind, kind) for kind in kinds if kind != "null" or len(kinds) == 1)
    meant = _SPOKEN.get(node.text.lower(), "") if "boolean" in kinds and isinstance(node, Scalar) else ""
    next_step = f"write {meant}" if meant else ""
    if "array" in kinds and isinstance(node, Scalar) and _WORD.match(node.text):
        next_step = f"write [{node.text}]"
    yield _finding(document, error, "wrong-type", f"needs {names}, not {_shown(document, error)}", next_step)


_WORD: Final = re.compile(r"\w+\Z")
_SPOKEN: Final = {**dict.fromkeys(("yes", "on", "y"), "true"), **dict.fromkeys(("no", "off", "n"), "false")}


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:197] + "..."


def _shown(document: Document, error: Any) -> str:
    """What stands there, as the source spells it."""
    node = document.node(*error.absolute_path)
    if error.instance is None:
        return "nothing"
    if isinstance(error.instance, dict | list):
        return "a mapping" if isinstance(error.instance, dict) else "a list"
    return repr(_short(node.text if isinstance(node, Scalar) else str(error.instance)))


def _not_allowed(document: Document, error: Any) -> Iterable[Finding]:
    choices = (
        [str(choice) for choice in error.validator_value] if error.validator == "enum" else [error.validator_value]
    )
    close = nearest(str(error.instance), choices) if isinstance(error.instance, str) and len(choices) > 1 else ""
    shown = _shown(document, error)
    message = f"{shown} is not one of {', '.join(choices)}" if len(choices) > 1 else f"needs {choices[0]}, not {shown}"
    yield _finding(document, error, "not-allowed", message, f"did you mean {close}?" if close else "")


def _branches(document: Document, error: Any) -> Iterable[Finding]:
    """Of the alternatives, only the one that was most likely meant."""
    branches: dict[Any, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    meant = [found for found in branches.values() if not any(_is_other_type(inner) for inner in found)]
    if meant:
        best = min(meant, key=lambda found: (len(found), -max(len(inner.absolute_path) for inner in found)))
        for inner in best:
            yield from _findings(document, inner)
    elif not branches:
        yield _finding(document, error, "not-allowed", "fits more than one of the forms that exclude each other")
    else:
        kinds = dict.fromkeys(kind for inner in error.context if _is_other_type(inner) for kind in _kinds(inner))
        yield from _needs(document, error, list(kinds))


def _is_other_type(error: Any) -> bool:
    word_meant = error.validator == "enum" and isinstance(error.instance, dict | list)
    return bool((error.validator == "type" or word_meant) and not error.relative_path)


def _form(document: Document, error: Any) -> Iterable[Finding]:
    kind = "a date such as 2027-01-31" if error.validator_value == "date" else f"text like {error.validator_value}"
    meaning = error.schema.get("description", kind) if error.validator == "pattern" else kind
    shown = repr(_short(str(error.instance)))
    yield _finding(document, error, "wrong-form", f"{shown} is not {meaning}")


_EXPLAINED: Final[dict[str, Callable[[Document, Any], Iterable[Finding]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_allowed,
    "const": _not_allowed,
    "anyOf": _branches,
    "oneOf": _branches,
    "pattern": _form,
    "format": _form,
}

_PLACE: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def _from_msgspec(document: Document, error: msgspec.ValidationError) -> Finding:
    """What the type says where the schema says nothing; its path ends where a key is not told."""
    match = _PLACE.match(str(error))
    path: list[Key] = []
    for name, index in _STEP.findall((match and match["path"]) or ""):
        if index == "...":
            break
        path.append(int(index) if index else name)
    what = match["what"] if match else str(error)
    return Finding(rule="wrong-type", message=f"{_dotted(path)}: {what}", span=document.at(*path))
