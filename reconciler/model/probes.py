"""Questions about rows, asked before a change is made that some of them would let fail. Values only: no session."""

from __future__ import annotations

import msgspec

from .address import Address


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows a change would fail on, and which.

    address: what would fail. table: whose rows they are, as it is called now. what: a phrase that goes on after
    "3 rows of public.users". count: a query for one number. sample: one for the `keys` of those rows, in order, without
    a limit.
    """

    address: Address
    table: Address
    what: str
    count: str
    sample: str = ""
    keys: tuple[str, ...] = ()
    only_tries: bool = False
    """The server has no way to ask which rows: `count` tries what the change does, and fails where it would."""
    made_up: bool = False
    """Values count that are not there yet: those of a column that is added or converted."""
    beside: tuple[Address, ...] = ()
    """Other tables that are read as well."""


class Probed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer: how many rows (None: not counted, and `why`), and some of their keys where they were asked for.

    `fails`: whether the change would fail; None where nobody knows.
    """

    address: str
    table: str
    what: str
    rows: int | None = None
    fails: bool | None = None
    why: str = ""
    keys: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        if self.fails and self.rows is None:
            return f"rows of {self.table} {self.what} ({self.why})"
        if self.rows is None:
            return f"not counted: rows of {self.table} that {self.what} ({self.why})"
        return f"{self.rows} row{'s' * (self.rows != 1)} of {self.table} {self.what}"
