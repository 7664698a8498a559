"""A manifest understood: its document, its objects, and the place of each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from ...config.nodes import Document
from ...diagnostics import Finding, Span
from ...model.address import Address
from ...model.objects import Object
from ..written import Unit
from .forms import Metadata
from .kinds import Kind
from .tables import Parts, Path


class Manifest(msgspec.Struct):
    """One document understood: its objects, the first of which is the one that it is about.

    `as_read` are the objects before anything was taken from other manifests; `unit` is known where it was remembered.
    """

    document: Document
    kind: Kind
    metadata: Metadata
    parts: Parts
    as_read: tuple[Object, ...] = ()
    unit: Unit | None = None
    own: frozenset[Path] = frozenset()
    """The paths of what is said for this dialect alone, and so in its own words."""

    @property
    def address(self) -> Address:
        return self.parts.objects[0].address

    @property
    def known_sound(self) -> bool:
        """Whether the file is as it was when nothing was wrong with it."""
        return self.unit is not None

    def finding(self, rule: str, message: str, path: Path, next: str = "", why: str = "", address: str = "") -> Finding:
        return Finding(
            rule=rule,
            message=message,
            span=self.document.at(*path),
            address=address or str(self.address),
            next=next,
            why=why,
        )

    def place(self, index: int) -> Span:
        return self.document.at(*self.parts.places[index])


class Places(Mapping[Address, Span]):
    """Where each object of a manifest was written; the file is only read again when a place is asked for."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._paths: dict[Address, Path] | None = None

    @property
    def _by_address(self) -> dict[Address, Path]:
        if self._paths is None:
            parts = self._manifest.parts
            self._paths = {o.address: path for o, path in zip(parts.objects, parts.places, strict=True)}
        return self._paths

    def __getitem__(self, address: Address) -> Span:
        return self._manifest.document.at(*self._by_address[address])

    def __iter__(self) -> Iterator[Address]:
        return iter(self._by_address)

    def __len__(self) -> int:
        return len(self._by_address)


class Elsewhere(Places):
    """The place of an implied schema: where it was first used."""

    def __init__(self, manifest: Manifest, address: Address) -> None:
        super().__init__(manifest)
        self._paths = {address: ("metadata", "schema")}
