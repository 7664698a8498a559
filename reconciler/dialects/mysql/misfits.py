"""Which values a column's new type does not take, as a copying ALTER TABLE in strict mode would find out.

Tried on MariaDB 10.11: numbers are rounded first; of a text not even blanks may be cut off; a label that an enum does
not have, a date that is none and a text that is no number are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ...model.catalog import Catalog
from ...model.tables import Column
from ..probes import Misfit
from .inet import no_inet4

_WHOLE: Final = {"tinyint": 7, "smallint": 15, "mediumint": 23, "int": 31, "integer": 31, "bigint": 63}
_NUMBERS: Final = frozenset({*_WHOLE, "decimal", "numeric", "float", "double"})
_TEXTS: Final = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215}
_STRINGS: Final = frozenset({"char", "varchar", *_TEXTS, "longtext"})
_BINARY: Final = {"tinyblob": 255, "blob": 65_535, "mediumblob": 16_777_215}
_TIMES: Final = frozenset({"date", "datetime", "timestamp"})
_SIZE: Final = re.compile(r"\((\d+)(?:\s*,\s*(\d+))?\)")
_LIST: Final = re.compile(r"\A(?:enum|set)\((.*)\)\Z", re.DOTALL | re.IGNORECASE)
_NUMBER: Final = r"^[[:space:]]*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?[[:space:]]*$"


def misfit(value: str, old: Column, new: Column, catalog: Catalog) -> Misfit | None:
    """None where every value fits, or nobody can tell before."""
    word = _word(new.type)
    judge = _JUDGES.get(word)
    if judge is None:
        return None
    condition = judge(value, old.type, new.type)
    return Misfit(condition=condition) if condition else None


def _word(type: str) -> str:
    return re.split(r"[( ]", type.lower())[0]


def _whole(value: str, old: str, new: str) -> str:
    bits, unsigned = _WHOLE[_word(new)], "unsigned" in new
    low, high = (0, 2 ** (bits + 1) - 1) if unsigned else (-(2**bits), 2**bits - 1)
    if _word(old) in _STRINGS:
        return f"{value} NOT REGEXP '{_NUMBER}' OR ROUND(CAST({value} AS DECIMAL(65, 10))) NOT BETWEEN {low} AND {high}"
    if _word(old) in _WHOLE and _within(old, low, high):
        return ""
    return f"ROUND({value}) NOT BETWEEN {low} AND {high}" if _word(old) in _NUMBERS else ""


def _within(old: str, low: int, high: int) -> bool:
    bits = _WHOLE[_word(old)]
    least, most = (0, 2 ** (bits + 1) - 1) if "unsigned" in old else (-(2**bits), 2**bits - 1)
    return low <= least and most <= high


def _decimal(value: str, old: str, new: str) -> str:
    size = _SIZE.search(new)
    digits, scale = (int(size[1]), int(size[2] or 0)) if size else (10, 0)
    limit = "9" * (digits - scale) or "0"
    most = f"{limit}.{'9' * scale}" if scale else limit
    low = "0" if "unsigned" in new else f"-{most}"
    if _word(old) in _STRINGS:
        number = f"ROUND(CAST({value} AS DECIMAL(65, 30)), {scale})"
        return f"{value} NOT REGEXP '{_NUMBER}' OR {number} NOT BETWEEN {low} AND {most}"
    return f"ROUND({value}, {scale}) NOT BETWEEN {low} AND {most}" if _word(old) in _NUMBERS else ""


def _sized_text(value: str, old: str, new: str) -> str:
    size = _SIZE.search(new)
    return f"CHAR_LENGTH({value}) > {size[1] if size else 1}"


def _text(value: str, old: str, new: str) -> str:
    return f"LENGTH({value}) > {_TEXTS[_word(new)]}"


def _sized_bytes(value: str, old: str, new: str) -> str:
    size = _SIZE.search(new)
    return f"LENGTH({value}) > {size[1] if size else 1}"


def _bytes(value: str, old: str, new: str) -> str:
    return f"LENGTH({value}) > {_BINARY[_word(new)]}"


def _enum(value: str, old: str, new: str) -> str:
    """An old enum's value is asked by its label; the empty one of what was once refused is taken along."""
    found = _LIST.match(new)
    if found is None or _word(old) not in (*_STRINGS, "enum"):
        return ""
    return f"CONCAT({value}, '') NOT IN ({found[1]})"


def _time(value: str, old: str, new: str) -> str:
    if _word(old) not in _STRINGS:
        return ""
    what = "DATE" if _word(new) == "date" else "DATETIME"
    return f"{value} IS NOT NULL AND CAST({value} AS {what}) IS NULL"


def _inet4(value: str, old: str, new: str) -> str:
    return no_inet4(value) if _word(old) == "inet6" else ""


_JUDGES: Final[dict[str, Callable[[str, str, str], str]]] = {
    **dict.fromkeys(_WHOLE, _whole),
    **dict.fromkeys(("decimal", "numeric"), _decimal),
    **dict.fromkeys(("char", "varchar"), _sized_text),
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(("binary", "varbinary"), _sized_bytes),
    **dict.fromkeys(_BINARY, _bytes),
    **dict.fromkeys(_TIMES, _time),
    "enum": _enum,
    "inet4": _inet4,
}
