"""Tables and what lives inside them: columns, keys, checks, indexes."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, Self

import msgspec

from .address import Address
from .objects import Child, Object, Renaming, extensions, register

Action = Literal["no action", "restrict", "cascade", "set null", "set default"]
Options = tuple[tuple[str, str], ...]
"""Storage options as (name, value), in the order that the database keeps."""


@register
class Table(Object, frozen=True, kw_only=True):
    """A table without its columns and keys; `columns` holds the names in order and is compared only on request.

    `partition_by` is the key as PostgreSQL prints it (`RANGE (id)`); a partition has `partition_of` and `bound`
    (`FOR VALUES IN (1)`). `strict` and `without_rowid` are SQLite's.
    """

    silent: ClassVar[frozenset[str]] = frozenset({"refs", "columns"})
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    columns: tuple[str, ...] = ()
    auto_increment: int | None = None
    """The first number that AUTO_INCREMENT gives; of a table with rows it is data, and not read."""
    partition_by: str | None = None
    unlogged: bool = False
    options: Options = ()
    access_method: str | None = None
    tablespace: str | None = None
    strict: bool = False
    without_rowid: bool = False
    inherits: tuple[Address, ...] = ()
    partition_of: Address | None = None
    bound: str | None = None
    of_type: str | None = None
    replica_identity: Literal["default", "full", "nothing"] = "default"
    row_security: bool = False
    force_row_security: bool = False
    engine: str | None = None
    """The storage engine, for databases that have several."""
    collation: str | None = None
    """The collation, and with it the character set, of columns that name none."""
    system_versioned: bool = False
    periods: tuple[str, ...] = ()
    """Application-time and system-time periods as the database prints them: name and columns."""
    server: str | None = None
    """The server that its rows are on; it keeps none of its own then."""
    server_options: Options = ()

    def requires(self) -> Iterator[Address]:
        if self.server is not None:
            yield Address("server", "", self.server)
        yield from self.inherits
        if self.partition_of is not None:
            yield self.partition_of
        yield from super().requires()

    def vanishes_with(self) -> Iterator[Address]:
        if self.partition_of is not None:
            yield self.partition_of

    def renamed(self, names: Renaming) -> Self:
        columns = (Address("column", self.schema, c, self.name) for c in self.columns)
        return self._with(
            names,
            {
                "name": names.name_of(self.address),
                "columns": tuple(names.name_of(c) for c in columns),
                "partition_by": names.rewritten(self.address, self.partition_by),
                "inherits": tuple(names.address(a) for a in self.inherits),
                "partition_of": self.partition_of and names.address(self.partition_of),
                "server": self.server and names.name_of(Address("server", "", self.server)),
            },
        )


class SequenceOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The options of a sequence, None where it has the default of its type and direction."""

    start: int | None = None
    increment: int = 1
    minimum: int | None = None
    maximum: int | None = None
    cache: int = 1
    cycle: bool = False


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """GENERATED … AS IDENTITY; `sequence` is the name of its sequence where it is not the one the server makes up."""

    always: bool = False
    options: SequenceOptions = SequenceOptions()
    sequence: str | None = None
    comment: str | None = None
    """The comment on its sequence."""
    unlogged: bool | None = None
    """Whether its sequence is empty after a crash, where that is another answer than its table's (PostgreSQL 15)."""


class Generated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A column computed from others: its expression, and whether the result is stored."""

    expression: str
    stored: bool = True


class NotNull(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a NOT NULL constraint has beside its name (PostgreSQL 18)."""

    no_inherit: bool = False
    not_valid: bool = False
    """Rows that were there before it may hold nulls."""
    comment: str | None = None


