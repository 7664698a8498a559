"""The objects of one table, made from its CREATE TABLE; a pure function of the text, so it is remembered.

Gives unnamed constraints a name out of their definition (`named` is false): the same in every database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from msgspec import structs

from ...model.address import Address
from ...model.objects import Object
from ...model.tables import Check, Column, ForeignKey, Generated, PrimaryKey, Table, Unique
from .clauses import COMPUTED_FIRST, CONSTRAINTS_LAST, NAMES, STRICT_LAST, WRITTEN, place_of
from .comments import has_comments
from .cursor import UnreadableError
from .reader import CheckClause, ColumnClause, KeyClause, ReferenceClause, TableClause, table_clause
from .tokens import CONSTANTS, expression, ident, is_name, name_of, spelled

_BLANKS: Final = re.compile(r"\s+")
_ACTIONS: Final = frozenset({"no action", "restrict", "cascade", "set null", "set default"})

Facts = tuple[tuple[str, str, int, str | None, int, int], ...]
"""What pragma table_xinfo says of each column: name, type, not null, default, place in the primary key, hidden."""


@lru_cache(maxsize=20_000)
def table_objects(sql: str, facts: Facts) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """The table, its columns, keys, checks and foreign keys, in the order of the text; and those of them that have the
    name of another one, which SQLite allows and by which they cannot be told apart.

    Raises UnreadableError where the text is not understood, or says other columns than the database does.
    """
    clause = table_clause(sql)
    _require_same(clause, facts)
    made = _Maker(clause, facts)
    table, parts = made.table_and_columns(), [*made.keys(), *made.checks(), *made.references()]
    seen: set[tuple[str, str]] = set()
    doubles = [o for o in parts if (o.kind, o.name) in seen or seen.add((o.kind, o.name))]  # type: ignore[func-returns-value]
    return (*table, *(o for o in parts if o not in doubles)), tuple(doubles)


def _require_same(clause: TableClause, facts: Facts) -> None:
    if len(facts) != len(clause.columns):
        raise UnreadableError(f"{len(clause.columns)} columns are read where the database has {len(facts)}")
    for column, (name, _, not_null, default, _, hidden) in zip(clause.columns, facts, strict=True):
        same = (
            column.name == name
            and (not column.not_null or bool(not_null))
            and (column.default is None) == (default is None)
            and (hidden in (2, 3)) == (column.generated is not None)
            and (hidden == 3) == (column.generated is not None and column.stored)
        )
        if not same:
            raise UnreadableError(f"column {name} is read otherwise than the database has it")


class _Maker:
    def __init__(self, clause: TableClause, facts: Facts) -> None:
        self.clause = clause
        self.table = clause.name
        self.facts = facts
        self.columns = {c.name.lower(): c.name for c in clause.columns}
        self.collations = {c.name.lower(): c.collation for c in clause.columns if c.collation}

    def table_and_columns(self) -> Iterator[Object]:
        c = self.clause
        yield Table(
            name=self.table,
            columns=tuple(self.columns.values()),
            strict="strict" in c.options,
            without_rowid="without rowid" in c.options,
            options=tuple(self._habits()),
            comment=c.comment,
        )
        for column, fact in zip(c.columns, self.facts, strict=True):
            yield self._column(column, fact[1])

    def _habits(self) -> Iterator[tuple[str, str]]:
        """How the table is written, where it could be written otherwise."""
        if self.clause.marks == {True}:
            yield NAMES
        if self.clause.options == ["without rowid", "strict"]:
            yield STRICT_LAST

    def _column(self, c: ColumnClause, declared: str) -> Column:
        generated = None
        if c.generated is not None:
            generated = Generated(expression=spelled(c.generated), stored=c.stored)
        return Column(
            table=self.table,
            name=c.name,
            type=_type(c.type, declared),
            nullable=not c.not_null,
            default=None if c.default is None else self._default(c.default),
            generated=generated,
            collation=c.collation,
            conflict=c.conflict,
            not_null_name=c.not_null_name,
            options=(COMPUTED_FIRST,) if c.computed_first else (CONSTRAINTS_LAST,) if c.constraints_last else (),
            comment=c.comment,
            refs=() if c.generated is None else self.mentioned(c.generated, but=c.name),
        )

    def _default(self, words: Sequence[str]) -> str:
        if words[0] == "(":
            return f"({spelled(words[1:-1])})"
        text = "".join(words)
        return text.upper() if text.upper() in CONSTANTS else text

    def mentioned(self, words: Sequence[str], but: str = "") -> tuple[Address, ...]:
        """The columns of this table whose names stand in an expression."""
        found = {self.columns.get(name_of(w).lower()) for w in words if is_name(w)} - {None, but}
        return tuple([Address("column", "", name, self.table) for name in sorted(map(str, found))])

    def _declared(self, name: str) -> str:
        if name.lower() not in self.columns:
            raise UnreadableError(f"a key over {name}, which is no column")
        return self.columns[name.lower()]

    def keys(self) -> Iterator[Object]:
        done: dict[Object, None] = {}
        named = {k.name for k in self.clause.keys if k.name is not None}
        indexed: dict[tuple[tuple[str, str], ...], KeyClause] = {}
        for clause in self.clause.keys:
            # Keys over equal columns share the index of the first, whatever directions the others have.
            shared = indexed.setdefault(self._index_of(clause), clause)
            clause.terms = [(*own[:2], first[2]) for own, first in zip(clause.terms, shared.terms, strict=True)]
            key = self._key(clause)
            shape = structs.replace(key, comment=None, options=())
            if clause.name is None and shape in done:  # SQLite makes one index for equal keys
                continue
            done[shape] = None
            while clause.name is None and key.name in named:
                key = _renamed(key, key.name + "_")
            if clause.name is None:
                named.add(key.name)
            yield key

    def _index_of(self, clause: KeyClause) -> tuple[tuple[str, str], ...]:
        own = self.collations
        return tuple((name.lower(), (c or own.get(name.lower()) or "BINARY").lower()) for name, c, _ in clause.terms)

    def _key(self, clause: KeyClause) -> PrimaryKey | Unique:
        columns = tuple(self._declared(name) for name, _, _ in clause.terms)
        if clause.primary and not clause.inline and self._is_rowid(columns):
            clause.terms = [(name, collated, False) for name, collated, _ in clause.terms]  # has no index: no direction
        terms = tuple(
            ident(column) + (f" COLLATE {ident(collated)}" if collated else "") + (" DESC" if descends else "")
            for column, (_, collated, descends) in zip(columns, clause.terms, strict=True)
        )
        plain = all(collated is None and not descends for _, collated, descends in clause.terms)
        fields: dict[str, Any] = {
            "table": self.table,
            "columns": columns,
            "terms": () if plain else terms,
            "named": clause.name is not None,
            "conflict": clause.conflict,
            "comment": clause.comment,
        }
        key: PrimaryKey | Unique
        if clause.primary:
            name = clause.name or f"{self.table}_pkey"
            key = PrimaryKey(name=name, autoincrement=clause.autoincrement, **fields)
        else:
            key = Unique(name=clause.name or "_".join([self.table, *columns, "key"]), **fields)
        place = place_of(key, clause.inline) if clause.conflict and not key.terms and not clause.autoincrement else None
        return key if place is None else structs.replace(key, options=((WRITTEN, place),))

    def _is_rowid(self, columns: Sequence[str]) -> bool:
        kinds = [c.type.lower() for c in self.clause.columns if c.name in columns]
        return kinds == ["integer"] and "without rowid" not in self.clause.options

    def checks(self) -> Iterator[Check]:
        found = [self._check(clause) for clause in self.clause.checks]
        if all(c.named for c in found):
            yield from found
            return
        shapes = [expression(clause.words, self.columns, self.table) for clause in self.clause.checks]
        yield from _with_names(found, {c.name for c in found if c.named}, shapes)

    def _check(self, clause: CheckClause) -> Check:
        mentioned = self.mentioned(clause.words)
        only = [mentioned[0].name] if len(mentioned) == 1 else []
        return Check(
            table=self.table,
            name=clause.name or "_".join([self.table, *only, "check"]),
            named=clause.name is not None,
            expression=spelled(clause.words),
            column=clause.column,
            comment=clause.comment,
            refs=mentioned,
        )

    def references(self) -> Iterator[ForeignKey]:
        found = [self._foreign_key(clause) for clause in self.clause.references]
        if all(f.named for f in found):
            yield from found
            return
        shapes = [f"{f.target} {f.target_columns} {f.on_delete} {f.on_update}" for f in found]
        yield from _with_names(found, {f.name for f in found if f.named}, shapes)

    def _foreign_key(self, clause: ReferenceClause) -> ForeignKey:
        columns = tuple(self._declared(name) for name in clause.columns)
        fields: dict[str, Any] = {
            f"on_{event}": action
            for event, action in clause.actions.items()
            if event in ("delete", "update") and action in _ACTIONS
        }
        if clause.match in ("full", "partial"):
            fields["match"] = clause.match
        key = ForeignKey(
            table=self.table,
            name=clause.name or "_".join([self.table, *columns, "fkey"]),
            named=clause.name is not None,
            columns=columns,
            target=clause.target,
            target_columns=tuple(clause.target_columns),
            deferrable=clause.deferrable,
            initially_deferred=clause.deferred,
            comment=clause.comment,
            **fields,
        )
        place = place_of(key, clause.inline) if key.named or clause.said or key.deferrable else None
        said = (*clause.said, *([place] if place else []))
        return structs.replace(key, spelled_out=said) if said else key


@lru_cache(maxsize=4096)
def _type(read: str, declared: str) -> str:
    """The declared type as it was written: what the database has, but where the name is quoted and it drops the quotes,
    and where it is one of its own (INTEGER, TEXT …), which SQLite 3.37 and later print in capitals."""
    odd = any(c in read for c in "\"'`[") or has_comments(declared)
    return _BLANKS.sub(" ", read if odd or read.upper() == declared else declared).strip()


def _with_names(found: list[Any], taken: set[str], shapes: list[str]) -> Iterator[Any]:
    """The objects with different names: of unnamed ones that would share one, each gets a mark of its definition."""
    count = Counter(o.name for o in found if not o.named)
    for o, shape in zip(found, shapes, strict=True):
        if not o.named and (count[o.name] > 1 or o.name in taken):
            name = marked = f"{o.name}_{sha256(shape.encode()).hexdigest()[:6]}"
            number = 1
            while name in taken:
                number += 1
                name = f"{marked}_{number}"
            taken.add(name)
            yield _renamed(o, name)
        else:
            yield o


def _renamed(o: Any, name: str) -> Any:
    return structs.replace(o, name=name)
