"""Views, functions, triggers, rules, policies, statistics objects, event triggers: their own text, put back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ...model.address import Address
from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.objects import Child, Object
from ...model.programs import EventTrigger, Function, MaterializedView, Rule, Statistics, Trigger, View
from ...model.security import Policy
from ...model.tables import Table
from ..base import Rendering
from .casts import usual_storage
from .rendering import RENDER, comment, commented, noun, option_changes, owner, recommented, sql, tied
from .spelling import at, cut, ident, literal, qualified, with_options
from .view_columns import keeps_columns, renamed

_EACH_ROW: Final = " FOR EACH ROW "
_CREATE: Final = re.compile(r"\ACREATE (?:OR REPLACE )?")
STATES: Final = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}
_CHECKED: Final = frozenset({"sql", "plpgsql"})


@RENDER.on("create", View)
def create_view(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, View)
    v = step.change.new
    yield sql(_view(v, "CREATE VIEW"))
    yield from commented(v, "VIEW", at(v.address))
    yield from _column_comments({}, dict(v.column_comments), at(v.address))
    yield from _column_defaults({}, dict(v.column_defaults), at(v.address))


def _view(v: View, verb: str) -> str:
    options = f" WITH {with_options(v.options)}" if v.options else ""
    return f"{verb} {at(v.address)}{options} AS\n{v.definition}"


def _column_comments(old: dict[str, str], new: dict[str, str], name: str) -> Iterator[Statement]:
    for column in sorted(old.keys() | new.keys()):
        if old.get(column) != new.get(column):
            yield comment("COLUMN", f"{name}.{ident(column)}", new.get(column))


def _column_defaults(old: dict[str, str], new: dict[str, str], name: str) -> Iterator[Statement]:
    for column in sorted(old.keys() | new.keys()):
        if old.get(column) != new.get(column):
            head = f"ALTER VIEW {name} ALTER COLUMN {ident(column)}"
            yield sql(f"{head} SET DEFAULT {new[column]}" if column in new else f"{head} DROP DEFAULT")


@RENDER.on("alter", View)
def alter_view(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new, fields = step.change.old, step.change.new, step.change.fields
    assert isinstance(old, View) and isinstance(new, View)
    name = at(new.address)
    names = renamed(old, new) if "columns" in fields else {}
    for was, will in names.items():
        yield sql(f"ALTER VIEW {name} RENAME COLUMN {ident(was)} TO {ident(will)}")
    if fields & {"definition", "columns"}:
        yield sql(_view(new, "CREATE OR REPLACE VIEW"))
    elif "options" in fields:
        yield from option_changes(f"ALTER VIEW {name}", old.options, new.options)
    yield from recommented(step, "VIEW", name)
    comments, defaults = ({names.get(c, c): t for c, t in o} for o in (old.column_comments, old.column_defaults))
    yield from _column_comments(comments, dict(new.column_comments), name)
    yield from _column_defaults(defaults, dict(new.column_defaults), name)


@RENDER.on("create", MaterializedView)
def create_materialized(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, MaterializedView)
    v = step.change.new
    text = f"CREATE MATERIALIZED VIEW {at(v.address)}"
    text += f" USING {ident(v.access_method)}" if v.access_method is not None else ""
    text += f" WITH {with_options(v.options)}" if v.options else ""
    text += f" TABLESPACE {ident(v.tablespace)}" if v.tablespace is not None else ""
    unfilled = _unfilled(v, context) if v.populated else []
    yield sql(f"{text} AS\n{v.definition}" + ("\nWITH NO DATA" if unfilled or not v.populated else ""))
    if unfilled:
        yield sql(_filled_if_it_can(v, unfilled))
    yield from tied(f"MATERIALIZED VIEW {at(v.address)}", (), v.depends_on_extensions)
    yield from commented(v, "MATERIALIZED VIEW", at(v.address))
    yield from _column_comments({}, dict(v.column_comments), at(v.address))
    yield from _column_settings(None, v, context)


def _column_settings(old: MaterializedView | None, new: MaterializedView, context: Rendering) -> Iterator[Statement]:
    """What the columns of a materialised view have beside their types."""
    types = {c.name: c.type for c in new.columns}
    named = context.profile.capabilities["storage_default"]
    for field, clause in _SETTINGS.items():
        was, will = (dict(getattr(v, field, ())) for v in (old, new))
        for column in sorted(was.keys() | will.keys()):
            if was.get(column) != will.get(column):
                usual = field == "column_storage" and not named
                default = usual_storage(types.get(column, ""), context.new) if usual else "default"
                head = f"ALTER MATERIALIZED VIEW {at(new.address)} ALTER COLUMN {ident(column)}"
                yield from (sql(f"{head} {c}") for c in clause(was.get(column), will.get(column), default))


def _optioned(old: str | None, new: str | None) -> Iterator[str]:
    was, will = (dict(o.split("=", 1) for o in (text or "").split(", ") if o) for text in (old, new))
    if gone := sorted(was.keys() - will.keys()):
        yield f"RESET ({', '.join(gone)})"
    if will:
        yield f"SET {with_options(tuple(will.items()))}"


_SETTINGS: Final[dict[str, Callable[[str | None, str | None, str], Iterable[str]]]] = {
    "column_storage": lambda _, new, default: [f"SET STORAGE {(new or default).upper()}"],
    "column_compression": lambda _, new, default: [f"SET COMPRESSION {new or default}"],
    "column_statistics": lambda _, new, default: [f"SET STATISTICS {new or '-1'}"],
    "column_options": lambda old, new, default: _optioned(old, new),
}


def _unfilled(v: MaterializedView, context: Rendering) -> list[MaterializedView]:
    """The materialised views that it reads, also through others, and that held no rows before the plan."""
    found: dict[Address, MaterializedView] = {}
    todo, seen = list(v.refs), set[Address]()
    while todo:
        a = todo.pop()
        if a not in seen and isinstance(o := context.new.get(a), View | MaterializedView):
            seen.add(a)
            todo += o.refs
            if isinstance(was := context.old.get(a), MaterializedView) and not was.populated:
                found[a] = was
    return [found[a] for a in sorted(found)]


def _filled_if_it_can(v: MaterializedView, sources: list[MaterializedView]) -> str:
    """One cannot be filled from one that holds no rows, unless that is made anew by the plan and does by then."""
    names = ", ".join(f"{literal(at(s.address))}::regclass" for s in sources)
    filled = f"SELECT pg_catalog.bool_and(c.relispopulated) FROM pg_catalog.pg_class c WHERE c.oid IN ({names})"
    return (
        f"DO $do$\nBEGIN\n    IF ({filled}) THEN\n"
        f"        REFRESH MATERIALIZED VIEW {at(v.address)};\n    END IF;\nEND\n$do$"
    )


@RENDER.on("alter", MaterializedView)
def alter_materialized(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new, fields = step.change.old, step.change.new, step.change.fields
    assert isinstance(old, MaterializedView) and isinstance(new, MaterializedView)
    name = at(new.address)
    head = f"ALTER MATERIALIZED VIEW {name}"
    if "access_method" in fields:
        yield sql(f"{head} SET ACCESS METHOD {ident(new.access_method or 'heap')}")
    if "tablespace" in fields:
        yield sql(f"{head} SET TABLESPACE {ident(new.tablespace or 'pg_default')}")
    yield from option_changes(head, old.options, new.options)
    yield from tied(f"MATERIALIZED VIEW {name}", old.depends_on_extensions, new.depends_on_extensions)
    yield from recommented(step, "MATERIALIZED VIEW", name)
    yield from _column_comments(dict(old.column_comments), dict(new.column_comments), name)
    yield from _column_settings(old, new, context)


@RENDER.on("drop", View, MaterializedView, Statistics, EventTrigger)
def drop(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield sql(f"DROP {noun(step.change.old)} {at(step.change.old.address)}")


@RENDER.on("rename", View, MaterializedView, Statistics, EventTrigger)
def rename(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old = step.change.old
    yield sql(f"ALTER {noun(old)} {at(old.address)} RENAME TO {ident(step.change.new.name)}")


def routine(f: Function) -> str:
    """The name that DROP, ALTER and COMMENT take; an aggregate's needs its ORDER BY, or a star."""
    return f"{qualified(f.schema, f.bare_name)}({_aggregated(f) if f.routine == 'aggregate' else f.arguments})"


