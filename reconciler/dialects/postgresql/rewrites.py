"""Replacements that would lose rows, turned into rebuilds that carry them over; and changes that come by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild, address_of
from ...model.namespaces import SequenceOwner
from ...model.objects import Child, Object
from ...model.tables import Column, Table
from .effects import TYPE_KINDS


def rewrite(changes: Sequence[Change], old: Catalog, new: Catalog, follow_order: bool) -> list[Change]:
    """The changes with tables, types and serial columns rebuilt where they would be dropped and made again."""
    done = list(changes)
    for step in (_types, _tables, _serials, _exchanged, _lineage):
        done = step(done, old, new)
    return done


def _replaced(changes: Iterable[Change], kinds: Iterable[str]) -> list[Address]:
    """What is dropped and made again under one address."""
    wanted = frozenset(kinds)
    gone = {c.old.address for c in changes if isinstance(c, Drop) and c.old.kind in wanted}
    return sorted(c.new.address for c in changes if isinstance(c, Create) and c.new.address in gone)


def _without(changes: Iterable[Change], absorbed: set[Address]) -> list[Change]:
    return [c for c in changes if address_of(c) not in absorbed]


def _tables(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    rebuilt: set[Address] = set()
    for a in _replaced(changes, {"table"}):
        if a in rebuilt:
            continue
        before, after = _family(old, a), _family(new, a)
        absorbed = {o.address for o in (*before, *after)} | {a}
        rebuilt |= absorbed
        changes = _without(changes, absorbed)
        reason = "the table cannot be altered in place"
        changes.append(Rebuild(old=old[a], new=new[a], before=before, after=after, reason=reason))
    return changes


def _family(catalog: Catalog, table: Address) -> tuple[Object, ...]:
    """The columns of a table, and its partitions below it, parents first."""
    children = catalog.children(table)
    found: list[Object] = [o for o in children if isinstance(o, Column)]
    todo = [table]
    while todo:
        above = todo.pop()
        parts = [catalog[d] for d in catalog.dependents(above)]
        below = [o for o in parts if isinstance(o, Table) and o.partition_of == above]
        found += below
        todo += [o.address for o in below]
    return tuple(found)


def _types(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    todo = _replaced(changes, TYPE_KINDS)
    groups: list[set[Address]] = []
    for a in todo:
        group = _types_over(a, old, new)
        for other in [g for g in groups if g & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    for group in groups:
        changes = _rebuilt_types(changes, group, old, new)
    return changes


def _types_over(a: Address, old: Catalog, new: Catalog) -> set[Address]:
    """A type and the types that are made of it, in both catalogs."""
    found: set[Address] = set()
    todo = [a]
    while todo:
        t = todo.pop()
        if t not in found and t in old and t in new:
            found.add(t)
            todo += [d for c in (old, new) for d in c.dependents(t) if d.kind in TYPE_KINDS]
    return found


def _rebuilt_types(changes: list[Change], group: set[Address], old: Catalog, new: Catalog) -> list[Change]:
    order = _made_of(group, new)
    users = {d for t in group for d in old.dependents(t)}
    columns = sorted(d for d in users if _keeps_rows(old.get(d), new.get(d)))
    checks = sorted({d for c in (old, new) for t in group for d in c.dependents(t) if d.kind == "domain_check"})
    before = [old[a] for a in (*order[1:], *columns, *(k for k in checks if k in old))]
    after = [new[a] for a in (*order[1:], *columns, *(k for k in checks if k in new))]
    done = _without(changes, {*group, *columns, *checks})
    root = order[0]
    reason = "the type cannot be altered in place"
    done.append(Rebuild(old=old[root], new=new[root], before=tuple(before), after=tuple(after), reason=reason))
    return done


def _keeps_rows(was: Object | None, will: Object | None) -> bool:
    return isinstance(was, Column) and isinstance(will, Column) and was.generated is None and will.generated is None


def _made_of(group: set[Address], catalog: Catalog) -> list[Address]:
    """The types, each after those that it is made of."""
    order: list[Address] = []
    left = sorted(group)
    while left:
        ready = [a for a in left if not set(catalog[a].requires()).intersection(left) - {a}] or left[:1]
        order += ready
        left = [a for a in left if a not in ready]
    return order


def _serials(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """Serial columns that become identities and back: the sequence's name is free only inside the step."""
    verbs = {address_of(c): c for c in changes}
    for c in list(changes):
        if not isinstance(c, Alter) or not isinstance(c.old, Column) or not isinstance(c.new, Column):
            continue
        was, will = c.old, c.new
        if will.identity is not None and was.identity is None:
            parts = _own_sequence(was, old, verbs, Drop)
            found = Rebuild(old=was, new=will, before=parts, reason="its sequence becomes the identity's")
        elif was.identity is not None and will.identity is None:
            parts = _own_sequence(will, new, verbs, Create)
            found = Rebuild(old=was, new=will, after=parts, reason="the identity becomes a sequence")
        else:
            continue
        if parts:
            changes = [*_without(changes, {was.address, *(o.address for o in parts)}), found]
    return changes


