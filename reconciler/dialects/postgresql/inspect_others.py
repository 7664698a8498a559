"""What a database holds and the model does not: listed by kind and name, with what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.objects import Unmodelled
from .demanded import PARTS
from .snapshot import TYPE, Snapshot
from .spelling import qualified


def unmodelled(s: Snapshot) -> list[Unmodelled]:
    """Sorted, without members of extensions."""
    return sorted({*_base_types(s), *_others(s)})


def _others(s: Snapshot) -> Iterator[Unmodelled]:
    for kind, oid, what, name in s.rows["others"]:
        if not s.owned(kind, oid) and what not in PARTS and (kind, oid) not in s.addresses:
            yield Unmodelled(what=what, name=name or "?", refs=s.depends(kind, oid))


def _base_types(s: Snapshot) -> Iterator[Unmodelled]:
    for r in s.rows["types"]:
        if r[3] == "b" and r[1] in s.schemas and not s.owned(TYPE, r[0]):
            yield Unmodelled(what="base type", name=qualified(s.schemas[r[1]], r[2]), refs=s.depends(TYPE, r[0]))
