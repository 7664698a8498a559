"""Random schemas for PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from reconciler.model.address import Address
from reconciler.model.namespaces import Enum, Schema, SequenceOwner
from reconciler.model.namespaces import Sequence as SequenceObject
from reconciler.model.objects import Object
from reconciler.model.programs import View
from reconciler.model.tables import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Generated,
    Identity,
    Index,
    PrimaryKey,
    SequenceOptions,
    Table,
    Unique,
)
from tests.fuzz.strategies import Demand, Draw, Maker, quoted

FAMILIES: Final = {
    "int": ("smallint", "integer", "bigint"),
    "num": ("numeric(10,2)", "numeric", "real", "double precision", "numeric(6)"),
    "text": ("text", "varchar(40)", "varchar", "char(12)", "character varying(80)"),
    "time": ("date", "timestamp", "timestamptz", "timestamp(3)"),
    "bool": ("boolean",),
    "uuid": ("uuid",),
    "json": ("jsonb", "json"),
    "bytes": ("bytea",),
    "range": ("int4range", "daterange"),
    "array": ("integer[]", "text[]", "varchar(10)[]", "numeric(5,1)[][]"),
    "other": ("interval", "inet", "bit(4)", "time", "interval day to second(2)", "bit varying(5)"),
}
_OF_TYPE: Final = {t: family for family, types in FAMILIES.items() for t in types}
_DEFAULTS: Final = {
    "int": ("0", "42", "-1", "(1 + 1)"),
    "num": ("0", "1.5", "-2"),
    "text": ("'x'", "'it''s'", "''", "upper('a')", "'a' || 'b'", "NULL", "current_user"),
    "time": ("now()", "CURRENT_TIMESTAMP", "'2020-01-01'", "'infinity'"),
    "bool": ("true", "false", "1 > 0"),
    "uuid": ("gen_random_uuid()",),
    "json": ("'{}'", "'{\"a\": [1, null]}'"),
    "bytes": ("'\\xdeadbeef'",),
    "range": ("'empty'",),
    "array": ("'{}'", "'{NULL}'"),
    "other": (),
}
_PREDICATES: Final = {
    "int": ("{0} > 0", "{0} BETWEEN 0 AND 1000", "{0} IN (1, 2, 3, 50)", "{0} IS NOT NULL", "NOT {0} < 0"),
    "num": ("{0} >= 0", "{0} <> 7.5", "abs({0}) < 1000000"),
    "text": ("{0} <> ''", "length({0}) < 30", "{0} IN ('a', 'b', 'abc', 'x')", "{0} LIKE 'a%'", "{0} ~ '^[a-z]'"),
    "time": ("{0} > '1999-01-01'", "{0} IS NOT NULL"),
    "bool": ("{0}", "NOT {0}", "{0} IS NOT FALSE"),
    "uuid": ("{0} IS NOT NULL",),
    "json": ("{0} IS NOT NULL",),
    "bytes": ("length({0}) < 100",),
    "range": ("NOT isempty({0})",),
    "array": ("cardinality({0}) < 5",),
    "other": ("{0} IS NOT NULL",),
    "enum": ("{0} IS NOT NULL",),
}
_KEYS: Final = ("int", "num", "text", "time", "bool", "uuid", "enum")
"""Families that have an order, for keys and plain indexes."""
_ACTIONS: Final = ("no action", "restrict", "cascade", "set null", "set default")
_MIXED: Final = ("type", "nullable", "default", "comment", "collation", "statistics", "storage", "identity", "options")


class PostgresMaker(Maker):
    def __init__(self, draw: Draw, version: Sequence[int]) -> None:
        super().__init__(draw)
        self.major = version[0]

    # What there may be.

    def schema(self, present: Sequence[Object]) -> list[Object]:
        draw = self.draw
        found: list[Object] = list(present)
        namespaces = ["public", *(o.name for o in found if isinstance(o, Schema))]
        if draw.chance(0.5) and len(namespaces) < 4:
            found.append(made := Schema(name=self.name("app"), comment=self.comment()))
            namespaces.append(made.name)
        for _ in range(draw.randint(0, 2)):
            found.append(self._enum(draw.choice(namespaces), self.name("mood")))
        for _ in range(draw.randint(0, 2)):
            found.append(self._sequence(draw.choice(namespaces), self.name("seq")))
        for _ in range(draw.randint(0 if present else 2, 2 if present else 4)):
            found += self._table(draw.choice(namespaces), self.name("t"), found)
        for t in [o for o in found if isinstance(o, Table)]:
            if t in present and draw.chance(0.3):
                found.append(self._column(t, self.name("c"), found))
            for _ in range(draw.randint(0, 1 if present else 3)):
                found += filter(None, [self._part(t, found)])
        for _ in range(draw.randint(0, 3)):
            found += filter(None, [self._foreign_key(draw.choice(namespaces), found)])
        for _ in range(draw.randint(0, 2)):
            found += filter(None, [self._view(draw.choice(namespaces), self.name("v"), found)])
        return found[len(present) :]

    def again(self, o: Object, present: Sequence[Object]) -> Object | None:
        draw = self.draw
        if isinstance(o, Column):
            return self._mixed(o, present)
        if isinstance(o, Table):
            return self._relied(o, msgspec.structs.replace(self._bare(o.schema, o.name), columns=o.columns))
        if isinstance(o, Enum):
            return self._relabelled(o)
        if isinstance(o, SequenceObject):
            return self._relied(o, msgspec.structs.replace(self._sequence(o.schema, o.name), owned_by=o.owned_by))
        if isinstance(o, View):
            return self._view(o.schema, o.name, [p for p in present if not isinstance(p, View)])
        if isinstance(o, Schema):
            return msgspec.structs.replace(o, comment=self.comment())
        if isinstance(o, ForeignKey) and draw.chance(0.5):
            return self._relied(o, msgspec.structs.replace(o, **self._rules(o.columns)))
        if isinstance(o, PrimaryKey | Unique | Check | ForeignKey | Exclusion | Index):
            if draw.chance(0.3):
                return self._relied(o, msgspec.structs.replace(o, comment=self.comment()))
            return self._redrawn(o, present)
        return None

    def _relied(self, old: Object, new: Any) -> Any:
        return self.relying(new, *self.demands.get(old, ()))

    def _redrawn(self, o: Any, present: Sequence[Object]) -> Object | None:
        table = next((t for t in present if t.address == o.parent), None)
        if not isinstance(table, Table):
            return None
        new = _PARTS[type(o)](self, table, o.name, _columns(table, present)) if type(o) in _PARTS else None
        return new

    def offers(self, o: Object) -> Iterator[Demand]:
        if isinstance(o, Column):
            yield o.address, family(o)
            yield o.address, o.type
            if o.generated is None:
                yield o.address, "stored"
        elif isinstance(o, Enum):
            yield o.address, "enum"
            yield from ((o.address, label) for label in o.labels)
        elif isinstance(o, SequenceObject):
            yield o.address, "sequence"
        elif isinstance(o, View):
            yield from ((Address("column", o.schema, c, o.name), f) for c, f in _outputs(o).items())

    def relation(self, o: Object) -> tuple[str, ...] | None:
        if isinstance(o, Table | View | SequenceObject | Index | PrimaryKey | Unique | Exclusion):
            return "relation", o.schema, o.name
        if isinstance(o, Check | ForeignKey):
            return "constraint", o.schema, o.table, o.name
        return None

    # Types, sequences.

    def _enum(self, schema: str, name: str) -> Enum:
        labels = tuple(self.draw.some(["happy", "sad", "it's", "So So", "ok", "ёж"], 2, 5))
        return Enum(schema=schema, name=name, labels=labels, comment=self.comment())

    def _relabelled(self, o: Enum) -> Enum:
        labels = list(o.labels)
        if self.draw.chance(0.6):
            labels.insert(self.draw.randint(0, len(labels)), self.name("label"))
        elif self.draw.chance(0.6) and len(labels) > 1:
            labels.remove(self.draw.choice(labels))
        else:
            self.draw.shuffle(labels)
        return msgspec.structs.replace(o, labels=tuple(labels))

    def _sequence(self, schema: str, name: str) -> SequenceObject:
        draw = self.draw
        type = draw.choice(["smallint", "integer", "bigint", "bigint", "bigint"])
        comment = self.comment()
        unlogged = self.major >= 15 and draw.chance(0.1)
        return SequenceObject(
            schema=schema, name=name, type=type, options=self._options(), unlogged=unlogged, comment=comment
        )

    def _options(self) -> SequenceOptions:
        draw = self.draw
        down = draw.chance(0.1)
        return SequenceOptions(
            start=draw.choice([None, None, -5 if down else 5]),
            increment=draw.choice([-1, -2]) if down else draw.choice([1, 1, 1, 3]),
            minimum=draw.choice([None, -10 if down else 2]),
            maximum=draw.choice([None, None, -1 if down else 1000]),
            cache=draw.choice([1, 1, 20]),
            cycle=draw.chance(0.2),
        )

    # Tables.

    def _bare(self, schema: str, name: str) -> Table:
        draw = self.draw
        options = (("fillfactor", "70"),) if draw.chance(0.15) else ()
        options += (("parallel_workers", "2"),) if draw.chance(0.05) else ()
        unlogged = False  # a logged table may not point at an unlogged one; drawn for tables without keys
        return Table(schema=schema, name=name, comment=self.comment(), options=options, unlogged=unlogged)

    def _table(self, schema: str, name: str, found: Sequence[Object]) -> list[Object]:
        draw = self.draw
        table = self._bare(schema, name)
        columns: list[Object] = []
        key = Column(
            schema=schema, table=name, name=self.draw.choice(["id", "Id", "key"]), type=self._key_type(), nullable=False
        )
        if family(key) == "int" and draw.chance(0.4):
            key = msgspec.structs.replace(key, identity=self._identity())
        columns.append(self.relying(key))
        extra: list[Object] = []
        if draw.chance(0.2):
            extra = self._serial(table, self.name("no"))
        columns += [o for o in extra if isinstance(o, Column)]
        for _ in range(draw.randint(1, 6)):
            columns.append(self._column(table, self.name("c"), [*found, table, *columns]))
        if draw.chance(0.85):
            key_name = self.name("pk") if draw.chance(0.3) else f"{name}_pkey"
            include = self._included(columns, {key.name})
            deferred = draw.chance(0.08)
            primary = PrimaryKey(schema=schema, table=name, name=key_name, columns=(key.name,), include=include,
                                 deferrable=deferred, initially_deferred=deferred and draw.chance(0.5),
                                 comment=self.comment())  # fmt: skip
            columns.append(self.relying(primary, (key.address, family(key)), (key.address, "stored")))
        names = tuple(o.name for o in columns if isinstance(o, Column))
        return [
            msgspec.structs.replace(table, columns=names),
            *columns,
            *(o for o in extra if not isinstance(o, Column)),
        ]

    def _key_type(self) -> str:
        return self.draw.choice(["bigint", "integer", "integer", "uuid", "text"])

    def _identity(self) -> Identity:
        options = self._options() if self.draw.chance(0.4) else SequenceOptions()
        if options.increment < 0 or (options.maximum or 9999) < 100:
            options = SequenceOptions()
        name = self.name("ids") if self.draw.chance(0.1) else None
        return Identity(always=self.draw.chance(0.5), options=options, sequence=name)

    def _serial(self, table: Table, name: str) -> list[Object]:
        """What `serial` stands for."""
        sequence = f"{table.name[:20]}_{name}_seq"
        address = Address("column", table.schema, name, table.name)
        made = SequenceObject(schema=table.schema, name=sequence, type="integer", owned_by=address)
        call = _nextval(made)
        column = Column(schema=table.schema, table=table.name, name=name, type="integer", nullable=False, default=call)
        self.relying(column, (made.address, "sequence"))
        owner = SequenceOwner(schema=table.schema, name=sequence, table=table.name, column=name)
        self.relying(made, (address, "int"))
        return [column, made, owner]

    def _column(self, table: Table, name: str, found: Sequence[Object]) -> Column:
        draw = self.draw
        demands: list[Demand] = []
        enums = [o for o in found if isinstance(o, Enum)]
        type = draw.choice(draw.choice([FAMILIES[f] for f in ("int", "text", "int", "text", *FAMILIES)]))
        of = _OF_TYPE[type]
        fields: dict[str, Any] = {}
        if enums and draw.chance(0.25):
            enum = draw.choice(enums)
            type, of = f"{quoted(enum.schema)}.{quoted(enum.name)}", "enum"
            fields["refs"] = (enum.address,)
            demands.append((enum.address, "enum"))
            if draw.chance(0.5):
                label = draw.choice(enum.labels)
                fields["default"] = "'" + label.replace("'", "''") + "'"
                demands.append((enum.address, label))
        elif draw.chance(0.35) and _DEFAULTS[of]:
            fields["default"] = draw.choice(_DEFAULTS[of])
        sequences = [o for o in found if isinstance(o, SequenceObject) and o.owned_by is None]
        if of == "int" and sequences and draw.chance(0.2):
            sequence = draw.choice(sequences)
            fields["default"] = _nextval(sequence)
            demands.append((sequence.address, "sequence"))
        fields["nullable"] = draw.chance(0.6)
        if of == "int" and draw.chance(0.08):
            fields |= {"identity": self._identity(), "default": None, "nullable": False}
        fields |= self._generated(type, of, table, found, demands)
        fields |= self._attributes(of)
        if not fields["nullable"] and self.major >= 18 and draw.chance(0.1):
            fields["not_null_name"] = self.name("nn")
        return self.relying(Column(schema=table.schema, table=table.name, name=name, type=type, **fields), *demands)

    def _generated(
        self, type: str, of: str, table: Table, found: Sequence[Object], demands: list[Demand]
    ) -> dict[str, Any]:
        texts = {"int": "{0} + 1", "text": "lower({0})", "bool": "NOT {0}"}
        sources = [c for c in _columns(table, found) if family(c) == of and c.generated is None and c.identity is None]
        wide = {"int": "bigint", "text": "text", "bool": "boolean"}
        if wide.get(of) != type or not sources or not self.draw.chance(0.25):
            return {}
        source = self.draw.choice(sources)
        demands.append((source.address, of))
        demands.append((source.address, "stored"))
        demands.append((source.address, source.type))
        stored = self.major < 18 or self.draw.chance(0.6)
        made = Generated(expression=texts[of].format(quoted(source.name)), stored=stored)
        return {"generated": made, "default": None, "identity": None, "nullable": True}

    def _attributes(self, of: str) -> dict[str, Any]:
        draw = self.draw
        found: dict[str, Any] = {"comment": self.comment()}
        if of == "text" and draw.chance(0.15):
            found["collation"] = draw.choice(['"C"', '"POSIX"', 'pg_catalog."C"'])
        if of in ("text", "json", "bytes") and draw.chance(0.1):
            found["storage"] = draw.choice(["external", "main"])
        if draw.chance(0.06):
            found["statistics"] = draw.choice([0, 250])
        if draw.chance(0.06):
            found["options"] = (("n_distinct", "-0.5"),)
        return found

    def _mixed(self, o: Column, present: Sequence[Object]) -> Column | None:
        """The column with a few of its attributes as another draw has them."""
        table = next((t for t in present if t.address == o.parent), None)
        if not isinstance(table, Table):
            return None
        others = [p for p in present if p.address != o.address]
        fresh = self._column(table, o.name, others)
        if self.draw.chance(0.12):  # another column of the same name altogether
            return fresh
        same = family(fresh) == family(o)
        near = self.draw.choice(FAMILIES[family(o)]) if family(o) in FAMILIES else o.type
        fields: dict[str, Any] = {}
        for f in self.draw.some(_MIXED, 1, 3):
            fields[f] = getattr(fresh, f)
        fields["type"] = near if "type" in fields else o.type
        if not same:
            fields = {f: v for f, v in fields.items() if f in ("type", "nullable", "comment", "statistics", "options")}
        if o.generated is not None:
            fields = {f: v for f, v in fields.items() if f in ("comment", "statistics", "options")}
        mixed = msgspec.structs.replace(o, **fields)
        return self.relying(_coherent(mixed), *self.demands.get(o, ()), *self._of_default(fresh, mixed))

    def _of_default(self, fresh: Column, mixed: Column) -> Sequence[Demand]:
        return self.demands.get(fresh, ()) if mixed.default is not None and mixed.default == fresh.default else ()

    # Parts of tables.

    def _part(self, table: Table, found: Sequence[Object]) -> Object | None:
        columns = _columns(table, found)
        kind = self.draw.choice([Check, Check, Unique, Index, Index, Index, Exclusion])
        label = {Check: "ck", Unique: "uq", Index: "ix", Exclusion: "ex"}[kind]
        return _PARTS[kind](self, table, self.name(f"{table.name[:8]}_{label}"), columns) if columns else None

    def predicate(self, columns: Sequence[Column]) -> tuple[str, list[Demand]]:
        column = self.draw.choice(columns)
        text = self.draw.choice(_PREDICATES[family(column)]).format(quoted(column.name))
        demands = [(column.address, family(column))]
        if self.draw.chance(0.2):
            more, others = self.predicate(columns)
            return f"({text}) {self.draw.choice(['OR', 'AND'])} ({more})", [*demands, *others]
        return text, demands

    def _check(self, table: Table, name: str, columns: Sequence[Column]) -> Check | None:
        text, demands = self.predicate(columns)
        draw = self.draw
        enforced = self.major < 18 or draw.chance(0.9)
        check = Check(
            schema=table.schema, table=table.name, name=name, expression=text, no_inherit=draw.chance(0.1),
            not_valid=enforced and draw.chance(0.1), enforced=enforced, comment=self.comment(),
        )  # fmt: skip
        return self.relying(check, *demands)

    def _included(self, columns: Sequence[Object], but: set[str]) -> tuple[str, ...]:
        fit = [c.name for c in columns if isinstance(c, Column) and c.name not in but and _storable(c)]
        return tuple(self.draw.some(fit, 1, 2)) if fit and self.draw.chance(0.15) else ()

    def _unique(self, table: Table, name: str, columns: Sequence[Column]) -> Unique | None:
        fit = [c for c in columns if family(c) in _KEYS and _storable(c)]
        if not fit:
            return None
        draw, chosen = self.draw, self.draw.some(fit, 1, 2)
        keys = tuple(c.name for c in chosen)
        deferrable = draw.chance(0.15)
        include = self._included(columns, set(keys))
        demands = [(Address("column", table.schema, c, table.name), "stored") for c in (*keys, *include)]
        demands += [(c.address, family(c)) for c in chosen]
        unique = Unique(
            schema=table.schema, table=table.name, name=name, columns=keys, comment=self.comment(),
            include=include, deferrable=deferrable,
            initially_deferred=deferrable and draw.chance(0.5), nulls_not_distinct=draw.chance(0.15),
            options=(("fillfactor", "80"),) if draw.chance(0.1) else (),
        )  # fmt: skip
        return self.relying(unique, *demands)

    def _exclusion(self, table: Table, name: str, columns: Sequence[Column]) -> Exclusion | None:
        ranges = [c for c in columns if family(c) == "range"]
        if not ranges:
            return None
        column = self.draw.choice(ranges)
        where = f" WHERE (NOT isempty({quoted(column.name)}))" if self.draw.chance(0.3) else ""
        deferrable = self.draw.chance(0.2)
        exclusion = Exclusion(
            schema=table.schema, table=table.name, name=name, comment=self.comment(), deferrable=deferrable,
            definition=f"USING gist ({quoted(column.name)} WITH &&){where}",
        )  # fmt: skip
        return self.relying(exclusion, (column.address, "range"))

    def _index(self, table: Table, name: str, columns: Sequence[Column]) -> Index | None:
        draw = self.draw
        fit = [c for c in columns if family(c) in (*_KEYS, "json", "array", "range", "bytes") and _storable(c)]
        if not fit:
            return None
        first = draw.choice(fit)
        demands: list[Demand] = [(first.address, family(first)), (first.address, "stored")]
        method = {"array": "gin", "range": "gist"}.get(family(first), "btree")
        fields: dict[str, Any] = {}
        if family(first) == "json":
            method = "gin" if first.type == "jsonb" else "btree"
            demands.append((first.address, first.type))
            if first.type == "json":
                return None
        if method == "btree" and draw.chance(0.1) and family(first) in ("int", "text", "time"):
            method = draw.choice(["hash", "brin"])
        keys = [self._index_key(first, method, demands)]
        if method == "btree":
            for c in draw.some([c for c in fit if family(c) in _KEYS and c is not first], 0, 2):
                demands += [(c.address, family(c)), (c.address, "stored")]
                keys.append(self._index_key(c, method, demands))
            fields["unique"] = draw.chance(0.25)
            fields["nulls_not_distinct"] = fields["unique"] and draw.chance(0.2)
            fields["include"] = self._included(columns, set())
            demands += [(Address("column", table.schema, c, table.name), "stored") for c in fields["include"]]
            fields["options"] = (("fillfactor", "60"),) if draw.chance(0.1) else ()
        if draw.chance(0.25):
            fields["where"], more = self.predicate([c for c in columns if _storable(c)])
            demands += more
        index = Index(
            schema=table.schema, table=table.name, name=name, keys=tuple(keys), method=method, comment=self.comment(),
            clustered=method == "btree" and "where" not in fields and draw.chance(0.05), **fields,
        )  # fmt: skip
        return self.relying(index, *demands)

    def _index_key(self, c: Column, method: str, demands: list[Demand]) -> str:
        draw, name = self.draw, quoted(c.name)
        if method not in ("btree",):
            return name
        text = name
        if family(c) == "text" and draw.chance(0.3):
            text = draw.choice(["lower({0})", "({0} || 'x')", "COALESCE({0}, '')"]).format(name)
        elif family(c) == "int" and draw.chance(0.2):
            text = draw.choice(["({0} + 1)", "abs({0})", "(({0})::text)"]).format(name)
        if family(c) == "text" and draw.chance(0.1):
            return f'{text} COLLATE "C"'
        if c.type in ("text", "varchar") and draw.chance(0.1):
            demands.append((c.address, c.type))
            return f"{text} text_pattern_ops"
        if text != name and draw.chance(0.5):
            return text
        return text + draw.choice(["", "", "", " DESC", " DESC NULLS LAST", " NULLS FIRST"])

    def _rules(self, columns: Sequence[str]) -> dict[str, Any]:
        draw = self.draw
        on_delete = draw.choice(_ACTIONS)
        deferrable = draw.chance(0.25)
        enforced = self.major < 18 or draw.chance(0.92)
        return {
            "on_delete": on_delete,
            "on_update": draw.choice(["no action", "no action", "cascade", "restrict", "set null"]),
            "set_columns": tuple(columns[:1]) if on_delete.startswith("set") and draw.chance(0.2) else (),
            "match": draw.choice(["simple", "simple", "simple", "full"]),
            "deferrable": deferrable,
            "initially_deferred": deferrable and draw.chance(0.5),
            "not_valid": enforced and draw.chance(0.1),
            "enforced": enforced,
            "comment": self.comment(),
        }

    def _foreign_key(self, schema: str, found: Sequence[Object]) -> ForeignKey | None:
        """From any table to any key, its own among them."""
        draw = self.draw
        tables = [o for o in found if isinstance(o, Table)]
        keys = [o for o in found if isinstance(o, PrimaryKey | Unique) and not o.deferrable]
        if not tables or not keys:
            return None
        key, table = draw.choice(keys), draw.choice(tables)
        goal = next((t for t in tables if t.address == key.parent), None)
        if goal is None:
            return None
        types = {c.name: c for c in _columns(goal, found)}
        own = [c for c in _columns(table, found) if c.generated is None]
        chosen: list[Column] = []
        for name in key.columns:
            fit = [
                c
                for c in own
                if c.type == types[name].type and c.collation == types[name].collation and c not in chosen
            ]
            if name not in types or not fit:
                return None
            chosen.append(draw.choice(fit))
        columns = tuple(c.name for c in chosen)
        demands = [(c.address, d) for c in chosen for d in (c.type, "stored")]
        demands += [(types[n].address, types[n].type) for n in key.columns]
        made = ForeignKey(
            schema=table.schema, table=table.name, name=self.name(f"{table.name[:8]}_fk"), columns=columns,
            target_schema=goal.schema, target=goal.name, target_columns=key.columns, **self._rules(columns),
        )  # fmt: skip
        return self.relying(made, *demands)

    # Views.

    def _view(self, schema: str, name: str, found: Sequence[Object]) -> View | None:
        sources = [o for o in found if isinstance(o, Table | View)]
        if not sources:
            return None
        draw, source = self.draw, self.draw.choice(sources)
        columns = self._readable(source, found)
        if not columns:
            return None
        chosen = draw.some(list(columns), 1, 4)
        demands = [(Address("column", source.schema, c, source.name), columns[c]) for c in chosen]
        outputs = {self.name("o") if draw.chance(0.3) else c: c for c in chosen}
        items = [f"s.{quoted(c)}" + (f" AS {quoted(o)}" if o != c else "") for o, c in outputs.items()]
        text = f"FROM {quoted(source.schema)}.{quoted(source.name)} AS s"
        families = {o: columns[c] for o, c in outputs.items()}
        kind = draw.choice(["plain", "plain", "where", "count", "join", "union"])
        refs = [source.address]
        if kind == "where" and (fit := [c for c in chosen if columns[c] in _PREDICATES]):
            column = draw.choice(fit)
            text += " WHERE " + draw.choice(_PREDICATES[columns[column]]).format(f"s.{quoted(column)}")
        elif kind == "count" and all(columns[c] in _KEYS for c in chosen):
            items.append('count(*) AS "how many"')
            families["how many"] = "int"
            text += " GROUP BY " + ", ".join(f"s.{quoted(c)}" for c in chosen)
        elif kind == "join" and len(sources) > 1:
            other = draw.choice([s for s in sources if s is not source])
            refs.append(other.address)
            text += f" CROSS JOIN {quoted(other.schema)}.{quoted(other.name)} AS o"
        selected = f"SELECT {', '.join(items)} {text}"
        if kind == "union" and not any(columns[c] in ("json", "enum", "other") for c in chosen):
            selected = f"{selected} UNION ALL {selected}"
        options = draw.choice([(), (), (), (("security_barrier", "true"),)])
        view = View(
            schema=schema, name=name, definition=selected, options=options, refs=tuple(refs), comment=self.comment()
        )
        _OUTPUTS[view] = families
        return self.relying(view, *demands)

    def _readable(self, source: Object, found: Sequence[Object]) -> dict[str, str]:
        if isinstance(source, View):
            return _outputs(source)
        assert isinstance(source, Table)
        return {c.name: family(c) for c in _columns(source, found)}


_OUTPUTS: dict[View, dict[str, str]] = {}


def _outputs(view: View) -> dict[str, str]:
    return _OUTPUTS.get(view, {})


def _nextval(sequence: SequenceObject) -> str:
    name = f"{quoted(sequence.schema)}.{quoted(sequence.name)}"
    return "nextval('" + name.replace("'", "''") + "'::regclass)"


def family(c: Column) -> str:
    return _OF_TYPE.get(c.type, "enum")


def _columns(table: Table, found: Sequence[Object]) -> list[Column]:
    return [o for o in found if isinstance(o, Column) and o.parent == table.address]


def _storable(c: Column) -> bool:
    """Whether there may be an index on it."""
    return c.generated is None or c.generated.stored


def _coherent(c: Column) -> Column:
    """The column without what excludes each other."""
    if c.identity is not None:
        return msgspec.structs.replace(c, default=None, nullable=False, generated=None)
    if c.nullable and c.not_null_name is not None:
        return msgspec.structs.replace(c, not_null_name=None)
    return c


_PARTS: Final[dict[type[Object], Any]] = {
    Check: PostgresMaker._check,
    Unique: PostgresMaker._unique,
    Index: PostgresMaker._index,
    Exclusion: PostgresMaker._exclusion,
}
