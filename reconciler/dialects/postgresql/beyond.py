"""Changes that ALTER can make, and that the server refuses because of who uses the object: asked for as replacements,
which are then made into rebuilds that carry the rows over.

- The type of a column of a partition key cannot be changed (14 to 18), on any level of partitions; nor made anew
  (keyed_types.py).
- A table that gets a parent must have all of the parent's columns, and has them as its own then, which those that were
  made as children have not; and what a table has declared of a parent's columns it does not take back.
- A parsed function that gives rows of a table whose columns come between others, or go; and one that has a row of a
  table which gets a column with a value (rows_given.py).
- An identity has no default, but in a child that was made so over a parent's, where neither can be changed then.
- An index or key of a partition that is equal to one made of the whole would become its share, and stays none.
- The storage parameters of an index of a partitioned table cannot be set.
- A check that is not valid is valid in a child table that is made after it; where it is to be valid in neither, it is
  made behind the children, also anew.
- An index ON ONLY a partitioned table cannot stay as it is under partitions that come (only_wholes.py).
- A partition cannot leave under a foreign key with rows that point at its own (pointed_at.py).
- A child's own column that is to be its parent's alone (handed_columns.py).
- What uses a column that its table loses when it leaves a parent cannot stay until the table has left.
- What calls a function that goes, while one of that name with other arguments comes: beside both, a call may be none's.
- An attribute of a composite type gets no other type while values of that are held (attributes.py).
- A column of a view that rights are given on keeps its name (view_columns.py).
- A check of a domain whose values are inside of others (containers.py).
- A publication takes schemas beside no table with a list of columns (published.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, subject
from ...model.objects import Object
from ...model.tables import Check, Column, Index, Key, Table
from .attributes import by_attribute
from .calls import by_overload
from .containers import by_container
from .handed_columns import by_handing
from .keyed_types import by_keyed_type
from .lineage import ancestors, columns_from_parents, columns_of, parents
from .only_wholes import anew, behind_partitions, is_only
from .partition_keys import below, mentions
from .pointed_at import made_again
from .published import by_publication
from .rows_given import by_rows_given, by_rows_used
from .view_columns import by_column_grant


def escalated(changes: Sequence[Change], old: Catalog, new: Catalog, *, named: bool) -> list[Change]:
    """The changes with a replacement in place of each that the server would refuse. named: NOT NULL has names (18)."""
    replaced = {c.old.address for c in changes if isinstance(c, Drop)}
    by = [_by_partition_key(changes, old), by_container(changes, old), _by_parent(changes, old, new, named)]
    by += [_by_share(changes, old, new), _by_validity(changes, new)]
    by += [_by_partitions(changes, old), _by_declaration(changes, old, new), _by_identity(changes, old, new)]
    by += [by_rows_given(changes, old, new), by_keyed_type(changes, old), _by_leaving(changes, old, new)]
    by += [by_handing(changes, old, new), by_overload(changes), by_attribute(changes, old)]
    by += [by_column_grant(changes, old), by_publication(changes), by_rows_used(changes, old)]
    done = _replacing(changes, {*chain.from_iterable(by)} - replaced, old, new)
    while further := {a for a in (*anew(done, old, new), *_by_validity(done, new)) if a in old and a in new}.difference(
        c.old.address for c in done if isinstance(c, Drop)
    ):
        done = _replacing(done, further, old, new)
    ordered = (behind_partitions(_behind_children(c, done, new), old, new) for c in done)
    return made_again(list(ordered), old, new)


def out_of_order(changes: Sequence[Change], old: Catalog, new: Catalog) -> set[Address]:
    """The tables of which a column that is made anew would go behind others. What a table has from its parents has the
    order that it has there; a column that calls a function made anew goes before that one does, and so does not wait
    for its table."""
    gone = {c.old.address for c in changes if isinstance(c, Drop)}
    anew = [c.old for c in changes if isinstance(c, Drop) and isinstance(c.old, Column)]
    calling = {o.parent for o in anew if any(r.kind == "function" and r in gone for r in o.refs)}
    rebuilt = {o.address for c in changes if isinstance(c, Rebuild) for o in (c.old, *c.before)}
    tables = {o.parent for o in anew} - calling - rebuilt
    return {t for t in tables if t is not None and t not in gone and _is_mixed(old.get(t), new.get(t), gone)}


def _is_mixed(was: Object | None, will: Object | None, gone: set[Address]) -> bool:
    if not isinstance(was, Table) or not isinstance(will, Table) or will.server is not None or parents(will):
        return False
    kept = [n for n in was.columns if n in will.columns and Address("column", was.schema, n, was.name) not in gone]
    return (*kept, *(n for n in will.columns if n not in kept)) != will.columns


def _replacing(changes: Sequence[Change], asked: set[Address], old: Catalog, new: Catalog) -> list[Change]:
    wanted = sorted(a for a in asked if a in old and a in new)
    kept = [c for c in changes if not (isinstance(c, Alter) and c.new.address in wanted)]
    return [*kept, *(Drop(old[a]) for a in wanted), *(Create(new[a]) for a in wanted)]


def _by_partition_key(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Column) and c.fields & {"type", "collation"}:
            table = c.old.parent
            if table is not None and any(mentions(t, c.old.name) for t in below(old, table)):
                yield table


def _by_parent(changes: Sequence[Change], old: Catalog, new: Catalog, named: bool) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Table) and isinstance(c.new, Table):
            before, after = (set(parents(t)) for t in (c.old, c.new))
            joined = [p for a in sorted(after - before) if isinstance(p := new.get(a), Table)]
            had = {n: (o.type, o.collation, o.generated) for n, o in columns_of(old, c.old).items()}
            wanted = [columns_of(new, p) for p in joined]
            other = any(had.get(n) != (o.type, o.collation, o.generated) for p in wanted for n, o in p.items())
            other = other or any(_kept_own(o, c.new, old, new) for p in joined for o in new.children(p.address))
            if named and c.new.partition_of is None:
                asked = (n for p in wanted for n, o in p.items() if not o.nullable)
                other = other or any(_not_null_of(n, c.new, new) is None for n in asked)
            if other or any(_own_no_more(n, c.new, old, new) for p in wanted for n in p):
                yield c.new.address


def _not_null_of(name: str, table: Table, catalog: Catalog) -> str | None:
    """The name of a NOT NULL that a child has of its own, as it has of each that it had when it got its parent (18)."""
    own = catalog.get(Address("column", table.schema, name, table.name))
    return own.not_null_name if isinstance(own, Column) else None


def _own_no_more(name: str, table: Table, old: Catalog, new: Catalog) -> bool:
    """Whether a column that was the table's own is to be a parent's alone: INHERIT leaves it its own as well."""
    own = Address("column", table.schema, name, table.name)
    was, will = old.get(own), new.get(own)
    declared = isinstance(was, Column) and (was.merged or not was.inherited)
    return declared and table.partition_of is None and not (isinstance(will, Column) and will.merged)


def _by_declaration(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    """Tables for which a column of a parent's is to be no more, or to be one where a check would become theirs too."""
    for c in changes:
        o = subject(c)
        if not isinstance(o, Column) or not isinstance(table := new.get(o.parent or o.address), Table):
            continue
        was, will = (isinstance(x := side.get(o.address), Column) and x.merged for side in (old, new))
        stays = table.inherits and table.address in old and o.name in columns_from_parents(new, table)
        if table.inherits and _not_null_given_up(o, table, old, new):
            yield table.address
        if stays and was and not will and _own_no_more(o.name, table, old, new):
            yield table.address
        elif stays and will and not was and o.name in columns_from_parents(old, table):
            checks = (x for p in ancestors(table, new) for x in new.children(p) if isinstance(x, Check))
            if any(r.kind == "column" and r.name == o.name for x in checks for r in x.refs):
                yield table.address


