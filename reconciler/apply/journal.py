"""The journal: which statements of a revision that was begun are done, and which one may or may not have run.

Holds rows only while a revision is begun and not finished; a revision that is one transaction leaves none at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ..dialects.base import Dialect
from ..dialects.session import Session
from ..model.codec import digest
from .segments import Act
from .tables import insert, rows_if_there

COLUMNS: Final = (
    "run VARCHAR(40) NOT NULL, revision VARCHAR(255) NOT NULL, segment INTEGER NOT NULL, "
    "statement INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, state VARCHAR(10) NOT NULL, "
    "fingerprint VARCHAR(64) NOT NULL, at VARCHAR(40) NOT NULL, PRIMARY KEY (revision, statement)"
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One statement. An intent has the fingerprint that the live schema had before it."""

    run: str
    revision: str
    segment: int
    statement: int = 0
    digest: str = ""
    state: str = "done"
    fingerprint: str = ""
    at: str

    @property
    def done(self) -> bool:
        return self.state == "done"


class OpenRun(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that was begun and not finished: the condition Interrupted."""

    revision: str
    rows: tuple[Row, ...]

    @property
    def done(self) -> frozenset[int]:
        return frozenset(r.statement for r in self.rows if r.done)

    @property
    def intent(self) -> Row | None:
        """The statement of which nobody knows yet whether it ran."""
        return next((r for r in self.rows if not r.done), None)

    @property
    def since(self) -> str:
        return min(r.at for r in self.rows)


def open_run(session: Session, dialect: Dialect) -> OpenRun | None:
    """The revision that was begun and not finished, if there is one."""
    columns = ", ".join(Row.__struct_fields__)
    table = dialect.ledger("journal")
    found = rows_if_there(session, f"SELECT {columns} FROM {table} ORDER BY revision, statement") or []
    rows = [Row(**dict(zip(Row.__struct_fields__, r, strict=True))) for r in found]
    if not rows:
        return None
    first = rows[0].revision
    return OpenRun(revision=first, rows=tuple(r for r in rows if r.revision == first))


def text_digest(sql: str) -> str:
    return digest(sql.encode())


def rows_of(acts: Iterable[Act], template: Row) -> list[Row]:
    """A row for each act, like the template in everything else."""
    replace = msgspec.structs.replace
    return [replace(template, statement=a.position, digest=text_digest(a.sql)) for a in acts]


def write(session: Session, dialect: Dialect, rows: Iterable[Row]) -> None:
    """Statements as done, in their own transaction; or one as about to run, committed before it does."""
    for row in rows:
        insert(session, dialect, dialect.ledger("journal"), msgspec.structs.asdict(row))


def settle(session: Session, dialect: Dialect, revision: str, statement: int) -> None:
    """The outcome of an intent: it ran."""
    session.execute(f"UPDATE {dialect.ledger('journal')} SET state = 'done' {where(dialect, revision, statement)}")


def forget(session: Session, dialect: Dialect, revision: str, statement: int) -> None:
    """The outcome of an intent: it did not run, or what it left was taken away."""
    session.execute(f"DELETE FROM {dialect.ledger('journal')} {where(dialect, revision, statement)}")


def clear(session: Session, dialect: Dialect, revision: str) -> None:
    """The revision is finished."""
    session.execute(f"DELETE FROM {dialect.ledger('journal')} WHERE revision = {dialect.literal(revision)}")


def where(dialect: Dialect, revision: str, statement: int) -> str:
    """The condition that finds the row of one statement."""
    return f"WHERE revision = {dialect.literal(revision)} AND statement = {int(statement)}"