@register
class Column(Child, frozen=True, kw_only=True):
    """A column; `type` is the text of the type as the database spells it, "" where SQLite has none.

    Texts (`type`, `default`, `collation`, the generated expression) hold no outer brackets but those that the
    database prints. `collation` is None for the type's default; on PostgreSQL it is a quoted, qualified name.
    """

    type: str
    nullable: bool = True
    default: str | None = None
    identity: Identity | None = None
    generated: Generated | None = None
    collation: str | None = None
    server_options: Options = ()
    """What the server of a foreign table is told of it."""
    storage: str | None = None
    compression: str | None = None
    statistics: int | None = None
    options: Options = ()
    conflict: str | None = None
    """SQLite: the conflict clause of its NOT NULL (`ignore`, `replace` …)."""
    not_null_name: str | None = None
    """The name of its NOT NULL constraint where it is not the one the server makes up; of an inherited column whatever
    name the table's own one has, beside the parent's or alone (PostgreSQL 18)."""
    not_null: NotNull | None = None
    """What its NOT NULL has beside a name, None for nothing."""
    inherited: bool = False
    """It is the parent table's column, of which this table changes an attribute (PostgreSQL)."""
    merged: bool = False
    """It is inherited, and declared by this table as well: it stays when the parent's goes."""
    auto_increment: bool = False
    on_update: str | None = None
    """What the column is set to whenever its row changes."""
    invisible: bool = False
    """It is there only for those who name it."""
    check: str | None = None
    """The condition in its own definition, where that is another thing than a check of the table."""
    versioning: Literal["start", "end", "without"] | None = None
    """Its part in system versioning: start or end of the row's time, or left out of the history."""
    default_refs: tuple[Address, ...] = ()
    """What the default alone depends on; not compared."""

    silent: ClassVar[frozenset[str]] = frozenset({"refs", "default_refs"})
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    def requires(self) -> Iterator[Address]:
        yield self._owner()
        yield from self.refs
        yield from self.default_refs

    def renamed(self, names: Renaming) -> Self:
        fields: dict[str, Any] = {}
        if self.generated is not None:
            expression = names.rewritten(self._owner(), self.generated.expression)
            fields["generated"] = Generated(expression=expression, stored=self.generated.stored)
        if self.check is not None:
            fields["check"] = names.rewritten(self._owner(), self.check)
        fields["default_refs"] = tuple(names.address(r) for r in self.default_refs)
        return Child.renamed(self, names)._with(names, fields)


class Key(Child, frozen=True, kw_only=True):
    """What primary keys and unique constraints share. `named` is false where SQLite has no name for it;
    `name` then is made from the definition and never written out."""

    column_fields: ClassVar[tuple[str, ...]] = ("columns", "include")
    text_fields: ClassVar[tuple[str, ...]] = ("terms",)
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = ()
    tablespace: str | None = None
    named: bool = True
    conflict: str | None = None
    terms: tuple[str, ...] = ()
    """SQLite: the columns as written, where they carry a collation or a direction; else empty."""
    without_overlaps: bool = False
    clustered: bool = False
    replica_identity: bool = False
    invisible: bool = False
    """Its index is kept up to date, and queries do not use it."""
    index_comment: str | None = None
    """The comment on its index, where that has one beside the constraint's (PostgreSQL)."""
    depends_on_extensions: tuple[str, ...] = ()
    """The extensions that take its index along when they go."""

    def requires(self) -> Iterator[Address]:
        yield self._owner()
        for column in (*self.columns, *self.include):
            yield Address("column", self.schema, column, self.table)
        yield from extensions(self.depends_on_extensions)
        yield from self.refs


@register
class PrimaryKey(Key, frozen=True, kw_only=True):
    """A primary key; `autoincrement` is SQLite's keyword."""

    autoincrement: bool = False


@register
class Unique(Key, frozen=True, kw_only=True):
    """A unique constraint."""

    nulls_not_distinct: bool = False


@register
class Check(Child, frozen=True, kw_only=True):
    """A check constraint; the expression without its outer brackets."""

    text_fields: ClassVar[tuple[str, ...]] = ("expression",)

    expression: str
    no_inherit: bool = False
    not_valid: bool = False
    enforced: bool = True
    named: bool = True
    column: str | None = None
    """SQLite: the column in whose definition it stands. It means the same elsewhere, so it is not compared."""
    inherited: bool = False
    """It is the parent table's, with what that has not: it has been validated, or a comment is on it (PostgreSQL)."""

    silent: ClassVar[frozenset[str]] = frozenset({"refs", "column"})

    @property
    def apart(self) -> bool:
        return self.inherited or (self.not_valid and self.enforced)

    def vanishes_with(self) -> Iterator[Address]:
        yield self._owner()
        if self.inherited:
            yield from (r for r in self.refs if r.kind == self.kind)

    def renamed(self, names: Renaming) -> Self:
        column = self.column and names.name_of(Address("column", self.schema, self.column, self.table))
        return Child.renamed(self, names)._with(names, {"column": column})


