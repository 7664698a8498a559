"""The catalog of a SQLite database: a few joins over its pragmas, and the texts of sqlite_schema read by our reader.

The pragmas are the judge: a table whose text we read otherwise than SQLite does is listed as unmodelled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from ...errors import DatabaseError
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.codec import collector_frozen
from ...model.namespaces import PRAGMAS, Pragma
from ...model.objects import Object, Unmodelled
from ...model.programs import VirtualTable
from ...model.tables import ForeignKey
from ..base import Scope
from ..disturbance import is_disturbance
from ..session import Session
from . import programs
from .cursor import Cursor, UnreadableError
from .programs import Relation
from .tables import Facts, table_objects
from .tokens import text_after, tokens

LEDGER_PREFIX: Final = "reconcile_"
_SHADOWS: Final = (
    "content",
    "segments",
    "segdir",
    "docsize",
    "stat",
    "data",
    "idx",
    "config",
    "node",
    "parent",
    "rowid",
)
_TABLE_LIST: Final = (3, 37)

Row = tuple[Any, ...]


@cache
def query(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.sql").read_text()


def inspect(session: Session, scope: Scope) -> Catalog:
    """Everything in the main database but SQLite's own tables, our ledger and what the scope hides or leaves alone."""
    with session.transaction(read_only=True, repeatable=True), collector_frozen():
        reading = _Reading(session, scope)
        objects = list(reading.objects())
    return Catalog(objects, unmodelled=reading.unmodelled, dialect="sqlite", version=tuple(session.version))


