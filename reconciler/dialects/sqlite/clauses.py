"""What stands inside of CREATE TABLE and ADD COLUMN: the clauses of columns, keys, checks and foreign keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from ...model.objects import Object
from ...model.tables import Check, Column, ForeignKey, Generated, Key, PrimaryKey, Table, Unique
from .comments import closed, written
from .tokens import constant, ident, name_of, quoted, tokens

_CURRENT: Final = re.compile(r"CURRENT_(?:TIME|DATE|TIMESTAMP)|[A-Za-z_]\w*", re.IGNORECASE)

_RANK: Final = ("primary_key", "unique", "check", "foreign_key")

T = TypeVar("T", bound=Object)
Names = Callable[[str], str]
"""How a name is written."""

NAMES: Final = ("names", "quoted")
"""The option of a table whose names with capitals are in quotes, which they need not be."""
STRICT_LAST: Final = ("strict", "last")
"""The option of a table that says STRICT behind WITHOUT ROWID."""
COMPUTED_FIRST: Final = ("computed", "first")
"""The option of a column whose NOT NULL or COLLATE is written behind what computes it."""
CONSTRAINTS_LAST: Final = ("constraints", "last")
"""The option of a column whose checks and keys are written behind what computes it, and nothing else is."""
WRITTEN: Final = "written"
"""The option of a key that is written in its column or in the table, where it usually is not."""


def create_table(table: Table, parts: Sequence[Object], name: str | None = None) -> str:
    """CREATE TABLE with all its parts, under another name if one is given."""
    said = names_in(table)
    body = ",\n".join(f"  {clause}" for clause in _clauses(table, parts, said))
    options = [text for text, on in (("STRICT", table.strict), ("WITHOUT ROWID", table.without_rowid)) if on]
    options = options[::-1] if STRICT_LAST in table.options else options
    head = f"CREATE TABLE {said(name or table.name)}{written(table.comment)}"
    return f"{head} (\n{body}\n)" + (" " + ", ".join(options) if options else "")


def names_in(table: Object | None) -> Names:
    """How names are written in the definition of a table."""
    return _capitals_quoted if isinstance(table, Table) and NAMES in table.options else ident


def _capitals_quoted(name: str) -> str:
    return ident(name) if name == name.lower() else quoted(name)


def _clauses(table: Table, parts: Sequence[Object], said: Names) -> Iterator[str]:
    place = {name: i for i, name in enumerate(table.columns)}
    columns = sorted(_of(parts, Column), key=lambda c: place.get(c.name, len(place)))
    rest = [p for p in parts if not isinstance(p, Column)]
    inside = {id(o): name for o in rest if (name := _column_of(o)) in place or name in {c.name for c in columns}}
    for column in columns:
        yield column_clause(column, [o for o in rest if inside.get(id(o)) == column.name], said)
    for o in _in_order([o for o in rest if id(o) not in inside]):
        yield _named(o, said) + _constraint(o, said) + written(o.comment)


def _of(parts: Iterable[Object], kind: type[T]) -> list[T]:
    return [p for p in parts if isinstance(p, kind)]


def _in_order(parts: Sequence[Object]) -> list[Object]:
    """Keys, then checks, then foreign keys; by name."""
    return sorted(parts, key=lambda o: (_RANK.index(o.kind), o.name))


def _column_of(o: Object) -> str | None:
    """The column in whose definition a constraint is written: where it must be, or where it usually is.

    `INTEGER PRIMARY KEY DESC` means another thing there (the column is then no alias of the rowid) than in a clause
    of its own, and the key is read so that a direction is left only where it is meant so.
    """
    if isinstance(o, Check):
        return o.column
    single = o.columns[0] if isinstance(o, Key | ForeignKey) and len(o.columns) == 1 else None
    words = o.spelled_out if isinstance(o, ForeignKey) else [dict(o.options).get(WRITTEN)] if isinstance(o, Key) else ()
    if "column" in words or "table" in words:
        return single if "column" in words else None
    if isinstance(o, PrimaryKey):
        return single if not any(" COLLATE " in t for t in o.terms) else None
    if isinstance(o, Unique):
        return single if o.conflict and not o.terms and not o.named else None
    return single if isinstance(o, ForeignKey) and o.deferrable and not o.named else None


def place_of(o: Key | ForeignKey, inline: bool) -> str | None:
    """`column` or `table`, where a constraint of one column is written in the one and would usually be in the other."""
    if len(o.columns) != 1 or (_column_of(o) is not None) == inline:
        return None
    return "column" if inline else "table"


def column_clause(c: Column, constraints: Sequence[Object] = (), said: Names = ident) -> str:
    """A column, with the constraints that are written in its definition; the foreign key comes last, since DEFERRABLE
    would take what follows it for its own."""
    words = [said(c.name), c.type]
    computed = [_computed(c.generated)] if c.generated is not None else []
    if COMPUTED_FIRST in c.options:
        words += computed
        computed = []
    if not c.nullable:
        words.append(f"{_constraint_name(c.not_null_name, said)}NOT NULL{_conflict(c.conflict)}")
    if c.default is not None:
        words.append(f"DEFAULT {default(c.default)}")
    if c.collation is not None:
        words.append(f"COLLATE {ident(c.collation)}")
    ordered = _in_order(constraints)
    own = [_named(o, said) + _inline(o, said) + written(o.comment) for o in ordered if not isinstance(o, ForeignKey)]
    words += [*computed, *own] if CONSTRAINTS_LAST in c.options else [*own, *computed]
    words += [_named(o, said) + _references(o, said) + written(o.comment) for o in ordered if isinstance(o, ForeignKey)]
    return " ".join(filter(None, words)) + written(c.comment)


def _computed(generated: Generated) -> str:
    return f"GENERATED ALWAYS AS ({closed(generated.expression)}) {'STORED' if generated.stored else 'VIRTUAL'}"


def default(text: str) -> str:
    """A default as DEFAULT takes it: a literal or word as it is, anything else in brackets."""
    if constant(text) or _CURRENT.fullmatch(text) or _is_quoted_word(text):
        return text
    return text if _is_bracketed(text) else f"({text})"


def _is_quoted_word(text: str) -> bool:
    return text[:1] in ('"', "[", "`") and len(tokens(text)) == 1


def _is_bracketed(text: str) -> bool:
    depth = 0
    words = tokens(text)
    for at, token in enumerate(words):
        depth += (token == "(") - (token == ")")
        if not depth:
            return token == ")" and at == len(words) - 1
    return False


def default_value(text: str) -> str:
    """A default as an expression among columns: a word, bare or in quotes, is a text there."""
    if constant(text) or _is_bracketed(text):
        return text
    if _is_quoted_word(text):
        return "'" + name_of(text).replace("'", "''") + "'"
    if _CURRENT.fullmatch(text):
        return text if text.upper().startswith("CURRENT_") else f"'{text}'"
    return f"({text})"


def _constraint_name(name: str | None, said: Names) -> str:
    return f"CONSTRAINT {said(name)} " if name is not None else ""


def _named(o: Object, said: Names) -> str:
    return _constraint_name(o.name if getattr(o, "named", True) else None, said)


def _conflict(clause: str | None) -> str:
    return f" ON CONFLICT {clause.upper()}" if clause else ""


def _inline(o: Object, said: Names) -> str:
    if isinstance(o, PrimaryKey):
        descends = " DESC" if o.terms and o.terms[0].endswith(" DESC") else ""
        counts = " AUTOINCREMENT" if o.autoincrement else ""
        return f"PRIMARY KEY{descends}{_conflict(o.conflict)}{counts}"
    return f"UNIQUE{_conflict(o.conflict)}" if isinstance(o, Unique) else _constraint(o, said)


def _constraint(o: Object, said: Names) -> str:
    if isinstance(o, Check):
        return f"CHECK ({closed(o.expression)})"
    if isinstance(o, ForeignKey):
        return f"FOREIGN KEY ({', '.join(map(said, o.columns))}) {_references(o, said)}"
    assert isinstance(o, Key)
    kind = "PRIMARY KEY" if isinstance(o, PrimaryKey) else "UNIQUE"
    return f"{kind} ({', '.join(o.terms or map(said, o.columns))}){_conflict(o.conflict)}"


def _references(o: ForeignKey, said: Names) -> str:
    words = [f"REFERENCES {said(o.target)}"]
    if o.target_columns:
        words.append(f"({', '.join(map(said, o.target_columns))})")
    if o.match != "simple":
        words.append(f"MATCH {o.match.upper()}")
    for event, action in (("DELETE", o.on_delete), ("UPDATE", o.on_update)):
        if action != "no action":
            words.append(f"ON {event} {action.upper()}")
    return " ".join([*words, *_deferring(o)])


def _deferring(o: ForeignKey) -> Iterator[str]:
    """When it is checked, and what of that was said though it goes without saying."""
    if o.deferrable or "not deferrable" in o.spelled_out:
        yield "DEFERRABLE" if o.deferrable else "NOT DEFERRABLE"
        if o.initially_deferred or "deferred" in o.spelled_out:
            yield "INITIALLY DEFERRED"
        elif "immediate" in o.spelled_out:
            yield "INITIALLY IMMEDIATE"
