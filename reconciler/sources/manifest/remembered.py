"""Manifests as they were read before, by the bytes of their files: what has not changed is not parsed again.

A memo is never needed and never trusted with more than the work of reading: what manifests say of each other is
checked anew each time, and a file that had anything wrong is not remembered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from ...config import yamltext
from ...config.nodes import Document, Node
from ...model.address import Address
from ...model.objects import Object, any_kind
from .. import memo
from ..written import Unit
from .forms import Metadata
from .kinds import kinds
from .overlay import meant_for
from .tables import Parts
from .tables import Path as Steps
from .understood import Manifest, Places

WORTH_IT: Final = 100
"""Files below which reading them again costs less than a person notices."""


class Remembered(msgspec.Struct, array_like=True, frozen=True):
    """One sound document: what it was understood as, and what its unit needs and mentions. `digest` is "" where the
    unit takes something from other manifests, as a foreign key that leaves its target's columns open does."""

    word: str
    line: int
    metadata: Metadata
    objects: msgspec.Raw
    places: list[Steps]
    names: list[tuple[Address, str]]
    listed: bool
    digest: str
    needs: tuple[Address, ...]
    words: frozenset[str]


_encoder = msgspec.msgpack.Encoder()


class Memory:
    """What is remembered of the files of one source. `recall` gives the manifests of a file; `learn` keeps new ones."""

    def __init__(self, key: str, dialect: str) -> None:
        self._key, self._dialect = key, dialect
        self._objects: msgspec.msgpack.Decoder[list[Object]] = msgspec.msgpack.Decoder(list[any_kind()])  # type: ignore[misc]
        self._known = self._read()
        self._used: dict[bytes, list[Remembered]] = {}
        self._new = False

    def _read(self) -> dict[bytes, list[Remembered]]:
        text = memo.recalled(self._key)
        if text is None:
            return {}
        try:
            return msgspec.msgpack.decode(text, type=dict[bytes, list[Remembered]])
        except (msgspec.DecodeError, msgspec.ValidationError):
            return {}

    def recall(self, name: str, data: bytes) -> list[Manifest] | None:
        """The manifests of a file that was sound with these very bytes; None where it is not known."""
        digest = _digest(data)
        known = self._known.get(digest)
        if known is None:
            return None
        try:
            found = [self._manifest(r, _again(name, data, r.line, self._dialect)) for r in known]
        except (msgspec.DecodeError, msgspec.ValidationError, KeyError):
            return None
        self._used[digest] = known
        return found

    def _manifest(self, known: Remembered, document: Document) -> Manifest:
        parts = Parts()
        parts.objects = self._objects.decode(known.objects)
        parts.places = known.places
        parts.names = dict(known.names)
        parts.listed = known.listed
        manifest = Manifest(document, kinds()[known.word], known.metadata, parts)
        if known.digest:
            manifest.unit = Unit(
                address=parts.objects[0].address, digest=known.digest,
                objects=tuple(o for o in parts.objects if not o.topic),
                needs=known.needs, words=known.words, spans=Places(manifest),
            )  # fmt: skip
        return manifest

    def learn(self, data: bytes, manifests: Iterable[tuple[Manifest, Unit | None]]) -> None:
        """Keeps the manifests of a file in which nothing was wrong, with their units."""
        self._used[_digest(data)] = [_remembered(m, unit) for m, unit in manifests]
        self._new = True

    def close(self) -> None:
        """Writes what was used this time, if it is more or less than what had been known."""
        if len(self._used) >= WORTH_IT and (self._new or len(self._used) != len(self._known)):
            memo.keep(self._key, _encoder.encode(self._used))


def _remembered(m: Manifest, unit: Unit | None) -> Remembered:
    read = [o for o in m.as_read if not o.topic]
    own = unit is not None and len(unit.objects) == len(read)
    own = own and unit is not None and all(a is b for a, b in zip(unit.objects, read, strict=True))
    return Remembered(
        m.kind.word, m.document.line, m.metadata, msgspec.Raw(_encoder.encode(m.as_read)), m.parts.places,
        list(m.parts.names.items()), m.parts.listed, unit.digest if unit is not None and own else "",
        unit.needs if unit is not None else (), unit.words if unit is not None else frozenset(),
    )  # fmt: skip


def memory_of(folder: Path, files: int, dialect: str, *meant: str) -> Memory | None:
    """The memory of a folder read for a dialect and what is `meant` (version, scope); None where there are too few
    files for it."""
    if files < WORTH_IT:
        return None
    code = (f"{p.name}{p.stat().st_mtime_ns}" for p in sorted(Path(__file__).parent.glob("*.py")))
    return Memory(memo.key_of("manifests", str(folder.resolve()), dialect, *meant, *code), dialect)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def _again(name: str, data: bytes, line: int, dialect: str) -> Document:
    """The document with its places, which need the file to be read again."""

    def load() -> Node:
        document = next(d for d in yamltext.documents(data, name).documents if d.line == line)
        meant = meant_for(document, dialect) if dialect else None
        return (meant.document if meant is not None else document).root

    return Document(name, line, None, load)
