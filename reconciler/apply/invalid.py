"""Indexes that a concurrent build left half-made: found in the catalog, dropped so that they can be made anew."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ..model.catalog import Catalog
from ..model.tables import Index
from .segments import bare
from .work import Event, Work

_NAME: Final = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_PATH: Final = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_CREATE: Final = re.compile(
    rf"create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(?P<index>{_NAME}\s+)?"
    rf"on\s+(?:only\s+)?(?P<table>{_PATH})",
    re.IGNORECASE,
)
_DROP: Final = re.compile(rf"drop\s+index\s+concurrently\s+(?:if\s+exists\s+)?(?P<index>{_PATH})", re.IGNORECASE)


def whole(work: Work) -> Catalog:
    """Everything in the database, also what the environment's scope leaves out."""
    scope = msgspec.structs.replace(work.target.scope, schemas=None, unmanaged=())
    return work.dialect.inspect(work.session, scope)


def healed(work: Work, live: Catalog, sql: str) -> bool:
    """Whether there was an invalid index that the statement is to make; it is dropped now."""
    broken = about(live, sql) if _CREATE.match(bare(sql)) else []
    for index in broken:
        name = ".".join(work.dialect.quoted(part) for part in (index.schema, index.name) if part)
        drop = f"DROP INDEX CONCURRENTLY {name}"
        work.progress(Event(what="statement", place=str(index.address), sql=drop, note="invalid: made anew"))
        work.session.execute(drop)
    return bool(broken)


def about(live: Catalog, sql: str) -> list[Index]:
    """The invalid indexes that a statement makes or drops concurrently; all of its table's where it names none."""
    text = bare(sql)
    invalid = [i for i in live.of(Index) if not i.valid]
    if made := _CREATE.match(text):
        schema, table = _parts(made["table"])
        named = _parts(made["index"].strip())[1] if made["index"] else None
        return [i for i in invalid if i.table == table and schema in ("", i.schema) and named in (None, i.name)]
    if dropped := _DROP.match(text):
        schema, name = _parts(dropped["index"])
        return [i for i in invalid if i.name == name and schema in ("", i.schema)]
    return []


def _parts(path: str) -> tuple[str, str]:
    """Schema ("" for none) and name, as the server reads them."""
    names = [
        found[1:-1].replace('""', '"') if found.startswith('"') else found.lower() for found in re.findall(_NAME, path)
    ]
    return ("", names[0]) if len(names) == 1 else (names[0], names[1])
