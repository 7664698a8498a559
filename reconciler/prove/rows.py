"""A few rows in the tables of a scratch database: generated, accepted by its constraints, and looked at again later.

Nothing here knows how a type is written: candidates are tried against the database, which accepts or refuses them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import DatabaseError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.namespaces import Enum
from ..model.tables import Check, Column, ForeignKey, PrimaryKey, Table
from .running import abandon

ROWS: Final = 3
_ATTEMPTS: Final = 40
_FEW: Final = 4
_ENOUGH: Final = 8
"""So many values of a type are enough to try."""
_OF_VALUES: Final = (
    "22", "23514", "23505", "SQLITE_MISMATCH", "SQLITE_CONSTRAINT_CHECK", "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID", "SQLITE_CONSTRAINT_DATATYPE",
    "1062", "1264", "1265", "1292", "1366", "1406", "3819", "4025",
)  # fmt: skip
"""Refusals that other values may escape; of any other kind a few are enough to know."""
_TEXTUAL: Final = re.compile(r"text|character varying(?:\((\d+)\))?|character\((\d+)\)|citext")
_NUMBERS: Final = ("1", "2", "3", "0", "10", "100", "-1", "0.5", "50")
_TEXTS: Final = ("a", "b", "c", "ab", "abc", "abcd", "A", "a1", "a@b.cd", "https://a.b/c", "abcdefgh", "ABC", "a-b")
_OTHERS: Final = (
    "true", "false", "2020-01-01", "2021-02-03", "2022-03-04", "2020-01-01 10:00:00", "10:00:00", "1 day",
    "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002",
    "00000000-0000-4000-8000-000000000003", "{}", '{"a": 1}', "[]", "{1}", "{a}", "[1,2)", "[2020-01-01,2020-02-01)",
    "(1,1)", "(1)", "(a)", "127.0.0.1", "10.0.0.0/8", "08:00:2b:01:02:03", "08:00:2b:01:02:03:04:05", "101",
    "::ffff:10.0.0.1", "((0,0),(1,1))", "<(0,0),1>", "{1,1,0}", "<a/>", "$1.00",
)  # fmt: skip
_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'")
_DIGITS: Final = re.compile(r"(?<![\w.])-?\d{1,9}(?:\.\d+)?(?![\w.])")
_WORD: Final = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows each table was given, and those tables for which no row was accepted, with the last refusal."""

    given: Mapping[Address, int]
    refused: Mapping[Address, str]


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows have to bear later: the target, and the new address of each old one."""

    target: Catalog
    names: Mapping[Address, Address]

    def column(self, column: Column) -> Column | None:
        found = self.target.get(self.names.get(column.address, column.address))
        return found if isinstance(found, Column) else None


def filled(session: Session, dialect: Dialect, catalog: Catalog, ahead: Ahead) -> Rows:
    """Puts rows into every table of a catalog that the session's database holds; parents come before children."""
    maker = _Maker(session, dialect, catalog, ahead)
    given: dict[Address, int] = {}
    refused: dict[Address, str] = {}
    for table in _parents_first(catalog):
        count, error = maker.fill(table)
        if count:
            given[table.address] = count
        elif error:
            refused[table.address] = error
    return Rows(given=given, refused=refused)


def _parents_first(catalog: Catalog) -> Iterator[Table]:
    """Tables by their foreign keys; a ring is entered anywhere. Partitions are filled through their parent; a table
    on another server is not ours to fill."""
    parents: dict[Address, set[Address]] = {}
    for key in catalog.of(ForeignKey):
        parents.setdefault(Address("table", key.schema, key.table), set()).add(key.target_address)
    own = (t for t in catalog.of(Table) if t.partition_of is None and t.server is None)
    left = sorted(own, key=lambda t: t.address)
    done: set[Address] = set()
    waiting = {t.address for t in left}
    while left:
        ready = [t for t in left if not (parents.get(t.address, set()) & waiting - {t.address})] or left[:1]
        for table in ready:
            waiting.discard(table.address)
            done.add(table.address)
            yield table
        left = [t for t in left if t.address not in done]


def _conditions(catalog: Catalog) -> Iterator[tuple[Address, str]]:
    """The conditions on rows with their tables, those in the definitions of columns included."""
    for check in catalog.of(Check):
        yield Address("table", check.schema, check.table), check.expression
    for column in catalog.of(Column):
        if column.check is not None:
            yield Address("table", column.schema, column.table), column.check


def qualified(dialect: Dialect, table: Address) -> str:
    return ".".join(dialect.quoted(part) for part in (table.schema, table.name) if part)


