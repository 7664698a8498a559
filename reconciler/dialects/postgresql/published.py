"""What a publication takes together only in one order: schemas, and tables with a list of columns (15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.address import Address
from ...model.changes import Alter, Change
from ...model.foreign import Publication, PublicationTable


def by_publication(changes: Sequence[Change]) -> Iterator[Address]:
    """Tables that lose their list of columns as their publication gets schemas, which it takes beside no list."""
    altered = [c for c in changes if isinstance(c, Alter)]
    widened = {
        c.new.address
        for c in altered
        if isinstance(c.old, Publication) and isinstance(c.new, Publication) and {*c.new.schemas} - {*c.old.schemas}
    }
    for c in altered:
        old = c.old
        if isinstance(old, PublicationTable) and old.columns and old.publication in widened:
            yield c.new.address
