"""Where signatures are asked for: how far the approvals of what is pending reach."""

from __future__ import annotations

import msgspec

from ..apply import ledger
from ..apply.proposal import Proposal, state_of
from ..config.project import Environment
from ..dialects.session import Session
from ..errors import RefusedError
from .conditions import Condition, pending_condition
from .explaining import headline
from .gate import Gate
from .gitstate import allowed_state
from .workspace import Workspace


def awaited(ws: Workspace, environment: Environment, session: Session, at: tuple[str, ...]) -> Condition:
    """How far the approvals of what is pending reach, judged without running any code of it."""
    try:
        state = allowed_state(ws, environment, fetch=False)
        history = state.history
        pending = history.pending(at)
        proposal = Proposal(
            history=history, at=at, wanted=history.heads, pending=pending,
            state=lambda: state_of(session, ws.dialect, ws.scope, at),
            interrupted=ledger.open_run(session, ws.dialect) is not None,
        )  # fmt: skip
        scale = Gate(ws, environment, state, session).scale(proposal)
    except RefusedError as error:
        message = f"{error.what}: {error.why}" if error.why else error.what
        return Condition(type="Pending", reason="AwaitingApproval", message=message, next=error.next)
    condition = pending_condition(pending, frozenset(history.by_id), environment.name, "")
    if scale.reached:
        return condition
    counts = "; ".join(f"{t.name}: {t}" for t in scale.tallies)
    message = f"{condition.message}; {headline(environment.name, scale)}; {counts}"
    next_step = f"reconcile approve --env {environment.name}"
    return msgspec.structs.replace(condition, reason="AwaitingApproval", message=message, next=next_step)
