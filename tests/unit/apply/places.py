"""Databases to apply to, and histories written by hand, for the applier's tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.apply import journal, ledger, mark, versions
from reconciler.apply.apply import Outcome, Target, apply
from reconciler.dialects.base import Dialect, Scope
from reconciler.dialects.registry import dialect_named
from reconciler.dialects.session import Session
from reconciler.model.catalog import Catalog
from reconciler.sources.revisions import History, history_of, marked

HEAD = "from alembic import op\nimport sqlalchemy as sa\n"
SCOPE = Scope()
_PLACEHOLDER = "# <mark>"


def revision(id: str, body: str, *, down: str | tuple[str, ...] | None = None, more: str = "", doc: str = "") -> bytes:
    """The text of a revision whose upgrade() is `body`."""
    head = f'"""{doc or "revision " + id}"""\n{HEAD}revision = {id!r}\ndown_revision = {down!r}\n{more}\n'
    return (
        head + "def upgrade():\n" + textwrap.indent(textwrap.dedent(body).strip() or "pass", "    ") + "\n"
    ).encode()


def generated(text: bytes) -> bytes:
    """The text of a revision with the mark of one that this program wrote."""
    return marked(f"{_PLACEHOLDER}\n{text.decode()}", _PLACEHOLDER).encode()


def history(**files: bytes) -> History:
    return history_of({f"versions/{name}.py": text for name, text in files.items()})


@dataclass
class Place:
    """One empty database."""

    name: str
    url: str
    dialect: Dialect = field(init=False)
    made: list[Session] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dialect = dialect_named(self.name)

    def session(self, **options: Any) -> Session:
        session = self.dialect.connect(self.url, **options)
        self.made.append(session)
        return session

    def close(self) -> None:
        for session in self.made:
            session.close()

    def apply(self, found: History | Callable[[], History], session: Session | None = None, **more: Any) -> Outcome:
        """Applies on a session of its own, with the expected schema unchecked unless given."""
        options: dict[str, Any] = {"expected": None, "actor": "tester", **more}
        give = found if callable(found) else lambda: found
        target = options.pop("target", Target(environment="test", scope=SCOPE))
        if session is not None:
            return apply(session, self.dialect, give, target, **options)
        with self.dialect.connect(self.url) as own:
            return apply(own, self.dialect, give, target, **options)

    def catalog(self) -> Catalog:
        """What is managed of the database."""
        with self.dialect.connect(self.url) as session:
            return self.dialect.inspect(session, SCOPE)

    def adopt(self) -> None:
        """Takes the database as it is now for what was left, as `drift --adopt` does."""
        with self.dialect.connect(self.url) as session:
            target = Target(environment="test", scope=SCOPE)
            mark.record(session, self.dialect, target, actor="tester", known=(self.catalog(),))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.dialect.connect(self.url) as session:
            return session.rows(sql)

    def execute(self, *statements: str) -> None:
        with self.dialect.connect(self.url) as session:
            for sql in statements:
                session.execute(sql)

    def state(self, *queries: str) -> Mapping[str, Any]:
        """All that must be equal after a disturbed run and an undisturbed one."""
        with self.dialect.connect(self.url) as session:
            recorded = ledger.recorded(session, self.dialect)
            return {
                "catalog": sorted(map(repr, self.dialect.inspect(session, SCOPE).values())),
                "version": versions.current(session, self.dialect),
                "ledger": [(e.revision, e.action) for e in ledger.entries(session, self.dialect)],
                "journal": journal.open_run(session, self.dialect),
                "recorded": recorded and (recorded.revision, recorded.fingerprint),
                "rows": [session.rows(q) for q in queries],
            }
