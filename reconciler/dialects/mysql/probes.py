"""Which changes may fail on rows that are there, and the questions that tell; as measured on MariaDB 10.11.

A new column that must have a value and has no default is none of them: the server makes one up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ...model.address import Address
from ...model.changes import Create, Step
from ...model.probes import Probe
from ...model.tables import Column, Index, PrimaryKey, Unique
from .. import probes as shared
from ..base import Probing
from ..probes import Asking, Prober, Speech
from .cursor import Cursor
from .misfits import misfit
from .tokens import key_parts, key_sql, quoted


def probes(steps: Iterable[Step], context: Probing) -> Iterator[Probe]:
    """The questions of some steps, with tables as they are called now."""
    return shared.probes(SPEECH, _PROBES, steps, context)


def _table(a: Address) -> str:
    return (quoted(a.schema) + "." if a.schema else "") + quoted(a.name)


_TEXTS: Final = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "binary", "varbinary", "tinyblob",
                 "blob", "mediumblob", "longblob", "set", "uuid", "inet4", "inet6")  # fmt: skip


def _made_up(c: Column) -> str:
    """What rows get in a new column without a default: where it must have a value, the same in all of them (manual,
    Data Type Default Values)."""
    if c.nullable or c.auto_increment or c.generated is not None:
        return "NULL"
    word, _, rest = c.type.partition("(")
    if word.lower() == "enum":
        return Cursor(rest).next()
    return "''" if word.split(" ")[0].lower() in _TEXTS else "0"


SPEECH: Final = Speech(ident=quoted, table=_table, misfit=misfit, nothing=_made_up)


def _term(key: str) -> str:
    """A key's column, as much of it as counts, or its expression."""
    parts = key_parts(key)
    if parts is None:
        return key_sql(key)
    column, rest = parts
    length = rest[1 : rest.index(")")] if rest.startswith("(") else ""
    return f"LEFT({quoted(column)}, {length})" if length else quoted(column)


def _key(change: Create, asking: Asking) -> Iterator[Probe]:
    key = change.new
    assert isinstance(key, PrimaryKey | Unique)
    if any(t.lower().endswith("without overlaps") for t in key.terms):
        return
    terms = [_term(t) for t in key.terms] or asking.names(key.columns)
    yield shared.repeated(key, asking, terms, ", ".join(key.columns), key.columns)


def _index(change: Create, asking: Asking) -> Iterator[Probe]:
    i = change.new
    assert isinstance(i, Index)
    if i.unique:
        yield shared.repeated(i, asking, [_term(k) for k in i.keys], ", ".join(i.keys), None)


_PROBES: Final[Mapping[tuple[str, str], Prober]] = {
    ("alter", "column"): shared.altered_column,
    ("create", "check"): shared.new_check,
    ("alter", "check"): shared.new_check,
    ("create", "primary_key"): _key,
    ("create", "unique"): _key,
    ("create", "index"): _index,
    ("create", "foreign_key"): shared.new_foreign_key,
}
