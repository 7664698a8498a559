"""Expressions of manifests of several dialects: what one of them must not be given, and how it quotes names.

Knows where texts and quoted names end, and nothing else of SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from ...dialects.emulation import Emulation, Foreign
from ...model.objects import Object
from ...model.programs import View
from ...model.tables import Check, Column, Generated, Index
from .tables import Path

_QUOTED: Final = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")")

Rewrite = Callable[[str, Path], str]


def foreign_in(text: str, emulation: Emulation) -> Iterator[tuple[str, Foreign]]:
    """What an expression holds that the dialect must not be given, in words."""
    if emulation.foreign:
        bare = "''".join(_QUOTED.split(text)[::2])
        for f in emulation.foreign:
            if (found := re.search(f.pattern, bare)) is not None:
                yield f.what.format(*found.groups()), f


def requoted(text: str, quoted: Callable[[str], str]) -> str:
    """The expression with every name in double quotes put into the dialect's own."""
    found = _QUOTED.split(text)
    return "".join(quoted(t[1:-1].replace('""', '"')) if n % 2 and t[0] == '"' else t for n, t in enumerate(found))


def rewritten(o: Object, path: Path, rewrite: Rewrite) -> Object:
    """An object with every expression in it put through a function, which is given its place."""
    make = _REWRITTEN.get(type(o))
    changed = {f: v for f, v in make(o, path, rewrite).items() if v != getattr(o, f)} if make is not None else {}
    return msgspec.structs.replace(o, **changed) if changed else o


def _column(o: Any, path: Path, rewrite: Rewrite) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if o.default is not None:
        found["default"] = rewrite(o.default, (*path, "default"))
    if o.check is not None:
        found["check"] = rewrite(o.check, (*path, "check"))
    if o.generated is not None:
        expression = rewrite(o.generated.expression, (*path, "generated"))
        found["generated"] = Generated(expression=expression, stored=o.generated.stored)
    return found


def _index(o: Any, path: Path, rewrite: Rewrite) -> dict[str, Any]:
    found: dict[str, Any] = {"keys": tuple(rewrite(k, (*path, "columns", n)) for n, k in enumerate(o.keys))}
    if o.where is not None:
        found["where"] = rewrite(o.where, (*path, "where"))
    return found


_REWRITTEN: Final[dict[type[Object], Callable[[Any, Path, Rewrite], dict[str, Any]]]] = {
    Column: _column,
    Index: _index,
    Check: lambda o, path, rewrite: {"expression": rewrite(o.expression, (*path, "expression"))},
    View: lambda o, path, rewrite: {"definition": rewrite(o.definition, ("spec", "definition"))},
}
