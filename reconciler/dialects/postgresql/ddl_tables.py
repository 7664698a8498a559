"""CREATE, ALTER and DROP of tables and partitions; the rebuild that ALTER TABLE cannot do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec.structs import replace

from ...model.changes import Alter, Create, Drop, Rebuild, Statement, Step
from ...model.namespaces import Sequence as NumberSequence
from ...model.namespaces import SequenceOwner
from ...model.objects import Object
from ...model.tables import Check, Column, Exclusion, ForeignKey, Index, Key, PrimaryKey, Table
from ..base import Rendering
from .clauses import (
    column_clause,
    column_extras,
    constraint_clause,
    no_inherit,
    not_null_name,
    not_valid,
    persisted,
)
from .ddl_columns import inherited_overrides
from .ddl_keys import key_extras
from .ddl_lineage import inherited, reattached
from .ddl_not_null import not_null_aside
from .generic import generic_changes, generic_options
from .heirs import parents_column
from .lineage import columns_from_parents
from .pointed_at import pointed_at
from .positions import behind_rows, carried_over, create_sequence, owned_by, sequence_of, taken_over
from .rendering import RENDER, commented, option_changes, recommented, sql
from .spelling import aside, at, ident, idents, literal, made_up, qualified, with_options


@RENDER.on("create", Table)
def create_table(step: Step, context: Rendering) -> Iterator[Statement]:
    """The table with the columns and keys that are folded into it."""
    assert isinstance(step.change, Create) and isinstance(step.change.new, Table)
    t = step.change.new
    columns = [o for o in step.folded if isinstance(o, Column)]
    constraints = [o for o in step.folded if isinstance(o, Check | Key | Exclusion | ForeignKey)]
    apart = _over_parents(t, columns, constraints) if context.profile.capabilities["not_null_names"] else []
    inline = _unequal(o for o in constraints if not not_valid(o) and o not in apart)
    stored = _stored_by_itself(t, context)
    yield sql(create_text(stored, at(t.address), [_not_null_said(c, context) for c in columns], inline))
    yield from commented(t, table_noun(t), at(t.address))
    yield from table_extras(t)
    for c in columns:
        yield from _column_said(c, t, context)
    for o in constraints:
        if o not in inline:
            yield sql(f"ALTER TABLE {at(t.address)} ADD {constraint_clause(o)}{not_valid(o)}")
        yield from key_extras(o)


def _over_parents(t: Table, columns: Sequence[Column], constraints: Sequence[Object]) -> list[Object]:
    """The primary key over columns whose NOT NULL is the parents' alone: CREATE TABLE makes one of its own for it."""
    own = {c.name for c in columns if not c.inherited or c.not_null_name is not None}
    return [o for o in constraints if t.inherits and isinstance(o, PrimaryKey) and not own.issuperset(o.columns)]


def _column_said(c: Column, t: Table, context: Rendering) -> Iterator[Statement]:
    """What is left to say of a column when its table has been made."""
    if c.inherited and not c.merged:
        yield from inherited_overrides(c, context, said=_says_not_null(c, t))
        return
    yield from column_extras(c)
    if t.of_type is not None and c.compression is not None:
        yield sql(f"ALTER TABLE {at(t.address)} ALTER COLUMN {ident(c.name)} SET COMPRESSION {c.compression}")


def table_noun(t: Table) -> str:
    """What CREATE, DROP and COMMENT call it; ALTER TABLE takes both."""
    return "FOREIGN TABLE" if t.server is not None else "TABLE"


def _unequal(constraints: Iterable[Any]) -> list[Any]:
    """Without keys that are equal to one before them: CREATE TABLE makes one of both, ALTER TABLE makes each."""
    found: dict[object, Any] = {}
    for o in sorted(constraints, key=lambda o: (_RANK[o.kind], o.name)):
        nulls = getattr(o, "nulls_not_distinct", False)
        if isinstance(o, Key):
            found.setdefault((o.columns, o.include, nulls, o.deferrable, o.initially_deferred), o)
        elif isinstance(o, Exclusion):
            found.setdefault((o.definition, o.deferrable, o.initially_deferred), o)
        else:
            found[o.address] = o
    return list(found.values())


