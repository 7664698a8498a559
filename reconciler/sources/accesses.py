"""Owners, grants and roles of a source, put beside what a database judged: as they were written, in one spelling."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..dialects.base import Dialect
from ..model.access import Grant, Owner
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object
from .written import Written


def with_access(catalog: Catalog, written: Written, dialect: Dialect) -> Catalog:
    """The catalog with what the source says of the topics that it is about, and nothing of the others."""
    if not written.says:
        return catalog.about(written.says)
    canonical = dialect.profile(catalog.version).canonical
    told = {o.address: o for n in _said(catalog, written) if (o := canonical(n)) is not None}
    before = {a: o for a, o in catalog.items() if o.topic}
    if before == told and catalog.says == written.says:
        return catalog
    return catalog.about(frozenset()).replaced(told.values()).about(written.says)


def _said(catalog: Catalog, written: Written) -> Iterator[Object]:
    """What is said of things that are there, under the addresses that they have."""
    bare: dict[Address, list[Address]] = {}
    for o in catalog.values():
        name = getattr(o, "bare_name", None)
        if name is not None:
            bare.setdefault(Address(o.kind, o.schema, name), []).append(o.address)
    for o in written.access:
        if not isinstance(o, Owner | Grant) or o.on in catalog:
            yield o
        elif len(found := bare.get(Address(o.on.kind, o.on.schema, o.on.name.partition("(")[0]), [])) == 1:
            yield replace(o, on=found[0])
