"""What default privileges give to objects that a plan makes: it is taken away where it is not wanted.

Which role will carry a plan out is not known when it is made, and default privileges are a role's. So rights that an
object may come with are said once more, one way or the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from ...model.access import GRANTS, DefaultPrivilege, Grant, Owner
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Change, Create, Rebuild
from ...model.objects import Object
from ...model.tables import Column
from .privileges import by_default, every, folded, unfolded

_OBJECTS: Final = {
    "table": "tables", "view": "tables", "materialized_view": "tables", "sequence": "sequences", "column": "sequences",
    "function": "functions", "enum": "types", "domain": "types", "composite_type": "types", "range_type": "types",
    "schema": "schemas",
}  # fmt: skip


def uninvited(*, maintain: bool, guarded: bool) -> Callable[[Sequence[Change], Catalog, Catalog], Iterable[Change]]:
    """The grants that have to be made as they are by default, because default privileges may make them otherwise."""

    def found(changes: Sequence[Change], old: Catalog, new: Catalog) -> Iterator[Change]:
        if GRANTS not in old.says & new.says:
            return
        defaults = list(_all(old, new))
        for o in _made(changes) if defaults else ():
            on = o.address
            owner = new.get(Owner(on=on, role="").address)
            role = owner.role if isinstance(owner, Owner) else None
            for grantee in dict.fromkeys(d.grantee for d in defaults if applies(d, on) and d.grantee != role):
                full = every(on.kind, maintain=maintain)
                usual = folded(by_default(on, grantee, full, guarded=guarded), full)
                grant = Grant(on=on, grantee=grantee, privileges=usual)
                if grant.address not in new:
                    yield Create(grant)

    return found


def _all(*catalogs: Catalog) -> Iterator[DefaultPrivilege]:
    for catalog in catalogs:
        yield from catalog.of(DefaultPrivilege)


def _made(changes: Iterable[Change]) -> Iterator[Object]:
    for c in changes:
        if (
            isinstance(c, Create | Rebuild)
            and c.new.kind in _OBJECTS
            and (not isinstance(c.new, Column) or c.new.identity is not None)
        ):
            yield c.new


def applies(d: DefaultPrivilege, on: Address) -> bool:
    """Whether it is about objects of this kind in this schema."""
    return d.objects == _OBJECTS.get(on.kind) and d.schema in ("", on.schema)


def perhaps(g: Grant, full: frozenset[str], *catalogs: Catalog) -> dict[str, bool] | None:
    """What the grantee of a new object may find itself with; None where no default privileges are about it."""
    if g.column or g.grantor:
        return None
    found = [d for d in _all(*catalogs) if d.grantee == g.grantee and applies(d, g.on)]
    rights: dict[str, bool] = {}
    for d in found:
        for p, option in unfolded(d.privileges, full).items():
            rights[p] = rights.get(p, False) or option
    return rights if found else None
