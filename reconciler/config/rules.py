"""What a trusted policy asks of one environment: plain values, resolved. Who they come from is `policy`'s."""

from __future__ import annotations

from typing import Final

import msgspec

from ..model.codec import digest, encoded

NONE: Final = "none"
UNLISTED: Final = "unlisted"
"""The policy of an environment about which the trust root says nothing: whatever it is, it is not applied to."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """How many persons must agree, and which principals count."""

    threshold: int
    who: tuple[str, ...]


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Approvals by signature. `valid_for` in seconds: how far ahead of now an approval may still be valid."""

    ordinary: Rule
    destructive: Rule
    python: Rule
    author_may: bool = False
    author_by_name: bool = False
    valid_for: float


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A time that opens by a cron expression in a time zone and lasts some seconds; `allow` false: it is forbidden."""

    allow: bool
    cron: str
    duration: float
    zone: str
    reason: str = ""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the trusted policy says of one environment. `soak` in seconds."""

    name: str
    merged: bool = False
    branch: str = ""
    remote: str | None = None
    signed: Signed | None = None
    break_glass: Rule | None = None
    promotes_from: str = ""
    soak: float = 0.0
    windows: tuple[Window, ...] = ()
    fleet: str = ""

    @property
    def subject(self) -> str:
        """What an approval names: the environment, or the fleet of which it is one."""
        return f"fleet:{self.fleet}" if self.fleet else self.name

    @property
    def word(self) -> str:
        words = [w for w, so in (("merged", self.merged), ("signed", self.signed is not None)) if so]
        return " and ".join(words) or NONE

    @property
    def digest(self) -> str:
        """One digest for all of it; environments of a fleet that differ in their names only have the same."""
        return digest(encoded(msgspec.structs.replace(self, name=self.subject)))