class _Maker:
    def __init__(self, session: Session, dialect: Dialect, catalog: Catalog, ahead: Ahead) -> None:
        self.session, self.dialect, self.catalog, self.ahead = session, dialect, catalog, ahead
        self._accepted: dict[str, tuple[str, ...]] = {}
        back = {n: o for o, n in ahead.names.items()}
        self.keys: dict[Address, list[ForeignKey]] = {}
        self.checks: dict[Address, list[str]] = {}
        for key in catalog.of(ForeignKey):
            self.keys.setdefault(Address("table", key.schema, key.table), []).append(key)
        for table, expression in (*_conditions(catalog), *_conditions(ahead.target)):
            self.checks.setdefault(back.get(table, table) if table not in catalog else table, []).append(expression)

    def fill(self, table: Table) -> tuple[int, str]:
        columns = [o for o in self.catalog.children(table.address) if isinstance(o, Column) and o.generated is None]
        columns = [c for c in columns if c.identity is None]
        candidates = {c.name: self._candidates(c, table) for c in columns}
        count, error = 0, ""
        for row in range(ROWS):
            refusal = self._insert(table, columns, candidates, row)
            count += refusal is None
            error = refusal or error
            if not count:
                break
        return count, error

    def _insert(
        self, table: Table, columns: Sequence[Column], candidates: Mapping[str, Sequence[str | None]], row: int
    ) -> str | None:
        """Tries to put one row in; None where one was accepted, else the last refusal."""
        error = "no value is known for one of its columns"
        for attempt in range(_ATTEMPTS):
            values = self._values(table, columns, candidates, row, attempt)
            sql = self._statement(table, values)
            try:
                self.session.execute("BEGIN")
                self.session.execute(sql)
                self._bear_checks(table)
                self.session.execute("COMMIT")
                return None
            except DatabaseError as refusal:
                error = refusal.what
                abandon(self.session)
                if not values or (attempt >= _FEW and not refusal.code.startswith(_OF_VALUES)):
                    break
        return error

    def _bear_checks(self, table: Table) -> None:
        """Refuses a row that a check of the target would refuse, as far as it can be asked of the old table."""
        name = qualified(self.dialect, table.address)
        for n, expression in enumerate(self.checks.get(table.address, ())):
            self.session.execute(f"SAVEPOINT check_{n}")
            try:
                broken = self.session.rows(f"SELECT 1 FROM {name} WHERE NOT ({expression}) LIMIT 1")
            except DatabaseError:
                self.session.execute(f"ROLLBACK TO SAVEPOINT check_{n}")
                continue
            if broken:
                raise DatabaseError(f"the check {expression} would refuse the row", code="23514")

    def _statement(self, table: Table, values: Mapping[str, str | None]) -> str:
        name = qualified(self.dialect, table.address)
        if not values:
            return f"INSERT INTO {name} DEFAULT VALUES"
        columns = ", ".join(map(self.dialect.quoted, values))
        texts = ", ".join("NULL" if v is None else self.dialect.literal(v) for v in values.values())
        return f"INSERT INTO {name} ({columns}) VALUES ({texts})"

    def _values(
        self,
        table: Table,
        columns: Sequence[Column],
        candidates: Mapping[str, Sequence[str | None]],
        row: int,
        attempt: int,
    ) -> dict[str, str | None]:
        """The values of one attempt: the first takes the row's own candidate, later ones any, always the same way."""
        choice = random.Random(f"{table.address}/{row}/{attempt}")
        values: dict[str, str | None] = {}
        for c in columns:
            known = candidates[c.name]
            later = self.ahead.column(c)
            may_be_null = c.nullable and (later is None or later.nullable) and not self._is_key(c, later)
            if may_be_null and (not known or (row == 1 and attempt == 0) or (attempt and choice.random() < 0.3)):
                values[c.name] = None
            elif known and not (c.default is not None and (row == 2 or attempt) and choice.random() < 0.3):
                values[c.name] = known[row % len(known)] if attempt == 0 else choice.choice(known)
        values.update(self._references(table, row, attempt, values))
        return values

    def _references(
        self, table: Table, row: int, attempt: int, values: Mapping[str, str | None]
    ) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for key in self.keys.get(table.address, ()):
            if key.target_address == table.address and row == 0 and attempt == 0:
                continue
            if any(values.get(c, "") is None for c in key.columns) and key.target_address != table.address:
                continue
            targets = key.target_columns or self._key_of(key.target_address)
            types = {o.name: o.type for o in self.catalog.children(key.target_address) if isinstance(o, Column)}
            names = ", ".join(self.dialect.as_text(self.dialect.quoted(c), types.get(c, "")) for c in targets)
            parents = self._texts(f"SELECT {names} FROM {qualified(self.dialect, key.target_address)} ORDER BY 1")
            if parents:
                found |= dict(zip(key.columns, parents[(row + attempt) % len(parents)], strict=False))
        return found

    def _is_key(self, column: Column, later: Column | None) -> bool:
        """Whether it is, or is to be, part of the primary key: SQLite lets it be null, and a rowid then is another."""
        own = Address("table", column.schema, column.table)
        return column.name in self._key_of(own) or (later is not None and later.name in self._later_key(later))

    def _later_key(self, later: Column) -> tuple[str, ...]:
        keys = self.ahead.target.children(Address("table", later.schema, later.table))
        return next((o.columns for o in keys if isinstance(o, PrimaryKey)), ())

    def _key_of(self, table: Address) -> tuple[str, ...]:
        keys = (o for o in self.catalog.children(table) if o.kind == "primary_key")
        return next((tuple(getattr(k, "columns", ())) for k in keys), ())

    def _texts(self, sql: str) -> list[tuple[str | None, ...]]:
        try:
            return [tuple(r) for r in self.session.rows(sql)]
        except DatabaseError:
            return []

    def _candidates(self, column: Column, table: Table) -> tuple[str | None, ...]:
        """Values that the column's type takes and, where it gets another one, that one as well."""
        later = self.ahead.column(column)
        hints = [v for e in self.checks.get(table.address, ()) for v in _hints(e, column.name)]
        if later is None or (later.type == column.type and later.refs == column.refs):
            return self._taken(column, hints)
        array = "{%s}" if later.type.endswith("]") else "%s"
        labels = [array % label for a in later.refs for label in self._enum(a)]
        accepted = self._taken(column, [*labels, *hints])
        both = tuple(v for v in accepted if v in labels) if labels else self._castable(later.type, accepted)
        return both or accepted

    def _enum(self, address: Address) -> tuple[str, ...]:
        found = self.ahead.target.get(address)
        return found.labels if isinstance(found, Enum) else ()

    def _taken(self, column: Column, hints: Sequence[str]) -> tuple[str, ...]:
        if labels := self._labels(column, self.catalog):
            return labels
        known = (*dict.fromkeys((*hints, *_labels_in(column.type), *_in_order(column.type))),)
        if not self.dialect.strict_casts:
            return self._castable(column.type, known)
        if hints:
            return self._castable(column.type, known)
        if column.type not in self._accepted:
            self._accepted[column.type] = self._castable(column.type, known)
        return self._accepted[column.type]

    def _labels(self, column: Column, catalog: Catalog) -> tuple[str, ...]:
        enums = [o for a in column.refs if isinstance(o := catalog.get(a), Enum)]
        return enums[0].labels if len(enums) == 1 and not column.type.endswith("]") else ()

    def _castable(self, type: str, values: Iterable[str]) -> tuple[str, ...]:
        """The first of the values that the database reads as the type; all where it cannot be asked."""
        if not self.dialect.strict_casts:
            return tuple(v for v in values if self.dialect.fits(type, v))
        if found := _TEXTUAL.fullmatch(type):
            return tuple(v for v in values if len(v) <= int(found[1] or found[2] or len(v)))
        taken = (v for v in values if self._texts(f"SELECT CAST({self.dialect.literal(v)} AS {type})"))
        return tuple(islice(taken, _ENOUGH))


