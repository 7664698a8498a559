"""MariaDB and MySQL: one dialect, two flavours that the version tells apart."""

from __future__ import annotations

from typing import Final

from ..base import Dialect
from . import ddl, ddl_access  # noqa: F401  (they fill the table of renderers)
from .counters import seen_done
from .emulation import EMULATION
from .holders import holders
from .impact import impact
from .inspect import LEDGER_PREFIX, SYSTEM, inspect
from .modes import framed
from .probes import probes
from .profile import profile
from .render import RENDER
from .rights import rights
from .said import said_impact
from .session import connect
from .stamp import stamp
from .standby import unfit
from .tokens import literal, quoted
from .values import as_text, fits

DIALECT: Final = Dialect(
    name="mysql",
    schemes=("mysql", "mariadb"),
    profile=profile,
    connect=connect,
    inspect=inspect,
    render=RENDER,
    impact=impact,
    quoted=quoted,
    literal=literal,
    ledger=lambda name: quoted(LEDGER_PREFIX + name),
    stamp=stamp,
    transactional_ddl=False,
    system_schemas=SYSTEM,
    alembic="mysql",
    as_text=as_text,
    strict_casts=False,
    fits=fits,
    operations=False,
    framed=framed,
    holders=holders,
    said_impact=said_impact,
    probes=probes,
    rights=rights,
    unfit=unfit,
    seen_done=seen_done,
    emulation=EMULATION,
)
