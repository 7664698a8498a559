"""Random views, triggers and virtual tables for SQLite, over whatever tables and views there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from reconciler.dialects.session import Session
from reconciler.dialects.sqlite.tokens import literal
from reconciler.errors import DatabaseError
from reconciler.model.address import Address
from reconciler.model.objects import Object
from reconciler.model.programs import Trigger, View, ViewColumn, VirtualTable
from reconciler.model.tables import Column, Table
from tests.fuzz.strategies import Demand, Maker, quoted

OUTPUTS: dict[View, dict[str, str]] = {}
"""The columns of a view that was drawn, with the family of each."""

Readable = Callable[[Object, Sequence[Object]], Mapping[str, str]]
REMARKS: Final = ("", "", "", " /* why, and; how */ ", " -- a; b, c\n")


class Programs:
    """Draws programs for a maker; `columns` gives the columns of a table, `family` the family of a column."""

    def __init__(
        self,
        maker: Maker,
        predicates: Mapping[str, Sequence[str]],
        columns: Callable[[Table, Sequence[Object]], list[Column]],
        family: Callable[[Column], str],
    ) -> None:
        self.maker, self.draw = maker, maker.draw
        self.predicates, self.columns, self.family = predicates, columns, family

    def readable(self, source: Object, found: Sequence[Object]) -> Mapping[str, str]:
        if isinstance(source, View):
            return OUTPUTS.get(source, {})
        assert isinstance(source, Table)
        return {c.name: self.family(c) for c in self.columns(source, found)}

    # Views.

    def view(self, name: str, found: Sequence[Object]) -> View | None:
        sources = [o for o in found if isinstance(o, Table | View)]
        if not sources:
            return None
        draw, source = self.draw, self.draw.choice(sources)
        columns = self.readable(source, found)
        if not columns:
            return None
        chosen = draw.some(list(columns), 1, 4)
        outputs = {self.maker.name("o") if draw.chance(0.3) else c: c for c in chosen}
        families = {o: columns[c] for o, c in outputs.items()}
        demands = [(Address("column", "", c, source.name), columns[c]) for c in chosen]
        shape = draw.choice(["plain", "where", "join", "count", "with", "union", "order", "bare", "nested"])
        text, families = self._query(shape, source, outputs, families, sources)
        given: tuple[ViewColumn, ...] = ()
        if draw.chance(0.15):
            families = {self.maker.name("g"): family for family in families.values()}
            given = tuple(ViewColumn(c, "") for c in families)
        used = [source.address, *(s.address for s in sources if f"{quoted(s.name)} AS other" in text)]
        view = View(
            name=name, definition=text, columns=given, refs=tuple(sorted(set(used))), comment=self.maker.comment()
        )
        OUTPUTS[view] = families
        return self.maker.relying(view, *demands)

    def _query(
        self, shape: str, source: Object, outputs: Mapping[str, str], families: dict[str, str], others: Sequence[Object]
    ) -> tuple[str, dict[str, str]]:
        draw = self.draw
        items = ", ".join(f"s.{quoted(c)}" + (f" AS {quoted(o)}" if o != c else "") for o, c in outputs.items())
        remark = draw.choice(REMARKS)
        table, (first, column) = quoted(source.name), next(iter(outputs.items()))
        plain = f"SELECT {items}{remark} FROM {table} AS s"
        if shape == "where":
            return f"{plain} WHERE " + self._condition(families[first], f"s.{quoted(column)}"), families
        if shape == "join":
            return f"{plain} CROSS JOIN {quoted(draw.choice(others).name)} AS other", families
        if shape == "with":
            return f"WITH s AS MATERIALIZED (SELECT * FROM {table}){remark} select {items} from s", families
        if shape == "union":
            return f"{plain} UNION ALL {plain}", families
        if shape == "order":
            return f"{plain}\nORDER BY {len(outputs)} DESC LIMIT 10", families
        if shape == "nested":
            inner = f"s.{quoted(column)} IN (SELECT {quoted(column)} FROM {table})"
            return f"{plain} WHERE NOT EXISTS (SELECT 1) OR {inner}", families
        if shape == "bare":
            text = f"SELECT count( * ),{remark} max(s.{quoted(column)}) AS m FROM {table} s"
            return text, {"count( * )": "int", "m": families[first]}
        if shape == "count":
            return f"SELECT count(*) AS n FROM {table}", {"n": "int"}
        return plain, families

    def _condition(self, family: str, column: str) -> str:
        return self.draw.choice(self.predicates[family]).format(column)

    # Triggers.

    def trigger(self, name: str, found: Sequence[Object]) -> Trigger | None:
        draw = self.draw
        tables = [o for o in found if isinstance(o, Table)]
        views = [o for o in found if isinstance(o, View)]
        if not tables:
            return None
        other = draw.choice(tables)
        columns = [c for c in self.columns(other, found) if c.generated is None]
        if not columns:
            return None
        c = draw.choice(columns)
        owner: Table | View = draw.choice(views) if views and draw.chance(0.25) else draw.choice(tables)
        own = dict(self.readable(owner, found))
        event, when, demands = self._head(owner, own)
        bodies = draw.some(self._bodies(other, c, event), 1, 3)
        body = "".join(f"\n  {statement};{draw.choice(REMARKS)}" for statement in bodies)
        timing = "INSTEAD OF" if isinstance(owner, View) else draw.choice(["AFTER", "BEFORE", ""])
        text = f"CREATE TRIGGER {quoted(name)} {timing} {event} ON {quoted(owner.name)} {when}BEGIN{body} END"
        made = Trigger(table=owner.name, on=owner.kind, name=name, definition=text, refs=(other.address,))
        return self.maker.relying(made, (c.address, "stored"), (other.address, "table"), *demands)

    def _head(self, owner: Table | View, own: dict[str, str]) -> tuple[str, str, list[Demand]]:
        draw, demands = self.draw, []
        event = draw.choice(["INSERT", "DELETE", "UPDATE", "UPDATE OF"])
        column = draw.choice(sorted(own)) if own else None
        if column is None:
            return event.removesuffix(" OF"), "", []
        address = Address("column", "", column, owner.name)
        if event == "UPDATE OF":
            event += f" {quoted(column)}"
            demands.append((address, own[column]))
        when = ""
        if draw.chance(0.3):
            row = "old" if event == "DELETE" else "new"
            when = f"{draw.choice(['', 'FOR EACH ROW '])}WHEN {row}.{quoted(column)} IS NOT NULL "
            demands.append((address, own[column]))
        return event, when, demands

    @staticmethod
    def _bodies(other: Table, c: Column, event: str) -> list[str]:
        table, column = quoted(other.name), quoted(c.name)
        return [
            f"DELETE FROM {table} WHERE 1 = 0",
            f"UPDATE {table} SET {column} = {column} WHERE 0",
            f"SELECT count(*) FROM {table}",
            f"SELECT CASE WHEN 0 THEN raise(ABORT, 'no; END') END FROM {table} WHERE {column} IS NULL",
            f"INSERT OR IGNORE INTO {table} ({column}) SELECT {column} FROM {table} WHERE 0",
        ]

    # Virtual tables.

    def virtual(self, name: str, found: Sequence[Object]) -> VirtualTable | None:
        draw = self.draw
        tables = [t for t in found if isinstance(t, Table) and not t.without_rowid]
        if tables and draw.chance(0.4):
            table = draw.choice(tables)
            texts = [c for c in self.columns(table, found) if self.family(c) == "text" and c.name.isascii()]
            plain = [
                c for c in texts if c.name.isidentifier() and c.name.islower() and c.name not in ("desc", "select")
            ]
            if plain:
                content = f"fts5({plain[0].name}, content={quoted(table.name)})"
                made = VirtualTable(name=name, definition=content, refs=(table.address,), comment=self.maker.comment())
                return self.maker.relying(made, (plain[0].address, "text"), (table.address, "rowid"))
        text = draw.choice(
            ["fts5(a, b, prefix='2 3')", "fts5(a,  b UNINDEXED)", "rtree(id, x0, x1)", "fts4(a, tokenize=porter)"]
        )
        return VirtualTable(name=name, definition=text, comment=self.maker.comment())


def compiled(session: Session) -> None:
    """Has SQLite compile every view, and every write with the triggers that it fires; raises DatabaseError."""
    for kind, name in session.rows(
        "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND rootpage >= 0"
    ):
        if name.startswith("sqlite_") or (kind == "table" and "VIRTUAL" in _text(session, name)):
            continue
        columns = [row[1] for row in session.rows(f"PRAGMA table_xinfo({quoted(name)})") if row[6] == 0]
        session.rows(f"EXPLAIN QUERY PLAN SELECT * FROM {quoted(name)}")
        fired = {row[0] for row in session.rows(f"SELECT upper(sql) FROM sqlite_schema WHERE type = 'trigger' "
                                                f"AND tbl_name = {literal(name)}")}  # fmt: skip
        writes = {
            "INSERT": f"INSERT INTO {quoted(name)} ({quoted(columns[0])}) VALUES (NULL)",
            "DELETE": f"DELETE FROM {quoted(name)}",
            "UPDATE": f"UPDATE {quoted(name)} SET " + ", ".join(f"{quoted(c)} = {quoted(c)}" for c in columns),
        }
        for event, write in writes.items():
            if kind == "table" or any(event in text for text in fired):
                try:
                    session.rows(f"EXPLAIN QUERY PLAN {write}")
                except DatabaseError as error:
                    if not error.what.startswith(("cannot modify", "foreign key mismatch")):
                        raise


def _text(session: Session, name: str) -> str:
    return str(session.rows("SELECT sql FROM sqlite_schema WHERE name = ?", (name,))[0][0])
