"""ADD, DROP, RENAME and ALTER COLUMN."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import ClassVar, Final

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Create, Drop, Statement, Step
from ...model.objects import Child, changed_fields
from ...model.tables import Column, Table
from ..base import Rendering
from .casts import same_base, using, usual_storage
from .clauses import column_clause, column_extras
from .ddl_identity import added_above_others, bounded_first, identity_changes, narrows, without_default
from .ddl_not_null import not_null_anew, not_null_changes
from .generic import generic_changes
from .handed_columns import Losing
from .heirs import below, heads, heirs, parents_column
from .lineage import keeps_identity
from .parents import declared
from .rendering import RENDER, comment, head_of, on_owner, option_changes, owner, sql
from .spelling import ident


class ColumnDefault(Child, frozen=True, kw_only=True):
    """A column's default as a thing of its own, while what it depends on is being replaced. In no catalog."""

    kind: ClassVar[str] = "column_default"

    def requires(self) -> Iterator[Address]:
        yield self._owner()
        yield Address("column", self.schema, self.name, self.table)
        yield from self.refs


@RENDER.on("drop", ColumnDefault)
def drop_default(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, ColumnDefault)
    yield sql(f"{head_of(step.change.old)} DROP DEFAULT")


@RENDER.on("create", Column)
def add_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Column)
    c = step.change.new
    above = parents_column(c, context.new) if c.inherited else None
    if above is not None and c.merged and _comes_with(c, above, context):
        return
    if c.inherited:
        yield from _declared_too(c, context)
        if above is not None:
            yield from alterations(_as_left(as_child(above, c), c, context), c, context)
        return
    for own in (*(o for o in _declared_below(c, context.new) if _comes_with(o, c, context)), c):
        if own.identity is not None and next(below(own, context), None) is not None:
            yield from added_above_others(own, context)
        else:
            yield sql(f"{on_owner(own)} ADD COLUMN {column_clause(own)}")
        yield from column_extras(own)
        yield from _toasted(own, context)


def _comes_with(c: Column, above: Column, context: Rendering) -> bool:
    """Whether a child table's own column was made just before the parent's that it is now as well."""
    table = Address("table", c.schema, c.table)
    return above.address not in context.old and c.address not in context.old and table in context.old


def _declared_below(c: Column, catalog: Catalog) -> Iterator[Column]:
    """The columns of that name that child tables declare as well, deepest first: made before the parent's, which then
    merges with them (manual: Inheritance), they stay their tables' own, and no other column does."""
    table = Address("table", c.schema, c.table)
    for t in catalog.once(heirs).get(table, ()):
        plain = replace(c, schema=t.schema, table=t.name)
        yield from _declared_below(plain, catalog)
        own = catalog.get(plain.address)
        if isinstance(own, Column) and own.merged:
            yield own


def _declared_too(c: Column, context: Rendering) -> Iterator[Statement]:
    """Makes a table's own what it has from its parent: it is, once the table is nobody's child for a moment."""
    above = parents_column(c, context.new)
    was = context.old.get(c.address)
    own = isinstance(was, Column) and (was.merged or not was.inherited)
    if c.merged and not own and above is not None:
        child = Address("table", c.schema, c.table)
        before, after = (t.inherits if isinstance(t := x.get(child), Table) else () for x in (context.old, context.new))
        yield from declared(child, [p for p in after if p in before], c.name, context.new)


@RENDER.on("drop", Column)
def drop_column(step: Step, context: Rendering) -> Iterator[Statement]:
    """A column that is the parent table's goes back to what the parent says."""
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Column)
    c = step.change.old
    if not c.inherited:
        yield from dropped(c, context)
        return
    was, will = parents_column(c, context.old), parents_column(c, context.new)
    if was is None or will is None:
        return
    given_up = {f: getattr(as_child(will, c), f) for f in changed_fields(c, as_child(was, c)) & OVERRIDABLE}
    yield from alterations(c, _as_left(replace(c, **given_up), c, context), context)


def dropped(c: Column, context: Rendering, *, leaving: bool = False) -> Iterator[Statement]:
    """Drops a column from its table, and from those below but where it stays: with a NOT NULL of its own then, since
    from 18 on the parent's stays for good as one that nobody can drop."""
    losing = Losing(context.old, context.new, leaving)
    kept = list(losing.kept(c)) if context.profile.capabilities["not_null_names"] else []
    if kept and not c.nullable:
        if c.identity is not None:
            yield sql(f"{head_of(c)} DROP IDENTITY")
        yield sql(f"{head_of(c)} DROP NOT NULL")
        yield from chain.from_iterable(not_null_anew(o, context) for o in kept)
    exists = "IF EXISTS " if leaving else ""
    for own, only in losing.dropped(c):
        yield sql(f"ALTER TABLE {'ONLY ' if only else ''}{owner(own)} DROP COLUMN {exists}{ident(own.name)}")


def _as_left(plain: Column, c: Column, context: Rendering) -> Column:
    """A child's column while its parent's is changed: an identity that stays is let alone, with what it asks for, and
    so is a NOT NULL of its own."""
    was, will = context.old.get(c.address), context.new.get(c.address)
    if not isinstance(was, Column) or not isinstance(will, Column):
        return plain
    if keeps_identity(c.address, context.old, context.new):
        plain = replace(plain, identity=was.identity, default=was.default)
    elif not (was.inherited and was.not_null_name and will.inherited and will.not_null_name):
        return plain
    return replace(plain, nullable=False, not_null_name=was.not_null_name, not_null=was.not_null)


