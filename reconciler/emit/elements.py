"""Columns and constraints as SQLAlchemy says them, for the operations that take them; Inexact where it cannot.

An object may be said this way only if every field that is not at its default is one that the construct carries.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ..dialects.base import Rendering
from ..model.objects import Object, fields_of
from ..model.tables import Check, Column, ForeignKey, Identity, Index, Key, PrimaryKey, Table, Unique
from .code import Code, Group, Inexact, Node, call, listed, sql_text, string, strings
from .types import is_whole_number, type_node

_TRUE: Final = Code("True")
_BRACKETED: Final = re.compile(r"\W")
"""SQLAlchemy 2.1 writes a default of SQLite in brackets where it holds such a character; 2.0 never does."""
_WORD: Final = re.compile(r'[A-Za-z_][A-Za-z0-9_$]*|"(?:[^"]|"")+"')

CARRIED: Final[dict[str, frozenset[str]]] = {
    "table": frozenset({"columns", "comment"}),
    "column": frozenset({"type", "nullable", "default", "identity", "generated", "collation", "comment"}),
    "primary_key": frozenset({"columns", "named"}),
    "unique": frozenset({"columns", "named", "deferrable", "initially_deferred", "nulls_not_distinct"}),
    "check": frozenset({"expression", "named"}),
    "foreign_key": frozenset(
        {"columns", "target_schema", "target", "target_columns", "match", "on_delete", "on_update", "deferrable"}
        | {"initially_deferred", "named"}
    ),
    "index": frozenset({"keys", "unique", "method", "include", "nulls_not_distinct", "options", "where"}),
}
_ALSO: Final = {
    "postgresql": {"table": frozenset({"unlogged"})},  # storage options only from SQLAlchemy 2.1 on
    "sqlite": {"table": frozenset({"without_rowid"})},
}
_LOST: Final = {"sqlite": frozenset({"comment"})}
"""What a dialect of SQLAlchemy passes over."""
_IDENTITY: Final = frozenset({"schema", "name", "table"})


def require_carried(o: Object, dialect: str) -> None:
    """Raises Inexact where the object has something that its operation does not carry."""
    for name, default in _not_carried(type(o), dialect):
        if getattr(o, name) != default:
            raise Inexact(f"{o.address}: {name}")


@cache
def _not_carried(kind: type[Object], dialect: str) -> tuple[tuple[str, object], ...]:
    """The fields of a kind that its operation says nothing of, with what they hold where there is nothing to say."""
    carried = CARRIED.get(kind.kind, frozenset()) | _ALSO.get(dialect, {}).get(kind.kind, frozenset())
    carried -= _LOST.get(dialect, frozenset())
    silent = carried | _IDENTITY | kind.silent
    return tuple((f.name, f.default) for f in fields_of(kind) if f.name not in silent)


def schema_of(o: Object, context: Rendering) -> Node | None:
    """The `schema=` of an operation; None where the object is in the default schema."""
    return string(o.schema) if o.schema and o.schema != context.profile.default_schema else None


def name_of(o: Object) -> Node | None:
    """The name as it stands, exempt from naming conventions; None where SQLite has none."""
    return call("op.f", string(o.name)) if getattr(o, "named", True) else None


def column_node(column: Column, context: Rendering, key: PrimaryKey | None = None) -> Group:
    """`sa.Column(…)`; `key` is its table's primary key, since SQLAlchemy makes such columns count by themselves."""
    dialect = context.profile.name
    require_carried(column, dialect)
    catalog = context.new if column.address in context.new else context.old
    args: list[Node] = [string(column.name), type_node(column, catalog, dialect)]
    if column.identity is not None:
        args.append(_identity(column.identity))
    if column.generated is not None:
        args.append(_computed(column, dialect))
    counts = key is not None and column.name in key.columns and column.identity is None and is_whole_number(column)
    return call(
        "sa.Column",
        *args,
        server_default=default_node(column, dialect),
        autoincrement=Code("False") if counts and dialect != "sqlite" else None,
        nullable=Code(str(column.nullable)),
        comment=None if column.comment is None else string(column.comment),
    )


def default_node(column: Column, dialect: str) -> Node | None:
    """`sa.text(…)` of the default, unless some SQLAlchemy would put brackets around it."""
    text = column.default
    if text is None:
        return None
    if dialect == "sqlite" and _BRACKETED.search(text) and not re.match(r"['\"(]", text):
        raise Inexact(text)
    return call("sa.text", sql_text(text))


