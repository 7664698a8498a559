"""Renames: applied to the old catalog first, so that everything after them compares like with like.

What a person said is a rename of rows; a key or an index that differs by its name alone is renamed too, where the
dialect can. Anything else that looks like a rename is pointed out, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ..diagnostics import Finding
from ..errors import InputError
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Rename
from ..model.objects import NAMESPACE, Object, value_address
from ..model.profile import Profile
from ..model.programs import Function
from ..model.tables import Table
from .names import Names, Renames, parents


def said(old: Catalog, new: Catalog, wanted: Names) -> dict[Address, str]:
    """Of the renames that a source asks for, those still to be done, by old address.

    `wanted` is keyed by the *new* address and names the old one, as a manifest's `renamedFrom` does.
    Raises InputError where two objects claim one old name.
    """
    todo: dict[Address, str] = {}
    whole = {a: was for a, was in wanted.items() if not a.parent}
    for batch in (
        {a: was for a, was in whole.items() if a.kind == NAMESPACE},
        {a: was for a, was in whole.items() if a.kind != NAMESPACE},
        {a: was for a, was in wanted.items() if a.parent},
    ):
        todo |= _due(old, new, batch, _Origins(todo))
    return todo


class _Origins:
    """Where what is at a new address was, by what gets another name."""

    def __init__(self, todo: Names) -> None:
        ahead = Renames(todo)
        self._was = {ahead.address(a): a for a in todo}

    def of(self, a: Address, name: str) -> Address:
        """The old address of a part or a member by its old name."""
        space = self._was.get(Address(NAMESPACE, "", a.schema))
        schema = space.name if space else a.schema
        above = (w for p in parents(a) if a.parent and (w := self._was.get(p)) is not None)
        return Address(a.kind, schema, name, next((w.name for w in above), a.parent))


def _due(old: Catalog, new: Catalog, wanted: Names, origins: _Origins) -> dict[Address, str]:
    """Those that are not done yet. Where the new name is there already it is done, unless what has it moves."""
    sources = {a: origins.of(a, was) for a, was in sorted(wanted.items())}
    sources = {a: source for a, source in sources.items() if a in new and source in old}
    standing = {a: origins.of(a, a.name) for a in sources}
    found: dict[Address, str] = {}
    due = [a for a in sources if standing[a] not in old] or _traded(old, new, sources, standing)
    while due:
        for a in due:
            if sources[a] in found:
                raise InputError(
                    f"two objects are said to be renamed from {sources[a]}: {found[sources[a]]} and {a.name}"
                )
            found[sources.pop(a)] = a.name
        due = [a for a in sources if standing[a] in found] or _traded(old, new, sources, standing)
    return found


def _traded(
    old: Catalog, new: Catalog, sources: Mapping[Address, Address], standing: Mapping[Address, Address]
) -> list[Address]:
    """Those that trade names among themselves: whether that is done already shows only by what they look like."""
    ring = dict(sources)
    while outside := [a for a in ring if standing[a] not in {*ring.values()}]:
        for a in outside:
            del ring[a]
    looks = {a: _look(a, new) for a in ring}
    before = {a: _look(ring[a], old) for a in ring}
    now = {a: _look(standing[a], old) for a in ring}
    return [] if now == looks or before != looks else [*ring]


def _look(a: Address, catalog: Catalog) -> object:
    """What an object is by, as far as it is not its name."""
    if a.kind == NAMESPACE:
        return frozenset((x.kind, x.parent, x.name) for x in catalog if x.schema == a.name)
    shape = _shape(catalog[a], catalog)
    return shape and shape[1:]


def values_renamed(
    old: Catalog, new: Catalog, wanted: Names, origins: Mapping[Address, Address], profile: Profile
) -> tuple[Catalog, list[Rename], dict[Address, str]]:
    """The old catalog with the values renamed that a source asks for, the steps, and the names by old address.

    `origins` are the addresses from before other renames. Texts that name such a value are the server's to rewrite,
    which it does by itself, since it keeps the value's number: here they are rewritten to be what it will print.
    """
    steps: list[Rename] = []
    done: dict[Address, str] = {}
    for a, o in new.items():
        if not o.value_field or (was := old.get(a)) is None:
            continue
        asked = {wanted[v]: x for x in o.value_names if (v := value_address(a, x)) in wanted}
        have = was.value_names
        moved = {x: asked[x] for x in have if x in asked and asked[x] not in have}
        if moved:
            will = was.with_values_named(moved)
            steps.append(Rename(was, will))
            done |= {value_address(origins.get(a, a), x): y for x, y in moved.items()}
            texts = _mentions(was, moved, profile)
            mentioned = (_with_values(old[d], texts) for d in old.dependents(a))
            old = _columns_along(old.replaced([will, *mentioned]), was, moved, profile)
    return old, steps, done


def _columns_along(old: Catalog, type: Object, moved: Mapping[str, str], profile: Profile) -> Catalog:
    """The columns of tables of a type are renamed with its attributes."""
    tables = [t.address for t in old.of(Table) if t.of_type is not None and type.address in t.refs]
    names = {Address("column", t.schema, x, t.name): y for t in tables for x, y in moved.items()}
    if not names:
        return old
    along = Renames(_with_heirs(names, old), old, profile.spelled)
    return old.like(along.retold(o.renamed(along)) for o in old.values())


_Texts = Mapping[re.Pattern[str], str]


def _mentions(o: Object, moved: Mapping[str, str], profile: Profile) -> _Texts:
    """How the server prints a value where a text mentions it, and what it prints from then on: a constant of an enum
    with its type, an attribute of what stands in brackets."""
    if all(isinstance(v, str) for v in getattr(o, o.value_field)):
        return {re.compile(re.escape(f"{_literal(x)}::")): f"{_literal(y)}::" for x, y in moved.items()}
    spell = profile.spelled
    return {re.compile(re.escape(f").{spell(x)}") + r"(?![\w$])"): f").{spell(y)}" for x, y in moved.items()}


def _with_values(o: Object, texts: _Texts) -> Object:
    """An object whose texts name the values as they are called from now on (`'old'::app.state`); what a function's
    body says as a text is not known to the server."""
    changed = {f: v for f in o.__struct_fields__ if (v := _revalued(getattr(o, f), texts)) != getattr(o, f)}
    if isinstance(o, Function) and "definition" in changed:
        head, quoted, body = o.definition.partition("\nAS ")
        changed["definition"] = f"{_revalued(head, texts)}{quoted}{body}"
    return msgspec.structs.replace(o, **changed) if changed else o


def _revalued(value: Any, texts: _Texts) -> Any:
    if isinstance(value, str):
        for was, now in texts.items():
            value = was.sub(now.replace("\\", r"\\"), value)
    elif isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return tuple(_revalued(v, texts) for v in value)
    return value


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def only_names_differ(old: Catalog, new: Catalog, profile: Profile) -> dict[Address, str]:
    """Objects of kinds whose name means nothing to rows, dropped and created with an equal definition."""
    gone = [o for o in old.only(new) if o.kind in profile.auto_renames and profile.renamable(o, old)]
    come = [o for o in new.only(old) if o.kind in profile.auto_renames]
    if not gone or not come:
        return {}
    olds, news = _by_shape(gone), _by_shape(come)
    return {
        olds[shape][0].address: news[shape][0].name
        for shape in olds
        if len(olds[shape]) == 1 and len(news.get(shape, ())) == 1
    }


def respelled(old: Catalog, new: Catalog, profile: Profile, *, parts: bool = False) -> dict[Address, str]:
    """Objects that stay, whose name is written otherwise while the database sees no difference; parts in a pass of
    their own, once their parents have the new spelling."""
    gone: dict[tuple[str, str, str, str], Address] = {}
    for o in old.only(new):
        if o.kind in profile.renames and (o.parent is not None) is parts:
            a = o.address
            gone[a.kind, a.schema, a.parent, profile.same_name(a.kind, a.name)] = a
    come = (o.address for o in new.only(old)) if gone else ()
    found = {gone.get((a.kind, a.schema, a.parent, profile.same_name(a.kind, a.name))): a.name for a in come}
    return {a: name for a, name in found.items() if a is not None}


def relabelled(old: Catalog, new: Catalog) -> Catalog:
    """The old catalog with its nameless constraints under the labels that the new one has for equal ones: where a
    column got another name, the label made from it is another too, and there is nothing to do for it."""
    gone = [o for o in old.only(new) if not getattr(o, "named", True)]
    if not gone:
        return old
    come: dict[Object, list[Object]] = {}
    for a, o in new.items():
        if a not in old and not getattr(o, "named", True):
            come.setdefault(_unlabelled(o), []).append(o)
    moved: dict[Address, Object] = {}
    for o in gone:
        same = come.get(_unlabelled(o), [])
        if same:
            moved[o.address] = msgspec.structs.replace(o, name=same.pop(0).name)
    return old.replaced(moved.values(), without=moved) if moved else old


def _unlabelled(o: Object) -> Object:
    return msgspec.structs.replace(o, **dict.fromkeys(o.silent), name="")


def _by_shape(objects: Iterable[Object]) -> dict[Object, list[Object]]:
    shapes: dict[Object, list[Object]] = {}
    for o in objects:
        if getattr(o, "named", True):
            shapes.setdefault(msgspec.structs.replace(o, name="", refs=()), []).append(o)
    return shapes


def applied(old: Catalog, names: Names, profile: Profile) -> tuple[Catalog, list[Rename]]:
    """The old catalog with new names, and the renames in an order that works (through a spare name where one is taken).

    Raises InputError where the dialect cannot rename such an object.
    """
    if not names:
        return old, []
    plain, spare = _with_spares(old, names, profile)
    catalog, steps = old, []
    for batch in (
        spare,
        {a: n for a, n in plain.items() if a.parent},
        {a: n for a, n in plain.items() if not a.parent and a.kind != NAMESPACE},
        {a: n for a, n in plain.items() if a.kind == NAMESPACE},
    ):
        moved = Renames(_with_heirs(batch, catalog), catalog, profile.spelled)
        renamed = {a: moved.retold(o.renamed(moved)) for a, o in catalog.items()}
        steps += [Rename(catalog[a], renamed[a]) for a in sorted(batch) if a in catalog]
        catalog = old.like(renamed.values())
    return catalog, steps


def _with_heirs(names: Names, catalog: Catalog) -> Names:
    """The renames with those of the columns that other tables have from a table whose column gets a new name."""
    todo = [a for a in names if a.kind == "column"]
    if not todo:
        return names
    heirs: dict[Address, list[Address]] = {}
    for t in catalog.of(Table):
        for above in (*t.inherits, *((t.partition_of,) if t.partition_of else ())):
            heirs.setdefault(above, []).append(t.address)
    found = dict(names)
    while todo:
        a = todo.pop()
        for heir in heirs.get(Address("table", a.schema, a.parent), ()):
            below = Address(a.kind, heir.schema, a.name, heir.name)
            if below not in found:
                found[below] = names.get(a, found[a])
                todo.append(below)
    return found


def _with_spares(old: Catalog, names: Names, profile: Profile) -> tuple[dict[Address, str], dict[Address, str]]:
    """The renames, with those that run into a name still taken made to start from a spare one."""
    spare: dict[Address, str] = {}
    names_taken = {*names.values(), *(a.name for a in old)}
    wanted = {place for a, new in names.items() for place in profile.places(a, new)}
    taken: dict[tuple[str, ...], list[Address]] = {}
    for a in old:
        for place in wanted.intersection(profile.places(a, a.name)):
            taken.setdefault(place, []).append(a)
    for a in sorted(names):
        if a.kind not in profile.renames:
            raise InputError(f"{profile.name} cannot rename a {a.kind.replace('_', ' ')}", where=str(a))
        for occupant in {o for place in profile.places(a, names[a]) for o in taken.get(place, ())} - {a}:
            if occupant.kind in profile.renames:
                spare.setdefault(occupant, _spare(occupant, names_taken, profile))
        if not a.parent and profile.same_name(a.kind, a.name) == profile.same_name(a.kind, names[a]):
            # to the database the name is taken, by the object itself
            spare.setdefault(a, _spare(a, names_taken, profile))
    away = Renames(spare)
    return {away.address(a): new for a, new in names.items()}, spare


def _spare(a: Address, taken: set[str], profile: Profile) -> str:
    """A name that nothing has, for as long as another thing takes this one's; taken from then on."""
    same = {profile.same_name(a.kind, n) for n in taken}
    tries = (f"{a.name[:40]}__was{n or ''}" for n in range(len(taken) + 1))
    found = next(t for t in tries if profile.same_name(a.kind, t) not in same)
    taken.add(found)
    return found


