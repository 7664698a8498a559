"""Constraints and indexes, made, altered, renamed and dropped on their own."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.objects import Object
from ...model.tables import Check, Exclusion, ForeignKey, Index, Key, PrimaryKey, Table, Unique
from ..base import Rendering
from .clauses import constraint_clause, deferral, not_valid
from .keys_of_indexes import PrimaryKeyOfIndex, UniqueOfIndex
from .only_wholes import OwnShare, is_only
from .rendering import RENDER, comment, on_owner, option_changes, owner, sql, tied
from .shares import as_made
from .spelling import aside, ident, idents, literal, made_up_index, qualified, with_options

Indexed = Key | Exclusion | Index
_CONSTRAINTS = (PrimaryKey, Unique, Check, ForeignKey, Exclusion)


@RENDER.on("create", *_CONSTRAINTS)
def add_constraint(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, _CONSTRAINTS)
    o = step.change.new
    if isinstance(o, Check) and o.inherited:
        if not o.not_valid and _lacks(context.new, o):
            yield sql(f"{on_owner(o)} VALIDATE CONSTRAINT {ident(o.name)}")
    elif isinstance(o, PrimaryKeyOfIndex | UniqueOfIndex) and o.index is not None:
        yield from _taken(o, o.index, context)
        return
    else:
        yield sql(f"{on_owner(o)} ADD {constraint_clause(o)}{not_valid(o)}")
    yield from key_extras(o)


def _lacks(catalog: Catalog, o: Check) -> bool:
    """Whether the check of a parent that an inherited one comes from is not valid."""
    return any(isinstance(above := catalog.get(r), Check) and above.not_valid for r in o.refs)


def _taken(key: PrimaryKeyOfIndex | UniqueOfIndex, i: Index, context: Rendering) -> Iterator[Statement]:
    """A key over an index that is there, which has the key's name from then on, and what else it had."""
    word = "PRIMARY KEY" if isinstance(key, PrimaryKey) else "UNIQUE"
    yield sql(f"{on_owner(key)} ADD CONSTRAINT {ident(key.name)} {word} USING INDEX {ident(i.name)}{deferral(key)}")
    had = replace(key, comment=None, index_comment=i.comment, options=i.options, tablespace=i.tablespace)
    had = replace(had, clustered=i.clustered, replica_identity=i.replica_identity, depends_on_extensions=())
    yield from _key_altered(had, key, context)


def key_extras(o: Object) -> Iterator[Statement]:
    """What a new constraint has beside its clause."""
    assert isinstance(o, _CONSTRAINTS)
    if o.comment is not None:
        yield comment("CONSTRAINT", f"{ident(o.name)} ON {owner(o)}", o.comment)
    if isinstance(o, (Key, Exclusion)) and o.index_comment is not None:
        yield comment("INDEX", qualified(o.schema, o.name), o.index_comment)
    if isinstance(o, (Key, Exclusion)):
        yield from tied(f"INDEX {qualified(o.schema, o.name)}", (), o.depends_on_extensions)
        yield from _marks(o, None)


def _marks(o: Indexed, was: Indexed | None) -> Iterator[Statement]:
    """CLUSTER and REPLICA IDENTITY, which are set on the table and name an index."""
    if o.clustered and not (was is not None and was.clustered):
        yield sql(f"{on_owner(o)} CLUSTER ON {ident(o.name)}")
    if _is_identity(o) and not _is_identity(was):
        yield sql(f"{on_owner(o)} REPLICA IDENTITY USING INDEX {ident(o.name)}")


def _is_identity(o: Indexed | None) -> bool:
    """Whether it tells old rows apart for replicas, as what excludes never does."""
    return isinstance(o, Key | Index) and o.replica_identity


def _unmarked(o: Indexed, was: Indexed, context: Rendering) -> Iterator[Statement]:
    siblings = context.new.children(Address("table", o.schema, o.table))
    table = context.new.get(Address("table", o.schema, o.table))
    if was.clustered and not o.clustered and not any(getattr(s, "clustered", False) for s in siblings):
        yield sql(f"{on_owner(o)} SET WITHOUT CLUSTER")
    if _is_identity(was) and not _is_identity(o):
        taken = any(getattr(s, "replica_identity", None) is True for s in siblings)
        if not taken and isinstance(table, Table) and table.replica_identity == "default":
            yield sql(f"{on_owner(o)} REPLICA IDENTITY DEFAULT")


