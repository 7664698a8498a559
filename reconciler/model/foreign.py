"""What stands for data that is elsewhere: foreign-data wrappers, servers, users there; publications, subscriptions.

Secrets are no part of these values: whoever reads a catalog leaves them out.
"""

from collections.abc import Iterator
from typing import ClassVar, Self

from .address import Address
from .objects import Child, Object, Renaming, register
from .tables import Options


@register
class ForeignDataWrapper(Object, frozen=True, kw_only=True):
    """A foreign-data wrapper; functions as the database spells them."""

    handler: str | None = None
    validator: str | None = None
    options: Options = ()


@register
class Server(Object, frozen=True, kw_only=True):
    """A foreign server."""

    wrapper: str
    type: str | None = None
    version: str | None = None
    options: Options = ()

    def requires(self) -> Iterator[Address]:
        yield self.wrapper_address
        yield from super().requires()

    @property
    def wrapper_address(self) -> Address:
        return Address("foreign_data_wrapper", "", self.wrapper)

    def renamed(self, names: Renaming) -> Self:
        return self._with(names, {"name": names.name_of(self.address), "wrapper": names.name_of(self.wrapper_address)})


@register
class UserMapping(Child, frozen=True, kw_only=True):
    """Who a role is on a foreign server (`table` is the server); named by the role, `public` for everybody.

    Options that hold a secret are not among its options.
    """

    parent_kind: ClassVar[str] = "server"

    options: Options = ()

    def vanishes_with(self) -> Iterator[Address]:
        """Nothing: a server that has a mapping is not dropped."""
        return iter(())


@register
class Publication(Object, frozen=True, kw_only=True):
    """A publication of changes: of all tables, of those in some schemas, and of those that have a PublicationTable."""

    all_tables: bool = False
    schemas: tuple[str, ...] = ()
    options: Options = ()

    def requires(self) -> Iterator[Address]:
        for schema in self.schemas:
            yield Address("schema", "", schema)
        yield from super().requires()

    def renamed(self, names: Renaming) -> Self:
        schemas = tuple(sorted(map(names.schema_of, self.schemas)))
        return self._with(names, {"name": names.name_of(self.address), "schemas": schemas})


@register
class PublicationTable(Child, frozen=True, kw_only=True):
    """A table in a publication, by whose name it is called; all columns where `columns` is empty."""

    column_fields: ClassVar[tuple[str, ...]] = ("columns",)
    text_fields: ClassVar[tuple[str, ...]] = ("where",)

    columns: tuple[str, ...] = ()
    where: str | None = None

    @property
    def publication(self) -> Address:
        return Address("publication", "", self.name)

    def requires(self) -> Iterator[Address]:
        yield self.publication
        yield from super().requires()

    def renamed(self, names: Renaming) -> Self:
        return Child.renamed(self, names)._with(names, {"name": names.name_of(self.publication)})

    def vanishes_with(self) -> Iterator[Address]:
        yield self.publication
        yield from super().vanishes_with()


@register
class Subscription(Object, frozen=True, kw_only=True):
    """A subscription to publications of another server, without its connection: that is a secret, and nobody reads it.

    `options` as CREATE SUBSCRIPTION takes them, without those that say how it is begun.
    """

    publications: tuple[str, ...]
    enabled: bool = True
    options: Options = ()
