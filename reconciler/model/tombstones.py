"""Names of tombstones: what was dropped and is kept under another name until a day, so that it can come back.

All that there is to know is in the name, so that it is in git, in the lockfile and in every database alike: the first
day on which it may be purged, and the name that it had. `tombstone_20261226_phone` was `phone`.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Container, Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from .address import Address
from .catalog import Catalog
from .tables import Column, Table

_NAME: Final = re.compile(r"tombstone_(\d{8})_.+", re.IGNORECASE | re.DOTALL)
_BEGINNING: Final = "tombstone_"
_BYTES: Final = 63
"""What every dialect takes: PostgreSQL 63 bytes, MariaDB 64 characters."""
_HASH: Final = 8


def tombstone_name(name: str, until: datetime.date) -> str:
    """The name of what was called `name` and may be purged from `until` on; a hash stands for the end of a long one."""
    found = f"tombstone_{until:%Y%m%d}_{name}"
    if len(found.encode()) <= _BYTES:
        return found
    end = "_" + hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return found.encode()[: _BYTES - len(end)].decode(errors="ignore") + end


def purged_from(name: str) -> datetime.date | None:
    """The first day on which a tombstone may be purged; None for what is none."""
    if name[:10].lower() != _BEGINNING:  # nearly every name, and all of them are asked
        return None
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.datetime.strptime(found[1], "%Y%m%d").date()
    except ValueError:
        return None


def is_tombstone(name: str) -> bool:
    return purged_from(name) is not None


def is_tombstone_of(tombstone: str, name: str, same_name: Callable[[str], str] = lambda n: n) -> bool:
    """Whether it is what `name` became when it was dropped; `same_name` as in a dialect's profile, of its kind."""
    until = purged_from(tombstone)
    return until is not None and same_name(tombstone_name(name, until)) == same_name(tombstone)


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """One that a catalog holds, and the first day on which it may be purged."""

    address: Address
    until: datetime.date


def tombstones(catalog: Catalog) -> list[Tombstone]:
    """Those of a catalog, by address; without the columns of tables that are tombstones themselves."""
    named_so = [o for o in catalog.values() if o.name[:1] in "tT" and o.name[:10].lower() == _BEGINNING]
    found = []
    for o in (o for o in named_so if isinstance(o, Table | Column)):
        if (until := purged_from(o.name)) and not is_tombstone((a := o.address).parent):
            found.append(Tombstone(address=a, until=until))
    return sorted(found, key=lambda t: t.address)


def without_tombstones(catalog: Catalog, found: Iterable[Tombstone] | None = None) -> Catalog:
    """The catalog as people write it; `found` are its tombstones where they are known already."""
    gone = {t.address for t in (tombstones(catalog) if found is None else found)}
    if not gone:
        return catalog
    todo = list(gone)
    while todo:
        more = [d for d in catalog.dependents(todo.pop()) if d not in gone and not _lives_on(d, gone)]
        gone.update(more)
        todo += more
    kept = catalog.where(lambda o: o.address not in gone)
    return kept.replaced(
        replace(o, columns=tuple(c for c in o.columns if not is_tombstone(c))) for o in kept.of(Table)
        if any(map(is_tombstone, o.columns))
    )  # fmt: skip


def _lives_on(dependent: Address, gone: Container[Address]) -> bool:
    return dependent.kind == Table.kind and dependent not in gone
