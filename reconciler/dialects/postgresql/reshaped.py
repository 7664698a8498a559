"""Values of composite types whose attributes stand in other places than before: carried over by the attributes' names.

The text of a value, by which others are carried over, knows places only. ALTER COLUMN … TYPE takes no subquery, so
functions do it, which are there while the types are made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...model.changes import Statement
from ...model.objects import Object
from ...model.tables import Column
from ...model.types import CompositeType, Domain
from .rendering import sql
from .spelling import aside, at, ident, literal, qualified


class Reshaped:
    """What carries values from types that were put aside to the new ones of the same names.

    olds, news: the types that are made anew, each after those that it is made of. columns: those that are carried over.
    """

    def __init__(self, olds: Sequence[Object], news: Sequence[Object], columns: Iterable[Column]) -> None:
        self._news = {o.address: o for o in news}
        self._by_text: dict[str, Object] = {}
        """The types that need it, by how they are written."""
        for o in olds:
            if self._other_places(o) or self._holds(o):
                self._by_text[at(o.address)] = o
        used = [c.type for c in columns]
        if not any(t.removesuffix("[]") in self._by_text for t in used):
            self._by_text.clear()
        used += [a.type for o in self._by_text.values() if isinstance(o, CompositeType) for a in o.attributes]
        used += [o.type for o in self._by_text.values() if isinstance(o, Domain)]
        self._in_arrays = {name for t in used if t.endswith("[]") and (name := t[:-2]) in self._by_text}

    def using(self, column: Column) -> str | None:
        """The expression that gives a column's values as the new type; None where their text does."""
        return self._moved(column.type, ident(column.name)) if column.type.removesuffix("[]") in self._by_text else None

    def made(self) -> Iterator[Statement]:
        for name, o in self._by_text.items():
            body = self._domain(o) if isinstance(o, Domain) else self._composite(o)
            head = f"CREATE FUNCTION {_function(o)}({_aside(o)})"
            yield sql(f"{head} RETURNS {name} LANGUAGE sql AS $moved$\nSELECT {body}\n$moved$")
            if name in self._in_arrays:
                yield sql(_over_elements(o, name))

    def dropped(self) -> Iterator[Statement]:
        for name, o in reversed(self._by_text.items()):
            if name in self._in_arrays:
                yield sql(f"DROP FUNCTION {_function(o)}({_aside(o)}[])")
            yield sql(f"DROP FUNCTION {_function(o)}({_aside(o)})")

    def _other_places(self, o: Object) -> bool:
        new = self._news.get(o.address)
        if not isinstance(o, CompositeType) or not isinstance(new, CompositeType):
            return False
        return [a.name for a in o.attributes] != [a.name for a in new.attributes]

    def _holds(self, o: Object) -> bool:
        new = self._news.get(o.address)
        if isinstance(o, Domain):
            return isinstance(new, Domain) and o.type == new.type and o.type.removesuffix("[]") in self._by_text
        if not isinstance(o, CompositeType) or not isinstance(new, CompositeType):
            return False
        return any(a.type.removesuffix("[]") in self._by_text for a in o.attributes)

    def _moved(self, type: str, value: str) -> str:
        """A value that is of the new type then, or still has to be cast to that."""
        o = self._by_text.get(type.removesuffix("[]"))
        return f"{_function(o)}({value})" if o is not None else value

    def _domain(self, o: Object) -> str:
        assert isinstance(o, Domain)
        return f"{self._moved(o.type, '$1')}::{at(o.address)}"

    def _composite(self, o: Object) -> str:
        """Each attribute through its text, which neither cuts nor rounds what the new type does not hold."""
        new = self._news[o.address]
        assert isinstance(o, CompositeType) and isinstance(new, CompositeType)
        had = {a.name: a for a in o.attributes}
        values = [
            self._moved(had[a.name].type, f"($1).{ident(a.name)}") if a.name in had else "NULL" for a in new.attributes
        ]
        # IS NOT NULL asks for each attribute
        return f"CASE WHEN $1 IS DISTINCT FROM NULL THEN ROW({', '.join(values)})::text::{at(o.address)} END"


def _function(o: Object) -> str:
    return qualified(o.schema, aside(o.name, "moved"))


def _aside(o: Object) -> str:
    return qualified(o.schema, aside(o.name))


def _over_elements(o: Object, name: str) -> str:
    return (
        f"CREATE FUNCTION {_function(o)}({_aside(o)}[]) RETURNS {name}[] LANGUAGE plpgsql AS $moved$\n"
        f"DECLARE now {name}[] := '{{}}';\n"
        "BEGIN\n"
        "  IF $1 IS NULL THEN RETURN NULL; END IF;\n"
        "  IF pg_catalog.array_ndims($1) > 1 THEN\n"
        f"    RAISE 'an array of % with more than one dimension cannot be carried over', {literal(name)};\n"
        "  END IF;\n"
        "  FOR i IN coalesce(pg_catalog.array_lower($1, 1), 1) .. coalesce(pg_catalog.array_upper($1, 1), 0) LOOP\n"
        f"    now[i] := {_function(o)}($1[i]);\n"
        "  END LOOP;\n"
        "  RETURN now;\n"
        "END\n"
        "$moved$"
    )
