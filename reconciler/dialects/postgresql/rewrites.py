"""Replacements that would lose rows, turned into rebuilds that carry them over; and changes that come by themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from graphlib import TopologicalSorter

from msgspec.structs import replace

from ...model.access import Grant, Owner
from ...model.address import Address
from ...model.catalog import Catalog, closure
from ...model.changes import Alter, Change, Create, Drop, Rebuild, address_of
from ...model.namespaces import SequenceOwner
from ...model.objects import Object
from ...model.tables import Column, Table
from . import not_null_names
from .beyond import escalated
from .containers import checked_first
from .ddl_trigger_states import kept_apart
from .handed_columns import handed
from .keyed_types import held_back
from .keys_of_indexes import taking
from .kinds import REMADE, TYPE_KINDS
from .lineage import by_lineage, columns_from_parents, of_typed, parents
from .partitions import untied
from .typed import as_found, let_go_first


def rewriting(
    capabilities: dict[str, bool],
) -> Callable[[Sequence[Change], Catalog, Catalog, bool], list[Change]]:
    """What rewrites changes so that tables, types and serial columns are rebuilt where they would be dropped and made
    again."""
    steps = [let_go_first, of_typed, _types, _tables, held_back, _handed_on, _serials, _exchanged, handed]
    steps += [by_lineage, untied, kept_apart, checked_first]
    steps.append(taking)
    if capabilities["not_null_names"]:
        steps += [not_null_names.of_parents, not_null_names.said]

    def rewrite(changes: Sequence[Change], old: Catalog, new: Catalog, follow_order: bool) -> list[Change]:
        done = escalated(changes, old, new, named=capabilities["not_null_names"])
        for step in steps:
            done = step(done, old, new)
        return done

    return rewrite


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
        if a in rebuilt or _is_foreign(old[a]) or _is_foreign(new[a]):
            continue
        before, after = _staying(_family(old, a), _family(new, a), old, new)
        absorbed = {o.address for o in (*before, *after)} | {a}
        rebuilt |= absorbed
        changes = _without(changes, absorbed)
        reason = "the table cannot be altered in place"
        was = as_found(changes, old[a], old)
        changes.append(Rebuild(old=was, new=new[a], before=before, after=after, reason=reason))
    return changes


def _is_foreign(o: Object) -> bool:
    """Whether a table's rows are somewhere else, from where nobody takes them."""
    return isinstance(o, Table) and o.server is not None


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


def _staying(
    before: tuple[Object, ...], after: tuple[Object, ...], old: Catalog, new: Catalog
) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """What of a table's family is made anew with it: not the partitions that leave it before, or join it behind."""
    was, will = ({o.address for o in side} for side in (before, after))

    def kept(side: tuple[Object, ...], other: set[Address], elsewhere: Catalog) -> tuple[Object, ...]:
        moving = {o.address for o in side if isinstance(o, Table) and o.address not in other and o.address in elsewhere}
        return tuple(o for o in side if o.address not in moving and getattr(o, "partition_of", None) not in moving)

    return kept(before, will, new), kept(after, was, old)