def _computed(column: Column, dialect: str) -> Node:
    generated = column.generated
    if generated is None or (dialect == "postgresql" and not generated.stored):
        raise Inexact("virtual columns of PostgreSQL are not known to SQLAlchemy 2.0")
    return call("sa.Computed", sql_text(generated.expression), persisted=Code(str(generated.stored)))


def _identity(identity: Identity) -> Node:
    if (identity.sequence, identity.comment, identity.unlogged) != (None, None, None):
        raise Inexact("what an identity's sequence is beside its options")
    o = identity.options
    return call(
        "sa.Identity",
        always=_TRUE if identity.always else None,
        start=_number(o.start),
        increment=None if o.increment == 1 else _number(o.increment),
        minvalue=_number(o.minimum),
        maxvalue=_number(o.maximum),
        cycle=_TRUE if o.cycle else None,
        cache=None if o.cache == 1 else _number(o.cache),
    )


def _number(value: int | None) -> Node | None:
    return None if value is None else Code(str(value))


def constraint_node(o: Object, context: Rendering) -> Group:
    """A constraint as an argument of `op.create_table`."""
    require_carried(o, context.profile.name)
    if isinstance(o, PrimaryKey):
        return call("sa.PrimaryKeyConstraint", *map(string, o.columns), name=name_of(o))
    if isinstance(o, Unique):
        return call("sa.UniqueConstraint", *map(string, o.columns), name=name_of(o), **unique_options(o))
    if isinstance(o, Check):
        return call("sa.CheckConstraint", sql_text(o.expression), name=name_of(o))
    if isinstance(o, ForeignKey):
        return _foreign_key(o, context)
    raise Inexact(str(o.address))


def unique_options(o: Unique) -> dict[str, Node]:
    distinct: dict[str, Node] = {"postgresql_nulls_not_distinct": _TRUE} if o.nulls_not_distinct else {}
    return deferral(o) | distinct


def deferral(o: Key | ForeignKey) -> dict[str, Node]:
    found: dict[str, Node] = {"deferrable": _TRUE} if o.deferrable else {}
    return found | ({"initially": string("DEFERRED")} if o.initially_deferred else {})


def _foreign_key(o: ForeignKey, context: Rendering) -> Group:
    schema = o.target_schema if o.target_schema != context.profile.default_schema else ""
    parts = [p for p in (schema, o.target) if p]
    if any("." in p for p in (*parts, *o.target_columns)):
        raise Inexact("a dot in a name")
    targets = (".".join([*parts, c]) for c in o.target_columns)
    options = reference_options(o, context.profile.name)
    return call("sa.ForeignKeyConstraint", strings(o.columns), strings(targets), name=name_of(o), **options)


def reference_options(o: ForeignKey, dialect: str) -> dict[str, Node]:
    """What follows REFERENCES, for the constraint and for `op.create_foreign_key` alike."""
    if not o.target_columns or (dialect == "sqlite" and o.match != "simple"):
        raise Inexact("SQLAlchemy names the columns, and no MATCH on SQLite")
    found: dict[str, Node] = {}
    if o.on_update != "no action":
        found["onupdate"] = string(o.on_update.upper())
    if o.on_delete != "no action":
        found["ondelete"] = string(o.on_delete.upper())
    if o.match != "simple":
        found["match"] = string(o.match.upper())
    return found | deferral(o)


def table_options(table: Table, dialect: str) -> dict[str, Node | None]:
    require_carried(table, dialect)
    found: dict[str, Node | None] = {"comment": None if table.comment is None else string(table.comment)}
    if table.unlogged:
        found["prefixes"] = strings(["UNLOGGED"])
    if table.without_rowid:
        found["sqlite_with_rowid"] = Code("False")
    return found


def options_node(keyword: str, options: tuple[tuple[str, str], ...]) -> dict[str, Node]:
    """Storage options as a map; SQLAlchemy writes the values as they are."""
    if any(not re.fullmatch(r"[\w.]+", part) for option in options for part in option):
        raise Inexact("a storage option that needs quotes")
    items = tuple((f"{string(k).text}: ", string(v)) for k, v in options)
    return {keyword: Group("{", items, "}")} if items else {}


def index_columns(index: Index) -> Node:
    """The keys of an index: plain columns by name, anything else as text."""
    return listed(string(k) if (k := _plain_name(key)) is not None else _text(key) for key in index.keys)


def _text(sql: str) -> Node:
    return call("sa.text", sql_text(sql))


def _plain_name(key: str) -> str | None:
    if not _WORD.fullmatch(key):
        return None
    return key[1:-1].replace('""', '"') if key.startswith('"') else key
