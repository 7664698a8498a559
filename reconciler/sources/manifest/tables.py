"""What the manifest of a table means: its objects, each with the place where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...config.nodes import Key as Step
from ...model.address import Address
from ...model.objects import Object
from ...model.profile import Profile
from ...model.tables import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    NotNull,
    Options,
    PrimaryKey,
    SequenceOptions,
    Table,
    Unique,
)
from ..habits import habits_of
from .forms import (
    RULES,
    CheckForm,
    ColumnForm,
    ColumnReferenceForm,
    ExclusionForm,
    ForeignKeyForm,
    GeneratedForm,
    IdentityForm,
    IndexForm,
    Metadata,
    NotNullForm,
    PrimaryKeyForm,
    SequenceForm,
    TableForm,
    TargetForm,
    UniqueForm,
)
from .sqlwords import Target, WordSet, column_name, index_key, made_name, target
from .sqlwords import parts as name_parts

Path = tuple[Step, ...]


class Wrong(Exception):
    """A text of a manifest that means nothing: what, where, and what to write instead."""

    def __init__(self, message: str, path: Path, next: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.next = next


class Parts:
    """The objects of one manifest: `places` says where each was written, `names` which were renamed."""

    def __init__(self) -> None:
        self.objects: list[Object] = []
        self.places: list[Path] = []
        self.names: dict[Address, str] = {}
        self.wrong: list[Wrong] = []
        self.listed = False
        """Whether some of them stand in a list, where two may have one name."""

    def add(self, o: Object, path: Path, renamed_from: str | None = None) -> None:
        self.objects.append(o)
        self.places.append(path)
        if renamed_from is not None:
            self.names[o.address] = renamed_from


def table_parts(metadata: Metadata, form: TableForm, schema: str, profile: Profile | None) -> Parts:
    """The table and all that is in it."""
    reader = _Reader(metadata.name, form, schema, profile)
    reader.table(metadata.renamed_from)
    for name, column in form.columns.items():
        reader.column(name, column)
    reader.primary_key()
    for read, entries, place in (
        (reader.unique, form.unique, "unique"),
        (reader.check, form.checks, "checks"),
        (reader.foreign_key, form.foreign_keys, "foreignKeys"),
        (reader.exclusion, form.exclusions, "exclusions"),
        (reader.index, form.indexes, "indexes"),
    ):
        if entries:
            reader.parts.listed |= isinstance(entries, list)
            for entry_name, path, entry in _entries(entries, place):
                read(entry_name, path, entry)
    return reader.parts


def _entries(entries: Mapping[str, Any] | list[Any], place: str) -> Iterator[tuple[str | None, Path, Any]]:
    if isinstance(entries, Mapping):
        return ((name, ("spec", place, name), entry) for name, entry in entries.items())
    return ((getattr(entry, "name", None), ("spec", place, n), entry) for n, entry in enumerate(entries))


def sorted_options(options: Mapping[str, str]) -> Options:
    return tuple(sorted(options.items())) if options else ()


def sequence_options(form: SequenceForm) -> SequenceOptions:
    return SequenceOptions(
        start=form.start,
        increment=form.increment,
        minimum=form.minimum,
        maximum=form.maximum,
        cache=form.cache,
        cycle=form.cycle,
    )


class _Reader:
    """One table. Names for what has none are made up here, where the dialect needs them."""

    def __init__(self, name: str, form: TableForm, schema: str, profile: Profile | None) -> None:
        self.name, self.form, self.schema = name, form, schema
        self.habits = habits_of(profile)
        self.limit = profile.identifier_bytes if profile is not None else 0
        self.parts = Parts()
        self.columns = WordSet(form.columns)
        self.taken: set[str] | None = None

    def made(self, columns: tuple[str, ...], label: str) -> str:
        """A name that nothing in this table has."""
        if self.taken is None:
            form = self.form
            sections = (form.unique, form.checks, form.foreign_keys, form.exclusions, form.indexes)
            self.taken = {n for s in sections for n, _, _ in _entries(s, "") if n is not None}
        name = made_name(self.name, "_".join(columns), label, self.limit, self.taken)
        self.taken.add(name)
        return name

    def table(self, renamed_from: str | None) -> None:
        f = self.form
        table = Table(
            schema=self.schema,
            name=self.name,
            comment=f.comment,
            columns=tuple(f.columns),
            partition_by=f.partition_by,
            unlogged=f.unlogged,
            options=tuple(f.options.items()),
            access_method=f.access_method,
            tablespace=f.tablespace,
            strict=f.strict,
            without_rowid=f.without_rowid,
            inherits=tuple(filter(None, (self._table(t, ("spec", "inherits", n)) for n, t in enumerate(f.inherits)))),
            partition_of=self._table(f.partition_of, ("spec", "partitionOf")),
            bound=f.bound,
            of_type=f.of_type,
            replica_identity=f.replica_identity,
            row_security=f.row_security,
            force_row_security=f.force_row_security,
            engine=f.engine,
            server=f.server,
            server_options=sorted_options(f.server_options),
            collation=f.collation,
            auto_increment=f.auto_increment,
            system_versioned=f.system_versioned,
            periods=tuple(f.periods),
        )
        self.parts.add(table, ("metadata", "name"), renamed_from)

    def _table(self, written: str | None, path: Path) -> Address | None:
        if written is None:
            return None
        names = name_parts(written)
        if names is None or len(names) > 2:
            self.parts.wrong.append(Wrong(f"{written!r} names no table", path, "write app.events"))
            return None
        return Address("table", names[0] if len(names) == 2 else self.schema, names[-1])

    def column(self, name: str, form: str | ColumnForm) -> None:
        path = ("spec", "columns", name)
        if isinstance(form, str):
            self.parts.add(Column(schema=self.schema, table=self.name, name=name, type=form), path)
            return
        column = Column(
            schema=self.schema,
            table=self.name,
            name=name,
            comment=form.comment,
            type=form.type,
            nullable=form.nullable,
            default=form.default,
            identity=_identity(form.identity),
            generated=_generated(form.generated),
            collation=form.collation,
            server_options=sorted_options(form.server_options),
            storage=form.storage,
            compression=form.compression,
            statistics=form.statistics,
            options=tuple(form.options.items()),
            conflict=form.on_conflict,
            not_null_name=form.not_null_name,
            not_null=_not_null(form.not_null),
            inherited=form.inherited,
            merged=form.merged,
            auto_increment=form.auto_increment,
            on_update=form.on_update,
            invisible=form.invisible,
            check=form.check if self.habits.inline_checks else None,
            versioning=form.versioning,
        )
        self.parts.add(column, path, form.renamed_from)
        if not form.type and self.habits.typed:
            self.parts.wrong.append(Wrong(f"column {name} has no type", path, "write type: text, say"))
        self._short_forms(name, form, path)

    def _short_forms(self, name: str, form: ColumnForm, path: Path) -> None:
        if form.primary_key:
            if self.form.primary_key is not None:
                self.parts.wrong.append(
                    Wrong("a second primary key", (*path, "primaryKey"), "name all its columns under spec.primaryKey")
                )
            else:
                self._primary_key((*path, "primaryKey"), PrimaryKeyForm(columns=[name]))
        if form.unique:
            self.unique(None, (*path, "unique"), [name])
        if form.check is not None and not self.habits.inline_checks:
            self.check(None, (*path, "check"), CheckForm(expression=form.check, column=self._own_column(name)))
        if form.references is not None:
            self._column_reference(name, form.references, (*path, "references"))

    def _own_column(self, name: str) -> str | None:
        return name if self.habits.unnamed else None

    def _column_reference(self, name: str, form: str | ColumnReferenceForm, path: Path) -> None:
        if isinstance(form, str):
            self.foreign_key(None, path, ForeignKeyForm(columns=[name], references=form))
            return
        goal = TargetForm(table=form.table, schema=form.schema, columns=[form.column] if form.column else None)
        rules = {f: getattr(form, f) for f in RULES}
        self.foreign_key(form.name, path, ForeignKeyForm(columns=[name], references=goal, **rules))

    def primary_key(self) -> None:
        form = self.form.primary_key
        if form is not None:
            path = ("spec", "primaryKey")
            self._primary_key(path, PrimaryKeyForm(columns=form) if isinstance(form, list) else form)

    def _primary_key(self, path: Path, form: PrimaryKeyForm) -> None:
        name, named = self._named(form.name, (), "pkey")
        self.parts.add(
            PrimaryKey(name=name, named=named, autoincrement=form.autoincrement, **self._key(form)),
            path,
            form.renamed_from,
        )

    def unique(self, name: str | None, path: Path, form: list[str] | UniqueForm) -> None:
        if isinstance(form, list):
            form = UniqueForm(columns=form)
        name, named = self._named(name, tuple(form.columns), "key")
        self.parts.add(
            Unique(name=name, named=named, nulls_not_distinct=form.nulls_not_distinct, **self._key(form)),
            path,
            form.renamed_from,
        )

    def _named(self, name: str | None, columns: tuple[str, ...], label: str) -> tuple[str, bool]:
        return (name, True) if name is not None else (self.made(columns, label), not self.habits.unnamed)

    def _key(self, form: PrimaryKeyForm | UniqueForm) -> dict[str, Any]:
        return {
            "schema": self.schema,
            "table": self.name,
            "comment": form.comment,
            "columns": tuple(form.columns),
            "include": tuple(form.include),
            "deferrable": form.deferrable,
            "initially_deferred": form.initially_deferred,
            "options": tuple(form.options.items()),
            "tablespace": form.tablespace,
            "conflict": form.on_conflict,
            "terms": tuple(form.terms),
            "without_overlaps": form.without_overlaps,
            "clustered": form.clustered,
            "replica_identity": form.replica_identity,
            "invisible": form.invisible,
            "index_comment": form.index_comment,
            "depends_on_extensions": tuple(form.depends_on_extensions),
        }

    def check(self, name: str | None, path: Path, form: str | CheckForm) -> None:
        if isinstance(form, str):
            form = CheckForm(expression=form)
        name, named = self._named(name, self._mentioned(form.expression) if name is None else (), "check")
        check = Check(
            schema=self.schema,
            table=self.name,
            name=name,
            named=named,
            comment=form.comment,
            expression=form.expression,
            no_inherit=form.no_inherit,
            not_valid=form.not_valid,
            enforced=form.enforced,
            column=form.column,
            inherited=form.inherited,
        )
        self.parts.add(check, path, form.renamed_from)

    def _mentioned(self, expression: str) -> tuple[str, ...]:
        """The one column of an expression, as PostgreSQL names a check after it; nothing where there are more."""
        found = self.columns.mentioned(expression)
        return tuple(found) if len(found) == 1 else ()

    def foreign_key(self, name: str | None, path: Path, form: ForeignKeyForm) -> None:
        goal = self._target(form.references, path)
        if goal is None:
            return
        name, named = self._named(name, tuple(form.columns), "fkey")
        key = ForeignKey(
            schema=self.schema,
            table=self.name,
            name=name,
            named=named,
            comment=form.comment,
            columns=tuple(form.columns),
            target_schema=self.schema if goal.schema is None else goal.schema,
            target=goal.table,
            target_columns=goal.columns,
            match=form.match,
            on_delete=form.on_delete,
            on_update=form.on_update,
            set_columns=tuple(form.set_columns),
            deferrable=form.deferrable,
            initially_deferred=form.initially_deferred,
            not_valid=form.not_valid,
            enforced=form.enforced,
            period=form.period,
            spelled_out=tuple(form.spelled_out),
        )
        self.parts.add(key, path, form.renamed_from)

    def _target(self, written: str | TargetForm, path: Path) -> Target | None:
        if isinstance(written, TargetForm):
            return Target(written.schema, written.table, tuple(written.columns or ()))
        found = target(written)
        if found is None:
            place = path if path[-1] == "references" else (*path, "references")
            next_step = "write teams, teams.id, app.teams(id), or {table: teams, columns: [id]}"
            self.parts.wrong.append(Wrong(f"{written!r} names no table", place, next_step))
        return found

    def exclusion(self, name: str | None, path: Path, form: str | ExclusionForm) -> None:
        if isinstance(form, str):
            form = ExclusionForm(definition=form)
        exclusion = Exclusion(
            schema=self.schema,
            table=self.name,
            name=name if name is not None else self.made((), "excl"),
            comment=form.comment,
            definition=form.definition,
            deferrable=form.deferrable,
            initially_deferred=form.initially_deferred,
            options=tuple(form.options.items()),
            tablespace=form.tablespace,
            clustered=form.clustered,
            index_comment=form.index_comment,
            depends_on_extensions=tuple(form.depends_on_extensions),
        )
        self.parts.add(exclusion, path, form.renamed_from)

    def index(self, name: str | None, path: Path, form: list[str] | IndexForm) -> None:
        if isinstance(form, list):
            form = IndexForm(columns=form)
        keys = tuple(index_key(k, self.columns, self.habits.bracketed) for k in form.columns)
        if name is None:
            name = self.made(tuple(column_name(k) or "expr" for k in keys), "idx")
        if form.attached_to is not None and attached(form.attached_to) is None:
            next_step = "write index:app.events.events_at_idx"
            self.parts.wrong.append(Wrong(f"{form.attached_to!r} names no index", (*path, "attachedTo"), next_step))
        self.parts.add(index_of(form, keys, schema=self.schema, table=self.name, name=name), path, form.renamed_from)


def attached(written: str) -> Address | None:
    """The address of an index or key: its kind, schema, table and name."""
    kind, _, rest = written.partition(":")
    names = name_parts(rest)
    return Address(kind, names[0], names[2], names[1]) if names is not None and len(names) == 3 else None


def index_of(form: IndexForm, keys: tuple[str, ...], *, schema: str, table: str, name: str, on: str = "table") -> Index:
    """An index on a table, or on an object of the kind that `on` says."""
    return Index(
        comment=form.comment,
        keys=keys,
        unique=form.unique,
        method=form.method,
        include=tuple(form.include),
        nulls_not_distinct=form.nulls_not_distinct,
        options=tuple(form.options.items()),
        where=form.where,
        tablespace=form.tablespace,
        clustered=form.clustered,
        replica_identity=form.replica_identity,
        statistics=sorted_options(form.statistics),
        attached_to=attached(form.attached_to) if form.attached_to is not None else None,
        constraint_comment=form.constraint_comment,
        only=form.only,
        invisible=form.invisible,
        depends_on_extensions=tuple(form.depends_on_extensions),
        schema=schema,
        table=table,
        name=name,
        on=on,
    )


def _identity(form: str | IdentityForm | None) -> Identity | None:
    if form is None:
        return None
    if isinstance(form, str):
        return Identity(always=form == "always")
    return Identity(
        always=form.generation == "always",
        options=sequence_options(form),
        sequence=form.sequence,
        comment=form.comment,
        unlogged=form.unlogged,
    )


def _not_null(form: NotNullForm | None) -> NotNull | None:
    """None where nothing is said in it, as the catalog has it."""
    if form is None or form == NotNullForm():
        return None
    return NotNull(no_inherit=form.no_inherit, not_valid=form.not_valid, comment=form.comment)


def _generated(form: str | GeneratedForm | None) -> Generated | None:
    if form is None:
        return None
    if isinstance(form, str):
        return Generated(expression=form)
    return Generated(expression=form.expression, stored=form.stored)
