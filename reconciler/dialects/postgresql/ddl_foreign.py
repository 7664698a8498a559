"""Foreign-data wrappers, servers, user mappings and publications."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.foreign import ForeignDataWrapper, Publication, PublicationTable, Server, UserMapping
from ..base import Rendering
from .generic import generic_changes, generic_options
from .rendering import RENDER, commented, noun, owner, recommented, sql
from .spelling import ident, idents, literal, qualified, with_options


@RENDER.on("create", ForeignDataWrapper)
def create_wrapper(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, ForeignDataWrapper)
    w = step.change.new
    text = f"CREATE FOREIGN DATA WRAPPER {ident(w.name)}"
    text += f" HANDLER {w.handler}" if w.handler else ""
    text += f" VALIDATOR {w.validator}" if w.validator else ""
    yield sql(text + generic_options(w.options))
    yield from commented(w, noun(w), ident(w.name))


@RENDER.on("alter", ForeignDataWrapper)
def alter_wrapper(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, ForeignDataWrapper) and isinstance(new, ForeignDataWrapper)
    text = ""
    if old.handler != new.handler:
        text += f" HANDLER {new.handler}" if new.handler else " NO HANDLER"
    if old.validator != new.validator:
        text += f" VALIDATOR {new.validator}" if new.validator else " NO VALIDATOR"
    text += generic_changes(old.options, new.options)
    if text:
        yield sql(f"ALTER FOREIGN DATA WRAPPER {ident(new.name)}{text}")
    yield from recommented(step, noun(new), ident(new.name))


@RENDER.on("create", Server)
def create_server(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Server)
    s = step.change.new
    text = f"CREATE SERVER {ident(s.name)}"
    text += f" TYPE {literal(s.type)}" if s.type is not None else ""
    text += f" VERSION {literal(s.version)}" if s.version is not None else ""
    yield sql(f"{text} FOREIGN DATA WRAPPER {ident(s.wrapper)}{generic_options(s.options)}")
    yield from commented(s, "SERVER", ident(s.name))


@RENDER.on("alter", Server)
def alter_server(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Server) and isinstance(new, Server)
    text = ""
    if old.version != new.version:
        text += f" VERSION {literal(new.version) if new.version is not None else 'NULL'}"
    text += generic_changes(old.options, new.options)
    if text:
        yield sql(f"ALTER SERVER {ident(new.name)}{text}")
    yield from recommented(step, "SERVER", ident(new.name))


def _mapping(m: UserMapping) -> str:
    """Everybody is the word PUBLIC; a role can have no such name."""
    role = "PUBLIC" if m.name == "public" else ident(m.name)
    return f"USER MAPPING FOR {role} SERVER {ident(m.table)}"


@RENDER.on("create", UserMapping)
def create_mapping(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, UserMapping)
    yield sql(f"CREATE {_mapping(step.change.new)}{generic_options(step.change.new.options)}")


@RENDER.on("alter", UserMapping)
def alter_mapping(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, UserMapping) and isinstance(new, UserMapping)
    if changes := generic_changes(old.options, new.options):
        yield sql(f"ALTER {_mapping(new)}{changes}")


@RENDER.on("drop", UserMapping)
def drop_mapping(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, UserMapping)
    yield sql(f"DROP {_mapping(step.change.old)}")


@RENDER.on("drop", ForeignDataWrapper, Server, Publication)
def drop(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield sql(f"DROP {noun(step.change.old)} {ident(step.change.old.name)}")


@RENDER.on("rename", ForeignDataWrapper, Server, Publication)
def rename(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old = step.change.old
    yield sql(f"ALTER {noun(old)} {ident(old.name)} RENAME TO {ident(step.change.new.name)}")


@RENDER.on("create", Publication)
def create_publication(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Publication)
    p = step.change.new
    text = f"CREATE PUBLICATION {ident(p.name)}"
    text += " FOR ALL TABLES" if p.all_tables else ""
    text += f" FOR {_schemas(p.schemas)}" if p.schemas else ""
    yield sql(text + (f" WITH {with_options(p.options)}" if p.options else ""))
    yield from commented(p, "PUBLICATION", ident(p.name))


def _schemas(names: tuple[str, ...]) -> str:
    return ", ".join(f"TABLES IN SCHEMA {ident(n)}" for n in names)


_BY_DEFAULT = {
    "publish": "insert, update, delete, truncate",
    "publish_via_partition_root": "false",
    "publish_generated_columns": "none",
}


@RENDER.on("alter", Publication)
def alter_publication(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Publication) and isinstance(new, Publication)
    head = f"ALTER PUBLICATION {ident(new.name)}"
    if gone := tuple(s for s in old.schemas if s not in new.schemas):
        yield sql(f"{head} DROP {_schemas(gone)}")
    if come := tuple(s for s in new.schemas if s not in old.schemas):
        yield sql(f"{head} ADD {_schemas(come)}")
    if old.options != new.options:
        said = {k: _BY_DEFAULT[k] for k, _ in old.options} | dict(new.options)
        yield sql(f"{head} SET {with_options(tuple(sorted(said.items())))}")
    yield from recommented(step, "PUBLICATION", ident(new.name))


def _published(t: PublicationTable) -> str:
    columns = f" ({idents(t.columns)})" if t.columns else ""
    return f"TABLE ONLY {owner(t)}{columns}" + (f" WHERE ({t.where})" if t.where is not None else "")


@RENDER.on("create", PublicationTable)
def add_to_publication(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, PublicationTable)
    t = step.change.new
    yield sql(f"ALTER PUBLICATION {ident(t.name)} ADD {_published(t)}")


@RENDER.on("alter", PublicationTable)
def alter_published(step: Step, context: Rendering) -> Iterator[Statement]:
    """Its columns and its filter can only be said anew with the table; subscribers see one transaction."""
    assert isinstance(step.change, Alter) and isinstance(step.change.new, PublicationTable)
    t = step.change.new
    yield sql(f"ALTER PUBLICATION {ident(t.name)} DROP TABLE ONLY {qualified(t.schema, t.table)}")
    yield sql(f"ALTER PUBLICATION {ident(t.name)} ADD {_published(t)}")


@RENDER.on("drop", PublicationTable)
def drop_from_publication(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, PublicationTable)
    t = step.change.old
    yield sql(f"ALTER PUBLICATION {ident(t.name)} DROP TABLE ONLY {qualified(t.schema, t.table)}")
