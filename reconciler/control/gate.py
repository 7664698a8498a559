"""The gate of an environment: everything that must be so before something is applied to it, asked under its lock.

In this order: it is not suspended; the trust root came from the one before; a window is open; the environment before
it has the same, and is healthy; enough persons signed exactly this. Each refusal has its own reason, and exit status 3.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from ..apply import ledger
from ..apply.ledger import Entry
from ..apply.proposal import Proposal
from ..apply.render import Rendered, rendered_elsewhere, sql_text
from ..apply.work import Permit
from ..config.project import Environment
from ..dialects.session import Session
from ..emit.report import PlanReport
from ..errors import NotYetError, RefusedError
from ..model.catalog import Catalog
from ..model.codec import encoded
from ..review.approval import Vote, sql_text_digest
from ..review.trust import SETTING, VARIABLE, TrustRoot, require_succession
from ..review.windows import closed
from . import explaining
from .approvals import Scale, approval_files, authors, broken_glass, rules_of, statement_of, weighed
from .gitstate import GitState, lock_of
from .losses import plan_told, renamed, said_losses
from .promotion import Stands, require_promoted
from .recorded import recorded_catalog
from .retention import require_kept
from .suspending import suspension
from .workspace import Workspace


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody asks to be let through. `rewritten`: knowing that git's history is not the one applied before."""

    break_glass: bool = False
    approvals: Path | None = None
    rewritten: bool = False