def _not_null_given_up(c: Column, table: Table, old: Catalog, new: Catalog) -> bool:
    """Whether a child's own NOT NULL is to be the parent's alone, which had it before as well (18)."""
    was, will = old.get(c.address), new.get(c.address)
    if not isinstance(was, Column) or not was.inherited or was.not_null_name is None:
        return False
    if isinstance(will, Column) and (will.nullable or will.not_null_name is not None or not will.inherited):
        return False
    before = old.get(table.address)
    sides = [(old, before)] if isinstance(before, Table) else []
    above = [columns_from_parents(side, t).get(c.name) for side, t in (*sides, (new, table))]
    return len(above) == 2 and all(a is not None and not a.nullable for a in above)


def _by_identity(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    """Tables with an identity over a parent's default, where they had another default, or were no identity."""
    if not any(isinstance(subject(c), Column) for c in changes):
        return
    for will in new.of(Column):
        if will.inherited and will.identity is not None and (table := will.parent) in old and table is not None:
            was = old.get(will.address)
            had = was.default if isinstance(was, Column) and was.identity is not None else None
            if had != will.default:
                yield table


def _kept_own(o: Object, table: Table, old: Catalog, new: Catalog) -> bool:
    """The same of a parent's check, which a table must have before INHERIT."""
    if not isinstance(o, Check) or o.no_inherit or table.partition_of is not None:
        return False
    was = old.get(table.address)
    above = parents(was) if isinstance(was, Table) else ()
    had = any(isinstance(p, Check) and p.name == o.name for a in above for p in old.children(a))
    return not had and Address("check", table.schema, o.name, table.name) not in new


def _by_share(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Create) and isinstance(c.new, Index | Key) and not is_only(c.new):
            for d in new.dependents(c.new.address):
                both = [o for o in (old.get(d), new[d]) if isinstance(o, Key) or _unattached(o)]
                if len(both) == 2:
                    yield d


def _unattached(o: Object | None) -> bool:
    return isinstance(o, Index) and o.attached_to is None


def _by_partitions(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Index | Key) and "options" in c.fields:
            table = old.get(c.old.parent) if c.old.parent is not None else None
            if isinstance(table, Table) and table.partition_by is not None:
                yield c.new.address


def _by_leaving(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    altered = {c.new.address: c for c in changes if isinstance(c, Alter)}
    for c in altered.values():
        if isinstance(c.old, Table) and isinstance(c.new, Table) and c.fields & {"inherits", "partition_of"}:
            lost = {o.address for n, o in columns_from_parents(old, c.old).items() if n not in c.new.columns}
            users = (altered.get(d) for d in old.dependents(c.old.address))
            yield from (u.new.address for u in users if u is not None and not lost.isdisjoint(u.old.refs))


def _by_validity(changes: Sequence[Change], new: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Create) and isinstance(c.new, Table):
            yield from (o.address for o in _not_valid_above(c.new, new))
        if isinstance(c, Drop) and _validated(c.old) and c.old.parent in new:
            yield from (r for r in c.old.refs if isinstance(o := new.get(r), Check) and o.not_valid)


def _validated(o: Object) -> bool:
    """Whether it is a parent's check, valid where that may not be."""
    return isinstance(o, Check) and o.inherited and not o.not_valid


def _not_valid_above(t: Table, new: Catalog) -> Iterator[Check]:
    """The checks of a table's parents that are neither valid there nor here; made before the table, they would be."""
    for above in ancestors(t, new):
        handed = (o for o in new.children(above) if isinstance(o, Check) and _handed_down(o))
        yield from (o for o in handed if Address("check", t.schema, o.name, t.name) not in new)


def _handed_down(o: Check) -> bool:
    """Whether it is a table's own, not valid, and what a child table gets as well."""
    return o.not_valid and o.enforced and not o.no_inherit and not o.inherited


def _behind_children(c: Change, changes: Sequence[Change], new: Catalog) -> Change:
    if not isinstance(c, Create) or not isinstance(c.new, Check) or not _handed_down(c.new):
        return c
    made = (m.new for m in changes if isinstance(m, Create) and isinstance(m.new, Table))
    behind = {t.address for t in made if c.new in _not_valid_above(t, new)}
    return Create(replace(c.new, refs=tuple(sorted({*c.new.refs, *behind})))) if behind else c
