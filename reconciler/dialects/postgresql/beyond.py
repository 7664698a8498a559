"""Changes that ALTER can make, and that the server refuses because of who uses the object: asked for as replacements,
which are then made into rebuilds that carry the rows over.

- The type of a column of a partition key cannot be changed (14 to 18), on any level of partitions.
- A table that gets a parent must have all of the parent's columns, and has them as its own then, which those that were
  made as children have not.
- A table that becomes one of a type must have the type's columns already, and no others, in the type's order.
- An index of a partition that is equal to one made of the whole would become a share of that one, and stays none.
- The storage parameters of an index of a partitioned table cannot be set.
- A check that is not valid is valid in a child table that is made after it; where it is to be valid in neither, it is
  made behind the children, also anew.
- A check of a domain, or its NOT NULL, is looked for in the columns that are of the domain, and refused where a column
  holds it inside of an array, a composite or a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop
from ...model.objects import Object
from ...model.tables import Check, Column, Index, Key, Table
from ...model.types import Attribute, CompositeType, Domain, DomainCheck
from .lineage import columns_of, parents
from .spelling import ident


def escalated(changes: Sequence[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The changes with a replacement in place of each that the server would refuse."""
    replaced = {c.old.address for c in changes if isinstance(c, Drop)}
    by = [_by_partition_key(changes, old), _by_container(changes, old), _by_parent(changes, old, new)]
    by += [_by_type(changes, old, new), _by_share(changes, old, new), _by_validity(changes, new)]
    by.append(_by_partitions(changes, old))
    wanted = sorted(a for a in {*chain.from_iterable(by)} - replaced if a in old and a in new)
    kept = [c for c in changes if not (isinstance(c, Alter) and c.new.address in wanted)]
    done = [*kept, *(Drop(old[a]) for a in wanted), *(Create(new[a]) for a in wanted)]
    return [_behind_children(c, done, new) for c in done]


def _by_partition_key(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Column) and c.fields & {"type", "collation"}:
            table = c.old.parent
            if table is not None and any(mentions(t, c.old.name) for t in below(old, table)):
                yield table


def _by_parent(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Table) and isinstance(c.new, Table):
            before, after = (set(parents(t)) for t in (c.old, c.new))
            joined = [p for a in sorted(after - before) if isinstance(p := new.get(a), Table)]
            had = {n: (o.type, o.collation, o.generated) for n, o in columns_of(old, c.old).items()}
            wanted = [columns_of(new, p) for p in joined]
            other = any(had.get(n) != (o.type, o.collation, o.generated) for p in wanted for n, o in p.items())
            other = other or any(_kept_own(o, c.new, old, new) for p in joined for o in new.children(p.address))
            if other or any(_own_no_more(n, c.new, old, new) for p in wanted for n in p):
                yield c.new.address


def _own_no_more(name: str, table: Table, old: Catalog, new: Catalog) -> bool:
    """Whether a column that was the table's own is to be a parent's alone: INHERIT leaves it its own as well."""
    own = Address("column", table.schema, name, table.name)
    was, will = old.get(own), new.get(own)
    declared = isinstance(was, Column) and (was.merged or not was.inherited)
    return declared and table.partition_of is None and not (isinstance(will, Column) and will.merged)


def _kept_own(o: Object, table: Table, old: Catalog, new: Catalog) -> bool:
    """The same of a parent's check, which a table must have before INHERIT."""
    if not isinstance(o, Check) or o.no_inherit or table.partition_of is not None:
        return False
    was = old.get(table.address)
    above = parents(was) if isinstance(was, Table) else ()
    had = any(isinstance(p, Check) and p.name == o.name for a in above for p in old.children(a))
    return not had and Address("check", table.schema, o.name, table.name) not in new


def _by_type(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    losing = {c.old.parent for c in changes if isinstance(c, Drop) and isinstance(c.old, Column)}
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Table) and isinstance(c.new, Table) and "of_type" in c.fields:
            types = [o for r in c.new.refs if isinstance(o := new.get(r), CompositeType)]
            columns = columns_of(old, c.old)
            had = [(n, columns[n].type, columns[n].collation) for n in c.old.columns if n in columns]
            if c.new.of_type is None:  # a column can go only when it is not the type's any more, and goes first
                other = c.old.address in losing
            else:
                other = any([_shape(a) for a in t.attributes] != had for t in types)
            if other:
                yield c.new.address


