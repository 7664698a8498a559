"""How an ALTER TABLE can be carried out beside those who use the table: the way of its most demanding clause."""

from __future__ import annotations

from typing import Literal

from .alter import Pack

Way = Literal["instant", "nocopy", "inplace", "copy"]


def algorithm(pack: Pack) -> Way:
    """The way that the server is to take."""
    return "copy"
