"""The form of a manifest: what may be written. Only the form; what it means is `tables`' and `kinds`'."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from ...config.projectfile import DialectName
from ...model.tables import Action

API_VERSION: Final = "reconcile/v1"

ANY_SCALAR: Final = "x-any-scalar"
"""Marks a text that may look like a number or a truth value; `schemas` makes the type of it that msgspec cannot."""
_ANY_SCALAR: Final = {ANY_SCALAR: True}

Sql = Annotated[str, Meta(description="SQL, as the database takes it.", extra_json_schema=_ANY_SCALAR)]
Text = Annotated[str, Meta(extra_json_schema=_ANY_SCALAR)]
Definition = Annotated[str, Meta(description="The whole definition in SQL.")]
Options = Annotated[dict[str, Text], Meta(description="Storage options by name, such as fillfactor.")]
Columns = Annotated[list[Text], Meta(min_length=1, description="Names of columns of this table, in order.")]
Comment = Annotated[str | None, Meta(description="The comment on it.")]
IndexComment = Annotated[str | None, Meta(description="The comment on its index, beside the one on it (PostgreSQL).")]
TakenAlong = Annotated[
    list[Text], Meta(description="The extensions that take it along when they go; of a key, its index (PostgreSQL).")
]
Grants = dict[str, list[str]]
"""Privileges by role; `public` is everybody."""
RenamedFrom = Annotated[
    str | None, Meta(description="The name it had until now; the rows are kept. Leave it out once it is applied.")
]
Name = Annotated[str | None, Meta(description="Its name, where it stands in a list; else the key is its name.")]


Only = Annotated[list[DialectName], Meta(min_length=1)]


class Form(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What all parts of a manifest share: camelCase keys, and no unknown ones."""


Changes = Annotated[
    dict[str, Any] | None,
    Meta(description="Its changes of the spec, key by key; null takes a key away, a list stands for the whole list."),
]


class DialectsForm(Form, frozen=True, kw_only=True):
    """What is different for one dialect."""

    mysql: Changes = None
    postgresql: Changes = None
    sqlite: Changes = None


class Metadata(Form, frozen=True, kw_only=True):
    """The identity of an object."""

    name: Annotated[str, Meta(min_length=1, description="Its name, exactly as it is in the database.")]
    schema: Annotated[str | None, Meta(description="Its schema (namespace); without it, the default one.")] = None
    table: Annotated[str | None, Meta(description="The table or view that it belongs to, for kinds that do.")] = None
    only: Annotated[
        Only | None, Meta(description="The dialects that have it; without it, all of the project's.")
    ] = None
    renamed_from: RenamedFrom = None


class SequenceForm(Form, frozen=True, kw_only=True):
    """The options of a sequence."""

    start: Annotated[int | None, Meta(description="The first value.")] = None
    increment: Annotated[int, Meta(description="The step from one value to the next.")] = 1
    minimum: int | None = None
    maximum: int | None = None
    cache: Annotated[int, Meta(description="How many values a session takes at once.")] = 1
    cycle: Annotated[bool, Meta(description="Whether it begins again after its last value.")] = False


class IdentityForm(SequenceForm, frozen=True, kw_only=True):
    """GENERATED … AS IDENTITY, with the options of its sequence."""

    generation: Annotated[
        Literal["always", "by default"], Meta(description="Whether rows may bring their own value (by default).")
    ] = "by default"
    sequence: Annotated[str | None, Meta(description="The name of its sequence, where it has one of its own.")] = None
    comment: Comment = None
    unlogged: Annotated[
        bool | None, Meta(description="Whether its sequence is empty after a crash, where its table says otherwise.")
    ] = None
    grants: Annotated[Grants, Meta(description="What roles may do with its sequence: {app: [usage]}.")] = {}


class GeneratedForm(Form, frozen=True, kw_only=True):
    """A column computed from others."""

    expression: Sql
    stored: Annotated[bool, Meta(description="Whether the value is kept on disk, or computed when it is read.")] = True


