"""The objects of one table, made from its printed CREATE TABLE; a pure function of the text, so it is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from msgspec import structs

from ...model.address import Address
from ...model.objects import Object
from ...model.tables import Action, Check, Column, ForeignKey, Generated, Index, PrimaryKey, Table, Unique
from .clauses import PLACES, is_aria
from .definition import ColumnClause, KeyClause, ReferenceClause, TableClause
from .reader import table_clause
from .tokens import is_name, key_parts, name_of, spelled, tokens, without_database

_OVERLAPS: Final = "WITHOUT OVERLAPS"
_USUAL: Final = ("page_checksum", "1")
"""An option that Aria prints of every table, and other engines of those that had it said."""


@lru_cache(maxsize=20_000)
def table_objects(sql: str, database: str) -> tuple[Object, ...]:
    """The table, its columns, keys, checks, indexes and foreign keys, in the order of the text.

    Raises UnreadableError where the text is not understood.
    """
    clause = table_clause(sql)
    made = _Maker(clause, database)
    return (made.table(), *made.columns(), *made.keys(), *made.checks(), *made.references())


class _Maker:
    def __init__(self, clause: TableClause, database: str) -> None:
        self.clause, self.database = clause, database
        self.name = clause.name
        self.known = {c.name.lower(): c.name for c in clause.columns}
        self.memory = clause.engine.upper() == "MEMORY"

    def table(self) -> Table:
        c = self.clause
        usual = _USUAL if is_aria(c.engine) else None
        options = tuple(sorted((n, v) for n, v in c.options.items() if (n, v) != usual and n not in PLACES))
        return Table(
            name=self.name,
            comment=c.comment,
            auto_increment=c.auto_increment,
            columns=tuple(self.known.values()),
            engine=c.engine or None,
            collation=c.collation or c.charset,
            options=options,
            partition_by=c.partition_by,
            system_versioned=c.versioned,
            periods=tuple(c.periods),
        )

    def columns(self) -> Iterator[Column]:
        for c in self.clause.columns:
            yield self._column(c)

    def _column(self, c: ColumnClause) -> Column:
        default = self._own(None if c.default is None or c.default.upper() == "NULL" else c.default)
        generated = None
        if c.generated is not None:
            generated = Generated(expression=self._own(c.generated) or "", stored=c.stored)
        mentioned: set[Address] = set()
        if c.generated or c.check or (c.default and "(" in c.default):
            texts = [t for t in (c.generated, c.check, c.default if c.default and "(" in c.default else None) if t]
            mentioned = {a for t in texts for a in self._mentioned(t) if a.name != c.name}
        return Column(
            table=self.name,
            name=c.name,
            comment=c.comment or None,
            type=c.type,
            nullable=not c.not_null,
            default=default,
            generated=generated,
            collation=self._collation(c),
            compression=c.compressed,
            options=tuple(sorted(c.options.items())) if c.options else (),
            auto_increment=c.auto_increment,
            on_update=c.on_update,
            invisible=c.invisible,
            check=self._own(c.check),
            versioning=cast(Any, c.versioning),
            refs=tuple(sorted(mentioned)) if mentioned else (),
        )

    def _collation(self, c: ColumnClause) -> str | None:
        """The column's own collation, None where it is the table's."""
        own = c.collation or c.charset
        usual = self.clause.collation or self.clause.charset
        same = own == usual or (c.collation is None and own == self.clause.charset)
        return None if same else own

    def _own(self, text: str | None) -> str | None:
        return None if text is None else without_database(text, self.database)

    def _mentioned(self, text: str) -> Iterator[Address]:
        for token in tokens(text):
            if is_name(token.text) and (found := self.known.get(name_of(token.text).lower())):
                yield Address("column", "", found, self.name)

    def keys(self) -> Iterator[Object]:
        for k in self.clause.keys:
            if k.kind == "primary":
                yield PrimaryKey(named=False, **self._key(k))
            elif k.kind == "unique" and all(column is not None for column, _ in k.terms):
                yield Unique(**self._key(k))
            else:
                yield self._index(k)

    def _key(self, k: KeyClause) -> dict[str, Any]:
        terms = tuple(self._term(column, text) for column, text in k.terms)
        columns = tuple(column for column, text in k.terms if column is not None and not text.endswith(_OVERLAPS))
        plain = terms == tuple(spelled(c) for c in columns)
        return {
            "table": self.name,
            "name": k.name,
            "comment": k.comment or None,
            "columns": columns,
            "terms": () if plain else terms,
            "options": self._key_options(k),
            "invisible": k.invisible,
        }

    def _index(self, k: KeyClause) -> Index:
        terms = tuple(self._term(column, text) for column, text in k.terms)
        special = k.kind if k.kind in ("fulltext", "spatial", "vector") else None
        mentioned = {a for column, text in k.terms if column is None for a in self._mentioned(text)}
        own = {Address("column", "", column, self.name) for column, _ in k.terms if column is not None}
        options = [o for o in self._key_options(k) if o != ("using", "hash")]
        return Index(
            table=self.name,
            name=k.name,
            comment=k.comment or None,
            keys=terms,
            unique=k.kind == "unique",
            method=special or ("hash" if k.using == "hash" else "btree"),
            options=tuple(options),
            invisible=k.invisible,
            refs=tuple(sorted(mentioned | own)),
        )

    def _term(self, column: str | None, text: str) -> str:
        """A key part in our spelling: a bare or quoted column, then its length and direction."""
        if column is None:
            return self._own(text) or ""
        parts = key_parts(text)
        rest = parts[1] if parts is not None else ""
        return spelled(column) + (f" {rest}" if rest[:1].isalpha() else rest)

    def _key_options(self, k: KeyClause) -> tuple[tuple[str, str], ...]:
        """What is said of a key beside its columns; a B-tree goes without saying, but in memory, where hashes do."""
        options = dict(k.options)
        if k.using is not None and (k.using != "btree" or self.memory):
            options["using"] = k.using
        return tuple(sorted(options.items()))

    def checks(self) -> Iterator[Check]:
        for c in self.clause.checks:
            yield Check(
                table=self.name,
                name=c.name,
                expression=self._own(c.expression) or "",
                enforced=c.enforced,
                refs=tuple(sorted({*self._mentioned(c.expression)})),
            )

    def references(self) -> Iterator[ForeignKey]:
        for r in self.clause.references:
            yield self._foreign_key(r)

    def _foreign_key(self, r: ReferenceClause) -> ForeignKey:
        # RESTRICT, NO ACTION and nothing are one to InnoDB; the server prints a NO ACTION that was written.
        said: Any = tuple(e for e in ("delete", "update") if r.actions.get(e) == "no action")
        return ForeignKey(
            table=self.name,
            name=r.name,
            columns=tuple(self.known.get(c.lower(), c) for c in r.columns),
            target_schema="" if r.database in ("", self.database) else r.database,
            target=r.target,
            target_columns=tuple(r.target_columns),
            match=cast(Any, r.match),
            on_delete=cast(Action, r.actions.get("delete", "no action")),
            on_update=cast(Action, r.actions.get("update", "no action")),
            spelled_out=said,
        )


_KEYS: Final = (PrimaryKey, Unique, Index)


def served(objects: Sequence[Object], keys: LeadingKeys) -> list[Object]:
    """The objects of all tables, the foreign keys with references to the keys that serve them on both sides.

    The server refuses a foreign key whose target has no such key, and drops none that a foreign key needs.
    """
    found: list[Object] = []
    for o in objects:
        if isinstance(o, ForeignKey):
            own = _serving(keys.of(o.table), o.columns)
            other = () if o.target_schema else _serving(keys.of(o.target), o.target_columns)
            found.append(structs.replace(o, refs=tuple(sorted({*own, *other}))))
        else:
            found.append(o)
    return found


class LeadingKeys:
    """The keys of each table with the columns, in lower case, that they begin with."""

    def __init__(self, tables: Mapping[str, Sequence[Object]]) -> None:
        self._tables = tables
        self._found: dict[str, list[tuple[Object, list[str]]]] = {}

    def of(self, table: str) -> list[tuple[Object, list[str]]]:
        if table not in self._found:
            keys = (o for o in self._tables.get(table, ()) if isinstance(o, _KEYS))
            self._found[table] = [(o, [c.lower() for c in leading(o)]) for o in keys]
        return self._found[table]


def _serving(keys: Sequence[tuple[Object, list[str]]], columns: Sequence[str]) -> tuple[Address, ...]:
    """The first key or index that begins with the columns."""
    wanted = [c.lower() for c in columns]
    return next(((o.address,) for o, leads in keys if leads[: len(wanted)] == wanted), ())


def leading(o: Object) -> list[str]:
    """The columns that a key or index begins with and has whole: of those it can find rows by."""
    if isinstance(o, Index):
        if o.method not in ("btree", "hash"):
            return []
        keys: Sequence[str] = o.keys
    elif isinstance(o, (PrimaryKey, Unique)):
        keys = o.terms or tuple(spelled(c) for c in o.columns)
    else:
        return []
    found: list[str] = []
    for key in keys:
        parts = key_parts(key)
        if parts is None or parts[1].startswith("("):
            break
        found.append(parts[0])
    return found