_OPENED: Final = re.compile(r'"(?:[^"]|"")*"|\(')
_AGGREGATE: Final = re.compile(r"\A\s*CREATE\s+(?:OR\s+REPLACE\s+)?AGGREGATE\b", re.IGNORECASE)


def _aggregated(f: Function) -> str:
    """What an aggregate takes; as it is written where no server has said it."""
    found = _AGGREGATE.match(f.definition) if not f.parameters and f.arguments else None
    if found is None:
        return f.parameters or "*"
    opened = next(m for m in _OPENED.finditer(f.definition, found.end()) if m[0] == "(")
    parts, end = cut(f.definition, opened.start())
    old_style = not f.definition[end:].lstrip().startswith("(")
    return f.arguments if old_style else ", ".join(parts)


@RENDER.on("create", Function)
def create_function(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Function)
    f = step.change.new
    yield from _function(f)
    yield from tied(f"{noun(f)} {routine(f)}", (), f.depends_on_extensions)
    yield from commented(f, noun(f), routine(f))


def _function(f: Function) -> Iterator[Statement]:
    """The CREATE; its body may name what does not exist yet, so the server is asked not to look into it."""
    if f.language not in _CHECKED or "\nBEGIN ATOMIC" in f.definition:
        yield sql(f.definition)
        return
    yield sql("SET check_function_bodies = off")
    yield sql(f.definition)
    yield sql("RESET check_function_bodies")


