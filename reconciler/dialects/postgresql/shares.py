"""The share that a partition has of an index or key of its whole: what the server makes of it by itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.objects import Object
from ...model.tables import Exclusion, Index, Key, Table
from .spelling import ident


def as_made(share: Index, catalog: Catalog) -> Index:
    """A share as it comes with its whole: stored like that, and not marked."""
    whole = catalog.get(share.attached_to) if share.attached_to is not None else None
    if whole is None and share.attached_to is not None:
        whole = _unsaid(share, share.attached_to, catalog)
    plain = replace(share, options=(), tablespace=None, clustered=False, replica_identity=False)
    if not isinstance(whole, Key | Exclusion | Index):
        return plain
    return replace(plain, options=whole.options, tablespace=whole.tablespace)


def _unsaid(share: Index, whole: Address, catalog: Catalog) -> Object | None:
    """What a whole that is a share itself, of which nothing is said, is a share of."""
    table = catalog.get(Address("table", whole.schema, whole.parent))
    above = table.partition_of if isinstance(table, Table) else None
    if above is None:
        return None
    found = next((o for o in catalog.children(above) if _alike(share, o)), None)
    return found if found is not None else _unsaid(share, Address(whole.kind, above.schema, "", above.name), catalog)


def _alike(share: Index, o: Object) -> bool:
    return (share.keys, share.where) in _shapes(o)


def _shapes(o: Object) -> Iterator[tuple[tuple[str, ...], str | None]]:
    if isinstance(o, Index):
        yield o.keys, o.where
    elif isinstance(o, Key):
        yield tuple(map(ident, o.columns)), None
