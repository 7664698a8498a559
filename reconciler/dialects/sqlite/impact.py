"""What a step does to others. A writer locks the whole database; readers wait for it, too, unless it runs in WAL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ...model.changes import Alter, Change, Create, Drop, Impact, Rebuild, Rename, Step, subject
from ...model.namespaces import Pragma
from ...model.objects import Object
from ...model.programs import VirtualTable
from ...model.tables import Column, Index, Table
from ..base import Rendering
from .programs import indexes_another
from .rewrite import common_columns


def impact(step: Step, context: Rendering) -> Impact:
    if isinstance(subject(step.change), Pragma):
        return Impact(lock="database")
    if isinstance(step.change, Drop) and _is_filled_again(step.change.old, context):
        return Impact(lock="database", on=(step.change.old.name,), rewrite=True)
    return _OF[type(step.change)](step.change)


def _is_filled_again(old: Object, context: Rendering) -> bool:
    """Whether an index of another table's rows is made anew from them."""
    new = context.new.get(old.address)
    return isinstance(new, VirtualTable) and indexes_another(new.definition)


def _table_of(change: Change) -> tuple[str, ...]:
    o = subject(change)
    return (o.parent.name if o.parent is not None else o.name,)


def _create(change: Change) -> Impact:
    assert isinstance(change, Create)
    scan = isinstance(change.new, Index) or (isinstance(change.new, Column) and not change.new.nullable)
    return Impact(lock="database", on=_table_of(change), scan=scan)


def _drop(change: Change) -> Impact:
    assert isinstance(change, Drop)
    old = change.old
    if isinstance(old, Column):
        kept = old.generated is not None and not old.generated.stored
        loses = "" if old.generated is not None else f"the values of {old.table}.{old.name}"
        return Impact(lock="database", on=(old.table,), rewrite=not kept, loses=loses)
    if isinstance(old, Table | VirtualTable):
        return Impact(lock="database", on=(old.name,), loses=f"the rows of {old.name}")
    return Impact(lock="database", on=_table_of(change))


def _alter(change: Change) -> Impact:
    return Impact(lock="database", on=_table_of(change), scan=True)


def _rename(change: Change) -> Impact:
    return Impact(lock="database", on=_table_of(change))


def _rebuild(change: Change) -> Impact:
    assert isinstance(change, Rebuild)
    carried = {was.name for was, _ in common_columns(change)}
    lost = [o.name for o in change.before if isinstance(o, Column) and o.name not in carried and o.generated is None]
    loses = ", ".join(f"{change.old.name}.{name}" for name in sorted(lost))
    if not carried and isinstance(change.new, Table) and change.new.without_rowid:
        return Impact(lock="database", on=(change.old.name,), rewrite=True, loses=f"the rows of {change.old.name}")
    return Impact(
        lock="database",
        on=(change.old.name,),
        rewrite=True,
        scan=True,
        loses=f"the values of {loses}" if loses else "",
        note=f"every row is copied to a new table: {change.reason}",
    )


_OF: Final[Mapping[type[Change], Callable[[Change], Impact]]] = {
    Create: _create,
    Drop: _drop,
    Alter: _alter,
    Rename: _rename,
    Rebuild: _rebuild,
}