def create_text(t: Table, name: str, columns: Sequence[Column], constraints: Sequence[Any]) -> str:
    position = {c: i for i, c in enumerate(t.columns)}
    own = [c for c in columns if not c.inherited or c.merged]
    ranked = sorted(own, key=lambda c: (position.get(c.name, len(position)), c.name))
    if t.of_type is not None:  # which says the rest
        ranked = [replace(c, type="WITH OPTIONS", collation=None, compression=None) for c in ranked if _optioned(c)]
    items = [column_clause(c) for c in ranked]
    items += [f"{not_null_name(c)}NOT NULL {ident(c.name)}{no_inherit(c)}" for c in columns if _says_not_null(c, t)]
    items += [constraint_clause(o) for o in sorted(constraints, key=lambda o: (_RANK[o.kind], o.name))]
    body = "(\n    " + ",\n    ".join(items) + "\n)" if items else "()"
    text = f"CREATE {'UNLOGGED ' if t.unlogged else ''}{table_noun(t)} {name} "
    if t.partition_of is not None:
        text += f"PARTITION OF {at(t.partition_of)} {body + ' ' if items else ''}{t.bound}"
    elif t.of_type is not None:
        text += f"OF {t.of_type}" + (f" {body}" if items else "")
    else:
        text += body
    if t.inherits:
        text += f" INHERITS ({', '.join(map(at, t.inherits))})"
    return text + _suffix(t)


_RANK: Final = {"primary_key": 0, "unique": 1, "check": 2, "exclusion": 3, "foreign_key": 4}


def _optioned(c: Column) -> bool:
    """Whether a typed table says anything of a column of its type."""
    return c.default is not None or not c.nullable


def _stored_by_itself(t: Table, context: Rendering) -> Table:
    """A partition that says where and how it is stored, where it would have it from its whole (the latter from 17)."""
    whole = context.new.get(t.partition_of) if t.partition_of is not None else None
    if not isinstance(whole, Table):
        return t
    place, method = t.tablespace, t.access_method
    return replace(
        t,
        tablespace="pg_default" if place is None and whole.tablespace is not None else place,
        access_method="heap" if method is None and whole.access_method is not None else method,
    )


def _suffix(t: Table) -> str:
    if t.server is not None:
        return f" SERVER {ident(t.server)}{generic_options(t.server_options)}"
    text = f" PARTITION BY {t.partition_by}" if t.partition_by is not None else ""
    text += f" USING {ident(t.access_method)}" if t.access_method is not None else ""
    text += f" WITH {with_options(t.options)}" if t.options else ""
    return text + (f" TABLESPACE {ident(t.tablespace)}" if t.tablespace is not None else "")


def table_extras(t: Table) -> Iterator[Statement]:
    head = f"ALTER TABLE {at(t.address)}"
    if t.replica_identity != "default":
        yield sql(f"{head} REPLICA IDENTITY {t.replica_identity.upper()}")
    if t.row_security:
        yield sql(f"{head} ENABLE ROW LEVEL SECURITY")
    if t.force_row_security:
        yield sql(f"{head} FORCE ROW LEVEL SECURITY")


@RENDER.on("drop", Table)
def drop_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Table)
    t = step.change.old
    if t.partition_of is not None and any(f.address in context.new for f in pointed_at(context.old, t)):
        yield sql(f"ALTER TABLE {at(t.partition_of)} DETACH PARTITION {at(t.address)}")
    yield sql(f"DROP {table_noun(step.change.old)} {at(step.change.old.address)}")


