"""The share that a partition has of an index or key of its whole: what the server makes of it by itself."""

from __future__ import annotations

from msgspec.structs import replace

from ...model.catalog import Catalog
from ...model.tables import Exclusion, Index, Key


def as_made(share: Index, catalog: Catalog) -> Index:
    """A share as it comes with its whole: stored like that, and not marked."""
    whole = catalog.get(share.attached_to) if share.attached_to is not None else None
    plain = replace(share, options=(), tablespace=None, clustered=False, replica_identity=False)
    if not isinstance(whole, Key | Exclusion | Index):
        return plain
    return replace(plain, options=whole.options, tablespace=whole.tablespace)
