"""Schemas, extensions, types: enums, domains, composites, ranges, collations; and the rebuild that keeps their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from ...model.changes import Alter, Create, Drop, Rebuild, Rename, Statement, Step
from ...model.namespaces import Enum, Extension, Schema
from ...model.objects import Object
from ...model.tables import Column, Table
from ...model.types import Attribute, Collation, CompositeType, Domain, DomainCheck, RangeType
from ..base import Rendering
from .attributes import retyped
from .ddl_columns import alterations
from .inspect_types import PUBLIC_COMMENT
from .keyed_types import dropped, made_of, stand_aside
from .rendering import RENDER, comment, commented, head_of, noun, recommented, sql
from .reshaped import Reshaped
from .spelling import aside, at, ident, literal, made_up_alone, qualified

_TYPES = (Enum, Domain, CompositeType, RangeType)
_REMADE = (*_TYPES, Collation)


@RENDER.on("create", Schema)
def create_schema(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create)
    new = step.change.new
    if not context.profile.implicit(new.address):
        yield sql(f"CREATE SCHEMA {ident(new.name)}")
    yield from commented(new, "SCHEMA", ident(new.name))


@RENDER.on("alter", Schema)
def alter_schema(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    yield _schema_comment(step.change.new, context)


def _schema_comment(new: Object, context: Rendering) -> Statement:
    """The comment of a schema; public has initdb's where nobody wrote one."""
    text = new.comment
    if text is None and context.profile.implicit(new.address):
        text = PUBLIC_COMMENT
    return comment("SCHEMA", ident(new.name), text)


@RENDER.on("drop", Schema, Extension)
def drop_schema(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield sql(f"DROP {noun(step.change.old)} {ident(step.change.old.name)}")


@RENDER.on("rename", Schema)
def rename_schema(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    yield sql(f"ALTER SCHEMA {ident(step.change.old.name)} RENAME TO {ident(step.change.new.name)}")


@RENDER.on("create", Extension)
def create_extension(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Extension)
    e = step.change.new
    text = f"CREATE EXTENSION {ident(e.name)}"
    text += f" WITH SCHEMA {ident(e.installed_in)}" if e.installed_in else ""
    yield sql(text + (f" VERSION {literal(e.version)}" if e.version else ""))


@RENDER.on("alter", Extension)
def alter_extension(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, Extension)
    new, fields = step.change.new, step.change.fields
    if "version" in fields and new.version:
        yield sql(f"ALTER EXTENSION {ident(new.name)} UPDATE TO {literal(new.version)}")
    if "installed_in" in fields and new.installed_in:
        yield sql(f"ALTER EXTENSION {ident(new.name)} SET SCHEMA {ident(new.installed_in)}")
    yield from recommented(step, "EXTENSION", ident(new.name))


_SPOKEN_OF: Final = {Domain: "DOMAIN", Collation: "COLLATION"}


def create_type(o: Object, checks: tuple[Object, ...] = ()) -> str:
    """The CREATE of a type or collation."""
    name = at(o.address)
    if isinstance(o, Collation):
        return _create_collation(o)
    if isinstance(o, Enum):
        return f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal, o.labels))})"
    if isinstance(o, CompositeType):
        return f"CREATE TYPE {name} AS ({', '.join(map(_attribute, o.attributes))})"
    if isinstance(o, RangeType):
        return f"CREATE TYPE {name} AS RANGE ({', '.join(f'{k} = {v}' for k, v in o.options)})"
    assert isinstance(o, Domain)
    text = f"CREATE DOMAIN {name} AS {o.type}"
    text += f" COLLATE {o.collation}" if o.collation is not None else ""
    text += f" DEFAULT {o.default}" if o.default is not None else ""
    if not o.nullable:
        text += f" CONSTRAINT {ident(o.not_null_name)} NOT NULL" if o.not_null_name else " NOT NULL"
    return text + "".join(f" {_check(c)}" for c in checks if isinstance(c, DomainCheck) and not c.not_valid)


def _attribute(a: Attribute, verb: str = "") -> str:
    return f"{ident(a.name)} {verb}{a.type}" + (f" COLLATE {a.collation}" if a.collation is not None else "")


def _check(c: DomainCheck) -> str:
    return f"CONSTRAINT {ident(c.name)} CHECK ({c.expression})"


@RENDER.on("create", *_REMADE)
def create(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create)
    yield from _created(step.change.new, step.folded)