class _Reading:
    def __init__(self, session: Session, scope: Scope) -> None:
        self.session, self.scope = session, scope
        self.unmodelled: list[Unmodelled] = []
        self.rows = session.rows(query("schema"))
        self.facts = self._facts()
        self.relations: dict[str, Relation] = {}

    def objects(self) -> Iterator[Object]:
        by_kind: dict[str, list[Row]] = {"table": [], "view": [], "index": [], "trigger": []}
        for row in self.rows:
            by_kind.setdefault(row[0], []).append(row)
        yield from self._tables(by_kind["table"])
        yield from self._views(by_kind["view"])
        yield from self._children("index", by_kind["index"])
        yield from self._children("trigger", by_kind["trigger"])
        yield from self._pragmas()

    def _facts(self) -> dict[str, Facts]:
        rows = self.session.rows(query("columns"))
        return {name: tuple([row[1:] for row in own]) for name, own in groupby(rows, key=itemgetter(0))}

    def _pragmas(self) -> Iterator[Pragma]:
        """What an application wrote into the head of the file."""
        for name in PRAGMAS:
            if not self.scope.leaves_alone(Address(Pragma.kind, "", name)):
                ((value,),) = self.session.rows(f"PRAGMA main.{name}")
                yield from [Pragma(name=name, value=value)] if value else ()

    def _outside(self, kind: str, name: str) -> bool:
        """Whether a table or view is none of our business."""
        lower = name.lower()
        hidden = lower.startswith(LEDGER_PREFIX) or name in self.scope.hidden
        return hidden or self.scope.leaves_alone(Address(kind, "", name))

    def _tables(self, rows: list[Row]) -> Iterator[Object]:
        virtual = [row for row in rows if not row[4]]
        foreign = self._foreign(virtual) if virtual else {}
        shadows = self._shadows([row[1] for row in virtual], foreign) if virtual else frozenset()
        found: list[Object] = []
        for _, name, _, sql, root in rows:
            if not root or name in shadows or self._outside("table", name):
                continue
            try:
                objects, doubles = table_objects(sql, self.facts.get(name, ()))
            except UnreadableError as e:
                self._not_modelled("table", name, f"its definition could not be read: {e}")
                continue
            found.extend(objects)
            self._known(Address("table", "", name), {c[0].lower(): c[0] for c in self.facts[name]})
            for o in doubles:
                what = o.kind.replace("_", " ")
                self._not_modelled(what, o.address.dotted, "another one of this table has its name", o.parent)
        yield from [self._aimed(o) if type(o) is ForeignKey else o for o in found]
        for name, module in foreign.items():
            if not self._outside("virtual_table", name) and not self._outside("table", name):
                self._not_modelled("virtual table", name, f"the library that runs here has no module {module}")
        yield from self._virtual([row for row in virtual if row[1] not in foreign])

    def _known(self, address: Address, columns: dict[str, str]) -> None:
        self.relations[address.name.lower()] = Relation(address, columns)

    def _aimed(self, key: ForeignKey) -> ForeignKey:
        """With a reference to the real table where the foreign key spells its name in other cases."""
        target = self.relations.get(key.target.lower())
        if target is None or target.address == key.target_address:
            return key
        columns = (target.column(c.lower()) for c in key.target_columns if c.lower() in target.columns)
        return structs.replace(key, refs=(target.address, *columns))

    def _virtual(self, rows: list[Row]) -> Iterator[Object]:
        for _, name, _, sql, _ in rows:
            if self._outside("virtual_table", name) or self._outside("table", name):
                continue
            read = Cursor(tokens(sql))
            try:
                read.need("CREATE", "VIRTUAL", "TABLE")
                read.take("IF", "NOT", "EXISTS")
                read.name()
                read.need("USING")
            except UnreadableError as e:
                self._not_modelled("virtual table", name, f"its definition could not be read: {e}")
                continue
            text = text_after(sql, read.at)
            mentioned = (self.relations.get(n) for n in programs.names_in(text))
            refs = tuple(sorted({r.address for r in mentioned if r is not None and r.address.kind == "table"}))
            self._known(Address("virtual_table", "", name), {})
            yield VirtualTable(name=name, definition=text, refs=refs, comment=programs.remark(sql, read.at))

    def _foreign(self, rows: list[Row]) -> dict[str, str]:
        """The virtual tables whose module the library lacks, with its name: nobody can make, drop or judge them."""
        try:
            modules = {name.lower() for (name,) in self.session.rows("SELECT name FROM pragma_module_list")}
        except DatabaseError as error:
            if is_disturbance(error):
                raise
            return {}  # a library without the list of its modules
        found = ((row[1], programs.module_of(row[3])) for row in rows)
        return {name: module for name, module in found if module and module.lower() not in modules}

    def _shadows(self, virtual: list[str], foreign: Collection[str]) -> frozenset[str]:
        """The tables in which virtual ones keep their rows: the module's business."""
        if self.session.version >= _TABLE_LIST:
            listed = self.session.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
            found = {name for (name,) in listed}
        else:
            found = set()
        names = {row[1] for row in self.rows if row[0] == "table"}
        found |= {f"{v}_{s}" for v in virtual for s in _SHADOWS if f"{v}_{s}" in names}
        return frozenset(found | {n for n in names for v in foreign if n.startswith(f"{v}_")})

    def _views(self, rows: list[Row]) -> Iterator[Object]:
        rows = [row for row in rows if not self._outside("view", row[1])]
        for _, name, _, _, _ in rows:
            self._known(Address("view", "", name), {})
        for _, name, _, sql, _ in rows:
            try:
                yield programs.view(sql, self.relations)
            except UnreadableError as e:
                self._not_modelled("view", name, f"its definition could not be read: {e}")

    def _children(self, kind: str, rows: list[Row]) -> Iterator[Object]:
        for _, name, table, sql, _ in rows:
            owner = self.relations.get(table.lower())
            if owner is None:
                if kind == "trigger" and not self._outside("table", table) and not self._outside("view", table):
                    self._not_modelled(kind, name, f"what it is on, {table}, is not modelled")
                continue
            if self.scope.leaves_alone(Address(kind, "", name, owner.address.name)):
                self._not_modelled(kind, name, "the project leaves it alone", owner.address)
                continue
            try:
                yield self._child(kind, sql, owner)
            except UnreadableError as e:
                self._not_modelled(kind, name, f"its definition could not be read: {e}", owner.address)

    def _child(self, kind: str, sql: str, owner: Relation) -> Object:
        if kind == "index":
            return programs.index(sql, owner)
        return programs.trigger(sql, owner, self.relations)

    def _not_modelled(self, what: str, name: str, reason: str, owner: Address | None = None) -> None:
        refs = () if owner is None else (owner,)
        self.unmodelled.append(Unmodelled(what=what, name=name, reason=reason, refs=refs))
