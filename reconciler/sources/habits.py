"""Where dialects differ in what a source may leave open, and in how a scratch database is best spoken to."""

from __future__ import annotations

from typing import Final

import msgspec

from ..model.address import Address
from ..model.profile import Profile


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """unnamed: a constraint may have no name; else one is made up. bracketed: an expression that is an index's key
    stands in brackets. open_target: a foreign key may leave the columns it points at open. dangling: a foreign key may
    point at a table that is not there. folded: names of columns, and perhaps of tables, differ in more than case.
    typed: every column has a type. named_views: a view keeps the names written after its own.

    inline_checks: a condition in a column's definition is a property of the column.

    batched: one text may hold several statements. namespace: makes names without a schema mean those of a schema
    (`{}`) first; undone by `everywhere`. lenient: lets bodies of functions pass that are not whole yet.
    implicit: what every database has, whoever it belongs to.
    calls: a default and a check may call functions, which must be there before.
    committing: every statement commits by itself, so what succeeded is never made again.
    """

    unnamed: bool = False
    bracketed: bool = True
    open_target: bool = False
    dangling: bool = False
    folded: bool = False
    typed: bool = True
    named_views: bool = False
    inline_checks: bool = False
    batched: bool = False
    namespace: str = ""
    everywhere: str = ""
    lenient: str = ""
    calls: bool = False
    committing: bool = False
    implicit: frozenset[Address] = frozenset()


_HABITS: Final = {
    "sqlite": Habits(
        unnamed=True, bracketed=False, open_target=True, dangling=True, folded=True, typed=False, named_views=True
    ),
    "postgresql": Habits(
        calls=True,
        batched=True,
        namespace="SET LOCAL search_path TO {}, public",
        everywhere='SET LOCAL search_path TO "$user", public',
        lenient="SET LOCAL check_function_bodies TO off",
        implicit=frozenset({Address("schema", "", "public")}),
    ),
    "mysql": Habits(unnamed=True, bracketed=False, dangling=True, folded=True, inline_checks=True, committing=True),
}


def habits_of(profile: Profile | None) -> Habits:
    return habits_named(profile.name if profile is not None else "")


def habits_named(dialect: str) -> Habits:
    return _HABITS.get(dialect, Habits())