def _created(o: Object, parts: tuple[Object, ...]) -> Iterator[Statement]:
    checks = tuple(sorted((c for c in parts if isinstance(c, DomainCheck)), key=lambda c: c.name))
    yield sql(create_type(o, checks))
    yield from commented(o, _SPOKEN_OF.get(type(o), "TYPE"), at(o.address))
    for c in checks:
        if c.not_valid:
            yield sql(f"ALTER DOMAIN {at(o.address)} ADD {_check(c)} NOT VALID")
        yield from _check_comment(c, new=True)
    if isinstance(o, CompositeType):
        for a in o.attributes:
            if a.comment is not None:
                yield comment("COLUMN", f"{at(o.address)}.{ident(a.name)}", a.comment)


def _check_comment(c: DomainCheck, *, new: bool) -> Iterator[Statement]:
    if c.comment is not None or not new:
        yield comment("CONSTRAINT", f"{ident(c.name)} ON DOMAIN {qualified(c.schema, c.table)}", c.comment)


@RENDER.on("drop", *_REMADE)
def drop(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    yield sql(f"DROP {noun(step.change.old)} {at(step.change.old.address)}")


@RENDER.on("rename", *_REMADE)
def rename(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old, new = step.change.old, step.change.new
    if old.name != new.name:
        yield sql(f"ALTER {noun(old)} {at(old.address)} RENAME TO {ident(new.name)}")
        return
    typed = any(t.of_type is not None and new.address in t.refs for t in context.old.of(Table))
    for was, now in zip(old.value_names, new.value_names, strict=True):
        if was != now and isinstance(new, CompositeType):
            cascade = " CASCADE" if typed else ""  # to the tables of the type
            yield sql(f"ALTER TYPE {at(new.address)} RENAME ATTRIBUTE {ident(was)} TO {ident(now)}{cascade}")
        elif was != now:
            yield sql(f"ALTER TYPE {at(new.address)} RENAME VALUE {literal(was)} TO {literal(now)}")


@RENDER.on("alter", Enum)
def alter_enum(step: Step, context: Rendering) -> Iterator[Statement]:
    """Values are added each in its place. One that is not committed cannot be used (12 and later)."""
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Enum) and isinstance(new, Enum)
    name, have = at(new.address), list(old.labels)
    for i, label in enumerate(new.labels):
        if label in have:
            continue
        place = ""
        if i < len(have):
            place = f" AFTER {literal(new.labels[i - 1])}" if i else f" BEFORE {literal(have[0])}"
        yield Statement(f"ALTER TYPE {name} ADD VALUE {literal(label)}{place}", transactional=False)
        have.insert(i, label)
    yield from recommented(step, "TYPE", name)


@RENDER.on("alter", Domain)
def alter_domain(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Domain) and isinstance(new, Domain)
    head = f"ALTER DOMAIN {at(new.address)}"
    if old.default != new.default:
        yield sql(f"{head} DROP DEFAULT" if new.default is None else f"{head} SET DEFAULT {new.default}")
    if old.nullable != new.nullable:
        yield sql(f"{head} {'DROP' if new.nullable else 'SET'} NOT NULL")
    yield from recommented(step, "DOMAIN", at(new.address))


@RENDER.on("alter", CompositeType)
def alter_composite(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, CompositeType) and isinstance(new, CompositeType)
    before = {a.name: a for a in old.attributes}
    after = {a.name: a for a in new.attributes}
    name = at(new.address)
    for a in old.attributes:
        if a.name not in after:
            yield sql(f"ALTER TYPE {name} DROP ATTRIBUTE {ident(a.name)}")
    for a in retyped(old, new):
        yield sql(f"ALTER TYPE {name} ALTER ATTRIBUTE {_attribute(a, 'TYPE ')}")
    for a in new.attributes:
        if a.name not in before:
            yield sql(f"ALTER TYPE {name} ADD ATTRIBUTE {_attribute(a)} CASCADE")
        if a.comment != (before[a.name].comment if a.name in before else None):
            yield comment("COLUMN", f"{name}.{ident(a.name)}", a.comment)
    yield from recommented(step, "TYPE", name)


@RENDER.on("alter", RangeType)
def alter_range(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    yield from recommented(step, "TYPE", at(step.change.new.address))


@RENDER.on("rebuild", *_REMADE)
def rebuild_type(step: Step, context: Rendering) -> Iterator[Statement]:
    """The old ones renamed away, the new ones made, every column of them cast through text, the old ones dropped."""
    change = step.change
    assert isinstance(change, Rebuild)
    olds = made_of([change.old, *(o for o in change.before if isinstance(o, _REMADE))])
    news = made_of([change.new, *(o for o in change.after if isinstance(o, _REMADE))])
    checks = [o for o in change.after if isinstance(o, DomainCheck)]
    for o in olds:
        yield sql(f"ALTER {noun(o)} {at(o.address)} RENAME TO {_aside(o)}")
        yield from _range_aside(o, [at(t.address) for t in olds])
    for o in map(_named, news):
        yield from _created(o, tuple(c for c in checks if c.parent == o.address))
    after = {o.address: o for o in change.after if isinstance(o, Column)}
    columns = [o for o in change.before if isinstance(o, Column) and o.address in after]
    for c in columns:
        if c.default is not None:
            yield sql(f"{head_of(c)} DROP DEFAULT")
    moved = Reshaped(olds, news, [c for c in columns if c.type == after[c.address].type])
    yield from moved.made()
    for c in columns:
        new = after[c.address]
        converted = c.type == new.type and bool({o.address for o in olds}.intersection(c.refs))
        through = (moved.using(c) or f"{ident(new.name)}::text::{new.type}") if converted else None
        yield from alterations(replace(c, default=None, default_refs=()), new, context, through=through)
    yield from moved.dropped()
    if not stand_aside(change):
        yield from dropped(olds)


def _named(o: Object) -> Object:
    """A domain whose NOT NULL has the name that the server would give it, were the old one's not there (17)."""
    if isinstance(o, Domain) and not o.nullable:
        return replace(o, not_null_name=o.not_null_name or made_up_alone(o.name, "not_null"))
    return o


def _range_aside(o: Object, renamed: Iterable[str]) -> Iterator[Statement]:
    """A range type brings another type, and constructors of both, which want their names as well and go with the old
    one. Those that take one of the types that were renamed are told apart by it."""
    if not isinstance(o, RangeType):
        return
    options = dict(o.options)
    if (name := options.get("multirange_type_name")) is not None:
        spare = ident(aside(o.name, "multi__old"))
        yield sql(f"ALTER TYPE {name} RENAME TO {spare}")
        yield sql(f"ALTER FUNCTION {name}() RENAME TO {spare}")
    if (over := options["subtype"]) not in renamed:
        for arguments in (f"{over}, {over}", f"{over}, {over}, text"):
            yield sql(f"ALTER FUNCTION {at(o.address)}({arguments}) RENAME TO {_aside(o)}")


def _aside(o: Object) -> str:
    return ident(aside(o.name))


@RENDER.on("create", DomainCheck)
def add_check(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, DomainCheck)
    c = step.change.new
    tail = " NOT VALID" if c.not_valid else ""
    yield sql(f"ALTER DOMAIN {qualified(c.schema, c.table)} ADD {_check(c)}{tail}")
    yield from _check_comment(c, new=True)


@RENDER.on("drop", DomainCheck)
def drop_check(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop) and isinstance(step.change.old, DomainCheck)
    c = step.change.old
    yield sql(f"ALTER DOMAIN {qualified(c.schema, c.table)} DROP CONSTRAINT {ident(c.name)}")


@RENDER.on("rename", DomainCheck)
def rename_check(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename) and isinstance(step.change.old, DomainCheck)
    c = step.change.old
    head = f"ALTER DOMAIN {qualified(c.schema, c.table)}"
    yield sql(f"{head} RENAME CONSTRAINT {ident(c.name)} TO {ident(step.change.new.name)}")


@RENDER.on("alter", DomainCheck)
def alter_check(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter) and isinstance(step.change.new, DomainCheck)
    c = step.change.new
    if "not_valid" in step.change.fields:
        yield sql(f"ALTER DOMAIN {qualified(c.schema, c.table)} VALIDATE CONSTRAINT {ident(c.name)}")
    if "comment" in step.change.fields:
        yield from _check_comment(c, new=False)


def _create_collation(c: Collation) -> str:
    words = {"provider", "deterministic"}
    options = ", ".join(f"{k} = {v if k in words else literal(v)}" for k, v in c.options)
    return f"CREATE COLLATION {at(c.address)} ({options})"


@RENDER.on("alter", Collation)
def alter_collation(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    yield from recommented(step, "COLLATION", at(step.change.new.address))
