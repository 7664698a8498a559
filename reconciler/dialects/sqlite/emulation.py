"""What SQLite keeps as something else, in a project that has other dialects beside it.

A declared type means next to nothing to SQLite: what a type refuses elsewhere is refused here by a check.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from ..emulation import (
    ILIKE,
    INTERVALS,
    NO_TRACE,
    POSTGRESQL_ONLY,
    REGULAR_EXPRESSION,
    STANDARD_CASTS,
    STORAGE,
    Emulation,
    Foreign,
    Kept,
    fields,
    joined,
)

_NATIVE: Final = frozenset({
    "integer", "bigint", "smallint", "tinyint", "mediumint", "text", "clob", "blob", "real", "float",
    "double precision", "date", "time", "datetime", "any",
})  # fmt: skip

_UUID_FORM: Final = "{column} LIKE '________-____-____-____-____________'"
_NEW_UUID: Final = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
_JSON: Final = "json_valid({column})"
_UTC: Final = "datetime, kept as text; no time zone: write UTC"
_FUNCTIONS: Final = Foreign(
    r"(?i)\b(to_char|to_date|to_timestamp|to_number|array_agg|jsonb?_agg|jsonb?_build_\w+|date_trunc|age|now|unnest"
    r"|regexp_\w+|split_part|string_to_array|char_length|character_length|extract|position|overlay)\s*\(",
    "function {}",
)
"""Functions that a view of SQLite may mention, to be found missing only when somebody reads it."""


@cache
def functions() -> frozenset[str]:
    """The names of the functions that the linked SQLite has."""
    import sqlite3

    connection = sqlite3.connect(":memory:")
    try:
        return frozenset(str(name).lower() for (name,) in connection.execute("SELECT name FROM pragma_function_list"))
    finally:
        connection.close()


EMULATION: Final = Emulation(
    types={
        "varchar": Kept(type="varchar({})", bare="text", check="length({column}) <= {}", how="its length is checked"),
        "char": Kept(type="char({})", check="length({column}) <= {}", how="its length is checked"),
        "boolean": Kept(type="boolean", check="{column} IN (0, 1)", how="0 and 1, checked"),
        "numeric": Kept(type="numeric({})", how="a number without a fixed scale"),
        "timestamp": Kept(type="datetime", how="datetime, kept as text"),
        "timestamptz": Kept(type="datetime", how=_UTC),
        "timetz": Kept(type="time", how="time, kept as text; no time zone: write UTC"),
        "uuid": Kept(type="text", check=_UUID_FORM, how="text, its form is checked"),
        "json": Kept(type="text", check=_JSON, how="text, checked to be JSON"),
        "jsonb": Kept(type="text", check=_JSON, how="text, checked to be JSON"),
        "bytea": Kept(type="blob", how="blob"),
        "varbinary": Kept(type="blob", how="blob"),
        "binary": Kept(type="blob", how="blob"),
        "longblob": Kept(type="blob", how="blob"),
        "longtext": Kept(type="text", how="text"),
        "mediumtext": Kept(type="text", how="text"),
        "tinytext": Kept(type="text", how="text"),
        "citext": Kept(type="text", collation="NOCASE", how="text that ignores the case of ASCII letters"),
        "inet": Kept(type="text", how="text, its form is not checked"),
        "cidr": Kept(type="text", how="text, its form is not checked"),
        "macaddr": Kept(type="text", how="text, its form is not checked"),
        "name": Kept(type="text", how="text"),
        "serial": Kept(type="integer", how="integer, numbered by its primary key", numbered=True),
        "bigserial": Kept(type="integer", how="integer, numbered by its primary key", numbered=True),
        "smallserial": Kept(type="integer", how="integer, numbered by its primary key", numbered=True),
    },
    native=_NATIVE,
    array=Kept(
        type="text",
        check="json_valid({column}) AND json_type({column}) = 'array'",
        how="text, checked to be a JSON array",
    ),
    defaults={
        "now()": "CURRENT_TIMESTAMP",
        "current_timestamp()": "CURRENT_TIMESTAMP",
        "transaction_timestamp()": "CURRENT_TIMESTAMP",
        "statement_timestamp()": "CURRENT_TIMESTAMP",
        "clock_timestamp()": "CURRENT_TIMESTAMP",
        "localtimestamp": "CURRENT_TIMESTAMP",
        "curdate()": "CURRENT_DATE",
        "gen_random_uuid()": _NEW_UUID,
        "uuid_generate_v4()": _NEW_UUID,
        "uuidv4()": _NEW_UUID,
        "uuid()": _NEW_UUID,
    },
    foreign=(STANDARD_CASTS, ILIKE, REGULAR_EXPRESSION, INTERVALS, _FUNCTIONS),
    functions=functions,
    left_out=joined(
        STORAGE,
        fields("table", words="engine collation"),
        fields("column", words="invisible"),
    ),
    refused=joined(
        POSTGRESQL_ONLY,
        fields("table", words="system_versioned periods"),
        fields("column", words="on_update versioning"),
        fields("view", words="options column_defaults definer"),
    ),
    kinds_left_out=NO_TRACE,
    methods=frozenset({"btree", "hash"}),
    numbering="primary_key",
    numbered_type="integer",
    strict_types={
        "bigint": "integer",
        "smallint": "integer",
        "tinyint": "integer",
        "mediumint": "integer",
        "boolean": "integer",
        "float": "real",
        "double": "real",
        "numeric": "any",
        "varchar": "text",
        "char": "text",
        "clob": "text",
        "date": "text",
        "time": "text",
        "datetime": "text",
    },
    inline_checks=True,
)
