"""A catalog as manifests: one object a file, always the same bytes, which load back to the same objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.objects import Object
from ..claims import INSIDE
from ..habits import habits_named
from .layout import kept
from .spec import manifest
from .yamlout import document


def manifest_files(catalog: Catalog, files: Mapping[Address, str] | None = None) -> dict[str, str]:
    """The text of each file by its path below the folder of manifests (forward slashes), sorted.

    files: where objects are written already; objects that share a file there share it again.
    """
    grouped = by_unit(catalog.values())
    places = kept(list(grouped), files or {})
    texts: dict[str, list[str]] = {}
    for address in sorted(grouped):
        texts.setdefault(places[address], []).append(manifest_text(grouped[address], catalog.dialect))
    return {path: "---\n".join(texts[path]) for path in sorted(texts)}


def manifest_text(parts: Sequence[Object], dialect: str = "") -> str:
    """The manifest of one object (the first) with its parts."""
    return document(manifest(parts, unnamed=habits_named(dialect).unnamed))


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
