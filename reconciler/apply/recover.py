"""What is there, before anything is done: the version, the journal, and whether an unfinished statement ran.

Nothing is assumed of a run that stopped: its last statement is probed in the catalog.
"""

from __future__ import annotations

import re
from typing import Final

from ..errors import InterruptedRunError, RefusedError
from ..model.codec import fingerprint
from ..sources.revisions import History
from . import journal
from .execution import changes_rows
from .invalid import about, healed, whole
from .journal import OpenRun
from .render import Rendered
from .segments import Act, bare
from .work import Work

_CHANGES_PLACES: Final = re.compile(
    r"rename\s+tables?\b[^;]*,|alter\s+table\b.*\bexchange\s+partition\b", re.IGNORECASE | re.DOTALL
)


def require_known(history: History, at: tuple[str, ...], begun: OpenRun | None, target: str) -> None:
    """Raises RefusedError where the database is Ahead: at, or in the middle of, a revision that git does not have."""
    unknown = history.unknown([*at, *([begun.revision] if begun else [])])
    if unknown:
        raise RefusedError(
            f"Ahead: the database is at {', '.join(unknown)}, which the history does not hold",
            where=target,
            why="it was applied from another branch, or the revision was removed from this one",
            next="bring that revision to the branch that this environment tracks, or say where the database stands: "
            "`reconcile history --env NAME`",
        )


def require_same_text(item: Rendered, begun: OpenRun) -> None:
    """Raises RefusedError where a statement that ran already has another text now."""
    digests = {i: journal.text_digest(s.sql) for i, s in enumerate(item.statements, 1)}
    for row in begun.rows:
        if digests.get(row.statement) != row.digest:
            raise RefusedError(
                f"statement {row.statement} of {item.revision.id} was edited after it ran",
                where=item.name,
                why=f"the revision was begun at {begun.since}: {len(begun.done)} of its statements are done",
                next="put the file back as it was and apply; change what it does in a new revision",
            )


def ran(work: Work, item: Rendered, row: journal.Row) -> bool:
    """Whether a statement with an intent and no outcome ran; a half-built index is dropped: then it did not.

    Raises InterruptedRunError for one whose effect no catalog shows: a routine that commits by itself, tables or
    partitions of one form that change places.
    """
    sql = item.statements[row.statement - 1].sql
    if changes_rows(Act(sql, row.statement)):
        raise _unknown(work, item, row)
    if (done := work.dialect.seen_done(work.session, sql)) is not None:
        return done
    live = whole(work)
    if fingerprint(live) == row.fingerprint:
        if _CHANGES_PLACES.match(bare(sql)):
            raise _unknown(work, item, row)
        return False
    return not healed(work, live, sql) and not about(live, sql)


def _unknown(work: Work, item: Rendered, row: journal.Row) -> InterruptedRunError:
    table, where = work.dialect.ledger("journal"), journal.where(work.dialect, row.revision, row.statement)
    return InterruptedRunError(
        f"nobody knows whether statement {row.statement} of {row.revision} ran, or how far it came",
        where=item.place(row.statement),
        why="the run that began it died; it commits by itself, and what it does to rows no catalog shows",
        next=f"look at the rows, and say on {work.session.target} that it is done\n"
        f"    UPDATE {table} SET state = 'done' {where}\n  or that it is not\n    DELETE FROM {table} {where}\n"
        "  and run `reconcile apply` again",
    )