@RENDER.on("alter", Table)
def alter_table(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new, fields = step.change.old, step.change.new, step.change.fields
    assert isinstance(old, Table) and isinstance(new, Table)
    head = f"ALTER TABLE {at(new.address)}"
    if fields & {"partition_of", "bound"}:
        yield from reattached(old, new, context)
    if "inherits" in fields:
        yield from inherited(old, new, context)
    for field, clauses in _ALTERS.items():
        if field in fields:
            yield from (sql(f"{head} {clause}") for clause in clauses(old, new))
    if "unlogged" in fields:
        yield from _sequences_kept(new, context)
    if "options" in fields:
        yield from option_changes(head, old.options, new.options)
    if changes := generic_changes(old.server_options, new.server_options):
        yield sql(f"ALTER FOREIGN TABLE {at(new.address)}{changes}")
    yield from recommented(step, table_noun(new), at(new.address))


def _sequences_kept(t: Table, context: Rendering) -> Iterator[Statement]:
    """From 15 on the sequences that a table owns become what it becomes; each is put back to what it is to be."""
    if not context.profile.capabilities["unlogged_sequences"]:
        return
    for tie in context.old.of(SequenceOwner):
        s = context.new.get(tie.sequence)
        if (tie.schema, tie.table) == (t.schema, t.name) and isinstance(s, NumberSequence) and s.unlogged != t.unlogged:
            yield persisted(at(s.address), unlogged=s.unlogged)
    for c in context.new.children(t.address):
        unlogged = c.identity.unlogged if isinstance(c, Column) and c.identity is not None else None
        if isinstance(c, Column) and unlogged is not None and getattr(context.old.get(c.address), "identity", None):
            yield persisted(at(sequence_of(c).address), unlogged=unlogged)


_ALTERS: Final[dict[str, Callable[[Table, Table], list[str]]]] = {
    "unlogged": lambda o, n: ["SET UNLOGGED" if n.unlogged else "SET LOGGED"],
    "access_method": lambda o, n: [f"SET ACCESS METHOD {ident(n.access_method or 'heap')}"],
    "tablespace": lambda o, n: [f"SET TABLESPACE {ident(n.tablespace or 'pg_default')}"],
    "replica_identity": lambda o, n: [f"REPLICA IDENTITY {n.replica_identity.upper()}"],
    "row_security": lambda o, n: [f"{'ENABLE' if n.row_security else 'DISABLE'} ROW LEVEL SECURITY"],
    "force_row_security": lambda o, n: [f"{'FORCE' if n.force_row_security else 'NO FORCE'} ROW LEVEL SECURITY"],
}


@RENDER.on("rebuild", Table)
def rebuild_table(step: Step, context: Rendering) -> Iterator[Statement]:
    """A new table, rows copied, the old one dropped; what hangs on it has steps of its own."""
    change = step.change
    assert isinstance(change, Rebuild) and isinstance(change.old, Table) and isinstance(change.new, Table)
    old, new = change.old, change.new
    before = {o.name: o for o in change.before if isinstance(o, Column)}
    after = [o for o in change.after if isinstance(o, Column)]
    had = columns_from_parents(context.old, old) | before
    will_have = columns_from_parents(context.new, new) | {c.name: c for c in after}
    partitions = [o for o in change.before if isinstance(o, Table)]
    named = context.profile.capabilities["not_null_names"]
    yield from _put_aside(old, partitions, before, named)
    left = columns_from_parents(context.old, old).keys() - columns_from_parents(context.new, new).keys()
    yield from (not_null_aside(c, _aside(old)) for c in after if named and c.name in left and not c.nullable)
    if _has_shares(old, context):
        yield sql(_shares_aside(old, partitions))
    yield from _sequences_aside(change, before)
    stored = _stored_by_itself(new, context)
    yield sql(create_text(stored, at(new.address), [_not_null_said(c, context) for c in after], ()))
    parts = (_stored_by_itself(p, context) for p in change.after if isinstance(p, Table))
    yield from (sql(create_text(p, at(p.address), (), ())) for p in parts)
    yield from _copied(new, had, list(will_have.values()), _aside(old))
    yield from _positioned(change, before, after)
    yield sql(f"DROP TABLE {_aside(old)}")
    yield from _sequences_settled(change)
    for t in (new, *(o for o in change.after if isinstance(o, Table))):
        yield from commented(t, table_noun(t), at(t.address))
        yield from table_extras(t)
    for c in after:
        yield from _column_said(c, new, context)


def _sequences_aside(change: Rebuild, columns: dict[str, Column]) -> Iterator[Statement]:
    """Serials whose place an identity takes, and the other way: both want the sequence's name."""
    for o in change.before:
        if isinstance(o, NumberSequence):
            yield sql(f"ALTER SEQUENCE {at(o.address)} RENAME TO {ident(aside(o.name))}")
    for o in change.after:
        if isinstance(o, NumberSequence):
            yield from create_sequence(o)
            for was in [sequence_of(c) for c in _identities(change.after, columns, o)]:
                yield sql(taken_over(literal(at(o.address)), qualified(was.schema, aside(was.name)), was, o))


def _identities(after: Iterable[Object], before: dict[str, Column], sequence: NumberSequence) -> Iterator[Column]:
    """The old columns that were identities and draw from the sequence from now on."""
    for c in after:
        old = before.get(c.name) if isinstance(c, Column) and sequence.address in c.default_refs else None
        if old is not None and old.identity is not None:
            yield old


def _sequences_settled(change: Rebuild) -> Iterator[Statement]:
    owned = {o.sequence for o in change.before if isinstance(o, SequenceOwner)}  # these fell with the table
    for o in change.before:
        if isinstance(o, NumberSequence) and o.address not in owned:
            yield sql(f"DROP SEQUENCE {qualified(o.schema, aside(o.name))}")
    yield from (sql(owned_by(o)) for o in change.after if isinstance(o, SequenceOwner))


def _aside(t: Table) -> str:
    return qualified(t.schema, aside(t.name))


def _put_aside(old: Table, partitions: Sequence[Table], columns: dict[str, Column], named: bool) -> Iterator[Statement]:
    """Free the names of the table, of its partitions and of its identity sequences."""
    if old.partition_of is not None:
        yield sql(f"ALTER TABLE {at(old.partition_of)} DETACH PARTITION {at(old.address)}")
    for t in (old, *partitions):
        yield sql(f"ALTER TABLE {at(t.address)} RENAME TO {ident(aside(t.name))}")
    for c in columns.values():
        if c.identity is not None:
            was = sequence_of(c).name
            yield sql(f"ALTER SEQUENCE {qualified(c.schema, was)} RENAME TO {ident(aside(was))}")
        if named and not c.nullable and not c.inherited:
            # The server makes names up that no constraint of the schema has (18).
            was = c.not_null_name or made_up(c.table, c.name, "not_null")
            yield sql(f"ALTER TABLE {_aside(old)} RENAME CONSTRAINT {ident(was)} TO {ident(aside(was))}")


def _not_null_said(c: Column, context: Rendering) -> Column:
    """A child's column as its definition says it: the parent's NOT NULL alone is not said, and one of its own has the
    name that the server would make up, were an old table's not there (18)."""
    if c.nullable or not c.inherited or c.not_null_name or not context.profile.capabilities["not_null_names"]:
        return c
    above = parents_column(c, context.new)
    if above is not None and not above.nullable:
        return replace(c, nullable=True)
    return replace(c, not_null_name=made_up(c.table, c.name, "not_null"))


def _says_not_null(c: Column, t: Table) -> bool:
    """Whether a table says of a column that it has from its parent alone that it has a NOT NULL of its own (18)."""
    child = c.inherited and not c.merged and t.partition_of is None and c.not_null_name is not None
    return child and not c.nullable and not (c.not_null is not None and c.not_null.not_valid)


def _has_shares(old: Table, context: Rendering) -> bool:
    """Whether a table above the partition has a key or an index, of which the partition has its share."""
    above = context.old.get(old.partition_of) if old.partition_of is not None else None
    if not isinstance(above, Table):
        return False
    mine = (o for c in (context.old, context.new) for o in c.children(above.address))
    return any(isinstance(o, Key | Exclusion | Index) for o in mine) or _has_shares(above, context)


def _shares_aside(old: Table, partitions: Sequence[Table]) -> str:
    """Frees the names of those shares, which are all that is left of the old tables' indexes: the server finds them by
    their tables, since of several names that it makes up alike each but the first has a number."""
    tables = ", ".join(f"{literal(_aside(t))}::regclass" for t in (old, *partitions))
    return (
        f"DO $do$\nDECLARE\n    share regclass;\nBEGIN\n"
        f"    FOR share IN SELECT x.indexrelid FROM pg_catalog.pg_index x WHERE x.indrelid IN ({tables}) LOOP\n"
        f"        EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', share, share::oid || '__old');\n"
        f"    END LOOP;\nEND\n$do$"
    )


def _copied(new: Table, before: dict[str, Column], after: Sequence[Column], source: str) -> Iterator[Statement]:
    target = at(new.address)
    kept = [c for c in after if c.name in before and c.generated is None]
    if not kept:  # the rows are still there
        yield sql(f"INSERT INTO {target} SELECT FROM {source}")
        return
    override = " OVERRIDING SYSTEM VALUE" if any(c.identity is not None for c in kept) else ""
    values = ", ".join(_carried(before[c.name], c) for c in kept)
    yield sql(f"INSERT INTO {target} ({idents(c.name for c in kept)}){override} SELECT {values} FROM {source}")


def _positioned(change: Rebuild, before: dict[str, Column], after: Sequence[Column]) -> Iterator[Statement]:
    """An identity goes on where it was, or where the serial was: rows that are gone have had their numbers."""
    serials = {o.address: o for o in change.before if isinstance(o, NumberSequence)}
    for new in after:
        old = before.get(new.name)
        if new.identity is None or old is None:
            continue
        was = [serials[r] for r in old.default_refs if r in serials]
        if old.identity is not None:
            was = [sequence_of(old)]
        yield sql(carried_over(qualified(was[0].schema, aside(was[0].name)), was[0], new) if was else behind_rows(new))


def _carried(old: Column, new: Column) -> str:
    name = ident(new.name)
    return name if old.type == new.type else f"{name}::text::{new.type}"