class NotNullForm(Form, frozen=True, kw_only=True):
    """What a NOT NULL has beside its name (PostgreSQL 18)."""

    no_inherit: Annotated[bool, Meta(description="Whether tables that inherit from this one are free of it.")] = False
    not_valid: Annotated[bool, Meta(description="Whether rows that were there before are not checked.")] = False
    comment: Comment = None


class TargetForm(Form, frozen=True, kw_only=True):
    """The table that a foreign key points at."""

    table: Annotated[str, Meta(min_length=1, description="Its name, exactly; the schema is said in `schema`.")]
    schema: Annotated[str | None, Meta(description="Its schema; without it, the one of this table.")] = None
    columns: Annotated[list[Text] | None, Meta(description="Without them, its primary key.")] = None


Reference = Annotated[
    str | TargetForm,
    Meta(description="The table that it points at: `teams`, `teams.id`, `app.teams(id)`, or a mapping."),
]


class _ForeignKeyRules(Form, frozen=True, kw_only=True):
    name: Name = None
    match: Annotated[Literal["simple", "full", "partial"], Meta(description="What a partly null key means.")] = "simple"
    on_delete: Annotated[Action, Meta(description="What happens to this row when the other goes.")] = "no action"
    on_update: Annotated[Action, Meta(description="What happens to this row when the other's key changes.")] = (
        "no action"
    )
    deferrable: bool = False
    initially_deferred: bool = False
    not_valid: Annotated[bool, Meta(description="Whether rows that were there before are not checked.")] = False
    enforced: bool = True
    spelled_out: Annotated[
        list[Text],
        Meta(
            description="Events whose NO ACTION is written out (MySQL, MariaDB); where it is written, and words "
            "that go without saying (SQLite)."
        ),
    ] = []
    comment: Comment = None


RULES: Final = _ForeignKeyRules.__struct_fields__


class ColumnReferenceForm(_ForeignKeyRules, frozen=True, kw_only=True):
    """A foreign key of one column, written on the column."""

    table: Annotated[str, Meta(min_length=1, description="The table that it points at, exactly.")]
    schema: Annotated[str | None, Meta(description="Its schema; without it, the one of this table.")] = None
    column: Annotated[str | None, Meta(description="Its column; without it, its primary key.")] = None


class ColumnForm(Form, frozen=True, kw_only=True):
    """A column."""

    type: Annotated[str, Meta(description="Its type in SQL, with all arguments: varchar(320), numeric(10,2)[].")] = ""
    nullable: Annotated[bool, Meta(description="Whether it may be null.")] = True
    default: Annotated[Sql | None, Meta(description="The expression of its default, in SQL: now(), 0, 'new'.")] = None
    identity: Annotated[
        Literal["always", "by default"] | IdentityForm | None, Meta(description="Numbered by the database.")
    ] = None
    generated: Annotated[
        Sql | GeneratedForm | None, Meta(description="Computed from other columns (a text: and stored).")
    ] = None
    collation: Annotated[str | None, Meta(description="Its collation, as SQL spells the name.")] = None
    comment: Comment = None
    grants: Annotated[Grants, Meta(description="What roles may do with this column alone: {app: [select]}.")] = {}
    primary_key: Annotated[bool, Meta(description="Whether it is the primary key, alone.")] = False
    unique: Annotated[bool, Meta(description="Whether it is unique, alone.")] = False
    check: Annotated[Sql | None, Meta(description="A condition on it, in SQL.")] = None
    references: Annotated[
        str | ColumnReferenceForm | None, Meta(description="A foreign key: `teams.id`, or a mapping.")
    ] = None
    server_options: Annotated[
        dict[str, Text], Meta(description="What the server of a foreign table is told of it (PostgreSQL).")
    ] = {}
    storage: Annotated[str | None, Meta(description="plain, external, extended or main (PostgreSQL).")] = None
    compression: Annotated[str | None, Meta(description="pglz or lz4 (PostgreSQL).")] = None
    statistics: Annotated[int | None, Meta(description="Its statistics target (PostgreSQL).")] = None
    options: Options = {}
    on_conflict: Annotated[str | None, Meta(description="What a forbidden null does (SQLite).")] = None
    not_null_name: Annotated[str | None, Meta(description="The name of its NOT NULL constraint.")] = None
    not_null: Annotated[NotNullForm | None, Meta(description="What its NOT NULL has beside a name.")] = None
    auto_increment: Annotated[bool, Meta(description="Numbered by the database (MySQL, MariaDB).")] = False
    on_update: Annotated[
        Sql | None, Meta(description="What it is set to when its row changes: current_timestamp() (MySQL, MariaDB).")
    ] = None
    invisible: Annotated[bool, Meta(description="There only for those who name it (MySQL, MariaDB).")] = False
    versioning: Annotated[
        Literal["start", "end", "without"] | None, Meta(description="Its part in system versioning (MariaDB).")
    ] = None
    inherited: Annotated[bool, Meta(description="It is the parent table's, with something changed.")] = False
    merged: Annotated[bool, Meta(description="It is inherited, and declared here as well.")] = False
    renamed_from: RenamedFrom = None


