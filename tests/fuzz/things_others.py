"""What few schemas have: operators and their classes, casts, text search, foreign data, publications."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.strategies import quoted
from tests.fuzz.things import Kind, Parts, Thing, World, commented, known, literal
from tests.fuzz.things_tables import condition, some_columns
from tests.fuzz.things_types import a_type

_OPERATORS = ("@@@", "<~>", "===", "+^+", "~~|", "|-|")


def _operator(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    own = [f for f in world.of("function") if len(f.parts["arguments"]) == 2 and f.parts["returns"] == "boolean"]
    if own and draw.chance(0.6):
        f = draw.choice(own)
        left, right = (a["type"] for a in f.parts["arguments"])
        function = f.sql
    else:
        left = right = draw.choice(["integer", "text"])
        function = {"integer": "int4eq", "text": "texteq"}[left]
    name = like.name if like is not None else draw.choice(_OPERATORS)
    if like is not None:
        left, right = like.parts["sides"]
    return {
        "name": name,
        "sides": (left, right),
        "function": function,
        "more": draw.choice(
            ["", "", ", COMMUTATOR = OPERATOR({0}.{1})", ", RESTRICT = eqsel, JOIN = eqjoinsel", ", HASHES"]
        ),
    }


def _say_operator(t: Thing) -> Iterator[str]:
    p = t.parts
    left, right = p["sides"]
    more = p["more"].format(quoted(t.schema), t.name)
    name = f"{quoted(t.schema)}.{t.name}"
    yield f"CREATE OPERATOR {name} (FUNCTION = {p['function']}, LEFTARG = {left}, RIGHTARG = {right}{more})"
    yield from commented(t, "OPERATOR", f"{name} ({left}, {right})")


known(Kind("operator", 0.8, _operator, _say_operator, fixed=frozenset({"sides"})))


def _opclass(world: World, like: Thing | None) -> Parts:
    return {"default": False, "family": world.draw.choice(["", "", "integer_ops"])}


def _say_opclass(t: Thing) -> Iterator[str]:
    family = f" FAMILY {t.parts['family']}" if t.parts["family"] else ""
    members = ", ".join(f"OPERATOR {i} {o}" for i, o in enumerate(["<", "<=", "=", ">=", ">"], 1))
    yield (
        f"CREATE OPERATOR CLASS {t.sql} FOR TYPE integer USING btree{family} AS {members}, "
        "FUNCTION 1 btint4cmp(integer, integer)"
    )
    yield from commented(t, "OPERATOR CLASS", f"{t.sql} USING btree")


known(Kind("opclass", 0.5, _opclass, _say_opclass, stem="opc"))


def _cast(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    sources = world.of("enum", "composite", "domain")
    functions = [f for f in world.of("function") if len(f.parts["arguments"]) == 1]
    sources = [s for s in sources if s.kind != "domain"]
    if not sources:
        return None
    pairs = {(f.parts["arguments"][0]["type"], f.parts["returns"]): f for f in functions}
    source = draw.choice(sources)
    # not to text: that is how values are read here
    fit = [(s, r, f) for (s, r), f in pairs.items() if s in [x.sql for x in sources] and r != "text"]
    how, target, with_ = "WITH INOUT", "integer", ""
    if fit and draw.chance(0.7):
        chosen = draw.choice(fit)
        name, target, how = chosen[0], chosen[1], f"WITH FUNCTION {chosen[2].sql}({chosen[0]})"
    else:
        name = source.sql
        target = draw.choice(["integer", "json", "uuid"])
    if like is not None:
        name, target = like.parts["pair"]
        how = "WITH INOUT"
    return {
        "name": f"{name} as {target}",
        "pair": (name, target),
        "how": how + with_,
        # an implicit one makes the operators of a foreign key's composite ambiguous, in a restored dump as well
        "context": draw.choice(["", " AS ASSIGNMENT", " AS IMPLICIT"][: 3 if source.kind == "enum" else 2]),
    }


def _say_cast(t: Thing) -> Iterator[str]:
    name = f"({t.parts['pair'][0]} AS {t.parts['pair'][1]})"
    yield f"CREATE CAST {name} {t.parts['how']}{t.parts['context']}"
    yield from commented(t, "CAST", name)


known(Kind("cast", 0.6, _cast, _say_cast, in_schema=False, fixed=frozenset({"pair"})))


# Text search.


def _dictionary(world: World, like: Thing | None) -> Parts:
    options = ["TEMPLATE = simple", "TEMPLATE = simple, STOPWORDS = english", "TEMPLATE = snowball, LANGUAGE = german"]
    return {"options": world.draw.choice([*options, "TEMPLATE = simple, ACCEPT = false"])}


def _say_dictionary(t: Thing) -> Iterator[str]:
    yield f"CREATE TEXT SEARCH DICTIONARY {t.sql} ({t.parts['options']})"
    yield from commented(t, "TEXT SEARCH DICTIONARY")


known(Kind("dictionary", 0.5, _dictionary, _say_dictionary, stem="dict"))


def _configuration(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    own = world.any("dictionary")
    names = ["simple", "english_stem", *([own.sql] if own is not None else [])]
    said = {}
    for token in draw.some(["asciiword", "word", "numword", "email", "url"], 0, 3):
        said[token] = ", ".join(draw.some(names, 1, 2))
    return {"start": draw.choice(["COPY = pg_catalog.english", 'PARSER = "default"']), "mappings": said}


def _say_configuration(t: Thing) -> Iterator[str]:
    yield f"CREATE TEXT SEARCH CONFIGURATION {t.sql} ({t.parts['start']})"
    for token, names in t.parts["mappings"].items():
        verb = "ALTER" if t.parts["start"].startswith("COPY") else "ADD"
        yield f"ALTER TEXT SEARCH CONFIGURATION {t.sql} {verb} MAPPING FOR {token} WITH {names}"
    yield from commented(t, "TEXT SEARCH CONFIGURATION")


known(Kind("configuration", 0.6, _configuration, _say_configuration, stem="conf"))


# Foreign data.


def _options(world: World, *names: str) -> str:
    said = [f"{n} {literal(world.draw.choice(['a', 'it is', 'b%']))}" for n in world.draw.some(names, 0, 2)]
    return f" OPTIONS ({', '.join(said)})" if said else ""


def _say_wrapper(t: Thing) -> Iterator[str]:
    yield f"CREATE FOREIGN DATA WRAPPER {t.sql}{t.parts['options']}"
    yield from commented(t, "FOREIGN DATA WRAPPER")


known(
    Kind(
        "wrapper",
        0.4,
        lambda w, like: {"options": _options(w, "debug", "level")},
        _say_wrapper,
        stem="fdw",
        in_schema=False,
    )
)


def _server(world: World, like: Thing | None) -> Parts | None:
    wrapper = world.any("wrapper")
    if wrapper is None:
        return None
    return {
        "wrapper": wrapper.sql,
        "type": world.draw.choice(["", "", " TYPE 'file'"]),
        "version": world.draw.choice(["", " VERSION '1'", " VERSION '2'"]),
        "options": _options(world, "host", "port"),
        "mapping": world.draw.choice(["", "PUBLIC", "pg_monitor", "CURRENT_USER"]),
        "mapping_options": _options(world, "user", "remote"),
    }


def _say_server(t: Thing) -> Iterator[str]:
    p = t.parts
    yield f"CREATE SERVER {t.sql}{p['type']}{p['version']} FOREIGN DATA WRAPPER {p['wrapper']}{p['options']}"
    if p["mapping"]:
        yield f"CREATE USER MAPPING FOR {p['mapping']} SERVER {t.sql}{p['mapping_options']}"
    yield from commented(t, "SERVER")


known(Kind("server", 0.6, _server, _say_server, stem="srv", in_schema=False))


def _foreign_table(world: World, like: Thing | None) -> Parts | None:
    server = world.any("server")
    if server is None:
        return None
    draw = world.draw
    columns = {}
    for _ in range(draw.randint(1, 4)):
        type, of = a_type(world)
        columns[world.name("c")] = {
            "type": type,
            "family": of,
            "not_null": draw.chance(0.2),
            "options": _options(world, "column", "kind"),
            "comment": world.comment(),
        }
    return {"server": server.sql, "columns": columns, "options": _options(world, "path", "mode")}


def _say_foreign_table(t: Thing) -> Iterator[str]:
    p = t.parts
    columns = ", ".join(
        f"{quoted(n)} {c['type']}{c['options']}{' NOT NULL' if c['not_null'] else ''}" for n, c in p["columns"].items()
    )
    yield f"CREATE FOREIGN TABLE {t.sql} ({columns}) SERVER {p['server']}{p['options']}"
    for n, c in p["columns"].items():
        if c["comment"]:
            yield f"COMMENT ON COLUMN {t.sql}.{quoted(n)} IS {literal(c['comment'])}"
    yield from commented(t, "FOREIGN TABLE")


known(Kind("foreign_table", 0.8, _foreign_table, _say_foreign_table, stem="ft", fixed=frozenset({"server"})))


# Publications.


def _publication(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    goal: dict[str, str] = {}
    for t in draw.some(world.of("table", "partition"), 0, 3):
        columns = (
            f" ({', '.join(map(quoted, some_columns(world, t)))})" if draw.chance(0.3) and world.major >= 15 else ""
        )
        where = f" WHERE ({condition(world, t.parts['columns'])})" if draw.chance(0.3) and world.major >= 15 else ""
        goal[t.sql] = f"TABLE {t.sql}{columns}{where}"
    options = ["", "", "publish = 'insert, update'", "publish_via_partition_root = true", "publish = ''"]
    options += ["publish_generated_columns = stored"] if world.major >= 18 else []
    return {
        "every": draw.chance(0.1),
        "tables": goal,
        "schemas": {t.sql: f"TABLES IN SCHEMA {t.sql}" for t in draw.some(world.of("schema"), 0, 1)},
        "options": draw.choice(options),
    }


def _say_publication(t: Thing) -> Iterator[str]:
    p = t.parts
    options = f" WITH ({p['options']})" if p["options"] else ""
    if p["every"]:
        yield f"CREATE PUBLICATION {t.sql} FOR ALL TABLES{options}"
    else:
        yield f"CREATE PUBLICATION {t.sql}{options}"
        for text in (*p["schemas"].values(), *p["tables"].values()):
            yield f"ALTER PUBLICATION {t.sql} ADD {text}"
    yield from commented(t, "PUBLICATION")


known(Kind("publication", 0.8, _publication, _say_publication, stem="pub", in_schema=False))
