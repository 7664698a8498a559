"""The catalog of one MariaDB or MySQL database: lists from information_schema, and what SHOW CREATE prints.

What the server prints is the truth; what we cannot read of it is listed as unmodelled, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from msgspec import structs

from ...errors import DatabaseError, ReconcileError
from ...model.access import GRANTS, OWNERS, ROLES
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.codec import collector_frozen
from ...model.namespaces import Database
from ...model.objects import Object, Unmodelled
from ...model.tables import Column, Table
from ..base import Scope
from ..disturbance import is_disturbance
from ..session import Session
from . import programs
from .cursor import UnreadableError
from .flavour import Folding, folding_of, is_mariadb
from .inspect_access import access
from .modes import USUAL_MODE
from .programs import ROUTINES, Names
from .session import MySQLSession
from .tables import LeadingKeys, served, table_objects
from .tokens import literal, quoted

LEDGER_PREFIX: Final = "reconcile_"
DATABASE_NAME: Final = "database"
SYSTEM: Final = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
_KINDS: Final = {"BASE TABLE": "table", "SYSTEM VERSIONED": "table", "VIEW": "view", "SEQUENCE": "sequence"}

_PLACED: Final = re.compile(r"\n\) ENGINE=[^\n]* (?:DATA|INDEX) DIRECTORY='[^']")
# A type of places, as it stands behind the name of a column; a text that only looks like one costs a query.
_SPATIAL: Final = re.compile(r"(?i)` (?:multi)?(?:geometry|point|linestring|polygon)")

Row = tuple[Any, ...]


@cache
def query(name: str) -> str:
    return (files(__package__) / "queries" / f"{name}.sql").read_text()


def inspect(session: Session, scope: Scope) -> Catalog:
    """Everything in the session's database but our ledger and what the scope hides or leaves alone."""
    assert isinstance(session, MySQLSession)
    if not session.database:
        raise ReconcileError("the URL names no database", where=session.target, next="write mysql://user@host/database")
    with session.in_own_mode(), session.transaction(read_only=True, repeatable=True), collector_frozen():
        reading = Reading(session, scope)
        objects = list(reading.objects())
        # outside of a project, where every topic is asked for, most users could not read any
        topics = scope.topics & {GRANTS, ROLES} if OWNERS not in scope.topics else frozenset()
        objects += access(session, topics, {o.address for o in objects})
    return Catalog(
        objects,
        unmodelled=reading.unmodelled,
        dialect="mysql",
        version=session.version,
        says=topics,
        notes=reading.notes(),
    )


def _as_stored(scope: Scope, session: MySQLSession) -> Scope:
    """The scope with what is left alone also under the names that the server stores."""
    if folding_of(session.version) is not Folding.STORED:
        return scope
    lower = (structs.replace(p, name=p.name.lower()) for p in scope.unmanaged)
    return structs.replace(scope, unmanaged=(*scope.unmanaged, *lower))


