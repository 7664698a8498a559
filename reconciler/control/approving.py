"""`approve`: what is about to be signed, shown whole; the statement made here; the signature by the user's own key."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec

from ..apply import journal, recover, versions
from ..apply.proposal import Proposal, state_of
from ..apply.render import Rendered, rendered_elsewhere, sql_text
from ..config.project import Environment
from ..dialects.session import Session
from ..emit.report import PlanReport
from ..errors import ReconcileError, RefusedError
from ..model.catalog import Catalog
from ..review.approval import TIME, approval_name, approval_text, sound_reason
from ..review.signers import APPROVAL
from ..review.ssh import read_signature, signed, signing_key
from ..review.statement import Verdict
from .approvals import Scale, approval_folder, rules_of
from .gate import Asked, Gate
from .gitstate import GitState, committed_state
from .losses import plan_told, said_losses
from .recorded import recorded_catalog
from .workspace import Workspace

ATTRIBUTES = ".gitattributes"
_AS_IT_IS = b"# A changed line end would make every signature a bad one.\n*.approval -text\n"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is asked to approve: the SQL as it will run, the change it makes, and how the approvals stand.

    `report` is None where the lockfile is not that of what is approved. `losing`: statements that take data away.
    """

    environment: Environment
    scale: Scale
    rendered: tuple[Rendered, ...]
    report: PlanReport | None
    losing: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        return sql_text(self.rendered)


def asked(
    ws: Workspace, environment: Environment, *, ref: str = "HEAD", to: str | None = None, elsewhere: Path | None = None
) -> Question | None:
    """What there is to approve for an environment, by its database and a commit; None where nothing is pending."""
    state = committed_state(ws, ref)
    with ws.session(environment, read_only=True) as session:
        return _question(ws, environment, state, session, to, elsewhere)


def _question(
    ws: Workspace, environment: Environment, state: GitState, session: Session, to: str | None, elsewhere: Path | None
) -> Question | None:
    gate = Gate(ws, environment, state, session, Asked(approvals=elsewhere))
    _ = gate.root
    history = state.history
    at = versions.current(session, ws.dialect, ws.required.version_table)
    begun = journal.open_run(session, ws.dialect)
    recover.require_known(history, at, begun, session.target)
    wanted = _wanted(state, to)
    pending = history.pending(at, wanted)
    if not pending:
        return None
    rendered = rendered_elsewhere(pending, history, ws.dialect)
    proposal = Proposal(
        history=history,
        at=at,
        wanted=wanted,
        pending=pending,
        rendered=rendered,
        state=lambda: state_of(session, ws.dialect, ws.scope, at),
        interrupted=begun is not None,
    )
    return Question(
        environment=environment,
        scale=gate.scale(proposal),
        rendered=rendered,
        report=_report(ws, state, session, proposal),
        losing=tuple(said_losses(rendered)),
    )


def _wanted(state: GitState, to: str | None) -> tuple[str, ...]:
    if to is None:
        return (state.history.head,) if state.history.head is not None else ()
    found = state.history.resolved(to)
    if found is None:
        raise ReconcileError(f"there is no revision {to!r}", next="name one of `reconcile history`")
    return (found,)


def _report(ws: Workspace, state: GitState, session: Session, proposal: Proposal) -> PlanReport | None:
    head = state.at_head
    if head is None or proposal.wanted != state.history.heads:
        return None
    nothing = Catalog(dialect=ws.dialect.name, says=ws.scope.topics)
    before = recorded_catalog(ws, state, session, proposal.at) or nothing
    return plan_told(before, head.catalog, ws.dialect)


def voted(
    ws: Workspace, question: Question, verdict: Verdict, *, reason: str, valid_for: float | None, key: Path | None
) -> Path:
    """The file of a signed approval or rejection, written beside the others of the environment."""
    found = rules_of(question.environment)
    assert found is not None, "asked only where signatures are"
    rules, asks = found
    if not sound_reason(reason):
        raise ReconcileError("that reason is not one plain line of text", next="leave control characters away")
    if verdict != "approve" and not reason.strip():
        raise ReconcileError(f"to {verdict.replace('-', ' the ')} takes a reason", next='add --reason "..."')
    if verdict == "break-glass" and rules.break_glass is None:
        raise RefusedError(f"the policy of {rules.name} has no breakGlass", next="approve in the ordinary way")
    seconds = asks.valid_for if valid_for is None else valid_for
    if seconds > asks.valid_for:
        why = f"the policy allows {asks.valid_for / 86400:g} days"
        raise RefusedError("that is longer than an approval may be valid", why=why, next="choose a shorter --valid-for")
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    statement = msgspec.structs.replace(
        question.scale.statement, verdict=verdict, not_after=until.strftime(TIME), reason=reason
    )
    with signing_key(ws.required.root, key) as file:
        armor = signed(statement.text, APPROVAL, file)
    signature = read_signature(armor)
    assert signature is not None, "what ssh-keygen gave was looked at"
    folder = approval_folder(ws, rules)
    folder.mkdir(parents=True, exist_ok=True)
    attributes = ws.required.root / folder.parent.name / ATTRIBUTES
    if not attributes.exists():
        attributes.write_bytes(_AS_IT_IS)
    path = folder / approval_name(statement, signature.key)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(approval_text(statement, armor, question.sql))
    part.replace(path)
    return path

