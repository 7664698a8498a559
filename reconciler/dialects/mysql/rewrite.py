"""Changes of one table, packed into one; and changes that a table's collation carries into its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, subject
from ...model.tables import Column, Table
from .clauses import is_text

PARTS = frozenset({"column", "primary_key", "unique", "index", "check"})
"""What stands inside a table and is changed by ALTER TABLE. A foreign key is not among them: it needs keys of two
tables, so it goes before and comes after."""
PACKED = "all changes of a table in one statement"


def rewritten(changes: Sequence[Change], old: Catalog, new: Catalog, follow_order: bool) -> list[Change]:
    """The changes, those of a table that stays in one where they are several."""
    return _parted(_packed(_collated(changes, old, new), old, new))


def _parted(changes: Sequence[Change]) -> list[Change]:
    """Queries that let go of what is dropped and read what is new: they go before the one, and come after the other."""
    gone = {c.old.address for c in changes if isinstance(c, Drop)}
    late = {c.new.address for c in changes if isinstance(c, Create)}
    rebuilt: set[Address] = set()
    for c in changes:
        if isinstance(c, Rebuild):
            late |= {c.new.address, *(o.address for o in c.after)}
            rebuilt |= {o.address for o in c.before}
    queries = [c for c in changes if isinstance(c, Alter) and c.new.kind in ("view", "trigger")]
    torn = {c.new.address for c in queries if rebuilt.intersection(c.old.refs)}
    gone |= rebuilt
    late |= _grown(late, {c.new.address: c.new.requires() for c in queries})
    waiting = {c.new.address: c.old.refs for c in queries if late.intersection(c.new.requires())}
    torn |= _grown(gone | torn, waiting)
    found = [c for c in changes if not (isinstance(c, Alter) and c.new.address in torn)]
    parted = [c for c in queries if c.new.address in torn]
    return [*found, *(part for c in parted for part in (Drop(c.old), Create(c.new)))]


def _grown(roots: set[Address], needs: Mapping[Address, Iterable[Address]]) -> set[Address]:
    """Those that need a root, or one that does."""
    found: set[Address] = set()
    while more := {a for a, their in needs.items() if a not in found and (roots | found).intersection(their)}:
        found |= more
    return found


def _collated(changes: Sequence[Change], old: Catalog, new: Catalog) -> list[Change]:
    """Columns that name no collation have their table's: they change with it, and one may only seem to change."""
    moved = {c.new.address for c in changes if isinstance(c, Alter) and "collation" in c.fields and _is_table(c)}
    found = [c for c in changes if not _seems_only(c, moved, old, new)]
    known = {subject(c).address for c in changes}
    for table in sorted(moved):
        for o in new.children(table):
            was = old.get(o.address)
            if not (isinstance(o, Column) and isinstance(was, Column)) or o.address in known:
                continue
            if collation_of(was, old) != collation_of(o, new):
                found.append(Alter(was, o, frozenset({"collation"})))
    return found


def _is_table(c: Alter) -> bool:
    return isinstance(c.new, Table)


def _seems_only(c: Change, moved: set[Address], old: Catalog, new: Catalog) -> bool:
    if not (isinstance(c, Alter) and isinstance(c.old, Column) and isinstance(c.new, Column)):
        return False
    same = c.fields == {"collation"} and c.new.parent in moved
    return same and collation_of(c.old, old) == collation_of(c.new, new)


def collation_of(c: Column, catalog: Catalog) -> str | None:
    """The collation that a column has, its own or its table's; None where its type has none."""
    if c.collation is not None or not is_text(c.type):
        return c.collation
    table = catalog.get(Address("table", c.schema, c.table))
    return table.collation if isinstance(table, Table) else None


def _packed(changes: Sequence[Change], old: Catalog, new: Catalog) -> list[Change]:
    groups: dict[Address, list[Change]] = {}
    for c in changes:
        table = _table_of(c)
        if table is not None and table in old and table in new:
            groups.setdefault(table, []).append(c)
    packs = {t: _pack(t, group, old, new) for t, group in groups.items() if len(group) > 1 or _is_needed(group[0], old)}
    kept = [c for c in changes if _table_of(c) not in packs]
    return [*kept, *(packs[t] for t in sorted(packs))]


def _table_of(c: Change) -> Address | None:
    o = subject(c)
    if o.kind in PARTS:
        return o.parent
    return o.address if isinstance(c, Alter) and isinstance(o, Table) else None


def _is_needed(c: Change, old: Catalog) -> bool:
    """Whether a key is dropped that serves a foreign key, which another one serves from then on."""
    return isinstance(c, Drop) and any(d.kind == "foreign_key" for d in old.dependents(c.old.address))


def _pack(table: Address, group: Sequence[Change], old: Catalog, new: Catalog) -> Rebuild:
    before = [c.old for c in group if isinstance(c, Drop | Alter) and not isinstance(c.old, Table)]
    after = [c.new for c in group if isinstance(c, Create | Alter) and not isinstance(c.new, Table)]
    return Rebuild(old=old[table], new=new[table], before=tuple(before), after=tuple(after), reason=PACKED)
