"""Schemas, extensions, types, collations, sequences: what tables are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.fuzz.things import Kind, Parts, Thing, World, commented, known, literal

FAMILIES: Final = {
    "int": ("smallint", "integer", "bigint", "integer", "integer"),
    "num": ("numeric(10,2)", "numeric", "real", "double precision", "numeric(6)"),
    "text": ("text", "varchar(40)", "varchar", "char(12)", "character varying(80)", "text"),
    "time": ("date", "timestamp", "timestamptz", "timestamp(3)"),
    "bool": ("boolean",),
    "uuid": ("uuid",),
    "json": ("jsonb", "json"),
    "bytes": ("bytea",),
    "range": ("int4range", "daterange", "int4range"),
    "array": ("integer[]", "text[]", "varchar(10)[]"),
    "tsv": ("tsvector",),
    "other": (
        "interval",
        "inet",
        "bit(4)",
        "time",
        "point",
        "xml",
        "money",
        "interval day to second(2)",
        "name",
        "oid",
    ),
}
DEFAULTS: Final = {
    "int": ("0", "42", "-1", "(1 + 1)", "length('abc')"),
    "num": ("0", "1.5", "-2", "random()"),
    "text": ("'x'", "'it''s'", "''", "upper('a')", "'a' || 'b'", "NULL", "current_user", "'%s'"),
    "time": ("now()", "CURRENT_TIMESTAMP", "'2020-01-01'", "'infinity'", "CURRENT_DATE"),
    "bool": ("true", "false", "1 > 0"),
    "uuid": ("gen_random_uuid()",),
    "json": ("'{}'", "'{\"a\": [1, null]}'"),
    "bytes": ("'\\xdeadbeef'",),
    "range": ("'empty'",),
    "array": ("'{}'", "'{NULL}'", "ARRAY[]::integer[]"),
    "tsv": ("''",),
    "other": (),
}
PREDICATES: Final = {
    "int": (
        "{0} > 0",
        "{0} BETWEEN 0 AND 1000",
        "{0} IN (1, 2, 3, 50)",
        "{0} IS NOT NULL",
        "{0} % 2 = 0",
        "{0}::text <> ''",
    ),
    "num": ("{0} >= 0", "{0} <> 7.5", "abs({0}) < 1000000"),
    "text": (
        "{0} <> ''",
        "length({0}) < 30",
        "{0} IN ('a', 'b', 'abc', 'x')",
        "{0} LIKE 'a%'",
        "{0} ~ '^[a-z]'",
        "{0} SIMILAR TO 'a|b'",
        "CASE WHEN {0} = 'a' THEN true ELSE false END",
        "coalesce({0}, 'x') <> 'y'",
    ),
    "time": ("{0} > '1999-01-01'", "{0} IS NOT NULL", "extract(year FROM {0}) > 1990"),
    "bool": ("{0}", "NOT {0}", "{0} IS NOT FALSE"),
    "array": ("cardinality({0}) < 5", "{0} IS NOT NULL"),
    "range": ("NOT isempty({0})",),
}


def family(type: str) -> str:
    return next((f for f, types in FAMILIES.items() if type in types), "user")


def predicate(name: str, of: str) -> tuple[str, ...]:
    return tuple(p.format(name) for p in PREDICATES.get(of, ("{0} IS NOT NULL",)))


def a_type(world: World, *families: str, user: float = 0.25) -> tuple[str, str]:
    """A type with its family; of a user's type the family is what it is over, or `user`."""
    draw = world.draw
    if draw.chance(user) and (t := world.any("enum", "domain", "composite", "range", "domain")) is not None:
        of = {"domain": t.parts.get("family", "user"), "range": "range"}.get(t.kind, "user")
        if not families or of in families:
            array = draw.chance(0.15)
            return (f"{t.sql}[]", "user") if array else (t.sql, of)
    of = draw.choice([f for f in families if f in FAMILIES] or ("int", "text", "int", "text", *FAMILIES))
    return draw.choice(FAMILIES[of]), of


# Schemas and extensions.

known(
    Kind(
        "schema",
        0.4,
        lambda w, like: {},
        lambda t: _chain(f"CREATE SCHEMA {t.sql}", commented(t, "SCHEMA")),
        stem="app",
        in_schema=False,
    )
)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


