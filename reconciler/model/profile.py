"""What the core must know of a dialect: data and a few predicates, no SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import msgspec

from ..diagnostics import Finding
from .address import Address, spelled
from .catalog import Catalog
from .changes import Alter, Change, Rebuild
from .objects import Object


class Effect(Enum):
    """What an in-place change or a rebuild does to an object that depends on the changed one."""

    NONE = "none"
    THROUGH = "through"
    """It stays, but whoever depends on it is to be asked in its turn."""
    REPLACE = "replace"


def _no_rewrite(changes: Sequence[Change], old: Catalog, new: Catalog, follow_order: bool) -> list[Change]:
    return list(changes)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A dialect as the planner sees it.

    kinds: the kinds that exist. folds: child kinds that are created inside their parent's CREATE.
    alterable: by kind, the fields that ALTER can change in place. in_place: a finer judgement on such an Alter.
    effect: what an Alter or Rebuild does to a dependent, given as it was and as it will be.
    renames: the kinds that have an ALTER … RENAME. auto_renames: of these, kinds whose name means nothing to rows or
    clients, so that an equal definition under another name is a rename.
    names: kind → the name space it shares with others (relations of a schema). part_names: the same among the parts of
    one parent (constraints of a table).
    unordered: kinds whose references impose no order. rewrite: turns changes that ALTER cannot do into rebuilds.
    """

    name: str
    kinds: frozenset[str]
    folds: frozenset[str]
    alterable: Mapping[str, frozenset[str]]
    in_place: Callable[[Alter], bool]
    effect: Callable[[Alter | Rebuild, Object, Object], Effect]
    renames: frozenset[str] = frozenset()
    auto_renames: frozenset[str] = frozenset()
    renamable: Callable[[Object, Catalog], bool] = lambda o, catalog: True
    """Whether ALTER … RENAME takes this object of a kind that it takes."""
    names: Mapping[str, str] = {}
    part_names: Mapping[str, str] = {}
    unordered: frozenset[str] = frozenset()
    rewrite: Callable[[Sequence[Change], Catalog, Catalog, bool], list[Change]] = _no_rewrite
    detached: Callable[[Object, Address], tuple[Object, Object | None] | None] = lambda o, a: None
    """The part of an object that hangs on what is to be dropped, and the object without it, where letting go of that
    part spares the rest (a column's default); None for the rest where the object can go and come again as a whole (a
    domain's check), None where neither can be."""
    added_alone: Callable[[Object], bool] = lambda o: False
    """Whether a part that is made in its parent's CREATE can be added after it as well, and is the same then."""
    written_in: Callable[[Object], Address | None] = lambda o: None
    """Beside its parent, what an object can be written into where both are made (a foreign key into its column)."""
    same_name: Callable[[str, str], str] = lambda kind, name: name
    """Two names of a kind for which this gives one text are one name to the database (SQLite ignores case)."""
    spelled: Callable[[str], str] = spelled
    """A name as the database prints it in a text."""
    stored: Callable[[str, str], str] = lambda kind, name: name
    """The name under which the database keeps what is made as something of a kind."""
    placed: Callable[[Catalog], frozenset[Address]] = lambda catalog: frozenset()
    """Objects whose parts have to stand in the order in which they are written, since something else lists them so."""
    refusals: Callable[[Sequence[Change], Catalog, Catalog], Iterable[Finding]] = lambda changes, old, new: ()
    """What forbids a plan, given all its changes with what they force."""
    alike: Callable[[Object, Object], tuple[Object, Object]] | None = None
    """The old and the new form of an object with one text wherever both mean the same, where the database keeps texts
    as they were typed; None where it has a spelling of its own."""
    unseen: Callable[[str], bool] = lambda sql: False
    """Whether a statement does something that the catalog of a database in use does not show, so that nobody can tell
    by looking whether it was done."""
    identifier_bytes: int = 0
    """The longest identifier in bytes; 0 for no limit."""
    default_schema: str = ""
    called: Callable[[Sequence[Change], Catalog | None], Iterable[tuple[Address, Address]]] = lambda changes, new: ()
    """What had better be made before what, by texts that the database keeps unread: no more than a wish."""
    implicit: Callable[[Address], bool] = lambda a: False
    """Objects that every database has by itself (the schema `public`): neither created nor dropped."""
    uninvited: Callable[[Sequence[Change], Catalog, Catalog], Iterable[Change]] = lambda changes, old, new: ()
    """What must be said of what is made, given all changes, because the database gives new objects more than nothing
    (default privileges)."""
    out_of_order: Callable[[Sequence[Change], Catalog, Catalog], set[Address]] = lambda changes, old, new: set()
    """The tables that all changes leave with their columns in another order than is asked for, where that counts."""
    canonical: Callable[[Object], Object | None] = lambda o: o
    """An owner or grant in the one spelling that inspection gives it; None where it says what is so anyway."""
    capabilities: Mapping[str, Any] = {}

    def places(self, a: Address, name: str) -> Iterator[tuple[str, ...]]:
        """What an object takes up under a name, so that no other one can have it at the same time."""
        name = self.same_name(a.kind, name)
        if a.parent:
            yield self.part_names.get(a.kind, a.kind), a.schema, a.parent, name
        if space := self.names.get(a.kind, "" if a.parent else a.kind):
            yield space, a.schema, name
