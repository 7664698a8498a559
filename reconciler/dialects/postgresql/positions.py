"""Sequences as parts of others' statements, and where they stand: kept while their options change, carried over from
the one whose place they take, or put behind the values in use."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.changes import Statement
from ...model.namespaces import Sequence, SequenceOwner
from ...model.tables import Column, SequenceOptions
from .clauses import sequence_clauses
from .inspect_tables import LIMITS
from .rendering import commented, owner, sql
from .spelling import at, ident, literal, made_up, qualified

Span = tuple[int, int]


def create_sequence(s: Sequence) -> Iterator[Statement]:
    type = "" if s.type == "bigint" else f" AS {s.type}"
    unlogged = "UNLOGGED " if s.unlogged else ""
    yield sql(f"CREATE {unlogged}SEQUENCE {at(s.address)}{type}{sequence_clauses(s.options)}")
    yield from commented(s, "SEQUENCE", at(s.address))


def owned_by(o: SequenceOwner) -> str:
    return f"ALTER SEQUENCE {at(o.sequence)} OWNED BY {qualified(o.schema, o.table)}.{ident(o.column)}"


def bounds(s: Sequence) -> Span:
    """The smallest and the largest value."""
    top, o = LIMITS.get(s.type, LIMITS["bigint"]), s.options
    low, high = (1, top - 1) if o.increment > 0 else (-top, -1)
    return (low if o.minimum is None else o.minimum), (high if o.maximum is None else o.maximum)


def sequence_of(c: Column) -> Sequence:
    """The sequence that serves an identity column."""
    assert c.identity is not None
    name = c.identity.sequence or made_up(c.table, c.name, "seq")
    return Sequence(schema=c.schema, name=name, type=c.type, options=c.identity.options)


def optioned(old: Sequence, new: Sequence) -> Iterator[Statement]:
    """The options; the current value is moved first where the new bounds would leave it outside."""
    name, clauses = at(new.address), changed_options(old.options, new.options)
    (low, high), (least, most) = bounds(old), bounds(new)
    if least > low or most < high:
        wide = f"MINVALUE {min(least, low)} MAXVALUE {max(most, high)}"
        wider = f" AS {new.type}" if LIMITS[new.type] > LIMITS[old.type] else ""
        if least < low or most > high:
            yield sql(f"ALTER SEQUENCE {name}{wider} {wide}")
        yield sql(taken_over(literal(name), name, old, new))
        clauses = [c for c in clauses if "VALUE" not in c] + [f"MINVALUE {least}", f"MAXVALUE {most}"]
    if old.type != new.type:
        clauses.insert(0, f"AS {new.type}")
    yield sql(f"ALTER SEQUENCE {name} {' '.join(clauses)}")


def taken_over(sequence: str, source: str, old: Sequence, new: Sequence) -> str:
    """Puts a sequence (an expression) where another one (a name) stands; where that is outside of its bounds, at its
    first value, or at its end with nothing left to give: a number is never given twice."""
    (low, high), (least, most), up = bounds(old), bounds(new), new.options.increment > 0
    value, called = "last_value", "is_called"
    if low < least:
        value = f"GREATEST({least}, {value})"
        called = f"(is_called AND last_value >= {least})" if up else f"(is_called OR last_value < {least})"
    if high > most:
        value = f"LEAST({most}, {value})"
        called = f"({called} OR last_value > {most})" if up else f"({called} AND last_value <= {most})"
    return f"SELECT pg_catalog.setval({sequence}, {value}, {called}) FROM {source}"


def carried_over(source: str, old: Sequence, column: Column) -> str:
    """Puts the sequence of an identity column where another one (its name now) stands."""
    return taken_over(_serving(column), source, old, sequence_of(column))


def behind_rows(column: Column) -> str:
    """Puts the sequence of a column that becomes an identity behind the values that the rows have already."""
    sequence = sequence_of(column)
    (least, most), name = bounds(sequence), ident(column.name)
    found, inside, value = "max", f"m.v >= {least}", f"LEAST(m.v, {most})"
    if sequence.options.increment < 0:
        found, inside, value = "min", f"m.v <= {most}", f"GREATEST(m.v, {least})"
    return (
        f"SELECT pg_catalog.setval({_serving(column)}, {value}) "
        f"FROM (SELECT pg_catalog.{found}({name}) AS v FROM {owner(column)}) AS m WHERE {inside}"
    )


def _serving(c: Column) -> str:
    """By its name: `pg_get_serial_sequence` gives any sequence that the column owns, and a serial's may be one too."""
    return literal(at(sequence_of(c).address))


def changed_options(old: SequenceOptions, new: SequenceOptions) -> list[str]:
    """The clauses of ALTER SEQUENCE for what differs. START is said whenever a bound or the direction moves:
    its default follows them only in CREATE."""
    clauses = []
    if new.increment != old.increment:
        clauses.append(f"INCREMENT BY {new.increment}")
    turned = (old.increment > 0) != (new.increment > 0)
    if new.minimum != old.minimum or turned:
        clauses.append("NO MINVALUE" if new.minimum is None else f"MINVALUE {new.minimum}")
    if new.maximum != old.maximum or turned:
        clauses.append("NO MAXVALUE" if new.maximum is None else f"MAXVALUE {new.maximum}")
    if _first(new) != _first(old):
        clauses.append(f"START WITH {_first(new)}")
    if new.cache != old.cache:
        clauses.append(f"CACHE {new.cache}")
    if new.cycle != old.cycle:
        clauses.append("CYCLE" if new.cycle else "NO CYCLE")
    return clauses


def _first(options: SequenceOptions) -> int:
    """Where the sequence starts."""
    if options.start is not None:
        return options.start
    if options.increment > 0:
        return 1 if options.minimum is None else options.minimum
    return -1 if options.maximum is None else options.maximum
