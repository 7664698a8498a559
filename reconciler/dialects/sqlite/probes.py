"""Which changes may fail on rows that are there, and the questions that tell.

Most are made by copying the rows into a new table, which meets all of its constraints at once. Types are no constraint,
but for those of STRICT tables and of the column that is another name of the rowid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Alter, Create, Step
from ...model.probes import Probe
from ...model.tables import Column, Index, PrimaryKey, Table, Unique
from .. import probes as shared
from ..base import Probing
from ..probes import Asking, Misfit, Prober, Speech
from .clauses import default_value
from .cursor import key_term
from .tokens import ident, tokens

_NUMBER: Final = "(typeof({0}) IN ('integer', 'real') OR (typeof({0}) = 'text' AND CAST({0} AS NUMERIC) = {0}))"
_WHOLE: Final = f"({_NUMBER} AND CAST({{0}} AS INTEGER) = CAST({{0}} AS NUMERIC))"
_FITS: Final = {
    "INT": _WHOLE,
    "INTEGER": _WHOLE,
    "REAL": _NUMBER,
    "TEXT": "typeof({0}) <> 'blob'",
    "BLOB": "typeof({0}) = 'blob'",
}


def probes(steps: Iterable[Step], context: Probing) -> Iterator[Probe]:
    """The questions of some steps, with tables as they are called now."""
    return shared.probes(SPEECH, _PROBES, steps, context)


def misfit(value: str, old: Column, new: Column, catalog: Catalog) -> Misfit | None:
    """None where every value fits, as in a table that is not STRICT."""
    table = catalog.get(Address("table", new.schema, new.table))
    strict = isinstance(table, Table) and table.strict
    fits = _FITS.get(new.type.upper()) if strict else _WHOLE if _is_rowid(new, catalog) else None
    if fits is None:
        return None
    return Misfit(condition=f"{value} IS NOT NULL AND NOT {fits.format(value)}")


def _is_rowid(column: Column, catalog: Catalog) -> bool:
    parts = catalog.children(Address("table", column.schema, column.table))
    keys = [p for p in parts if isinstance(p, PrimaryKey)]
    return column.type.upper() == "INTEGER" and any(k.columns == (column.name,) and not k.terms for k in keys)


SPEECH: Final = Speech(
    ident=ident, table=lambda a: ident(a.name), misfit=misfit, default=lambda text: f"({default_value(text)})"
)


def _column(change: Alter, asking: Asking) -> Iterator[Probe]:
    """A rebuild puts the default where nothing is, if there is one."""
    new = change.new
    assert isinstance(new, Column)
    if new.default in (None, "NULL"):
        yield from shared.nulls(change, asking)
    yield from shared.misfits(change, asking)


def _primary_key(change: Create, asking: Asking) -> Iterator[Probe]:
    """A primary key takes NULL, but in a table without rowids or with strict types."""
    key = change.new
    assert isinstance(key, PrimaryKey)
    table = asking.context.new.get(Address("table", key.schema, key.table))
    if isinstance(table, Table) and table.without_rowid:
        parts = {o.name: o for o in asking.context.new.children(table.address) if isinstance(o, Column)}
        for name in key.columns:
            if parts[name].nullable:
                yield shared.of_nulls(parts[name], asking)
    for name in key.columns:
        yield from _becomes_rowid(key, name, asking)
    yield from _key(change, asking)


def _becomes_rowid(key: PrimaryKey, name: str, asking: Asking) -> Iterator[Probe]:
    address = Address("column", key.schema, name, key.table)
    old, new = asking.context.old.get(address), asking.context.new.get(address)
    same = isinstance(old, Column) and isinstance(new, Column) and old.type == new.type
    if same and isinstance(new, Column) and _is_rowid(new, asking.context.new):
        parent = new.parent
        assert parent is not None
        fits = _WHOLE.format(ident(name))
        image = asking.image(parent, [name])
        condition = f"{ident(name)} IS NOT NULL AND NOT {fits}"
        yield shared.asked(image, key.address, f"hold no whole number in {name}", condition)


def _key(change: Create, asking: Asking) -> Iterator[Probe]:
    key = change.new
    assert isinstance(key, PrimaryKey | Unique)
    terms = [_term(t) for t in key.terms] or asking.names(key.columns)
    yield shared.repeated(key, asking, terms, ", ".join(key.columns), key.columns)


def _term(text: str) -> str:
    """A term without its direction."""
    words, collation, _ = key_term(tokens(text))
    return " ".join(words) + (f" COLLATE {ident(collation)}" if collation else "")


def _index(change: Create, asking: Asking) -> Iterator[Probe]:
    i = change.new
    assert isinstance(i, Index)
    if i.unique:
        yield shared.repeated(i, asking, [_term(k) for k in i.keys], ", ".join(i.keys), None, where=i.where or "")


_PROBES: Final[Mapping[tuple[str, str], Prober]] = {
    ("create", "column"): shared.added_column,
    ("alter", "column"): _column,
    ("create", "check"): shared.new_check,
    ("alter", "check"): shared.new_check,
    ("create", "primary_key"): _primary_key,
    ("create", "unique"): _key,
    ("create", "index"): _index,
    ("create", "foreign_key"): shared.new_foreign_key,
}
