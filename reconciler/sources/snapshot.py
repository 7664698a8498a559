"""A schema as text: the form of the lockfile, one object on a line.

The lines of one object and its parts stand together, a blank line between, so that a reviewer sees what changed of a
table in one place and two branches that touch different tables merge. Knows no file and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final, Union

import msgspec

from ..errors import ReconcileError
from ..model import codec
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object, Unmodelled, any_kind

FORMAT: Final = 1
"""Raised when what is remembered of a written form would no longer be the same normal form."""


class LockfileError(ReconcileError):
    """A text that is no lockfile, or one of a newer form."""


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="snapshot", tag_field="kind"):
    """The first line: the form of the text, and the server that it was measured on."""

    format: int = FORMAT
    dialect: str
    version: tuple[int, ...] = ()
    says: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """The topics of opt-in kinds that the schema is about."""


class RevisionMark(msgspec.Struct, frozen=True, kw_only=True, tag="revision", tag_field="kind"):
    """A revision of the history that leads here, and the digest of its file."""

    id: str
    down: tuple[str, ...] = ()
    digest: str = ""


class WrittenMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="written", tag_field="kind"):
    """The digest of a unit as it was written, and the order of its parts there where the database has another."""

    unit: Address
    digest: str
    order: tuple[str, ...] = ()


class UnmodelledMark(msgspec.Struct, frozen=True, kw_only=True, tag="unmodelled", tag_field="kind"):
    what: Unmodelled


UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes that are none of ours; the last for values that are nested too deeply."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A catalog with what had been written of it (digests, orders of parts), and the revisions that lead to it."""

    catalog: Catalog
    written: Mapping[Address, str] = {}
    orders: Mapping[Address, tuple[str, ...]] = {}
    revisions: tuple[RevisionMark, ...] = ()
    format: int = FORMAT

    @property
    def dialect(self) -> str:
        return self.catalog.dialect

    @property
    def version(self) -> tuple[int, ...]:
        return self.catalog.version

    @property
    def heads(self) -> tuple[str, ...]:
        return _heads(self.revisions)


def _heads(revisions: Iterable[RevisionMark]) -> tuple[str, ...]:
    """The revisions that no other comes after, sorted."""
    revisions = list(revisions)
    passed = {d for r in revisions for d in r.down}
    return tuple(sorted(r.id for r in revisions if r.id not in passed))


class Lockfile:
    """The bytes of a lockfile. What revisions they lead to is read at once; the schema, which is much more, when it is
    asked for."""

    def __init__(self, text: bytes, name: str) -> None:
        self._text, self._name = text, name

    @cached_property
    def digest(self) -> str:
        return codec.digest(self._text)

    @cached_property
    def marks(self) -> tuple[RevisionMark, ...]:
        """The revisions that it was measured from."""
        try:
            first = self._text.partition(b"\n\n")[0]
            lines = (line for line in first.splitlines() if line.startswith(b'{"kind":"revision"'))
            return tuple(msgspec.json.decode(line, type=RevisionMark) for line in lines)
        except UNREADABLE:
            return read_snapshot(self._text, self._name).revisions

    @cached_property
    def heads(self) -> tuple[str, ...]:
        return _heads(self.marks)

    @cached_property
    def snapshot(self) -> Snapshot:
        """Raises LockfileError where the text is none of a lockfile."""
        _ = self.digest, self.heads
        found = read_snapshot(self._text, self._name)
        self._text = b""  # as large as the schema, and of no more use
        return found


def snapshot_text(snapshot: Snapshot) -> bytes:
    """The text of a snapshot: the same bytes for equal ones."""
    catalog = snapshot.catalog
    blocks = _blocks(snapshot)
    says = tuple(sorted(catalog.says)) or msgspec.UNSET
    head: list[Any] = [Header(dialect=catalog.dialect, version=catalog.version, says=says)]
    head += sorted(snapshot.revisions, key=lambda r: r.id)
    if catalog.unmodelled:
        blocks.append([codec.encoded(UnmodelledMark(what=u)) for u in sorted(catalog.unmodelled)])
    return b"\n\n".join(b"\n".join(b) for b in [[codec.encoded(m) for m in head], *blocks]) + b"\n"


def _blocks(snapshot: Snapshot) -> list[list[bytes]]:
    blocks: dict[Address, list[bytes]] = {}
    for unit, digest in snapshot.written.items():
        order = snapshot.orders.get(unit, ())
        if order == getattr(snapshot.catalog.get(unit), "columns", ()):
            order = ()
        blocks[unit] = [codec.encoded(WrittenMark(unit=unit, digest=digest, order=order))]
    for o in sorted(snapshot.catalog.values(), key=lambda o: o.address):
        blocks.setdefault(_top(o), []).append(codec.encoded(o))
    return [blocks[a] for a in sorted(blocks, key=lambda a: (a.schema, a.parent or a.name, a))]


def _top(o: Object) -> Address:
    """What an object's line stands with: the table of a column, the sequence of its owner."""
    parent = o.parent
    return o.address if parent is None else parent


def read_snapshot(text: bytes, name: str) -> Snapshot:
    """The snapshot that a text holds; `name` is what the errors call it. Raises ReconcileError."""
    found: dict[type, list[Any]] = {}
    with codec.collector_frozen():
        values = list(_values(text, name))
        objects = [value for value in values if isinstance(value, Object)]
        for value in (value for value in values if not isinstance(value, Object)):
            found.setdefault(type(value), []).append(value)
        del values
        headers = found.get(Header, [])
        if not headers:
            raise LockfileError("not a lockfile", where=name, why="its first line is missing", next=_REMAKE)
        header = headers[0]
        if header.format > FORMAT:
            next_step = "install the version of reconcile that wrote it, or a newer one"
            raise LockfileError("this lockfile is of a newer form", where=name, next=next_step)
        return Snapshot(
            catalog=_catalog(objects, found, header, name),
            written={w.unit: w.digest for w in found.get(WrittenMark, ())},
            orders={w.unit: w.order for w in found.get(WrittenMark, ()) if w.order},
            revisions=tuple(sorted(found.get(RevisionMark, ()), key=lambda r: r.id)),
            format=header.format,
        )


_REMAKE: Final = "reconcile verify --update"


def _catalog(objects: Iterable[Object], found: Mapping[type, list[Any]], header: Header, name: str) -> Catalog:
    unmodelled = [m.what for m in found.get(UnmodelledMark, ())]
    try:
        says = frozenset(header.says or ())
        return Catalog(objects, unmodelled=unmodelled, dialect=header.dialect, version=header.version, says=says)
    except ValueError as error:
        why = "two branches changed one object, and both lines were kept"
        raise LockfileError(str(error), where=name, why=why, next=_REMAKE) from None


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    codec.object_decoder()
    return msgspec.json.Decoder(Union[any_kind(), Header, RevisionMark, WrittenMark, UnmodelledMark])  # noqa: UP007


def _values(text: bytes, name: str) -> Iterable[Any]:
    try:
        return _decoder().decode_lines(text)
    except UNREADABLE:
        return list(_line_by_line(text, name))


def _line_by_line(text: bytes, name: str) -> Iterator[Any]:
    """The values, or the error with the line that is wrong."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield _decoder().decode(line)
            except UNREADABLE as error:
                conflict = line.startswith((b"<<<<<<<", b"=======", b">>>>>>>"))
                why = "a merge left a conflict here" if conflict else str(error)
                next_step = "keep the lines of both sides, then reconcile verify --update" if conflict else _REMAKE
                raise LockfileError("not a lockfile", where=f"{name}:{number}", why=why, next=next_step) from None
