"""SQLite."""

from __future__ import annotations

from typing import Final

from ..base import Dialect
from . import rebuild
from .ddl import RENDER
from .emulation import EMULATION
from .files import is_absent
from .impact import impact
from .inspect import LEDGER_PREFIX, inspect
from .probes import probes
from .profile import profile
from .session import connect, unfit
from .stamp import stamp
from .tokens import as_text, literal, quoted

DIALECT: Final = Dialect(
    name="sqlite",
    schemes=("sqlite",),
    profile=profile,
    connect=connect,
    inspect=inspect,
    render=RENDER,
    impact=impact,
    quoted=quoted,
    literal=literal,
    ledger=lambda name: quoted(LEDGER_PREFIX + name),
    stamp=stamp,
    alembic="sqlite",
    is_absent=is_absent,
    empty_url="sqlite://",
    framed=rebuild.framed,
    as_text=as_text,
    strict_casts=False,
    probes=probes,
    unfit=unfit,
    emulation=EMULATION,
)
