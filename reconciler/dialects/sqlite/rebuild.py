"""The table rebuild: a new table, the rows copied, the old one dropped, the name taken over.

What has to be so around it (`framed`):

- foreign keys are not enforced. With enforcement, DROP TABLE first deletes all rows, and their ON DELETE CASCADE
  children with them. The pragma does nothing inside a transaction, so it stands before and after it, as a statement
  that is not transactional; between the two is one transaction.
- `legacy_alter_table` is on while the new table takes the name. Without it RENAME looks at every view and trigger of
  the database, and fails on those that mention the table, which at that moment is not there (3.25 and later). Only
  where an expression of the table names the table (`CHECK (t.a > 0)`) is RENAME let to follow all references, and the
  plan takes views and triggers that mention it out of its way.
  This pragma works inside a transaction, so each rebuild carries its own, and what is renamed on purpose elsewhere in
  the plan is still followed into views, triggers and foreign keys.

Nothing that refers to the table is touched: foreign keys of other tables, views and triggers elsewhere find a table of
the same name. Its own indexes and triggers go with it; the plan drops them before and makes them again after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import structs

from ...model.catalog import Catalog
from ...model.changes import Drop, Rebuild, Rename, Statement, Step
from ...model.objects import Object
from ...model.programs import Trigger, View
from ...model.tables import Check, Column, ForeignKey, Index, Key, PrimaryKey, Table
from ..base import Rendered, Rendering
from .clauses import create_table, default_value
from .ddl import RENDER
from .rewrite import common_columns, names_itself
from .tokens import ident, literal, name_of, qualifiers

TEMPORARY: Final = "_reconcile_new_"
"""What the new table's name starts with until it takes over."""

_ROWID_NAMES: Final = ("rowid", "_rowid_", "oid")

FOREIGN_KEYS_OFF: Final = Statement("PRAGMA foreign_keys = OFF", transactional=False)
FOREIGN_KEYS_ON: Final = Statement("PRAGMA foreign_keys = ON", transactional=False)
FOREIGN_KEY_CHECK: Final = Statement("PRAGMA foreign_key_check")


@RENDER.on("rebuild", Table)
def _rebuild(step: Step, context: Rendering) -> Iterator[Statement]:
    change = step.change
    assert isinstance(change, Rebuild) and isinstance(change.old, Table) and isinstance(change.new, Table)
    name, spare = change.new.name, TEMPORARY + change.new.name
    # A driver that commits each DDL statement by itself may have left one behind when it was stopped.
    yield Statement(f"DROP TABLE IF EXISTS {ident(spare)}")
    yield Statement(create_table(change.new, [_under(o, change.new.name, spare) for o in change.after], spare))
    yield from _copied(change, spare)
    if _counts(change.before) and _counts(change.after):
        yield Statement(f"DELETE FROM sqlite_sequence WHERE name = {literal(spare)}")
        yield Statement(f"UPDATE sqlite_sequence SET name = {literal(spare)} WHERE name = {literal(name)}")
    yield Statement(f"DROP TABLE {ident(name)}")
    followed = names_itself(change)
    yield from () if followed else (Statement("PRAGMA legacy_alter_table = ON"),)
    yield Statement(f"ALTER TABLE {ident(spare)} RENAME TO {ident(name)}")
    yield from () if followed else (Statement("PRAGMA legacy_alter_table = OFF"),)


def _under(o: Object, name: str, spare: str) -> Object:
    """A part with the spare name where an expression of it names its table."""
    if isinstance(o, Check):
        return structs.replace(o, expression=qualifiers(o.expression, name, spare) or o.expression)
    if isinstance(o, Column) and o.generated is not None:
        text = qualifiers(o.generated.expression, name, spare) or o.generated.expression
        return structs.replace(o, generated=structs.replace(o.generated, expression=text))
    return o


def _copied(change: Rebuild, spare: str) -> Iterator[Statement]:
    assert isinstance(change.new, Table)
    pairs = [(ident(will.name), _carried(was, will)) for was, will in common_columns(change)]
    rowid = _rowid_pair(change)
    if rowid is not None:
        pairs.insert(0, rowid)
    into_any = _free_rowid(change.after)
    if not pairs and into_any and not change.new.without_rowid:
        pairs = [(into_any, "NULL")]  # no value stays, but the rows do
    if not pairs:
        return
    # A conflict clause of the new table would drop rows in silence.
    insert = "INSERT OR ABORT INTO" if any(getattr(o, "conflict", None) for o in change.after) else "INSERT INTO"
    into, values = (", ".join(side) for side in zip(*pairs, strict=True))
    yield Statement(f"{insert} {ident(spare)} ({into}) SELECT {values} FROM {ident(change.old.name)}")