_EXTENSIONS: Final = ("btree_gist", "citext", "hstore", "pg_trgm", "uuid-ossp", "pgcrypto", "btree_gin", "intarray")


def _extension(world: World, like: Thing | None) -> Parts | None:
    return {"name": like.name if like else world.draw.choice(_EXTENSIONS), "in": world.schema()}


known(
    Kind(
        "extension",
        0.3,
        _extension,
        lambda t: iter([f'CREATE EXTENSION {t.sql} SCHEMA "{t.parts["in"].replace(chr(34), chr(34) * 2)}"']),
        in_schema=False,
    )
)


# Types.


def _enum(world: World, like: Thing | None) -> Parts:
    labels = world.draw.some(["happy", "sad", "it's", "So So", "ok", "ёж", 'q"', "a,b"], 2, 5)
    if like is not None and world.draw.chance(0.6):
        labels = [*like.parts["labels"]]
        labels.insert(world.draw.randint(0, len(labels)), world.name("label"))
    return {"labels": labels}


def _say_enum(t: Thing) -> Iterator[str]:
    yield f"CREATE TYPE {t.sql} AS ENUM ({', '.join(literal(x) for x in t.parts['labels'])})"
    yield from commented(t, "TYPE")


known(Kind("enum", 1.2, _enum, _say_enum, stem="mood"))