def _handed_on(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    """Where a table and a type of its columns are both made anew, the type comes first and hands the columns on."""
    tables = [c for c in changes if isinstance(c, Rebuild) and isinstance(c.old, Table)]
    types = [c for c in changes if isinstance(c, Rebuild) and c.old.kind in REMADE]
    for a, b in [(a.old.address, b.old.address) for a in types for b in tables]:
        by_root = {c.old.address: c for c in changes if isinstance(c, Rebuild)}
        handed = _Handed(by_root[a], by_root[b])
        if handed.any:
            changes = [*_without(changes, {a, b}), *handed.changes()]
    return changes


class _Handed:
    """The rebuild of a type and then of a table that uses it.

    The type's takes the columns that stay to what the table's copies from, types alone; those that lose their values
    (dropped, or computed from now on) go before it, since the old type cannot while they are there.
    """

    def __init__(self, type: Rebuild, table: Rebuild) -> None:
        self.type, self.table = type, table
        self.group = {o.address for o in (type.old, *type.before) if o.kind in REMADE}
        self.family = {o.address for o in (table.old, *table.before) if isinstance(o, Table)}
        users = [o for o in table.before if isinstance(o, Column) and not self.group.isdisjoint(o.requires())]
        after = {o.address: o for o in table.after if isinstance(o, Column)}
        self.gone = {o.address: o for o in users if not _keeps_rows(o, after.get(o.address))}
        self.kept = {o.address: self._between(o, after[o.address]) for o in users if o.address not in self.gone}
        self.any = any(o.parent in self.family for o in (*type.before, *users))

    def _between(self, was: Column, will: Column) -> Column:
        """The column as the table's rebuild finds it: of the type that it copies, and otherwise as it was."""
        made = replace(was, type=will.type, collation=will.collation, refs=will.refs)
        return replace(made, default=None, default_refs=(), storage=None, compression=None)

    def changes(self) -> list[Change]:
        handed = tuple(o for o in self.table.before if o.address in self.kept)
        before = (*(o for o in self.type.before if o.parent not in self.family), *handed)
        after = (*(o for o in self.type.after if o.parent not in self.family), *self.kept.values())
        rest = tuple(self.kept.get(o.address, o) for o in self.table.before if o.address not in self.gone)
        taken = (*self.table.taken, *self.kept)
        return [
            *(Drop(o) for o in self.gone.values()),
            replace(self.type, before=before, after=after),
            replace(self.table, before=rest, taken=taken),
        ]


def _types(changes: list[Change], old: Catalog, new: Catalog) -> list[Change]:
    pairs = {a: a for a in _replaced(changes, REMADE)} | _other_kinds(changes)
    groups: list[set[Address]] = []
    for was, will in pairs.items():
        group = _types_over({was, will}, old, new)
        for other in [g for g in groups if g & group or _meet(g, group, old, new)]:
            groups.remove(other)
            group |= other
        groups.append(group)
    for group in groups:
        todo = [(a, b) for a, b in pairs.items() if a in group]
        bases = [(a, b) for a, b in todo if group.isdisjoint(new[b].requires())]
        changes = _rebuilt_types(changes, next(iter(bases), min(todo)), group, old, new)
    return changes


def _other_kinds(changes: Iterable[Change]) -> dict[Address, Address]:
    """Types whose names another kind of type gets: an enum that becomes a domain."""
    gone = {(o.schema, o.name): o for c in changes if isinstance(c, Drop) and (o := c.old).kind in TYPE_KINDS}
    made = [c.new for c in changes if isinstance(c, Create) and c.new.kind in TYPE_KINDS]
    pairs = ((gone[o.schema, o.name], o) for o in made if (o.schema, o.name) in gone)
    return {was.address: will.address for was, will in pairs if was.kind != will.kind}


def _types_over(seeds: set[Address], old: Catalog, new: Catalog) -> set[Address]:
    """Types and those that are made of them, before or after."""
    return {
        a
        for c in (old, new)
        for a in closure(c, seeds, lambda c, t: (d for d in c.dependents(t) if d.kind in REMADE))
    }


def _meet(a: set[Address], b: set[Address], old: Catalog, new: Catalog) -> bool:
    """Whether a column goes from one group of types to the other, and so needs both at once."""
    was, will = ([{d for t in group for d in c.dependents(t)} for group in (a, b)] for c in (old, new))
    return not (was[0].isdisjoint(will[1]) and was[1].isdisjoint(will[0]))


def _rebuilt_types(
    changes: list[Change], root: tuple[Address, Address], group: set[Address], old: Catalog, new: Catalog
) -> list[Change]:
    was, will = root
    users = {d for t in group for d in old.dependents(t)}
    dropped = [c.old.address for c in changes if isinstance(c, Drop)]
    gone = closure(old, dropped, lambda c, a: (d for d in c.dependents(a) if d.kind in ("server", "table")))
    kept = {d for d in users if _keeps_rows(old.get(d), new.get(d)) and not _goes(old[d].parent, gone, old)}
    between = {d: c for d in users if (c := _between(old[d], changes, new)) is not None}
    kept -= between.keys()
    columns = _parents_first(kept | between.keys(), old)
    checks = sorted({d for c in (old, new) for t in group for d in c.dependents(t) if d.kind == "domain_check"})
    parts = (*sorted(group - {will}), *columns, *checks)  # a type that becomes one of another kind is a part of itself
    before, after = (tuple(c[a] for a in parts if a in c and (c is old or a not in between)) for c in (old, new))
    reason = "the type cannot be altered in place"
    done = _without(changes, {*group, *columns, *checks})
    moving = {o.parent for o in between.values()} | _leaving(done, columns, old)
    after = tuple(Unparented.of(o) if isinstance(o, Column) and o.parent in moving else o for o in after)
    after = (*after, *map(Unparented.of, between.values()))
    done = [_behind(c, will, moving) for c in done]
    for a, o in sorted(between.items()):
        done += [Drop(o), *([Create(new[a])] if a in new else [])]
    return [*done, Rebuild(old=old[was], new=new[will], before=before, after=after, reason=reason)]


class Unparented(Column, frozen=True, kw_only=True):
    """A column that is changed before its table is: it waits for that no more. In no catalog."""

    @classmethod
    def of(cls, c: Column) -> Unparented:
        return cls(**{f: getattr(c, f) for f in c.__struct_fields__})

    def requires(self) -> Iterator[Address]:
        yield from self.refs


def _between(o: Object, changes: Iterable[Change], new: Catalog) -> Column | None:
    """A column of a table that gets a parent, which has it from then on, or leaves it, and has it as its own: of the
    new type, as it has to be for that."""
    moved = (c.new for c in changes if isinstance(c, Alter) and c.new.address == o.parent)
    table = next((t for t in moved if isinstance(t, Table)), None)
    if not isinstance(o, Column) or table is None:
        return None
    will = columns_from_parents(new, table).get(o.name) if not o.inherited else new.get(o.address)
    if not isinstance(will, Column) or (o.inherited and will.inherited) or not _keeps_rows(o, will):
        return None
    made = replace(o, type=will.type, collation=will.collation, refs=will.refs)
    return replace(made, default=None, default_refs=(), storage=None, compression=None)


def _leaving(changes: Iterable[Change], columns: Collection[Address], old: Catalog) -> set[Address | None]:
    """The tables that leave a parent with one of these columns, which is their own from then on."""
    found: set[Address | None] = set()
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Table) and isinstance(c.new, Table):
            theirs = columns_from_parents(old, c.old, without={*parents(c.new)})
            found |= {c.new.address} if any(o.address in columns for o in theirs.values()) else set()
    return found


