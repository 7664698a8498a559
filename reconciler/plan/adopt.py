"""What desired does not speak of stays: owners and grants of what a plan makes anew are put back as they were."""

from __future__ import annotations

from ..model.catalog import Catalog


def adopted(old: Catalog, new: Catalog) -> Catalog:
    """The new catalog with what the old one holds of the topics that the new one is silent about, as far as what it is
    said of is still there. It stays silent about them."""
    topics = old.says - new.says
    if not topics:
        return new
    kept = {a: o for a, o in old.items() if o.topic in topics}
    lasting = (o for o in kept.values() if all(r in new or r in kept or r not in old for r in o.requires()))
    return new.replaced(lasting)
