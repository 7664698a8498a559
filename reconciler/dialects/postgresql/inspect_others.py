"""What a database holds and the model does not: listed by kind and name, with what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.address import Address
from ...model.objects import Unmodelled
from .snapshot import CLASS, TYPE, Snapshot
from .spelling import qualified


def unmodelled(s: Snapshot) -> list[Unmodelled]:
    """Sorted, without members of extensions."""
    return sorted({*_foreign_tables(s), *_base_types(s), *_others(s)})


def _others(s: Snapshot) -> Iterator[Unmodelled]:
    for kind, oid, what, name in s.rows["others"]:
        if not s.owned(kind, oid):
            yield Unmodelled(what=what, name=name or "?", refs=s.depends(kind, oid))


def _foreign_tables(s: Snapshot) -> Iterator[Unmodelled]:
    for oid, r in s.relations.items():
        if r[3] == "f":
            parents = (s.addresses.get((CLASS, p)) for p in s.parents.get(oid, ()))
            types = {a for c in s.columns[oid] for a in s.depends(CLASS, oid, c[1])}
            refs: set[Address] = types.union(s.depends(CLASS, oid), (p for p in parents if p is not None))
            yield Unmodelled(what="foreign table", name=qualified(s.schemas[r[1]], r[2]), refs=tuple(sorted(refs)))


def _base_types(s: Snapshot) -> Iterator[Unmodelled]:
    for r in s.rows["types"]:
        if r[3] == "b" and r[1] in s.schemas and not s.owned(TYPE, r[0]):
            yield Unmodelled(what="base type", name=qualified(s.schemas[r[1]], r[2]), refs=s.depends(TYPE, r[0]))