class Reading:
    """One reading of one database."""

    def __init__(self, session: MySQLSession, scope: Scope) -> None:
        self.session, self.scope = session, _as_stored(scope, session)
        self.unmodelled: list[Unmodelled] = []
        self.placed: list[str] = []
        self.database = session.database
        usual = USUAL_MODE[is_mariadb(session.version)]
        folds = folding_of(session.version) is not Folding.NONE
        self.names = Names(self.database, self._user(), usual, keeps_definers=scope.keeps_definers, folds=folds)
        self.hidden = frozenset(map(self.names.relation_key, scope.hidden))
        self.lists = {n: self._rows(n) for n in ("tables", "triggers", "routines", "events")}

    def notes(self) -> tuple[str, ...]:
        """What was left out, because the project says so or because no statement changes it."""
        dropped = ", ".join(sorted(self.names.dropped))
        found = [f"definers are dropped, as reconcile.yaml says: {dropped}"] if dropped else []
        if self.placed:
            placed = ", ".join(sorted(self.placed))
            found.append(f"where these tables lie on the server's disk is left as it is (DATA DIRECTORY): {placed}")
        return tuple(found)

    def texts(self) -> Iterator[str]:
        """Everything that the catalog is made of, as the server prints it: for telling whether any of it changed."""
        yield str(self._rows("database"))
        yield str(self.lists)
        spatial = False
        for name, kind in self.lists["tables"]:
            if self.names.relation_key(name) not in self.hidden and not name.lower().startswith(LEDGER_PREFIX):
                text = str(self._shown(kind if kind in ("VIEW", "SEQUENCE") else "TABLE", name))
                spatial = spatial or _SPATIAL.search(text) is not None
                yield text
        yield str(sorted(self._srids().items()) if spatial else "")
        for row in self.lists["triggers"]:
            yield str(self._shown("TRIGGER", row[0])[:3])
        for name, kind in self.lists["routines"]:
            yield str(self._shown(kind, name))
        for row in self.lists["events"]:
            yield str(self._shown("EVENT", row[0]))

    def objects(self) -> Iterator[Object]:
        yield Database(name=DATABASE_NAME, collation=self._rows("database")[0][0])
        by_kind: dict[str, list[str]] = {"table": [], "view": [], "sequence": []}
        for name, printed in self.lists["tables"]:
            kind = _KINDS.get(printed)
            if kind is None:
                self._not_modelled(printed.lower(), name, "no kind of ours")
            elif not self._outside(kind, name):
                by_kind[kind].append(name)
        programs.in_names(self.names, (Address(k, "", n) for k, ns in by_kind.items() for n in ns))
        kinds = {"FUNCTION": "function", "PACKAGE": "package"}
        programs.in_names(self.names, (Address(kinds[k], "", n) for n, k in self.lists["routines"] if k in kinds))
        yield from self._sequences(by_kind["sequence"])
        yield from self._tables(by_kind["table"])
        yield from self._views(by_kind["view"])
        yield from self._triggers()
        yield from self._routines()
        yield from self._events()

    def _user(self) -> str:
        user, _, host = str(self.session.rows("SELECT CURRENT_USER()")[0][0]).rpartition("@")
        return f"{quoted(user)}@{quoted(host)}"

    def _rows(self, name: str) -> list[Row]:
        return self.session.rows(query(name).replace("%s", literal(self.database)))

    def _shown(self, kind: str, name: str) -> Row:
        try:
            return self.session.printed(f"SHOW CREATE {kind} {quoted(name)}")[0]
        except IndexError:
            raise UnreadableError("the server prints nothing of it") from None
        except DatabaseError as error:
            if is_disturbance(error):
                raise
            raise UnreadableError(error.what) from None

    def _outside(self, kind: str, name: str) -> bool:
        """Whether a table or view is none of our business."""
        hidden = name.lower().startswith(LEDGER_PREFIX) or self.names.relation_key(name) in self.hidden
        return hidden or self.scope.leaves_alone(Address(kind, "", name))

    def _sequences(self, names: list[str]) -> Iterator[Object]:
        for name in names:
            try:
                yield programs.sequence(name, self._shown("SEQUENCE", name)[1])
            except UnreadableError as e:
                self._not_modelled("sequence", name, str(e))

    def _tables(self, names: list[str]) -> Iterator[Object]:
        tables: dict[str, tuple[Object, ...]] = {}
        spatial = False
        for name in names:
            try:
                text = self._shown("TABLE", name)[1]
                spatial = spatial or _SPATIAL.search(text) is not None
                self.placed += [name] if _PLACED.search(text) else []
                objects = tables[name] = table_objects(text, self.database)
                self.names.columns[name] = {o.name.lower(): o.address for o in objects if isinstance(o, Column)}
            except UnreadableError as e:
                self.names.relations.pop(self.names.relation_key(name), None)
                self._not_modelled("table", name, f"its definition could not be read: {e}")
        srids, keys = self._srids() if spatial else {}, LeadingKeys(tables)
        for objects in tables.values():
            for o in served(objects, keys):
                if isinstance(o, Table) and o.auto_increment is not None and not self.session.reads_starts:
                    o = structs.replace(o, auto_increment=None)
                yield self._column(o, srids) if isinstance(o, Column) else o

    def _srids(self) -> dict[tuple[str, str], int]:
        """The spatial references that columns have; to ask for them costs as much as all tables do."""
        if not self.session.mariadb:
            return {}
        try:
            return {(row[0], row[1]): int(row[2]) for row in self._rows("srids")}
        except DatabaseError as error:
            if is_disturbance(error):
                raise
            return {}  # a server without the view

    def _column(self, c: Column, srids: dict[tuple[str, str], int]) -> Column:
        """With what a default draws from, and what the server keeps of it and does not print with the table."""
        refs = self.names.mentioned(c.default) if c.default is not None and "nextval" in c.default.lower() else ()
        refs = tuple(a for a in refs if a.kind == "sequence")
        srid = srids.get((c.table, c.name))
        options = tuple(sorted((*c.options, ("ref_system_id", str(srid))))) if srid else c.options
        if not refs and not srid:
            return c
        return structs.replace(c, default_refs=refs, options=options)

    def _views(self, names: list[str]) -> Iterator[Object]:
        for name in names:
            try:
                yield programs.view(name, self._shown("VIEW", name)[1], self.names)
            except UnreadableError as e:
                self._not_modelled("view", name, f"its definition could not be read: {e}")

    def _triggers(self) -> Iterator[Object]:
        before: dict[tuple[str, str, str], str] = {}
        for name, table, timing, event, _ in self.lists["triggers"]:
            owner = self.names.relations.get(self.names.relation_key(table))
            if owner is None:
                if not self._outside("table", table):
                    self._not_modelled("trigger", name, f"what it is on, {table}, is not modelled")
                continue
            follows = before.get((table, timing, event))
            before[table, timing, event] = name
            if self.scope.leaves_alone(Address("trigger", "", name, owner.name)):
                self._not_modelled("trigger", name, "the project leaves it alone", owner)
                continue
            try:
                _, mode, text, *_ = self._shown("TRIGGER", name)
                yield programs.trigger(name, owner, text, mode, follows, self.names)
            except UnreadableError as e:
                self._not_modelled("trigger", name, f"its definition could not be read: {e}", owner)

    def _routines(self) -> Iterator[Object]:
        for name, kind in self.lists["routines"]:
            made = ROUTINES.get(kind)
            if made is None:
                self._not_modelled(kind.lower(), name, "no kind of ours")
                continue
            if self.scope.leaves_alone(Address(made.kind, "", name)):
                continue
            try:
                _, mode, text, *_ = self._shown(kind, name)
                if text is None:
                    raise UnreadableError("this user may not see its text")
                yield programs.routine(kind, name, text, mode, self.names)
            except UnreadableError as e:
                self._not_modelled(kind.lower(), name, f"its definition could not be read: {e}")

    def _events(self) -> Iterator[Object]:
        for name, zone, at_once in self.lists["events"]:
            if self.scope.leaves_alone(Address("event", "", name)):
                continue
            try:
                _, mode, _, text, *_ = self._shown("EVENT", name)
                yield programs.event(name, text, mode, zone, bool(at_once), self.names)
            except UnreadableError as e:
                self._not_modelled("event", name, f"its definition could not be read: {e}")

    def _not_modelled(self, what: str, name: str, reason: str, owner: Address | None = None) -> None:
        refs = () if owner is None else (owner,)
        self.unmodelled.append(Unmodelled(what=what, name=name, reason=reason, refs=refs))
