"""What the planner must know of SQLite, as a function of its version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Final

from ...model.address import Address
from ...model.changes import Alter, Rebuild
from ...model.objects import KINDS, Object, compared_fields
from ...model.profile import Effect, Profile
from ...model.tables import Check, ForeignKey
from .meaning import alike
from .rewrite import INLINE, names_itself, rewritten

_KINDS: Final = INLINE | {"table", "index", "view", "trigger", "virtual_table", "pragma"}
_RELATIONS: Final = dict.fromkeys(("table", "view", "index", "virtual_table"), "relation")

_LOOKED_AT: Final = frozenset({"view", "trigger"})

_CAPABILITIES: Final = {
    "rename_column": (3, 25),
    "drop_column": (3, 35, 5),  # 3.35.0 to 3.35.4 could corrupt the file
    "strict": (3, 37),
    "alter_constraints": (3, 53),  # ALTER COLUMN … SET/DROP NOT NULL, ADD and DROP CONSTRAINT … CHECK
}


def profile(version: Sequence[int]) -> Profile:
    """The profile of a server of that version; () stands for the oldest one supported."""
    return _profile(tuple(version))


@cache
def _profile(version: tuple[int, ...]) -> Profile:
    capabilities = {name: version >= since for name, since in _CAPABILITIES.items()}
    return Profile(
        name="sqlite",
        kinds=_KINDS,
        folds=INLINE,
        # Every change of a table is an ALTER to the planner; `rewrite` then says which of them need a rebuild.
        alterable={kind: frozenset(compared_fields(KINDS[kind])) | {"columns"} for kind in INLINE | {"table"}}
        | {"pragma": frozenset({"value"})},
        in_place=lambda alter: True,
        effect=_effect,
        renames=frozenset({"table", "column"} if capabilities["rename_column"] else {"table"}),
        names=_RELATIONS | {"trigger": "trigger"},
        unordered=frozenset({"foreign_key"}),  # its target is looked for when rows are written, not before
        rewrite=partial(rewritten, capabilities),
        written_in=_written_in,
        same_name=lambda kind, name: name.lower(),
        alike=alike,
        capabilities=capabilities,
    )


def _effect(cause: Alter | Rebuild, was: Object, will: Object) -> Effect:
    """A rebuild takes the table's own indexes and triggers with it; all else finds a table of the same name again,
    unless the table must be renamed in the way that looks at all views and triggers."""
    if not isinstance(cause, Rebuild):
        return Effect.NONE
    own = was.parent == cause.old.address
    return Effect.REPLACE if own or (names_itself(cause) and was.kind in _LOOKED_AT) else Effect.NONE


def _written_in(o: Object) -> Address | None:
    """The column in whose definition a constraint over that column alone can stand."""
    if isinstance(o, ForeignKey) and len(o.columns) == 1:
        return Address("column", o.schema, o.columns[0], o.table)
    if isinstance(o, Check):
        columns = [a for a in o.refs if a.kind == "column"]
        return columns[0] if len(columns) == 1 else None
    return None
