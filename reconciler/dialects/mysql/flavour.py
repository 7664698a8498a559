"""Which server it is, as its version tells: MariaDB or MySQL, and what it does to the case of names of tables.

A version has three numbers, and a fourth where the server folds names: its `lower_case_table_names`. So whatever a
catalog was read from, a lockfile remembers, and a scratch server is to be like it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

MARIADB: Final = 10
"""Versions from here on are MariaDB's; MySQL's go from 5.7 to 9."""


class Folding(IntEnum):
    """What `lower_case_table_names` says: names of tables differ by case; are stored in lower case; are stored as they
    are written (but those of views) and compared without their case."""

    NONE = 0
    STORED = 1
    COMPARED = 2


def is_mariadb(version: Sequence[int]) -> bool:
    return not version or version[0] >= MARIADB


def server_version(text: str) -> tuple[int, ...]:
    """The version in what a server says at the start: `10.11.19-MariaDB-0+deb12u1`, `5.5.5-10.6.2-MariaDB`, `8.4.3`."""
    if "mariadb" in text.lower():
        text = text.removeprefix("5.5.5-")
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(n) for n in found.groups(default="0")) if found else ()


def folding_of(version: Sequence[int]) -> Folding:
    return Folding(version[3]) if len(version) > 3 else Folding.NONE


def with_folding(version: Sequence[int], folding: int) -> tuple[int, ...]:
    """The version of a server whose `lower_case_table_names` is that."""
    return (*version[:3], folding) if folding else tuple(version[:3])
