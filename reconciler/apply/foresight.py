"""What an apply is about to do, as a plan from the database as it is: may the role do it, and do rows stand in the way?

The statements are read for two things alone: which objects they rename, since two catalogs do not tell; and
whether they may change rows, since then nobody knows what those will be by the time they count.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import Final

from ..dialects.base import Claim, Dialect, Probing
from ..dialects.session import Session
from ..errors import ReconcileError, RefusedError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import address_of
from ..model.probes import Probe, Probed
from ..model.profile import Profile
from ..plan.plan import Plan, make_plan
from .look import Seen
from .probing import Patience, probed, probes_of, probing, told
from .render import Rendered
from .segments import Role, bare, role
from .work import Event, Work

_NAME: Final = r"(?:\"(?:[^\"]|\"\")+\"|`(?:[^`]|``)+`|[\w$]+)"
_QUALIFIED: Final = rf"(?:({_NAME})\s*\.\s*)?({_NAME})"
_ALTER: Final = re.compile(rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_QUALIFIED}", re.IGNORECASE)
_TABLE: Final = re.compile(rf"\s+rename\s+(?:to|as)\s+{_QUALIFIED}\s*\Z", re.IGNORECASE)
_COLUMN: Final = re.compile(rf"\brename\s+(?:column\s+)?({_NAME})\s+to\s+({_NAME})", re.IGNORECASE)
_CHANGED: Final = re.compile(rf"\bchange\s+(?:column\s+)?({_NAME})\s+({_NAME})\s", re.IGNORECASE)
_TABLES: Final = re.compile(r"rename\s+tables?\s+(.*)\Z", re.IGNORECASE | re.DOTALL)
_PAIR: Final = re.compile(rf"{_QUALIFIED}\s+to\s+{_QUALIFIED}", re.IGNORECASE)
_IN_NONE: Final = ("schema", "publication", "server", "foreign_data_wrapper", "event_trigger")
_IN_SCHEMA: Final = """type domain sequence view materialized_view statistics text_search_dictionary
    text_search_configuration"""
_WHOLE: Final = re.compile(
    rf"alter\s+({'|'.join(n.replace('_', chr(92) + 's+') for n in (*_IN_NONE, *_IN_SCHEMA.split()))})\s+"
    rf"(?:if\s+exists\s+)?{_QUALIFIED}\s+rename\s+to\s+({_NAME})\s*\Z",
    re.IGNORECASE,
)
_KINDS: Final = {"type": ("enum", "composite_type", "range_type")}
"""What a noun may stand for."""
_NOT_COLUMNS: Final = frozenset({"constraint", "index", "key", "to", "as"})
_SCHEMA: Final = re.compile(r"(create|alter|drop|comment|grant|revoke|rename|reindex|security)\b", re.IGNORECASE)
_VALUE: Final = re.compile(r"\brename\s+(value|attribute)\b", re.IGNORECASE)
"""A label, or an attribute, that gets another name: its rows seem to hold one that goes."""
_MORE: Final = re.compile(r"\b(drop|default|using|select|as)\b", re.IGNORECASE)


def require_fit(session: Session, dialect: Dialect) -> None:
    """Raises RefusedError where nothing can be applied to the database at all, as it is reached."""
    if found := dialect.unfit(session):
        what = "nothing can be applied to this database as it is reached"
        raise RefusedError(what, where=session.target, why=found.why, next=found.next)


def require_sight(work: Work) -> None:
    """Raises RefusedError where the role cannot even see where the database stands."""
    nothing = Catalog(dialect=work.dialect.name)
    context = Probing(profile=work.dialect.profile(work.session.version), old=nothing, new=nothing)
    _require(work, Claim(use="plan", context=context, version_table=work.target.version_table))


def require_feasible(
    work: Work, live: Catalog, wanted: Catalog | None, seen: Seen, tolerated: Container[Address] = ()
) -> None:
    """Raises RefusedError where the role lacks a right that it takes, or where rows that are there are sure to let it
    fail; of others it tells. Without `wanted` nobody knows what it takes but to keep what is done."""
    profile = work.dialect.profile(work.session.version)
    plan = foreseen(live, wanted, profile, seen.pending) if wanted is not None else None
    nothing = Catalog(dialect=work.dialect.name)
    context = probing(plan, profile) if plan is not None else Probing(profile=profile, old=nothing, new=nothing)
    steps = [s for s in plan.steps if address_of(s.change) not in tolerated] if plan is not None else []
    _require(work, Claim(use="apply", steps=steps, context=context, version_table=work.target.version_table))
    if plan is not None:
        _require_rows(work, plan, seen)


def _require(work: Work, claim: Claim) -> None:
    missing = [r for r in work.dialect.rights(work.session, claim) if not r.held]
    if missing:
        raise RefusedError(
            f"the role of this environment lacks {len(missing)} right{'s' * (len(missing) != 1)}",
            where=work.session.target,
            why="nothing was done; what it needs is\n    " + "\n    ".join(map(str, missing)),
            next=f"have them granted (reconcile grants --env {work.target.environment} prints all it takes)",
        )


def _require_rows(work: Work, plan: Plan, seen: Seen) -> None:
    answers = _answered(work.session, work.dialect, plan)
    work.turn.limit()
    sure = [a for p, a in answers if a.fails and binding(p, seen.pending)]
    if sure:
        raise RefusedError(
            "rows stand in the way of what is to be applied",
            where=work.session.target,
            why=f"nothing was done: it would fail on\n    {told(sure)}",
            next=f"reconcile apply --env {work.target.environment} --dry-run --samples shows which; mend those rows, "
            "then the same command",
        )
    for _, answer in answers:
        if answer.fails:
            note = f"{answer}: it fails if the revisions leave them so"
            work.progress(Event(what="foreseen", place=seen.pending[0].name, note=note))


def answered(
    session: Session, dialect: Dialect, live: Catalog, wanted: Catalog, seen: Seen, patience: Patience | None = None
) -> list[tuple[Probe, Probed]]:
    """The questions that what is pending raises, with their answers. The session's limits are others afterwards."""
    plan = foreseen(live, wanted, dialect.profile(session.version), seen.pending)
    return _answered(session, dialect, plan, patience) if plan is not None else []


