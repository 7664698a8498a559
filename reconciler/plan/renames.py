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
from ..model.objects import Object, value_address
from ..model.profile import Profile

Names = Mapping[Address, str]
"""Old address → new name."""

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\W\d][\w$]*|\s+|.""", re.S)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


class Renames:
    """New names for old addresses, the children of a renamed table included."""

    def __init__(self, names: Names) -> None:
        self._names = dict(names)
        self._columns: dict[tuple[str, str], dict[str, str]] = {}
        for a, new in self._names.items():
            if a.kind == "column":
                self._columns.setdefault((a.schema, a.parent), {})[a.name] = new

    def name_of(self, address: Address) -> str:
        return self._names.get(address, address.name)

    def address(self, address: Address) -> Address:
        parent = address.parent
        if parent:
            parent = self._names.get(Address("table", address.schema, parent), parent)
        return Address(address.kind, address.schema, self.name_of(address), parent)

    def rewritten(self, table: Address, text: Any) -> Any:
        columns = self._columns.get((table.schema, table.name), {})
        own = self._names.get(table)
        if not (columns or own) or text is None:
            return text
        if isinstance(text, tuple):
            return tuple(self.rewritten(table, t) for t in text)
        words = _TOKEN.findall(text)
        qualifier = {table.name: own} if own else {}
        around = zip(["", *words], words, [*words[1:], ""], strict=False)
        return "".join(
            _rewritten_token(word, qualifier if after == "." else columns, qualified="." in (before, after))
            for before, word, after in around
        )


def _rewritten_token(token: str, columns: Mapping[str, str], *, qualified: bool) -> str:
    """The token with the new name, in quotes where it needs them, or had them as part of a qualified name."""
    quoted = token[:1] in '"`['
    name = token[1:-1].replace(token[0] * 2, token[0]) if quoted else token
    new = columns.get(name)
    if new is None or token.startswith("'"):
        return token
    if token[0] == "`":
        return "`" + new.replace("`", "``") + "`"
    return new if _PLAIN.match(new) and not (quoted and qualified) else '"' + new.replace('"', '""') + '"'


def said(old: Catalog, new: Catalog, wanted: Names) -> dict[Address, str]:
    """Of the renames that a source asks for, those still to be done, by old address.

    `wanted` is keyed by the *new* address and names the old one, as a manifest's `renamedFrom` does.
    Raises InputError where two objects claim one old name.
    """
    tables = {a: n for a, n in wanted.items() if not a.parent}
    todo: dict[Address, str] = {}
    for a, was in sorted(wanted.items()):
        parent = tables.get(Address("table", a.schema, a.parent), a.parent) if a.parent else ""
        if a.parent and Address("table", a.schema, parent) not in old:
            parent = a.parent
        source = Address(a.kind, a.schema, was, parent)
        standing = Address(a.kind, a.schema, a.name, parent)
        if a not in new or source not in old or standing in old:
            continue
        if source in todo:
            raise InputError(f"two objects are said to be renamed from {source}: {todo[source]} and {a.name}")
        todo[source] = a.name
    return todo


def values_renamed(
    old: Catalog, new: Catalog, wanted: Names, names: Mapping[Address, str]
) -> tuple[Catalog, list[Rename], dict[Address, str]]:
    """The old catalog with the values renamed that a source asks for, the steps, and the names by old address.

    `names` are the renames that were done before. Texts that name such a value are the server's to rewrite, which it
    does by itself, since it keeps the value's number: here they are rewritten to be what it will print.
    """
    before = {Renames(names).address(a): a for a in names}
    steps: list[Rename] = []
    done: dict[Address, str] = {}
    for a, o in new.items():
        if not o.value_field or (was := old.get(a)) is None:
            continue
        asked = {wanted[v]: x for x in getattr(o, o.value_field) if (v := value_address(a, x)) in wanted}
        have: tuple[str, ...] = getattr(was, o.value_field)
        moved = {x: asked[x] for x in have if x in asked and asked[x] not in have}
        if moved:
            will = msgspec.structs.replace(was, **{o.value_field: tuple(moved.get(x, x) for x in have)})
            steps.append(Rename(was, will))
            done |= {value_address(before.get(a, a), x): y for x, y in moved.items()}
            mentioned = (_with_values(old[d], moved) for d in old.dependents(a))
            old = old.replaced([will, *mentioned])
    return old, steps, done


def _with_values(o: Object, moved: Mapping[str, str]) -> Object:
    """An object whose texts name the values as they are called from now on (`'old'::app.state`)."""
    changed = {f: v for f in o.__struct_fields__ if (v := _revalued(getattr(o, f), moved)) != getattr(o, f)}
    return msgspec.structs.replace(o, **changed) if changed else o


def _revalued(value: Any, moved: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for was, now in moved.items():
            value = value.replace(f"{_literal(was)}::", f"{_literal(now)}::")
    elif isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return tuple(_revalued(v, moved) for v in value)
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
        {a: n for a, n in plain.items() if not a.parent},
    ):
        moved = Renames(batch)
        renamed = {a: o.renamed(moved) for a, o in catalog.items()}
        steps += [Rename(catalog[a], renamed[a]) for a in sorted(batch) if a in catalog]
        catalog = old.like(renamed.values())
    return catalog, steps


def _with_spares(old: Catalog, names: Names, profile: Profile) -> tuple[dict[Address, str], dict[Address, str]]:
    """The renames, with those that run into a name still taken made to start from a spare one."""
    plain: dict[Address, str] = {}
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
    for a, new in names.items():
        plain[Address(a.kind, a.schema, spare[a], a.parent) if a in spare else a] = new
    return plain, spare


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


def _shape(o: Object, catalog: Catalog) -> object | None:
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