def _exchanged(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """The same inside of a table that is made anew."""
    for c in [c for c in changes if isinstance(c, Rebuild) and isinstance(c.old, Table)]:
        verbs = {address_of(v): v for v in changes}
        pairs = [(old.get(o.address), o) for o in c.after if isinstance(o, Column)]
        gone, made = list[Object](), list[Object]()
        for was, will in pairs:
            if isinstance(was, Column) and (was.identity is None) != (will.identity is None):
                gone += _own_sequence(was, old, verbs, Drop) if will.identity is not None else ()
                made += _own_sequence(will, new, verbs, Create) if was.identity is not None else ()
        if gone or made:
            both = replace(c, before=(*c.before, *gone), after=(*c.after, *made))
            changes = [*_without(changes, {c.old.address, *(o.address for o in (*gone, *made))}), both]
    return changes


def _own_sequence(
    column: Column, catalog: Catalog, verbs: dict[Address, Change], verb: type[Change]
) -> tuple[Object, ...]:
    """The sequence that serves this column alone, with the tie between them, where both come or go."""
    for ref in column.default_refs:
        if ref.kind != "sequence" or not isinstance(verbs.get(ref), verb) or ref not in catalog:
            continue
        tie = Address("sequence_owner", ref.schema, ref.name)
        owner = catalog.get(tie)
        users = set(catalog.dependents(ref))
        if isinstance(owner, SequenceOwner) and owner.column_address == column.address:
            return (catalog[ref], owner) if users <= {column.address, tie} else ()
        return (catalog[ref],) if users <= {column.address} and verb is Drop else ()
    return ()


def _lineage(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """What a table has already, from the parent that it leaves or joins, is neither made nor dropped."""
    moved = {
        c.new.address: (c.old, c.new)
        for c in changes
        if isinstance(c, Alter) and isinstance(c.new, Table) and c.fields & {"partition_of", "inherits"}
    }
    if not moved:
        return changes
    return [c for c in changes if not _comes_by_itself(c, moved, old, new)]


def _comes_by_itself(c: Change, moved: dict[Address, tuple[Object, Table]], old: Catalog, new: Catalog) -> bool:
    if isinstance(c, Create) and c.new.parent in moved:
        return any(_same_below(p, c.new) for p in _inherited(old, moved[c.new.parent][0]))
    if isinstance(c, Drop) and c.old.parent in moved:
        return c.old.kind == "column" and any(_same_below(p, c.old) for p in _inherited(new, moved[c.old.parent][1]))
    return False


def _inherited(catalog: Catalog, table: Object) -> list[Object]:
    assert isinstance(table, Table)
    parents = [*table.inherits, *([table.partition_of] if table.partition_of is not None else [])]
    return [o for p in parents for o in catalog.children(p)]


def _same_below(above: Object, own: Object) -> bool:
    if type(above) is not type(own) or not isinstance(above, Child) or not isinstance(own, Child):
        return False
    name = own.name if own.kind != "column" else above.name
    a = replace(above, schema=own.schema, table=own.table, name=name, refs=(), comment=None)
    b = replace(own, refs=(), comment=None)
    if isinstance(a, Column) and isinstance(b, Column):
        a, b = (replace(c, default_refs=(), inherited=False, merged=False, identity=None) for c in (a, b))
    return a == b
