"""What somebody's query looks like when others are told of it: short, and without a value that is in it."""

from __future__ import annotations

import re
from typing import Final

_MOST: Final = 80
_HIDDEN: Final = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|\#[^\n]*
      | [a-zA-Z]*'(?:[^'\\]|\\.|'')*(?:'|\Z) | (?P<tag>\$\w*\$).*?(?:(?P=tag)|\Z)
      | (?<![\w$"`])[-+]?\d[\w.]*""",
    re.VERBOSE | re.DOTALL,
)
_NAMES: Final = re.compile(r'"(?:[^"\\]|\\.|"")*(?:"|\Z)')


def shortened(query: str | None, *, names_in_double_quotes: bool = True) -> str:
    """The query in one line, its literals and comments left out; "" for none.

    What the server cut off inside of a literal is one, too. Where double quotes may hold a text, that is left out.
    """
    if not query or query.startswith("<"):
        return ""
    text = _HIDDEN.sub(lambda m: "" if m[0][:2] in ("--", "/*") or m[0][0] == "#" else "?", query)
    text = " ".join((text if names_in_double_quotes else _NAMES.sub("?", text)).split())
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
