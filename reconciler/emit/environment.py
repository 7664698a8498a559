"""Alembic's `context` for a revision that asks it, where no env.py has run: its connection, its options, no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


@contextmanager
def asked_of(context: MigrationContext, *, offline: bool) -> Iterator[None]:
    """`from alembic import context` answers for a migration context. What is rendered may not ask whether it is: it
    would say something else than what it does under `alembic upgrade`."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    nowhere: Any = None  # no script directory: revisions that are looked up there are not known here
    environment = EnvironmentContext(Config(), nowhere, as_sql=offline)
    environment._migration_context = context
    context.environment_context = environment
    if offline:  # on the object: Alembic puts its own class, and none below that, behind `alembic.context`
        environment.is_offline_mode = _refuse  # type: ignore[method-assign]
    with environment:
        yield


def _refuse() -> NoReturn:
    raise TypeError("it asks whether it runs offline, so it may do something else online")
