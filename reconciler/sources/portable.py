"""What one of several dialects makes of models, where SQLAlchemy says it in its own way and without a word.

Runs in the child process only (see `child`); SQLAlchemy is imported inside, and the answers are plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from .findings import EMULATED, LEFT_OUT, NOT_PORTABLE

_CALL: Final = re.compile(r"(?<![\w.\"])([A-Za-z_]\w*)\s*\(")
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")

Said = tuple[str, str, Any, str]
"""Rule, message, the column (None for the table itself), and what to type next."""


def is_meant(part: Any, dialect: str) -> bool:
    """Whether a table or an index is there in a dialect: `info={"only": ["postgresql"]}` says where it is."""
    only = part.info.get("only")
    return only is None or dialect in ([only] if isinstance(only, str) else only)


def said_of(table: Any, dialect: Any, request: dict[str, Any]) -> Iterator[Said]:
    """What a dialect does with a table in its own way, or cannot do."""
    name = request["name"]
    if table.schema and not request["default_schema"]:
        yield LEFT_OUT, f"schema {table.schema} is left out", None, ""
    if not dialect.supports_comments:
        if table.comment:
            yield LEFT_OUT, "comment is left out", None, ""
        for column in table.columns:
            if column.comment:
                yield LEFT_OUT, "comment is left out", column, ""
    for column in table.columns:
        yield from _of_type(column, dialect, name)
        yield from _of_default(column, dialect, request)
    yield from _of_numbers(table, dialect, name)
    yield from _of_keys(table, request)


def _of_type(column: Any, dialect: Any, name: str) -> Iterator[Said]:
    """A type that is another one there; one that a variant names for this dialect is said on purpose."""
    if dialect.name in getattr(column.type, "_variant_mapping", {}):
        return
    for family, differs, how in _types():
        if isinstance(column.type, family) and differs(column.type, dialect):
            spelled = column.type.compile(dialect=dialect)
            yield EMULATED, f"{type(column.type).__name__} → {spelled}{how(column.type)}", column, ""
            return


Differs = Callable[[Any, Any], bool]


def _types() -> list[tuple[Any, Differs, Callable[[Any], str]]]:
    from sqlalchemy import types as t

    def lacking(feature: str) -> Differs:
        return lambda kind, dialect: not getattr(dialect, feature, True)

    def on_sqlite(kind: Any, dialect: Any) -> bool:
        return bool(dialect.name == "sqlite")

    def without_zone(kind: Any, dialect: Any) -> bool:
        return bool(kind.timezone and dialect.name != "postgresql")

    def checked(kind: Any) -> str:
        return ", its values are checked" if kind.create_constraint else _UNCHECKED

    return [
        (t.Enum, lacking("supports_native_enum"), checked),
        (t.Boolean, lacking("supports_native_boolean"), checked),
        (t.Uuid, lacking("supports_native_uuid"), lambda kind: ", its form is not checked"),
        (t.Interval, lambda kind, dialect: dialect.name != "postgresql", lambda kind: ", the time since 1970"),
        (t.DateTime, without_zone, lambda kind: ", no time zone: write UTC"),
        (t.Time, without_zone, lambda kind: ", no time zone: write UTC"),
        (t.JSON, on_sqlite, lambda kind: ", kept as text"),
        (t.Float, lambda kind, dialect: False, lambda kind: ""),
        (t.Numeric, on_sqlite, lambda kind: ", a number without a fixed scale"),
        (
            t.String,
            lambda kind, dialect: dialect.name == "sqlite" and kind.length is not None,
            lambda kind: ", its length is not checked",
        ),
    ]


_UNCHECKED: Final = ", its values are not checked: create_constraint=True checks them"


def _of_default(column: Any, dialect: Any, request: dict[str, Any]) -> Iterator[Said]:
    """A function that a default calls and that is not there, where the server would only say so at an INSERT."""
    functions = request.get("functions")
    if functions is None or column.server_default is None or not hasattr(column.server_default, "arg"):
        return
    text = dialect.ddl_compiler(dialect, None).get_column_default_string(column) or ""
    for name in _CALL.findall(_TEXT.sub("''", text)):
        if name.lower() not in functions:
            yield NOT_PORTABLE, f"{request['name']} has no function {name}", column, _DEFAULT


_DEFAULT: Final = (
    "write a default that every dialect has, or one of the application's own: default=, not server_default="
)


def _of_numbers(table: Any, dialect: Any, name: str) -> Iterator[Said]:
    from sqlalchemy import Integer

    for column in table.columns:
        if column.identity is not None and not getattr(dialect, "supports_identity_columns", True):
            by_key = "auto_increment" if name == "mysql" else "the number of the row"
            yield EMULATED, f"identity → {by_key}", column, ""
    column = table.autoincrement_column
    if name == "sqlite" and column is not None and column.type.compile(dialect=dialect) != "INTEGER":
        small = isinstance(column.type, Integer)
        kind = type(column.type).__name__ if small else "its type"
        spelled = column.type.compile(dialect=dialect)
        message = f"sqlite numbers rows by an INTEGER primary key only, and this is a {spelled}"
        yield NOT_PORTABLE, message, column, f'write {kind}().with_variant(Integer, "sqlite"), or autoincrement=False'


def _of_keys(table: Any, request: dict[str, Any]) -> Iterator[Said]:
    """Foreign keys into another schema, which SQLAlchemy leaves out on SQLite."""
    if request["name"] != "sqlite":
        return
    for key in table.foreign_key_constraints:
        if key.referred_table.schema != table.schema:
            column = next(iter(key.columns))
            schemas = f"{table.schema or 'no schema'} to {key.referred_table.schema or 'no schema'}"
            message = f"sqlite gets no foreign key from {schemas}"
            yield NOT_PORTABLE, message, column, "put both tables into one schema, or limit one by info={'only': [...]}"
