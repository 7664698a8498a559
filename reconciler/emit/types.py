"""Types of columns as SQLAlchemy types, where there is one that means exactly the same; else Inexact.

`type` of a column is the text that the database prints: PostgreSQL's `format_type`, on SQLite what was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.namespaces import Enum
from ..model.tables import Column
from .code import Code, Group, Inexact, call, string, strings

_ARGUMENTS: Final = re.compile(r"([^()\[\]]*?) ?\((\d+)(?:, ?(\d+))?\)([^()\[\]]*)")

Maker = Callable[..., Group]


def _plain(name: str, **fixed: str) -> Maker:
    return lambda: call(name, **{k: Code(v) for k, v in fixed.items()})


def _number(value: str) -> Code:
    return Code(str(int(value)))


def _length(name: str) -> Maker:
    return lambda n: call(name, length=_number(n))


def _numeric(precision: str, scale: str = "0") -> Group:
    return call("sa.Numeric", precision=_number(precision), scale=_number(scale))


def _precise(name: str, **fixed: str) -> Maker:
    return lambda n: call(name, **{k: Code(v) for k, v in fixed.items()}, precision=_number(n))


_POSTGRESQL: Final[Mapping[str, Maker]] = {
    "smallint": _plain("sa.SmallInteger"),
    "integer": _plain("sa.Integer"),
    "bigint": _plain("sa.BigInteger"),
    "boolean": _plain("sa.Boolean"),
    "text": _plain("sa.Text"),
    "character varying": _plain("sa.String"),
    "numeric": _plain("sa.Numeric"),
    "real": _plain("sa.REAL"),
    "double precision": _plain("sa.Double"),
    "date": _plain("sa.Date"),
    "timestamp without time zone": _plain("sa.DateTime"),
    "timestamp with time zone": _plain("sa.DateTime", timezone="True"),
    "time without time zone": _plain("sa.Time"),
    "time with time zone": _plain("sa.Time", timezone="True"),
    "interval": _plain("sa.Interval"),
    "uuid": _plain("sa.Uuid"),
    "bytea": _plain("sa.LargeBinary"),
    "bit varying": _plain("postgresql.BIT", varying="True"),
    "json": _plain("sa.JSON"),
    "jsonb": _plain("postgresql.JSONB"),
    "inet": _plain("postgresql.INET"),
    "cidr": _plain("postgresql.CIDR"),
    "macaddr": _plain("postgresql.MACADDR"),
    "macaddr8": _plain("postgresql.MACADDR8"),
    "money": _plain("postgresql.MONEY"),
    "oid": _plain("postgresql.OID"),
    "tsvector": _plain("postgresql.TSVECTOR"),
    "tsquery": _plain("postgresql.TSQUERY"),
    "int4range": _plain("postgresql.INT4RANGE"),
    "int8range": _plain("postgresql.INT8RANGE"),
    "numrange": _plain("postgresql.NUMRANGE"),
    "daterange": _plain("postgresql.DATERANGE"),
    "tsrange": _plain("postgresql.TSRANGE"),
    "tstzrange": _plain("postgresql.TSTZRANGE"),
}

_POSTGRESQL_SIZED: Final[Mapping[str, Maker]] = {
    "character varying": _length("sa.String"),
    "character": _length("sa.CHAR"),
    "numeric": _numeric,
    "bit": _length("postgresql.BIT"),
    "bit varying": lambda n: call("postgresql.BIT", length=_number(n), varying=Code("True")),
    "timestamp without time zone": _precise("postgresql.TIMESTAMP"),
    "timestamp with time zone": _precise("postgresql.TIMESTAMP", timezone="True"),
    "time without time zone": _precise("postgresql.TIME"),
    "time with time zone": _precise("postgresql.TIME", timezone="True"),
    "interval": _precise("postgresql.INTERVAL"),
}

_SQLITE: Final[Mapping[str, Maker]] = {
    "INTEGER": _plain("sa.Integer"),
    "SMALLINT": _plain("sa.SmallInteger"),
    "BIGINT": _plain("sa.BigInteger"),
    "BOOLEAN": _plain("sa.Boolean"),
    "TEXT": _plain("sa.Text"),
    "VARCHAR": _plain("sa.String"),
    "NUMERIC": _plain("sa.Numeric"),
    "FLOAT": _plain("sa.Float"),
    "REAL": _plain("sa.REAL"),
    "DOUBLE": _plain("sa.Double"),
    "DATE": _plain("sa.Date"),
    "TIME": _plain("sa.Time"),
    "DATETIME": _plain("sa.DateTime"),
    "TIMESTAMP": _plain("sa.TIMESTAMP"),
    "BLOB": _plain("sa.LargeBinary"),
    "JSON": _plain("sa.JSON"),
}

_SQLITES_OWN: Final = frozenset({"INTEGER", "TEXT", "REAL", "BLOB"})

_SQLITE_SIZED: Final[Mapping[str, Maker]] = {
    "VARCHAR": _length("sa.String"),
    "CHAR": _length("sa.CHAR"),
    "NUMERIC": _numeric,
}


def type_node(column: Column, catalog: Catalog, dialect: str) -> Group:
    """The SQLAlchemy type of a column, its collation included; raises Inexact where none says the same."""
    if dialect == "sqlite":
        if column.collation is not None:
            raise Inexact(column.collation)
        return _sqlite(column.type)
    made = _postgresql(column, catalog)
    return made if column.collation is None else _collated(made, column.collation)


def is_whole_number(column: Column) -> bool:
    """Whether SQLAlchemy would make a key column of this type count by itself."""
    return column.type.lower() in ("smallint", "integer", "bigint")


def _sqlite(text: str) -> Group:
    """SQLite tells a type as it was written, but for its own ones: only these mean the same in any case."""
    text = text.upper() if text.upper() in _SQLITES_OWN else text
    if text in _SQLITE:
        return _SQLITE[text]()
    found = _ARGUMENTS.fullmatch(text)
    if found is None or found[4] or found[1] not in _SQLITE_SIZED:
        raise Inexact(text)
    if found[1] == "NUMERIC" and text != f"NUMERIC({found[2]}, {found[3]})":
        raise Inexact(text)
    if found[1] != "NUMERIC" and text != f"{found[1]}({found[2]})":
        raise Inexact(text)
    return _SQLITE_SIZED[found[1]](*(g for g in found.group(2, 3) if g is not None))


def _postgresql(column: Column, catalog: Catalog) -> Group:
    text = column.type
    if text.endswith("[]"):
        return call("postgresql.ARRAY", _scalar(text.removesuffix("[]"), column, catalog))
    return _scalar(text, column, catalog)


def _scalar(text: str, column: Column, catalog: Catalog) -> Group:
    if text in _POSTGRESQL:
        return _POSTGRESQL[text]()
    found = _ARGUMENTS.fullmatch(text)
    if found is not None:
        base = found[1] + found[4]
        if base in _POSTGRESQL_SIZED and (found[3] is None or base == "numeric"):
            return _POSTGRESQL_SIZED[base](*(g for g in found.group(2, 3) if g is not None))
        raise Inexact(text)
    return _enum(text, column, catalog)


def _enum(text: str, column: Column, catalog: Catalog) -> Group:
    """An enum that exists already; the revision never makes or drops it by way of a column."""
    named = [o for a in column.refs if isinstance(o := catalog.get(a), Enum) and text in _spellings(a)]
    if len(named) != 1:
        raise Inexact(text)
    labels = strings(named[0].labels).items
    known = {"name": string(named[0].name), "schema": string(named[0].schema)}
    return call("postgresql.ENUM", *(n for _, n in labels), **known, create_type=Code("False"))


def _spellings(address: Address) -> tuple[str, str]:
    return (address.dotted, Address(address.kind, "", address.name).dotted)


def _collated(made: Group, collation: str) -> Group:
    found = re.fullmatch(r'(?:pg_catalog\.)?"((?:[^"]|"")+)"', collation)
    if found is None or made.open not in ("sa.String(", "sa.Text(", "sa.CHAR("):
        raise Inexact(collation)
    name = string(found[1].replace('""', '"'))
    return Group(made.open, (*made.items, ("collation=", name)), made.close)
