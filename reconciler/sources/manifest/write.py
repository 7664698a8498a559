"""A catalog as manifests: one object a file, always the same bytes, which load back to the same objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...model.access import Access, DefaultPrivilege
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.objects import Object
from ...model.tombstones import without_tombstones
from ..claims import INSIDE
from ..habits import habits_named
from .access import ADDRESS, access_of
from .layout import kept
from .spec import access_manifest, manifest
from .yamlout import document


def manifest_files(
    catalog: Catalog, files: Mapping[Address, str] | None = None, *, access: Access | None = None
) -> dict[str, str]:
    """The text of each file by its path below the folder of manifests (forward slashes), sorted.

    files: where objects are written already; objects that share a file there share it again. access: what the folder
    says of owners and grants already, which is written again where its place is among `files`; without it, the folder
    says all that the catalog is about. Tombstones are nothing that anybody desires, and in no manifest.
    """
    catalog = without_tombstones(catalog)
    told = access if access is not None else access_of(catalog)
    grouped = by_unit(o for o in catalog.values() if o.kind != DefaultPrivilege.kind)
    defaults = list(catalog.of(DefaultPrivilege))
    addresses = [*grouped, *([ADDRESS] if told is not None and (access is None or ADDRESS in (files or {})) else [])]
    places = kept(addresses, files or {})
    texts: dict[str, list[str]] = {}
    for address in sorted(addresses):
        if address == ADDRESS and told is not None:
            text = document(access_manifest(told, defaults))
        else:
            text = manifest_text(grouped[address], catalog.dialect, told.owner if told is not None else None)
        texts.setdefault(places[address], []).append(text)
    return {path: "---\n".join(texts[path]) for path in sorted(texts)}


def manifest_text(parts: Sequence[Object], dialect: str = "", owner: str | None = None) -> str:
    """The manifest of one object (the first) with its parts; `owner` is the one that need not be said."""
    habits = habits_named(dialect)
    usual = owner if parts[0].address not in habits.implicit else None
    return document(manifest(parts, unnamed=habits.unnamed, owner=usual))


def by_unit(objects: Iterable[Object]) -> dict[Address, list[Object]]:
    """The objects that are written together, by the address of the first of them."""
    tops: dict[Address, list[Object]] = {}
    inside: list[tuple[Address, Object]] = []
    for o in objects:
        if o.kind in INSIDE and o.parent is not None:
            inside.append((o.parent, o))
        else:
            tops[o.address] = [o]
    for parent, o in sorted(inside, key=lambda pair: pair[1].address):
        tops[parent].append(o)
    return tops
