"""What must hold for every pair of schemas, on a real server.

The first schema is made by its plan from empty and is what was asked for; rows are put in; the plan to the second one
is carried out and gives it, with nothing left to plan and every row that had a place to stay; then back again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from reconciler.apply.push import push
from reconciler.apply.work import Target
from reconciler.control.compare import Comparison, compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Dialect, Scope
from reconciler.dialects.session import Session
from reconciler.errors import DatabaseError, ReconcileError
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.changes import Alter, Create, Rebuild
from reconciler.model.tables import Column, Table
from reconciler.plan.plan import Plan, reverse_names
from reconciler.prove.proof import DATA_CODES
from reconciler.prove.rows import Ahead, filled
from reconciler.prove.survival import Before, Fate, looked_at, lost, told_to_lose
from reconciler.sources.normalise import normalise
from tests.fuzz.sqlite_programs import compiled
from tests.fuzz.strategies import Pair, written

Open = Callable[[], AbstractContextManager[Session]]
"""What opens a session on a new, empty database, gone when the context is left."""

TARGET = Target(environment="", scope=Scope())


class Broken(AssertionError):
    """A property that does not hold, with what was executed."""


class Refused(Exception):
    """A plan that is not to be carried out, with the findings that forbid it."""


@dataclass
class Held:
    """A pair for which everything held: how many statements ran, and how many rows lived through them."""

    statements: int = 0
    rows: int = 0
    emptied: int = 0
    """Tables that got no rows, because the change depends on what is in them."""
    level: str = ""


def hold(pair: Pair, dialect: Dialect, empty: Open) -> Held:
    """Raises Broken where the pair is not brought there and back."""
    before = judged(pair.before, {}, dialect, empty)
    after = judged(pair.after, pair.names, dialect, empty)
    return held(Round, pair.follow_order, dialect, before, after, empty)


def held(
    made: Callable[..., Round], follow_order: bool, dialect: Dialect, before: Side, after: Side, empty: Open
) -> Held:
    """One round with as many rows as the change bears."""
    for careful in (_nothing, _risky, _every_table):
        try:
            return made(follow_order, dialect, before, after, careful).held(empty)
        except _DependsOnData as error:
            last = error
    raise Broken(f"without a row it still depends on data: {last}")


class _DependsOnData(Exception):
    """A change failed because of what is in the rows."""


def judged(objects: tuple[object, ...], names: Mapping[Address, str], dialect: Dialect, empty: Open) -> Side:
    """A schema as the server spells it; raises Broken where something of it got lost."""
    found = normalise(written(objects, names), dialect=dialect, scratch=empty, known=None, scope=Scope())  # type: ignore[arg-type]
    bad = [f for f in found.findings if f.rule == "not-kept" and not _harmless(f.message)]
    if bad:
        raise Broken(f"not kept: {bad}")
    return Side(label="the pair", catalog=found.catalog, names=found.names)


def _harmless(message: str) -> bool:
    """A value that is the server's default all the same."""
    return any(text in message for text in ("storage: main", "start=", "not kept"))


_WITH_ROWS_ALONE = (
    "could not identify a comparison",
    "unsupported XML feature",
    "cannot return non-composite value",
    "in tsvector:",
    "in tsquery:",
)
"""What the server says of a type of which it can do less than is asked, of a text that is none of a type (by no code of
its own), and of a body that does not give what its function returns, once there is a value."""


_MISSING = re.compile(r"function (.+?)\.(.+) does not exist\Z")


def _is_of_rows(error: DatabaseError) -> bool:
    return error.code.startswith(DATA_CODES) or any(t in error.what for t in _WITH_ROWS_ALONE)


def _is_missing(error: DatabaseError, wanted: Catalog) -> bool:
    """Whether the text of a function calls one that the wanted schema does not have, which comes out once it runs."""
    found = _MISSING.search(error.what.replace('"', ""))
    running = error.why.startswith("in PL/pgSQL function")
    return found is not None and running and Address("function", found[1], found[2]) not in wanted


