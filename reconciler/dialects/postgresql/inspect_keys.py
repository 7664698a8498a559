"""Constraints and indexes out of a snapshot's rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from ...model.address import Address
from ...model.objects import Object
from ...model.tables import Check, Exclusion, ForeignKey, Index, PrimaryKey, Unique
from .snapshot import CLASS, CONSTRAINT, TABLES, Row, Snapshot, expression_of, options_of
from .spelling import before_where, ident, made_up_index, unbracketed

_ACTIONS: Final[dict[str, Any]] = {
    "a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default",
}  # fmt: skip
_MATCHES: Final[dict[str, Any]] = {"s": "simple", "f": "full", "p": "partial"}
_OPTIONS: Final = re.compile(r" WITH \([^()]*\)\Z")
_NOT_SPLIT: Final = ("DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE")


class Keys:
    """Constraints of tables, without those that a partition or a child has from its parent."""

    def __init__(self, s: Snapshot) -> None:
        self.s = s
        self.indexes = {r[0]: r for r in s.rows["indexes"]}
        self.checks = {(r[1], r[3]): r for r in s.rows["constraints"] if r[4] == "c" and r[1]}
        self.on_constraint: set[int] = set()
        self.wholes: dict[int, list[Row]] = {}
        for r in s.rows["constraints"]:
            if r[4] in "pu" and _is_whole(s, r):
                self.wholes.setdefault(r[1], []).append(r)

    def all(self) -> Iterator[Object]:
        s = self.s
        for r in s.rows["constraints"]:
            if r[4] in "pux":
                self.on_constraint.add(r[8])
            relation = s.relations.get(r[1])
            if relation is None or relation[3] not in TABLES or r[4] not in _MAKE or r[15]:
                continue
            if not r[13] and not (r[4] == "c" and self._has_own(r)):
                continue
            names = s.names[r[1]]
            columns = tuple(names[n] for n in r[5] or () if n > 0)
            yield _MAKE[r[4]](self, r, s.addresses[CLASS, r[1]], columns)

    def _key(self, r: Row, own: Address, columns: tuple[str, ...]) -> Object:
        x = self.indexes[r[8]]
        names = self.s.names[r[1]]
        numbers = x[6].split()
        fields: dict[str, Any] = {
            "schema": own.schema,
            "name": r[3],
            "table": own.name,
            "comment": self.s.comments.get((CONSTRAINT, r[0], 0)),
            "refs": (*self._columns(r), *self._equal_wholes(r)),
            "columns": columns,
            "include": tuple(names[int(n)] for n in numbers[x[7] :]) if len(numbers) > x[7] else (),
            "deferrable": r[9],
            "initially_deferred": r[10],
            "options": options_of(x[9]),
            "tablespace": x[10],
            "without_overlaps": r[21],
            "clustered": x[11],
            "replica_identity": x[12],
            "index_comment": self.s.comments.get((CLASS, r[8], 0)),
            "depends_on_extensions": self.s.tied_to(CLASS, r[8]),
        }
        return PrimaryKey(**fields) if r[4] == "p" else Unique(**fields, nulls_not_distinct=x[8])

    def _columns(self, r: Row) -> tuple[Address, ...]:
        """The columns of a child's own key that are its parent's, where the address is not the obvious one."""
        if r[1] not in self.s.parents:
            return ()
        return tuple(sorted({a for n in r[5] or () if (a := self.s.column_address(r[1], n)) is not None}))

    def _equal_wholes(self, r: Row) -> Iterator[Address]:
        """The keys of the partitioned tables above that would take a partition's as their share, made after it."""
        todo = list(self.s.parents.get(r[1], ())) if self.wholes else []
        for above in todo:
            yield from (self.s.addresses[CONSTRAINT, w[0]] for w in self.wholes.get(above, ()) if self._alike(w, r))
            todo += self.s.parents.get(above, ())

    def _alike(self, whole: Row, r: Row) -> bool:
        """Whether two keys are over the same columns, whatever their numbers are in each table."""
        keys, columns = [], []
        for k in (whole, r):
            x, names = self.indexes[k[8]], self.s.names[k[1]]
            keys.append((x[5], x[7], x[8], k[21], x[16]))
            columns.append([names[int(n)] for n in x[6].split()])
        return keys[0] == keys[1] and columns[0] == columns[1]

    def _has_own(self, r: Row) -> bool:
        """Whether an inherited check has what its parent's has not: it is valid, or a comment is on it."""
        if (CONSTRAINT, r[0], 0) in self.s.comments:
            return True
        above = self._above(r)
        return r[11] and above is not None and not above[11] and above[20]

    def _above(self, r: Row) -> Row | None:
        """The check of a parent that an inherited one comes from."""
        todo = list(self.s.parents.get(r[1], ()))
        for parent in todo:
            found = self.checks.get((parent, r[3]))
            if found is not None and found[13]:
                return found
            todo += self.s.parents.get(parent, ())
        return None

    def _check(self, r: Row, own: Address, columns: tuple[str, ...]) -> Object:
        s = self.s
        if r[1] in s.parents:
            read = [a for n in r[5] or () if (a := s.column_address(r[1], n)) is not None]
        else:
            read = [Address("column", own.schema, c, own.name) for c in columns]
        if not r[13] and (above := self._above(r)) is not None:
            read.append(s.addresses[CONSTRAINT, above[0]])
        return Check(
            schema=own.schema,
            name=r[3],
            table=own.name,
            comment=s.comments.get((CONSTRAINT, r[0], 0)),
            refs=tuple(sorted({*read, *s.depends(CONSTRAINT, r[0])})),
            expression=unbracketed(r[22]),
            no_inherit=r[12],
            not_valid=not r[11],
            enforced=r[20],
            inherited=not r[13],
        )

    def _foreign_key(self, r: Row, own: Address, columns: tuple[str, ...]) -> Object:
        s = self.s
        target = s.addresses.get((CLASS, r[6])) or Address("table", "", "?")
        theirs = s.names.get(r[6], {})
        names = s.names[r[1]]
        return ForeignKey(
            schema=own.schema,
            name=r[3],
            table=own.name,
            comment=s.comments.get((CONSTRAINT, r[0], 0)),
            refs=(*self._pointed_at(r[8]), *self._columns(r)),
            columns=columns,
            target_schema=target.schema,
            target=target.name,
            target_columns=tuple(theirs[n] for n in r[7]),
            match=_MATCHES[r[16]],
            on_update=_ACTIONS[r[17]],
            on_delete=_ACTIONS[r[18]],
            set_columns=tuple(names[n] for n in r[19] or ()),
            deferrable=r[9],
            initially_deferred=r[10],
            not_valid=not r[11],
            enforced=r[20],
            period=r[21],
        )

    def _pointed_at(self, index: int) -> Iterator[Address]:
        """The key that a foreign key relies on, and those of the wholes that it is a share of, and goes with."""
        if (key := self.s.addresses.get((CLASS, index))) is not None:
            yield key
        for above in self.s.parents.get(index, ()):
            yield from self._pointed_at(above)

    def _exclusion(self, r: Row, own: Address, columns: tuple[str, ...]) -> Object:
        s = self.s
        x = self.indexes[r[8]]
        definition = r[22].removeprefix("EXCLUDE ")
        for tail in _NOT_SPLIT:
            definition = definition.removesuffix(" " + tail)
        if x[9]:
            what, where = before_where(definition)
            definition = _OPTIONS.sub("", what) + where
        read = (Address("column", own.schema, c, own.name) for c in columns)
        refs = {*read, *s.depends(CONSTRAINT, r[0]), *s.depends(CLASS, r[8])}
        return Exclusion(
            schema=own.schema,
            name=r[3],
            table=own.name,
            comment=s.comments.get((CONSTRAINT, r[0], 0)),
            refs=tuple(sorted(refs - {s.addresses[CONSTRAINT, r[0]]})),
            definition=definition,
            options=options_of(x[9]),
            tablespace=x[10],
            clustered=x[11],
            deferrable=r[9],
            initially_deferred=r[10],
            index_comment=s.comments.get((CLASS, r[8], 0)),
            depends_on_extensions=s.tied_to(CLASS, r[8]),
        )


