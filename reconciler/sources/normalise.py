"""What people wrote, as the database spells it: remembered where nothing changed, else judged on a scratch database.

The cost grows with the change: what is unchanged comes from the snapshot, and only what the changed units need to
exist is made beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from itertools import chain
from typing import Any, Final

import msgspec

from ..diagnostics import Finding, in_order
from ..dialects.base import Dialect, Scope
from ..dialects.session import Session
from ..errors import InputError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object, compared_fields, fields_of
from .accesses import with_access
from .claims import INSIDE, Claims, Reach, as_context, reach, top
from .creation import Failure, make, roots
from .mentions import texts_of
from .snapshot import FORMAT, Snapshot
from .written import Unit, WordIndex, Written

Scratch = Callable[[], AbstractContextManager[Session]]


class Normalised(msgspec.Struct, frozen=True, kw_only=True):
    """A source as a catalog. `names` are the renames it asks for (new address → old name), `digests` what a snapshot
    is to remember of its units."""

    catalog: Catalog
    names: Mapping[Address, str] = {}
    findings: tuple[Finding, ...] = ()
    digests: Mapping[Address, str] = {}
    scratch_used: bool = False


def normalise(
    written: Written, *, dialect: Dialect, scratch: Scratch, known: Snapshot | None, scope: Scope
) -> Normalised:
    """The catalog that a source describes; `scratch` is opened only if something has to be judged.

    Raises InputError with a finding for each definition that the server refuses.
    """
    if known is not None and (known.dialect != dialect.name or known.format != FORMAT):
        known = None
    found = reach(written, known)
    scope = msgspec.structs.replace(scope, topics=frozenset())  # nobody has to judge owners and grants
    judged, findings = Catalog((), dialect=dialect.name), list(written.findings)
    if found.affected:
        judged = _judged(written, found, known, dialect, scratch, scope)
        findings += _lost(written, found, judged, dialect)
    catalog = judged if known is None else _merged(written, found, known, judged)
    catalog = with_access(catalog, written, dialect)
    return Normalised(
        catalog=catalog,
        names=written.names,
        findings=tuple(in_order(findings)),
        digests={u.address: u.digest for u in written.units},
        scratch_used=bool(found.affected),
    )


def _judged(
    written: Written, found: Reach, known: Snapshot | None, dialect: Dialect, scratch: Scratch, scope: Scope
) -> Catalog:
    """The affected units as the database spells them, and nothing else."""
    units = [u for u in written.units if u.address in found.affected]
    with scratch() as session:
        context = _context(found, known)
        failures = make(units, context, session, dialect)
        judged = None if failures else _own(dialect.inspect(session, scope), units, dialect, written.units)
    if judged is not None:
        return _settled(judged, units, context, dialect, scratch, scope)
    if len(units) < len(written.units):  # something was missing that only the server knew of
        with scratch() as session:
            failures = make(written.units, (), session, dialect)
            if not failures:
                return _own(dialect.inspect(session, scope), units, dialect, written.units)
    raise _refused(failures, written)


def _settled(
    judged: Catalog, units: Sequence[Unit], context: Sequence[Object], dialect: Dialect, scratch: Scratch, scope: Scope
) -> Catalog:
    """The catalog in a spelling that lasts: what is made from a printed text may be printed otherwise once more.

    PostgreSQL prints `a BETWEEN 0 AND 9 AND b` as `((…) AND (…)) AND b`, and what that makes as `(…) AND (…) AND b`;
    a plan is made of printed texts, so only the last one is what a database will have.
    """
    if not any(_may_be_respelled(text) for text in texts_of(judged.values())):
        return judged
    claims = Claims(judged, {u.address for u in units}, adopt=True)
    parts: dict[Address, list[Object]] = {}
    for o in judged.values():
        if (unit := claims.unit_of(o)) is not None:
            parts.setdefault(unit, []).append(o)
    again = [Unit(address=a, digest="", objects=tuple(objects)) for a, objects in parts.items()]
    with scratch() as session:
        if make(again, context, session, dialect):
            return judged
        second = _own(dialect.inspect(session, scope), again, dialect, again)
    return second if second.keys() == judged.keys() else judged


def _may_be_respelled(text: str | None) -> bool:
    return text is not None and (text.count(" AND ") > 1 or text.count(" OR ") > 1 or "ARRAY[" in text)


def _context(found: Reach, known: Snapshot | None) -> list[Object]:
    """What the affected units need and nobody changed, as the snapshot has it."""
    if known is None or not found.needed:
        return []
    claims = Claims(known.catalog, known.written.keys() | found.needed, adopt=False)
    objects = (o for o in known.catalog.values() if claims.unit_of(o) in found.needed)
    return [c for o in objects if (c := as_context(o)) is not None]


def _own(catalog: Catalog, units: Iterable[Unit], dialect: Dialect, others: Iterable[Unit]) -> Catalog:
    """Of what stands on the scratch database, that which the units made."""
    wanted = {u.address for u in units}
    claims = Claims(catalog, wanted | {u.address for u in others}, adopt=True)
    anonymous = [a for a in wanted if a.kind == ANONYMOUS]
    profile = dialect.profile(catalog.version)

    def is_own(o: Object) -> bool:
        unit = claims.unit_of(o)
        if unit is None:
            return bool(anonymous) and not profile.implicit(top(o))
        return unit in wanted

    return catalog.where(is_own)


ANONYMOUS: Final = "statements"
"""The kind of a unit that is statements about which nobody knows what they make."""


def _merged(written: Written, found: Reach, known: Snapshot, judged: Catalog) -> Catalog:
    """The snapshot's objects of what is unchanged, the judged ones of what is not."""
    orders = {a: order for a, order in known.orders.items() if a not in found.affected}
    units = {u.address for u in written.units}
    claims = Claims(known.catalog, units | known.written.keys(), adopt=True)
    if not found.affected and not found.gone and not orders and _all_claimed(claims, units):
        return known.catalog
    kept: list[Object] = []
    for a, o in known.catalog.items():
        if a in judged:
            continue
        unit = claims.unit_of(o)
        if unit is None:
            if _stays(o, written, units, known):
                kept.append(o)
        elif unit in units and (unit not in found.affected or _was_added(o, unit, judged, written)):
            order = orders.get(a) if orders else None
            kept.append(o if order is None else msgspec.structs.replace(o, columns=order))
    return known.catalog.like(chain(kept, judged.values()))


