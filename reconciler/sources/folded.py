"""What people wrote, under the names that the server will have for it where it folds some.

MariaDB and MySQL with `lower_case_table_names`: tables, views and sequences are stored in lower case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import structs

from ..diagnostics import Finding
from ..errors import InputError
from ..model.address import Address
from ..model.profile import Profile
from .written import Unit, Written

_OWNER: Final = "table"


class _Folding:
    """Every name as the server stores it."""

    def __init__(self, profile: Profile) -> None:
        self.stored = profile.stored

    def name_of(self, address: Address) -> str:
        return self.stored(address.kind, address.name)

    def address(self, address: Address) -> Address:
        parent = address.parent and self.stored(_OWNER, address.parent)
        return Address(address.kind, address.schema, self.name_of(address), parent)

    def schema_of(self, schema: str) -> str:
        return schema

    def rewritten(self, table: Address, text: Any) -> Any:
        return text

    def titled(self, text: str, was: str, now: str) -> str:
        return text

    def unknown(self, refs: Iterable[Address]) -> bool:
        return any(self.address(r) != r for r in refs)


def folded(written: Written, profile: Profile) -> Written:
    """The source, itself where no name is folded; raises InputError where two names are one to the server."""
    if not profile.capabilities.get("folded_names"):
        return written
    clashes = list(_clashes(written, profile))
    if clashes:
        raise InputError(f"{written.origin or 'the source'} has names that are one to the server", clashes)
    names = _Folding(profile)
    renames = {names.address(a): names.stored(a.kind, was) for a, was in written.names.items()}
    return structs.replace(
        written,
        units=tuple(_unit(u, names) for u in written.units),
        names={a: was for a, was in renames.items() if a.name != was},
        access=tuple(o.renamed(names) for o in written.access),
        places={names.address(a): span for a, span in written.places.items()},
    )


def _unit(unit: Unit, names: _Folding) -> Unit:
    return structs.replace(
        unit,
        address=names.address(unit.address),
        objects=tuple(o.renamed(names) for o in unit.objects),
        needs=tuple(names.address(a) for a in unit.needs),
        spans={names.address(a): span for a, span in unit.spans.items()},
    )


def _clashes(written: Written, profile: Profile) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Unit] = {}
    for unit in written.units:
        a = unit.address
        for place in profile.places(a, a.name):
            other = first.setdefault(place, unit)
            if other is not unit and other.address.name != a.name:
                yield Finding(
                    rule="duplicate-name",
                    message=f"the names {other.address.name} and {a.name} are one to the server",
                    span=unit.span(a),
                    address=str(a),
                    why=f"it folds names of tables (lower_case_table_names), and the other is at "
                    f"{other.span(other.address)}",
                    next="give one of them another name",
                )
