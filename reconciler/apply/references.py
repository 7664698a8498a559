"""Foreign keys on a database that does not enforce them while tables are rebuilt: none may break that was whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from ..dialects.session import Session
from ..errors import ReconcileError
from .segments import bare

_MOST: Final = 100_000
_MAY_BREAK: Final = re.compile(
    r"(insert|update|delete|replace|with|drop\s+table|alter\s+table\b.*\brename\s+to)\b", re.IGNORECASE | re.DOTALL
)


@contextmanager
def kept(session: Session, statements: Iterable[str] | None) -> Iterator[None]:
    """Raises ReconcileError where more rows lack their parent afterwards than before. Inside a transaction.

    Nothing to do where the database enforces foreign keys by itself, or no statement can break one; None stands for
    statements that nobody knows.
    """
    orphans = getattr(session, "foreign_key_violations", None)
    if orphans is None or not (statements is None or any(_MAY_BREAK.match(bare(s)) for s in statements)):
        yield
        return
    before = _counted(orphans)
    yield
    worse = _counted(orphans) - before
    if worse:
        told = "; ".join(f"{n} of {child} lack their row of {parent}" for (child, parent), n in sorted(worse.items()))
        raise ReconcileError(
            f"rows would be left without the row they refer to: {told}",
            where=session.target,
            why="foreign keys are checked before the commit, not while tables are rebuilt; all of it was undone",
            next="have the revision delete or change those rows before it takes their parents away",
        )


def _counted(orphans: Callable[[int], list[tuple[Any, ...]]]) -> Counter[tuple[str, str]]:
    return Counter((str(row[0]), str(row[2])) for row in orphans(_MOST))
