"""Columns and constraints as they stand inside CREATE TABLE and after ADD."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.changes import Statement
from ...model.tables import Check, Column, Exclusion, ForeignKey, Identity, Key, PrimaryKey, SequenceOptions, Unique
from .generic import generic_options
from .rendering import comment, on_owner, owner, sql
from .spelling import before_where, ident, idents, made_up, qualified, with_options

Constraint = Key | Check | ForeignKey | Exclusion


def sequence_clauses(options: SequenceOptions) -> str:
    """The options that are not the server's defaults, each with a blank before it."""
    parts = []
    if options.start is not None:
        parts.append(f"START WITH {options.start}")
    if options.increment != 1:
        parts.append(f"INCREMENT BY {options.increment}")
    if options.minimum is not None:
        parts.append(f"MINVALUE {options.minimum}")
    if options.maximum is not None:
        parts.append(f"MAXVALUE {options.maximum}")
    if options.cache != 1:
        parts.append(f"CACHE {options.cache}")
    if options.cycle:
        parts.append("CYCLE")
    return "".join(f" {p}" for p in parts)


def identity_clause(identity: Identity, schema: str) -> str:
    name = f" SEQUENCE NAME {qualified(schema, identity.sequence)}" if identity.sequence else ""
    options = (name + sequence_clauses(identity.options)).strip()
    always = "ALWAYS" if identity.always else "BY DEFAULT"
    return f"GENERATED {always} AS IDENTITY" + (f" ({options})" if options else "")


def column_clause(c: Column) -> str:
    parts = [ident(c.name), c.type]
    if c.server_options:
        parts.append(generic_options(c.server_options).strip())
    if c.compression is not None:
        parts.append(f"COMPRESSION {c.compression}")
    if c.collation is not None:
        parts.append(f"COLLATE {c.collation}")
    if c.default is not None and c.identity is None:  # of a child with an identity of its own, it is the parent's
        parts.append(f"DEFAULT {c.default}")
    if c.identity is not None:
        parts.append(identity_clause(c.identity, c.schema))
    if c.generated is not None:
        stored = "STORED" if c.generated.stored else "VIRTUAL"
        parts.append(f"GENERATED ALWAYS AS ({c.generated.expression}) {stored}")
    if not c.nullable and not (c.not_null and c.not_null.not_valid):
        parts.append(f"{not_null_name(c)}NOT NULL{no_inherit(c)}")
    return " ".join(parts)


def not_null_name(c: Column) -> str:
    return f"CONSTRAINT {ident(c.not_null_name)} " if c.not_null_name else ""


def no_inherit(c: Column) -> str:
    return " NO INHERIT" if c.not_null is not None and c.not_null.no_inherit else ""


def not_null_constraint(c: Column) -> Iterator[Statement]:
    """A column's NOT NULL as a constraint that is added, with what `SET NOT NULL` cannot say."""
    not_valid = " NOT VALID" if c.not_null is not None and c.not_null.not_valid else ""
    yield sql(f"{on_owner(c)} ADD {not_null_name(c)}NOT NULL {ident(c.name)}{no_inherit(c)}{not_valid}")


def not_null_comment(c: Column, text: str | None) -> Statement:
    name = c.not_null_name or made_up(c.table, c.name, "not_null")
    return comment("CONSTRAINT", f"{ident(name)} ON {owner(c)}", text)


def identity_extras(c: Column) -> Iterator[Statement]:
    """What the clause of a new identity has no place for."""
    if c.identity is None:
        return
    name = qualified(c.schema, c.identity.sequence or made_up(c.table, c.name, "seq"))
    if c.identity.unlogged is not None:
        yield persisted(name, unlogged=c.identity.unlogged)
    if c.identity.comment is not None:
        yield comment("SEQUENCE", name, c.identity.comment)


def persisted(sequence: str, *, unlogged: bool) -> Statement:
    return sql(f"ALTER SEQUENCE {sequence} SET {'UNLOGGED' if unlogged else 'LOGGED'}")


