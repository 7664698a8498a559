"""PostgreSQL."""

from __future__ import annotations

from ..base import Dialect
from . import (  # noqa: F401  (registers the renderers)
    ddl_access,
    ddl_extending,
    ddl_foreign,
    ddl_keys,
    ddl_programs,
    ddl_renames,
    ddl_roles,
    ddl_sequences,
    ddl_serials,
    ddl_subscriptions,
    ddl_tables,
    ddl_trigger_states,
    ddl_types,
)
from .emulation import EMULATION
from .holders import holders
from .impact import impact
from .inspect import LEDGER_SCHEMA, inspect
from .probes import probes
from .profile import profile
from .rendering import RENDER
from .rights import rights
from .said import said_impact
from .session import connect
from .spelling import ident, literal, quoted
from .stamp import stamp
from .standby import unfit

DIALECT = Dialect(
    name="postgresql",
    schemes=("postgresql", "postgres"),
    profile=profile,
    connect=connect,
    inspect=inspect,
    render=RENDER,
    impact=impact,
    quoted=quoted,
    literal=literal,
    ledger=lambda table: f"{ident(LEDGER_SCHEMA)}.{ident(table)}",
    stamp=stamp,
    ledger_setup=(f"CREATE SCHEMA IF NOT EXISTS {ident(LEDGER_SCHEMA)}",),
    transactional_ddl=True,
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    alembic="postgresql",
    holders=holders,
    said_impact=said_impact,
    probes=probes,
    rights=rights,
    unfit=unfit,
    emulation=EMULATION,
)