def likely(old: Catalog, new: Catalog) -> list[Finding]:
    """What looks like a rename and was not said to be one: a thing of the same shape gone and come in one place."""
    gone = [o for o in old.only(new) if o.parent is None or o.parent in new]
    come = [o for o in new.only(old) if o.parent is None or o.parent in old]
    found = []
    for o in gone:
        shape = _shape(o, old)
        same = [n for n in come if type(n) is type(o) and n.parent == o.parent and _shape(n, new) == shape]
        if shape is not None and len(same) == 1:
            found.append(_likely(o, same[0]))
    return found


def _shape(o: Object, catalog: Catalog) -> tuple[object, ...] | None:
    """What tells whether two objects could be one under two names: the type of a column, the columns of a table."""
    kind_type = getattr(o, "type", None)
    if o.parent is not None:
        return (o.schema, kind_type) if kind_type is not None and o.kind == "column" else None
    parts = tuple(
        sorted((c.name, getattr(c, "type", "")) for c in catalog.children(o.address) if hasattr(c, "nullable"))
    )
    return (o.schema, parts) if parts else None


def _likely(o: Object, n: Object) -> Finding:
    return Finding(
        rule="likely-rename",
        level="warning",
        address=str(n.address),
        message=f"{o.kind} {o.name} goes and {n.name} of the same shape comes",
        why="if this is a rename, the plan as it stands loses what is in it",
        next=f"to keep it, write `renamedFrom: {o.name}` on {n.name} (in a model: info={{'renamed_from': '{o.name}'}})",
    )
