"""The proof of a revision: on scratch, its file takes base to target and back, and rows live through both.

What is proved is the text of the file, run as `alembic upgrade` would run it; the plan only says what to expect.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

import msgspec

from ..diagnostics import Finding, Span, has_errors, in_order
from ..dialects.base import Dialect, Scope
from ..dialects.session import Session
from ..emit.operations import Style
from ..emit.revision import RevisionFile, revision_file
from ..emit.sql import all_statements
from ..errors import DatabaseError, InputError, ReconcileError
from ..model.access import ROLES
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object, changed_fields
from ..model.profile import Profile
from ..plan.diff import changes
from ..plan.plan import Plan, make_plan
from ..plan.settle import ordered_parts
from ..sources.revisions import Revision, read_revision
from .neighbourhood import Neighbourhood, neighbourhood
from .rows import Ahead, Rows, filled
from .running import Direction, Scratch, run_revision, run_statements
from .survival import Before, Fate, looked_at, lost, told_to_lose

DATA_CODES = (
    "22", "23", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "1048", "1062", "1138", "1264", "1265", "1292", "1364", "1366",
    "1406", "1451", "1452", "1526", "1690", "1832", "1834", "3819", "4025",
)  # fmt: skip
"""Codes of statements that fail because of what is in the rows, not because of what the statement says."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof found; `ok` where nothing is wrong. `rows` were looked at before and after.

    `ran` is false where the base could not be made on scratch: then nothing is known, and a finding says so.
    """

    findings: tuple[Finding, ...] = ()
    rows: int = 0
    objects: int = 0
    ran: bool = True
    respelled: tuple[Object, ...] = ()
    """What the server printed otherwise than the target says after the upgrade, and means the same."""

    @property
    def ok(self) -> bool:
        return not has_errors(list(self.findings))


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """A revision file that passed its proof, with what the proof remarked."""

    file: RevisionFile
    style: Style
    proof: Proof

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.proof.findings

    def reached(self, target: Catalog) -> Catalog:
        """The target as a database spells it that was taken there by the revision: what a lockfile has to say."""
        return target.replaced(self.proof.respelled) if self.proof.respelled else target


def proved_revision(
    up: Plan,
    down: Plan,
    dialect: Dialect,
    profile: Profile,
    scratch: Scratch,
    *,
    after: tuple[str, ...],
    message: str | None = None,
    folder: str = "versions",
    full: bool = False,
) -> Proved:
    """The revision of a plan in Alembic's own operations, or in our SQL where those did not pass the proof.

    Raises InputError with what is wrong where neither passes.
    """
    proof = Proof()
    styles: tuple[Style, ...] = ("idiomatic", "sql")
    for style in styles:
        file = revision_file(up, down, dialect, profile, after=after, message=message, style=style, folder=folder)
        revision = read_revision(file.path, file.text)
        assert revision is not None
        proof = prove(revision, up, down, dialect, profile, scratch, full=full)
        if proof.ok and (proof.ran or style == "sql"):
            return Proved(file=file, style=style, proof=proof)
    raise InputError(
        "the revision did not pass its proof, so it was not written",
        [f for f in proof.findings if f.level == "error"],
        why="run on a scratch database it does not do what the plan says",
    )


def prove(
    revision: Revision,
    up: Plan,
    down: Plan,
    dialect: Dialect,
    profile: Profile,
    scratch: Scratch,
    *,
    full: bool = False,
) -> Proof:
    """Runs a revision on the neighbourhood of its change (`full`: on everything), with rows; without them where they
    cannot live through a change that depends on data."""
    part = neighbourhood(up, full=full)
    trial = _Trial(revision, up, down, dialect, profile, part)
    try:
        return trial.run(scratch, with_rows=True)
    except _DependsOnData as found:
        rest = _Trial(revision, up, down, dialect, profile, part).run(scratch, with_rows=False)
        # a downgrade that fails was preceded by an upgrade that did not, whose rows were looked at
        seen = trial.findings if found.direction == "downgrade" else []
        findings = dict.fromkeys([*seen, *rest.findings, found.finding(revision)])
        return msgspec.structs.replace(rest, findings=tuple(in_order(list(findings))), rows=trial.rows)


class _DependsOnData(Exception):
    def __init__(self, error: DatabaseError, direction: Direction) -> None:
        super().__init__(str(error))
        self.error, self.direction = error, direction

    def finding(self, revision: Revision) -> Finding:
        return Finding(
            rule="depends-on-data",
            level="warning" if self.direction == "upgrade" else "note",
            message=f"whether the {self.direction} succeeds depends on the rows: {self.error.what}",
            span=Span(revision.path),
            why=f"with generated rows this failed: {_one_line(self.error.statement)}",
            next="look at the rows of the environments before it is applied there",
        )


class _Trial:
    """One revision on one scratch database."""

    def __init__(
        self, revision: Revision, up: Plan, down: Plan, dialect: Dialect, profile: Profile, part: Neighbourhood
    ) -> None:
        self.revision, self.up, self.down = revision, up, down
        self.dialect, self.profile, self.part = dialect, profile, part
        self.findings: list[Finding] = []
        self.respelled: list[Object] = []
        # roles are the server's: a scratch server has those of everybody who uses it
        self.scope = Scope(topics=(part.base.says | part.target.says) - {ROLES})
        self._scratch: Scratch | None = None
        self.rows = 0

    def run(self, scratch: Scratch, *, with_rows: bool) -> Proof:
        self._scratch = scratch
        with scratch() as session:
            base = self._made(session, self.part.base)
            if base is not self.part.base:
                target = self._remade(self.part.target) if base is not None else None
                if base is None or target is None:
                    return msgspec.structs.replace(self._proof(), ran=False)
                self.part = msgspec.structs.replace(self.part, base=base, target=target)
            self._there_and_back(session, with_rows)
            return self._proof()

    def _there_and_back(self, session: Session, with_rows: bool) -> None:
        part = self.part
        told = told_to_lose(self.up, self.dialect, self.profile)
        there = Fate(self.up, part.names, part.base, part.target, told)
        rows = Rows(given={}, refused={})
        if with_rows:
            rows = filled(session, self.dialect, part.base, Ahead(target=part.target, names=part.names))
            self.findings += (self._refused(a, why) for a, why in sorted(rows.refused.items()))
        before = looked_at(session, self.dialect, part.base, rows.given)
        if not self._ran(session, "upgrade", with_rows):
            return
        if self._reached(session, part.base, part.target, there, "upgrade"):
            self._survived(session, there, before, "upgrade")
        self.rows = sum(rows.given.values())
        if not has_errors(self.findings):
            self._return(session, [t for a in before if (t := there.table(a)) is not None], with_rows)

    def _proof(self) -> Proof:
        objects = len({*self.part.base, *self.part.target})
        findings, respelled = tuple(in_order(self.findings)), tuple(self.respelled)
        return Proof(findings=findings, rows=self.rows, objects=objects, respelled=respelled)

    def _made(self, session: Session, wanted: Catalog) -> Catalog | None:
        """Makes a catalog, and gives it as it is then spelled; None where that cannot be done on this scratch."""
        blank = self.dialect.inspect(session, self.scope)
        try:
            plan = make_plan(blank, wanted, self.profile)
            run_statements(session, all_statements(plan, self.dialect, self.profile), "the schema")
        except ReconcileError as error:
            self._unproved(f"the schema could not be made on scratch: {error.what}", why=_statement(error))
            return None
        live = self.dialect.inspect(session, self.scope)
        found = list(differences(live, wanted, self.profile))
        other = [(a, what) for a, what in found if not _only_respelled(live.get(a), wanted.get(a))]
        for address, what in other:
            self._unproved(f"made on scratch, {what}", address)
        if other:
            return None
        return wanted.replaced(live[a] for a, _ in found) if found else wanted

    def _remade(self, wanted: Catalog) -> Catalog | None:
        """A catalog made from its own text and read back: some servers print an expression that they had printed
        before in another way, and what means the same is then spelled the same."""
        assert self._scratch is not None
        with self._scratch() as session:
            return self._made(session, wanted)

    def _ran(self, session: Session, direction: Direction, with_rows: bool) -> bool:
        try:
            run_revision(self.revision, session, self.dialect, direction)
        except DatabaseError as error:
            if with_rows and error.code.startswith(DATA_CODES):
                raise _DependsOnData(error, direction) from error
            self._find("failed", f"{direction} fails: {error.what}", why=_statement(error))
            return False
        except ReconcileError as error:
            self._find("failed", f"{direction} fails: {error.what}", why=error.why)
            return False
        return True

    def _reached(self, session: Session, start: Catalog, wanted: Catalog, fate: Fate, direction: Direction) -> bool:
        live = self.dialect.inspect(session, self.scope)
        wanted = settled_like(live, wanted, fate.kept(start))
        found = list(differences(live, wanted, self.profile))
        if found and all(_only_respelled(live.get(a), wanted.get(a)) for a, _ in found):
            found = self._still_different(live, wanted, [a for a, _ in found], direction)
        for address, what in found:
            self._find("not-reached", f"after {direction} {what}", address)
        return not found

    def _still_different(
        self, live: Catalog, wanted: Catalog, respelled: list[Address], direction: Direction
    ) -> list[tuple[Address, str]]:
        """In what a database is not as wanted, once both are made from their own text and read back."""
        now = self._remade(wanted.replaced(live[a] for a in respelled))
        then = self._remade(wanted)
        if now is None or then is None:
            return [(a, "an expression is spelled otherwise, and could not be made again") for a in respelled]
        left = list(differences(now, then, self.profile))
        if direction == "upgrade" and not left:
            self.respelled += (live[a] for a in respelled)
        return left

    def _survived(self, session: Session, fate: Fate, before: dict[Address, Before], direction: Direction) -> None:
        for address, what in lost(session, self.dialect, fate, before):
            self._find("rows-lost", f"after {direction}, {what}", address)

    def _return(self, session: Session, tables: Iterable[Address], with_rows: bool) -> None:
        part = self.part
        told = told_to_lose(self.down, self.dialect, self.profile)
        back = Fate(self.down, {n: o for o, n in part.names.items()}, part.target, part.base, told)
        between = looked_at(session, self.dialect, part.target, tables)
        ran = self._ran(session, "downgrade", with_rows)
        if ran and self._reached(session, part.target, part.base, back, "downgrade"):
            self._survived(session, back, between, "downgrade")

    def _refused(self, address: Address, why: str) -> Finding:
        message = f"no generated row was accepted, so none was watched: {why}"
        return Finding(rule="no-rows", level="note", message=message, address=str(address))

    def _unproved(self, message: str, address: Address | None = None, why: str = "") -> None:
        self._find("not-proved", message, address, why)
        last = msgspec.structs.replace(self.findings.pop(), level="warning", next="read the revision with care")
        self.findings.append(last)

    def _find(self, rule: str, message: str, address: Address | None = None, why: str = "") -> None:
        place = "" if address is None else str(address)
        self.findings.append(Finding(rule=rule, message=message, address=place, span=Span(self.revision.path), why=why))


def differences(live: Catalog, wanted: Catalog, profile: Profile) -> Iterator[tuple[Address, str]]:
    """In what a database is not what it should be: an object missing, in the way, or other than wanted."""
    found = changes(live, wanted, profile, follow_order=True)
    for address in sorted({o.address for c in found for o in (getattr(c, "old", None), getattr(c, "new", None)) if o}):
        have, want = live.get(address), wanted.get(address)
        if have is None or want is None:
            yield address, "it is missing" if have is None else "it is there and should not be"
        else:
            fields = sorted(changed_fields(have, want)) or ["columns"]
            yield (
                address,
                "it differs: " + "; ".join(f"{f} is {getattr(have, f)!r}, not {getattr(want, f)!r}" for f in fields),
            )


def _only_respelled(have: Object | None, want: Object | None) -> bool:
    """Whether two objects differ in nothing but the texts of expressions."""
    return have is not None and want is not None and changed_fields(have, want) <= {*have.text_fields, *_TEXTS}


_TEXTS = frozenset({"default", "generated", "definition"})


def settled_like(live: Catalog, wanted: Catalog, kept: Container[Address]) -> Catalog:
    """What is wanted, with columns in the order of `live` where those that were kept stand as they should: a column
    that comes anew comes last, wherever it had been."""
    return wanted.replaced(
        msgspec.structs.replace(o, columns=have)
        for a, o in wanted.items()
        if a in live
        and (want := ordered_parts(o)) != (have := ordered_parts(live[a]))
        and sorted(want) == sorted(have)
        and _only(o, want, kept) == _only(o, have, kept)
    )


def _only(o: Object, names: Iterable[str], kept: Container[Address]) -> list[str]:
    return [n for n in names if Address("column", o.schema, n, o.name) in kept]


def _statement(error: ReconcileError) -> str:
    return _one_line(getattr(error, "statement", "")) or error.why


def _one_line(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= 300 else text[:299] + "…"
