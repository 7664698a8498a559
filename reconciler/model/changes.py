"""Changes and steps: four verbs over all kinds, and the rebuild that carries rows over."""

from __future__ import annotations

from typing import Literal

import msgspec

from .address import Address
from .objects import Object


class Create(msgspec.Struct, frozen=True):
    new: Object


class Drop(msgspec.Struct, frozen=True):
    old: Object


class Alter(msgspec.Struct, frozen=True):
    """An object changed in place; `fields` are those that differ."""

    old: Object
    new: Object
    fields: frozenset[str]


class Rename(msgspec.Struct, frozen=True):
    """An object that keeps everything but its name."""

    old: Object
    new: Object


class Rebuild(msgspec.Struct, frozen=True):
    """An object made anew with what it holds carried over.

    `before` and `after` are the parts that go with it (a table's columns and inline keys; the columns of an enum).
    `taken` are those of the parts that another rebuild goes through first: it leaves them as they stand in `before`.
    """

    old: Object
    new: Object
    before: tuple[Object, ...] = ()
    after: tuple[Object, ...] = ()
    reason: str = ""
    taken: tuple[Address, ...] = ()


Change = Create | Drop | Alter | Rename | Rebuild
Verb = Literal["create", "drop", "alter", "rename", "rebuild"]
VERBS: dict[type, Verb] = {Create: "create", Drop: "drop", Alter: "alter", Rename: "rename", Rebuild: "rebuild"}


def verb(change: Change) -> Verb:
    return VERBS[type(change)]


def subject(change: Change) -> Object:
    """The object a change is about: the new one, or the old one where it goes."""
    return change.old if isinstance(change, Drop) else change.new


def address_of(change: Change) -> Address:
    return subject(change).address


Lock = Literal[
    "none", "share update exclusive", "share", "share row exclusive", "exclusive", "access exclusive", "database"
]


class Impact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a step does to those who use the database: the strongest lock it takes, whether it rewrites or scans
    a table, and what it loses ("" for nothing)."""

    lock: Lock = "none"
    on: tuple[str, ...] = ()
    rewrite: bool = False
    scan: bool = False
    loses: str = ""
    note: str = ""


class Statement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One statement of SQL; `transactional` is false where it must run, or be committed, outside of a transaction."""

    sql: str
    transactional: bool = True


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A change in its place in the plan, with what is folded into it and why it is there."""

    change: Change
    folded: tuple[Object, ...] = ()
    reason: str = ""
    """Empty where the definition changed; else the address that forces it (`view:public.v is replaced`)."""