@RENDER.on("alter", Function)
def alter_function(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Function) and isinstance(new, Function)
    ties = old.depends_on_extensions
    if step.change.fields - {"comment", "depends_on_extensions"}:
        yield from _function(new)
        ties = ()  # REPLACE forgets them
    yield from tied(f"{noun(new)} {routine(new)}", ties, new.depends_on_extensions)
    yield from recommented(step, noun(new), routine(new))


@RENDER.on("drop", Function)
def drop_function(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Function)
    yield sql(f"DROP {noun(step.change.old)} {routine(step.change.old)}")


def _on(o: Child) -> str:
    return f"{ident(o.name)} ON {owner(o)}"


def _enabled(o: Trigger | Rule) -> Statement:
    return sql(f"ALTER TABLE {owner(o)} {STATES[o.enabled]} {noun(o)} {ident(o.name)}")


@RENDER.on("create", Trigger, Rule)
def create_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Trigger | Rule)
    o = step.change.new
    yield sql(o.definition)
    if o.enabled != "origin":
        yield _enabled(o)
    if isinstance(o, Trigger):
        yield from tied(f"TRIGGER {_on(o)}", (), o.depends_on_extensions)
    yield from commented(o, noun(o), _on(o))


@RENDER.on("alter", Trigger, Rule)
def alter_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Trigger | Rule) and isinstance(new, Trigger | Rule)
    replaced = old.definition != new.definition
    if replaced:
        yield sql(_CREATE.sub("CREATE OR REPLACE ", new.definition))
    if old.enabled != new.enabled or (replaced and new.enabled != "origin"):
        yield _enabled(new)
    if isinstance(old, Trigger) and isinstance(new, Trigger):
        yield from tied(f"TRIGGER {_on(new)}", () if replaced else old.depends_on_extensions, new.depends_on_extensions)
    yield from recommented(step, noun(new), _on(new))


@RENDER.on("drop", Trigger, Rule, Policy)
def drop_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Child)
    yield sql(f"DROP {noun(step.change.old)} {_on(step.change.old)}")


