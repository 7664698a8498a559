"""The lockfile: head as it was measured, with the revisions that lead to it, and whether it fits a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..diagnostics import Finding, Span, in_order
from ..model.access import ROLES
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object
from ..sources.revisions import History, Revision
from ..sources.snapshot import RevisionMark, Snapshot, snapshot_text

_UPDATE = "reconcile verify --update"


def locked(
    history: History,
    catalog: Catalog,
    *,
    digests: Mapping[Address, str],
    orders: Mapping[Address, tuple[str, ...]] | None = None,
) -> bytes:
    """The lockfile of a history whose newest revision leads to a catalog; `digests` of the units that were written."""
    marks = tuple(_mark(r, history) for r in history.order)
    return snapshot_text(Snapshot(catalog=catalog, written=digests, orders=orders or {}, revisions=marks))


def relocked(history: History, catalog: Catalog, lock: Snapshot | None) -> bytes:
    """The lockfile with a catalog measured anew; what was written is remembered of those units that stayed the same."""
    if lock is None:
        return locked(history, catalog, digests={})
    catalog = _with_unmeasured(catalog, lock.catalog)
    known, now = _by_unit(lock.catalog), _by_unit(catalog)
    digests = {u: d for u, d in lock.written.items() if known.get(u) == now.get(u)}
    return locked(history, catalog, digests=digests, orders={u: o for u, o in lock.orders.items() if u in digests})


def _with_unmeasured(catalog: Catalog, before: Catalog) -> Catalog:
    """The catalog with the roles that were known before: those of a scratch server are nobody's, so nothing tells."""
    if ROLES not in before.says - catalog.says:
        return catalog
    return catalog.about(catalog.says | {ROLES}).replaced(o for o in before.values() if o.topic == ROLES)


def _by_unit(catalog: Catalog) -> dict[Address, dict[Address, Object]]:
    units: dict[Address, dict[Address, Object]] = {}
    for a, o in catalog.items():
        units.setdefault(o.parent or a, {})[a] = o
    return units


def _mark(revision: Revision, history: History) -> RevisionMark:
    return RevisionMark(id=revision.id, down=_links(revision, history), digest=revision.digest)


def _links(revision: Revision, history: History) -> tuple[str, ...]:
    names = (*revision.down, *revision.depends_on)
    return tuple(dict.fromkeys(i for d in names if (i := history.resolved(d)) is not None))


def misfits(lock: Snapshot | None, history: History, place: str) -> list[Finding]:
    """In what a lockfile is not that of a history: revisions it does not know, or knows otherwise, or that are gone."""
    if lock is None:
        return [_finding("no-lockfile", "there is no lockfile", Span(place))] if history.order else []
    marks = {m.id: m for m in lock.revisions}
    return in_order([*_of_revisions(history, marks), *_of_marks(history, marks, place)])


def _of_revisions(history: History, marks: Mapping[str, RevisionMark]) -> Iterator[Finding]:
    for r in history.order:
        mark = marks.get(r.id)
        if mark is None:
            yield _finding("unmeasured-revision", f"the lockfile does not know revision {r.id}", Span(r.path))
        elif mark.digest != r.digest:
            message = f"revision {r.id} was edited after the lockfile was written"
            yield _finding("edited-revision", message, Span(r.path))


def _of_marks(history: History, marks: Mapping[str, RevisionMark], place: str) -> Iterator[Finding]:
    for i in sorted(marks):
        if i not in history.by_id:
            yield _finding("missing-revision", f"revision {i} is in the lockfile and not there", Span(place))


def _finding(rule: str, message: str, span: Span) -> Finding:
    why = "the lockfile says what running the revisions leads to, and so must be measured again"
    return Finding(rule=rule, message=message, span=span, why=why, next=_UPDATE)
