"""Units made on a scratch database: in an order that should work, all at once; one by one where it does not.

Knows no server: statements come from the dialect's renderers, or are the units' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Final

import msgspec

from ..dialects.base import Dialect, Rendering
from ..dialects.session import Session
from ..errors import DatabaseError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import subject
from ..model.objects import Object
from ..plan.plan import make_plan
from .claims import top
from .habits import Habits, habits_of
from .links import linked, unit_order
from .written import Unit, WordIndex

_BATCH: Final = 200


class Task(msgspec.Struct, kw_only=True):
    """Statements that are run together for one object; `unit` is None for what is merely needed."""

    address: Address
    unit: Unit | None
    statements: Sequence[str]
    namespace: str = ""


class Failure(msgspec.Struct, kw_only=True):
    """A task that the server refused, with what it said last."""

    task: Task
    error: DatabaseError


def make(units: Sequence[Unit], context: Sequence[Object], session: Session, dialect: Dialect) -> list[Failure]:
    """Make the units, and the objects that they need, in one transaction. What failed is left out."""
    profile = dialect.profile(session.version)
    habits = habits_of(profile)
    tasks = [*_planned(units, context, session, dialect), *_stated(units)]
    if habits.committing:
        return _one_by_one([t for task in tasks for t in _singly(task)], session, habits)
    with session.transaction():
        if _all_at_once(tasks, session, habits):
            return []
        return _one_by_one(tasks, session, habits)


def _planned(units: Sequence[Unit], context: Sequence[Object], session: Session, dialect: Dialect) -> Iterator[Task]:
    """The objects in the planner's order, with the statements of the dialect's renderers."""
    profile = dialect.profile(session.version)
    owners = {o.address: u for u in units for o in u.objects}
    known = {o.address for o in context}
    objects = [*(c for c in context if c.address not in owners), *linked(units, known, calls=habits_of(profile).calls)]
    empty = Catalog((), dialect=dialect.name, version=session.version)
    plan = make_plan(empty, empty.like(o for o in objects if o.kind in profile.kinds), profile)
    rendering = Rendering(profile=profile, old=plan.renamed, new=plan.new)
    for step in plan.steps:
        o = subject(step.change)
        unit = owners.get(o.address)
        statements = [s.sql for s in dialect.render(step, rendering)]
        if statements:
            namespace = top(o).schema if unit is not None else ""
            yield Task(address=o.address, unit=unit, statements=statements, namespace=namespace)


def _singly(task: Task) -> Iterator[Task]:
    """A task for each statement, where one that succeeded cannot be undone with the others. What sets the session
    before and after a statement stays with it: made again, it is made in the same mode."""
    together: list[str] = []
    done = False
    for statement in task.statements:
        if done and not _steers(statement):
            yield Task(address=task.address, unit=task.unit, statements=together)
            together, done = [], False
        together.append(statement)
        done = done or not _steers(statement)
    yield Task(address=task.address, unit=task.unit, statements=together)


def _steers(statement: str) -> bool:
    return statement.startswith("SET ")


def _stated(units: Sequence[Unit]) -> Iterator[Task]:
    """The units' own statements, those that come late behind all others."""
    ordered = [u for u in unit_order(units) if u.statements or u.late]
    for u in ordered:
        if u.statements:
            yield Task(address=u.address, unit=u, statements=u.statements)
    for u in ordered:
        if u.late:
            yield Task(address=u.address, unit=u, statements=u.late)


def _all_at_once(tasks: Iterable[Task], session: Session, habits: Habits) -> bool:
    """Whether everything could be made as it came; if not, nothing was."""
    statements = list(_with_namespaces(tasks, habits))
    try:
        with session.transaction():
            if habits.batched:
                for start in range(0, len(statements), _BATCH):
                    session.rows(";\n".join(statements[start : start + _BATCH]))
            else:
                for statement in statements:
                    session.execute(statement)
    except DatabaseError:
        if not session.in_transaction:
            raise
        return False
    return True


def _with_namespaces(tasks: Iterable[Task], habits: Habits) -> Iterator[str]:
    """The statements, each in the namespace in which its names are meant."""
    current = ""
    for task in tasks:
        if task.namespace != current and habits.namespace:
            yield _entering(task.namespace, habits)
            current = task.namespace
        yield from task.statements
    if current and habits.everywhere:
        yield habits.everywhere


def _entering(namespace: str, habits: Habits) -> str:
    if not namespace:
        return habits.everywhere
    return habits.namespace.format('"' + namespace.replace('"', '""') + '"')


def _one_by_one(tasks: Sequence[Task], session: Session, habits: Habits) -> list[Failure]:
    """Every task in a transaction of its own, again and again while any succeeds; what fails in the end."""
    failures = _round(tasks, session, habits)
    lenient = False
    while failures:
        left = _round([f.task for f in failures], session, habits)
        if len(left) == len(failures):
            if lenient or not habits.lenient:
                return left
            session.execute(habits.lenient)
            lenient = True
        failures = left
    return failures


def _round(tasks: Iterable[Task], session: Session, habits: Habits) -> list[Failure]:
    failures = []
    for task in tasks:
        try:
            with nullcontext() if habits.committing else session.transaction():
                for statement in _with_namespaces([task], habits):
                    session.execute(statement)
        except DatabaseError as error:
            if not session.in_transaction and not habits.committing:
                raise
            failures.append(Failure(task=task, error=error))
            _sent_home(task, session, habits)
    return failures


def _sent_home(task: Task, session: Session, habits: Habits) -> None:
    """Sets the session as it would stand behind the task, where no transaction does that."""
    for statement in filter(_steers, task.statements) if habits.committing else ():
        session.execute(statement)


def roots(failures: Sequence[Failure]) -> list[Failure]:
    """The failures that are no mere consequence of another: their message names nothing else that failed."""
    index = WordIndex()
    made: dict[str, Failure] = {}
    for f in failures:
        made.setdefault(f.task.address.name, f)

    def follows(f: Failure) -> bool:
        return any(made[word] is not f for word in index[f.error.what] & made.keys())

    return [f for f in failures if not follows(f)] or list(failures)
