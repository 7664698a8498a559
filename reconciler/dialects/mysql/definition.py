"""What a printed CREATE TABLE consists of, as its reader finds it; no objects of the model."""

from __future__ import annotations

import msgspec


class ColumnClause(msgspec.Struct, kw_only=True):
    name: str
    type: str = ""
    charset: str | None = None
    collation: str | None = None
    not_null: bool = False
    default: str | None = None
    on_update: str | None = None
    auto_increment: bool = False
    generated: str | None = None
    stored: bool = False
    invisible: bool = False
    compressed: str | None = None
    comment: str | None = None
    check: str | None = None
    versioning: str | None = None
    options: dict[str, str] = {}


class KeyClause(msgspec.Struct, kw_only=True):
    """`kind` is primary, unique, fulltext, spatial or key; each of `terms` is a column, or None for an expression, with
    the text of the whole key part."""

    kind: str
    name: str
    terms: list[tuple[str | None, str]]
    using: str | None = None
    comment: str | None = None
    invisible: bool = False
    options: dict[str, str] = {}


class CheckClause(msgspec.Struct, kw_only=True):
    name: str
    expression: str
    enforced: bool = True


class ReferenceClause(msgspec.Struct, kw_only=True):
    name: str
    columns: list[str]
    database: str = ""
    target: str
    target_columns: list[str]
    actions: dict[str, str]
    match: str = "simple"


Item = ColumnClause | KeyClause | CheckClause | ReferenceClause


class TableClause(msgspec.Struct, kw_only=True):
    """A table's definition; `options` are those behind the closing bracket that have no field of their own."""

    name: str
    columns: list[ColumnClause] = []
    keys: list[KeyClause] = []
    checks: list[CheckClause] = []
    references: list[ReferenceClause] = []
    periods: list[str] = []
    engine: str = ""
    charset: str | None = None
    collation: str | None = None
    comment: str | None = None
    versioned: bool = False
    partition_by: str | None = None
    auto_increment: int | None = None
    options: dict[str, str] = {}