def _behind(c: Change, type: Address, tables: set[Address | None]) -> Change:
    """The change so that a table gets its parent, or leaves it, when its column is of the new type."""
    if not isinstance(c, Alter) or c.new.address not in tables:
        return c
    return replace(c, new=replace(c.new, refs=tuple(sorted({*c.new.refs, type}))))


def _goes(table: Address | None, gone: set[Address], old: Catalog) -> bool:
    """Whether a table is no rebuild's to carry over: it is on another server."""
    t = old.get(table) if table is not None else None
    return isinstance(t, Table) and t.server is not None and table in gone


def _parents_first(columns: set[Address], catalog: Catalog) -> list[Address]:
    """The columns, each after the one that it inherits: what is done to that one is done to it as well."""
    above = {a: [r for r in catalog[a].refs if r in columns and r != a] for a in sorted(columns)}
    return list(TopologicalSorter(above).static_order())


def _keeps_rows(was: Object | None, will: Object | None) -> bool:
    return isinstance(was, Column) and isinstance(will, Column) and was.generated is None and will.generated is None


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
    """The sequence that serves this column alone, with the tie between them and its owner, where both come or go."""
    for ref in column.default_refs:
        if ref.kind != "sequence" or not isinstance(verbs.get(ref), verb) or ref not in catalog:
            continue
        tie = Address("sequence_owner", ref.schema, ref.name)
        owner = catalog.get(tie)
        users = [catalog[d] for d in catalog.dependents(ref)]
        owners = tuple(u for u in users if isinstance(u, Owner))
        served = {u.address for u in users if not isinstance(u, (Owner, Grant))}
        if isinstance(owner, SequenceOwner) and owner.column_address == column.address:
            return (catalog[ref], owner, *owners) if served <= {column.address, tie} else ()
        return (catalog[ref], *owners) if served <= {column.address} and verb is Drop else ()
    return ()
