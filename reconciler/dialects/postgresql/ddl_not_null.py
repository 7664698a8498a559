"""NOT NULL of columns: SET and DROP; from 18 on constraints with names, their parents' or their own in children."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...model.address import Address
from ...model.changes import Statement
from ...model.tables import Column, NotNull, PrimaryKey, Table
from ..base import Rendering
from .clauses import not_null_comment, not_null_constraint
from .handed_columns import had_parents_not_null
from .heirs import children, heads, heirs, numbered_below, parents_column
from .lineage import columns_of
from .parents import renamed_apart
from .rendering import head_of, on_owner, sql
from .spelling import aside, ident, literal, made_up, qualified


def not_null_changes(old: Column, new: Column, context: Rendering) -> Iterator[Statement]:
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


def not_null_anew(c: Column, context: Rendering) -> Iterator[Statement]:
    """The NOT NULL of a column whose parents' has been dropped, as it is to be; it may have had its own beside that."""
    was = context.old.get(c.address)
    own = was if isinstance(was, Column) and was.not_null_name is not None else None
    if not had_parents_not_null(c, context.old, context.new):  # its table leaves too, and what it keeps is said there
        yield from [] if c.nullable else [sql(f"{head_of(c)} SET NOT NULL")]
    elif c.nullable:
        yield from [] if own is None else [sql(f"{head_of(c)} DROP NOT NULL")]
        yield from _null_below(c, context)
    else:
        yield from _kept_not_null(own, c, context)


def not_null_aside(c: Column, held: str) -> Statement:
    """Frees the name of a NOT NULL that a table which is made anew has got from its parents, where they left it."""
    name = c.not_null_name or made_up(c.table, c.name, "not_null")
    return sql(
        f"DO $do$\nBEGIN\n    IF EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'n' AND conislocal\n"
        f"        AND conrelid = {literal(held)}::regclass AND conname = {literal(name)}) THEN\n"
        f"        ALTER TABLE {held} RENAME CONSTRAINT {ident(name)} TO {ident(aside(name))};\n"
        f"    END IF;\nEND\n$do$"
    )


def _kept_not_null(own: Column | None, new: Column, context: Rendering) -> Iterator[Statement]:
    name = new.not_null_name or made_up(new.table, new.name, "not_null")
    before, after = (own.not_null if own is not None else None) or NotNull(), new.not_null or NotNull()
    if own is None:
        yield from not_null_constraint(replace(new, not_null_name=name))
    else:
        yield from _not_null_attributes(own, new, before, after, context)
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
    if next(children(c, context), None) is not None and c.identity is None:
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
        yield from (sql(f"{head} DROP NOT NULL") for head in heads(c, context))
        return
    yield from (sql(f"{head_of(own)} SET NOT NULL") for own in numbered_below(c, context))
    yield sql(f"{head_of(c)} DROP NOT NULL")


def _null_below(c: Column, context: Rendering) -> Iterator[Statement]:
    """Children that have the NOT NULL as their own too keep it (18): theirs goes where it is to. So do partitions that
    had it before the whole."""
    for t in context.new.once(heirs).get(Address("table", c.schema, c.table), ()):
        below = columns_of(context.new, t).get(c.name)
        if (t.inherits or _stays(t, c.name, context)) and t.address in context.old and below and below.nullable:
            child = replace(c, schema=t.schema, table=t.name)
            yield sql(f"{head_of(child)} DROP NOT NULL")
            yield from _null_below(child, context)


def _stays(t: Table, column: str, context: Rendering) -> bool:
    """Whether a table was a partition of the same whole, without a key of its own that asks for NOT NULL."""
    was = context.old.get(t.address)
    keys = (o for o in context.old.children(t.address) if isinstance(o, PrimaryKey))
    same = isinstance(was, Table) and was.partition_of is not None and was.partition_of == t.partition_of
    return same and not any(column in k.columns for k in keys)


def not_null_renamed(c: Column, was: str, name: str, context: Rendering) -> Iterator[Statement]:
    """RENAME looks for the old name in all children, which those that declare their own NOT NULL have not: made anew
    above them it becomes theirs as well, whatever theirs is called. A key's or an identity's cannot be dropped."""
    now, not_null = Address("table", c.schema, c.table), c.not_null or NotNull()
    table = context.called.get(now, now)
    others = any(t.inherits and t.address in context.old for t in context.new.once(heirs).get(table, ()))
    keys = (o for side in (context.old, context.new) for o in side.children(table) if isinstance(o, PrimaryKey))
    if not others or not_null.no_inherit or c.identity is not None or any(c.name in k.columns for k in keys):
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
        yield from not_null_renamed(replace(new, not_null=before), was, name, context)
    if before.no_inherit != after.no_inherit:
        yield sql(f"{on_owner(new)} ALTER CONSTRAINT {ident(name)} {'NO INHERIT' if after.no_inherit else 'INHERIT'}")
    if before.not_valid and not after.not_valid:
        yield sql(f"{on_owner(new)} VALIDATE CONSTRAINT {ident(name)}")
