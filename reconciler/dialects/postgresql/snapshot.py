"""The rows of one inspection, and the addresses of what they are about. Builds no objects."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...model.address import Address
from ...model.objects import Object
from ...model.tables import NotNull, Options
from ..session import Session
from . import demanded
from .spelling import made_up, unbracketed

CLASS, TYPE, PROC, ATTRDEF, CONSTRAINT = 1259, 1247, 1255, 2604, 2606
NAMESPACE, REWRITE, TRIGGER, EXTENSION, POLICY = 2615, 2618, 2620, 3079, 3256
COLLATION, STATISTICS, EVENT_TRIGGER = 3456, 3381, 3466

Row = tuple[Any, ...]
Key = tuple[int, int]
_VERSIONED: Final = re.compile(r"^(.*?)\s*-- (?:from (\d+))? ?(?:before (\d+))?$")

_QUERIES: Final = """
    schemas members comments extensions relations inheritance columns constraints indexes operator_classes
    index_statistics
    sequences types row_types labels ranges routines aggregates triggers rules policies statistics
    event_triggers dependencies others
"""
_SECRET: Final = re.compile(r"pass|secret|token|credential|private|api_?key", re.IGNORECASE)
TABLES: Final = "rpf"
"""The kinds of relations that are tables: plain, partitioned, foreign."""
_RELATION_KINDS: Final = {
    "r": "table", "p": "table", "f": "table", "v": "view", "m": "materialized_view", "c": "composite_type",
}  # fmt: skip
_ON_RELATIONS: Final = (("triggers", "trigger", TRIGGER), ("policies", "policy", POLICY), ("rules", "rule", REWRITE))
# Seen on Debian's 15.20, not on 16 and 18: a WAL position that the server writes into attoptions itself, different in
# each database. SET and RESET of it are accepted and change nothing, and pg_dump does not print it.
_SERVERS_OWN: Final = frozenset({"pg_attver"})
_TYPE_KINDS: Final = {"d": "domain", "e": "enum", "r": "range_type"}


@cache
def query(name: str, major: int) -> str:
    """A query for one major version: lines that end in `-- from N` or `-- before N` are for some versions only."""
    text = (files(__package__) / "queries" / f"{name}.sql").read_text()
    kept = []
    for line in text.splitlines():
        found = _VERSIONED.match(line)
        if found is None or not (found[2] or found[3]):
            kept.append(line)
        elif int(found[2] or 0) <= major < int(found[3] or 1000):
            kept.append(found[1])
    return "\n".join(kept)


class Spelling:
    """A type as the server spells it, and what its columns have by default."""

    __slots__ = ("collation", "name", "storage")

    def __init__(self, name: str, collation: int, storage: str) -> None:
        self.name, self.collation, self.storage = name, collation, storage


class Snapshot:
    """All rows by query, read in one transaction; and for server numbers the addresses and names they stand for."""

    def __init__(self, session: Session) -> None:
        major = session.version[0]
        self.rows: dict[str, list[Row]] = {n: session.rows(query(n, major)) for n in _QUERIES.split()}
        for name, any_there in demanded.wanted(self.rows["others"], self.rows["relations"]).items():
            self.rows[name] = session.rows(query(name, major)) if any_there else []
        self.schemas: dict[int, str] = {r[0]: r[1] for r in self.rows["schemas"]}
        self.extensions: dict[int, str] = {r[0]: r[1] for r in self.rows["extensions"]}
        self.members: dict[Key, Address] = {}
        self.ties: dict[Key, list[str]] = defaultdict(list)
        for kind, oid, extension, how in self.rows["members"]:
            if how == "e":
                self.members[kind, oid] = Address("extension", "", self.extensions[extension])
            else:
                self.ties[kind, oid].append(self.extensions[extension])
        self.comments: dict[tuple[int, int, int], str] = {(c, o, s): t for c, o, s, t in self.rows["comments"]}
        self.spellings = self._spelled(session, major)
        self.collations = self._collated(session, major)
        self.parents: dict[int, list[int]] = defaultdict(list)
        for child, parent in self.rows["inheritance"]:
            self.parents[child].append(parent)
        self.relations: dict[int, Row] = {
            r[0]: r
            for r in self.rows["relations"]
            if r[1] in self.schemas and (CLASS, r[0]) not in self.members and (TYPE, r[9]) not in self.members
        }
        self.columns: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows["columns"]:
            self.columns[row[0]].append(row)
        self.names: dict[int, dict[int, str]] = {o: {r[1]: r[2] for r in rs} for o, rs in self.columns.items()}
        self.own_not_null: dict[Key, str] = {}
        self.not_null = self._not_null(session, major)
        self.addresses: dict[Key, Address] = dict(self.members)
        self.kept_columns: dict[Key, Address] = {}
        self.refs: dict[tuple[int, int, int], tuple[Address, ...]] = {}
        self._address_all()

    def comment(self, kind: int, oid: int, sub: int = 0) -> str | None:
        return self.comments.get((kind, oid, sub))

    def tied_to(self, kind: int, oid: int) -> tuple[str, ...]:
        """The extensions that take an object along when they go (DEPENDS ON EXTENSION), sorted."""
        return tuple(sorted(self.ties[kind, oid])) if (kind, oid) in self.ties else ()

    def owned(self, kind: int, oid: int) -> bool:
        """Whether an extension owns it."""
        return (kind, oid) in self.members

    def depends(self, kind: int, oid: int, sub: int = 0) -> tuple[Address, ...]:
        """What the server says an object refers to, sorted; `resolve` must have run."""
        return self.refs.get((kind, oid, sub), ())

    def column_address(self, relation: int, number: int) -> Address | None:
        """The node that stands for a column: its own, the one it is inherited from, or the view it is part of."""
        found = self.kept_columns.get((relation, number))
        if found is not None:
            return found
        own = self.addresses.get((CLASS, relation))
        name = self.names.get(relation, {}).get(number)
        if own is None or name is None or own.kind != "table":
            return own
        for parent in self.parents.get(relation, ()):
            for at, n in self.names.get(parent, {}).items():
                if n == name and (found := self.column_address(parent, at)) is not None:
                    return found
        return Address("column", own.schema, name, own.name)

    def resolve(self) -> None:
        """Turn the server's dependencies into addresses; all addresses must be known."""
        found: dict[tuple[int, int, int], set[Address]] = defaultdict(set)
        views = {r[0]: r[1] for r in self.rows["rules"] if r[2] == "_RETURN"}
        addresses = self.addresses
        parsed = {r[0] for r in self.rows["routines"] if r[9] is not None and "\nBEGIN ATOMIC" in r[9]}
        tables = {addresses[CLASS, oid]: oid for oid in self.names if (CLASS, oid) in addresses} if parsed else {}
        for kind, oid, sub, to_kind, to, to_sub in self.rows["dependencies"]:
            if kind == REWRITE and oid in views:
                kind, oid = CLASS, views[oid]
            if to_kind == CLASS and to_sub:
                target = self.column_address(to, to_sub)
            else:
                target = addresses.get((to_kind, to))
            if target is not None and target != addresses.get((kind, oid)):
                targets = found[kind, oid, sub if kind == CLASS else 0]
                targets.add(target)
                if to_sub and to in self.parents:  # a parent's column, read through a child
                    targets.add(addresses[CLASS, to])
                if kind == PROC and to_kind == TYPE and target.kind == "table" and oid in parsed:
                    targets.update(self._row(tables[target]))
        self.refs = {k: tuple(sorted(v)) for k, v in found.items()}
        del self.rows["dependencies"]

    def _row(self, relation: int) -> Iterator[Address]:
        """The columns of a table, all of them used by what has its row: newer servers (15.20) change none under it."""
        found = (self.column_address(relation, n) for n in self.names.get(relation, ()))
        yield from (a for a in found if a is not None)

    def without_columns(self) -> Iterator[Object]:
        """No objects: lets go of the rows of columns, which are most of all rows."""
        yield from ()
        self.columns.clear()
        del self.rows["columns"]

    def _spelled(self, session: Session, major: int) -> dict[Key, Spelling]:
        wanted = sorted({(r[3], r[4]) for r in self.rows["columns"]} | {(r[4], -1) for r in self.rows["sequences"]})
        rows = session.rows(query("spellings", major), ([t for t, _ in wanted], [m for _, m in wanted]))
        return {(r[0], r[1]): Spelling(r[2], r[3], r[4]) for r in rows}

    def _not_null(self, session: Session, major: int) -> dict[Key, tuple[str | None, NotNull | None]]:
        """By table and number of the column, what its NOT NULL is more than that: a name that the server would not make
        up, and attributes."""
        found = {}
        for oid, number, name, own, no_inherit, not_valid in session.rows(query("not_null", major)):
            relation = self.relations.get(oid)
            if relation is None:
                continue
            if oid in self.parents and not relation[11]:
                self.own_not_null[oid, number] = name
            given = name if name != made_up(relation[2], self.names[oid][number], "not_null") else None
            text = self.comments.get((CONSTRAINT, own, 0))
            more = no_inherit or not_valid or text is not None
            if given is not None or more:
                attributes = NotNull(no_inherit=no_inherit, not_valid=not_valid, comment=text) if more else None
                found[oid, number] = given, attributes
        return found

    def _collated(self, session: Session, major: int) -> dict[int, Row]:
        used = {r[5] for r in self.rows["columns"]} | {r[9] for r in self.rows["types"]}
        return {r[0]: r for r in session.rows(query("collations", major), (sorted(used),))}

    def _address_all(self) -> None:
        """The address of everything that has one; an index of a constraint is its constraint."""
        put = self.addresses.setdefault
        for oid, name in self.schemas.items():
            put((NAMESPACE, oid), Address("schema", "", name))
        for oid, name in self.extensions.items():
            put((EXTENSION, oid), Address("extension", "", name))
        arrays: dict[int, int] = {r[0]: r[1] for r in self.rows["row_types"]}
        for oid, r in self.relations.items():
            if r[3] not in _RELATION_KINDS:
                continue
            own = Address(_RELATION_KINDS[r[3]], self.schemas[r[1]], r[2])
            put((CLASS, oid), own)
            put((TYPE, r[9]), own)
            if r[9] in arrays:
                put((TYPE, arrays[r[9]]), own)
        self._address_types()
        self._address_constraints()
        for r in self.rows["indexes"]:
            self._address_index(r)
        for r in self.rows["sequences"]:
            self._address_sequence(r)
        self._address_programs()

    def _address_types(self) -> None:
        put = self.addresses.setdefault
        for r in self.rows["types"]:
            oid, namespace, name, kind, array = r[:5]
            own: Address | None = self.members.get((TYPE, oid))
            if own is None and namespace in self.schemas and kind in _TYPE_KINDS:
                own = Address(_TYPE_KINDS[kind], self.schemas[namespace], name)
            if own is not None:
                put((TYPE, oid), own)
                put((TYPE, array), own)
        types = {r[0]: r for r in self.rows["types"]}
        for r in self.rows["ranges"]:
            own, multi = self.addresses.get((TYPE, r[0])), types.get(r[1])
            if own is not None and multi is not None:
                put((TYPE, multi[0]), own)
                put((TYPE, multi[4]), own)
        for oid, r in self.collations.items():
            if r[1] in self.schemas:
                put((COLLATION, oid), Address("collation", self.schemas[r[1]], r[2]))

    def _address_constraints(self) -> None:
        kinds = {"p": "primary_key", "u": "unique", "c": "check", "f": "foreign_key", "x": "exclusion"}
        for r in self.rows["constraints"]:
            owner = self.addresses.get((CLASS, r[1])) if r[1] else self.addresses.get((TYPE, r[2]))
            if owner is None or r[4] not in kinds:
                continue
            kind = kinds[r[4]] if r[1] else "domain_check"
            own = Address(kind, owner.schema, r[3], owner.name)
            self.addresses.setdefault((CONSTRAINT, r[0]), own)
            if r[4] in "pux":
                self.addresses.setdefault((CLASS, r[8]), own)

    def _address_index(self, r: Row) -> None:
        owner = self.addresses.get((CLASS, r[1]))
        if owner is not None and r[1] in self.relations:
            self.addresses.setdefault((CLASS, r[0]), Address("index", owner.schema, r[2], owner.name))

    def _address_sequence(self, r: Row) -> None:
        if r[11] == "i":
            column = self.column_address(r[12], r[13])
            if column is not None:
                self.addresses.setdefault((CLASS, r[0]), column)
        elif r[1] in self.schemas:
            self.addresses.setdefault((CLASS, r[0]), Address("sequence", self.schemas[r[1]], r[2]))

    def _address_programs(self) -> None:
        put = self.addresses.setdefault
        for r in self.rows["routines"]:
            if r[1] in self.schemas:
                put((PROC, r[0]), Address("function", self.schemas[r[1]], f"{r[2]}({r[4]})"))
        for rows, kind, number in _ON_RELATIONS:
            for r in self.rows[rows]:
                owner = self.addresses.get((CLASS, r[1]))
                if owner is not None and (rows != "rules" or r[2] != "_RETURN"):
                    put((number, r[0]), Address(kind, owner.schema, r[2], owner.name))
        for r in self.rows["statistics"]:
            if r[1] in self.schemas:
                put((STATISTICS, r[0]), Address("statistics", self.schemas[r[1]], r[2]))
        for r in self.rows["event_triggers"]:
            put((EVENT_TRIGGER, r[0]), Address("event_trigger", "", r[1]))
        for key, address in demanded.addresses(self.rows, self.schemas):
            put(key, address)


def options_of(items: list[str] | None, prefix: str = "") -> Options:
    """reloptions as pairs in their order, without those of the server's own.

    PostgreSQL 15.20 stamps every column with `pg_attver`, which nobody can set and pg_dump leaves out.
    """
    if not items:
        return ()
    pairs = (item.partition("=") for item in items if not item.startswith("pg_"))
    return tuple((prefix + name, value) for name, _, value in pairs)


def foreign_options(items: list[str] | None) -> Options:
    """Options as sorted pairs, without those that hold a secret: we neither show, store nor compare one."""
    pairs = (item.partition("=") for item in items or ())
    return tuple(sorted((name, value) for name, _, value in pairs if not _SECRET.search(name)))


def expression_of(printed: str) -> str:
    """The expression of a printed `CHECK ((…))`, without attributes that follow it."""
    inner = printed[printed.index("(") :]
    for tail in (" NOT VALID", " NO INHERIT", " NOT ENFORCED"):
        inner = inner.removesuffix(tail)
    return unbracketed(unbracketed(inner))
