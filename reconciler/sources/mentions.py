"""What the objects of a manifest need and mention, so that what they may depend on can be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from ..model.address import Address
from ..model.namespaces import Enum, Schema, SequenceOwner
from ..model.namespaces import Sequence as SequenceObject
from ..model.objects import Object
from ..model.tables import Check, Column, Exclusion, ForeignKey, Index, PrimaryKey, Table, Unique

_INSIDE: Final = (Column, PrimaryKey, Unique, Check, Exclusion)
"""Parts of a table that need nothing structured but the table itself."""


def needs_of(objects: Sequence[Object]) -> tuple[Address, ...]:
    """The top-level objects that these name among what they require, other than the first, sorted."""
    own = objects[0].address
    found = {Address("schema", "", own.schema)} if own.schema else set()
    for o in objects:
        if type(o) is ForeignKey:
            found.add(o.target_address)
        elif type(o) not in _INSIDE:
            found.update(_top(r) for r in o.requires())
    found.discard(own)
    return tuple(sorted(found))


def _top(address: Address) -> Address:
    return Address("table", address.schema, address.parent) if address.parent else address


def texts_of(objects: Iterable[Object]) -> Iterator[str | None]:
    """The texts in which other objects may be mentioned."""
    for o in objects:
        yield from _TEXTS.get(type(o), _all_texts)(o)


def _column(o: Any) -> Iterator[str | None]:
    yield o.type
    yield o.default
    if o.generated is not None:
        yield o.generated.expression
    if o.collation is not None:
        yield o.collation


def _index(o: Any) -> Iterator[str | None]:
    yield from o.keys
    yield o.where


def _nothing(_o: Any) -> tuple[()]:
    return ()


def _all_texts(o: Any) -> Iterator[str | None]:
    """Every text of an opaque object but its name and comment."""
    for field in type(o).__struct_fields__:
        value = getattr(o, field)
        if isinstance(value, str) and field not in ("schema", "name", "comment"):
            yield value
        elif isinstance(value, tuple):
            yield from _nested(value)


def _nested(value: tuple[Any, ...]) -> Iterator[str]:
    for item in value:
        if isinstance(item, str):
            yield item
        elif hasattr(item, "__struct_fields__"):
            yield from (t for f in item.__struct_fields__ if isinstance(t := getattr(item, f), str))
        elif isinstance(item, tuple):
            yield from _nested(item)


_TEXTS: Final[dict[type[Object], Callable[[Any], Iterable[str | None]]]] = {
    Column: _column,
    Check: lambda o: (o.expression,),
    Exclusion: lambda o: (o.definition,),
    Index: _index,
    Table: lambda o: (o.partition_by, o.of_type, o.bound),
    PrimaryKey: _nothing,
    Unique: _nothing,
    ForeignKey: _nothing,
    Enum: _nothing,
    Schema: _nothing,
    SequenceObject: _nothing,
    SequenceOwner: _nothing,
}