_MAKE: Final[dict[str, Callable[[Keys, Row, Address, tuple[str, ...]], Object]]] = {
    "p": Keys._key, "u": Keys._key, "c": Keys._check, "f": Keys._foreign_key, "x": Keys._exclusion,
}  # fmt: skip


def domain_checks(s: Snapshot) -> Iterator[tuple[Row, Address, str]]:
    """The checks of domains: row, the domain, the expression."""
    for r in s.rows["constraints"]:
        if not r[1] and r[4] == "c" and (CONSTRAINT, r[0]) in s.addresses:
            own = s.addresses[CONSTRAINT, r[0]]
            yield r, Address("domain", own.schema, own.parent), expression_of(r[22])


def indexes(s: Snapshot, on_constraint: set[int], keys: dict[int, tuple[str, ...]]) -> Iterator[Object]:
    """Indexes that no constraint owns and that are not part of a partitioned parent's index."""
    targets: dict[int, list[tuple[str, str]]] = {}
    for oid, number, target in s.rows["index_statistics"]:
        targets.setdefault(oid, []).append((str(number), str(target)))
    equal = _equal_wholes(s, on_constraint, keys)
    only = {r[0] for r in s.rows["indexes"] if r[0] not in on_constraint and not r[13] and _is_whole(s, r)}
    constraints = {r[8]: r[0] for r in s.rows["constraints"] if r[4] in "pux"}
    told = {oid: text for oid, c in constraints.items() if (text := s.comments.get((CONSTRAINT, c, 0))) is not None}
    unsaid = _made_with_the_whole(s, keys, {*targets, *told}, only)
    for r in s.rows["indexes"]:
        relation = s.relations.get(r[1])
        if relation is None or relation[3] not in "rpm" or (r[0] in on_constraint and not r[14]):
            continue
        own = s.addresses[CLASS, r[1]]
        above = _part_of(s, r)
        if r[0] in unsaid:
            continue
        numbers = r[6].split()
        names = s.names[r[1]]
        yield Index(
            schema=own.schema,
            name=r[2],
            table=own.name,
            comment=s.comments.get((CLASS, r[0], 0)),
            refs=(*_read(s, r, own, numbers), *(equal(r) if above is None else ())),
            keys=keys.get(r[0], ()),
            unique=r[3],
            method=r[5],
            include=tuple(names[int(n)] for n in numbers[r[7] :]) if len(numbers) > r[7] else (),
            nulls_not_distinct=r[8],
            options=options_of(r[9]),
            where=unbracketed(r[18]) if r[18] is not None else None,
            tablespace=r[10],
            clustered=r[11],
            replica_identity=r[12],
            on=own.kind,
            statistics=tuple(sorted(targets.get(r[0], ()))),
            attached_to=above,
            depends_on_extensions=s.tied_to(CLASS, r[0]),
            valid=r[13] or r[0] in only,
            constraint_comment=told.get(r[0]) if above is not None else None,
            only=r[0] in only,
        )


