"""ADD, DROP, RENAME and ALTER COLUMN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.objects import Child, changed_fields
from ...model.tables import Column, NotNull, PrimaryKey, Table
from ..base import Rendering
from .casts import same_base, using, usual_storage
from .clauses import column_clause, column_extras, not_null_comment, not_null_constraint
from .ddl_identity import bounded_first, identity_changes, narrows
from .generic import generic_changes
from .lineage import columns_from_parents, columns_of, keeps_identity
from .parents import declared, renamed_apart
from .rendering import RENDER, comment, head_of, on_owner, option_changes, owner, sql
from .spelling import ident, literal, made_up, qualified


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
    for t in catalog.once(_heirs).get(table, ()):
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
        below = (o for o in _declared_below(c, context.old) if o.address not in context.new)
        for own in (c, *(o for o in reversed(list(below)) if Address("table", o.schema, o.table) in context.new)):
            yield sql(f"{on_owner(own)} DROP COLUMN {ident(own.name)}")
        return
    was, will = parents_column(c, context.old), parents_column(c, context.new)
    if was is None or will is None:
        return
    given_up = {f: getattr(as_child(will, c), f) for f in changed_fields(c, as_child(was, c)) & OVERRIDABLE}
    yield from alterations(c, _as_left(replace(c, **given_up), c, context), context)


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


@RENDER.on("rename", Column)
def rename_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename) and isinstance(step.change.old, Column)
    old, new = step.change.old, step.change.new
    if not old.inherited:
        yield sql(f"{on_owner(old)} RENAME COLUMN {ident(old.name)} TO {ident(new.name)}")
        yield from renamed_with(old, (old.table, old.name), (old.table, new.name), context)


def renamed_with(c: Column, old: tuple[str, str], new: tuple[str, str], context: Rendering) -> Iterator[Statement]:
    """Follow a renamed column or table with the names made from (table, column)."""
    if c.identity is not None and c.identity.sequence is None:
        was, name = made_up(*old, "seq"), made_up(*new, "seq")
        if was != name:
            yield sql(f"ALTER SEQUENCE {qualified(c.schema, was)} RENAME TO {ident(name)}")
    if context.profile.capabilities["not_null_names"] and not c.nullable and c.not_null_name is None:
        was, name = made_up(*old, "not_null"), made_up(*new, "not_null")
        if was != name:
            yield from _not_null_renamed(replace(c, table=new[0], name=new[1]), was, name, context)


@RENDER.on("alter", Column)
def alter_column(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Column) and isinstance(new, Column)
    yield from alterations(old, new, context)


def alterations(old: Column, new: Column, context: Rendering, *, converted: bool = False) -> Iterator[Statement]:
    """The statements that make one column of the other, in an order that the server takes.

    converted: the type's text is the same and the type another (it was made anew).
    """
    fields = changed_fields(old, new)
    head = head_of(new)
    retyped = (converted or fields & {"type", "collation"}) and not new.inherited
    moved = bool(retyped) and old.default is not None and (converted or not same_base(old.type, new.type))
    if old.identity is not None and new.identity is None:
        yield sql(f"{head} DROP IDENTITY")
    if old.generated is not None and new.generated is None:
        yield sql(f"{head} DROP EXPRESSION")
    if old.default is not None and (moved or new.default is None):
        yield from (sql(f"{h} DROP DEFAULT") for h in _heads(new, context))
    narrowed = bool(retyped) and narrows(old, new)
    if narrowed:
        yield from bounded_first(old, new)
    if retyped:
        yield sql(_retyped(old, new, converted, context))
        yield from _toasted(new, context)
    if fields & {"nullable", "not_null_name", "not_null"}:
        yield from _not_null(old, new, context)
    if new.default is not None and (moved or old.default != new.default):
        yield from (sql(f"{h} SET DEFAULT {new.default}") for h in _heads(new, context))
    if new.identity is not None and old.identity != new.identity:
        yield from identity_changes(old, new, bounded=narrowed)
    if old.generated is not None and new.generated is not None and old.generated != new.generated:
        yield sql(f"{head} SET EXPRESSION AS ({new.generated.expression})")
    yield from _attributes(replace(old, storage=None) if retyped else old, new, context)  # TYPE takes the storage away


def _toasted(c: Column, context: Rendering) -> Iterator[Statement]:
    """The options of what is put aside of a table's rows, again where they change: the server forgets them in silence
    as long as there is no column whose values can be."""
    before, after = (x.get(Address("table", c.schema, c.table)) for x in (context.old, context.new))
    if isinstance(before, Table) and isinstance(after, Table):
        was, will = (tuple(o for o in t.options if o[0].startswith("toast.")) for t in (before, after))
        yield from option_changes(on_owner(c), was, will)


def _retyped(old: Column, new: Column, converted: bool, context: Rendering) -> str:
    """A foreign table has no rows to convert, and takes no USING."""
    name = ident(new.name)
    collate = f" COLLATE {new.collation}" if new.collation is not None else ""
    cast = f" USING {name}::text::{new.type}" if converted else using(old.type, new.type, name)
    table = context.new.get(Address("table", new.schema, new.table))
    elsewhere = isinstance(table, Table) and table.server is not None
    return f"{head_of(new)} TYPE {new.type}{collate}{'' if elsewhere else cast}"


def _not_null(old: Column, new: Column, context: Rendering) -> Iterator[Statement]:
    """SET and DROP NOT NULL; its name is the server's to choose before 18."""
    before, after = old.not_null or NotNull(), new.not_null or NotNull()
    if not old.nullable and (new.nullable or (after.not_valid and not before.not_valid)):
        yield from _nullable(new, context)
        if new.nullable and context.profile.capabilities["not_null_names"]:
            yield from _null_below(new, context)
        old, before = replace(old, nullable=True), NotNull()
    if new.nullable:
        return
    above = parents_column(new, context.new) if new.inherited else None
    if above is not None and not above.nullable and not old.nullable and new.not_null_name != old.not_null_name:
        yield from _own_not_null(new, above, context)
    elif old.nullable:
        if new.not_null_name is None and new.not_null is None:
            yield sql(f"{head_of(new)} SET NOT NULL")
        else:
            yield from not_null_constraint(new)
    else:
        yield from _not_null_attributes(old, new, before, after, context)
    if before.comment != after.comment:
        yield not_null_comment(new, after.comment)


