"""Which changes of a table ALTER TABLE can make, and the one rebuild in place of all the others.

Facts are of SQLite's manual (lang_altertable) and were tried on 3.40 and 3.54.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, Rename, subject
from ...model.objects import Object
from ...model.tables import Check, Column, ForeignKey, Key, Table
from .tokens import constant, qualifiers

INLINE: Final = frozenset({"column", "primary_key", "unique", "check", "foreign_key"})
"""The kinds that are written inside of CREATE TABLE."""

Capabilities = Mapping[str, bool]


def rewritten(
    capabilities: Capabilities, changes: Sequence[Change], old: Catalog, new: Catalog, follow_order: bool
) -> list[Change]:
    """The changes, with those of each table that ALTER cannot make all put into one rebuild."""
    by_table: dict[Address, list[Change]] = {}
    kept: list[Change] = []
    for c in changes:
        table = _table(c)
        if table is not None and table in old and table in new:
            by_table.setdefault(table, []).append(c)
        else:
            kept.append(c)
    for table, group in sorted(by_table.items()):
        reason = _Group(capabilities, group, table, old, new).reason(follow_order)
        kept += [_rebuild(table, old, new, reason)] if reason else group
    return kept


def _table(change: Change) -> Address | None:
    o = subject(change)
    if o.kind in INLINE:
        return o.parent
    return o.address if isinstance(change, Alter) and isinstance(o, Table) else None


def _rebuild(table: Address, old: Catalog, new: Catalog, reason: str) -> Rebuild:
    return Rebuild(old[table], new[table], inline_parts(old, table), inline_parts(new, table), reason)


def inline_parts(catalog: Catalog, table: Address) -> tuple[Object, ...]:
    return tuple(o for o in catalog.children(table) if o.kind in INLINE)


def _only_moves(change: Change) -> bool:
    return isinstance(change, Alter) and isinstance(change.new, Table) and change.fields == {"columns"}


class _Group:
    """The changes of one table, and what must be looked at to judge them."""

    def __init__(
        self, capabilities: Capabilities, changes: list[Change], table: Address, old: Catalog, new: Catalog
    ) -> None:
        self.can, self.changes = capabilities, changes
        self.old, self.new = _table_at(old, table), _table_at(new, table)
        self.parts = inline_parts(old, table)
        self.made = {c.new.address: c.new for c in changes if isinstance(c, Create)}

    def reason(self, follow_order: bool) -> str:
        """Why ALTER TABLE is not enough; "" where it is."""
        for change in self.changes:
            if not self._possible(change) and not _only_moves(change):
                what = subject(change)
                return f"SQLite cannot {_VERBS[type(change)]} {what.kind.replace('_', ' ')} {what.name} in place"
        dropped = {c.old.name for c in self.changes if isinstance(c, Drop) and isinstance(c.old, Column)}
        kept = [c for c in self.old.columns if c not in dropped]
        if not any(isinstance(p, Column) and p.name in kept and p.generated is None for p in self.parts):
            return "SQLite cannot drop the last column"
        if follow_order and [*kept, *(c for c in self.new.columns if c not in kept)] != list(self.new.columns):
            return "the order of the columns changes"
        return ""

    def _possible(self, change: Change) -> bool:
        o = subject(change)
        if isinstance(change, Alter):
            return isinstance(o, Column) and self._alterable(change)
        if isinstance(change, Create):
            return self._addable(o)
        return isinstance(change, Drop) and self._droppable(o)

    def _alterable(self, change: Alter) -> bool:
        """SET and DROP NOT NULL; a NOT NULL with a name, and one that was there with another clause, are beyond it, and
        DROP takes a comment beside it along."""
        was, will = change.old, change.new
        if not (self.can["alter_constraints"] and isinstance(was, Column) and isinstance(will, Column)):
            return False
        if will.not_null_name is not None or was.not_null_name is not None or was.generated is not None:
            return False
        if will.nullable and was.comment:
            return False
        filled = not will.nullable and will.default not in (None, "NULL")  # a rebuild puts it where nothing is
        return change.fields <= {"nullable", "conflict"} and was.nullable is not will.nullable and not filled

    def _addable(self, o: Object) -> bool:
        if isinstance(o, Column):
            return self._addable_column(o)
        if isinstance(o, ForeignKey) and len(o.columns) == 1:
            column = self.made.get(Address("column", o.schema, o.columns[0], o.table))
            return isinstance(column, Column) and column.default in (None, "NULL") and column.generated is None
        if isinstance(o, Check):
            columns = [a for a in o.refs if a.kind == "column"]
            return (len(columns) == 1 and columns[0] in self.made) or (self.can["alter_constraints"] and o.named)
        return False

    def _addable_column(self, o: Column) -> bool:
        """Not where old rows would need a value that is not one constant."""
        if o.generated is not None:
            return not o.generated.stored
        return (o.default is None or constant(o.default)) and (o.nullable or o.default not in (None, "NULL"))

    def _droppable(self, o: Object) -> bool:
        if isinstance(o, Check):
            return self.can["alter_constraints"] and o.named and self._own_name(o)
        if not isinstance(o, Column) or not self.can["drop_column"] or self._behind_a_comma(o):
            return False
        return not any(self._holds(p, o) for p in self.parts)

    def _behind_a_comma(self, column: Column) -> bool:
        """Whether a comment that holds a comma may stand before the last column: DROP COLUMN cuts the text there."""
        gone = {c.old.name for c in self.changes if isinstance(c, Drop) and isinstance(c.old, Column)}
        last = gone >= set(self.old.columns[self.old.columns.index(column.name) :])
        return last and any("," in p.comment for p in (self.old, *self.parts) if p.comment)

    def _own_name(self, check: Check) -> bool:
        return all(p is check or p.name.lower() != check.name.lower() for p in self.parts if not isinstance(p, Column))

    @staticmethod
    def _holds(part: Object, column: Column) -> bool:
        """Whether a part of the table keeps a column from being dropped."""
        if isinstance(part, Key | ForeignKey) and column.name in part.columns:
            return True
        own = part.address == column.address
        return not own and (column.address in part.refs or column.address in _targets(part))


def _targets(part: Object) -> Iterable[Address]:
    if isinstance(part, ForeignKey):
        return [Address("column", part.target_schema, c, part.target) for c in part.target_columns]
    return ()


def _table_at(catalog: Catalog, address: Address) -> Table:
    table = catalog[address]
    assert isinstance(table, Table)
    return table


def common_columns(rebuild: Rebuild) -> Iterator[tuple[Column, Column]]:
    """The columns whose values are carried over, as they were and as they will be, in the new order."""
    before = {o.name.lower(): o for o in rebuild.before if isinstance(o, Column)}
    after = {o.name: o for o in rebuild.after if isinstance(o, Column)}
    table = rebuild.new
    for name in table.columns if isinstance(table, Table) else ():
        will = after[name]
        was = before.get(name.lower())
        if was is not None and will.generated is None:
            yield was, will


def names_itself(rebuild: Rebuild) -> bool:
    """Whether an expression of the new table has the table's name in front of a column (`CHECK (t.a > 0)`). It must be
    made under its spare name then, and only a RENAME that follows all references puts the right name there."""
    return any(qualifiers(text, rebuild.new.name) is not None for o in rebuild.after for text in _expressions(o))


def _expressions(o: Object) -> Iterator[str]:
    if isinstance(o, Check):
        yield o.expression
    elif isinstance(o, Column) and o.generated is not None:
        yield o.generated.expression


_VERBS: Final = {Create: "add", Drop: "drop", Alter: "change", Rename: "rename"}
