"""What a role must be allowed, in words, with what to type to allow it. Values only: no session."""

from __future__ import annotations

import msgspec


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """One right: what it is for, the statement that gives it (a comment where none does), and whether it is there."""

    what: str
    grant: str
    held: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.grant}"
