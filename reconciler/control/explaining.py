"""What is said where approvals do not reach: who is missing, which are stale, and what moved since they were made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from ..apply import ledger
from ..apply.proposal import Proposal
from ..apply.render import sql_text
from ..apply.verify import differences, shown
from ..config.rules import Rules
from ..dialects.session import Session
from ..model.codec import digest
from ..review.approval import Vote
from ..review.statement import MOVED
from ..review.trust import TrustRoot
from ..sources.snapshot import read_snapshot
from .approvals import Scale
from .gitstate import GitState, lock_of
from .workspace import Workspace

_MOST_LINES: Final = 60
_VERSIONS: Final = 100


def headline(environment: str, scale: Scale) -> str:
    """Why it is not applied, in a line."""
    if (no := scale.rejected) is not None:
        return f"{environment} is not applied to: {no.principal} rejected it"
    if stale := [v for v in scale.votes if v.moved]:
        fields = dict.fromkeys(field for v in stale for field, _, _ in v.moved)
        return f"{environment} is not applied to: its approvals are stale ({', '.join(fields)} moved)"
    return f"{environment} is not applied to: it is not approved"


def lines_of(
    ws: Workspace, session: Session, state: GitState, root: TrustRoot, scale: Scale, proposal: Proposal
) -> str:
    """The counts of each rule, every vote that is not good with its reason, and the difference of what moved."""
    lines = [f"rejected by {v.principal}: {v.reason}" for v in [scale.rejected] if v is not None]
    lines += [f"{t.name}: {t}" for t in scale.tallies]
    lines += [f"{v.path}: {v.who}: {v.why}" for v in scale.votes if not v.good and not v.spent]
    told: set[tuple[str, str, str]] = set()
    for vote in scale.votes:
        for field, was, now in vote.moved:
            if (field, was, now) not in told:
                told.add((field, was, now))
                lines.append(f"{MOVED[field]}: {was} → {now}")
                lines += [f"  {line}" for line in _difference(ws, session, state, root, field, vote, scale, proposal)]
    return "\n    ".join(lines)


def _difference(
    ws: Workspace,
    session: Session,
    state: GitState,
    root: TrustRoot,
    field: str,
    vote: Vote,
    scale: Scale,
    proposal: Proposal,
) -> list[str]:
    found: Iterable[str] = ()
    if field == "sql" and vote.sql_text and proposal.rendered is not None:
        found = _unified(vote.sql_text, sql_text(proposal.rendered))
    elif field == "revisions":
        found = _of_revisions(ws, state, proposal, vote)
    elif field == "recorded":
        found = _of_database(ws, session, state, proposal)
    elif field == "desired":
        found = _of_lockfile(ws, state, vote)
    elif field == "policy":
        found = _of_policy(root, scale, vote)
    lines = list(found)
    return lines[:_MOST_LINES] + ([f"and {len(lines) - _MOST_LINES} lines more"] if len(lines) > _MOST_LINES else [])


def _of_revisions(ws: Workspace, state: GitState, proposal: Proposal, vote: Vote) -> Iterator[str]:
    """What differs in the files, where git still has them as they were approved."""
    was = next((was for field, was, _ in vote.moved if field == "revisions"), "")
    for r in proposal.pending:
        commits = ws.repository.history(r.path, state.commit, limit=_VERSIONS)
        for text in (ws.repository.file(c.id, r.path) for c in commits):
            if text is not None and text != r.text and f"{r.id} ({digest(text)[:12]})" in was:
                yield f"{r.path}:"
                yield from _unified(text.decode("utf-8", "replace"), r.text.decode("utf-8", "replace"))
                break


def _unified(was: str, now: str) -> Iterator[str]:
    yield from difflib.unified_diff(was.splitlines(), now.splitlines(), "approved", "now", lineterm="", n=2)


def _of_database(ws: Workspace, session: Session, state: GitState, proposal: Proposal) -> Iterator[str]:
    """What the database has beside the lockfile of its revision, and who was there last."""
    left = ledger.recorded(session, ws.dialect)
    known = lock_of(ws, proposal.at, state)
    if left is not None and known is not None:
        found = differences(known.catalog, left.catalog, ws.dialect.profile(session.version))
        yield from shown(found).replace("    ", "").splitlines()
    last = ledger.last(session, ws.dialect, *ledger.MOVES)
    if last is not None:
        yield f"last: {last.action} of {last.revision or 'nothing'} by {last.actor or 'somebody'} at {last.at[:16]}"


def _of_lockfile(ws: Workspace, state: GitState, vote: Vote) -> Iterator[str]:
    """What the lockfile says now beside the one that was approved, where git still has that."""
    was = next((was for field, was, _ in vote.moved if field == "desired"), "")
    path = ws.repository.relative(ws.required.lockfile)
    for commit in ws.repository.history(path, state.commit, limit=_VERSIONS):
        text = ws.repository.file(commit.id, path)
        if text is not None and digest(text).startswith(was.rstrip("…")) and state.lock is not None:
            old = read_snapshot(text, f"{commit.id[:12]}:{path}").catalog
            profile = ws.dialect.profile(old.version)
            yield from shown(differences(old, state.lock.catalog, profile)).replace("    ", "").splitlines()
            return


def _of_policy(root: TrustRoot, scale: Scale, vote: Vote) -> Iterator[str]:
    """The fields of the environment's rules that are others than in the version that was approved under."""
    was = next((was for field, was, _ in vote.moved if field == "policy"), "")
    now = _rules(root, scale.statement.policy)
    older = root.before
    while older is not None and now is not None:
        old = _rules(older, was)
        if old is not None:
            for f in Rules.__struct_fields__:
                if (a := getattr(old, f)) != (b := getattr(now, f)):
                    yield f"{f}: {msgspec.to_builtins(a)} → {msgspec.to_builtins(b)}"
            return
        older = older.before


def _rules(root: TrustRoot, start: str) -> Rules | None:
    return next((r for r in root.policy.environments if r.digest.startswith(start.rstrip("…"))), None)

