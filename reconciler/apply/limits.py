"""How long one statement may run, from what it does to others: nobody waits behind one for longer than that."""

from __future__ import annotations

import msgspec

from ..model.changes import Impact


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """In milliseconds: of a statement that touches no row, of one that reads or rewrites a table, and of one that does
    so beside everybody else."""

    brief_ms: int = 60_000
    heavy_ms: int = 3_600_000
    beside_ms: int = 86_400_000

    def of(self, impact: Impact) -> int:
        if not (impact.scan or impact.rewrite):
            return self.brief_ms
        return self.beside_ms if is_weak(impact) else self.heavy_ms

    def all_at(self, seconds: float | None) -> Limits:
        """The same limit for all of them, where somebody says so."""
        if seconds is None:
            return self
        ms = max(1, int(seconds * 1000))
        return Limits(brief_ms=ms, heavy_ms=ms, beside_ms=ms)


def is_weak(impact: Impact) -> bool:
    """Whether neither readers nor writers wait for it, so that it may wait longer for them."""
    return impact.lock == "share update exclusive"
