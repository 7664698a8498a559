"""What a step does to those who use the database, as measured on MariaDB 10.11 and as MySQL 8's manual has it."""

from __future__ import annotations

from ...model.changes import Alter, Create, Drop, Impact, Rebuild, Rename, Step
from ...model.objects import Object
from ...model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique
from ..base import Rendering
from .alter import Pack
from .online import algorithm


def impact(step: Step, context: Rendering) -> Impact:
    """The impact of a step; of what is made inside a CREATE nobody takes notice."""
    change = step.change
    o = change.old if isinstance(change, Drop) else change.new
    if isinstance(change, Rename):
        return Impact(lock="access exclusive", on=_on(o))
    if isinstance(o, Table) and isinstance(change, Drop):
        return Impact(lock="access exclusive", on=_on(o), loses=f"the table {o.name} with its rows")
    if isinstance(o, Table) and isinstance(change, Create):
        return Impact()
    if isinstance(o, ForeignKey):
        # Adding one reads and copies the table, dropping one changes the dictionary alone.
        return Impact(lock="share" if isinstance(change, Create) else "access exclusive", on=_on(o),
                      scan=isinstance(change, Create), rewrite=isinstance(change, Create))  # fmt: skip
    if isinstance(o, Table | Column | PrimaryKey | Unique | Index | Check):
        return _altered(step, context, o)
    return Impact(lock="none" if not _on(o) else "access exclusive", on=_on(o))


def _altered(step: Step, context: Rendering, o: Object) -> Impact:
    pack = Pack([step.change], context)
    way = algorithm(pack)
    copies = way == "copy"
    return Impact(
        lock="share" if copies else "access exclusive" if way == "instant" else "share update exclusive",
        on=_on(o),
        rewrite=way in ("copy", "inplace"),
        scan=way != "instant",
        loses=", ".join([*_lost(step), *([f"the history of {pack.table.name}"] if pack.loses_history() else [])]),
    )


def _lost(step: Step) -> list[str]:
    """The columns that go with what is in them, and those whose values may not fit."""
    change = step.change
    gone: list[Object] = []
    if isinstance(change, Drop):
        gone = [change.old]
    elif isinstance(change, Rebuild):
        after = {o.address for o in change.after}
        gone = [o for o in change.before if o.address not in after]
    pairs = [(change.old, change.new)] if isinstance(change, Alter) else []
    if isinstance(change, Rebuild):
        will = {o.address: o for o in change.after}
        pairs = [(o, will[o.address]) for o in change.before if o.address in will]
    lost = [f"the column {o.address.dotted} with what is in it" for o in gone if isinstance(o, Column)]
    for old, new in pairs:
        if isinstance(old, Column) and isinstance(new, Column) and old.type != new.type and not _widens(old, new):
            lost.append(f"what does not fit {new.type} in {new.address.dotted}")
    return lost


def _widens(old: Column, new: Column) -> bool:
    """Whether the new type is the old one with a greater length, or one more value at its end."""
    was, _, inside = old.type.partition("(")
    will, _, new_inside = new.type.partition("(")
    if was != will:
        return (was, will) in _WIDER
    first, second = inside.rstrip(")"), new_inside.rstrip(")")
    if first.isdigit() and second.isdigit():
        return int(first) <= int(second)
    return was in ("enum", "set") and second.startswith(first)


_WIDER = frozenset(
    (a, b)
    for family in (
        ("tinyint", "smallint", "mediumint", "int", "bigint"),
        ("tinytext", "text", "mediumtext", "longtext"),
        ("tinyblob", "blob", "mediumblob", "longblob"),
        ("varchar", "mediumtext"),
        ("inet4", "inet6"),
        ("float", "double"),
    )
    for i, a in enumerate(family)
    for b in family[i + 1 :]
)


def _on(o: Object) -> tuple[str, ...]:
    table = getattr(o, "table", None)
    return (table,) if table is not None else (o.name,) if isinstance(o, Table) else ()
