"""`grants`: what the roles of an environment must be allowed, to plan, and to apply what is pending and desired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..apply.probing import probes_of, probing
from ..apply.verify import strangers, without
from ..apply.versions import current
from ..config.project import Environment
from ..dialects.base import Claim
from ..errors import ReconcileError
from ..model.catalog import Catalog
from ..model.profile import Profile
from ..model.rights import Right
from ..plan.plan import Plan, make_plan
from .gitstate import working_state
from .planning import planned
from .recorded import recorded_catalog
from .workspace import Workspace


def granted(ws: Workspace, environment: Environment, role: str) -> Mapping[str, Sequence[Right]]:
    """By use (`plan`, `apply`), what a role needs on the database of an environment; "": the role of its URL."""
    working = working_state(ws)
    with ws.session(environment, read_only=True) as session:
        at = current(session, ws.dialect, ws.required.version_table)
        live = ws.dialect.inspect(session, ws.scope)
        recorded = recorded_catalog(ws, working, session, at)
        known = [c for c in (recorded, working.at_head.catalog if working.at_head else None) if c is not None]
        profile = ws.dialect.profile(session.version)
        plan = _plan(ws, live, known, profile)
        context = probing(plan, profile)
        probes = probes_of(plan, ws.dialect, profile)
        reads = tuple(dict.fromkeys(a for p in probes for a in (p.table, *p.beside)))
        table = ws.required.version_table
        to_plan = Claim(use="plan", context=context, version_table=table, reads=reads, role=role)
        to_apply = Claim(
            use="apply", steps=plan.steps, context=context, version_table=table, reads=reads, role=role
        )
        return {"plan": ws.dialect.rights(session, to_plan), "apply": ws.dialect.rights(session, to_apply)}


def _plan(ws: Workspace, live: Catalog, known: Sequence[Catalog], profile: Profile) -> Plan:
    """From live to what is desired, or as far as git has planned it."""
    names = {}
    try:
        found = planned(ws)
        wanted, names = found.comparison.plan.new, dict(found.desired.names)
    except ReconcileError:
        wanted = known[-1] if known else live
    ours = without(live, strangers(live, [*known, wanted]))
    return make_plan(ours, wanted, profile, wanted_names=names)