def _domain(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    type, of = a_type(world, user=0.3)
    default = draw.choice(DEFAULTS[of]) if DEFAULTS.get(of) and draw.chance(0.3) else None
    checks = {}
    for _ in range(draw.randint(0, 2)):
        text = draw.choice([*predicate("VALUE", of), *calls(world, "VALUE", type, "boolean")])
        checks[world.name("dck")] = {"text": text, "not_valid": draw.chance(0.1), "comment": world.comment()}
    return {
        "type": type,
        "family": of,
        "default": default,
        "not_null": draw.chance(0.15),
        "checks": checks,
        "collation": draw.maybe(0.1, '"C"') if of == "text" else None,
    }


def _say_domain(t: Thing) -> Iterator[str]:
    p = t.parts
    text = f"CREATE DOMAIN {t.sql} AS {p['type']}"
    text += f" COLLATE {p['collation']}" if p["collation"] else ""
    text += f" DEFAULT {p['default']}" if p["default"] else ""
    yield text + (" NOT NULL" if p["not_null"] else "")
    for name, check in p["checks"].items():
        head = f'"{name.replace(chr(34), chr(34) * 2)}"'
        tail = " NOT VALID" if check["not_valid"] else ""
        yield f"ALTER DOMAIN {t.sql} ADD CONSTRAINT {head} CHECK ({check['text']}){tail}"
        if check["comment"]:
            yield f"COMMENT ON CONSTRAINT {head} ON DOMAIN {t.sql} IS {literal(check['comment'])}"
    yield from commented(t, "DOMAIN")


known(Kind("domain", 1.6, _domain, _say_domain, stem="dom"))


def _composite(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    fields: dict[str, Any] = {}
    for _ in range(draw.randint(1, 4)):
        type, of = a_type(world)
        fields[world.name("f")] = {
            "type": type,
            "collation": draw.maybe(0.1, '"C"') if of == "text" else None,
            "comment": world.comment(),
        }
    return {"fields": fields}


def _say_composite(t: Thing) -> Iterator[str]:
    fields = {f'"{n.replace(chr(34), chr(34) * 2)}"': f for n, f in t.parts["fields"].items()}
    inner = ", ".join(
        f"{n} {f['type']}" + (f" COLLATE {f['collation']}" if f["collation"] else "") for n, f in fields.items()
    )
    yield f"CREATE TYPE {t.sql} AS ({inner})"
    yield from commented(t, "TYPE")
    for n, f in fields.items():
        if f["comment"]:
            yield f"COMMENT ON COLUMN {t.sql}.{n} IS {literal(f['comment'])}"


known(Kind("composite", 1.2, _composite, _say_composite, stem="comp"))


def _range(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    type = draw.choice(["integer", "bigint", "text", "numeric", "timestamptz", "double precision", "date"])
    if draw.chance(0.3) and (t := world.any("enum", "domain")) is not None:
        type = t.sql
    return {
        "type": type,
        "diff": "float8mi" if type == "double precision" and draw.chance(0.7) else None,
        "multi": draw.maybe(0.3, world.name("multi")),
        "collation": '"C"' if type == "text" and draw.chance(0.3) else None,
    }


def _say_range(t: Thing) -> Iterator[str]:
    p = t.parts
    text = f"subtype = {p['type']}"
    text += f", subtype_diff = {p['diff']}" if p["diff"] else ""
    text += f", collation = {p['collation']}" if p["collation"] else ""
    if p["multi"]:
        name = p["multi"].replace('"', '""')
        text += f', multirange_type_name = "{t.schema.replace(chr(34), chr(34) * 2)}"."{name}"'
    yield f"CREATE TYPE {t.sql} AS RANGE ({text})"
    yield from commented(t, "TYPE")


known(Kind("range", 0.7, _range, _say_range, stem="rng"))

_COLLATIONS: Final = (
    "provider = libc, locale = 'C'",
    "provider = libc, lc_collate = 'C', lc_ctype = 'POSIX'",
    "provider = icu, locale = 'und'",
    "provider = icu, locale = 'de-u-co-phonebk'",
    "provider = icu, locale = 'und-u-ks-level2', deterministic = false",
    "provider = builtin, locale = 'C.UTF-8'",
    "provider = icu, locale = 'und', rules = '&V << w <<< W'",
)


def _say_collation(t: Thing) -> Iterator[str]:
    yield f"CREATE COLLATION {t.sql} ({t.parts['options']})"
    yield from commented(t, "COLLATION")


known(Kind("collation", 0.6, lambda w, like: {"options": w.draw.choice(_COLLATIONS)}, _say_collation, stem="coll"))


# Sequences.


def sequence_options(world: World) -> str:
    draw = world.draw
    down = draw.chance(0.1)
    said = [
        draw.choice(["INCREMENT -1", "INCREMENT BY -2"]) if down else draw.choice(["", "", "INCREMENT 3"]),
        draw.choice(["", "", f"START {-5 if down else 5}"]),
        draw.choice(["", f"MINVALUE {-10 if down else 2}", "NO MINVALUE"]),
        draw.choice(["", f"MAXVALUE {-1 if down else 1000}"]),
        draw.choice(["", "", "CACHE 20"]),
        draw.choice(["", "", "CYCLE"]),
    ]
    return " ".join(filter(None, said))


def _sequence(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    owner = None
    if draw.chance(0.25) and (table := world.any("table")) is not None:
        owner = (table.schema, table.sql, draw.choice(list(table.parts["columns"])))
    return {
        "type": draw.choice(["", "", "AS integer", "AS smallint"]),
        "options": sequence_options(world),
        "unlogged": draw.chance(0.05),
        "owner": owner,
        **({} if owner is None or like is not None else {"schema": owner[0]}),
    }


def _say_sequence(t: Thing) -> Iterator[str]:
    p = t.parts
    yield f"CREATE {'UNLOGGED ' if p['unlogged'] else ''}SEQUENCE {t.sql} {p['type']} {p['options']}"
    if p["owner"]:
        _, table, column = p["owner"]
        yield f'ALTER SEQUENCE {t.sql} OWNED BY {table}."{column.replace(chr(34), chr(34) * 2)}"'
    yield from commented(t, "SEQUENCE")


known(Kind("sequence", 1.2, _sequence, _say_sequence, stem="seq"))


def calls(world: World, value: str, type: str, returns: str) -> list[str]:
    """Calls of functions drawn before, with one value of a type, that give another; of any where it fits none."""
    found = [f for f in world.of("function") if f.parts["returns"] == returns and len(f.parts["arguments"]) == 1]
    exact = [f for f in found if f.parts["arguments"][0]["type"] == type]
    return [f"{f.sql}({value})" for f in exact] * 3 + [
        f"{f.sql}({value}::{f.parts['arguments'][0]['type']})" for f in found
    ]