@RENDER.on("drop", *_CONSTRAINTS)
def drop_constraint(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, _CONSTRAINTS)
    old = step.change.old
    if isinstance(old, Check) and old.inherited:  # its validity goes with the parent's, which is made anew or validated
        if old.comment is not None and any(r in context.new for r in old.refs if r.kind == old.kind):
            yield comment("CONSTRAINT", f"{ident(old.name)} ON {owner(old)}", None)
        return
    yield sql(f"{on_owner(old)} DROP CONSTRAINT {ident(old.name)}")


@RENDER.on("rename", *_CONSTRAINTS)
def rename_constraint(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename) and isinstance(step.change.old, _CONSTRAINTS)
    old, new = step.change.old, step.change.new
    yield sql(f"{on_owner(old)} RENAME CONSTRAINT {ident(old.name)} TO {ident(new.name)}")


@RENDER.on("alter", *_CONSTRAINTS)
def alter_constraint(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new, fields = step.change.old, step.change.new, step.change.fields
    assert isinstance(new, _CONSTRAINTS)
    if isinstance(new, ForeignKey) and isinstance(old, ForeignKey):
        yield from _foreign_key(old, new)
    if "not_valid" in fields and getattr(new, "enforced", True):
        yield sql(f"{on_owner(new)} VALIDATE CONSTRAINT {ident(new.name)}")
    if isinstance(new, Key | Exclusion) and isinstance(old, Key | Exclusion):
        yield from _key_altered(old, new, context)
    elif "comment" in fields:
        yield comment("CONSTRAINT", f"{ident(new.name)} ON {owner(new)}", new.comment)


def _key_altered(old: Key | Exclusion, new: Key | Exclusion, context: Rendering) -> Iterator[Statement]:
    """What a key's index has of its own, and the comments on both."""
    yield from _stored(old, new)
    yield from _unmarked(new, old, context)
    yield from _marks(new, old)
    if old.comment != new.comment:
        yield comment("CONSTRAINT", f"{ident(new.name)} ON {owner(new)}", new.comment)
    index = f"INDEX {qualified(new.schema, new.name)}"
    if old.index_comment != new.index_comment:
        yield comment("INDEX", qualified(new.schema, new.name), new.index_comment)
    yield from tied(index, old.depends_on_extensions, new.depends_on_extensions)


def _foreign_key(old: ForeignKey, new: ForeignKey) -> Iterator[Statement]:
    head = f"{on_owner(new)} ALTER CONSTRAINT {ident(new.name)}"
    if (old.deferrable, old.initially_deferred) != (new.deferrable, new.initially_deferred):
        deferred = "DEFERRED" if new.initially_deferred else "IMMEDIATE"
        yield sql(f"{head} {f'DEFERRABLE INITIALLY {deferred}' if new.deferrable else 'NOT DEFERRABLE'}")
    if old.enforced != new.enforced:
        yield sql(f"{head} {'ENFORCED' if new.enforced else 'NOT ENFORCED'}")


def _stored(old: Indexed, new: Indexed) -> Iterator[Statement]:
    head = f"ALTER INDEX {qualified(new.schema, new.name)}"
    yield from option_changes(head, old.options, new.options)
    if old.tablespace != new.tablespace:
        yield sql(f"{head} SET TABLESPACE {ident(new.tablespace or 'pg_default')}")


@RENDER.on("create", Index)
def create_index(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Index)
    i = step.change.new
    name = qualified(i.schema, i.name)
    if i.attached_to is None or isinstance(i, OwnShare):
        yield sql(index_text(i))
    elif is_only(context.new.get(i.attached_to)):
        yield sql(index_text(i))
        yield _attached(i, i.attached_to)
    else:
        yield sql(_share_named(i, i.name))
        yield from _stored(as_made(i, context.new), i)
    if i.comment is not None:
        yield comment("INDEX", name, i.comment)
    yield from _key_recommented(None, i)
    for position, target in i.statistics:
        yield sql(f"ALTER TABLE ONLY {name} ALTER COLUMN {position} SET STATISTICS {target}")
    yield from tied(f"INDEX {name}", (), i.depends_on_extensions)
    yield from _marks(i, None)


def _attached(i: Index, whole: Address) -> Statement:
    return sql(f"ALTER INDEX {qualified(whole.schema, whole.name)} ATTACH PARTITION {qualified(i.schema, i.name)}")


def index_text(i: Index) -> str:
    text = f"CREATE {'UNIQUE ' if i.unique else ''}INDEX {ident(i.name)} ON {'ONLY ' if i.only else ''}{owner(i)} "
    text += f"USING {ident(i.method)} " if i.method != "btree" else ""
    text += f"({', '.join(i.keys)})"
    text += f" INCLUDE ({idents(i.include)})" if i.include else ""
    text += " NULLS NOT DISTINCT" if i.nulls_not_distinct else ""
    text += f" WITH {with_options(i.options)}" if i.options else ""
    text += f" TABLESPACE {ident(i.tablespace)}" if i.tablespace is not None else ""
    return text + (f" WHERE {i.where}" if i.where is not None else "")


@RENDER.on("drop", Index)
def drop_index(step: Step, context: Rendering) -> Iterator[Statement]:
    """A partition's share of an index stays as long as the whole does: it gets the server's name again, if no other."""
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Index)
    i = step.change.old
    name = qualified(i.schema, i.name)
    if i.attached_to is None:
        yield sql(f"DROP INDEX {name}")
        return
    yield from tied(f"INDEX {name}", i.depends_on_extensions, ())
    if i.comment is not None:
        yield comment("INDEX", name, None)
    yield from _key_recommented(i, replace(i, constraint_comment=None))
    for position, _ in i.statistics:
        yield sql(f"ALTER TABLE ONLY {name} ALTER COLUMN {position} SET STATISTICS -1")
    plain = as_made(i, context.new)
    yield from _stored(i, plain)
    yield from _unmarked(plain, i, context)
    beside = context.new.children(Address("table", i.schema, i.table))
    if not any(getattr(o, "attached_to", None) == i.attached_to for o in beside):
        made = made_up_index(i.table, (*i.keys, *map(ident, i.include)), i.attached_to.kind)
        yield sql(_share_named(i, made))


