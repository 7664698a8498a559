"""What has a text of its own: functions, views, triggers, rules, policies, event triggers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from zlib import crc32

from tests.fuzz.strategies import quoted
from tests.fuzz.things import Kind, Parts, Thing, World, commented, known, literal
from tests.fuzz.things_tables import Column, condition, some_columns
from tests.fuzz.things_types import DEFAULTS, a_type, calls, family, predicate

Argument = dict[str, Any]


# Functions. Their name carries no arguments here: overloads are things of one name.


def _argument(world: World, *, default: bool) -> Argument:
    draw = world.draw
    type, of = a_type(world, "int", "text", "bool", "num", "time", "json", "array", "user", user=0.3)
    if draw.chance(0.08) and (t := world.any("table", "view")) is not None:
        type, of = t.sql, "user"
    said = draw.choice(DEFAULTS[of]) if default and DEFAULTS.get(of) else None
    return {"name": world.name("p"), "type": type, "default": said}


def _arguments(world: World) -> list[Argument]:
    draw = world.draw
    number = draw.choice([0, 1, 1, 1, 2, 3])
    start = draw.randint(0, number) if draw.chance(0.3) else number
    found = [_argument(world, default=i >= start) for i in range(number)]
    # all or none: a BEGIN ATOMIC body whose arguments have names in part is printed wrongly by the server (to 18)
    return found if draw.chance(0.7) else [{**a, "name": ""} for a in found]


def _ambiguous(world: World, named: Thing, arguments: list[Argument], like: Thing | None = None) -> bool:
    """Whether a call might mean another function of that name as well, since one has defaults: the server refuses it
    from then on, also when a dump is restored."""
    others = [f.parts["arguments"] for f in world.of("function") if f.sql == named.sql and f is not like]
    defaults = any(a["default"] for a in arguments)
    return any(
        (defaults or any(a["default"] for a in other)) and not _counts(other).isdisjoint(_counts(arguments))
        for other in others
    )


def _counts(arguments: list[Argument]) -> set[int]:
    """How many values a call may have."""
    return set(range(sum(not a["default"] for a in arguments), len(arguments) + 1))


_OPTIONS: Final = (
    "",
    "",
    "STRICT",
    "SECURITY DEFINER",
    "LEAKPROOF",
    "COST 7",
    "PARALLEL SAFE",
    "SET search_path = pg_catalog, public",
    "SET work_mem = '8MB'",
    "STRICT PARALLEL RESTRICTED COST 3",
    "SET search_path FROM CURRENT",
)


def _function(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    arguments = _arguments(world) if like is None or draw.chance(0.2) else like.parts["arguments"]
    overloaded = world.any("function") if like is None and draw.chance(0.15) else None
    if like is not None and _ambiguous(world, like, arguments, like):
        arguments = like.parts["arguments"]
    if overloaded is not None and _ambiguous(world, overloaded, arguments):
        overloaded = None
    parts: Parts = {
        "arguments": arguments,
        "volatility": draw.choice(["IMMUTABLE", "IMMUTABLE", "IMMUTABLE", "STABLE", "VOLATILE"]),
        "options": draw.choice(_OPTIONS),
        **({"schema": overloaded.schema, "name": overloaded.name} if overloaded else {}),
    }
    source = world.any("table", "view", "matview")
    fate = draw.random()
    if like is not None and like.parts["returns"] not in ("trigger", "event_trigger"):
        fate = max(fate, 0.17)  # what is called stays what can be called
    if fate < 0.12:
        return parts | {"arguments": [], "volatility": "VOLATILE", "returns": "trigger", **_body_of_trigger(world)}
    if fate < 0.17:
        return parts | {
            "arguments": [],
            "returns": "event_trigger",
            "language": "plpgsql",
            "body": "BEGIN NULL; END",
            "volatility": "",
        }
    if fate < 0.3 and source is not None:
        columns = list(source.parts["columns"])
        text = f"SELECT * FROM {source.sql}"
        returns, body = draw.choice(
            [
                (f"SETOF {source.sql}", text),
                (source.sql, f"{text} LIMIT 1"),
                ("bigint", f"SELECT count(*) FROM {source.sql}"),
                ("bigint", f"SELECT count({quoted(columns[0])}) FROM {source.sql}"),
                ("TABLE (n bigint, x text)", f"SELECT 1::bigint, {quoted(columns[-1])}::text FROM {source.sql}"),
            ]
        )
        atomic = draw.chance(0.4)
        return parts | {"returns": returns, "language": "sql", "body": body, "atomic": atomic, "volatility": "STABLE"}
    type, of = a_type(world, "int", "text", "bool", "bool", "bool", "user", user=0.2)
    return parts | {"returns": type, **_body(world, type, of, arguments)}


def _body_of_trigger(world: World) -> Parts:
    draw = world.draw
    t = world.any("table")
    reads = f"PERFORM 1 FROM {t.sql};" if t is not None and draw.chance(0.3) else ""
    body = draw.choice(
        ["BEGIN RETURN NEW; END", f"BEGIN {reads} RETURN coalesce(NEW, OLD); END", "BEGIN RETURN NULL; END"]
    )
    return {"language": "plpgsql", "body": body}


def _body(world: World, type: str, of: str, arguments: list[Argument]) -> Parts:
    """A body that gives a value of the type; other functions drawn before are called in it."""
    draw = world.draw
    values = {"bool": ["true", "1 < 2"], "int": ["1", "2 + 2"], "text": ["'a'", "'it''s $x$ \\ %s'"]}.get(of, ["NULL"])
    for i, a in enumerate(arguments, 1):
        if of == "bool":
            values += [f"${i} IS NOT NULL", *calls(world, f"${i}", a["type"], "boolean")]
        else:
            values += [f"${i}::text::{type}" if a["type"] != type else f"${i}"]
    value = draw.choice(values)
    if draw.chance(0.3):
        return {"language": "plpgsql", "body": f"BEGIN\n  RETURN ({value})::{type};\nEND"}
    return {"language": "sql", "body": f"SELECT ({value})::{type}", "atomic": draw.chance(0.35)}


def signature(f: Thing) -> str:
    return f"{f.sql}({', '.join(a['type'] for a in f.parts['arguments'])})"


def _say_function(t: Thing) -> Iterator[str]:
    p = t.parts
    arguments = ", ".join(
        f"{quoted(a['name']) + ' ' if a['name'] else ''}{a['type']}"
        + (f" DEFAULT {a['default']}" if a["default"] else "")
        for a in p["arguments"]
    )
    head = f"CREATE FUNCTION {t.sql}({arguments}) RETURNS {p['returns']} LANGUAGE {p['language']}"
    head += f" {p['volatility']} {p['options']}"
    if p.get("atomic"):
        yield f"{head}\nBEGIN ATOMIC\n {p['body']};\nEND"
    else:
        yield f"{head} AS $fn$\n{p['body']}\n$fn$"
    yield from commented(t, "FUNCTION", signature(t))


known(Kind("function", 6, _function, _say_function, stem="fn", fixed=frozenset({"language", "atomic"})))


def _procedure(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    t = world.any("table")
    body = f"DELETE FROM {t.sql} WHERE false" if t is not None else "SELECT 1"
    arguments = [_argument(world, default=False) for _ in range(draw.randint(0, 2))]
    return {
        "arguments": arguments if like is None else like.parts["arguments"],
        "body": draw.choice([body, "SELECT 2"]),
        "atomic": draw.chance(0.4),
        "options": draw.choice(["", "SECURITY DEFINER", "SET work_mem = '9MB'"]),
    }


def _say_procedure(t: Thing) -> Iterator[str]:
    p = t.parts
    arguments = ", ".join(a["type"] for a in p["arguments"])
    body = f"BEGIN ATOMIC {p['body']}; END" if p["atomic"] else f"AS $p$ {p['body']}; $p$"
    yield f"CREATE PROCEDURE {t.sql}({arguments}) LANGUAGE sql {p['options']} {body}"
    yield from commented(t, "PROCEDURE", f"{t.sql}({arguments})")


known(Kind("procedure", 0.8, _procedure, _say_procedure, stem="proc"))


def _aggregate(world: World, like: Thing | None) -> Parts:
    draw = world.draw
    own = [f for f in world.of("function") if [a["type"] for a in f.parts["arguments"]] == ["integer", "integer"]]
    step = draw.choice([*(f.sql for f in own if f.parts["returns"] == "integer"), "int4pl", "int4larger"])
    return {
        "step": step,
        "start": draw.choice(["", ", INITCOND = '0'", ", INITCOND = '5'"]),
        "more": draw.choice(["", ", PARALLEL = SAFE", ", COMBINEFUNC = int4pl", ", SORTOP = <"]),
    }


def _say_aggregate(t: Thing) -> Iterator[str]:
    p = t.parts
    yield f"CREATE AGGREGATE {t.sql}(integer) (SFUNC = {p['step']}, STYPE = integer{p['start']}{p['more']})"
    yield from commented(t, "AGGREGATE", f"{t.sql}(integer)")


known(Kind("aggregate", 0.7, _aggregate, _say_aggregate, stem="agg"))


# Views.


def _query(world: World, like: Thing | None) -> Parts | None:
    """A query with the columns that it gives."""
    draw = world.draw
    sources = list(world.of("table", "table", "partition", "view", "matview", "foreign_table"))
    sources = [s for s in sources if like is None or s.sql != like.sql]
    if not sources:
        return None
    source = draw.choice(sources)
    columns: dict[str, Column] = source.parts["columns"]
    chosen = {n: columns[n] for n in draw.some(list(columns), 1, 4)}
    items, outputs = [], {}
    for n, c in chosen.items():
        out = world.name("o") if draw.chance(0.25) else n
        text, kept = f"s.{quoted(n)}", {"type": c["type"], "family": c["family"]}
        if draw.chance(0.15):
            more = [(x, "boolean") for x in calls(world, text, c["type"], "boolean")]
            more += [(f"({p})", "boolean") for p in predicate(text, c["family"])] + [(f"{text}::text", "text")]
            text, type = draw.choice(more)
            kept = {"type": type, "family": family(type)}
        items.append(f"{text} AS {quoted(out)}")
        outputs[out] = kept
    query = f"SELECT {', '.join(items)} FROM {source.sql} AS s"
    kind = draw.choice(["plain", "plain", "where", "count", "join", "union", "cte", "window", "lateral", "recursive"])
    if kind == "where":
        query += f" WHERE {condition(world, dict(chosen.items()))}"
    elif kind == "count":
        query = f"SELECT {', '.join([*items, 'count(*) AS how_many'])} FROM {source.sql} AS s GROUP BY "
        query += ", ".join(f"s.{quoted(n)}" for n in chosen)
        outputs["how_many"] = {"type": "bigint", "family": "int"}
    elif kind == "join":
        query += f" LEFT JOIN {draw.choice(sources).sql} AS o ON true"
    elif kind == "union":
        query = f"{query} UNION ALL {query}"
    elif kind == "cte":
        query = f"WITH w AS (SELECT * FROM {source.sql}) {query.replace(f'FROM {source.sql} AS s', 'FROM w AS s')}"
    elif kind == "window":
        query = query.replace(" FROM ", ", row_number() OVER (ORDER BY 1) AS nr FROM ", 1)
        outputs["nr"] = {"type": "bigint", "family": "int"}
    elif kind == "lateral" and (f := _setter(world)) is not None:
        query += f" CROSS JOIN LATERAL {f.sql}() AS l"
    elif kind == "recursive":
        query = f"WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) {query}, r"
    return {"query": query, "columns": outputs}


def _setter(world: World) -> Thing | None:
    able = [f for f in world.of("function") if f.parts["returns"].startswith("SETOF") and not f.parts["arguments"]]
    return world.draw.choice(able) if able else None


def _view(world: World, like: Thing | None) -> Parts | None:
    found = _query(world, like)
    if found is None:
        return None
    draw = world.draw
    options = ["", "", "", "security_barrier=true", *(["security_invoker=true"] if world.major >= 15 else [])]
    return {
        "definition": found["query"],
        "columns": found["columns"],
        "options": draw.choice([*options, *(["check_option=cascaded"] if " WHERE " in found["query"] else [])]),
        "column_comment": (draw.choice(list(found["columns"])), world.comment()),
        "default": draw.choice(["", "", "", "NULL"]),
    }


def _say_view(t: Thing) -> Iterator[str]:
    p = t.parts
    options = f" WITH ({p['options']})" if p["options"] else ""
    yield f"CREATE VIEW {t.sql}{options} AS {p['definition']}"
    yield from commented(t, "VIEW")
    name, comment = p["column_comment"]
    if comment:
        yield f"COMMENT ON COLUMN {t.sql}.{quoted(name)} IS {literal(comment)}"
    if p["default"]:
        yield f"ALTER VIEW {t.sql} ALTER COLUMN {quoted(name)} SET DEFAULT {p['default']}"


known(Kind("view", 5, _view, _say_view, stem="v", fixed=frozenset({"columns"})))


def _matview(world: World, like: Thing | None) -> Parts | None:
    found = _query(world, like)
    if found is None:
        return None
    options = world.draw.choice(["", "", "fillfactor=70"])
    return {
        "definition": found["query"],
        "columns": found["columns"],
        "options": options,
        "data": world.draw.chance(0.7),
    }


def _say_matview(t: Thing) -> Iterator[str]:
    p = t.parts
    options = f" WITH ({p['options']})" if p["options"] else ""
    data = "" if p["data"] else " WITH NO DATA"
    yield f"CREATE MATERIALIZED VIEW {t.sql}{options} AS {p['definition']}{data}"
    yield from commented(t, "MATERIALIZED VIEW")


known(Kind("matview", 1.5, _matview, _say_matview, stem="mv", fixed=frozenset({"columns"})))


# Triggers, rules, policies.


def _trigger(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    functions = [f for f in world.of("function") if f.parts["returns"] == "trigger"]
    targets = world.of("table", "table", "partition", "view")
    targets = [t for t in targets if like is None or t.sql == like.parts["table"]]
    if not functions or not targets:
        return None
    t = draw.choice(targets)
    if t.kind == "view":
        when, level, more = f"INSTEAD OF {draw.choice(['INSERT', 'UPDATE', 'DELETE'])}", "ROW", ""
    else:
        when, level, more = _timing(world, t)
    arguments = draw.choice(["", "", "'x'", "'it''s', '%'"])
    constraint = draw.chance(0.2) and when.startswith("AFTER") and level == "ROW" and "REFERENCING" not in more
    deferral = draw.choice(["", "DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE"]) if constraint else ""
    f = draw.choice(functions)
    text = f"{when} ON {t.sql} {deferral} {more} FOR EACH {level}"
    if level == "ROW" and t.kind != "view" and draw.chance(0.3) and "INSERT" in when and "DELETE" not in when:
        name = draw.choice(sorted(t.parts["columns"]))
        text += f" WHEN (NEW.{quoted(name)} IS NOT NULL)"
    elif level == "ROW" and when.endswith("UPDATE") and draw.chance(0.3) and t.kind != "view":
        text += " WHEN (OLD.* IS DISTINCT FROM NEW.*)"
    return {
        "table": t.sql,
        "constraint": constraint,
        "text": f"{text} EXECUTE FUNCTION {f.sql}({arguments})",
        "enabled": draw.choice(["", "", "", "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS"]) if t.kind != "view" else "",
        "schema": like.schema if like else t.schema,
        "partitions": _partitions(world, t),
    }


def _partitions(world: World, t: Thing) -> list[str]:
    """The partitions of a table on every level, as far as they have been drawn."""
    below = [p for p in world.of("partition") if p.parts["of"] == t.sql]
    return [sql for p in below for sql in (p.sql, *_partitions(world, p))]


def _timing(world: World, t: Thing) -> tuple[str, str, str]:
    draw = world.draw
    events = draw.some(["INSERT", "UPDATE", "DELETE"], 1, 2)
    if events == ["UPDATE"] and draw.chance(0.5):
        events = [f"UPDATE OF {', '.join(map(quoted, some_columns(world, t)))}"]
    level = draw.choice(["ROW", "ROW", "STATEMENT"])
    when = draw.choice(["BEFORE", "AFTER", "AFTER"])
    more = ""
    if when == "AFTER" and len(events) == 1 and " OF " not in events[0] and draw.chance(0.25):
        tables = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}[events[0]]
        more = "REFERENCING " + " ".join(f"{x} TABLE AS {x.lower()}_rows" for x in tables)
    return f"{when} {' OR '.join(events)}", level, more


def _say_trigger(t: Thing) -> Iterator[str]:
    p = t.parts
    yield f"CREATE {'CONSTRAINT ' if p['constraint'] else ''}TRIGGER {quoted(t.name)} {p['text']}"
    if p["enabled"]:
        yield f"ALTER TABLE {p['table']} {p['enabled']} TRIGGER {quoted(t.name)}"
    yield from commented(t, "TRIGGER", f"{quoted(t.name)} ON {p['table']}")
    yield from _copies_of_trigger(t)


_STATES: Final = ("ENABLE", "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS")


def _copies_of_trigger(t: Thing) -> Iterator[str]:
    """What of partitions' copies is otherwise than the whole's, by the trigger's own text."""
    p = t.parts
    for name in p["partitions"]:
        chance = crc32(f"{t.name} {p['text']} {p['enabled']} {name}".encode())
        if chance % 3:
            only = "ONLY " if chance // 3 % 2 else ""
            yield f"ALTER TABLE {only}{name} {_STATES[chance // 6 % 4]} TRIGGER {quoted(t.name)}"
        if chance // 24 % 4 == 0:
            yield f"COMMENT ON TRIGGER {quoted(t.name)} ON {name} IS 'of a part'"