@RENDER.on("alter", Column)
def alter_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Column) and isinstance(new, Column)
    yield from alterations(old, new, context)


def alterations(old: Column, new: Column, context: Rendering, *, through: str | None = None) -> Iterator[Statement]:
    """The statements that make one column of the other, in an order that the server takes.

    through: what gives its values, where the type's text is the same and the type another (it was made anew).
    """
    converted = through is not None
    if old.identity is not None and new.identity is not None and old.default is not None and new.default is None:
        yield from without_default(old, new)
        identity = replace(old.identity, sequence=new.identity.sequence, comment=None, unlogged=None)
        old = replace(old, default=None, default_refs=(), identity=identity)
    fields = changed_fields(old, new)
    head = head_of(new)
    retyped = (converted or fields & {"type", "collation"}) and not new.inherited
    moved = bool(retyped) and old.default is not None and (converted or not same_base(old.type, new.type))
    if old.identity is not None and new.identity is None:
        yield sql(f"{head} DROP IDENTITY")
    if old.generated is not None and new.generated is None:
        yield sql(f"{head} DROP EXPRESSION")
    if old.default is not None and (moved or new.default is None):
        yield from (sql(f"{h} DROP DEFAULT") for h in heads(new, context))
    narrowed = bool(retyped) and narrows(old, new)
    if narrowed:
        yield from bounded_first(old, new)
    if retyped:
        yield sql(_retyped(old, new, through, context))
        yield from _toasted(new, context)
    if fields & {"nullable", "not_null_name", "not_null"}:
        yield from not_null_changes(old, new, context)
    if new.default is not None and (moved or old.default != new.default):
        yield from (sql(f"{h} SET DEFAULT {new.default}") for h in heads(new, context))
    if new.identity is not None and old.identity != new.identity:
        yield from identity_changes(old, new, context, bounded=narrowed)
    if old.generated is not None and new.generated is not None and old.generated != new.generated:
        yield sql(f"{head} SET EXPRESSION AS ({new.generated.expression})")
    if retyped:  # TYPE takes these away
        old = replace(old, storage=None, compression=None)
    yield from _attributes(old, new, context)


def _toasted(c: Column, context: Rendering) -> Iterator[Statement]:
    """The options of what is put aside of a table's rows, again where they change: the server forgets them in silence
    as long as there is no column whose values can be."""
    before, after = (x.get(Address("table", c.schema, c.table)) for x in (context.old, context.new))
    if isinstance(before, Table) and isinstance(after, Table):
        was, will = (tuple(o for o in t.options if o[0].startswith("toast.")) for t in (before, after))
        yield from option_changes(on_owner(c), was, will)


def _retyped(old: Column, new: Column, through: str | None, context: Rendering) -> str:
    """A foreign table has no rows to convert, and takes no USING."""
    name = ident(new.name)
    collate = f" COLLATE {new.collation}" if new.collation is not None else ""
    cast = f" USING {through}" if through is not None else using(old.type, new.type, name)
    table = context.new.get(Address("table", new.schema, new.table))
    elsewhere = isinstance(table, Table) and table.server is not None
    return f"{head_of(new)} TYPE {new.type}{collate}{'' if elsewhere else cast}"


def _attributes(old: Column, new: Column, context: Rendering) -> Iterator[Statement]:
    head = head_of(new)
    if old.storage != new.storage:
        default = "default" if context.profile.capabilities["storage_default"] else usual_storage(new.type, context.new)
        yield sql(f"{head} SET STORAGE {(new.storage or default).upper()}")
    if old.compression != new.compression:
        for column in (new, *_below(new, context)):
            yield sql(f"{head_of(column)} SET COMPRESSION {new.compression or 'default'}")
    if old.statistics != new.statistics:
        # of all that is said of a column and that a new child table does not get, this alone is handed on to children
        only = f"ALTER TABLE ONLY {owner(new)} ALTER COLUMN {ident(new.name)}"
        yield sql(f"{only} SET STATISTICS {-1 if new.statistics is None else new.statistics}")
    yield from option_changes(head, old.options, new.options)
    if changes := generic_changes(old.server_options, new.server_options):
        yield sql(f"{head}{changes}")
    if old.comment != new.comment:
        yield comment("COLUMN", f"{owner(new)}.{ident(new.name)}", new.comment)


def _below(c: Column, context: Rendering) -> Iterator[Column]:
    """The columns of child tables that are what this one is, and that SET COMPRESSION does not reach."""
    for t in context.new.once(heirs).get(Address("table", c.schema, c.table), ()):
        if t.address in context.old:
            child = replace(c, schema=t.schema, table=t.name)
            if child.address not in context.new:
                yield child
                yield from _below(child, context)


OVERRIDABLE: Final = frozenset(
    {"comment", "nullable", "default", "identity", "generated", "storage", "compression", "statistics", "options"}
    | {"not_null_name", "not_null"}
)


def as_child(parent: Column, child: Column) -> Column:
    """The parent's column as a child table has it before anything is changed there."""
    inherited = replace(parent, schema=child.schema, table=child.table, inherited=True, merged=child.merged)
    return replace(inherited, comment=None, identity=None, statistics=None, options=(), not_null_name=None)


def inherited_overrides(c: Column, context: Rendering, *, said: bool = False) -> Iterator[Statement]:
    """What a child table changes of its parent's column. said: it has its NOT NULL already."""
    above = parents_column(c, context.new)
    if above is not None:
        plain = as_child(above, c)
        plain = replace(plain, nullable=c.nullable, not_null_name=c.not_null_name) if said else plain
        yield from alterations(plain, c, context)
