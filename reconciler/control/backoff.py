"""How long what went wrong is left alone before it is tried again. Pure; chance is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

Trouble = Literal["", "passing", "refused", "failed"]
"""passing: it will be over by itself (no answer, a lock held by others). refused: found out before anything was done,
such as rows in the way. failed: a statement was run, and the server would not have it."""

JITTER: Final = 0.1
FIRST: Final = {"passing": 1.0, "refused": 1.0, "failed": 30.0}
"""The first pause, in rounds."""
_LONGEST: Final = {"passing": 600.0, "refused": 600.0, "failed": 86_400.0}


def pause(interval: float, trouble: Trouble, times: int, chance: Callable[[float, float], float]) -> float:
    """Seconds until the next attempt, after the `times`-th in a row that ended so; `interval` where all is well.

    It doubles each time up to a bound, and is a tenth more or less, so that many do not strike at once.
    """
    first = interval * FIRST.get(trouble, 1.0)
    longest = max(first, _LONGEST.get(trouble, first))
    doubled = min(longest, first * 2.0 ** min(times - 1, 30)) if trouble else first
    return doubled * chance(1 - JITTER, 1 + JITTER)
