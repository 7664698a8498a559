"""The whole catalog of a PostgreSQL database, in one read-only transaction and about thirty queries.

Never a query for a table: the cost is that of the server's deparse functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from ...model.catalog import Catalog
from ...model.codec import collector_frozen
from ...model.objects import Object
from ..base import Scope
from ..session import Session
from . import inspect_demanded, inspect_programs, inspect_tables, inspect_types
from .index_keys import IndexKeys
from .inspect_access import AccessRows
from .inspect_keys import Keys, indexes
from .inspect_others import unmodelled
from .snapshot import TABLES, Snapshot

LEDGER_SCHEMA = "_reconcile"


def inspect(session: Session, scope: Scope) -> Catalog:
    """What the database holds, as far as the scope goes. Every name in it is printed qualified."""
    with collector_frozen():
        with session.transaction(read_only=True, repeatable=True):
            ((path,),) = session.rows("SELECT current_setting('search_path')")
            session.execute("SET LOCAL search_path = pg_catalog")
            snapshot = Snapshot(session)
            access = AccessRows(session, scope.topics)
            printed = IndexKeys(snapshot).read(session, snapshot.rows["indexes"])
            # inside of a caller's transaction, SET LOCAL would outlive the savepoint
            session.rows("SELECT set_config('search_path', %s, true)", (path,))
        narrow(snapshot, scope)
        inspect_tables.keep_overrides(snapshot)
        snapshot.resolve()
        found = list(managed(with_access(objects(snapshot, printed), snapshot, access), scope))
        others = unmodelled(snapshot)
        del snapshot  # a catalog of thousands of tables need not stand beside its rows
        return Catalog(
            found,
            unmodelled=others,
            dialect="postgresql",
            version=session.version,
            says=access.topics,
        )


def with_access(found: Iterable[Object], s: Snapshot, access: AccessRows) -> Iterator[Object]:
    """The objects, and of those topics that are asked for what is said of them."""
    if not access.topics:
        yield from found
        return
    every = list(found)
    yield from every
    yield from access.objects(s, {o.address for o in every})


def narrow(s: Snapshot, scope: Scope) -> None:
    """Leave out schemas that are not managed, our ledger's, and the tables of the revision history."""
    kept = {o: n for o, n in s.schemas.items() if n != LEDGER_SCHEMA and (scope.schemas is None or n in scope.schemas)}
    s.schemas = kept
    hidden = {o for o, r in s.relations.items() if r[3] in TABLES and r[2] in scope.hidden}
    s.relations = {o: r for o, r in s.relations.items() if r[1] in kept and o not in hidden}


def objects(s: Snapshot, printed: dict[int, tuple[str, ...]]) -> Iterator[Object]:
    """All that is modelled. What has many rows comes first, so that they are let go of before the rest is built."""
    keys = Keys(s)
    return chain(
        inspect_types.schemas(s),
        inspect_types.extensions(s),
        inspect_types.collations(s),
        inspect_types.enums(s),
        inspect_types.domains(s),
        inspect_types.composites(s),
        inspect_types.ranges(s),
        inspect_types.sequences(s),
        inspect_tables.tables(s),
        inspect_programs.views(s),
        inspect_tables.Columns(s).all(),
        s.without_columns(),
        keys.all(),
        indexes(s, keys.on_constraint, printed),
        inspect_programs.functions(s),
        inspect_programs.triggers(s),
        inspect_programs.trigger_states(s),
        inspect_programs.rules(s),
        inspect_programs.policies(s),
        inspect_programs.statistics(s),
        inspect_programs.event_triggers(s),
        inspect_demanded.all_of(s),
    )


def managed(found: Iterable[Object], scope: Scope) -> Iterator[Object]:
    """The objects that the project does not leave alone; a table that is left alone takes its parts along."""
    if not scope.unmanaged:
        yield from found
        return
    every = list(found)
    alone = {o.address for o in every if scope.leaves_alone(o.address)}
    for o in every:
        if o.address not in alone and (o.parent is None or o.parent not in alone):
            yield o
