"""The rebuild of a SQLite table inside a revision that plain Alembic runs, with whatever env.py there is.

Measured on Python's driver as SQLAlchemy uses it: DDL commits by itself unless a transaction is open, so a savepoint
opens one; Alembic ends it, with the revision's own row. `PRAGMA foreign_keys` does nothing in a transaction, so it
stands outside, and is put back only where it was on: a connection may go back to a pool. No rollback takes a pragma
back, so what fails is rolled back here and the pragmas are set again. What is rendered offline holds the savepoint's
release, for there nobody else would commit it.

What is refused is what our own apply refuses: rows that lack the one they refer to and did not before. Where the
dialect's frame holds no check (a foreign key points at no key, and SQLite fails to look at any), there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ..dialects.base import Rendered

_OFF: Final = "PRAGMA foreign_keys = OFF"
_ON: Final = "PRAGMA foreign_keys = ON"
_FOREIGN_KEY_CHECK: Final = "PRAGMA foreign_key_check"

_BEFORE: Final = """\
# Foreign keys rest meanwhile: dropping the old table of a rebuild would delete the rows that refer to it.
context, bind = op.get_context(), op.get_bind()
enforced = context.as_sql or bind.exec_driver_sql("PRAGMA foreign_keys").scalar()
if enforced:
    with context.autocommit_block():
        op.execute("PRAGMA foreign_keys = OFF")
try:"""

_BEGIN: Final = """\
op.execute("SAVEPOINT revision")"""

_COUNT: Final = """\
# Rows may lack the one they refer to already; no more of them may do so afterwards.
lost = 'SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2'
checked = enforced and not context.as_sql
before = {(c, p): n for c, p, n in bind.exec_driver_sql(lost)} if checked else {}"""

_CHECK: Final = """\
for child, parent, rows in bind.exec_driver_sql(lost) if checked else ():
    if rows > before.get((child, parent), 0):
        raise RuntimeError(f"{rows} rows of {child} lack the row of {parent} that they refer to")"""

_AFTER: Final = """\
except BaseException:
    if not context.as_sql:  # nothing is kept, and the connection goes back as it came
        bind.connection.rollback()
        bind.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
        if enforced:
            bind.exec_driver_sql("PRAGMA foreign_keys = ON")
    raise
if enforced:
    op.execute("RELEASE SAVEPOINT revision")
    with context.autocommit_block():
        op.execute("PRAGMA foreign_keys = ON")"""


class Frame(msgspec.Struct, frozen=True):
    """What stands around a function's body: enforcement taken off, and whether foreign keys can be checked."""

    needed: bool = False
    checked: bool = False

    @property
    def depth(self) -> int:
        """How deep the body is indented."""
        return 2 if self.needed else 1

    def around(self, body: Sequence[str]) -> list[str]:
        if not self.needed:
            return list(body)
        first, last = ([_COUNT], [_CHECK]) if self.checked else ([], [])
        inside = [*_indented(2, _BEGIN, *first), *body, *_indented(2, *last)]
        return [*_indented(1, _BEFORE), *inside, *_indented(1, _AFTER)]


def unframed(steps: Rendered) -> tuple[Rendered, Frame]:
    """The steps without the pragmas that the dialect puts around all of them, and what has to take their place."""
    said = {s.sql for _, statements in steps for s in statements}
    if _OFF not in said:
        return steps, Frame()
    inner = [(step, [s for s in own if s.sql not in (_OFF, _ON, _FOREIGN_KEY_CHECK)]) for step, own in steps]
    return inner, Frame(needed=True, checked=_FOREIGN_KEY_CHECK in said)


def _indented(depth: int, *texts: str) -> list[str]:
    return ["    " * depth + line for text in texts for line in text.splitlines()]