class _PartForm(Form, frozen=True, kw_only=True):
    name: Name = None
    comment: Comment = None
    renamed_from: RenamedFrom = None


class _KeyForm(_PartForm, frozen=True, kw_only=True):
    columns: Columns
    include: Annotated[list[Text], Meta(description="Columns that the index carries along.")] = []
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = {}
    tablespace: str | None = None
    on_conflict: Annotated[str | None, Meta(description="What a second equal row does (SQLite).")] = None
    terms: Annotated[
        list[Text], Meta(description="The columns with collation or direction, where they carry one (SQLite).")
    ] = []
    without_overlaps: Annotated[bool, Meta(description="The last column is a range that may not overlap.")] = False
    clustered: bool = False
    replica_identity: bool = False
    invisible: Annotated[bool, Meta(description="Queries do not use its index (MySQL, MariaDB).")] = False
    index_comment: IndexComment = None
    depends_on_extensions: TakenAlong = []


class PrimaryKeyForm(_KeyForm, frozen=True, kw_only=True):
    """A primary key."""

    autoincrement: Annotated[bool, Meta(description="Never use a number twice (SQLite).")] = False


class UniqueForm(_KeyForm, frozen=True, kw_only=True):
    """A unique constraint."""

    nulls_not_distinct: Annotated[bool, Meta(description="Whether two nulls count as equal.")] = False


class CheckForm(_PartForm, frozen=True, kw_only=True):
    """A check constraint."""

    expression: Sql
    no_inherit: bool = False
    not_valid: Annotated[bool, Meta(description="Whether rows that were there before are not checked.")] = False
    enforced: bool = True
    column: Annotated[str | None, Meta(description="The column in whose definition it stands (SQLite).")] = None
    inherited: Annotated[
        bool, Meta(description="The parent table's, valid here alone or with a comment of its own (PostgreSQL).")
    ] = False


class ForeignKeyForm(_ForeignKeyRules, frozen=True, kw_only=True):
    """A foreign key."""

    columns: Columns
    references: Reference
    set_columns: Annotated[list[Text], Meta(description="What `set null` or `set default` touches; all if empty.")] = []
    period: Annotated[bool, Meta(description="The last column is a period.")] = False
    renamed_from: RenamedFrom = None


class ExclusionForm(_PartForm, frozen=True, kw_only=True):
    """An exclusion constraint."""

    definition: Annotated[str, Meta(description="What follows EXCLUDE: USING gist (room WITH =, during WITH &&).")]
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = {}
    tablespace: str | None = None
    clustered: bool = False
    index_comment: IndexComment = None
    depends_on_extensions: TakenAlong = []


