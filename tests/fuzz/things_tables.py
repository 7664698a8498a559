"""Tables of every sort, and what hangs on them: constraints, indexes, statistics, marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.fuzz.strategies import quoted
from tests.fuzz.things import Kind, Parts, Thing, World, commented, known, literal
from tests.fuzz.things_types import DEFAULTS, FAMILIES, a_type, calls, predicate, sequence_options

Column = dict[str, Any]


def column(world: World, columns: dict[str, Column], *, of: str = "") -> Column:
    draw = world.draw
    type, family = a_type(world, *([of] if of else []))
    found: Column = {"type": type, "family": family, "not_null": draw.chance(0.25), "comment": world.comment()}
    if DEFAULTS.get(family) and draw.chance(0.3):
        found["default"] = draw.choice(DEFAULTS[family])
    makers = [f for f in world.of("function") if f.parts["returns"] == type and not f.parts["arguments"]]
    if makers and draw.chance(0.5):
        found["default"] = f"{draw.choice(makers).sql}()"
    enums = [t for t in world.of("enum") if t.sql == type]
    if enums and draw.chance(0.5):
        found["default"] = literal(draw.choice(enums[0].parts["labels"]))
    if family == "int":
        found |= _numbered(world)
    sources = {n: c for n, c in columns.items() if not c.get("generated")}
    if sources and draw.chance(0.12):
        found |= _generated(world, type, family, sources)
    found |= _attributes(world, family)
    return found


def _numbered(world: World) -> Column:
    draw = world.draw
    fate = draw.random()
    if fate < 0.07:
        how = draw.choice(["ALWAYS", "BY DEFAULT"])
        options = sequence_options(world) if draw.chance(0.3) else ""
        return {"identity": f"GENERATED {how} AS IDENTITY" + (f" ({options})" if options else ""), "default": None}
    if fate < 0.12:
        return {"type": draw.choice(["serial", "bigserial", "smallserial"]), "default": None}
    if fate < 0.2 and (s := world.any("sequence")) is not None:
        return {"default": f"nextval({literal(s.sql)}::regclass)"}
    return {}


def _generated(world: World, type: str, family: str, sources: dict[str, Column]) -> Column:
    draw = world.draw
    name, source = draw.choice(sorted(sources.items()))
    texts = calls(world, quoted(name), source["type"], type)
    texts += [quoted(name)] if source["type"] == type else []
    if source["family"] == family:
        texts += {
            "int": [f"{quoted(name)} + 1"],
            "text": [f"lower({quoted(name)})"],
            "bool": [f"NOT {quoted(name)}"],
        }.get(family, [])
    if not texts:
        return {}
    kept = "STORED" if world.major < 18 or draw.chance(0.6) else draw.choice(["VIRTUAL", ""])
    return {"generated": f"GENERATED ALWAYS AS ({draw.choice(texts)}) {kept}", "default": None, "identity": None}


def _attributes(world: World, family: str) -> Column:
    draw = world.draw
    found: Column = {}
    if family == "text" and draw.chance(0.15):
        other = world.any("collation")
        found["collation"] = draw.choice(['"C"', '"POSIX"', other.sql if other is not None else '"C"'])
    if family in ("text", "json", "bytes", "array") and draw.chance(0.1):
        found["storage"] = draw.choice(["EXTERNAL", "MAIN", "PLAIN"])
    if family in ("text", "json", "bytes") and draw.chance(0.06):
        found["compression"] = draw.choice(["pglz", "lz4"])
    if draw.chance(0.06):
        found["statistics"] = draw.choice([0, 250])
    if draw.chance(0.06):
        found["options"] = draw.choice(["n_distinct=-0.5", "n_distinct=10, n_distinct_inherited=20"])
    if draw.chance(0.1):
        found["not_null_name"] = world.name("nn")
    return found


def _column_text(name: str, c: Column) -> str:
    text = f"{quoted(name)} {c['type']}"
    text += f" COMPRESSION {c['compression']}" if c.get("compression") else ""
    text += f" COLLATE {c['collation']}" if c.get("collation") else ""
    text += f" DEFAULT {c['default']}" if c.get("default") else ""
    text += f" {c['identity']}" if c.get("identity") else ""
    text += f" {c['generated']}" if c.get("generated") else ""
    if c.get("not_null"):
        text += f" CONSTRAINT {quoted(c['not_null_name'])} NOT NULL" if c.get("not_null_name") else " NOT NULL"
    return text


def _column_extras(table: Thing, name: str, c: Column) -> Iterator[str]:
    head = f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(name)}"
    if c.get("storage"):
        yield f"{head} SET STORAGE {c['storage']}"
    if c.get("statistics") is not None:
        yield f"{head} SET STATISTICS {c['statistics']}"
    if c.get("options"):
        yield f"{head} SET ({c['options']})"
    if c.get("comment"):
        yield f"COMMENT ON COLUMN {table.sql}.{quoted(name)} IS {literal(c['comment'])}"


_OPTIONS: Final = (
    "",
    "",
    "",
    "",
    "fillfactor=70",
    "autovacuum_enabled=false",
    "fillfactor=80, autovacuum_vacuum_threshold=99",
    "parallel_workers=2",
)
_BOUNDS: Final = {
    "RANGE": ("FROM (1) TO (10)", "FROM (10) TO (100)", "FROM (MINVALUE) TO (1)", "FROM (100) TO (MAXVALUE)"),
    "LIST": ("IN (1)", "IN (2, 3)", "IN (NULL, 4)", "IN (10)"),
    "HASH": ("WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 2, REMAINDER 1)"),
}


def _table(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    columns: dict[str, Column] = {}
    for i in range(draw.randint(1, 6)):
        name = world.name("c") if i or draw.chance(0.4) else "id"
        columns[name] = column(world, columns, of="int" if not i else "")
    parts: Parts = {
        "columns": columns,
        "unlogged": draw.chance(0.05),
        "options": draw.choice(_OPTIONS),
        "row_security": draw.choice(["", "", "", "ENABLE", "FORCE", "both"]),
        "replica_identity": draw.choice(["", "", "", "", "FULL", "NOTHING"]),
        "inherits": None,
        "partition_by": None,
        "of": None,
        "column_order": draw.random(),
    }
    fate = draw.random()
    tables = [t for t in world.of("table") if like is None or t.name != like.name]
    if fate < 0.15:
        parts["partition_by"] = (draw.choice(sorted(_BOUNDS)), next(iter(columns)))
    elif fate < 0.27 and tables:
        parts["inherits"] = draw.choice(tables).sql
    elif fate < 0.32 and (of := world.any("composite")) is not None:
        parts["of"] = of.sql
        parts["columns"] = {n: {"type": f["type"], "family": "user"} for n, f in of.parts["fields"].items()}
    return parts


def _say_table(t: Thing) -> Iterator[str]:
    p = t.parts
    text = f"CREATE {'UNLOGGED ' if p['unlogged'] else ''}TABLE {t.sql} "
    if p["of"]:
        text += f"OF {p['of']}"
    else:
        text += f"({', '.join(_column_text(n, c) for n, c in p['columns'].items())})"
    if p["inherits"]:
        text += f" INHERITS ({p['inherits']})"
    if p["partition_by"]:
        text += f" PARTITION BY {p['partition_by'][0]} ({quoted(p['partition_by'][1])})"
    elif p["options"]:
        text += f" WITH ({p['options']})"
    yield text
    for name, c in p["columns"].items():
        yield from _column_extras(t, name, c)
    if p["row_security"] in ("ENABLE", "both"):
        yield f"ALTER TABLE {t.sql} ENABLE ROW LEVEL SECURITY"
    if p["row_security"] in ("FORCE", "both"):
        yield f"ALTER TABLE {t.sql} FORCE ROW LEVEL SECURITY"
    if p["replica_identity"]:
        yield f"ALTER TABLE {t.sql} REPLICA IDENTITY {p['replica_identity']}"
    yield from commented(t, "TABLE")


known(Kind("table", 5, _table, _say_table, stem="t", fixed=frozenset({"column_order"})))


def _partition(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    parents = [t for t in world.of("table", "partition") if t.parts["partition_by"]]
    if not parents:
        return None
    parent = draw.choice(parents)
    how, key = parent.parts["partition_by"]
    columns = parent.parts["columns"]
    name = draw.choice(sorted(columns))
    own = {}
    if draw.chance(0.3) and not columns[name].get("generated"):
        own[name] = draw.choice(["DEFAULT NULL", "NOT NULL", f"CHECK ({quoted(name)} IS NOT NULL)"])
    return {
        "columns": columns,
        "of": parent.sql,
        "bound": draw.choice([*(f"FOR VALUES {b}" for b in _BOUNDS[how]), *(["DEFAULT"] if how != "HASH" else [])]),
        "own": own,
        "partition_by": (how, key) if draw.chance(0.15) else None,
        "attached": draw.chance(0.2),
        "options": draw.choice(_OPTIONS),
        "column_comment": (name, world.comment()),
    }


def _say_partition(t: Thing) -> Iterator[str]:
    p = t.parts
    tail = f" PARTITION BY {p['partition_by'][0]} ({quoted(p['partition_by'][1])})" if p["partition_by"] else ""
    tail += f" WITH ({p['options']})" if p["options"] and not p["partition_by"] else ""
    own = ", ".join(f"{quoted(n)} {text}" if not text.startswith("CHECK") else text for n, text in p["own"].items())
    if p["attached"]:
        yield f"CREATE TABLE {t.sql} (LIKE {p['of']} INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY){tail}"
        yield f"ALTER TABLE {p['of']} ATTACH PARTITION {t.sql} {p['bound']}"
    else:
        yield f"CREATE TABLE {t.sql} PARTITION OF {p['of']} {f'({own})' if own else ''} {p['bound']}{tail}"
    name, comment = p["column_comment"]
    if comment:
        yield f"COMMENT ON COLUMN {t.sql}.{quoted(name)} IS {literal(comment)}"
    yield from commented(t, "TABLE")


known(Kind("partition", 2, _partition, _say_partition, stem="part", fixed=frozenset({"of", "columns"})))


# Constraints: each a thing of its own, added to its table.


def some_columns(world: World, t: Thing, *families: str, most: int = 2) -> list[str]:
    able = [n for n, c in t.parts["columns"].items() if not families or c["family"] in families]
    return world.draw.some(able, 1, most) if able else []


def condition(world: World, columns: dict[str, Column]) -> str:
    draw = world.draw
    name, c = draw.choice(sorted(columns.items(), key=lambda item: item[0]))
    texts = [*predicate(quoted(name), c["family"]), *calls(world, quoted(name), c["type"], "boolean")]
    text = draw.choice(texts)
    if draw.chance(0.2):
        return f"({text}) {draw.choice(['OR', 'AND'])} ({condition(world, columns)})"
    return text


_KEYED: Final = ("int", "text", "time", "uuid", "num", "bool", "user")


def _constraint(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    tables = world.of("table", "partition")
    tables = [t for t in tables if like is None or t.sql == like.parts["table"]]
    if not tables:
        return None
    t = draw.choice(tables)
    kinds = [_check, _check, _unique, _primary, _foreign, _foreign, _exclusion]
    # a key of a partition that is equal to one of the whole becomes a share of that one, or not, as they come
    what = draw.choice(kinds if t.kind == "table" else [_check, _foreign])
    text = what(world, t)
    if text is None:
        return None
    return {"schema": t.schema, "table": t.sql, "text": text, **({} if like is None else {"schema": like.schema})}


def _deferral(world: World) -> str:
    return world.draw.choice(["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"])


def _check(world: World, t: Thing) -> str:
    text = f"CHECK ({condition(world, t.parts['columns'])})"
    choices = ["", "", "", "", " NO INHERIT", " NOT VALID", *([" NOT ENFORCED"] if world.major >= 18 else [])]
    return text + world.draw.choice(choices)


def _key_columns(world: World, t: Thing) -> str:
    names = some_columns(world, t, *_KEYED)
    text = ", ".join(map(quoted, names))
    ranges = some_columns(world, t, "range", most=1)
    if ranges and world.major >= 18 and world.draw.chance(0.6):
        return f"({text}, {quoted(ranges[0])} WITHOUT OVERLAPS)"
    if world.draw.chance(0.15):
        others = [n for n in some_columns(world, t) if n not in names]
        return f"({text})" + (f" INCLUDE ({', '.join(map(quoted, others))})" if others else "")
    return f"({text})"


def _unique(world: World, t: Thing) -> str:
    draw = world.draw
    nulls = " NULLS NOT DISTINCT" if draw.chance(0.15) else ""
    options = " WITH (fillfactor=80)" if draw.chance(0.1) else ""
    return f"UNIQUE{nulls} {_key_columns(world, t)}{options}{_deferral(world)}"


def _primary(world: World, t: Thing) -> str:
    return f"PRIMARY KEY {_key_columns(world, t)}{_deferral(world)}"


_ACTIONS: Final = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


def _foreign(world: World, t: Thing) -> str | None:
    """To a key drawn before, from columns of the same type where there are any."""
    draw = world.draw
    keys = [k for k in world.of("constraint") if k.parts["text"].startswith(("PRIMARY KEY (", "UNIQUE ("))]
    key = draw.choice(keys) if keys else None
    goal = next((g for g in world.of("table", "partition") if key is not None and g.sql == key.parts["table"]), None)
    if key is None or goal is None:
        return None
    inner = key.parts["text"].partition("(")[2].partition(")")[0]
    period = " WITHOUT OVERLAPS" in inner
    targets = [n.strip() for n in inner.removesuffix(" WITHOUT OVERLAPS").split(", ")]
    types = {quoted(n): c["type"] for n, c in goal.parts["columns"].items()}
    own = [(quoted(n), c["type"]) for n, c in t.parts["columns"].items()]
    chosen: list[str] = []
    for target in targets:
        fit = [n for n, type in own if type == types.get(target) and n not in chosen]
        if not fit:
            return None
        chosen.append(draw.choice(fit))
    if period:
        chosen[-1], targets[-1] = f"PERIOD {chosen[-1]}", f"PERIOD {targets[-1]}"
    text = f"FOREIGN KEY ({', '.join(chosen)}) REFERENCES {goal.sql} ({', '.join(targets)})"
    text += draw.choice(["", "", " MATCH FULL"])
    text += f" ON DELETE {draw.choice(_ACTIONS)}" if draw.chance(0.5) else ""
    text += f" ON UPDATE {draw.choice(_ACTIONS)}" if draw.chance(0.3) else ""
    text += _deferral(world)
    return text + draw.choice(["", "", "", " NOT VALID", *([" NOT ENFORCED"] if world.major >= 18 else [])])


def _exclusion(world: World, t: Thing) -> str | None:
    draw = world.draw
    ranges = some_columns(world, t, "range", most=1)
    if not ranges:
        names = some_columns(world, t, "int", "text", most=1)
        return f"EXCLUDE USING btree ({quoted(names[0])} WITH =)" if names else None
    where = f" WHERE ({condition(world, t.parts['columns'])})" if draw.chance(0.3) else ""
    return f"EXCLUDE USING gist ({quoted(ranges[0])} WITH &&){where}{_deferral(world)}"


def _say_constraint(t: Thing) -> Iterator[str]:
    yield f"ALTER TABLE {t.parts['table']} ADD CONSTRAINT {quoted(t.name)} {t.parts['text']}"
    yield from commented(t, "CONSTRAINT", f"{quoted(t.name)} ON {t.parts['table']}")


known(Kind("constraint", 6, _constraint, _say_constraint, stem="con", fixed=frozenset({"table"})))


# Indexes and statistics.


def _index(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    tables = world.of("table", "table", "partition", "matview")
    tables = [t for t in tables if like is None or t.sql == like.parts["table"]]
    if not tables:
        return None
    t = draw.choice(tables)
    columns: dict[str, Column] = t.parts["columns"]
    name, c = draw.choice(sorted(columns.items(), key=lambda item: item[0]))
    method = {"array": "gin", "range": "gist", "json": "gin", "tsv": "gin"}.get(c["family"], "btree")
    if method == "btree" and draw.chance(0.1):
        method = draw.choice(["hash", "brin", "gist"])
    keys = [_index_key(world, name, c, method)]
    if method == "btree" and draw.chance(0.4):
        keys += [_index_key(world, n, columns[n], method) for n in some_columns(world, t) if n != name]
    unique = method == "btree" and draw.chance(0.25)
    return {
        "schema": like.schema if like else t.schema,
        "table": t.sql,
        "method": method,
        "unique": unique,
        "keys": keys,
        "include": list(some_columns(world, t)) if method == "btree" and draw.chance(0.15) else [],
        "nulls": unique and draw.chance(0.2),
        "options": "fillfactor=60" if method == "btree" and draw.chance(0.1) else "",
        "where": condition(world, columns) if draw.chance(0.25) else "",
        "mark": draw.choice(["", "", "", "", "", "cluster", "replica" if unique else ""]),
        "statistics": draw.choice([None, 123]) if keys[0].startswith("(") else None,
        "only": draw.chance(0.03),
    }


def _index_key(world: World, name: str, c: Column, method: str) -> str:
    draw, key = world.draw, quoted(name)
    if method != "btree":
        return key
    texts = [f"({p})" for p in predicate(key, c["family"])]
    for returns in ("integer", "text", "boolean"):
        texts += calls(world, key, c["type"], returns)
    if c["family"] == "text":
        texts += [f"lower({key})", f"({key} || 'x')", f'{key} COLLATE "C"', f"{key} text_pattern_ops"]
    if c["family"] == "int":
        texts += [f"({key} + 1)", f"abs({key})"]
    if (oc := world.any("opclass")) is not None and draw.chance(0.2):
        return f"{key} {oc.sql}"
    text = draw.choice(texts) if draw.chance(0.35) else key
    return text + draw.choice(["", "", "", " DESC", " DESC NULLS LAST", " NULLS FIRST"])


def _say_index(t: Thing) -> Iterator[str]:
    p = t.parts
    text = (
        f"CREATE {'UNIQUE ' if p['unique'] else ''}INDEX {quoted(t.name)} ON {'ONLY ' if p['only'] else ''}{p['table']}"
    )
    text += f" USING {p['method']} ({', '.join(p['keys'])})"
    text += f" INCLUDE ({', '.join(map(quoted, p['include']))})" if p["include"] else ""
    text += " NULLS NOT DISTINCT" if p["nulls"] else ""
    text += f" WITH ({p['options']})" if p["options"] else ""
    yield text + (f" WHERE {p['where']}" if p["where"] else "")
    if p["mark"] == "cluster":
        yield f"ALTER TABLE {p['table']} CLUSTER ON {quoted(t.name)}"
    if p["mark"] == "replica":
        yield f"ALTER TABLE {p['table']} REPLICA IDENTITY USING INDEX {quoted(t.name)}"
    if p["statistics"] is not None:
        yield f"ALTER INDEX {t.sql} ALTER COLUMN 1 SET STATISTICS {p['statistics']}"
    yield from commented(t, "INDEX")


known(Kind("index", 4, _index, _say_index, stem="ix", fixed=frozenset({"table"})))


def _statistics(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    tables = [t for t in world.of("table", "matview") if like is None or t.sql == like.parts["table"]]
    if not tables:
        return None
    t = draw.choice(tables)
    names = [quoted(n) for n in some_columns(world, t, most=3)]
    if draw.chance(0.4):
        name, c = draw.choice(sorted(t.parts["columns"].items(), key=lambda item: item[0]))
        names.append(f"({draw.choice(predicate(quoted(name), c['family']))})")
    kinds = draw.choice(["", "(ndistinct)", "(dependencies, mcv)", "(mcv)"]) if len(names) > 1 else ""
    return {"table": t.sql, "text": f"{kinds} ON {', '.join(names)}", "target": draw.choice([None, None, 0, 500])}


def _say_statistics(t: Thing) -> Iterator[str]:
    yield f"CREATE STATISTICS {t.sql} {t.parts['text']} FROM {t.parts['table']}"
    if t.parts["target"] is not None:
        yield f"ALTER STATISTICS {t.sql} SET STATISTICS {t.parts['target']}"
    yield from commented(t, "STATISTICS")


known(Kind("statistics", 1.2, _statistics, _say_statistics, stem="stat", fixed=frozenset({"table"})))

__all__ = ["FAMILIES", "Column", "column", "condition", "some_columns"]
