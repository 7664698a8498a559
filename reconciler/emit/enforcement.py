"""The rebuild of a SQLite table inside a revision that plain Alembic runs, with whatever env.py there is.

Measured on Python's driver as SQLAlchemy uses it: DDL commits by itself unless a transaction is open, so a savepoint
opens one; Alembic ends it, with the revision's own row, or rolls all of it back. `PRAGMA foreign_keys` does nothing in
a transaction, so it stands outside, and is put back only where it was on: a connection may go back to a pool. What is
rendered offline holds the savepoint's release, for there nobody else would commit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..dialects.base import Rendered

_OFF: Final = "PRAGMA foreign_keys = OFF"
_LAST: Final = frozenset({"PRAGMA foreign_keys = ON", "PRAGMA foreign_key_check"})

_BEFORE: Final = """\
# Foreign keys rest meanwhile: dropping the old table of a rebuild would delete the rows that refer to it.
context, bind = op.get_context(), op.get_bind()
enforced = context.as_sql or bind.exec_driver_sql("PRAGMA foreign_keys").scalar()
if enforced:
    with context.autocommit_block():
        op.execute("PRAGMA foreign_keys = OFF")
op.execute("SAVEPOINT revision")"""

_AFTER: Final = """\
if enforced:
    if not context.as_sql and (broken := bind.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"a row refers to one that is not there: {tuple(broken)}")
    op.execute("RELEASE SAVEPOINT revision")
    with context.autocommit_block():
        op.execute("PRAGMA foreign_keys = ON")"""


def unframed(steps: Rendered) -> tuple[Rendered, bool]:
    """The steps without the pragmas that the dialect puts around all of them, and whether there were any."""
    if not any(s.sql == _OFF for _, said in steps for s in said):
        return steps, False
    return [(step, [s for s in said if s.sql != _OFF and s.sql not in _LAST]) for step, said in steps], True


def framed(body: Sequence[str]) -> list[str]:
    """The lines of a function's body with enforcement taken off before and put back after them."""
    return [*_indented(_BEFORE), *body, *_indented(_AFTER)]


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
