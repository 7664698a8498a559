"""Small worlds for tests of revisions: a schema written as SQL, its catalog, and scratch databases of a dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.dialects.base import Dialect, Scope
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from reconciler.emit.operations import Style
from reconciler.emit.revision import RevisionFile, revision_file
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.profile import Profile
from reconciler.plan.plan import Plan, make_plan, reverse_names
from reconciler.prove.proof import Proved, proved_revision
from tests.servers import Postgres


@dataclass
class World:
    """A dialect, and what opens a session on a new database."""

    dialect: Dialect
    scratch: Callable[[], AbstractContextManager[Session]]

    def made(self, session: Session, sql: str) -> Catalog:
        """Runs statements that are parted by a semicolon at the end of a line, and reads the catalog."""
        for statement in sql.split(";\n"):
            if statement.strip():
                session.execute(statement.strip().rstrip(";"))
        return self.dialect.inspect(session, Scope())

    def catalog(self, sql: str) -> Catalog:
        with self.scratch() as session:
            return self.made(session, sql)

    def profile(self, catalog: Catalog) -> Profile:
        return self.dialect.profile(catalog.version)

    def plans(self, old: str, new: str, names: dict[Address, str] | None = None) -> tuple[Plan, Plan]:
        a, b = self.catalog(old), self.catalog(new)
        up = make_plan(a, b, self.profile(a), wanted_names=names or {}, follow_order=True)
        return up, make_plan(b, a, self.profile(a), wanted_names=reverse_names(up), follow_order=True)

    def file(
        self, old: str, new: str, *, style: Style = "idiomatic", after: tuple[str, ...] = (),
        names: dict[Address, str] | None = None, folder: str = "versions",
    ) -> RevisionFile:  # fmt: skip
        up, down = self.plans(old, new, names)
        profile = self.profile(up.new)
        return revision_file(up, down, self.dialect, profile, after=after, style=style, folder=folder)

    def proved(self, old: str, new: str, names: dict[Address, str] | None = None, full: bool = False) -> Proved:
        up, down = self.plans(old, new, names)
        profile = self.profile(up.new)
        return proved_revision(up, down, self.dialect, profile, self.scratch, after=(), full=full)


def sqlite_world(folder: Path) -> World:
    dialect = dialect_named("sqlite")
    count = iter(range(10_000))

    @contextmanager
    def scratch() -> Iterator[Session]:
        with dialect.connect(f"sqlite:///{folder}/scratch{next(count)}.db", create=True) as session:
            yield session

    return World(dialect, scratch)


def postgres_world(server: Postgres) -> World:
    @contextmanager
    def scratch() -> Iterator[Session]:
        with server.session() as session:
            yield session

    return World(dialect_named("postgresql"), scratch)
