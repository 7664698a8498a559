"""Operators, their families and classes, casts, text search."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model.changes import Alter, Create, Drop, Rename, Statement, Step
from ...model.extending import (
    Cast,
    Operator,
    OperatorClass,
    OperatorFamily,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from ...model.objects import Object
from ..base import Rendering
from .rendering import RENDER, commented, noun, recommented, sql
from .spelling import at, cut, ident, qualified


def name_of(o: Object) -> str:
    """What ALTER, COMMENT and DROP call it."""
    if isinstance(o, Operator):
        return f"{ident(o.schema)}.{o.bare_name} {o.sides}"
    if isinstance(o, OperatorFamily | OperatorClass):
        return f"{qualified(o.schema, o.bare_name)} USING {ident(o.method)}"
    if isinstance(o, Cast):
        return f"({o.name.replace(' as ', ' AS ')})"
    return at(o.address)


@RENDER.on("create", Operator)
def create_operator(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Operator)
    o = step.change.new
    said = [f"FUNCTION = {o.function}"]
    sides = zip(("LEFTARG", "RIGHTARG"), cut(o.sides)[0], strict=True)
    said += [f"{word} = {kind}" for word, kind in sides if kind != "NONE"]
    said += [f"COMMUTATOR = {o.commutator}"] if o.commutator else []
    said += [f"NEGATOR = {o.negator}"] if o.negator else []
    said += [f"RESTRICT = {o.restrict}"] if o.restrict else []
    said += [f"JOIN = {o.join}"] if o.join else []
    said += ["HASHES"] if o.hashes else []
    said += ["MERGES"] if o.merges else []
    yield sql(f"CREATE OPERATOR {ident(o.schema)}.{o.bare_name} ({', '.join(said)})")
    yield from commented(o, "OPERATOR", name_of(o))


@RENDER.on("alter", Operator)
def alter_operator(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Operator) and isinstance(new, Operator)
    said = [f"RESTRICT = {new.restrict or 'NONE'}"] if old.restrict != new.restrict else []
    said += [f"JOIN = {new.join or 'NONE'}"] if old.join != new.join else []
    said += [f"COMMUTATOR = {new.commutator}"] if old.commutator != new.commutator else []
    said += [f"NEGATOR = {new.negator}"] if old.negator != new.negator else []
    said += [word.upper() for word in ("hashes", "merges") if getattr(old, word) != getattr(new, word)]
    if said:
        yield sql(f"ALTER OPERATOR {name_of(new)} SET ({', '.join(said)})")
    yield from recommented(step, "OPERATOR", name_of(new))


@RENDER.on("create", OperatorFamily)
def create_family(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, OperatorFamily)
    f = step.change.new
    yield sql(f"CREATE OPERATOR FAMILY {name_of(f)}")
    if f.members:
        yield sql(f"ALTER OPERATOR FAMILY {name_of(f)} ADD {', '.join(f.members)}")
    yield from commented(f, "OPERATOR FAMILY", name_of(f))


def _unnamed(member: str) -> str:
    """A member as DROP names it: `OPERATOR 1 (integer, bigint)`."""
    what, number, rest = member.split(" ", 2)
    types = rest[: rest.index(")") + 1] if what == "FUNCTION" else rest.partition(" FOR ORDER BY ")[0]
    types = types[types.rindex("(") :] if what == "OPERATOR" else types
    return f"{what} {number} {types}"


@RENDER.on("alter", OperatorFamily)
def alter_family(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, OperatorFamily) and isinstance(new, OperatorFamily)
    head = f"ALTER OPERATOR FAMILY {name_of(new)}"
    if gone := [m for m in old.members if m not in new.members]:
        yield sql(f"{head} DROP {', '.join(map(_unnamed, gone))}")
    if come := [m for m in new.members if m not in old.members]:
        yield sql(f"{head} ADD {', '.join(come)}")
    yield from recommented(step, "OPERATOR FAMILY", name_of(new))


@RENDER.on("create", OperatorClass)
def create_class(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, OperatorClass)
    c = step.change.new
    members = [f"STORAGE {c.storage}"] if c.storage else []
    members += c.members
    text = f"CREATE OPERATOR CLASS {qualified(c.schema, c.bare_name)}{' DEFAULT' if c.default else ''}"
    body = ",\n    ".join(members) or f"STORAGE {c.type}"
    yield sql(f"{text} FOR TYPE {c.type} USING {ident(c.method)} FAMILY {c.family} AS\n    {body}")
    yield from commented(c, "OPERATOR CLASS", name_of(c))


@RENDER.on("create", Cast)
def create_cast(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Cast)
    c = step.change.new
    how = "WITH INOUT" if c.inout else (f"WITH FUNCTION {c.function}" if c.function else "WITHOUT FUNCTION")
    when = "" if c.context == "explicit" else f" AS {c.context.upper()}"
    yield sql(f"CREATE CAST {name_of(c)} {how}{when}")
    yield from commented(c, "CAST", name_of(c))


@RENDER.on("create", TextSearchDictionary)
def create_dictionary(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, TextSearchDictionary)
    d = step.change.new
    options = f", {d.options}" if d.options else ""
    yield sql(f"CREATE TEXT SEARCH DICTIONARY {at(d.address)} (TEMPLATE = {d.template}{options})")
    yield from commented(d, noun(d), at(d.address))


@RENDER.on("create", TextSearchConfiguration)
def create_configuration(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, TextSearchConfiguration)
    c = step.change.new
    yield sql(f"CREATE TEXT SEARCH CONFIGURATION {at(c.address)} (PARSER = {c.parser})")
    yield from _mapped(c, {}, dict(c.mappings))
    yield from commented(c, noun(c), at(c.address))


def _mapped(c: Object, old: dict[str, str], new: dict[str, str]) -> Iterator[Statement]:
    head = f"ALTER TEXT SEARCH CONFIGURATION {at(c.address)}"
    for token in sorted(old.keys() | new.keys()):
        if token not in new:
            yield sql(f"{head} DROP MAPPING FOR {ident(token)}")
        elif old.get(token) != new[token]:
            verb = "ALTER" if token in old else "ADD"
            yield sql(f"{head} {verb} MAPPING FOR {ident(token)} WITH {new[token]}")


@RENDER.on("alter", TextSearchConfiguration)
def alter_configuration(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, TextSearchConfiguration) and isinstance(new, TextSearchConfiguration)
    yield from _mapped(new, dict(old.mappings), dict(new.mappings))
    yield from recommented(step, noun(new), at(new.address))


@RENDER.on("alter", TextSearchDictionary)
def alter_dictionary(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, TextSearchDictionary) and isinstance(new, TextSearchDictionary)
    before, after = _said(old.options), _said(new.options)
    said = [k for k in before if k not in after]
    said += [f"{k} = {v}" for k, v in after.items() if before.get(k) != v]
    if said:
        yield sql(f"ALTER TEXT SEARCH DICTIONARY {at(new.address)} ({', '.join(said)})")
    yield from recommented(step, noun(new), at(new.address))


_OPTION = re.compile(r"""("(?:[^"]|"")+"|\w+)\s*=\s*(E?'(?:[^']|'')*'|[^\s,]+)""")


