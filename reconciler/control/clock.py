"""What day it is, for whatever may be done from some day on: one clock, and the same everywhere."""

from __future__ import annotations

import datetime


def today() -> datetime.date:
    """The day by UTC."""
    return datetime.datetime.now(datetime.UTC).date()
