"""Which rows of the environments a plan would fail on, asked of each of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ..apply.probing import Patience, probed, probes_of
from ..config.project import Environment
from ..errors import ReconcileError
from ..model.probes import Probe, Probed
from .compare import Comparison
from .workspace import Workspace

SAMPLES: Final = 5
_AT_ONCE: Final = 8


def rows_in_the_way(
    ws: Workspace, found: Comparison, environments: Sequence[Environment], samples: int = 0
) -> Mapping[str, Sequence[Probed]]:
    """The answers by environment; none where the plan raises no question, and then none of them is asked anything."""
    probes = probes_of(found.plan, found.dialect, found.profile)
    if not probes or not environments:
        return {}
    patience = Patience(each_ms=2_000, seconds=10.0, samples=samples)
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="probing") as pool:
        asked = [(e.name, pool.submit(_asked, ws, e, probes, patience)) for e in environments]
        return {name: future.result() for name, future in asked}


def _asked(ws: Workspace, environment: Environment, probes: Sequence[Probe], patience: Patience) -> list[Probed]:
    try:
        with ws.session(environment, read_only=True) as session:
            return probed(session, probes, patience)
    except ReconcileError:
        return []  # that it cannot be reached is said of how it stands
