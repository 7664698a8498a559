"""Tables and columns out of a snapshot's rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from ...model.address import Address
from ...model.objects import Object
from ...model.tables import Column, Generated, Identity, SequenceOptions, Table
from .snapshot import ATTRDEF, CLASS, TABLES, TYPE, Row, Snapshot, foreign_options, options_of
from .spelling import at, made_up, unbracketed

STORAGE: Final = {"p": "plain", "e": "external", "x": "extended", "m": "main"}
COMPRESSION: Final = {"p": "pglz", "l": "lz4"}
_REPLICA: Final[dict[str, Any]] = {"f": "full", "n": "nothing"}
LIMITS: Final = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}


def sequence_options(
    type: str, start: int, increment: int, low: int, high: int, cache: int, cycle: bool
) -> SequenceOptions:
    """The options, None where the server would choose the same."""
    top = LIMITS[type]
    lowest, highest = (1, top - 1) if increment > 0 else (-top, -1)
    first = low if increment > 0 else high
    return SequenceOptions(
        start=None if start == first else start,
        increment=increment,
        minimum=None if low == lowest else low,
        maximum=None if high == highest else high,
        cache=cache,
        cycle=cycle,
    )


def tables(s: Snapshot) -> Iterator[Object]:
    """Tables and partitions, foreign ones among them."""
    foreign = {r[0]: r for r in s.rows["foreign_tables"]}
    for oid, r in s.relations.items():
        if r[3] not in TABLES:
            continue
        own = s.addresses[CLASS, oid]
        parents = tuple(a for p in s.parents.get(oid, ()) if (a := s.addresses.get((CLASS, p))) is not None)
        partition = r[11]
        yield Table(
            schema=own.schema,
            name=own.name,
            comment=s.comment(CLASS, oid),
            refs=s.depends(CLASS, oid),
            columns=tuple(c[2] for c in s.columns[oid]),
            partition_by=r[17],
            unlogged=r[4] == "u",
            options=(*options_of(r[5]), *options_of(r[6], "toast.")),
            access_method=r[7],
            tablespace=r[8],
            inherits=() if partition else parents,
            partition_of=parents[0] if partition and parents else None,
            bound=r[18],
            of_type=at(s.addresses[TYPE, r[10]]) if r[10] else None,
            replica_identity=_REPLICA.get(r[15], "default") if oid not in foreign else "default",
            row_security=r[13],
            force_row_security=r[14],
            server=foreign[oid][1] if oid in foreign else None,
            server_options=foreign_options(foreign[oid][2]) if oid in foreign else (),
        )


class Columns:
    """Columns of tables; those that come from a parent only where they differ from the parent's."""

    def __init__(self, s: Snapshot) -> None:
        self.s = s
        self.identities = {(r[12], r[13]): r for r in s.rows["sequences"] if r[11] == "i"}

    def all(self) -> Iterator[Object]:
        for oid, relation in self.s.relations.items():
            if relation[3] in TABLES:
                own = self.s.addresses[CLASS, oid]
                for r in self.s.columns[oid]:
                    column = self._column(own, r) if not r[16] else self._inherited(own, r)
                    if column is not None:
                        yield column

    def _column(self, own: Address, r: Row) -> Column:
        s, oid, number = self.s, r[0], r[1]
        spelled = s.spellings[r[3], r[4]]
        refs = s.refs.get((CLASS, oid, number), ())
        default, default_refs, generated = r[10], (), None
        not_null_name, not_null = s.not_null.get((oid, number), (None, None))
        if default is not None:
            itself = s.column_address(oid, number)
            default_refs = tuple(a for a in s.depends(ATTRDEF, r[9]) if a != itself)  # type: ignore[assignment]
            if r[8]:
                generated = Generated(expression=unbracketed(default), stored=r[8] == "s")
                refs, default, default_refs = tuple(sorted({*refs, *default_refs})), None, ()
        return Column(
            schema=own.schema,
            name=r[2],
            table=own.name,
            comment=s.comments.get((CLASS, oid, number)),
            refs=refs,
            type=spelled.name,
            nullable=not r[6],
            default=default,
            identity=self._identity(own, r) if r[7] else None,
            generated=generated,
            collation=s.collations[r[5]][3] if r[5] and r[5] != spelled.collation else None,
            storage=STORAGE[r[11]] if r[11] != spelled.storage else None,
            compression=COMPRESSION.get(r[12]),
            statistics=r[13] if r[13] is not None and r[13] >= 0 else None,
            options=options_of(r[14]) if r[14] else (),
            server_options=foreign_options(r[17]) if r[17] else (),
            not_null_name=not_null_name,
            not_null=not_null,
            default_refs=default_refs,
        )

    def _identity(self, own: Address, r: Row) -> Identity | None:
        q = self.identities.get((r[0], r[1]))
        if q is None:
            return None
        options = sequence_options(self.s.spellings[q[4], -1].name, *q[5:11])
        return Identity(
            always=r[7] == "a",
            options=options,
            sequence=None if q[2] == made_up(own.name, r[2], "seq") else q[2],
            comment=self.s.comment(CLASS, q[0]),
            unlogged=(q[3] == "u") if q[14] else None,
        )

    def _inherited(self, own: Address, r: Row) -> Column | None:
        """The column of a child table: None where its parent's says all of it."""
        if (r[0], r[1]) not in self.s.kept_columns:
            return None
        above = parent_column(self.s, r)
        address = self.s.column_address(above[0], above[1]) if above is not None else None
        mine = self._column(own, r)
        partition = self.s.relations[r[0]][11]
        refs = tuple(sorted({*mine.refs, *([address] if address is not None else [])}))
        mine = replace(mine, inherited=True, merged=bool(r[15]) and not partition, refs=refs)
        if partition:
            named_above = above is not None and above[6]  # by the server when the table got its parent, for good
            return replace(mine, identity=None, not_null_name=None if named_above else mine.not_null_name)
        return replace(mine, not_null_name=self.s.own_not_null.get((r[0], r[1])))


def parent_column(s: Snapshot, r: Row) -> Row | None:
    """The column of a parent table that a column comes from."""
    for parent in s.parents.get(r[0], ()):
        for row in s.columns.get(parent, ()):
            if row[2] == r[2]:
                return row
    return None


def keep_overrides(s: Snapshot) -> None:
    """Give a node to each inherited column that differs from its parent's, or that its table declares as well."""
    for oid, relation in s.relations.items():
        if relation[3] in TABLES and oid in s.parents:
            own = s.addresses[CLASS, oid]
            for r in s.columns[oid]:
                above = parent_column(s, r) if r[16] else None
                own_too = not relation[11] and (r[15] or r[7] or (oid, r[1]) in s.own_not_null)
                if above is not None and (own_too or _overrides(s, r, above)):
                    s.kept_columns[oid, r[1]] = Address("column", own.schema, r[2], own.name)


def _overrides(s: Snapshot, r: Row, above: Row) -> bool:
    """Whether a column is other than a new child table would have it: that gets neither the comment of the parent's,
    nor its statistics target and options."""
    same = all(r[i] == above[i] for i in (6, 8, 10, 11, 12))
    own = options_of(r[14]) or (r[13] is not None and r[13] >= 0) or s.comment(CLASS, r[0], r[1]) is not None
    return not same or bool(own)