def _answered(
    session: Session, dialect: Dialect, plan: Plan, patience: Patience | None = None
) -> list[tuple[Probe, Probed]]:
    probes = probes_of(plan, dialect, dialect.profile(session.version))
    return list(zip(probes, probed(session, probes, patience), strict=True)) if probes else []


def foreseen(live: Catalog, wanted: Catalog, profile: Profile, pending: Iterable[Rendered]) -> Plan | None:
    """The plan from what is there to what is to be; None where there is no telling."""
    names = renamed([s.sql for item in pending for s in item.statements], profile.default_schema)
    try:
        return make_plan(live, wanted, profile, wanted_names=names)
    except ReconcileError:
        return None


def renamed(statements: Iterable[str], default_schema: str) -> dict[Address, str]:
    """The old names of objects by the address that some statements give them."""
    found = _Renamed(default_schema)
    for sql in statements:
        found.read(bare(sql))
    return found.names


def binding(probe: Probe, pending: Sequence[Rendered]) -> bool:
    """Whether rows that a probe finds now are those that the change will meet, so that it is sure to fail.

    Not where a revision may change rows first; and not where values count that some revision on the way may make up
    (a column that is added with a default, which another takes away again).
    """
    said = [s.sql for item in pending for s in item.statements]
    if any(item.revision.python for item in pending) or any(_VALUE.search(sql) for sql in said):
        return False
    only = len(pending) == 1 and pending[0].revision.generated
    return all(_leaves_rows(item) for item in pending) and (only or not probe.made_up)


def _leaves_rows(item: Rendered) -> bool:
    """What this program wrote does nothing to rows but what a plan says; of other SQL the plainest only is known."""
    if item.revision.generated:
        return True
    said = [bare(s.sql) for s in item.statements if role(s.sql) is Role.EFFECT]
    return all(_SCHEMA.match(sql) and not _MORE.search(sql) for sql in said)


class _Renamed:
    """Renames, followed one after the other."""

    def __init__(self, default_schema: str) -> None:
        self._default = default_schema
        self._tables: dict[tuple[str, str], str] = {}
        self._columns: dict[tuple[str, str, str], str] = {}
        self._others: dict[tuple[str, str, str], str] = {}

    @property
    def names(self) -> dict[Address, str]:
        tables = {Address("table", s, new): old for (s, new), old in self._tables.items()}
        columns = {Address("column", s, new, t): old for (s, t, new), old in self._columns.items()}
        return tables | columns | {Address(k, s, new): old for (k, s, new), old in self._others.items()}

    def read(self, sql: str) -> None:
        if found := _TABLES.match(sql):
            for pair in _PAIR.finditer(found[1]):
                self._table(_name(pair[1]) or self._default, _name(pair[2]), _name(pair[4]))
        elif found := _WHOLE.match(sql):
            self._other("_".join(found[1].lower().split()), *(_name(g) for g in found.groups()[1:]))
        elif found := _ALTER.match(sql):
            schema, table, rest = _name(found[1]) or self._default, _name(found[2]), sql[found.end() :]
            if moved := _TABLE.match(rest):
                self._table(schema, table, _name(moved[2]))
                return
            for old, new in (*_COLUMN.findall(rest), *_CHANGED.findall(rest)):
                if old.lower() not in _NOT_COLUMNS and old != new:
                    self._column(schema, table, _name(old), _name(new))

    def _table(self, schema: str, old: str, new: str) -> None:
        self._tables[schema, new] = self._tables.pop((schema, old), old)
        for key in [k for k in self._columns if k[:2] == (schema, old)]:
            self._columns[schema, new, key[2]] = self._columns.pop(key)

    def _other(self, noun: str, schema: str, old: str, new: str) -> None:
        schema = "" if noun in _IN_NONE else schema or self._default
        for kind in _KINDS.get(noun, (noun,)):
            self._others[kind, schema, new] = self._others.pop((kind, schema, old), old)
        if noun == "schema":
            self._tables = {(new if s == old else s, n): was for (s, n), was in self._tables.items()}
            self._columns = {(new if s == old else s, t, n): was for (s, t, n), was in self._columns.items()}
            self._others = {(k, new if s == old else s, n): was for (k, s, n), was in self._others.items()}

    def _column(self, schema: str, table: str, old: str, new: str) -> None:
        self._columns[schema, table, new] = self._columns.pop((schema, table, old), old)


def _name(text: str | None) -> str:
    if not text:
        return ""
    return text[1:-1].replace(text[0] * 2, text[0]) if text[0] in '"`' else text
