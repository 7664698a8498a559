"""The approvals of an environment: where their files lie, what they must be good for, and how far they reach.

The statement is made here, from git, the trusted policy and the database; the files only bring signatures to it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from .. import __version__
from ..apply.proposal import Proposal
from ..config.project import Environment
from ..config.rules import Rules, Signed
from ..errors import ReconcileError
from ..review.approval import SUFFIX, Vote, votes
from ..review.authors import Authors, authors_of
from ..review.counting import Tally, asked, tally
from ..review.statement import Statement
from ..review.trust import TrustRoot
from ..sources.revisions import Revision
from .gitstate import GitState
from .workspace import Workspace

FOLDER: Final = "approvals"
_MOST: Final = 1000


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """A statement with the votes on it, and how each rule that holds stands with them."""

    statement: Statement
    votes: tuple[Vote, ...]
    tallies: tuple[Tally, ...]
    signed: Signed

    @property
    def rejected(self) -> Vote | None:
        """A good rejection by somebody who counts."""
        who = {*self.signed.ordinary.who, *self.signed.destructive.who, *self.signed.python.who}
        return next((v for v in self.votes if v.good and v.verdict == "reject" and v.principal in who), None)

    @property
    def reached(self) -> bool:
        return self.rejected is None and all(t.reached for t in self.tallies)

    @property
    def approvers(self) -> tuple[str, ...]:
        return tuple(sorted({p for t in self.tallies for p in t.agreed}))


def statement_of(
    ws: Workspace, root: TrustRoot, rules: Rules, state: GitState, proposal: Proposal, sql: str
) -> Statement:
    """What an approval of this proposal must be an approval of. sql: the digest of its text, "" for not known yet."""
    return Statement(
        repository=root.policy.repository,
        environment=rules.subject,
        base=proposal.at,
        head=proposal.wanted,
        revisions=tuple((r.id, r.digest) for r in proposal.pending),
        recorded=proposal.state(),
        desired=state.lock_digest,
        policy=rules.digest,
        settings=settings_text(ws),
        tool=f"reconcile {__version__}",
        sql=sql,
    )


def settings_text(ws: Workspace) -> str:
    """What reconcile.yaml says that changes what is applied, or what is taken for drift."""
    project = ws.required
    kept = {
        "dialect": project.dialect,
        "drops": project.drops,
        "ignoreDrift": [[d.address, d.until.isoformat()] for d in project.ignore_drift],
        "keepDropped": {
            "": project.keep_dropped,
            **{e.name: e.keep_dropped for e in project.environments if e.keep_dropped != project.keep_dropped},
        },
        "manage": project.manage,
        "schemas": project.schemas,
        "unmanaged": [[u.kind, u.schema, u.name] for u in project.unmanaged],
        "versionTable": project.version_table,
    }
    return msgspec.json.encode(kept, order="sorted").decode()


def approval_folder(ws: Workspace, rules: Rules) -> Path:
    return ws.required.path(f"{FOLDER}/{rules.fleet or rules.name}")


def approval_files(ws: Workspace, rules: Rules, commit: str, elsewhere: Path | None = None) -> dict[str, bytes]:
    """The approvals for an environment: of the working tree, of the commit that is applied, and of another folder."""
    folder = approval_folder(ws, rules)
    found: dict[str, bytes] = {}
    for place in (folder, *((elsewhere,) if elsewhere is not None else ())):
        if place.is_dir():
            paths = [p for p in sorted(place.iterdir()) if p.suffix == SUFFIX and p.is_file() and not p.is_symlink()]
            found |= {_named(ws, p): p.read_bytes() for p in paths[:_MOST]}
        elif place is elsewhere:
            raise ReconcileError(f"no folder {elsewhere}", next="name the folder that holds the approvals")
    if commit:
        inside = ws.repository.files(commit, ws.repository.relative(folder))
        for path, data in sorted(inside.items())[:_MOST]:
            if path.endswith(SUFFIX) and data not in found.values():
                found[f"{commit[:12]}:{path}"] = data
    return found


def _named(ws: Workspace, path: Path) -> str:
    root = ws.required.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def authors(ws: Workspace, root: TrustRoot, state: GitState, revisions: Sequence[Revision]) -> Authors:
    """Who wrote some revisions, as the history of the commit that is applied proves it."""
    return authors_of(ws.repository.root, state.commit, [r.path for r in revisions], root)


def weighed(
    statement: Statement,
    files: dict[str, bytes],
    root: TrustRoot,
    signed: Signed,
    who: Authors,
    *,
    destructive: bool,
    python: bool,
    clock: datetime.datetime,
) -> Scale:
    """How the votes stand. Where the statement has no SQL yet, the approvals that claim the same SQL are counted
    together, and the SQL that most agree on is taken."""
    found = votes(files, statement, root, signed, clock)
    claims = [statement.sql] if statement.sql else sorted({v.sql for v in found if v.good}) or [""]
    scales = [_of_sql(statement, sql, found, signed, who, destructive, python) for sql in claims]
    return max(scales, key=lambda s: (s.reached, sum(v.good and v.sql == s.statement.sql for v in found)))


def _of_sql(
    statement: Statement, sql: str, found: Sequence[Vote], signed: Signed, who: Authors, destructive: bool, python: bool
) -> Scale:
    counted = [v for v in found if v.good and v.verdict == "approve" and v.sql == sql]
    rules = asked(signed, destructive=destructive, python=python)
    return Scale(
        statement=msgspec.structs.replace(statement, sql=sql),
        votes=tuple(found),
        tallies=tuple(tally(name, rule, counted, signed, who) for name, rule in rules),
        signed=signed,
    )


def broken_glass(scale: Scale, rules: Rules) -> tuple[Vote, ...]:
    """The good break-glass approvals by those who may, where they are enough; () where not."""
    if rules.break_glass is None:
        return ()
    good = [v for v in scale.votes if v.good and v.verdict == "break-glass" and v.sql == scale.statement.sql]
    found = {v.principal: v for v in good}
    who = [found[p] for p in sorted(found) if p in rules.break_glass.who]
    return tuple(who) if len(who) >= rules.break_glass.threshold else ()


def rules_of(environment: Environment) -> tuple[Rules, Signed] | None:
    """What the trust root asks in the way of signatures; None where it asks none."""
    rules = environment.rules
    return (rules, rules.signed) if rules is not None and rules.signed is not None else None
