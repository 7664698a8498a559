"""`approve`: what is about to be signed, shown whole; the statement made here; the signature by the user's own key."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec

from ..apply.look import look, proposal_of
from ..apply.render import Rendered, rendered_elsewhere, sql_text
from ..apply.work import Target
from ..config.project import Environment
from ..config.rules import Rules, Signed
from ..diagnostics import Finding
from ..dialects.session import Session
from ..emit.report import PlanReport
from ..errors import ReconcileError, RefusedError
from ..model.catalog import Catalog
from ..prove.calls import calls
from ..review.approval import TIME, approval_name, approval_text, sound_reason
from ..review.signers import APPROVAL, Signers
from ..review.ssh import read_signature, signed, signing_key
from ..review.statement import Verdict
from .approvals import Scale, approval_folder, rules_of
from .gate import Asked, Gate
from .gitstate import GitState, committed_state
from .losses import said_losses
from .workspace import Workspace

ATTRIBUTES = ".gitattributes"
_AS_IT_IS = b"# A changed line end would make every signature a bad one.\n*.approval -text\n"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is asked to approve: the SQL as it will run, the change it makes, and how the approvals stand.

    `report` is None where the lockfile is not that of what is approved. `losing`: statements that take data away.
    `findings` are about what a person wrote.
    """

    environment: Environment
    scale: Scale
    rendered: tuple[Rendered, ...]
    report: PlanReport | None
    losing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    signers: Signers

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
    target = Target(environment=environment.name, version_table=ws.required.version_table, scope=ws.scope)
    seen = look(session, ws.dialect, state.history, target, to, rendering=rendered_elsewhere)
    if not seen.pending:
        return None
    proposal = proposal_of(session, ws.dialect, target, seen)
    report = gate.report(proposal)
    known = report.plan.old.replaced(report.plan.new.values()) if report is not None else Catalog()
    return Question(
        environment=environment,
        scale=gate.scale(proposal),
        rendered=seen.pending,
        report=report,
        findings=tuple(f for i in seen.pending for f in calls(i.revision, i.statements, known, ws.dialect)),
        losing=tuple(said_losses(seen.pending)),
        signers=gate.root.signers,
    )


def voted(
    ws: Workspace, question: Question, verdict: Verdict, *, reason: str, valid_for: float | None, key: Path | None
) -> tuple[Path, str]:
    """The file of a signed approval or rejection, written beside the others of the environment, and why it does not
    count, where that is sure already."""
    found = rules_of(question.environment)
    assert found is not None, "asked only where signatures are"
    rules, asks = found
    _require_reason(rules, verdict, reason)
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=_seconds(asks, valid_for))
    statement = msgspec.structs.replace(
        question.scale.statement, verdict=verdict, not_after=until.strftime(TIME), reason=reason
    )
    with signing_key(ws.required.root, key) as file:
        armor = signed(statement.text, APPROVAL, file)
    signature = read_signature(armor)
    assert signature is not None, "what ssh-keygen gave was looked at"
    path = approval_folder(ws, rules) / approval_name(statement, signature.key)
    _put(path, approval_text(statement, armor, question.sql))
    return path, _void(question, rules, verdict, signature.key)


def _require_reason(rules: Rules, verdict: Verdict, reason: str) -> None:
    if not sound_reason(reason):
        raise ReconcileError("that reason is not one plain line of text", next="leave control characters away")
    if verdict != "approve" and not reason.strip():
        raise ReconcileError(f"to {verdict.replace('-', ' the ')} takes a reason", next='add --reason "..."')
    if verdict == "break-glass" and rules.break_glass is None:
        raise RefusedError(f"the policy of {rules.name} has no breakGlass", next="approve in the ordinary way")


def _seconds(asks: Signed, valid_for: float | None) -> float:
    if valid_for is not None and valid_for > asks.valid_for:
        why = f"the policy allows {asks.valid_for / 86400:g} days"
        raise RefusedError("that is longer than an approval may be valid", why=why, next="choose a shorter --valid-for")
    return asks.valid_for if valid_for is None else valid_for


def _put(path: Path, text: bytes) -> None:
    """The file, never half of it, and beside it what keeps git from changing its line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    attributes = path.parent.parent / ATTRIBUTES
    if not attributes.exists():
        attributes.write_bytes(_AS_IT_IS)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text)
    part.replace(path)


def _void(question: Question, rules: Rules, verdict: Verdict, key: bytes) -> str:
    signer = question.signers.of_key(key)
    if signer is None:
        return "its key is not in allowed_signers"
    glass = rules.break_glass.who if rules.break_glass is not None else ()
    who = glass if verdict == "break-glass" else {p for t in question.scale.tallies for p in t.who}
    return "" if signer.principal in who else f"{signer.principal} is not among those who count for this"