def _made_with_the_whole(s: Snapshot, keys: dict[int, tuple[str, ...]], said: set[int], only: set[int]) -> set[int]:
    """The shares of which nothing is to be said: they are named, sorted and stored as they are made for the whole, and
    so are those below them. `said`: indexes of which there is something; `only`: wholes that have made no shares."""
    rows = {r[0]: r for r in s.rows["indexes"]}
    alike = Counter(_made_up(s, r, keys.get(r[0], ())) for r in rows.values())

    def as_made(r: Row) -> bool:
        wholes = s.parents.get(r[0], ())
        if r[0] in said | only or not only.isdisjoint(wholes) or s.comment(CLASS, r[0]) or s.tied_to(CLASS, r[0]):
            return False
        name, like = _made_up(s, r, keys.get(r[0], ())), [rows[w] for w in wholes if w in rows]
        # those of a primary key are not read, and sort in one way only
        same = all(keys.get(w[0], keys.get(r[0])) == keys.get(r[0]) and not _kept_otherwise(r, w) for w in like)
        return same and name == (r[1], r[2]) and alike[name] == 1

    shares = {r[0] for r in rows.values() if _part_of(s, r) is not None}
    unsaid = {oid for oid in shares if as_made(rows[oid])}
    todo = [*(shares - unsaid)]
    while todo:
        wholes = unsaid.intersection(s.parents.get(todo.pop(), ()))
        unsaid -= wholes
        todo += wholes
    return unsaid


