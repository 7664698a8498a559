"""Which file an object is in: `<schema>/tables/users.yaml`.

Names of objects may hold anything; names of files stay inside the folder, are valid on every system, and differ in
more than case.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from ...model.address import Address

_SAFE: Final = re.compile(r"[^\w.\-]", re.ASCII)
_DEVICES: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)")
_LONGEST: Final = 120
_ENDS: Final = {"s": "ses", "x": "xes", "y": "ies"}
_ALONE: Final = {"schema": "schema.yaml"}


def paths(addresses: Iterable[Address]) -> dict[Address, str]:
    """A path for each address, none of which is another's on a file system that folds case."""
    found = {a: _path(a) for a in sorted(addresses)}
    by_folded: dict[str, list[Address]] = {}
    for a, path in found.items():
        by_folded.setdefault(path.casefold(), []).append(a)
    for same in by_folded.values():
        if len(same) > 1:
            for a in same:
                if found[a] != found[a].lower() or found[same[0]] == found[same[1]]:
                    found[a] = _marked(found[a], a)
    return found


def _path(a: Address) -> str:
    if a.kind == "access":
        return "access.yaml"
    if a.kind in _ALONE:
        return f"{file_name(a.name)}/{_ALONE[a.kind]}"
    folder = _plural(a.kind)
    name = f"{file_name(a.parent)}.{file_name(a.name)}" if a.parent else file_name(a.name)
    return "/".join([*([file_name(a.schema)] if a.schema else []), folder, f"{name}.yaml"])


def _plural(kind: str) -> str:
    """`tables`, `indexes`, `policies`, `operator_classes`; what is a plural already stays one."""
    if kind == "statistics":
        return kind
    return kind[:-1] + _ENDS[kind[-1]] if kind[-1] in _ENDS else f"{kind}s"


def _marked(path: str, a: Address) -> str:
    return path.removesuffix(".yaml") + f"~{_digest(str(a))}.yaml"


def file_name(name: str) -> str:
    """A name as part of a path: letters and digits of any script as they are, all else as %XX."""
    text = "".join(c if _keeps(c) else "".join(f"%{b:02X}" for b in c.encode(errors="surrogatepass")) for c in name)
    if text.startswith(".") or text.startswith("-"):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    if text.endswith("."):
        text = f"{text[:-1]}%2E"
    if _DEVICES.match(text):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    if len(text.encode()) > _LONGEST:
        text = f"{text.encode()[: _LONGEST - 20].decode(errors='ignore')}~{_digest(name)}"
    return text


def _keeps(c: str) -> bool:
    if c.isascii():
        return not _SAFE.match(c)
    return c.isalnum() and unicodedata.normalize("NFC", c) == c


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]


def kept(addresses: Iterable[Address], known: Mapping[Address, str]) -> dict[Address, str]:
    """Paths in which those that already have a file keep it."""
    fresh = paths(a for a in addresses if a not in known)
    taken = {p.casefold() for p in known.values()}
    return {a: _marked(p, a) if p.casefold() in taken else p for a, p in fresh.items()} | {
        a: known[a] for a in addresses if a in known
    }
