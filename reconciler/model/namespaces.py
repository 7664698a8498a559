"""Schemas, enums, sequences, extensions: what lives beside tables in a database."""

from collections.abc import Iterator
from typing import ClassVar, Final, Self

from .access import Owner
from .address import Address
from .objects import Object, Renaming, register
from .tables import SequenceOptions


@register
class Schema(Object, frozen=True, kw_only=True):
    """A namespace; its own name is in `name`, `schema` stays empty."""


@register
class Database(Object, frozen=True, kw_only=True):
    """What new objects of the database get where they say nothing themselves. Its own name is none of its properties:
    `name` is the same in every catalog."""

    collation: str


PRAGMAS: Final = ("application_id", "user_version")
"""The numbers in the head of a SQLite file that are an application's to set."""


@register
class Pragma(Object, frozen=True, kw_only=True):
    """A number in the head of a SQLite file (user_version, application_id), where it is not 0.

    Read only where a project asks for it, since applications count their own revisions there.
    """

    value: int


@register
class Extension(Object, frozen=True, kw_only=True):
    """A PostgreSQL extension; its members are its own. `installed_in` is the schema that it was put in."""

    version: str = ""
    installed_in: str = ""

    def requires(self) -> Iterator[Address]:
        if self.installed_in:
            yield Address("schema", "", self.installed_in)
        yield from self.refs

    def renamed(self, names: Renaming) -> Self:
        return self._with(names, {"installed_in": names.schema_of(self.installed_in)})


@register
class Enum(Object, frozen=True, kw_only=True):
    """An enumerated type; the labels in order."""

    value_field: ClassVar[str] = "labels"

    labels: tuple[str, ...]


@register
class Sequence(Object, frozen=True, kw_only=True):
    """A sequence; who owns it is an object of its own, since the owner's default may use the sequence."""

    type: str = "bigint"
    options: SequenceOptions = SequenceOptions()
    unlogged: bool = False
    engine: str | None = None
    owned_by: Address | None = None
    """The column whose DROP takes it along. Compared through `SequenceOwner`, not here."""

    silent: ClassVar[frozenset[str]] = frozenset({"refs", "owned_by"})

    def vanishes_with(self) -> Iterator[Address]:
        if self.owned_by is not None:
            yield self.owned_by

    def renamed(self, names: Renaming) -> Self:
        owner = self.owned_by and names.address(self.owned_by)
        return self._with(names, {"name": names.name_of(self.address), "owned_by": owner})


@register
class SequenceOwner(Object, frozen=True, kw_only=True):
    """That a sequence (same schema and name) belongs to a column of a table in the same schema."""

    table: str
    column: str

    @property
    def sequence(self) -> Address:
        return Address("sequence", self.schema, self.name)

    @property
    def column_address(self) -> Address:
        return Address("column", self.schema, self.column, self.table)

    @property
    def parent(self) -> Address | None:
        return self.sequence

    def requires(self) -> Iterator[Address]:
        yield self.sequence
        yield self.column_address
        # A sequence can only be tied to a table of its own owner, and from then on follows it.
        yield Owner(on=self.sequence, role="").address
        yield Owner(on=Address("table", self.schema, self.table), role="").address

    def vanishes_with(self) -> Iterator[Address]:
        # Not with the sequence: it is let go of first, so that the column can be altered before the sequence goes.
        yield self.column_address

    def saves(self) -> Iterator[Address]:
        yield self.sequence

    def renamed(self, names: Renaming) -> Self:
        column = self.column_address
        return self._with(
            names,
            {
                "name": names.name_of(self.sequence),
                "table": names.name_of(Address("table", self.schema, self.table)),
                "column": names.name_of(column),
            },
        )
