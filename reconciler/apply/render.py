"""Pending revisions as the statements that will run, with the digest that stands for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from ..dialects.base import Dialect
from ..emit.apart import rendered_apart
from ..emit.rendered import MARK_IT, NotRenderable, rendered
from ..errors import RefusedError
from ..model.changes import Statement
from ..model.codec import digest
from ..sources.revisions import History, Revision
from .segments import Segment, segments


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A revision and exactly what it will execute; `follows` are the revisions whose place it takes.

    A `python` revision has no statements: it is run, and its digest is over the file.
    """

    revision: Revision
    statements: tuple[Statement, ...]
    segments: tuple[Segment, ...]
    digest: str
    follows: tuple[str, ...]

    def place(self, position: int) -> str:
        """Where a statement is, for messages."""
        return f"{self.name}: statement {position} of {len(self.statements)}"

    @property
    def name(self) -> str:
        return self.revision.path or self.revision.id


Rendering = Callable[[Sequence[Revision], History, Dialect], tuple[Rendered, ...]]


def sql_text(items: Iterable[Rendered]) -> str:
    """What is approved, as people read it: every statement as it will run, each behind a line that says how long it is.

    Two different sequences of statements never give the same text, whatever is written in them.
    """
    lines: list[str] = []
    for item in items:
        lines.append(f"-- revision {item.revision.id}: {_counted(len(item.statements), 'statement')}")
        if item.revision.python:
            lines.append(f"-- runs the Python of the file with the SHA-256 {item.digest}")
        for n, statement in enumerate(item.statements, 1):
            outside = "" if statement.transactional else ", outside of a transaction"
            lines.append(f"-- {n}: {_counted(statement.sql.count(chr(10)) + 1, 'line')}{outside}")
            lines.append(statement.sql)
    return "\n".join(lines) + "\n"


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def sql_digest(statements: Iterable[Statement]) -> str:
    """One digest for a sequence of statements, each with whether it is transactional."""
    return digest(*(part for s in statements for part in (s.sql.encode(), b"t" if s.transactional else b"a")))


def render(revision: Revision, history: History, dialect: Dialect) -> Rendered:
    """Raises RefusedError for a revision that is neither SQL nor marked as Python."""
    return _made(revision, history, dialect, () if revision.python else _statements([revision], dialect)[revision.id])


def rendered_here(revisions: Sequence[Revision], history: History, dialect: Dialect) -> tuple[Rendered, ...]:
    """All of them, by running their code in this process."""
    return tuple(render(r, history, dialect) for r in revisions)


def rendered_elsewhere(revisions: Sequence[Revision], history: History, dialect: Dialect) -> tuple[Rendered, ...]:
    """All of them, by running their code in a process of its own, which has no secret of this one."""
    plain = [r for r in revisions if not r.python]
    said = _statements(plain, dialect, apart=True) if plain else {}
    return tuple(_made(r, history, dialect, said.get(r.id, ())) for r in revisions)


def _made(revision: Revision, history: History, dialect: Dialect, said: Iterable[Statement]) -> Rendered:
    found = tuple(said)
    return Rendered(
        revision=revision,
        statements=found,
        segments=segments(found, transactional=dialect.transactional_ddl),
        digest=revision.digest if revision.python else sql_digest(found),
        follows=tuple(i for d in (*revision.down, *revision.depends_on) if (i := history.resolved(d)) is not None),
    )


def _statements(
    revisions: Sequence[Revision], dialect: Dialect, *, apart: bool = False
) -> Mapping[str, Sequence[Statement]]:
    name = dialect.alembic or dialect.name
    try:
        return rendered_apart(revisions, name) if apart else {r.id: rendered(r, name) for r in revisions}
    except NotRenderable as error:
        raise RefusedError(error.what, where=error.where, why=error.why, next=error.next or MARK_IT) from error
