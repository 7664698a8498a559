"""A history judged by running it: do its revisions lead to the lockfile, do they come back, do rows live?

The lockfile is one claim and the files are another; neither is believed, and what scratch says is what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from ..diagnostics import Finding, Span, has_errors, in_order
from ..dialects.base import Dialect, Scope
from ..dialects.session import Session
from ..emit.moves import renames_said
from ..emit.rendered import MARK_IT, NotRenderable, rendered
from ..errors import DatabaseError, ReconcileError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Statement
from ..plan.plan import make_plan, reverse_names
from ..sources.revisions import History, Revision
from ..sources.snapshot import Snapshot
from .calls import calls
from .lockfile import misfits, relocked
from .proof import DATA_CODES, Proof, differences, prove, settled_like
from .replay import measured, replay
from .running import Scratch, run_revision

_UPDATE = "reconcile verify --update"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What running a history showed: `catalog` is where it leads, `proved` the revisions that were run there and back,
    `lock` the lockfile as it should be (None where it was not asked for)."""

    findings: tuple[Finding, ...]
    catalog: Catalog
    proved: tuple[str, ...] = ()
    rows: int = 0
    lock: bytes | None = None

    @property
    def ok(self) -> bool:
        return not has_errors(list(self.findings))


class Stage(msgspec.Struct, frozen=True):
    """A revision and the two catalogs it stands between."""

    revision: Revision
    before: Catalog
    after: Catalog


def verify(
    history: History,
    lock: Snapshot | None,
    dialect: Dialect,
    scratch: Scratch,
    scope: Scope,
    *,
    at: Iterable[str] = (),
    full: bool = False,
    update: bool = False,
    place: str = "schema.lock",
    progress: Callable[[str], None] = lambda revision: None,
) -> Verified:
    """Proves the revisions that come after `at` (`full`: all of them, and the whole way back).

    update: measure only, and give the lockfile that fits; nothing is held against what the old one says.
    Raises DatabaseError or ReconcileError where an upgrade fails, with its file and statement.
    """
    if update:
        catalog = measured(history, dialect, scratch, scope, known=() if lock is None else lock.catalog)
        known = history.ancestors(i for i in at if i in history.by_id)
        unsaid = [_milder(f) for f in _unmarked((r for r in history.order if r.id not in known), dialect)]
        return Verified(findings=tuple(in_order(unsaid)), catalog=catalog, lock=relocked(history, catalog, lock))
    start = () if full else tuple(i for i in at if i in history.by_id)
    with scratch() as session:
        replay(history, session, dialect, to=start)
        catalog = dialect.inspect(session, scope)
        stages = list(_stages(history.pending(start), session, dialect, scope, catalog, progress))
        findings = _way_back(stages, session, dialect, scope) if full else []
    reached = stages[-1].after if stages else catalog
    findings += misfits(lock, history, place)
    findings += _unmarked((s.revision for s in stages), dialect)
    findings += (f for s in stages for f in _calls(s, dialect))
    findings += _held_against(lock, reached, dialect, place) if lock is not None else []
    proofs = [_proved(s, dialect, scratch) for s in stages if not full or s.revision.generated]
    findings += (f for proof in proofs for f in proof.findings)
    return Verified(
        findings=tuple(in_order(list(dict.fromkeys(findings)))),
        catalog=reached,
        proved=tuple(s.revision.id for s in stages),
        rows=sum(proof.rows for proof in proofs),
    )


def _stages(
    revisions: Iterable[Revision],
    session: Session,
    dialect: Dialect,
    scope: Scope,
    catalog: Catalog,
    progress: Callable[[str], None],
) -> Iterator[Stage]:
    """Each revision, run, with what was there before and after it."""
    for revision in revisions:
        progress(revision.id)
        run_revision(revision, session, dialect)
        after = dialect.inspect(session, scope)
        yield Stage(revision, catalog, after)
        catalog = after


def _unmarked(revisions: Iterable[Revision], dialect: Dialect) -> Iterator[Finding]:
    """Those that ran on scratch because they got a connection there, and that `apply` would refuse."""
    for revision in revisions:
        if revision.python:
            continue
        try:
            rendered(revision, dialect.alembic or dialect.name)
        except NotRenderable as error:
            span = Span(revision.path, revision.line_of("down_revision"))
            yield Finding(rule="not-marked", message=error.what, span=span, why=error.why, next=error.next or MARK_IT)