def _by_share(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Create) and isinstance(c.new, Index):
            for d in new.dependents(c.new.address):
                both = [o for o in (old.get(d), new[d]) if isinstance(o, Index) and o.attached_to is None]
                if len(both) == 2:
                    yield d


def _by_partitions(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Index | Key) and "options" in c.fields:
            table = old.get(c.old.parent) if c.old.parent is not None else None
            if isinstance(table, Table) and table.partition_by is not None:
                yield c.new.address


def _by_validity(changes: Sequence[Change], new: Catalog) -> Iterator[Address]:
    for c in changes:
        if isinstance(c, Create) and isinstance(c.new, Table):
            yield from (o.address for o in _not_valid_above(c.new, new))
        if isinstance(c, Drop) and isinstance(c.old, Check) and c.old.inherited and c.old.parent in new:
            yield from (r for r in c.old.refs if isinstance(o := new.get(r), Check) and o.not_valid)


def _not_valid_above(t: Table, new: Catalog) -> Iterator[Check]:
    """The checks of a table's parents that are neither valid there nor here; made before the table, they would be."""
    todo = list(parents(t))
    for above in todo:
        handed = (o for o in new.children(above) if isinstance(o, Check) and _handed_down(o))
        yield from (o for o in handed if Address("check", t.schema, o.name, t.name) not in new)
        if isinstance(p := new.get(above), Table):
            todo += parents(p)


def _handed_down(o: Check) -> bool:
    """Whether it is a table's own, not valid, and what a child table gets as well."""
    return o.not_valid and o.enforced and not o.no_inherit and not o.inherited


def _behind_children(c: Change, changes: Sequence[Change], new: Catalog) -> Change:
    if not isinstance(c, Create) or not isinstance(c.new, Check) or not _handed_down(c.new):
        return c
    made = (m.new for m in changes if isinstance(m, Create) and isinstance(m.new, Table))
    behind = {t.address for t in made if c.new in _not_valid_above(t, new)}
    return Create(replace(c.new, refs=tuple(sorted({*c.new.refs, *behind})))) if behind else c


def _shape(a: Attribute) -> tuple[str, str, str | None]:
    return a.name, a.type, a.collation


def below(catalog: Catalog, table: Address) -> Iterator[Table]:
    """The table and its partitions on every level."""
    todo = [table]
    while todo:
        above = todo.pop()
        found = catalog.get(above)
        if isinstance(found, Table):
            yield found
            users = (catalog[d] for d in catalog.dependents(above))
            todo += [o.address for o in users if isinstance(o, Table) and o.partition_of == above]


def mentions(table: Table, column: str) -> bool:
    """Whether the partition key has the column, as far as its text tells; a rebuild too many loses nothing."""
    if table.partition_by is None:
        return False
    return re.search(rf'(?<![\w"]){re.escape(ident(column))}(?![\w"])', table.partition_by) is not None


def _by_container(changes: Sequence[Change], old: Catalog) -> Iterator[Address]:
    for c in changes:
        domain = _looked_for(c)
        if domain is not None and _in_container(domain, old):
            yield domain


def _looked_for(c: Change) -> Address | None:
    """The domain for whose values the server looks, to see whether they are as they have to be from now on."""
    if isinstance(c, Create) and isinstance(c.new, DomainCheck):
        return None if c.new.not_valid else c.new.parent
    if isinstance(c, Alter) and isinstance(c.new, DomainCheck):
        return c.new.parent if "not_valid" in c.fields else None
    if isinstance(c, Alter) and isinstance(c.new, Domain) and "nullable" in c.fields:
        return None if c.new.nullable else c.new.address
    return None


def _in_container(domain: Address, catalog: Catalog) -> bool:
    todo: list[tuple[Address, bool]] = [(domain, False)]
    seen = set(todo)
    while todo:
        type, inside = todo.pop()
        for user in (catalog[d] for d in catalog.dependents(type)):
            holds = inside or _holds(user)
            if isinstance(user, Column) and holds:
                return True
            if user.kind in _TYPES and (user.address, holds) not in seen:
                seen.add((user.address, holds))
                todo.append((user.address, holds))
    return False


_TYPES = frozenset({"domain", "composite_type", "range_type"})


def _holds(o: Object) -> bool:
    """Whether a type is something inside of this one, and not what it is itself."""
    return o.kind in ("composite_type", "range_type") or str(getattr(o, "type", "")).endswith("[]")
