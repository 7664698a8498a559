"""Catalog values as JSON lines and back, with digests; the only place that knows the encoding."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import msgspec

from . import access, extending, foreign, namespaces, programs, security, tables, types  # noqa: F401  (registers the kinds)
from .catalog import Catalog
from .objects import KINDS, Object, any_kind, fields_of

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Object] | None = None


def object_decoder() -> msgspec.json.Decoder[Object]:
    global _decoder
    if _decoder is None:
        _decoder = msgspec.json.Decoder(any_kind())
    return _decoder


def encoded(value: object) -> bytes:
    """Compact JSON, keys in the order of the fields, the same bytes for equal values."""
    return _encoder.encode(_with_own_defaults(value) if isinstance(value, Object) else value)


def _with_own_defaults(o: Object) -> Object:
    """The object with the very default in every field that equals it: msgspec leaves out what *is* the default."""
    own = {f: d for f, d in _defaults(type(o)) if (v := getattr(o, f)) is not d and v == d}
    return msgspec.structs.replace(o, **own) if own else o


@cache
def _defaults(kind: type[Object]) -> tuple[tuple[str, object], ...]:
    """The defaults of a kind that may be equal without being the same."""
    fields = fields_of(kind)
    return tuple((f.name, f.default) for f in fields if isinstance(f.default, str | msgspec.Struct))


def lines(objects: Iterable[Object]) -> Iterator[bytes]:
    """One JSON text an object, sorted by address."""
    return (encoded(o) for o in sorted(objects, key=lambda o: o.address))


def objects(text: bytes) -> list[Object]:
    """The objects of a text of JSON lines; raises msgspec.ValidationError or DecodeError."""
    with collector_frozen():
        return object_decoder().decode_lines(text)


def digest(*parts: bytes) -> str:
    """SHA-256 in hexadecimal over length-framed parts."""
    h = hashlib.sha256()
    for p in parts:
        h.update(len(p).to_bytes(8, "big"))
        h.update(p)
    return h.hexdigest()


def fingerprint(catalog: Catalog) -> str:
    """One digest for a schema; references, which are derived, do not count."""
    return digest(*lines(_without_refs(o) for o in catalog.values()))


def _without_refs(o: Object) -> Object:
    if getattr(o, "default_refs", ()):
        return msgspec.structs.replace(o, refs=(), default_refs=())
    return msgspec.structs.replace(o, refs=()) if o.refs else o


@contextmanager
def collector_working() -> Iterator[None]:
    """Garbage collection where it is off, of what is made inside alone: for work with others' objects, in cycles."""
    was = gc.isenabled()
    if not was:
        gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        if not was:
            gc.disable()
            gc.unfreeze()


@contextmanager
def collector_frozen() -> Iterator[None]:
    """No garbage collection while a large graph of values is built (2 to 3 times faster, measured at 1,000 tables)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def known_kinds() -> frozenset[str]:
    """The names of all kinds of objects."""
    return frozenset(KINDS)