def _held_against(lock: Snapshot, reached: Catalog, dialect: Dialect, place: str) -> list[Finding]:
    """Where running the revisions leads elsewhere than the lockfile says."""
    return [
        Finding(
            rule="lock-differs",
            message=f"the lockfile is not what the revisions lead to: {what}",
            address=str(address),
            span=Span(place),
            next=f"{_UPDATE}, and look at what it changes",
        )
        for address, what in differences(reached, lock.catalog, dialect.profile(reached.version))
    ]


def _proved(stage: Stage, dialect: Dialect, scratch: Scratch) -> Proof:
    """What the proof of one revision says, with rows. What a person wrote may mean to lose rows, or not to come back:
    that is a warning, and it is run on the whole schema, since it may touch what it does not change."""
    profile = dialect.profile(stage.after.version)
    up = make_plan(stage.before, stage.after, profile, wanted_names=_names(stage, dialect), follow_order=True)
    down = make_plan(stage.after, stage.before, profile, wanted_names=reverse_names(up), follow_order=True)
    own = stage.revision.generated
    proof = prove(stage.revision, up, down, dialect, profile, scratch, full=not own)
    if own:
        return proof
    back = [f for f in proof.findings if f.rule == "not-reached" and f.message.startswith(_AFTER)]
    left = _left_behind(stage.revision, [(f.address, f.message.removeprefix(_AFTER)) for f in back])
    return msgspec.structs.replace(proof, findings=(*(_milder(f) for f in proof.findings if f not in back), *left))


def _names(stage: Stage, dialect: Dialect) -> Mapping[Address, str]:
    """What the revision renames, by its own words."""
    schema = dialect.profile(stage.after.version).default_schema
    return renames_said(_said(stage.revision, dialect), stage.before, stage.after, schema)


def _calls(stage: Stage, dialect: Dialect) -> Iterator[Finding]:
    if b"call" in stage.revision.text.lower():
        known = stage.before.replaced(stage.after.values())
        yield from calls(stage.revision, _said(stage.revision, dialect), known, dialect)


def _said(revision: Revision, dialect: Dialect) -> list[Statement]:
    """Its statements; none where it does not say what it runs."""
    if revision.python:
        return []
    try:
        return rendered(revision, dialect.alembic or dialect.name)
    except NotRenderable:
        return []


def _milder(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, level="warning") if finding.level == "error" else finding


def _way_back(stages: list[Stage], session: Session, dialect: Dialect, scope: Scope) -> list[Finding]:
    """Runs the downgrades, newest first, up to the first that fails; each must lead to where its upgrade began. What
    one has left behind is not held against those before it."""
    found: list[Finding] = []
    told: set[tuple[str, str]] = set()
    for stage in reversed(stages):
        try:
            run_revision(stage.revision, session, dialect, "downgrade")
        except ReconcileError as error:
            return [*found, _fails(stage.revision, error)]
        live = dialect.inspect(session, scope)
        wanted = settled_like(live, stage.before, stage.after)
        left = [(str(a), what) for a, what in differences(live, wanted, dialect.profile(live.version))]
        new = [d for d in left if d not in told]
        told.update(new)
        found += _left_behind(stage.revision, new)
    return found


def _left_behind(revision: Revision, what: list[tuple[str, str]]) -> Iterator[Finding]:
    """Where a downgrade does not lead: each object for a generated one, all in a sentence for what a person wrote, who
    may have meant to write none."""
    span = Span(revision.path)
    if revision.generated:
        for address, difference in what:
            yield Finding(rule="not-reached", message=f"{_AFTER}{difference}", address=address, span=span)
    elif what:
        message = f"its downgrade does not come back: {_counted(len(what), 'object')} differ, {_some(what)}"
        yield Finding(rule="not-reached", message=message, span=span, level="warning")


_AFTER = "after downgrade "
_SHOWN = 3


def _some(what: list[tuple[str, str]]) -> str:
    shown = "; ".join(f"{address}: {difference}" for address, difference in what[:_SHOWN])
    return shown + (f"; and {len(what) - _SHOWN} more" if len(what) > _SHOWN else "")


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _fails(revision: Revision, error: ReconcileError) -> Finding:
    data = isinstance(error, DatabaseError) and error.code.startswith(DATA_CODES)
    why = " ".join(str(getattr(error, "statement", "") or error.why).split())[:300]
    finding = Finding(rule="failed", message=f"downgrade fails: {error.what}", span=Span(revision.path), why=why)
    return finding if revision.generated and not data else _milder(finding)