def _labels_in(type: str) -> list[str]:
    """The values that a type lists itself (`enum('a','b')`)."""
    return [q.replace("''", "'") for q in _QUOTED.findall(type)]


def _in_order(type: str) -> tuple[str, ...]:
    """All candidates, the likely ones for a type's name first; a bit string needs its own length."""
    name = type.lower()
    size = re.search(r"\((\d+)\)", name)
    bits = ("1" * int(size[1]), "0" * int(size[1])) if size and name.startswith("bit") and int(size[1]) < 1000 else ()
    if any(word in name for word in ("int", "num", "real", "double", "float", "dec", "serial", "money", "bool")):
        return (*bits, *_NUMBERS, *_OTHERS, *_TEXTS)
    if any(word in name for word in ("char", "text", "clob", "string")):
        return (*_TEXTS, *_NUMBERS, *_OTHERS)
    if any(word in name for word in ("date", "time")):
        return (*(v for v in _OTHERS if v.startswith("20") or ":00:00" in v), *_OTHERS, *_NUMBERS)
    return (*bits, *_OTHERS, *_NUMBERS, *_TEXTS)


def _hints(expression: str, column: str) -> list[str]:
    """Values that a check itself names, where it mentions the column: its literals, and the numbers beside them."""
    if column not in {(m[0].replace('""', '"') or m[1]) for m in _WORD.findall(expression)}:
        return []
    quoted = [q.replace("''", "'") for q in _QUOTED.findall(expression)]
    numbers = _DIGITS.findall(_QUOTED.sub(" ", expression))
    whole = [int(n) for n in numbers if "." not in n]
    return [*quoted, *(str(m) for n in whole for m in (n + 1, n, n - 1)), *(n for n in numbers if "." in n)]
