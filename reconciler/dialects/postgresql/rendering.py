"""The table of PostgreSQL's renderers, and the words that many of them share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...model.address import Address
from ...model.changes import Alter, Statement, Step
from ...model.objects import Child, Object
from ...model.tables import Options
from ..base import Rendering, RenderTable
from .spelling import arrays_kept, at, connectives_kept, ident, idents, literal, qualified, with_options

RENDER: Final = RenderTable("postgresql")

_NOUNS: Final = {
    "materialized_view": "MATERIALIZED VIEW",
    "composite_type": "TYPE",
    "range_type": "TYPE",
    "enum": "TYPE",
    "event_trigger": "EVENT TRIGGER",
    "foreign_data_wrapper": "FOREIGN DATA WRAPPER",
    "operator_family": "OPERATOR FAMILY",
    "operator_class": "OPERATOR CLASS",
    "text_search_dictionary": "TEXT SEARCH DICTIONARY",
    "text_search_configuration": "TEXT SEARCH CONFIGURATION",
}


def noun(o: Object) -> str:
    """The kind as DDL calls it."""
    if o.kind == "function":
        routine: str = getattr(o, "routine", "function")
        return {"procedure": "PROCEDURE", "aggregate": "AGGREGATE"}.get(routine, "FUNCTION")
    return _NOUNS.get(o.kind, o.kind.upper())


def sql(text: str) -> Statement:
    return Statement(connectives_kept(arrays_kept(text)))


def owner(o: Child) -> str:
    """The qualified name of the table or view that an object belongs to."""
    return qualified(o.schema, o.table)


def on_owner(o: Child) -> str:
    """`ALTER TABLE …` for the object's table."""
    return f"ALTER TABLE {owner(o)}"


def head_of(c: Child) -> str:
    """`ALTER TABLE … ALTER COLUMN …` for a column, or what stands for one."""
    return f"{on_owner(c)} ALTER COLUMN {ident(c.name)}"


def comment(what: str, name: str, text: str | None) -> Statement:
    return sql(f"COMMENT ON {what} {name} IS {'NULL' if text is None else literal(text)}")


def commented(o: Object, what: str, name: str) -> Iterator[Statement]:
    """The comment of a new object, if it has one."""
    if o.comment is not None:
        yield comment(what, name, o.comment)


def recommented(step: Step, what: str, name: str) -> Iterator[Statement]:
    """The comment of an altered object, if it changed."""
    if isinstance(step.change, Alter) and "comment" in step.change.fields:
        yield comment(what, name, step.change.new.comment)


def tied(what: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Statement]:
    """The extensions that take an object along: `what` is how ALTER calls it."""
    yield from (sql(f"ALTER {what} NO DEPENDS ON EXTENSION {ident(e)}") for e in old if e not in new)
    yield from (sql(f"ALTER {what} DEPENDS ON EXTENSION {ident(e)}") for e in new if e not in old)


def option_changes(head: str, old: Options, new: Options) -> Iterator[Statement]:
    """SET and RESET for storage options. What is set, again too, goes to the end of the list that the server keeps."""
    if sorted(old) == sorted(new):
        return
    gone = sorted(dict(old).keys() - dict(new).keys())
    kept = [o for o in old if o in new]
    staying = next((n for n, (was, will) in enumerate(zip(kept, new, strict=False)) if was != will), len(kept))
    if gone:
        yield sql(f"{head} RESET ({', '.join(gone)})")
    if new[staying:]:
        yield sql(f"{head} SET {with_options(new[staying:])}")


__all__ = [
    "RENDER", "Address", "Rendering", "at", "comment", "commented", "head_of", "ident", "idents", "literal", "noun",
    "on_owner", "option_changes", "owner", "qualified", "recommented", "sql", "tied", "with_options",
]  # fmt: skip