class IndexForm(_PartForm, frozen=True, kw_only=True):
    """An index."""

    columns: Annotated[
        list[Text], Meta(min_length=1, description="Columns or expressions, with collation, operator class, direction.")
    ]
    unique: bool = False
    method: Annotated[str, Meta(description="btree, hash, gin, gist, brin …")] = "btree"
    include: Annotated[list[Text], Meta(description="Columns that the index carries along.")] = []
    nulls_not_distinct: bool = False
    options: Options = {}
    where: Annotated[Sql | None, Meta(description="Only rows that satisfy this.")] = None
    tablespace: str | None = None
    clustered: bool = False
    replica_identity: bool = False
    attached_to: Annotated[
        str | None, Meta(description="The index or key of the partitioned table: index:app.events.events_at_idx.")
    ] = None
    constraint_comment: Annotated[
        str | None, Meta(description="The comment on the key that it is a partition's index of.")
    ] = None
    only: Annotated[bool, Meta(description="Made ON ONLY a partitioned table, with the shares that are said.")] = False
    statistics: Annotated[
        dict[str, Text], Meta(description="Statistics targets of expressions, by position from 1.")
    ] = {}
    invisible: Annotated[bool, Meta(description="Queries do not use it (MySQL, MariaDB).")] = False
    depends_on_extensions: TakenAlong = []


class TableForm(Form, frozen=True, kw_only=True):
    """A table with its columns, keys, checks and indexes."""

    comment: Comment = None
    columns: Annotated[
        dict[str, Text | ColumnForm], Meta(description="Columns by name, in order; a text is the type alone.")
    ] = {}
    primary_key: Annotated[Columns | PrimaryKeyForm | None, Meta(description="Its columns, or a mapping.")] = None
    unique: Annotated[
        dict[str, Columns | UniqueForm] | list[Columns | UniqueForm], Meta(description="Unique constraints by name.")
    ] = {}
    checks: Annotated[dict[str, Sql | CheckForm] | list[Sql | CheckForm], Meta(description="Checks by name.")] = {}
    foreign_keys: Annotated[
        dict[str, ForeignKeyForm] | list[ForeignKeyForm], Meta(description="Foreign keys by name.")
    ] = {}
    exclusions: Annotated[dict[str, str | ExclusionForm], Meta(description="Exclusion constraints by name.")] = {}
    indexes: Annotated[
        dict[str, Columns | IndexForm] | list[Columns | IndexForm], Meta(description="Indexes by name.")
    ] = {}
    partition_by: Annotated[str | None, Meta(description="How its rows are divided: RANGE (created_at).")] = None
    unlogged: Annotated[bool, Meta(description="Faster, and empty after a crash.")] = False
    options: Options = {}
    access_method: str | None = None
    tablespace: str | None = None
    strict: Annotated[bool, Meta(description="Types are enforced (SQLite).")] = False
    without_rowid: Annotated[bool, Meta(description="Kept by its primary key alone (SQLite).")] = False
    inherits: Annotated[list[str], Meta(description="Tables that it inherits from: `app.base`.")] = []
    partition_of: Annotated[str | None, Meta(description="The table that it is a partition of: `app.events`.")] = None
    bound: Annotated[str | None, Meta(description="Which rows it holds: FOR VALUES IN (1), or DEFAULT.")] = None
    of_type: Annotated[str | None, Meta(description="The composite type that gives its columns.")] = None
    replica_identity: Annotated[
        Literal["default", "full", "nothing"], Meta(description="What of an old row is sent to replicas.")
    ] = "default"
    row_security: Annotated[bool, Meta(description="Whether policies decide who sees which rows.")] = False
    force_row_security: Annotated[bool, Meta(description="Whether policies bind the owner too.")] = False
    engine: Annotated[str | None, Meta(description="The storage engine: InnoDB (MySQL, MariaDB).")] = None
    server: Annotated[str | None, Meta(description="The foreign server that has its rows (PostgreSQL).")] = None
    server_options: Annotated[dict[str, Text], Meta(description="What that server is told of it.")] = {}
    collation: Annotated[
        str | None, Meta(description="Of columns that name none, with its character set (MySQL, MariaDB).")
    ] = None
    auto_increment: Annotated[
        int | None, Meta(description="The first number of AUTO_INCREMENT when it is made (MySQL, MariaDB).")
    ] = None
    system_versioned: Annotated[bool, Meta(description="Old rows are kept as history (MariaDB).")] = False
    periods: Annotated[list[str], Meta(description="Periods: `p`(`valid_from`, `valid_to`) (MariaDB).")] = []
