"""Kinds of PostgreSQL's objects that are treated alike."""

from __future__ import annotations

from typing import Final

TYPE_KINDS: Final = frozenset({"enum", "domain", "composite_type", "range_type"})
REMADE: Final = TYPE_KINDS | {"collation"}
"""What columns are of or sorted by, and what they are moved over to a new one of where that cannot be altered."""
