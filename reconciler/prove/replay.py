"""A history run on a scratch database, and what it leads to: the only judge of what hand-written revisions do."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from ..dialects.base import Dialect, Scope
from ..dialects.session import Session
from ..model.address import Address
from ..model.catalog import Catalog
from ..plan.diff import says_something
from ..sources.revisions import History, Revision
from .running import Scratch, run_revision

_VERSIONS: Final = (
    "CREATE TABLE IF NOT EXISTS alembic_version "
    "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""Under Alembic the table of versions is there before the first revision, and some look at it."""


def replay(
    history: History, session: Session, dialect: Dialect, *, at: Iterable[str] = (), to: Iterable[str] | None = None
) -> tuple[Revision, ...]:
    """Runs the revisions that a database at `at` lacks, up to `to` (None: all heads); which ones, in their order.

    Raises DatabaseError or ReconcileError that names the file and the statement.
    """
    session.execute(_VERSIONS)
    todo = history.pending(at, to)
    for revision in todo:
        run_revision(revision, session, dialect)
    return todo


def measured(
    history: History, dialect: Dialect, scratch: Scratch, scope: Scope, *, to: Iterable[str] | None = None,
    known: Container[Address] = (),
) -> Catalog:  # fmt: skip
    """The catalog that a history leads to, from nothing.

    What is there by itself, such as the collation of a database, is none of it where no revision changed it; an
    environment has another one. known: what is part of it all the same, since it was before.
    """
    with scratch() as session:
        implicit = dialect.profile(session.version).implicit
        before = {a: o for a, o in dialect.inspect(session, scope).items() if implicit(a) and says_something(o)}
        replay(history, session, dialect, to=to)
        found = dialect.inspect(session, scope)
    return found.where(lambda o: o.address in known or o.address not in before or before[o.address] != o)
