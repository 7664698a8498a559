"""Which changes may fail on rows that are there, and the questions that tell. Facts are of 15 to 18."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ...model.address import Address
from ...model.changes import Alter, Create, Rebuild, Step
from ...model.namespaces import Enum
from ...model.probes import Probe
from ...model.tables import Column, Exclusion, Index
from ...model.types import Domain, DomainCheck
from .. import probes as shared
from ..base import Probing
from ..probes import Asking, Prober, Speech, asked
from .casts import using
from .misfits import misfit
from .spelling import at, cut, ident, literal

_ORDER: Final = re.compile(r"\s+(?:ASC|DESC)?(?:\s*NULLS\s+(?:FIRST|LAST))?\s*\Z", re.IGNORECASE)
_CLASS: Final = re.compile(r"\s+(?:\w+\.)?\w+_ops\b(?:\s*\([^)]*\))?\s*\Z")
_WITH: Final = re.compile(r"\s+WITH\s+", re.IGNORECASE)
_VALUE: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\bVALUE\b")


def probes(steps: Iterable[Step], context: Probing) -> Iterator[Probe]:
    """The questions of some steps, with tables as they are called now."""
    return shared.probes(SPEECH, _PROBES, steps, context)


def _converted(value: str, old: Column, new: Column) -> str:
    cast = using(old.type, new.type, value)
    return cast.removeprefix(" USING ") or f"{value}::{new.type}"


SPEECH: Final = Speech(
    ident=ident,
    table=at,
    converted=_converted,
    misfit=misfit,
    nothing=lambda c: f"NULL::{c.type}",
)


def _index(change: Create, asking: Asking) -> Iterator[Probe]:
    """A unique index, over columns or expressions, over all rows or some; a partition's share is its whole's."""
    i = change.new
    assert isinstance(i, Index)
    if not i.unique or i.attached_to is not None:
        return
    terms = [_term(k) for k in i.keys]
    said = ", ".join(i.keys)
    yield shared.repeated(i, asking, terms, said, None, where=i.where or "", distinct=not i.nulls_not_distinct)


def _term(key: str) -> str:
    """A key without its order and its operator class."""
    return _CLASS.sub("", _ORDER.sub("", key + " ")).strip()


def _exclusion(change: Create, asking: Asking) -> Iterator[Probe]:
    """Rows that are excluded by one that stands before them."""
    o = change.new
    assert isinstance(o, Exclusion)
    start = o.definition.find("(")
    try:
        elements, end = cut(o.definition, start)
    except ValueError:
        return
    pairs = [_WITH.split(e, maxsplit=1) for e in elements]
    if start < 0 or any(len(p) != 2 for p in pairs):
        return
    rest = re.search(r"\bWHERE\s+(.*)\Z", o.definition[end:], re.IGNORECASE | re.DOTALL)
    parent = o.parent
    assert parent is not None
    image = asking.image(parent, ())
    terms = ", ".join(f"{_term(term)} AS k{i}" for i, (term, _) in enumerate(pairs, 1))
    rows = f"(SELECT tableoid AS t, ctid AS c, {terms} FROM {at(image.now)}{f' WHERE {rest[1]}' if rest else ''})"
    meets = " AND ".join(f"a.k{i} {operator} b.k{i}" for i, (_, operator) in enumerate(pairs, 1))
    where = f"FROM {rows} AS a WHERE EXISTS (SELECT 1 FROM {rows} AS b WHERE (b.t, b.c) < (a.t, a.c) AND {meets})"
    keys = [f"k{i}" for i, _ in enumerate(pairs, 1)]
    yield Probe(
        address=o.address,
        table=image.now,
        what=f"are excluded by another ({o.definition})",
        count=f"SELECT count(*) {where}",
        sample=f"SELECT {', '.join(keys)} {where} ORDER BY {', '.join(keys)}",
        keys=tuple(term for term, _ in pairs),
    )


def _enum(change: Rebuild, asking: Asking) -> Iterator[Probe]:
    """Rows that hold a label that goes. What another kind of type held is no label: the conversion alone tells."""
    old, new = change.old, change.new
    if not isinstance(old, Enum) or not isinstance(new, Enum):
        return
    gone = ", ".join(literal(x) for x in old.labels if x not in new.labels)
    for c in change.before if gone else ():
        if isinstance(c, Column) and old.address in c.refs:
            name = ident(c.name)
            several = f"{name}::text[] && ARRAY[{gone}]"
            held = several if c.type.endswith("[]") else f"{name}::text IN ({gone})"
            yield _of_column(c, asking, new.address, f"hold {gone} in {c.name}", held)


def _of_column(c: Column, asking: Asking, address: Address, what: str, condition: str) -> Probe:
    """A question about a column as it is."""
    parent = c.parent
    assert parent is not None
    context = Probing(
        profile=asking.context.profile, old=asking.context.old, new=asking.context.old, was=asking.context.was
    )
    return asked(Asking(speech=asking.speech, context=context).image(parent, [c.name]), address, what, condition)


def _using(type: Address, asking: Asking) -> Iterator[Column]:
    """The columns of a type, in tables that are there."""
    for a in asking.context.old.dependents(type):
        o = asking.context.old[a]
        if isinstance(o, Column) and not o.inherited and not o.type.endswith("[]"):
            yield o


def _domain(change: Alter, asking: Asking) -> Iterator[Probe]:
    new = change.new
    assert isinstance(new, Domain)
    if "nullable" in change.fields and not new.nullable:
        for c in _using(new.address, asking):
            yield _of_column(c, asking, new.address, f"hold NULL in {c.name}", f"{ident(c.name)} IS NULL")


def _domain_check(change: Create | Alter, asking: Asking) -> Iterator[Probe]:
    new = change.new
    assert isinstance(new, DomainCheck)
    if new.not_valid or (isinstance(change, Alter) and "not_valid" not in change.fields):
        return
    parent = new.parent
    assert parent is not None
    for c in _using(parent, asking):
        condition = _of_value(new.expression, ident(c.name))
        yield _of_column(c, asking, new.address, f"are against {new.expression} in {c.name}", f"NOT ({condition})")


def _of_value(expression: str, name: str) -> str:
    """A domain's condition, of a column instead of VALUE; texts and quoted names that say VALUE stay."""
    return _VALUE.sub(lambda found: name if found[0] == "VALUE" else found[0], expression)


_PROBES: Final[Mapping[tuple[str, str], Prober]] = {
    ("create", "column"): shared.added_column,
    ("alter", "column"): shared.altered_column,
    ("create", "check"): shared.new_check,
    ("alter", "check"): shared.new_check,
    ("create", "primary_key"): shared.new_key,
    ("create", "unique"): shared.new_key,
    ("create", "index"): _index,
    ("create", "exclusion"): _exclusion,
    ("create", "foreign_key"): shared.new_foreign_key,
    ("alter", "foreign_key"): shared.new_foreign_key,
    ("rebuild", "enum"): _enum,
    ("alter", "domain"): _domain,
    ("create", "domain_check"): _domain_check,
    ("alter", "domain_check"): _domain_check,
}