def _all_claimed(claims: Claims, units: set[Address]) -> bool:
    return all(o.kind in INSIDE or claims.unit_of(o) in units for o in claims.catalog.values())


def _stays(o: Object, written: Written, units: set[Address], known: Snapshot) -> bool:
    """Whether an object that nobody ever wrote stays: of a kind that the source would not say if it were desired."""
    if written.complete is None or o.kind in written.complete or top(o).kind in written.complete:
        return False
    parent = o.parent
    return parent is None or parent in units or parent not in known.catalog or parent.kind not in written.complete


def _was_added(o: Object, unit: Address, judged: Catalog, written: Written) -> bool:
    """Whether an object on an affected unit came from elsewhere, say, a trigger of a revision written by hand."""
    separate = top(o) == o.address and o.address != unit and o.parent is not None
    return separate and o.address not in judged and o.parent in judged and written.complete is not None


# What the server refused, and what it did not keep.


def _refused(failures: Sequence[Failure], written: Written) -> InputError:
    findings = in_order([_refusal(f) for f in roots(failures)])
    count = "a definition" if len(findings) == 1 else f"{len(findings)} definitions"
    return InputError(f"the database refuses {count} of {written.origin or 'the source'}", findings)


def _refusal(failure: Failure) -> Finding:
    task, error = failure.task, failure.error
    address = _culprit(failure)
    why = error.why or (f"the server answers {error.code}" if error.code else "")
    if task.unit is None:
        message = f"cannot be made from the lockfile: {error.what}"
        return Finding(rule="refused", message=message, address=str(address), why=why, next="reconcile verify --update")
    return Finding(
        rule="refused",
        message=error.what,
        span=task.unit.span(address),
        address=str(address),
        why=why,
        next=error.next,
    )


def _culprit(failure: Failure) -> Address:
    """The part of the unit that the server's message is about, as far as the names in it tell."""
    task = failure.task
    if task.unit is None or task.address != task.unit.address:
        return task.address
    index = WordIndex()
    quoted = {word for text in failure.error.what.split('"')[1::2] for word in index[text]}
    for o in task.unit.objects[1:]:
        if quoted and quoted <= frozenset().union({o.name}, *(index[t] for t in texts_of([o]) if t)):
            return o.address
    return task.address


def _lost(written: Written, found: Reach, judged: Catalog, dialect: Dialect) -> Iterator[Finding]:
    """What was written and is not there: the dialect has no such thing, and no error for it either."""
    for unit in written.units:
        if unit.address in found.affected:
            for o in unit.objects:
                made = judged.get(o.address)
                if made is not None:
                    parent = judged.get(o.parent) if o.parent is not None else None
                    yield from _lost_fields(o, made, parent, unit, dialect)
                elif getattr(o, "named", True) and not _may_be_elsewhere(o, judged):
                    yield Finding(
                        rule="not-kept",
                        message=f"{dialect.name} makes nothing of it",
                        span=unit.span(o.address),
                        address=str(o.address),
                        next="remove it",
                    )


def _may_be_elsewhere(o: Object, judged: Catalog) -> bool:
    """A function has an address with its arguments; a schema that every database has is not listed."""
    return hasattr(o, "bare_name") or o.kind == "schema" or o.address in judged


_DEFAULTS: Final = frozenset(
    {"", "null", "default", "btree", "heap", "pg_default", "plain", "main", "extended", "abort", "restrict"}
)
"""Words for what a database has anyway."""


def _lost_fields(
    o: Object, made: Object, parent: Object | None, unit: Unit, dialect: Dialect
) -> Iterator[Finding]:
    if o == made:
        return
    defaults = _defaults(type(o))
    for field in compared_fields(type(o)):
        value = getattr(o, field)
        if field in defaults and value != defaults[field] and getattr(made, field) == defaults[field]:
            if str(value).strip().lower() in _DEFAULTS or field == "named" or getattr(parent, field, None) == value:
                continue
            yield Finding(
                rule="not-kept",
                level="warning",
                message=f"{dialect.name} does not keep {field.replace('_', ' ')}: {_shown(value)}",
                span=unit.span(o.address),
                address=str(o.address),
                why="it is the default there, or there is no such thing",
                next="remove it",
            )


@cache
def _defaults(kind: type[Object]) -> dict[str, Any]:
    return {f.name: f.default for f in fields_of(kind) if not f.required}


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join("=".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