def _kept_otherwise(r: Row, whole: Row) -> bool:
    """Whether a partition's share of an index is marked, or stored in another way than the whole's says."""
    return r[11] or r[12] or (sorted(r[9] or ()), r[10]) != (sorted(whole[9] or ()), whole[10])


def _is_whole(s: Snapshot, r: Row) -> bool:
    """Whether an index is one of a partitioned table."""
    return bool(s.relations.get(r[1], _NONE)[3] == "p")


def _equal_wholes(
    s: Snapshot, on_constraint: set[int], keys: dict[int, tuple[str, ...]]
) -> Callable[[Row], Iterator[Address]]:
    """For an index of a partition, those of the partitioned tables above that are equal to it, and so would take it as
    their share if they were made after it."""

    def shape(r: Row) -> Row:
        return (*r[3:6], *r[7:9], r[16], r[17], r[18], tuple(_UNDIRECTED.sub("", k) for k in keys.get(r[0], ())))

    wholes: dict[int, list[Row]] = {}
    for r in s.rows["indexes"]:
        if r[0] not in on_constraint and _is_whole(s, r):
            wholes.setdefault(r[1], []).append(r)

    def equal(r: Row) -> Iterator[Address]:
        todo = list(s.parents.get(r[1], ())) if wholes else []
        for above in todo:
            yield from (s.addresses[CLASS, w[0]] for w in wholes.get(above, ()) if shape(w) == shape(r))
            todo += s.parents.get(above, ())

    return equal


_NONE: Final = ("",) * 4
_UNDIRECTED: Final = re.compile(r"( DESC| ASC)?( NULLS (FIRST|LAST))?\Z")


def _part_of(s: Snapshot, r: Row) -> Address | None:
    """The partitioned table's index that an index is attached to."""
    return s.addresses.get((CLASS, s.parents[r[0]][0])) if r[14] and r[0] in s.parents else None


def _made_up(s: Snapshot, r: Row, keys: tuple[str, ...]) -> tuple[int, str] | None:
    """The table, and the name that the server gives such an index of a partition, where it is the only one: of several
    each gets a number, in the order in which they are made."""
    above, own = _part_of(s, r), s.addresses.get((CLASS, r[1]))
    if above is None or own is None:
        return None
    numbers, names = r[6].split(), s.names[r[1]]
    include = (ident(names[int(n)]) for n in numbers[r[7] :])
    return r[1], made_up_index(own.name, (*keys, *include), above.kind)


def _read(s: Snapshot, r: Row, own: Address, numbers: list[str]) -> tuple[Address, ...]:
    """The columns an index reads, with what its expressions refer to; of a view it is the view as a whole."""
    if own.kind != "table":
        return s.depends(CLASS, r[0])
    relation = r[1]
    if relation in s.parents:
        found = {a for n in numbers if n != "0" and (a := s.column_address(relation, int(n))) is not None}
    else:
        names = s.names[relation]
        found = {Address("column", own.schema, names[int(n)], own.name) for n in numbers if n != "0"}
    return tuple(sorted(found.union(s.depends(CLASS, r[0]))))