def _share_named(i: Index, name: str) -> str:
    """Gives a name to a partition's share of an index, which is found by the whole: what the server called it hangs on
    what else there was. Another share of the same partition that has the name makes room."""
    assert i.attached_to is not None
    whole, part = (literal(qualified(a.schema, a.name)) for a in (i.attached_to, Address("table", i.schema, i.table)))
    shares = "FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_index x ON x.indexrelid = h.inhrelid"
    return (
        f"DO $do$\nDECLARE\n"
        f"    share regclass := (SELECT x.indexrelid {shares}\n"
        f"        WHERE h.inhparent = {whole}::regclass AND x.indrelid = {part}::regclass);\n"
        f"    other regclass := (SELECT x.indexrelid {shares} WHERE x.indrelid = {part}::regclass\n"
        f"        AND x.indexrelid = pg_catalog.to_regclass({literal(qualified(i.schema, name))}));\n"
        f"BEGIN\n"
        f"    IF other <> share THEN\n"
        f"        EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', other, {literal(aside(name, 'was'))});\n"
        f"    END IF;\n"
        f"    IF other IS DISTINCT FROM share THEN\n"
        f"        EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', share, {literal(name)});\n"
        f"    END IF;\n"
        f"END\n$do$"
    )


@RENDER.on("rename", Index)
def rename_index(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old, new = step.change.old, step.change.new
    yield sql(f"ALTER INDEX {qualified(old.schema, old.name)} RENAME TO {ident(new.name)}")


@RENDER.on("alter", Index)
def alter_index(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Index) and isinstance(new, Index)
    yield from _stored(old, new)
    name = qualified(new.schema, new.name)
    whole = new.attached_to if old.attached_to is None else None
    if whole is not None and (whole in context.old or is_only(context.new.get(whole))):
        # of an index that is made now of all, an equal one of a partition becomes a share by itself
        yield _attached(new, whole)
    targets = dict(new.statistics)
    for position in sorted(dict(old.statistics).keys() | targets.keys()):
        if dict(old.statistics).get(position) != targets.get(position):
            yield sql(f"ALTER TABLE ONLY {name} ALTER COLUMN {position} SET STATISTICS {targets.get(position, '-1')}")
    yield from tied(f"INDEX {name}", old.depends_on_extensions, new.depends_on_extensions)
    yield from _unmarked(new, old, context)
    yield from _marks(new, old)
    if old.comment != new.comment:
        yield comment("INDEX", name, new.comment)
    yield from _key_recommented(old, new)


def _key_recommented(old: Index | None, new: Index) -> Iterator[Statement]:
    """The comment on the key that a share is the index of."""
    if new.constraint_comment != (old.constraint_comment if old is not None else None):
        yield comment("CONSTRAINT", f"{ident(new.name)} ON {owner(new)}", new.constraint_comment)