def _carried(was: Column, will: Column) -> str:
    """The old value; the default where there was none and there must be one now."""
    filled = was.nullable and not will.nullable and will.default not in (None, "NULL")
    return f"COALESCE({ident(was.name)}, {default_value(will.default or '')})" if filled else ident(was.name)


def _counts(parts: Sequence[object]) -> bool:
    return any(isinstance(p, PrimaryKey) and p.autoincrement for p in parts)


def _rowid_pair(change: Rebuild) -> tuple[str, str] | None:
    """The names of the rowid in the new and in the old table, which full-text tables and others may remember; None
    where a column that is carried over is its other name, or one of the tables has none."""
    assert isinstance(change.old, Table) and isinstance(change.new, Table)
    if change.old.without_rowid or change.new.without_rowid:
        return None
    if any(will.name == _rowid_column(change.after) for _, will in common_columns(change)):
        return None
    into, source = _free_rowid(change.after), _free_rowid(change.before)
    return (into, source) if into and source else None


def _free_rowid(parts: Sequence[object]) -> str | None:
    taken = {o.name.lower() for o in parts if isinstance(o, Column)}
    return next((n for n in _ROWID_NAMES if n not in taken), None)


def _rowid_column(parts: Sequence[object]) -> str | None:
    """The column that is another name of the rowid: the only one of the key, INTEGER, and not descending."""
    keys = [p for p in parts if isinstance(p, PrimaryKey) and len(p.columns) == 1 and not p.terms]
    named = [p.name for p in parts if isinstance(p, Column) and p.type.upper() == "INTEGER" and keys]
    return next((name for name in named if name == keys[0].columns[0]), None)


def framed(said: Rendered, context: Rendering) -> Rendered:
    """The steps with their statements in an order that SQLite can follow, and with the enforcement of foreign keys
    taken off before the first and put back after the last, where a step would otherwise delete rows of other tables.

    The check compares what it finds with what was so before, so it is left out where one of the two cannot be made.
    """
    said = _programs_first(said)
    if not any(_unsafe_while_enforced(step, context) for step, _ in said):
        return said
    framed = [(step, list(statements)) for step, statements in said]
    framed[0][1].insert(0, FOREIGN_KEYS_OFF)
    if all(_resolved(o, catalog) for catalog in (context.old, context.new) for o in catalog.of(ForeignKey)):
        framed[-1][1].append(FOREIGN_KEY_CHECK)
    framed[-1][1].append(FOREIGN_KEYS_ON)
    return framed


def _programs_first(said: Rendered) -> Rendered:
    """The steps with views and triggers dropped before the renames: a rename looks at all there are, and fails where
    one that reads a star (`WITH x AS (SELECT * …)`) would no longer work, though it is to be dropped."""
    if not any(isinstance(step.change, Rename) for step, _ in said):
        return said
    return sorted(said, key=lambda item: not _drops_a_program(item[0]))


def _drops_a_program(step: Step) -> bool:
    return isinstance(step.change, Drop) and isinstance(step.change.old, View | Trigger)


def _resolved(o: ForeignKey, catalog: Catalog) -> bool:
    """Whether the check can look at a foreign key: it fails as a whole where one points at columns of an existing table
    that are no key ("foreign key mismatch"), which SQLite otherwise minds only when rows are written."""
    target = catalog.get(next((r for r in o.refs if r.kind == "table"), o.target_address))
    if target is None:
        return True
    parts = catalog.children(target.address)
    wanted = {c.lower() for c in o.target_columns}
    keys = [p for p in parts if isinstance(p, PrimaryKey if not wanted else Key)]
    found = [({c.lower() for c in k.columns}, len(k.columns)) for k in keys if not any("COLLATE" in t for t in k.terms)]
    unique = [i for i in parts if isinstance(i, Index) and i.unique and i.where is None and wanted]
    found += [({name_of(k).lower() for k in i.keys}, len(i.keys)) for i in unique]
    return any(size == len(o.columns) and (not wanted or columns == wanted) for columns, size in found)


def _unsafe_while_enforced(step: Step, context: Rendering) -> bool:
    change = step.change
    if isinstance(change, Rebuild):
        return True
    if not (isinstance(change, Drop) and isinstance(change.old, Table)):
        return False
    # DROP TABLE deletes the rows of a table that a foreign key refers to, also one of its own.
    users = (context.old.get(a) for a in context.old.dependents(change.old.address))
    return any(isinstance(o, ForeignKey) and change.old.address in (*o.refs, o.target_address) for o in users)
