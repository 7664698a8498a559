"""Plans that must not be carried out: they would lose rows that nobody asked to lose, or stop half-way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...diagnostics import Finding
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Change, Create, Drop, Rebuild
from ...model.objects import Object
from ...model.tables import Column, Table
from .kinds import REMADE
from .lineage import columns_of
from .partition_keys import below, mentions

_SUBSCRIBED = "change it by hand on both servers (ALTER SUBSCRIPTION {0} …), then plan again"
_BY_HAND = "leave {0} as it is; or take them apart by hand, apply, and put them together again"


def refusals(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Finding]:
    """What forbids a plan, given all that its changes force."""
    found = {f.address: f for f in (*_lost(changes, old), *_left_behind(changes, old, new))}
    yield from found.values()
    for c in changes:
        if isinstance(c, Alter) and isinstance(c.old, Column) and c.fields & {"type", "collation"}:
            yield from _as_values(c.old, old)
            yield from _of_several_parents(c.old, old, new)
        if isinstance(c, Rebuild) and c.old.kind in REMADE:
            yield from _keyed(c, old)


def _lost(changes: Sequence[Change], old: Catalog) -> Iterator[Finding]:
    """Tables, and columns with values of their own, that are dropped and made again."""
    made = {c.new.address: c.new for c in changes if isinstance(c, Create)}
    gone = {c.old.address: c.old for c in changes if isinstance(c, Drop)}
    anew = {c.old.address for c in changes if isinstance(c, Drop | Rebuild)}
    anew |= {o.address for c in changes if isinstance(c, Rebuild) for o in c.before}
    for a, was in sorted(gone.items()):
        will = made.get(a)
        if was.kind == "subscription" and will is not None:
            message = "the subscription would be made anew, and lose its place"
            why = "two_phase and failover are said when it is made, and so is its connection, which is a secret"
            yield Finding(rule="rows-lost", address=str(a), message=message, why=why, next=_SUBSCRIBED.format(a.name))
        elif _has_rows(was) and will is not None:
            yield _finding(a, "the table would be dropped and made again, without its rows", _cause(was, anew))
        elif _has_values(was) and will is not None and _has_values(will) and was.parent not in gone:
            yield _finding(a, "the column would be dropped and made again, without its values", _cause(was, anew))


def _left_behind(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Finding]:
    """Tables whose rebuild would not carry all columns over, since some are their parent's; and those that inherit from
    a table that is made anew, which would have to let go of it first; those that go for good do."""
    for c in changes:
        if not isinstance(c, Rebuild) or not isinstance(c.old, Table) or not isinstance(c.new, Table):
            continue
        carried = columns_of(old, c.old)
        if missing := [n for n in c.old.columns if n in c.new.columns and n not in carried]:
            message = f"the table would be made anew without the values of {', '.join(missing)}"
            yield _finding(c.old.address, message, str(next(iter((*c.old.requires(),)), c.old.address)))
        for user in (old[d] for d in old.dependents(c.old.address)):
            if isinstance(user, Table) and c.old.address in user.inherits and user.address in new:
                yield _finding(user.address, "it inherits from a table that is made anew", str(c.old.address))


def _has_rows(o: Object) -> bool:
    """A foreign table's are somewhere else."""
    return isinstance(o, Table) and getattr(o, "server", None) is None


def _has_values(o: Object) -> bool:
    return isinstance(o, Column) and o.generated is None and not o.inherited


def _cause(o: Object, anew: set[Address]) -> str:
    """What it hangs on that is made anew; the object itself where there is nothing."""
    return next((str(r) for r in sorted(o.refs, key=str) if r in anew and r != o.parent), "") or next(
        (str(r) for r in o.requires() if r in anew), str(o.address)
    )


def _finding(a: Address, message: str, cause: str) -> Finding:
    why = f"{cause} is made anew, and this hangs on it (it inherits from it, or is of its type)"
    return Finding(rule="rows-lost", address=str(a), message=message, why=why, next=_BY_HAND.format(cause))


def _as_values(column: Column, old: Catalog) -> Iterator[Finding]:
    """PostgreSQL changes no type in a table whose rows are the values of a column (14 to 18)."""
    table = column.parent
    users = (old[d] for d in old.dependents(table)) if table is not None else ()
    held = sorted(str(o.address) for o in users if isinstance(o, Column) and _of_row_type(o, column))
    if held:
        yield Finding(
            rule="row-type",
            address=str(column.address),
            message="its type cannot be changed while rows of its table are values elsewhere",
            why=f"{', '.join(held)} hold rows of {table}",
            next=_BY_HAND.format(column.address),
        )


def _of_several_parents(column: Column, old: Catalog, new: Catalog) -> Iterator[Finding]:
    """PostgreSQL changes a column's type in all children at once, and refuses where one has it from another parent as
    well, whose type would be another then (14 to 18)."""
    for child in _children(column.parent, old):
        staying = getattr(new.get(child.address), "inherits", ())
        having = [p for p in staying if isinstance(t := old.get(p), Table) and column.name in t.columns]
        if len(having) > 1:
            yield Finding(
                rule="several-parents",
                address=str(column.address),
                message=f"its type cannot be changed while {child.address} has it from several parents",
                why=f"it is a column of {', '.join(map(str, having))}, and the server changes one at a time",
                next=_BY_HAND.format(column.address),
            )


def _children(table: Address | None, catalog: Catalog) -> Iterator[Table]:
    """The tables that inherit from one, over all generations."""
    for o in (catalog[d] for d in (catalog.dependents(table) if table is not None else ())):
        if isinstance(o, Table) and table in o.inherits:
            yield o
            yield from _children(o.address, catalog)


def _of_row_type(o: Column, column: Column) -> bool:
    table = column.parent
    return table in o.refs and table not in o.default_refs and o.parent != table and not o.inherited


def _keyed(c: Rebuild, old: Catalog) -> Iterator[Finding]:
    """A column of a partition key is of one type for good (14 to 18), and its table cannot be copied before the type is
    there under its name."""
    for o in c.before:
        table = o.parent
        if isinstance(o, Column) and table is not None and any(mentions(t, o.name) for t in below(old, table)):
            yield Finding(
                rule="partition-key",
                address=str(o.address),
                message="its type cannot be made anew while it is in a partition key",
                why=f"{c.old.address} is made anew, and {table} or a partition of it is partitioned by this",
                next=_BY_HAND.format(c.old.address),
            )
