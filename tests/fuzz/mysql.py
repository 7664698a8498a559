"""Random schemas for MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from typing import Any, Final

import msgspec

from reconciler.dialects.mysql.tokens import literal
from reconciler.dialects.mysql.tokens import quoted as named
from reconciler.model.address import Address
from reconciler.model.namespaces import Sequence
from reconciler.model.objects import Object
from reconciler.model.programs import Event, Function, Procedure, Trigger, View
from reconciler.model.tables import (
    Check,
    Column,
    ForeignKey,
    Generated,
    Index,
    PrimaryKey,
    SequenceOptions,
    Table,
    Unique,
)
from tests.fuzz.strategies import Demand, Maker, quoted

TYPES: Final = {
    "int": ("int", "bigint", "int unsigned", "smallint", "tinyint(1)"),
    "text": ("varchar(20)", "varchar(40)", "char(8)"),
    "long": ("text", "mediumtext"),
    "exact": ("decimal(10,2)", "decimal(6,3) unsigned", "double"),
    "time": ("datetime", "datetime(3)", "timestamp", "date"),
    "blob": ("blob", "varbinary(20)"),
    "enum": ("enum('a','b')", "enum('a','b','it''s')", "set('a','b')"),
    "json": ("json",),
    "address": ("inet4", "inet6"),
}
_OF_TYPE: Final = {t: f for f, types in TYPES.items() for t in types}
_DEFAULTS: Final = {
    "int": ("0", "1", "(1 + 1)"),
    "text": ("'x'", "'it''s'", "''", "(concat('a','b'))"),
    "long": ("'x'",),
    "exact": ("0", "1.5"),
    "time": ("'2020-01-01'",),
    "blob": ("'x'",),
    "enum": ("'a'",),
    "json": ("'{}'",),
    "address": (None,),
}
_PREDICATES: Final = {
    "int": ("{0} > -5", "{0} between 0 and 1000", "{0} in (0, 1, 2, 3)", "{0} is not null or 1"),
    "text": ("{0} <> 'zz'", "char_length({0}) < 40", "{0} not like 'q%'"),
    "long": ("char_length({0}) < 1000",),
    "exact": ("{0} >= -2",),
    "time": ("{0} > '1999-01-01'",),
    "blob": ("{0} <> 'zz'",),
    "enum": ("{0} <> ''",),
    "json": ("{0} <> 'x'",),
    "address": ("{0} is not null or 1",),
}
_COLLATIONS: Final = ("utf8mb4_bin", "utf8mb4_unicode_ci", "latin1_swedish_ci", "utf8mb4_general_ci")
_ACTIONS: Final = ("no action", "restrict", "cascade", "set null")
_MIXED: Final = ("type", "nullable", "default", "collation", "comment", "invisible")
_KEYS: Final = ("id", "Id", "key")
_LINK: Final = "link"
"""What the names of columns begin with that a foreign key is over: nothing else is said of them."""


class MySQLMaker(Maker):
    def schema(self, present: Many[Object]) -> list[Object]:
        draw = self.draw
        found: list[Object] = list(present)
        for _ in range(draw.randint(0 if present else 2, 2 if present else 5)):
            found += self._table(self.name("t"))
        for t in [o for o in found if isinstance(o, Table)]:
            if t in present and draw.chance(0.3):
                found.append(self._column(t, self.name("c"), found))
            for _ in range(draw.randint(0, 1 if present else 3)):
                found += filter(None, [self._part(t, found)])
        for _ in range(draw.randint(0, 3)):
            found += self._reference(found)
        for _ in range(draw.randint(0, 2)):
            found += filter(None, [self._view(self.name("v"), found)])
        for _ in range(draw.randint(0, 2)):
            found += filter(None, [self._trigger(self.name("tr"), found)])
        for make, stem in _OTHERS if draw.chance(0.5) else ():
            if draw.chance(0.5):
                found.append(make(self, self.name(stem)))
        return found[len(present) :]

    def again(self, o: Object, present: Many[Object]) -> Object | None:
        if isinstance(o, Table):
            keys = [p for p in present if isinstance(p, PrimaryKey) and p.parent == o.address]
            again = msgspec.structs.replace(o, comment=self.comment(), collation=self._collation())
            return self._formed(again, keys[0].columns[0] if keys else None)
        if isinstance(o, Column):
            return None if o.name.startswith(_LINK) or o.auto_increment else self._mixed(o, present)
        if isinstance(o, View):
            return self._view(o.name, [p for p in present if not isinstance(p, View)])
        if isinstance(o, Trigger):
            return self._trigger(o.name, present)
        if type(o) in _AGAIN:
            return _AGAIN[type(o)](self, o.name)
        if isinstance(o, ForeignKey):
            again = msgspec.structs.replace(o, on_delete=self.draw.choice(_ACTIONS))
            return self.relying(again, *self.demands.get(o, ()))
        if isinstance(o, Unique | Check | Index):
            table = next((t for t in present if t.address == o.parent), None)
            columns = _columns(table, present) if isinstance(table, Table) else []
            return _PARTS[type(o)](self, table, o.name, columns) if columns else None
        return None

    def offers(self, o: Object) -> Iterator[Demand]:
        if isinstance(o, Column):
            yield o.address, family(o)
            yield o.address, f"type {o.type}"
            yield o.address, "null" if o.nullable else "not null"
            if "unsigned" not in o.type:
                yield o.address, "signed"
            if o.generated is None:
                yield o.address, "stored"
                if o.parent is not None and not o.invisible:
                    yield o.parent, "shown"  # a table of which nothing is, is refused (error 1113)
        elif isinstance(o, Table):
            yield o.address, "table"
            if o.partition_by is None and not o.system_versioned and o.engine in (None, "InnoDB"):
                yield o.address, "plain"
        elif isinstance(o, PrimaryKey) and o.parent is not None:
            yield o.parent, "has key"

    def relation(self, o: Object) -> tuple[str, ...] | None:
        if isinstance(o, Table | View | Sequence):
            return "relation", o.name.lower()
        if isinstance(o, Function | Procedure | Event):
            return o.kind, o.name.lower()
        if isinstance(o, Trigger):
            return "trigger", o.name.lower()
        if isinstance(o, ForeignKey):
            return "foreign key", o.name.lower()
        if isinstance(o, Unique | Index):
            return "index", o.table, o.name.lower()
        if isinstance(o, Check | Column):
            return o.kind, o.table, o.name.lower()
        return None

    # Tables.

    def _collation(self) -> str | None:
        return self.draw.maybe(0.3, self.draw.choice(_COLLATIONS))

    def _table(self, name: str) -> list[Object]:
        draw = self.draw
        table = Table(name=name, comment=self.comment(), collation=self._collation())
        numbered = draw.chance(0.5)
        key = Column(table=name, name=draw.choice(_KEYS), type="int", nullable=False)
        if numbered:
            key = self.relying(msgspec.structs.replace(key, auto_increment=True), (table.address, "has key"))
        parts: list[Object] = [key]
        for _ in range(draw.randint(1, 5)):
            parts.append(self._column(table, self.name("c"), parts))
        if keyed := numbered or draw.chance(0.8):
            primary = PrimaryKey(table=name, name="PRIMARY", named=False, columns=(key.name,))
            parts.append(self.relying(primary, (key.address, "int"), (key.address, "stored")))
        names = tuple(o.name for o in parts if isinstance(o, Column))
        return [self._formed(msgspec.structs.replace(table, columns=names), key.name if keyed else None), *parts]

    def _formed(self, t: Table, key: str | None) -> Table:
        """The table with the engine, options, partitions (by its key) or history that it is to have."""
        draw = self.draw
        engine = draw.choice(("Aria", "MyISAM")) if draw.chance(0.1) else None
        options = draw.some(_OPTIONS, 0, 2) if engine is None and draw.chance(0.4) else []
        partition = draw.choice(_PARTITIONS).format(named(key)) if key and draw.chance(0.12) else None
        versioned = partition is None and draw.chance(0.1)
        made = msgspec.structs.replace(
            t,
            engine=engine,
            options=tuple(sorted(dict(options).items())),
            partition_by=partition,
            system_versioned=versioned,
        )
        if partition is None:
            return self.relying(made, (made.address, "shown"))
        of_key = (Address("column", "", str(key), t.name), "type int")
        return self.relying(made, (made.address, "shown"), (made.address, "has key"), of_key)

    def _column(self, table: Table, name: str, found: Many[Object]) -> Column:
        draw = self.draw
        kind = draw.choice(list(TYPES))
        type = draw.choice(TYPES[kind])
        fields: dict[str, Any] = {"nullable": draw.chance(0.6), "comment": self.comment()}
        if kind in ("text", "long") and draw.chance(0.3):
            fields["collation"] = draw.choice(_COLLATIONS)
        if not fields["nullable"] or draw.chance(0.4):
            fields["default"] = draw.choice(_DEFAULTS[kind])
        if type.startswith(("datetime", "timestamp")) and draw.chance(0.4):
            now = f"current_timestamp({'3' if '(3)' in type else ''})"
            fields |= {"default": now, "on_update": draw.maybe(0.6, now)}
        sources = [c for c in _columns(table, found) if family(c) == "int" and c.generated is None]
        if kind == "int" and sources and draw.chance(0.25):
            return self._generated(table, name, draw.choice(sources))
        if draw.chance(0.15) and kind not in ("json", "address"):
            fields["check"] = draw.choice(_PREDICATES[kind]).format(named(name))
        if draw.chance(0.08):
            fields |= {"invisible": True, "nullable": True}
        return self._whole(Column(table=table.name, name=name, type=type, **fields))

    def _generated(self, table: Table, name: str, source: Column) -> Column:
        """What is taken from an unsigned number depends on the sql_mode, so nothing is kept of it (error 1901)."""
        done = self.draw.choice(["+ 1", "* 2", "- 3"])
        generated = Generated(expression=f"{named(source.name)} {done}", stored=self.draw.chance(0.5))
        made = Column(table=table.name, name=name, type="bigint", generated=generated)
        sign = [(source.address, "signed")] if done == "- 3" else []
        return self.relying(made, (source.address, "int"), (source.address, "stored"), *sign)

    def _whole(self, c: Column) -> Column:
        """What goes together: a default of the column's type, a collation where there is text."""
        kind = family(c)
        default, on_update = c.default, c.on_update
        if on_update is not None and on_update != default:
            on_update = None
        if default is not None and default not in _DEFAULTS[kind] and "current" not in default:
            default = None
        if default is not None and "current" in default:
            fits = c.type.startswith(("datetime", "timestamp")) and ("(3)" in c.type) == ("(3)" in default)
            default, on_update = (default, on_update) if fits else (None, None)
        if default is None and not c.nullable:
            default = _DEFAULTS[kind][0]
        if kind == "address":
            c = msgspec.structs.replace(c, nullable=True)  # no default is both kinds'
        collation = c.collation if kind in ("text", "long") else None
        check = c.check if self._is_own(c) else None
        made = msgspec.structs.replace(c, default=default, on_update=on_update, collation=collation, check=check)
        return made if check is None else self.relying(made, (made.address, kind))

    def _is_own(self, c: Column) -> bool:
        return c.check in [p.format(named(c.name)) for p in _PREDICATES[family(c)]]

    def _mixed(self, o: Column, present: Many[Object]) -> Column:
        """The column with some of its properties those of another one."""
        if o.generated is not None:
            return o
        if family(o) == "address" and self.draw.chance(0.15):
            return msgspec.structs.replace(o, type="inet4" if o.type == "inet6" else "inet6")
        table = Table(name=o.table)
        other = self._column(table, o.name, ())
        able = [f for f in _MIXED if f != "invisible" or o.name not in _KEYS]  # one of a key would need a default
        chosen = self.draw.some(able, 1, 3)
        mixed = msgspec.structs.replace(o, **{f: getattr(other, f) for f in chosen})
        same = family(mixed) == family(o) or self.draw.chance(0.3)
        same = same and (family(mixed) == "address") == (family(o) == "address")  # [no-cast]: others become none
        return self._whole(mixed if same else msgspec.structs.replace(mixed, type=o.type))

    # Parts.

    def _part(self, table: Table, found: Many[Object]) -> Object | None:
        columns = _columns(table, found)
        kind = self.draw.choice([Unique, Check, Index, Index])
        return _PARTS[kind](self, table, self.name("k"), columns) if columns else None

    def _unique(self, table: Table, name: str, columns: Many[Column]) -> Object | None:
        able = [c for c in columns if family(c) in ("int", "text", "exact", "time")]
        chosen = self.draw.some(able, 1, 2)
        if not chosen:
            return None
        made = Unique(table=table.name, name=name, columns=tuple(c.name for c in chosen), comment=self.comment())
        return self.relying(made, (table.address, "plain"), *((c.address, f"type {c.type}") for c in chosen))

    def _index(self, table: Table, name: str, columns: Many[Column]) -> Object | None:
        draw = self.draw
        long = [c for c in columns if family(c) in ("text", "long")]
        if long and draw.chance(0.15):
            c = draw.choice(long)
            made = Index(table=table.name, name=name, keys=(quoted(c.name),), method="fulltext")
            return self.relying(made, (table.address, "plain"), (c.address, family(c)))
        able = [c for c in columns if family(c) != "json"]
        chosen = draw.some(able, 1, 3)
        if not chosen:
            return None
        keys = tuple(self._key(c) for c in chosen)
        made = Index(table=table.name, name=name, keys=keys, comment=self.comment(), invisible=draw.chance(0.1))
        virtual = [(table.address, "plain")] if any(c.generated is not None for c in chosen) else []  # others: 1904
        return self.relying(made, *virtual, *((c.address, f"type {c.type}") for c in chosen))

    def _key(self, c: Column) -> str:
        prefix = "(6)" if family(c) in ("long", "blob") or (family(c) == "text" and self.draw.chance(0.3)) else ""
        return quoted(c.name) + prefix + (" DESC" if self.draw.chance(0.2) else "")

    def _check(self, table: Table, name: str, columns: Many[Column]) -> Object | None:
        c = self.draw.choice(columns)
        text = self.draw.choice(_PREDICATES[family(c)]).format(named(c.name))
        what = f"type {c.type}" if family(c) == "address" else family(c)
        return self.relying(Check(table=table.name, name=name, expression=text), (c.address, what))

    def _reference(self, found: Many[Object]) -> list[Object]:
        """A foreign key with a column of its own, on the number that is the key of a table."""
        draw = self.draw
        keys = [o for o in found if isinstance(o, PrimaryKey) and len(o.columns) == 1]
        tables = [o for o in found if isinstance(o, Table)]
        if not keys or not tables:
            return []
        key, table = draw.choice(keys), draw.choice(tables)
        column = Column(table=table.name, name=f"{_LINK}_{self.number}", type="int")
        self.number += 1
        target = Address("column", "", key.columns[0], key.table)
        made = ForeignKey(
            table=table.name, name=self.name("fk"), columns=(column.name,),
            target=key.table, target_columns=key.columns,
            on_delete=draw.choice(_ACTIONS), on_update=draw.choice(("no action", "cascade")),
        )  # fmt: skip
        plain = ((a, "plain") for a in (table.address, Address("table", "", key.table)))
        return [column, self.relying(made, (target, "type int"), (column.address, "type int"), *plain)]

    # Sequences and programs.

    def _sequence(self, name: str) -> Object:
        draw = self.draw
        step = draw.choice((1, 1, 2, -1, 10))
        options = SequenceOptions(
            increment=step, cache=draw.choice((1000, 0, 20)), cycle=draw.chance(0.3),
            maximum=draw.maybe(0.3, 5000) if step > 0 else None,
            minimum=draw.maybe(0.4, draw.choice((2, 50, 700))) if step > 0 else None,
        )  # fmt: skip
        return Sequence(name=name, options=options)

    def _procedure(self, name: str) -> Object:
        body = self.draw.choice(("SELECT a", "BEGIN SELECT a; SELECT 'it''s'; END", 'SELECT "x", a'))
        how = self.draw.choice(("", " READS SQL DATA", " SQL SECURITY INVOKER", " COMMENT 'why'"))
        text = f"CREATE PROCEDURE {named(name)}(IN a int){how} {body}"
        return Procedure(name=name, definition=text, sql_mode=self._mode(), definer=self._definer())

    def _function(self, name: str) -> Object:
        gives, value = self.draw.choice((("int", "1"), ("int", "a + 1"), ("varchar(20) CHARSET utf8mb4", "'x'")))
        text = f"CREATE FUNCTION {named(name)}(a int) RETURNS {gives} DETERMINISTIC RETURN {value}"
        return Function(name=name, definition=text, sql_mode=self._mode(), definer=self._definer())

    def _event(self, name: str) -> Object:
        every = self.draw.choice(("1 DAY", "2 HOUR", "1 DAY STARTS '2035-01-01 00:00:00'"))
        text = f"CREATE EVENT {named(name)} ON SCHEDULE EVERY {every} DISABLE DO SELECT {self.draw.randint(1, 3)}"
        return Event(name=name, definition=text, time_zone=self.draw.choice((None, "+00:00", "+02:00")))

    def _mode(self) -> str | None:
        return self.draw.maybe(0.3, self.draw.choice(("ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "STRICT_ALL_TABLES")))

    def _definer(self) -> str | None:
        return self.draw.maybe(0.3, self.draw.choice(("`one`@`%`", "`two`@`localhost`")))

    def _view(self, name: str, found: Many[Object]) -> Object | None:
        tables = [o for o in found if isinstance(o, Table)]
        table = self.draw.choice(tables) if tables else None
        columns = self.draw.some(_columns(table, found), 1, 3) if table is not None else []
        if table is None or not columns:
            return None
        text = f"SELECT {', '.join(named(c.name) for c in columns)} FROM {named(table.name)}"
        options = (("check_option", "cascaded"),) if self.draw.chance(0.2) else ()
        made = View(name=name, definition=text, options=options)
        return self.relying(made, (table.address, "table"), *((c.address, family(c)) for c in columns))

    def _trigger(self, name: str, found: Many[Object]) -> Object | None:
        tables = [o for o in found if isinstance(o, Table)]
        table = self.draw.choice(tables) if tables else None
        columns = _columns(table, found) if table is not None else []
        if table is None or not columns:
            return None
        c = self.draw.choice(columns)
        when = self.draw.choice(("BEFORE INSERT", "AFTER UPDATE", "BEFORE UPDATE"))
        body = f"SET @seen = concat(NEW.{named(c.name)}, {literal(self.draw.choice(('x', 'it is', '%')))})"
        text = f"CREATE TRIGGER {named(name)} {when} ON {named(table.name)} FOR EACH ROW {body}"
        made = Trigger(table=table.name, name=name, definition=text)
        return self.relying(made, (table.address, "table"), (c.address, family(c)))


def family(c: Column) -> str:
    return "int" if c.generated is not None else _OF_TYPE[c.type]


def _columns(table: Table | None, found: Many[Object]) -> list[Column]:
    """The columns of a table that others may name."""
    own = (o for o in found if isinstance(o, Column) and table is not None and o.parent == table.address)
    return [c for c in own if not c.name.startswith(_LINK) and not c.auto_increment]


_OPTIONS: Final = (("row_format", "COMPACT"), ("row_format", "DYNAMIC"), ("stats_persistent", "0"),
                   ("checksum", "1"), ("max_rows", "1000"), ("`PAGE_COMPRESSED`", "'1'"))  # fmt: skip
_PARTITIONS: Final = (
    "KEY ({0}) PARTITIONS 2",
    "LINEAR KEY ({0}) PARTITIONS 3",
    "HASH ({0}) PARTITIONS 2",
    "RANGE ({0}) (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN MAXVALUE)",
    "RANGE ({0}) SUBPARTITION BY HASH ({0}) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (5), "
    "PARTITION b VALUES LESS THAN MAXVALUE)",
)
_OTHERS: Final[tuple[tuple[Any, str], ...]] = (
    (MySQLMaker._sequence, "s"), (MySQLMaker._procedure, "p"), (MySQLMaker._function, "f"), (MySQLMaker._event, "e"),
)  # fmt: skip
_AGAIN: Final[dict[type[Object], Any]] = {
    Sequence: MySQLMaker._sequence,
    Procedure: MySQLMaker._procedure,
    Function: MySQLMaker._function,
    Event: MySQLMaker._event,
}
_PARTS: Final[dict[type[Object], Any]] = {
    Unique: MySQLMaker._unique,
    Check: MySQLMaker._check,
    Index: MySQLMaker._index,
}