def column_extras(c: Column) -> Iterator[Statement]:
    """What a column's definition has no place for (STORAGE has one from 16 on only)."""
    head = f"{on_owner(c)} ALTER COLUMN {ident(c.name)}"
    yield from identity_extras(c)
    if c.not_null is not None and not c.nullable:
        if c.not_null.not_valid:
            yield from not_null_constraint(c)
        if c.not_null.comment is not None:
            yield not_null_comment(c, c.not_null.comment)
    if c.storage is not None:
        yield sql(f"{head} SET STORAGE {c.storage.upper()}")
    if c.statistics is not None:
        yield sql(f"ALTER TABLE ONLY {owner(c)} ALTER COLUMN {ident(c.name)} SET STATISTICS {c.statistics}")
    if c.options:
        yield sql(f"{head} SET {with_options(c.options)}")
    if c.comment is not None:
        yield comment("COLUMN", f"{owner(c)}.{ident(c.name)}", c.comment)


def deferral(o: Key | ForeignKey | Exclusion) -> str:
    if not o.deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if o.initially_deferred else " DEFERRABLE"


def constraint_clause(o: Constraint) -> str:
    """`CONSTRAINT name …`, without what only ALTER TABLE takes (NOT VALID)."""
    head = f"CONSTRAINT {ident(o.name)} "
    if isinstance(o, Check):
        return f"{head}CHECK ({o.expression}){' NO INHERIT' if o.no_inherit else ''}{_enforcement(o)}"
    if isinstance(o, Exclusion):
        what, where = before_where(o.definition)
        what += f" WITH {with_options(o.options)}" if o.options else ""
        what += f" USING INDEX TABLESPACE {ident(o.tablespace)}" if o.tablespace is not None else ""
        return f"{head}EXCLUDE {what}{where}{deferral(o)}"
    if isinstance(o, ForeignKey):
        return head + _foreign_key(o)
    return head + _key(o)


def _key(o: Key) -> str:
    word = "PRIMARY KEY" if isinstance(o, PrimaryKey) else "UNIQUE"
    if isinstance(o, Unique) and o.nulls_not_distinct:
        word += " NULLS NOT DISTINCT"
    overlaps = " WITHOUT OVERLAPS" if o.without_overlaps else ""
    text = f"{word} ({idents(o.columns)}{overlaps})"
    if o.include:
        text += f" INCLUDE ({idents(o.include)})"
    if o.options:
        text += f" WITH {with_options(o.options)}"
    if o.tablespace is not None:
        text += f" USING INDEX TABLESPACE {ident(o.tablespace)}"
    return text + deferral(o)


def _foreign_key(o: ForeignKey) -> str:
    text = f"FOREIGN KEY ({_period(o.columns, o.period)}) REFERENCES {qualified(o.target_schema, o.target)}"
    if o.target_columns:
        text += f" ({_period(o.target_columns, o.period)})"
    if o.match != "simple":
        text += f" MATCH {o.match.upper()}"
    if o.on_update != "no action":
        text += f" ON UPDATE {o.on_update.upper()}"
    if o.on_delete != "no action":
        text += f" ON DELETE {o.on_delete.upper()}"
        if o.set_columns:
            text += f" ({idents(o.set_columns)})"
    return text + deferral(o) + _enforcement(o)


def _period(columns: tuple[str, ...], period: bool) -> str:
    if not period:
        return idents(columns)
    return ", ".join([*map(ident, columns[:-1]), f"PERIOD {ident(columns[-1])}"])


def _enforcement(o: Check | ForeignKey) -> str:
    return "" if o.enforced else " NOT ENFORCED"


def not_valid(o: Constraint) -> str:
    """What follows the clause in ALTER TABLE … ADD; a constraint that is not enforced is never valid (18)."""
    return " NOT VALID" if isinstance(o, Check | ForeignKey) and o.not_valid and o.enforced else ""
