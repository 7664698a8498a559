"""All that changes of one table in one ALTER TABLE: atomic, and one rebuild at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Change, Create, Drop, Rebuild
from ...model.objects import Object, changed_fields
from ...model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique
from ..base import Rendering
from .clauses import check_clause, column_clause, is_aria, key_clause, table_options
from .inet import as_text, leads_through_text, rewritten_addresses
from .tables import leading
from .tokens import quoted

_KEYS = (PrimaryKey, Unique, Index)


class Pack:
    """The changes of one table, and the clauses that carry them out."""

    def __init__(self, changes: Iterable[Change], context: Rendering) -> None:
        self.context = context
        self.mariadb: bool = context.profile.capabilities["mariadb"]
        self.dropped: list[Object] = []
        self.created: list[Object] = []
        self.altered: list[tuple[Object, Object]] = []
        self.tables: tuple[Table, Table] | None = None
        self.moved = False
        for change in changes:
            self._add(change)
        self.table = self._table_address()
        if self.table in self.context.old or self.tables is not None:
            touched = {o.address for o in (*self.dropped, *self.created, *(new for _, new in self.altered))}
            again = {o.address: o for o in (*self._displaced(), *self._torn(), *self._sized(), *self._paired())}
            renewed = [o for a, o in again.items() if a not in touched]
            self.dropped += renewed
            self.created += renewed

    def _displaced(self) -> Iterator[Object]:
        """The server drops an index that it made for a foreign key as soon as another one can take its place; made
        anew in the same statement, it is one of ours and stays."""
        added = [leading(o) for o in self.created if isinstance(o, _KEYS)]
        for index in made_for_foreign_keys(self.table, self.context) if added else ():
            columns = leading(index)
            if any(a[: len(columns)] == columns for a in added):
                yield index

    def _torn(self) -> Iterator[Object]:
        """The keys that stay, over columns that are taken away and made again: the server takes the column out of
        them, and a key of nothing is an error (1089)."""
        created = {o.address for o in self.created}
        remade = {o.address for o in self.dropped if isinstance(o, Column) and o.address in created}
        for o in self._standing_keys() if remade else ():
            if remade.intersection(o.requires()):
                yield o

    def _sized(self) -> Iterator[Object]:
        """The keys of a table whose own KEY_BLOCK_SIZE goes or changes, or that takes one to another engine: the size
        they had stays with them otherwise (MyISAM's, that is 1024 though nobody said it)."""
        if self.tables is None:
            return
        before, after = (dict(t.options).get("key_block_size") for t in self.tables)
        moved = after is not None and self._changes_engine()
        if moved or (before is not None and before != after):
            yield from self._standing_keys()

    def _paired(self) -> Iterator[Object]:
        """The other end of a history of which one end is made anew: the server takes both away or none."""
        if self._remakes_ends():
            for o in self.context.new.children(self.table):
                if isinstance(o, Column) and o.versioning in ("start", "end"):
                    yield o

    def _standing_keys(self) -> Iterator[Object]:
        for o in self.context.new.children(self.table):
            if isinstance(o, _KEYS) and self.context.old.get(o.address) == o:
                yield o

    def _add(self, change: Change) -> None:
        if isinstance(change, Create):
            self.created.append(change.new)
        elif isinstance(change, Drop):
            self.dropped.append(change.old)
        elif isinstance(change, Rebuild):
            self._rebuilt(change)
        elif isinstance(change.new, Table) and isinstance(change.old, Table):
            self._altered(change.old, change.new)
        else:
            self.altered.append((change.old, change.new))

    def _altered(self, old: Table, new: Table) -> None:
        self.tables = (old, new)
        kept = [c for c in old.columns if c in new.columns]
        self.moved = kept != [c for c in new.columns if c in old.columns]

    def _rebuilt(self, change: Rebuild) -> None:
        assert isinstance(change.old, Table) and isinstance(change.new, Table)
        self._altered(change.old, change.new)
        before = {o.address: o for o in change.before}
        after = {o.address: o for o in change.after}
        for a, o in before.items():
            will = after.get(a)
            if will is not None and in_place(o, will, self.mariadb):
                self.altered.append((o, will))
            else:
                self.dropped.append(o)
        done = {o.address for o, _ in self.altered}
        self.created += [o for a, o in after.items() if a not in done]

    def clauses(self) -> list[str]:
        """The clauses in an order that every server takes; the partitioning has none."""
        return [*self._drops(), *self._columns(), *self._adds(), *self._index_changes(), *self._table()]

    def _drops(self) -> Iterator[str]:
        for o in self.dropped:
            if isinstance(o, Check):
                yield f"DROP CONSTRAINT {quoted(o.name)}"
        for o in self.dropped:
            if isinstance(o, PrimaryKey):
                yield "DROP PRIMARY KEY"
            elif isinstance(o, Unique | Index):
                yield f"DROP KEY {quoted(o.name)}"
        for o in self.dropped:
            if isinstance(o, Column):
                yield f"DROP COLUMN {quoted(o.name)}"

    def _columns(self) -> Iterator[str]:
        for verb, c, place in self._said_columns():
            yield f"{verb} COLUMN {self._column(c)}{place}"

    def modified(self) -> list[Column]:
        """The columns that stay and are said anew, if only since they get another place."""
        return [c for verb, c, _ in self._said_columns() if verb == "MODIFY"]

    def _said_columns(self) -> Iterator[tuple[str, Column, str]]:
        """Columns changed, moved and added, in the order that they will stand in, each with its place."""
        changed = {new.name: new for _, new in self.altered if isinstance(new, Column)}
        created = {o.name: o for o in self.created if isinstance(o, Column)}
        order, now = self._orders(created)
        for at, name in enumerate(order):
            place = "" if now[at : at + 1] == [name] else " FIRST" if not at else f" AFTER {quoted(order[at - 1])}"
            if name in created:
                last = at == len(now)
                yield "ADD", created[name], "" if last else place
                now.insert(at, name)
            elif place and self.moved:
                now.remove(name)
                now.insert(at, name)
                yield "MODIFY", changed.get(name) or self._standing(name), place
            elif name in changed:
                yield "MODIFY", changed[name], ""

    def _orders(self, created: dict[str, Column]) -> tuple[list[str], list[str]]:
        """The columns as they will stand, and those that stay as they stand before anything is added."""
        table = self._table_address()
        old, new = self._table_of(self.context.old, table), self._table_of(self.context.new, table)
        will = list(new.columns) if new is not None else []
        gone = {o.name for o in self.dropped if isinstance(o, Column)}
        stand = [c for c in old.columns if c not in gone] if old is not None else []
        coming = [c for c in will if c in created]
        if self.moved:
            return [c for c in will if c in stand or c in created], stand
        # others of the new order are there already, or come with another statement
        order = list(stand)
        for name in coming:
            before = [c for c in will[: will.index(name)] if c in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, name)
        return order, stand

    def _standing(self, name: str) -> Column:
        table = self._table_address()
        found = self.context.new[Address("column", table.schema, name, table.name)]
        assert isinstance(found, Column)
        return found

    def _column(self, c: Column) -> str:
        early = c.versioning == "without" and self._begins_history()
        return self._said_of(structs.replace(c, versioning=None) if early else c)

    def _outside_history(self) -> list[Column]:
        found = (o for o in self.context.new.children(self.table) if isinstance(o, Column))
        return [c for c in found if c.versioning == "without"]

    def _said_of(self, c: Column) -> str:
        table = self._table_of(self.context.new, self._table_address())
        return column_clause(c, table.collation if table is not None else None, mariadb=self.mariadb)

    def _adds(self) -> Iterator[str]:
        for kind in _KEYS:
            for o in self.created:
                if isinstance(o, kind):
                    yield f"ADD {key_clause(o, mariadb=self.mariadb)}"
        for o in self.created:
            if isinstance(o, Check):
                yield f"ADD {check_clause(o)}"

    def _index_changes(self) -> Iterator[str]:
        for _, new in self.altered:
            if isinstance(new, Unique | Index):
                if self.mariadb:
                    yield f"ALTER INDEX {quoted(new.name)} {'IGNORED' if new.invisible else 'NOT IGNORED'}"
                else:
                    yield f"ALTER INDEX {quoted(new.name)} {'INVISIBLE' if new.invisible else 'VISIBLE'}"
            elif isinstance(new, Check):
                yield f"ALTER CHECK {quoted(new.name)} {'' if new.enforced else 'NOT '}ENFORCED"

    def _table(self) -> Iterator[str]:
        if self.tables is None:
            return
        old, new = self.tables
        again = self.forgets_history()
        if old.system_versioned and not new.system_versioned:
            yield "DROP SYSTEM VERSIONING"
        yield from (f"DROP PERIOD FOR {_period_name(p)}" for p in old.periods if p not in self._kept_periods())
        yield from (f"ADD PERIOD FOR {p}" for p in new.periods if p not in self._kept_periods())
        if new.system_versioned and (again or not old.system_versioned):
            yield "ADD SYSTEM VERSIONING"
        stay = tuple(o for o in old.options if o not in self._left() and o[0] != self._lingering())
        options = table_options(new, structs.replace(old, options=stay))
        if options:
            yield " ".join(options)

    def _left(self) -> tuple[tuple[str, str], ...]:
        """Options that only the engine has which is left: the next one knows no word for taking them away (1911). Not
        the checksum of pages, which an Aria table always has one of."""
        if self.tables is None or not self._changes_engine():
            return ()
        old, new = self.tables
        own = (o for o in old.options if o[0].startswith("`") or o[0] == "transactional")
        return tuple((n, v) for n, v in own if n not in dict(new.options))

    def _lingering(self) -> str:
        """The option that stays with a table which was Aria's, though nobody said it, until it is taken away."""
        if self.tables is None or not self._changes_engine() or not is_aria(self.tables[0].engine):
            return ""
        name = "page_checksum"
        return "" if name in dict(self.tables[1].options) else name

    def partitioning(self) -> str:
        """What stands behind all clauses, "" where the partitions stay as they are."""
        if self.tables is None or self.tables[0].partition_by == self.tables[1].partition_by:
            return ""
        new = self.tables[1].partition_by
        return "REMOVE PARTITIONING" if new is None else f"PARTITION BY {new}"

    def _table_address(self) -> Address:
        if self.tables is not None:
            return self.tables[1].address
        o = next(iter((*self.created, *self.dropped, *(new for _, new in self.altered))))
        assert o.parent is not None
        return o.parent

    def _table_of(self, catalog: Catalog, address: Address) -> Table | None:
        found = catalog.get(address)
        return found if isinstance(found, Table) else None

    def forgets_history(self) -> bool:
        """Whether the period of the history is another one, or its engine, which no single statement can change."""
        if self.tables is None or not all(t.system_versioned for t in self.tables):
            return False
        before, after = (tuple(p for p in t.periods if p.startswith("SYSTEM_TIME")) for t in self.tables)
        return before != after or self._changes_engine() or self._remakes_ends()

    def loses_history(self) -> bool:
        """Whether the rows go that once were, with the versioning or because it begins anew."""
        if self.tables is None or not self.tables[0].system_versioned:
            return False
        return not self.tables[1].system_versioned or self.forgets_history()

    def _ends(self) -> set[str]:
        """The columns taken away in which the history said from when and until when a row was so."""
        return {o.name for o in self.dropped if isinstance(o, Column) and o.versioning in ("start", "end")}

    def _remakes_ends(self) -> bool:
        """Whether such a column is to be another: the server changes none of them (4134)."""
        return bool(self._ends() & {o.name for o in self.created if isinstance(o, Column)})

    def _kept_periods(self) -> tuple[str, ...]:
        if self.tables is None:
            return ()
        old, new = self.tables
        anew = self._remakes_ends()
        return tuple(p for p in old.periods if p in new.periods and not (anew and p.startswith("SYSTEM_TIME")))

    def _changes_engine(self) -> bool:
        return self.tables is not None and self.tables[0].engine != self.tables[1].engine

    def _goes_first(self) -> bool:
        """Whether the history is to be gone before the rest is done: no engine is left with one (error 4120)."""
        gone = self.tables is not None and self.tables[0].system_versioned and not self.tables[1].system_versioned
        return self.forgets_history() or (gone and self._changes_engine())

    @property
    def old_table(self) -> Table | None:
        """The table before, None where it is as new as its parts."""
        return self._table_of(self.context.old, self.table)

    def sqls(self, way: str = "") -> list[str]:
        """The statement that does it all, in the way that is said; before it, one that takes a history away of which
        another is to be kept."""
        clauses, tail = self.clauses(), self.partitioning()
        if clauses and way:
            clauses.append(way)
        first: list[str] = []
        if self._goes_first():
            drops = {"DROP PERIOD FOR SYSTEM_TIME", *(f"DROP COLUMN {quoted(name)}" for name in self._ends())}
            first = [*(c for c in clauses if c in drops), "DROP SYSTEM VERSIONING"]
            drops.add("DROP SYSTEM VERSIONING")
            clauses = [c for c in clauses if c not in drops]
        if left := self._left():
            first.append(" ".join(f"{name if name.startswith('`') else name.upper()}=DEFAULT" for name, _ in left))
        last: list[str] = []
        if self._begins_history():
            last = [f"MODIFY COLUMN {self._said_of(c)}" for c in self._outside_history()]
        if option := self._lingering():
            last.append(f"{option.upper()}=DEFAULT")
        said = [self._said(first, ""), *self._addresses(way), self._said(clauses, tail), self._said(last, "")]
        return [*filter(None, said)]

    def _addresses(self, way: str) -> list[str]:
        """What turns the addresses of columns into the other kind, before these become it."""
        found = [(o, n) for o, n in self.altered if leads_through_text(o, n)]
        columns = [(o, n) for o, n in found if isinstance(o, Column) and isinstance(n, Column)]
        if not columns:
            return []
        clauses = [f"MODIFY COLUMN {self._said_of(as_text(o))}" for o, _ in columns]
        others = self.context.old.children(self.table)
        updates = [rewritten_addresses(o, n, others) for o, n in columns]
        return [self._said([*clauses, *filter(None, [way])], ""), *updates]

    def _begins_history(self) -> bool:
        """Whether history is kept from now on, or anew: only then can a column be left out of it (error 4124)."""
        if self.tables is None or not self.tables[1].system_versioned:
            return False
        return not self.tables[0].system_versioned or self.forgets_history()

    def _said(self, clauses: list[str], tail: str) -> str:
        if not clauses and not tail:
            return ""
        head = f"ALTER TABLE {quoted(self.table.name)}"
        text = f" {clauses[0]}" if len(clauses) == 1 else "\n  " + ",\n  ".join(clauses) if clauses else ""
        return head + text + (f"\n{tail}" if tail and clauses else f" {tail}" if tail else "")


def made_for_foreign_keys(table: Address, context: Rendering) -> list[Index]:
    """The indexes that stay and that the server may have made for a foreign key, going by their columns and name."""
    found: list[Index] = []
    parts = context.new.children(table)
    for f in (o for o in parts if isinstance(o, ForeignKey)):
        for o in parts:
            named = o.name == f.name or o.name.startswith(f.columns[0])
            if isinstance(o, Index) and named and context.old.get(o.address) == o and leading(o) == list(f.columns):
                found.append(o)
    return found


def _period_name(period: str) -> str:
    return period.partition("(")[0].strip()


def in_place(old: Object, new: Object, mariadb: bool) -> bool:
    """Whether MODIFY or ALTER can make one part of the other."""
    fields = changed_fields(old, new)
    if isinstance(old, Column) and isinstance(new, Column):
        return _column_in_place(old, new, mariadb)
    if isinstance(new, Unique | Index):
        return fields <= {"invisible"}
    if isinstance(new, Check):
        return fields <= {"enforced"} and not mariadb
    return isinstance(new, Table)


def _column_in_place(old: Column, new: Column, mariadb: bool) -> bool:
    """A virtual column can become nothing else, and nothing else a virtual one."""
    if {old.versioning, new.versioning} & {"start", "end"}:
        return old == new
    was, will = old.generated, new.generated
    if was is None and will is None:
        return True
    if was is None or will is None:
        only = was or will
        return only is not None and only.stored
    if was.stored != will.stored:
        return False
    return was.stored or was.expression == will.expression or not mariadb


