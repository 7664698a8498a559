"""The rules of what is said about a source that several dialects share, and which of it a plan has to say."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from ..diagnostics import Finding

EMULATED: Final = "emulated"
LEFT_OUT: Final = "left-out"
NOT_PORTABLE: Final = "not-portable"
PORTABILITY: Final = frozenset({EMULATED, LEFT_OUT})
"""Rules of what a dialect does in its own way: good to know, and nothing to mend."""


def without_portability(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that somebody has to act on."""
    return [f for f in findings if f.rule not in PORTABILITY]


def about(findings: Iterable[Finding], addresses: Container[str]) -> list[Finding]:
    """The findings without what the dialect does in its own way to addresses that nothing happens to."""
    return [f for f in findings if f.rule not in PORTABILITY or f.address in addresses]