class Round:
    """One way there and back, with rows in the tables that `careful` leaves."""

    in_order = True
    """Whether the order of columns must be that of the plan even where it does not follow it."""

    def __init__(
        self, follow_order: bool, dialect: Dialect, before: Side, after: Side, careful: Callable[[Plan], set[Address]]
    ) -> None:
        self.follow_order, self.dialect = follow_order, dialect
        self.before, self.after, self.careful = before, after, careful
        self.result = Held(level=careful.__name__)
        self.ran: list[str] = []

    def held(self, empty: Open) -> Held:
        with empty() as session:
            blank = self._live(session)
            self._carry_out(session, compare(blank, self.before, self.dialect), with_rows=False)
            self._require_empty(session, self.before)
            self.arrived(session, self.before)
            there = compare(self._live(session), self.after, self.dialect, follow_order=self.follow_order)
            rows = self._filled(session, there.plan)
            rows = self._moved(session, there, rows, self.after)
            self.arrived(session, self.after)
            names = reverse_names(there.plan)
            home = Side(label="the pair", catalog=self.before.catalog, names=names)
            back = compare(self._live(session), home, self.dialect, follow_order=self.follow_order)
            self._moved(session, back, rows, self.before)
            self.arrived(session, self.before)
        return self.result

    def arrived(self, session: Session, wanted: Side) -> None:
        """Whatever else must be true of a database that was brought to one of the two ends."""

    def target(self, session: Session, plan: Plan, wanted: Side) -> Side:
        """What a second plan must find nothing to do for: columns stand as the plan puts them, new ones last."""
        return Side(label="target", catalog=plan.new)

    def _live(self, session: Session) -> Side:
        return Side(label="live", catalog=self.dialect.inspect(session, Scope()))

    def _filled(self, session: Session, plan: Plan) -> dict[Address, Before]:
        left_out = self.careful(plan)
        catalog = plan.old.where(lambda o: o.address not in left_out)
        moved = _new_addresses(plan)
        given = filled(session, self.dialect, catalog, Ahead(target=plan.new, names=moved)).given
        self.result.emptied = len(left_out)
        return looked_at(session, self.dialect, plan.old, given)

    def _moved(
        self, session: Session, found: Comparison, rows: dict[Address, Before], wanted: Side
    ) -> dict[Address, Before]:
        plan = found.plan
        self._carry_out(session, found, with_rows=bool(rows))
        self._require_empty(session, self.target(session, plan, wanted))
        self._require_working(session)
        self._require_comments(session, plan)
        names = _new_addresses(plan)
        told = told_to_lose(plan, self.dialect, found.profile)
        fate = Fate(plan, names, plan.old, plan.new, told)
        gone = list(lost(session, self.dialect, fate, rows))
        if gone:
            raise self.broken(f"rows are lost: {gone}")
        kept = [t for a in rows if (t := fate.table(a)) is not None]
        self.result.rows += sum(rows[a].count for a in rows if fate.table(a) is not None)
        return looked_at(session, self.dialect, plan.new, kept)

    def _carry_out(self, session: Session, found: Comparison, *, with_rows: bool) -> None:
        errors = [f for f in (*found.findings, *found.plan.findings) if f.level == "error"]
        if errors:
            raise Refused("\n".join(map(str, errors)))
        work = found.work()
        said = [s.sql for _, statements in work for s in statements]
        self.ran += ["-- next", *said]
        self.result.statements += len(said)
        try:
            push(session, self.dialect, TARGET, work, expected=found.plan.new, planned_from=found.plan.old)
        except DatabaseError as error:
            if with_rows and (_is_of_rows(error) or _is_missing(error, found.plan.new)):
                raise _DependsOnData(f"{error.what}: {error.statement}") from error
            raise self.broken(f"{error.code} {error.what} {error.why}\n{error.statement}") from error
        except ReconcileError as error:
            if with_rows and error.what.startswith("rows would be left"):
                raise _DependsOnData(error.what) from error
            raise self.broken(f"{type(error).__name__} {error} {getattr(error, 'why', '')}") from error

    def _require_empty(self, session: Session, wanted: Side) -> None:
        """A second plan holds nothing, not even a changed order."""
        live = self._live(session)
        if live.catalog.unmodelled:
            raise self.broken(f"not modelled: {live.catalog.unmodelled}")
        in_order = self.in_order or self.follow_order
        left = compare(live, Side(label="wanted", catalog=wanted.catalog), self.dialect, follow_order=in_order)
        if not left.empty:
            raise self.broken(f"the second plan is not empty: {[s.change for s in left.plan.steps]}")

    def _require_working(self, session: Session) -> None:
        """What names a table that was changed finds it as it is now, where the server asks only when it is used."""
        if self.dialect.name == "sqlite":
            try:
                compiled(session)
            except DatabaseError as error:
                raise self.broken(f"something no longer works: {error.what}: {error.statement}") from error

    def _require_comments(self, session: Session, plan: Plan) -> None:
        """What has a comment and stays has one afterwards, also where comments are no difference. That of a constraint
        which has come into a column's clause is read as the column's, and has to be there."""
        live = self.dialect.inspect(session, Scope())
        for a, o in plan.old.items():
            new = plan.new.get(a)
            if new is not None and o.comment and new.comment and not live[a].comment:
                columns = getattr(new, "columns", ()) if o.parent is not None else ()
                owners = (live.get(Address("column", a.schema, c, a.parent)) for c in columns if len(columns) == 1)
                if not any(new.comment in (c.comment or "") for c in owners if c is not None):
                    raise self.broken(f"the comment of {a} is lost: {o.comment}")

    def broken(self, message: str) -> Broken:
        return Broken("\n".join([message, "after:", *self.ran[-400:]]))


def _new_addresses(plan: Plan) -> dict[Address, Address]:
    """The new address of each old object that has another one."""
    from reconciler.plan.names import Renames

    renames = Renames(plan.names)
    return {a: n for a in plan.old if (n := renames.address(a)) != a}


def _nothing(plan: Plan) -> set[Address]:
    return set()


def _every_table(plan: Plan) -> set[Address]:
    return {t.address for t in plan.old.of(Table)}


def _risky(plan: Plan) -> set[Address]:
    """The tables of which the plan asks more than before, and those beside them in a foreign key."""
    tables = {t for step in plan.steps for t in _asked(step.change, plan.new)}
    back = {n: o for o, n in _new_addresses(plan).items()}
    return {back.get(t, t) for t in tables}


_ASKING = ("primary_key", "unique", "check", "foreign_key", "exclusion", "index")


def _asked(change: object, new: Catalog) -> Iterator[Address]:
    if not isinstance(change, Create | Alter | Rebuild):
        return
    o = change.new
    if isinstance(change, Rebuild):
        yield o.address
    elif o.parent is not None and (o.kind in _ASKING or (isinstance(o, Column) and _demanding(change))):
        yield o.parent
        if target := getattr(o, "target_address", None):
            yield target
    elif o.kind == "enum":
        yield from (c.parent for c in new.of(Column) if o.address in c.refs and c.parent)


def _demanding(change: Create | Alter | Rebuild) -> bool:
    if isinstance(change, Alter):
        return bool(change.fields & {"type", "nullable", "generated", "collation"})
    return isinstance(change.new, Column) and not change.new.nullable


@contextmanager
def closing_session(session: Session) -> Iterator[Session]:
    try:
        yield session
    finally:
        session.close()
