"""Opaque kinds: identity, the text as the database spells it, and what it refers to."""

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

import msgspec

from .address import Address
from .objects import Child, Object, Renaming, extensions, register
from .tables import Options


class ViewColumn(msgspec.Struct, frozen=True, array_like=True):
    """A column of a view as the database sees it: what decides whether a view can be replaced in place."""

    name: str
    type: str


@register
class View(Object, frozen=True, kw_only=True):
    """A view: its query without a final semicolon, its options; `columns` is empty if not known."""

    stale_fields: ClassVar[tuple[str, ...]] = ("definition",)
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    definition: str
    columns: tuple[ViewColumn, ...] = ()
    options: Options = ()
    column_comments: Options = ()
    column_defaults: Options = ()
    definer: str | None = None
    """Whose rights it has, where it is not whoever reads the catalog."""


class Program(Object, frozen=True, kw_only=True):
    """What programs share whose text the server keeps as it was written; `definition` is the whole CREATE without its
    definer, `sql_mode` what it was written under where that is not the server's usual mode."""

    definition: str
    definer: str | None = None
    sql_mode: str | None = None


@register
class Trigger(Child, frozen=True, kw_only=True):
    """A trigger of a table or view; `definition` is the whole CREATE TRIGGER as the database spells it."""

    stale_fields: ClassVar[tuple[str, ...]] = ("definition",)

    definition: str
    on: str = "table"
    """The kind that it is on."""
    enabled: str = "origin"
    definer: str | None = None
    """Whose rights it has, where it is not whoever reads the catalog."""
    sql_mode: str | None = None
    """What it was written under, where that is not the server's usual mode."""
    follows: str | None = None
    """The trigger of the same table and event that fires just before it."""
    depends_on_extensions: tuple[str, ...] = ()
    """The extensions that take it along when they go."""

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield from extensions(self.depends_on_extensions)

    def _owner(self) -> Address:
        return Address(self.on, self.schema, self.table)

    def renamed(self, names: Renaming) -> Self:
        named = Child.renamed(self, names)
        return msgspec.structs.replace(named, definition=names.titled(named.definition, self.name, named.name))


@register
class TriggerState(Child, frozen=True, kw_only=True):
    """What the copy that a partition has of a trigger of its whole is by itself: whether it fires, and its comment."""

    enabled: str = "origin"

    @property
    def of(self) -> Address | None:
        """The trigger of the whole, as far as that is known."""
        return next((r for r in self.refs if r.kind == Trigger.kind), None)

    def vanishes_with(self) -> Iterator[Address]:
        yield self._owner()
        if self.of is not None:
            yield self.of

    def renamed(self, names: Renaming) -> Self:
        named = Child.renamed(self, names)
        return named if self.of is None else named._with(names, {"name": names.name_of(self.of), "refs": named.refs})


@register
class MaterializedView(Object, frozen=True, kw_only=True):
    """A materialised view; `populated` is false where it holds no rows yet."""

    stale_fields: ClassVar[tuple[str, ...]] = ("definition",)
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    definition: str
    columns: tuple[ViewColumn, ...] = ()
    options: Options = ()
    column_comments: Options = ()
    column_storage: Options = ()
    column_compression: Options = ()
    column_statistics: Options = ()
    column_options: Options = ()
    """The storage options of a column as SQL lists them: `n_distinct=5`."""
    access_method: str | None = None
    tablespace: str | None = None
    populated: bool = True
    """Whether it holds rows: a state of the data, not compared."""
    depends_on_extensions: tuple[str, ...] = ()
    """The extensions that take it along when they go."""

    silent: ClassVar[frozenset[str]] = frozenset({"refs", "populated"})

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield from extensions(self.depends_on_extensions)


@register
class Function(Object, frozen=True, kw_only=True):
    """A function, procedure, aggregate or window function. Its name carries the types of its arguments
    (`f(integer)`), `arguments` is the part in brackets; overloads are different objects.

    `definition` is the whole CREATE; `parameters` and `returns` decide whether it can be replaced in place.
    """

    name_has_types: ClassVar[bool] = True

    arguments: str = ""
    routine: Literal["function", "procedure", "aggregate", "window"] = "function"
    definition: str
    parameters: str = ""
    returns: str = ""
    defaults: int = 0
    language: str = ""
    definer: str | None = None
    """Whose rights it has, where it is not whoever reads the catalog."""
    sql_mode: str | None = None
    """What it was written under, where that is not the server's usual mode."""
    depends_on_extensions: tuple[str, ...] = ()
    """The extensions that take it along when they go."""

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield from extensions(self.depends_on_extensions)

    @property
    def bare_name(self) -> str:
        return self.name.removesuffix(f"({self.arguments})")


@register
class Procedure(Program, frozen=True, kw_only=True):
    """A procedure, where procedures and functions have names of their own."""


@register
class Package(Program, frozen=True, kw_only=True):
    """The declaration of a package of routines."""


@register
class PackageBody(Program, frozen=True, kw_only=True):
    """The body of a package of routines."""

    def requires(self) -> Iterator[Address]:
        yield Address("package", self.schema, self.name)
        yield from super().requires()


@register
class Event(Program, frozen=True, kw_only=True):
    """A statement that the server runs on a schedule."""

    time_zone: str | None = None
    """The zone that its times are in, where it is not the server's own."""


@register
class Rule(Child, frozen=True, kw_only=True):
    """A rewrite rule of a table or view; `definition` is the whole CREATE RULE."""

    stale_fields: ClassVar[tuple[str, ...]] = ("definition",)

    definition: str
    on: str = "table"
    enabled: str = "origin"

    def _owner(self) -> Address:
        return Address(self.on, self.schema, self.table)

    def renamed(self, names: Renaming) -> Self:
        named = Child.renamed(self, names)
        return msgspec.structs.replace(named, definition=names.titled(named.definition, self.name, named.name))


@register
class EventTrigger(Object, frozen=True, kw_only=True):
    """An event trigger of the database."""

    event: str
    function: str
    tags: tuple[str, ...] = ()
    enabled: str = "origin"


@register
class Statistics(Object, frozen=True, kw_only=True):
    """An extended statistics object; `definition` is the whole CREATE STATISTICS."""

    definition: str
    target: int | None = None


@register
class VirtualTable(Object, frozen=True, kw_only=True):
    """A table that a module of SQLite provides; `definition` is what follows USING. Its shadow tables are its own."""

    definition: str