known(Kind("trigger", 3, _trigger, _say_trigger, stem="tr", fixed=frozenset({"table", "constraint", "partitions"})))


def _rule(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    targets = [t for t in world.of("table", "view") if like is None or t.sql == like.parts["table"]]
    if not targets:
        return None
    t, other = draw.choice(targets), world.any("table")
    event = draw.choice(["INSERT", "UPDATE", "DELETE"])
    action = draw.choice(["NOTHING", "NOTHING", f"NOTIFY {quoted(world.name('ch'))}"])
    if other is not None and other.sql != t.sql and draw.chance(0.4):
        name = quoted(draw.choice(sorted(other.parts["columns"])))
        action = draw.choice([f"DELETE FROM {other.sql} WHERE {name} IS NULL", f"UPDATE {other.sql} SET {name} = NULL"])
    where = ""
    if draw.chance(0.3):
        row = "OLD" if event != "INSERT" else "NEW"
        where = f" WHERE {row}.{quoted(draw.choice(sorted(t.parts['columns'])))} IS NOT NULL"
    return {
        "table": t.sql,
        "schema": like.schema if like else t.schema,
        "text": f"AS ON {event} TO {t.sql}{where} DO {draw.choice(['INSTEAD', 'ALSO'])} {action}",
        "enabled": draw.choice(["", "", "DISABLE", "ENABLE ALWAYS"]),
    }


def _say_rule(t: Thing) -> Iterator[str]:
    p = t.parts
    yield f"CREATE RULE {quoted(t.name)} {p['text']}"
    if p["enabled"]:
        yield f"ALTER TABLE {p['table']} {p['enabled']} RULE {quoted(t.name)}"
    yield from commented(t, "RULE", f"{quoted(t.name)} ON {p['table']}")


known(Kind("rule", 1.2, _rule, _say_rule, stem="ru", fixed=frozenset({"table"})))


def _policy(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    tables = [t for t in world.of("table", "partition") if like is None or t.sql == like.parts["table"]]
    if not tables:
        return None
    t = draw.choice(tables)
    command = draw.choice(["", "FOR ALL", "FOR SELECT", "FOR INSERT", "FOR UPDATE", "FOR DELETE"])
    other = world.any("table", "view")
    using = condition(world, t.parts["columns"])
    if other is not None and draw.chance(0.3):
        using = (
            f"EXISTS (SELECT FROM {other.sql} AS o WHERE o.{quoted(next(iter(other.parts['columns'])))} IS NOT NULL)"
        )
    check = condition(world, t.parts["columns"])
    said = "" if command == "FOR INSERT" else f" USING ({using})"
    said += f" WITH CHECK ({check})" if command not in ("FOR SELECT", "FOR DELETE") and draw.chance(0.5) else ""
    if command == "FOR INSERT" and not said:
        said = f" WITH CHECK ({check})"
    restrictive = draw.choice(["", "", "AS RESTRICTIVE "])
    roles = draw.choice(["PUBLIC", "CURRENT_USER", "pg_monitor, pg_read_all_data"])
    return {
        "table": t.sql,
        "schema": like.schema if like else t.schema,
        "text": f"{restrictive}{command} TO {roles}{said}",
    }


def _say_policy(t: Thing) -> Iterator[str]:
    yield f"CREATE POLICY {quoted(t.name)} ON {t.parts['table']} {t.parts['text']}"
    yield from commented(t, "POLICY", f"{quoted(t.name)} ON {t.parts['table']}")


known(Kind("policy", 2, _policy, _say_policy, stem="pol", fixed=frozenset({"table"})))


def _event_trigger(world: World, like: Thing | None) -> Parts | None:
    draw = world.draw
    functions = [f for f in world.of("function") if f.parts["returns"] == "event_trigger"]
    if not functions:
        return None
    tags = draw.choice(
        ["", " WHEN TAG IN ('CREATE CONVERSION')", " WHEN TAG IN ('CREATE CONVERSION', 'DROP CONVERSION')"]
    )
    event = draw.choice(["ddl_command_start", "ddl_command_end"])
    return {
        "text": f"ON {event}{tags} EXECUTE FUNCTION {draw.choice(functions).sql}()",
        "enabled": draw.choice(["", "DISABLE", "ENABLE ALWAYS"]),
    }


def _say_event_trigger(t: Thing) -> Iterator[str]:
    yield f"CREATE EVENT TRIGGER {t.sql} {t.parts['text']}"
    if t.parts["enabled"]:
        yield f"ALTER EVENT TRIGGER {t.sql} {t.parts['enabled']}"
    yield from commented(t, "EVENT TRIGGER")


known(Kind("event_trigger", 0.5, _event_trigger, _say_event_trigger, stem="evt", in_schema=False))
