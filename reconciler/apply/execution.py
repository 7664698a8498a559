"""Statements, executed: in their order, with the place of one that fails, in a transaction or beside any."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ..errors import DatabaseError, ReconcileError
from ..model.catalog import Catalog
from .invalid import healed, whole
from .ladder import Ladder, climbed, judged
from .limits import is_weak
from .segments import Act, Segment, bare
from .work import Event, Work

Place = Callable[[int], str]

# "cannot run inside a transaction block", "invalid transaction termination" (PostgreSQL)
_NEEDS_NONE_CODES: Final = frozenset({"25001", "2D000"})
_NEEDS_NONE_TEXT: Final = re.compile(r"within a transaction|inside a transaction block")  # SQLite has no code for it
_ROWS: Final = re.compile(r"(insert|update|delete|replace|load|with|select|call|do|execute)\b", re.IGNORECASE)
_CONCURRENT: Final = re.compile(
    r"(create\s+(unique\s+)?index|drop\s+index|reindex\b[^']*|alter\s+table\b[^']*\bdetach\s+partition\b[^']*)"
    r"\s+concurrently\b",
    re.IGNORECASE,
)


def execute(work: Work, acts: Iterable[Act], place: Place) -> None:
    """One after the other, exactly as they are written; stops between two of them when asked to."""
    for act in acts:
        work.turn.go_on()
        where = place(act.position)
        work.progress(Event(what="statement", place=where, sql=act.sql))
        try:
            work.turn.allow(work.limits.of(work.dialect.said_impact(act.sql)))
            work.session.execute(act.sql)
        except DatabaseError as error:
            judged(work, error, where)
            raise


def steer(work: Work, ladder: Ladder, acts: Iterable[Act], place: Place) -> None:
    """What sets the session, outside of a transaction."""
    for act in acts:
        climbed(work, ladder, lambda a=act: execute(work, [a], place), where=place(act.position))  # type: ignore[misc]


@contextmanager
def steered_home(work: Work, segments: Iterable[Segment]) -> Iterator[None]:
    """Where it goes wrong inside, the session is set as the last steering statements would have left it."""
    try:
        yield
    except BaseException:
        for segment in segments:
            for act in (*segment.prelude, *segment.acts, *segment.closing):
                if act.steers and not work.session.in_transaction:
                    with suppress(DatabaseError):
                        work.session.execute(act.sql)
        raise


def alone(
    work: Work, ladder: Ladder, act: Act, together: Callable[[], None], outside: Callable[[], None], place: Place
) -> None:
    """A statement that asks for no transaction: `together` with its journal row in one all the same, if the server
    lets it (then a crash leaves no doubt), else `outside`. Servers refuse such a statement before they do anything."""
    if (work.dialect.transactional_ddl and not concurrent(act)) or changes_rows(act):
        try:
            weak = is_weak(work.dialect.said_impact(act.sql))
            return climbed(work, ladder, together, where=place(act.position), weak=weak)
        except DatabaseError as error:
            if error.code not in _NEEDS_NONE_CODES and not _NEEDS_NONE_TEXT.search(error.what):
                raise
    weak = is_weak(work.dialect.said_impact(act.sql))
    climbed(work, ladder, outside, where=place(act.position), patient=concurrent(act), weak=weak)


def changes_rows(act: Act) -> bool:
    """Whether a statement is no DDL, so that it can be undone also where DDL commits by itself.

    What a routine does that it calls is not known; where that is DDL, it commits what came before it.
    """
    return bool(_ROWS.match(bare(act.sql)))


def concurrent(act: Act) -> bool:
    """Whether a statement works beside others: never in a transaction, and its waiting stands in nobody's way."""
    return bool(_CONCURRENT.match(bare(act.sql)))


def sound(work: Work, act: Act) -> Catalog:
    """What the database holds before a statement runs outside of a transaction, with no broken index in its way."""
    live = whole(work)
    return whole(work) if healed(work, live, act.sql) else live


class PassedOverError(ReconcileError):
    """A concurrent build found an invalid index of its name and made none."""


def require_built(work: Work, act: Act, place: Place) -> None:
    """A concurrent build is judged by its index, not by what the server said; raises PassedOverError."""
    if concurrent(act) and healed(work, whole(work), act.sql):
        raise PassedOverError(
            "the index was invalid although its build reported success",
            where=place(act.position),
            why="an invalid index of that name was there, and the statement passed over it; it is dropped now",
            next="run `reconcile apply` again",
        )


def outside(work: Work, act: Act, place: Place) -> None:
    """Runs a statement in no transaction, and looks at what came of it."""
    execute(work, [act], place)
    require_built(work, act, place)