def _own_not_null(c: Column, above: Column, context: Rendering) -> Iterator[Statement]:
    """Makes a child's NOT NULL its own beside the parent's, under its name: the server gives it another one only while
    the table is nobody's child."""
    if c.not_null_name is None:
        return  # where it is given up the table is made anew, or the parent's goes
    if c.not_null_name == (above.not_null_name or made_up(above.table, above.name, "not_null")):
        yield sql(f"{head_of(c)} SET NOT NULL")
        return
    child = Address("table", c.schema, c.table)
    before, after = (t.inherits if isinstance(t := x.get(child), Table) else () for x in (context.old, context.new))
    anew = [sql(not_null_named(c, c.not_null_name))]
    if next(_children(c, context), None) is not None and c.identity is None:
        anew = [sql(f"{head_of(c)} DROP NOT NULL"), *not_null_constraint(c)]
    yield from renamed_apart(child, [p for p in after if p in before], c.name, context.new, anew)


def not_null_named(c: Column, name: str) -> str:
    """Gives a name to a column's NOT NULL, whatever it is called."""
    table, wanted = (literal(t) for t in (qualified(c.schema, c.table), name))
    return (
        f"DO $do$\nDECLARE\n"
        f"    was name := (SELECT c.conname FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_attribute a\n"
        f"        ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]\n"
        f"        WHERE c.contype = 'n' AND c.conrelid = {table}::regclass AND a.attname = {literal(c.name)});\n"
        f"BEGIN\n"
        f"    IF was <> {wanted} THEN\n"
        f"        EXECUTE pg_catalog.format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', {table}, was, {wanted});\n"
        f"    END IF;\n"
        f"END\n$do$"
    )


def _nullable(c: Column, context: Rendering) -> Iterator[Statement]:
    """An identity of a child's own asks for NOT NULL: from 18 on the child has its own, if it is told to."""
    if not context.profile.capabilities["not_null_names"]:
        yield from (sql(f"{head} DROP NOT NULL") for head in _heads(c, context))
        return
    yield from (sql(f"{head_of(own)} SET NOT NULL") for own in _numbered_below(c, context))
    yield sql(f"{head_of(c)} DROP NOT NULL")


def _heads(c: Column, context: Rendering) -> Iterator[str]:
    """`ALTER TABLE … ALTER COLUMN …` for a column and for what children have of it, without those that are identities
    of their own, which the server refuses to touch."""
    if next(_numbered_below(c, context), None) is None:
        yield head_of(c)
        return
    yield f"ALTER TABLE ONLY {owner(c)} ALTER COLUMN {ident(c.name)}"
    for t in _children(c, context):
        child = replace(c, schema=t.schema, table=t.name)
        if not keeps_identity(child.address, context.old, context.new):
            yield from _heads(child, context)