class Gate:
    """The gate in front of one environment, for one apply."""

    def __init__(
        self,
        ws: Workspace,
        environment: Environment,
        state: GitState,
        session: Session,
        asked: Asked | None = None,
        stands: Stands | None = None,
    ) -> None:
        self.ws, self.environment, self.state, self.session = ws, environment, state, session
        self.asked = asked or Asked()
        self.stands = stands
        self.clock = datetime.datetime.now(datetime.UTC)

    def trusted(self, proposal: Proposal) -> None:
        """Raises where not even the code of the revisions may be run, to see what SQL they say."""
        self._require_glass()
        self._require_unsuspended()
        self._require_root()
        self._require_descent()
        self.still()
        if self.environment.signed:
            scale = self.scale(proposal)
            if not self._passes(scale):
                raise self._unsigned(scale, proposal)

    def approved(self, proposal: Proposal) -> Permit:
        """The permit for exactly what was rendered. Raises where it has none."""
        require_kept(self.ws, self.environment, self.state, self.session, proposal)
        rules = self.environment.rules
        if rules is not None and rules.promotes_from and not self.asked.break_glass:
            assert self.stands is not None, "an apply says how to look at another environment"
            items = proposal.rendered or ()
            require_promoted(self.ws, rules, proposal.history, items, self.clock, self.stands)
        if not self.environment.signed:
            return Permit(still=self.still)
        scale = self.scale(proposal)
        if not self._passes(scale):
            raise self._unsigned(scale, proposal)
        return self._permit(scale)

    def still(self) -> None:
        """Raises where no window is open at this moment."""
        rules = self.environment.rules
        if rules is None or self.asked.break_glass:
            return
        if why := closed(rules.windows, datetime.datetime.now(datetime.UTC)):
            raise NotYetError(
                f"nothing is applied to {self.environment.name} now",
                why=why,
                next="wait; in an emergency, reconcile approve --break-glass and apply --break-glass",
            )

    def scale(self, proposal: Proposal) -> Scale:
        """How the approvals stand: of what is to be done from here, or else of what an approved run began and left."""
        now = self._weighed(proposal)
        if self._passes(now):
            return now
        left = self._left_over(proposal)
        if left is None:
            return now
        then = self._weighed(left)
        return then if self._passes(then) else now

    def _weighed(self, proposal: Proposal) -> Scale:
        rules, signed = self._rules
        sql = sql_text_digest(sql_text(proposal.rendered)) if proposal.rendered is not None else ""
        statement = statement_of(self.ws, self.root, rules, self.state, proposal, sql)
        scale = weighed(
            statement,
            self.files,
            self.root,
            signed,
            authors(self.ws, self.root, self.state, proposal.pending),
            destructive=self.loses(proposal),
            python=any(r.python for r in proposal.pending),
            clock=self.clock,
        )
        return msgspec.structs.replace(scale, votes=tuple(_used(v, proposal) for v in scale.votes))

    def _passes(self, scale: Scale) -> bool:
        rules, _ = self._rules
        return bool(broken_glass(scale, rules)) if self.asked.break_glass else scale.reached

    def loses(self, proposal: Proposal) -> bool:
        """Whether it takes data away, by what it says or by what it leads to; in doubt it does."""
        if said_losses(proposal.rendered or ()):
            return True
        report = self.report(proposal)
        return report is None or bool(report.losses)

    def report(self, proposal: Proposal) -> PlanReport | None:
        """What the proposal changes, by the lockfiles; None where git has none of what it leads to. Runs no code."""
        to_head = proposal.wanted == self.state.history.heads
        head = self.state.at_head if to_head else lock_of(self.ws, proposal.wanted, self.state)
        if head is None:
            return None
        nothing = Catalog(dialect=self.ws.dialect.name, says=self.ws.scope.topics)
        before = recorded_catalog(self.ws, self.state, self.session, proposal.at) or nothing
        profile = self.ws.dialect.profile(self.session.version)
        names = renamed(proposal.rendered, before, head.catalog, profile)
        return plan_told(before, head.catalog, self.ws.dialect, names)

    def _left_over(self, proposal: Proposal) -> Proposal | None:
        """What the last approved run was to do, where it was cut short and all that was done since is part of it."""
        entries = self.entries
        starts = [e for e in entries if e.action in ("approved", "break-glass")]
        details = starts[-1].details if starts else {}
        base = tuple(details.get("base", ()))
        if not details or tuple(details.get("head", ())) != proposal.wanted:
            return None
        since = [e for e in entries if e.seq > starts[-1].seq and e.action in ledger.MOVES]
        whole = proposal.history.pending(base, proposal.wanted)
        done = [r.id for r in whole if r.id not in {p.id for p in proposal.pending}]
        ours = [e.revision for e in since if e.action == "apply"]
        if sorted(done) != sorted(ours) or len(ours) != len(since) or not (done or proposal.interrupted):
            return None
        rendered = None
        if proposal.rendered is not None:
            rendered = tuple(self._rendered(r.id, proposal) for r in whole)
        recorded = str(details.get("recorded", ""))
        return msgspec.structs.replace(
            proposal, at=base, pending=whole, rendered=rendered, state=lambda: recorded
        )

    def _rendered(self, revision: str, proposal: Proposal) -> Rendered:
        found = {item.revision.id: item for item in proposal.rendered or ()}
        known = found.get(revision)
        return known or rendered_elsewhere([proposal.history.by_id[revision]], proposal.history, self.ws.dialect)[0]

    def _permit(self, scale: Scale) -> Permit:
        rules, _ = self._rules
        glass = broken_glass(scale, rules) if self.asked.break_glass else ()
        s = scale.statement
        detail = {"base": s.base, "head": s.head, "recorded": s.recorded, "trust": self.root.mark, "sql": s.sql}
        return Permit(
            approvers=", ".join(v.principal for v in glass) or ", ".join(scale.approvers),
            statement=s.subject,
            action="break-glass" if glass else "approved",
            reason="; ".join(f"{v.principal}: {v.reason}" for v in glass),
            detail=encoded(detail).decode(),
            still=self.still,
        )

    # What must be so first.

    def _require_unsuspended(self) -> None:
        if (held := suspension(self.entries, self.clock)) is not None:
            raise NotYetError(
                f"{self.environment.name} is suspended",
                why=str(held),
                next=f"reconcile resume --env {self.environment.name}",
            )

    def _require_glass(self) -> None:
        rules = self.environment.rules
        if self.asked.break_glass and (rules is None or rules.break_glass is None):
            raise RefusedError(
                f"{self.environment.name} has no glass to break",
                why="its policy has no breakGlass, so nobody may go past its windows and rules",
                next="add it to a next version of the trust root",
            )

    def _require_root(self) -> None:
        if self.environment.signed:
            _ = self.root
        if self.ws.trust is not None:
            require_succession(self.ws.trust, remembered(self.entries))

    def _require_descent(self) -> None:
        """The protected branch goes on from what was applied last; it was not rewritten, nor taken back."""
        rules = self.environment.rules
        moves = [e for e in self.entries if e.action in ledger.MOVES and e.commit_id]
        if rules is None or not rules.merged or not moves or self.asked.rewritten:
            return
        last, repository = moves[-1], self.ws.repository
        if repository.has_commit(last.commit_id) and repository.is_ancestor(last.commit_id, self.state.commit):
            return
        raise RefusedError(
            f"{self.environment.tracked_ref} does not go on from what was applied last",
            where=f"environment {self.environment.name}",
            why=f"commit {last.commit_id[:12]}, applied at {last.at[:16]}, is not in its history: it was rewritten or "
            "taken back, or this clone lacks it",
            next="git fetch --unshallow where the clone is shallow; else look why, and apply --history-rewritten",
        )

    @property
    def root(self) -> TrustRoot:
        """The trust root; refused where the applier has none and the policy asks for signatures."""
        if self.ws.trust is None:
            raise RefusedError(
                f"{self.environment.name} asks for signatures, and there is no trust root to judge them by",
                where=str(self.environment.span),
                why="who may sign is never read from the branch that is applied",
                next=f"git config {SETTING} FOLDER, or set {VARIABLE}; see docs/approvals.md",
            )
        return self.ws.trust

    @property
    def _rules(self) -> Any:
        found = rules_of(self.environment)
        assert found is not None, "asked only where signatures are"
        return found

    @property
    def entries(self) -> list[Entry]:
        return ledger.entries(self.session, self.ws.dialect)

    @cached_property
    def files(self) -> dict[str, bytes]:
        rules, _ = self._rules
        return approval_files(self.ws, rules, self.state.commit, self.asked.approvals)

    # What is said where it does not pass.

    def _unsigned(self, scale: Scale, proposal: Proposal) -> NotYetError:
        lines = explaining.lines_of(self.ws, self.session, self.state, self.root, scale, proposal)
        if self.asked.break_glass:
            what = f"{self.environment.name} is not applied to: nobody who may breaks the glass for this"
            next_step = f"reconcile approve --env {self.environment.name} --break-glass"
            return NotYetError(what, why=lines, next=next_step)
        return NotYetError(
            explaining.headline(self.environment.name, scale),
            why=lines,
            next=f"reconcile approve --env {self.environment.name}, by those who count",
        )


def _used(vote: Vote, proposal: Proposal) -> Vote:
    """A vote on what was applied meanwhile is not stale; it is done with."""
    if not vote.moved or not set(vote.head) <= proposal.history.ancestors(proposal.at):
        return vote
    return msgspec.structs.replace(vote, why=f"used: {', '.join(vote.head)} is applied", moved=(), spent=True)


def remembered(entries: Sequence[Entry]) -> str:
    """The mark of the trust root that an environment was last applied under, or told to take; "" for none."""
    marks = [e.details.get("trust", "") for e in entries if e.action in ("approved", "break-glass", "trust")]
    return str(marks[-1]) if marks else ""