def _said(options: str | None) -> dict[str, str]:
    """The options of a dictionary by name, values as literals."""
    return dict(_OPTION.findall(options or ""))


@RENDER.on("alter", OperatorClass, Cast)
def alter_comment(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Alter)
    yield from recommented(step, noun(step.change.new), name_of(step.change.new))


_ALL = (Operator, OperatorFamily, OperatorClass, Cast, TextSearchDictionary, TextSearchConfiguration)


@RENDER.on("drop", *_ALL)
def drop(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Drop)
    o = step.change.old
    yield sql(f"DROP {noun(o)} {name_of(o)}")
    if isinstance(o, Operator) and o.commutator is not None:
        yield from _shell(o, o.commutator, context)


def _shell(o: Operator, commutator: str, context: Rendering) -> Iterator[Statement]:
    """What was only ever named as its commutator: the server made it, and it would hold the types of both sides."""
    name = commutator.removeprefix("OPERATOR(").removesuffix(")")
    turned = cut(o.sides)[0][::-1]
    made = (x for c in (context.old, context.new) for x in c.of(Operator))
    if not any(f"{ident(x.schema)}.{x.bare_name}" == name and cut(x.sides)[0] == turned for x in made):
        yield sql(f"DROP OPERATOR IF EXISTS {name} ({', '.join(turned)})")


@RENDER.on("rename", TextSearchDictionary, TextSearchConfiguration)
def rename(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Rename)
    old = step.change.old
    yield sql(f"ALTER {noun(old)} {name_of(old)} RENAME TO {ident(step.change.new.name)}")