def _numbered_below(c: Column, context: Rendering) -> Iterator[Column]:
    """What children have of a column as an identity of their own, that stays one."""
    for t in _children(c, context):
        child = replace(c, schema=t.schema, table=t.name)
        if keeps_identity(child.address, context.old, context.new):
            yield child
        else:
            yield from _numbered_below(child, context)


def _children(c: Column, context: Rendering) -> Iterator[Table]:
    """The tables that inherit from a column's, before and after."""
    heirs = context.new.once(_heirs).get(Address("table", c.schema, c.table), ())
    return (t for t in heirs if t.inherits and t.address in context.old)


def _null_below(c: Column, context: Rendering) -> Iterator[Statement]:
    """Children that have the NOT NULL as their own too keep it (18): theirs goes where it is to."""
    for t in context.new.once(_heirs).get(Address("table", c.schema, c.table), ()):
        below = columns_of(context.new, t).get(c.name)
        if t.inherits and t.address in context.old and below is not None and below.nullable:
            child = replace(c, schema=t.schema, table=t.name)
            yield sql(f"{head_of(child)} DROP NOT NULL")
            yield from _null_below(child, context)


def _not_null_renamed(c: Column, was: str, name: str, context: Rendering) -> Iterator[Statement]:
    """RENAME looks for the old name in all children, which those that declare their own NOT NULL have not: made anew
    above them it becomes theirs as well, whatever theirs is called. A key's or an identity's cannot be dropped."""
    now, not_null = Address("table", c.schema, c.table), c.not_null or NotNull()
    table = context.called.get(now, now)
    heirs = any(t.inherits and t.address in context.old for t in context.new.once(_heirs).get(table, ()))
    keys = (o for side in (context.old, context.new) for o in side.children(table) if isinstance(o, PrimaryKey))
    if not heirs or not_null.no_inherit or c.identity is not None or any(c.name in k.columns for k in keys):
        yield sql(f"{on_owner(c)} RENAME CONSTRAINT {ident(was)} TO {ident(name)}")
        return
    yield sql(f"{head_of(c)} DROP NOT NULL")
    yield from not_null_constraint(replace(c, not_null_name=name))
    if not_null.comment is not None:
        yield not_null_comment(replace(c, not_null_name=name), not_null.comment)


def _not_null_attributes(
    old: Column, new: Column, before: NotNull, after: NotNull, context: Rendering
) -> Iterator[Statement]:
    made = made_up(new.table, new.name, "not_null")
    was, name = old.not_null_name or made, new.not_null_name or made
    if was != name:
        yield from _not_null_renamed(replace(new, not_null=before), was, name, context)
    if before.no_inherit != after.no_inherit:
        yield sql(f"{on_owner(new)} ALTER CONSTRAINT {ident(name)} {'NO INHERIT' if after.no_inherit else 'INHERIT'}")
    if before.not_valid and not after.not_valid:
        yield sql(f"{on_owner(new)} VALIDATE CONSTRAINT {ident(name)}")


def _attributes(old: Column, new: Column, context: Rendering) -> Iterator[Statement]:
    head = head_of(new)
    if old.storage != new.storage:
        default = "default" if context.profile.capabilities["storage_default"] else usual_storage(new.type)
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
    for t in context.new.once(_heirs).get(Address("table", c.schema, c.table), ()):
        if t.address in context.old:
            child = replace(c, schema=t.schema, table=t.name)
            if child.address not in context.new:
                yield child
                yield from _below(child, context)


def _heirs(catalog: Catalog) -> dict[Address, list[Table]]:
    """By table, those that inherit from it or are its partitions, in the order of their addresses."""
    found: dict[Address, list[Table]] = {}
    for t in sorted((t for t in catalog.of(Table) if t.inherits or t.partition_of), key=lambda t: t.address):
        for above in {*t.inherits, *([t.partition_of] if t.partition_of else [])}:
            found.setdefault(above, []).append(t)
    return found


OVERRIDABLE: Final = frozenset(
    {"comment", "nullable", "default", "identity", "generated", "storage", "compression", "statistics", "options"}
    | {"not_null_name", "not_null"}
)


def parents_column(c: Column, catalog: Catalog) -> Column | None:
    """The column of a catalog that an inherited one comes from."""
    for ref in c.refs:
        if ref.kind == "column" and ref.name == c.name and ref.parent != c.table:
            found = catalog.get(ref)
            return found if isinstance(found, Column) else None
    table = catalog.get(Address("table", c.schema, c.table))  # what was written says no more than that it is inherited
    return columns_from_parents(catalog, table).get(c.name) if isinstance(table, Table) else None


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