@register
class ForeignKey(Child, frozen=True, kw_only=True):
    """A foreign key; `target_columns` is empty only on SQLite, where it may mean the primary key.

    `set_columns` are those that SET NULL or SET DEFAULT touches on delete (PostgreSQL 15), empty for all.
    """

    column_fields: ClassVar[tuple[str, ...]] = ("columns", "set_columns")

    columns: tuple[str, ...]
    target_schema: str = ""
    target: str
    target_columns: tuple[str, ...] = ()
    match: Literal["simple", "full", "partial"] = "simple"
    on_delete: Action = "no action"
    on_update: Action = "no action"
    set_columns: tuple[str, ...] = ()
    deferrable: bool = False
    initially_deferred: bool = False
    not_valid: bool = False
    enforced: bool = True
    named: bool = True
    period: bool = False
    spelled_out: tuple[str, ...] = ()
    """The events whose NO ACTION is written out, where the server remembers that and does the same without; SQLite:
    `column` or `table` where it is written in the one and usually is in the other, and words of its deferring that go
    without saying."""

    @property
    def target_address(self) -> Address:
        return Address("table", self.target_schema, self.target)

    def requires(self) -> Iterator[Address]:
        yield self._owner()
        for column in self.columns:
            yield Address("column", self.schema, column, self.table)
        yield self.target_address
        for column in self.target_columns:
            yield Address("column", self.target_schema, column, self.target)
        yield from self.refs

    def renamed(self, names: Renaming) -> Self:
        renamed = Child.renamed(self, names)
        targets = (Address("column", self.target_schema, c, self.target) for c in self.target_columns)
        return renamed._with(
            names,
            {
                "target_schema": names.schema_of(self.target_schema),
                "target": names.name_of(self.target_address),
                "target_columns": tuple(names.name_of(c) for c in targets),
            },
        )


@register
class Exclusion(Child, frozen=True, kw_only=True):
    """An exclusion constraint; `definition` is what follows EXCLUDE, without what can be altered of it."""

    text_fields: ClassVar[tuple[str, ...]] = ("definition",)
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    definition: str
    options: Options = ()
    tablespace: str | None = None
    clustered: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    index_comment: str | None = None
    depends_on_extensions: tuple[str, ...] = ()
    """The extensions that take its index along when they go."""

    def requires(self) -> Iterator[Address]:
        yield from super().requires()
        yield from extensions(self.depends_on_extensions)


@register
class Index(Child, frozen=True, kw_only=True):
    """An index of a table or materialised view; `keys` are its columns or bracketed expressions with collation,
    operator class, direction and null order as the database prints them."""

    column_fields: ClassVar[tuple[str, ...]] = ("include",)
    text_fields: ClassVar[tuple[str, ...]] = ("keys", "where")
    unordered_fields: ClassVar[tuple[str, ...]] = ("options",)

    keys: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    options: Options = ()
    where: str | None = None
    tablespace: str | None = None
    clustered: bool = False
    replica_identity: bool = False
    on: str = "table"
    """The kind that it is on."""
    statistics: Options = ()
    """(position, target) of expression columns with a statistics target."""
    attached_to: Address | None = None
    """The partitioned table's index or key that this one is a part of; here only where its name is not the server's."""
    constraint_comment: str | None = None
    """The comment on the key that it is the index of, where it is a share of a key."""
    only: bool = False
    """It was made ON ONLY a partitioned table: not every partition has a share, and all shares are in the catalog."""
    invisible: bool = False
    """It is kept up to date, and queries do not use it."""
    depends_on_extensions: tuple[str, ...] = ()
    """The extensions that take it along when they go."""
    valid: bool = True
    """False where a concurrent build failed; a matter of health, not compared."""

    silent: ClassVar[frozenset[str]] = frozenset({"refs", "valid"})

    def _owner(self) -> Address:
        return Address(self.on, self.schema, self.table)

    def requires(self) -> Iterator[Address]:
        yield self._owner()
        yield from extensions(self.depends_on_extensions)
        if self.attached_to is not None:
            yield self.attached_to
        yield from self.refs

    def vanishes_with(self) -> Iterator[Address]:
        yield self._owner()
        if self.attached_to is not None:
            yield self.attached_to

    def renamed(self, names: Renaming) -> Self:
        renamed = Child.renamed(self, names)
        if self.attached_to is None:
            return renamed
        return renamed._with(names, {"attached_to": names.address(self.attached_to)})