@RENDER.on("rename", Trigger, Rule, Policy)
def rename_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename) and isinstance(step.change.old, Child)
    old, new = step.change.old, step.change.new
    yield sql(f"ALTER {noun(old)} {_on(old)} RENAME TO {ident(new.name)}")
    if isinstance(old, Trigger) and _EACH_ROW in old.definition and not context.profile.capabilities["copies_follow"]:
        for part in _partitions_now(Address("table", old.schema, old.table), context):
            yield sql(f"ALTER TRIGGER {ident(old.name)} ON {at(part)} RENAME TO {ident(new.name)}")


def _partitions_now(whole: Address, context: Rendering) -> Iterator[Address]:
    """The partitions below a table, as they are called while parts get other names, which is before tables do."""
    now = {end: a for a, end in reversed([*context.called.items()])}
    todo = [context.called.get(whole, whole)]
    while todo:
        above = todo.pop(0)
        below = sorted(t.address for t in context.old.of(Table) if t.partition_of == above)
        yield from (now.get(a, a) for a in below)
        todo += below


@RENDER.on("create", Policy)
def create_policy(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Policy)
    p = step.change.new
    text = f"CREATE POLICY {_on(p)}"
    text += "" if p.permissive else " AS RESTRICTIVE"
    text += "" if p.command == "all" else f" FOR {p.command.upper()}"
    yield sql(text + _policy(p))
    yield from commented(p, "POLICY", _on(p))


def _policy(p: Policy) -> str:
    text = f" TO {', '.join(p.roles)}"
    text += f" USING ({p.using})" if p.using is not None else ""
    return text + (f" WITH CHECK ({p.check})" if p.check is not None else "")


@RENDER.on("alter", Policy)
def alter_policy(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, Policy)
    p = step.change.new
    if step.change.fields - {"comment"}:
        yield sql(f"ALTER POLICY {_on(p)}{_policy(p)}")
    yield from recommented(step, "POLICY", _on(p))


@RENDER.on("create", Statistics)
def create_statistics(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Statistics)
    s = step.change.new
    yield sql(s.definition)
    if s.target is not None:
        yield sql(f"ALTER STATISTICS {at(s.address)} SET STATISTICS {s.target}")
    yield from commented(s, "STATISTICS", at(s.address))


@RENDER.on("alter", Statistics)
def alter_statistics(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, Statistics)
    s = step.change.new
    if "target" in step.change.fields:
        yield sql(f"ALTER STATISTICS {at(s.address)} SET STATISTICS {-1 if s.target is None else s.target}")
    yield from recommented(step, "STATISTICS", at(s.address))


@RENDER.on("create", EventTrigger)
def create_event_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, EventTrigger)
    e = step.change.new
    tags = f" WHEN TAG IN ({', '.join(map(literal, e.tags))})" if e.tags else ""
    yield sql(f"CREATE EVENT TRIGGER {ident(e.name)} ON {e.event}{tags} EXECUTE FUNCTION {e.function}()")
    if e.enabled != "origin":
        yield sql(f"ALTER EVENT TRIGGER {ident(e.name)} {STATES[e.enabled]}")
    yield from commented(e, "EVENT TRIGGER", ident(e.name))


@RENDER.on("alter", EventTrigger)
def alter_event_trigger(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, EventTrigger)
    e = step.change.new
    if "enabled" in step.change.fields:
        yield sql(f"ALTER EVENT TRIGGER {ident(e.name)} {STATES[e.enabled]}")
    yield from recommented(step, "EVENT TRIGGER", ident(e.name))


def replaceable(old: Object, new: Object) -> bool:
    """Whether the CREATE OR REPLACE of a new function, view or trigger takes the old one's place."""
    if isinstance(old, Function) and isinstance(new, Function):
        signature = (old.routine, old.parameters, old.returns) == (new.routine, new.parameters, new.returns)
        return signature and old.defaults <= new.defaults
    if isinstance(old, View) and isinstance(new, View):
        return keeps_columns(old, new)
    if isinstance(old, Trigger) and isinstance(new, Trigger):
        # the copies of one for rows stay in the partitions when it becomes one for statements (14 to 18)
        kept = _EACH_ROW not in old.definition or _EACH_ROW in new.definition
        return kept and "CONSTRAINT TRIGGER" not in old.definition + new.definition
    return True
