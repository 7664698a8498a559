"""Random schemas for SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from reconciler.model.address import Address
from reconciler.model.namespaces import PRAGMAS, Pragma
from reconciler.model.objects import Object
from reconciler.model.programs import Trigger, View, VirtualTable
from reconciler.model.tables import Check, Column, ForeignKey, Generated, Index, PrimaryKey, Table, Unique
from tests.fuzz.sqlite_programs import OUTPUTS, Programs
from tests.fuzz.strategies import Demand, Draw, Maker, quoted

TYPES: Final = {
    "int": ("INTEGER", "integer", "INT", "BIGINT", "unsigned big int"),
    "text": ("TEXT", "text", "VARCHAR(20)", "varchar( 20 )", "NVARCHAR(40)", "character varying(9)"),
    "real": ("REAL", "NUMERIC(10,2)", "numeric(10, 2)", "DOUBLE PRECISION"),
    "blob": ("BLOB", "blob"),
    "any": ("", "DATE", "boolean", "Geometry(2, 4326)"),
}
_STRICT: Final = {"int": ("INTEGER", "INT"), "text": ("TEXT",), "real": ("REAL",), "blob": ("BLOB",), "any": ("ANY",)}
_OF_TYPE: Final = {t: f for types in (TYPES, _STRICT) for f, ts in types.items() for t in ts}
_DEFAULTS: Final = {
    "int": ("0", "-1", "42", "+7", "0x1F", "(1 + 1)", "(1)"),
    "text": ("'x'", "'it''s'", "''", "CURRENT_TIMESTAMP", "(lower('A'))"),
    "real": ("0", "1.5"),
    "blob": ("x'00ff'", "X'AB'"),
    "any": ("NULL", "TRUE", "'any'", "(CURRENT_DATE)", "null"),
}
_PREDICATES: Final = {
    "int": (
        "{0} > -5",
        "{0} BETWEEN -1 AND 1000",
        "{0} IN (1, 2, 3, 42, 0)",
        "{0} IS NOT NULL",
        "case when {0} > 3 then 1 else 1 end",
    ),
    "text": (
        "{0} <> 'zz'",
        "length({0}) < 40",
        "LENGTH( {0} )<40 /* enough, surely */",
        "{0} in ('a', 'b', 'c--d') OR 1",
        "{0} IS NOT NULL",
        "{0} NOT LIKE 'q%'",
    ),
    "real": ("{0} >= -2", "abs({0}) < 100000"),
    "blob": ("{0} IS NOT NULL",),
    "any": ("{0} IS NULL OR {0} <> 'bad'",),
}
_ACTIONS: Final = ("no action", "restrict", "cascade", "set null", "set default")
_CONFLICT: Final = ("ignore", "replace", "rollback", "fail")
_KEY_NAMES: Final = ("id", "Id", "key")
_MIXED: Final = ("type", "nullable", "default", "collation", "conflict")


class SqliteMaker(Maker):
    def __init__(self, draw: Draw) -> None:
        super().__init__(draw)
        self.programs = Programs(self, _PREDICATES, _columns, family)

    def schema(self, present: Sequence[Object]) -> list[Object]:
        draw = self.draw
        found: list[Object] = list(present)
        for _ in range(draw.randint(0 if present else 2, 2 if present else 5)):
            found += self._table(self.name("t"), found)
        for t in [o for o in found if isinstance(o, Table)]:
            if t in present and draw.chance(0.3):
                found.append(self._column(t, self.name("c"), found))
            for _ in range(draw.randint(0, 1 if present else 3)):
                found += filter(None, [self._part(t, found)])
        for _ in range(draw.randint(0, 3)):
            found += filter(None, [self._foreign_key(found)])
        for _ in range(draw.randint(0, 2)):
            found += filter(None, [self.programs.view(self.name("v"), found)])
        for _ in range(draw.randint(0, 2)):
            found += filter(None, [self.programs.trigger(self.name("tr"), found)])
        if draw.chance(0.2):
            found += filter(None, [self.programs.virtual(self.name("vt"), found)])
        if draw.chance(0.1):
            found.append(Pragma(name=draw.choice(PRAGMAS), value=draw.choice([1, 7, -3, 2_000_000_000])))
        return found[len(present) :]

    def again(self, o: Object, present: Sequence[Object]) -> Object | None:
        if isinstance(o, Column):
            return self._mixed(o, present)
        if isinstance(o, View):
            return self.programs.view(o.name, [p for p in present if not isinstance(p, View)])
        if isinstance(o, Trigger):
            return self.programs.trigger(o.name, present)
        if isinstance(o, VirtualTable):
            return self.programs.virtual(o.name, present)
        if isinstance(o, Pragma):
            return msgspec.structs.replace(o, value=self.draw.randint(1, 9))
        if isinstance(o, ForeignKey):
            again = msgspec.structs.replace(o, **self._rules())
            return self.relying(again, *self.demands.get(o, ()))
        if isinstance(o, Unique | Check | Index):
            table = next((t for t in present if t.address == o.parent), None)
            columns = _columns(table, present) if isinstance(table, Table) else []
            return _PARTS[type(o)](self, table, o.name, columns) if columns else None
        return None

    def offers(self, o: Object) -> Iterator[Demand]:
        if isinstance(o, Column):
            yield o.address, family(o)
            if o.generated is None:
                yield o.address, "stored"
            if not o.nullable:
                yield o.address, "not null"
            yield o.address, o.type
        elif isinstance(o, View):
            yield from ((Address("column", "", c, o.name), f) for c, f in OUTPUTS.get(o, {}).items())
        elif isinstance(o, Table):
            yield o.address, "rowid" if not o.without_rowid else "keyed"
            yield o.address, "strict" if o.strict else "loose"
            yield o.address, "table"
        elif isinstance(o, PrimaryKey) and o.parent is not None:
            yield o.parent, "has key"

    def relation(self, o: Object) -> tuple[str, ...] | None:
        if isinstance(o, Table | View | Index | VirtualTable):
            return "relation", o.name.lower()
        if isinstance(o, Trigger):
            return "trigger", o.name.lower()
        if isinstance(o, Check | ForeignKey | Unique | PrimaryKey):
            return "constraint", o.table.lower(), o.name.lower()
        return ("column", o.table.lower(), o.name.lower()) if isinstance(o, Column) else None

    # Tables.

    def _table(self, name: str, found: Sequence[Object]) -> list[Object]:
        draw = self.draw
        table = Table(name=name, strict=draw.chance(0.2), without_rowid=draw.chance(0.15), comment=self.comment())
        type = draw.choice(["INTEGER", "INTEGER", "INTEGER", "TEXT", "INT"])
        key = Column(table=name, name=draw.choice(_KEY_NAMES), type=type, nullable=draw.chance(0.5))
        parts: list[Object] = [self.relying(key, (table.address, "strict" if table.strict else "loose"))]
        for _ in range(draw.randint(1, 5)):
            parts.append(self._column(table, self.name("c"), [*found, *parts]))
        if table.without_rowid or draw.chance(0.85):
            others = [c for c in parts if isinstance(c, Column) and c is not key and c.generated is None]
            several = others and draw.chance(0.2)
            parts.append(self._composite(table, key, draw.choice(others)) if several else self._primary_key(table, key))
        names = tuple(o.name for o in parts if isinstance(o, Column))
        table = msgspec.structs.replace(table, columns=names)
        if table.without_rowid:
            table = self.relying(table, (table.address, "has key"))
        return [table, *parts]

    def _primary_key(self, table: Table, key: Column) -> PrimaryKey:
        draw = self.draw
        numbered = key.type == "INTEGER" and not table.without_rowid and draw.chance(0.3)
        named = draw.chance(0.3)
        made = PrimaryKey(
            table=table.name, name=self.name("pk") if named else f"{table.name}_pkey", named=named, columns=(key.name,),
            autoincrement=numbered, conflict=draw.maybe(0.1, draw.choice(_CONFLICT)),
            terms=(f"{quoted(key.name)} COLLATE NOCASE",) if key.type == "TEXT" and draw.chance(0.15) else (),
        )  # fmt: skip
        if numbered:
            unnamed = msgspec.structs.replace(made, named=False, name=f"{table.name}_pkey")
            return self.relying(unnamed, (key.address, "INTEGER"), (key.address, "stored"), (table.address, "rowid"))
        return self.relying(made, (key.address, key.type), (key.address, "stored"))

    def _composite(self, table: Table, *columns: Column) -> PrimaryKey:
        draw = self.draw
        terms = tuple(quoted(c.name) + draw.choice(["", " DESC"]) for c in columns)
        made = PrimaryKey(
            table=table.name, name=f"{table.name}_pkey", named=False, columns=tuple(c.name for c in columns),
            terms=terms if any(t.endswith(" DESC") for t in terms) else (), comment=self.comment(),
        )  # fmt: skip
        return self.relying(made, *((c.address, "stored") for c in columns))

    def _column(self, table: Table, name: str, found: Sequence[Object]) -> Column:
        draw = self.draw
        of = draw.choice(["int", "text", "int", "text", *TYPES])
        type = draw.choice((_STRICT if table.strict else TYPES)[of])
        fields: dict[str, Any] = {"nullable": draw.chance(0.7), "comment": self.comment()}
        demands: list[Demand] = [(table.address, "strict" if table.strict else "loose")]
        if draw.chance(0.35):
            fields["default"] = draw.choice(_DEFAULTS[of])
            if table.strict and of == "int" and "TIME" in fields["default"]:
                fields["default"] = "0"
        if of == "text" and draw.chance(0.2):
            fields["collation"] = draw.choice(["NOCASE", "RTRIM"])
        if not fields["nullable"] and draw.chance(0.15):
            fields["conflict"] = draw.choice(_CONFLICT)
        if not fields["nullable"] and draw.chance(0.1):
            fields["not_null_name"] = self.name("nn")
        source = self._source(table, found, of)
        if source is not None and draw.chance(0.2):
            text = {"int": "{0} + 1", "text": "lower({0})"}[of].format(quoted(source.name))
            fields = {"generated": Generated(expression=text, stored=draw.chance(0.5)), "nullable": draw.chance(0.8)}
            demands += [(source.address, of), (source.address, "stored")]
        return self.relying(Column(table=table.name, name=name, type=type, **fields), *demands)

    def _source(self, table: Table, found: Sequence[Object], of: str) -> Column | None:
        fit = [c for c in _columns(table, found) if family(c) == of and c.generated is None]
        return self.draw.choice(fit) if fit and of in ("int", "text") else None

    def _mixed(self, o: Column, present: Sequence[Object]) -> Column | None:
        table = next((t for t in present if t.address == o.parent), None)
        if not isinstance(table, Table) or o.generated is not None:
            return None
        fresh = self._column(table, o.name, [p for p in present if p.address != o.address])
        if self.draw.chance(0.15):
            return fresh
        fields = {f: getattr(fresh, f) for f in self.draw.some(_MIXED, 1, 3)}
        if o.name in _KEY_NAMES:  # INTEGER PRIMARY KEY numbers what was null, so a key keeps its type
            fields.pop("type", None)
        if fresh.generated is not None or (family(fresh) != family(o) and "type" not in fields):
            return None
        mixed = msgspec.structs.replace(o, **fields)
        if mixed.nullable:
            mixed = msgspec.structs.replace(mixed, conflict=None, not_null_name=None)
        return self.relying(mixed, *self.demands.get(o, ())[:1])

    # Parts of tables.

    def _part(self, table: Table, found: Sequence[Object]) -> Object | None:
        columns = _columns(table, found)
        kind = self.draw.choice([Check, Unique, Index, Index])
        return _PARTS[kind](self, table, self.name({Check: "ck", Unique: "uq", Index: "ix"}[kind]), columns)

    def predicate(self, columns: Sequence[Column], *, qualified: bool = False) -> tuple[str, list[Demand]]:
        column = self.draw.choice(columns)
        name = self.draw.choice([quoted, quoted, self._otherwise])(column.name)
        if qualified and self.draw.chance(0.2):
            name = f"{quoted(column.table)}.{name}"
        text = self.draw.choice(_PREDICATES[family(column)]).format(name)
        demands = [(column.address, family(column))]
        if self.draw.chance(0.25):
            more, others = self.predicate(columns, qualified=qualified)
            return f"({text}) {self.draw.choice(['OR', 'AND'])} ({more})", [*demands, *others]
        return text, demands

    @staticmethod
    def _otherwise(name: str) -> str:
        """The name in other quotes, where it can have them."""
        return f"[{name}]" if "]" not in name else "`" + name.replace("`", "``") + "`"

    def _check(self, table: Table, name: str, columns: Sequence[Column]) -> Check | None:
        text, demands = self.predicate(columns, qualified=True)
        check = Check(table=table.name, name=name, expression=text, named=self.draw.chance(0.6), comment=self.comment())
        return self.relying(check, *demands)

    def _unique(self, table: Table, name: str, columns: Sequence[Column]) -> Unique | None:
        draw = self.draw
        chosen = draw.some([c for c in columns if c.generated is None], 1, 2)
        keys = tuple(c.name for c in chosen)
        terms = ()
        alone = not any(name in _KEY_NAMES for name in keys)  # not over the columns of the primary key
        if alone and draw.chance(0.2):
            collated = {c.name: " COLLATE NOCASE" if family(c) == "text" else "" for c in chosen}
            terms = tuple(quoted(n) + collated[n] + draw.choice(["", " DESC"]) for n in keys)
            if not any(" " in t.removeprefix(quoted(c)) for t, c in zip(terms, keys, strict=True)):
                terms = ()
        made = Unique(table=table.name, name=name, columns=keys, terms=terms, named=draw.chance(0.6),
                      comment=self.comment(), conflict=draw.maybe(0.1 * alone, draw.choice(_CONFLICT)))  # fmt: skip
        return self.relying(made, *((c.address, "stored") for c in chosen), *((c.address, family(c)) for c in chosen))

    def _index(self, table: Table, name: str, columns: Sequence[Column]) -> Index | None:
        draw, demands = self.draw, []
        keys = []
        for c in draw.some(list(columns), 1, 3):
            demands.append((c.address, family(c)))
            text = quoted(c.name)
            if draw.chance(0.2):
                text = {"int": "{0} + 1", "text": "lower({0})"}.get(family(c), "coalesce({0}, 0)").format(text)
            elif family(c) == "text" and draw.chance(0.2):
                text += " COLLATE NOCASE"
            keys.append(text + draw.choice(["", "", " DESC"]))
        where = None
        if draw.chance(0.25):
            where, more = self.predicate(columns)
            demands += more
        made = Index(table=table.name, name=name, keys=tuple(keys), unique=draw.chance(0.15), where=where,
                     comment=self.comment())  # fmt: skip
        return self.relying(made, *demands)

    def _rules(self) -> dict[str, Any]:
        draw = self.draw
        deferrable = draw.chance(0.3)
        return {
            "on_delete": draw.choice(_ACTIONS),
            "on_update": draw.choice(["no action", "no action", "cascade", "set null"]),
            "deferrable": deferrable,
            "comment": self.comment(),
            "match": draw.choice(["simple", "simple", "simple", "full"]),
            "initially_deferred": deferrable and draw.chance(0.6),
        }

    def _foreign_key(self, found: Sequence[Object]) -> ForeignKey | None:
        draw = self.draw
        keys = [o for o in found if isinstance(o, PrimaryKey | Unique) and not o.terms]
        tables = [o for o in found if isinstance(o, Table)]
        if not keys or not tables:
            return None
        key, table = draw.choice(keys), draw.choice(tables)
        own = [c for c in _columns(table, found) if c.generated is None]
        if len(own) < len(key.columns):
            return None
        chosen = draw.sample(own, len(key.columns))
        target = () if isinstance(key, PrimaryKey) and draw.chance(0.2) else key.columns
        made = ForeignKey(
            table=table.name, name=self.name("fk"), named=draw.chance(0.6), columns=tuple(c.name for c in chosen),
            target=key.table, target_columns=target, **self._rules(),
        )  # fmt: skip
        return self.relying(made, *((c.address, "stored") for c in chosen))


def family(c: Column) -> str:
    return _OF_TYPE[c.type]


def _columns(table: Table, found: Sequence[Object]) -> list[Column]:
    return [o for o in found if isinstance(o, Column) and o.parent == table.address]


_PARTS: Final[dict[type[Object], Any]] = {
    Check: SqliteMaker._check,
    Unique: SqliteMaker._unique,
    Index: SqliteMaker._index,
}
