"""Which texts are values of a type, and how a value is read as text: for the rows that a proof puts into tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_INTEGERS: Final = {"tinyint": 7, "smallint": 15, "mediumint": 23, "int": 31, "integer": 31, "bigint": 63}
_DIGITS: Final = ("blob", "binary", "bit", "geometry", "point", "polygon", "linestring", "geometrycollection")
_LABEL: Final = re.compile(r"'((?:[^']|'')*)'")
_SIZES: Final = re.compile(r"\((\d+)(?:,(\d+))?\)")


def as_text(column: str, type: str) -> str:
    """A value as text; one that is no text, in digits."""
    return f"HEX({column})" if any(word in type.lower() for word in _DIGITS) else f"CAST({column} AS CHAR)"


def fits(type: str, value: str) -> bool:
    """Whether a strict server takes the text for a value of the type; types that we do not know take none."""
    word = re.split(r"[( ]", type.lower())[0]
    sizes = _SIZES.search(type)
    if word in _INTEGERS:
        return re.fullmatch(r"-?\d+", value) is not None and _in_range(word, type, int(value))
    if word in ("char", "varchar"):
        return len(value) <= int(sizes[1] if sizes else 1)
    if word in ("enum", "set"):
        return value in [m.replace("''", "'") for m in _LABEL.findall(type)]
    if word in ("decimal", "numeric") and sizes:
        return _is_decimal(value, int(sizes[1]), int(sizes[2] or 0), "unsigned" in type)
    judge = _JUDGES.get(word)
    signed = "unsigned" in type and value.startswith("-")
    return judge is not None and not signed and judge(value)


def _in_range(word: str, type: str, value: int) -> bool:
    bits = _INTEGERS[word]
    low, high = (0, 2 ** (bits + 1)) if "unsigned" in type else (-(2**bits), 2**bits)
    return bool(low <= value < high)


def _is_decimal(value: str, digits: int, scale: int, unsigned: bool) -> bool:
    found = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?", value)
    if found is None or (unsigned and found[1]):
        return False
    return len(found[2].lstrip("0")) <= digits - scale and len(found[3] or "") <= scale


def _matching(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


_ANY: Final = _matching(r"[\s\S]*")
_DAY: Final = r"20\d\d-\d\d-\d\d"
_JUDGES: Final[dict[str, Callable[[str], bool]]] = {
    "float": _matching(r"-?\d+(\.\d+)?"),
    "double": _matching(r"-?\d+(\.\d+)?"),
    "date": _matching(_DAY),
    "datetime": _matching(rf"{_DAY}( \d\d:\d\d:\d\d)?"),
    "timestamp": _matching(rf"{_DAY}( \d\d:\d\d:\d\d)?"),
    "time": _matching(r"\d\d:\d\d:\d\d"),
    "year": _matching(r"20\d\d"),
    "json": _matching(r"[\[{].*[\]}]"),
    "uuid": _matching(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "inet4": _matching(r"\d+\.\d+\.\d+\.\d+"),
    "inet6": _matching(r"::ffff:\d+\.\d+\.\d+\.\d+"),
    "bit": _matching(r"1"),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob"), _ANY),
    **dict.fromkeys(("binary", "varbinary"), _matching(r".")),
}
