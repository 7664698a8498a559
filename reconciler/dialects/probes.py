"""The questions about rows that most databases are asked alike, over a table as it will be.

`Image` is that table: its rows of now, under the names of then, with new columns at their defaults and changed ones
converted. What a dialect says in its own way stands in its `Speech`; which change asks what, in its table of probes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Alter, Change, Create, Rebuild, Step, subject, verb
from ..model.objects import changed_fields
from ..model.probes import Probe
from ..model.tables import Check, Column, ForeignKey, Key, PrimaryKey, Table
from .base import Probing


class Misfit(msgspec.Struct, frozen=True):
    """How values are found that a new type does not take: by a condition; or none, and an expression that fails."""

    condition: str = ""
    attempt: str = ""


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """How a dialect spells what probes say.

    converted: a value of the old column as the new one has it. misfit: None where every value fits.
    default: the default of a new column as an expression among columns.
    """

    ident: Callable[[str], str]
    table: Callable[[Address], str]
    converted: Callable[[str, Column, Column], str] = lambda value, old, new: value
    misfit: Callable[[str, Column, Column, Catalog], Misfit | None] = lambda value, old, new, catalog: None
    default: Callable[[str], str] = lambda text: f"({text})"
    nothing: Callable[[Column], str] = lambda column: "NULL"


_FEW: Final = 4


class Image:
    """The rows of a table as they will stand in it."""

    def __init__(self, speech: Speech, context: Probing, table: Address, needed: Iterable[str] | None = None) -> None:
        self.speech, self.context, self.table = speech, context, table
        self.now = context.was.get(table, table)
        self._old = {o.name: o for o in context.old.children(table) if isinstance(o, Column)}
        columns = [o for o in context.new.children(table) if isinstance(o, Column)]
        names = None if needed is None else set(needed) | {n for c in columns if c.generated for n in self._old}
        self._new = [c for c in columns if names is None or c.name in names]

    @property
    def made_up(self) -> bool:
        """Whether it has values that are in no row yet."""
        olds = ((self._old.get(c.name), c) for c in self._new)
        return any(old is None or old.type != c.type or self._computed(c) for old, c in olds)

    def item(self, alias: str = "") -> str:
        """What stands after FROM."""
        name = self.speech.ident(alias or self.table.name)
        if all(self._stays(c) for c in self._new):
            plain = self.speech.table(self.now)
            return f"{plain} AS {name}" if alias or self.now != self.table else plain
        computed = [c for c in self._new if self._computed(c)]
        inner = ", ".join(self._value(c) for c in self._new if c not in computed) or "1 AS one"
        text = f"(SELECT {inner} FROM {self.speech.table(self.now)}) AS {name}"
        if computed:
            more = ", ".join(f"({c.generated.expression}) AS {self.speech.ident(c.name)}"
                             for c in computed if c.generated)  # fmt: skip
            own = self.speech.ident(self.table.name)
            inside = f"(SELECT {inner} FROM {self.speech.table(self.now)}) AS {own}"
            text = f"(SELECT {own}.*, {more} FROM {inside}) AS {name}"
        return text

    def keys(self) -> tuple[str, ...]:
        """The columns that rows are shown by, where they stay."""
        kept = {c.name for c in self._new}
        return tuple(c for c in telling(self.context.old, self.table) if c in kept)

    def _stays(self, new: Column) -> bool:
        old = self._old.get(new.name)
        return old is not None and not self._computed(new) and self._now(new) == new.name and old.type == new.type

    def _computed(self, new: Column) -> bool:
        old = self._old.get(new.name)
        return new.generated is not None and (old is None or old.generated != new.generated)

    def _now(self, column: Column) -> str:
        return self.context.was.get(column.address, column.address).name

    def _value(self, new: Column) -> str:
        old = self._old.get(new.name)
        if old is None:
            value = self.speech.nothing(new) if new.default is None else self.speech.default(new.default)
        else:
            value = self.speech.ident(self._now(new))
            value = value if old.type == new.type else self.speech.converted(value, old, new)
        return f"{value} AS {self.speech.ident(new.name)}"


def telling(catalog: Catalog, table: Address) -> tuple[str, ...]:
    """The columns that tell a row of a table from another: those of its primary key, else the first few."""
    found = next((o.columns for o in catalog.children(table) if isinstance(o, PrimaryKey)), None)
    owner = catalog.get(table)
    return found or (owner.columns[:_FEW] if isinstance(owner, Table) else ())


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What each probe is made with."""

    speech: Speech
    context: Probing

    def image(self, table: Address, needed: Iterable[str] | None = None) -> Image:
        names = None if needed is None else {*needed, *telling(self.context.old, table)}
        return Image(self.speech, self.context, table, names)

    def names(self, columns: Iterable[str], alias: str = "") -> list[str]:
        head = f"{alias}." if alias else ""
        return [head + self.speech.ident(c) for c in columns]


Prober = Callable[[Any, Asking], Iterator[Probe]]
"""The probes of one Create or Alter."""


def probes(speech: Speech, table: Mapping[tuple[str, str], Prober], steps: Iterable[Step], context: Probing
           ) -> Iterator[Probe]:  # fmt: skip
    """The questions that some steps raise, those about tables that are there already."""
    asking = Asking(speech=speech, context=context)
    for step in steps:
        for change in elementary(step):
            ask = table.get((verb(change), subject(change).kind))
            if ask is not None and _has_rows(change, context.old):
                yield from ask(change, asking)


def elementary(step: Step) -> Iterator[Change]:
    """A step, or where it rebuilds a table, what changes inside of that."""
    change = step.change
    if not (isinstance(change, Rebuild) and isinstance(change.new, Table)):
        yield change
        return
    before = {o.address: o for o in change.before}
    for o in change.after:
        was = before.get(o.address)
        if was is None:
            yield Create(o)
        elif fields := changed_fields(was, o):
            yield Alter(was, o, fields)


def _has_rows(change: Change, old: Catalog) -> bool:
    parent = subject(change).parent
    return parent is None or parent in old


def asked(image: Image, address: Address, what: str, condition: str) -> Probe:
    """The rows of a table for which a condition holds."""
    keys = image.keys()
    shown = ", ".join(image.speech.ident(k) for k in keys)
    where = f"{image.item()} WHERE {condition}"
    return Probe(
        address=address,
        table=image.now,
        what=what,
        count=f"SELECT count(*) FROM {where}",
        sample=f"SELECT {shown} FROM {where} ORDER BY {shown}" if keys else "",
        keys=keys,
        made_up=image.made_up,
    )


def added_column(change: Create, asking: Asking) -> Iterator[Probe]:
    """A column that must have a value and gets none, where the server does not make one up."""
    c = change.new
    assert isinstance(c, Column)
    if c.nullable or c.default is not None or c.identity is not None or c.generated is not None or c.auto_increment:
        return
    if c.inherited or (c.not_null is not None and c.not_null.not_valid):
        return
    parent = c.parent
    assert parent is not None
    what = f"would have no value in {c.name}, which must have one"
    yield replace(asked(asking.image(parent, ()), c.address, what, "1 = 1"), made_up=True)


def altered_column(change: Alter, asking: Asking) -> Iterator[Probe]:
    """NULL where none may be any more, and values that the new type does not take."""
    yield from nulls(change, asking)
    yield from misfits(change, asking)


def nulls(change: Alter, asking: Asking) -> Iterator[Probe]:
    old, new = change.old, change.new
    assert isinstance(old, Column) and isinstance(new, Column)
    if _requires(new) and not _requires(old):
        yield of_nulls(new, asking)


def of_nulls(column: Column, asking: Asking) -> Probe:
    parent = column.parent
    assert parent is not None
    image = asking.image(parent, [column.name])
    (name,) = asking.names([column.name])
    return asked(image, column.address, f"hold NULL in {column.name}", f"{name} IS NULL")


def _requires(c: Column) -> bool:
    return not c.nullable and not (c.not_null is not None and c.not_null.not_valid)


def misfits(change: Alter, asking: Asking) -> Iterator[Probe]:
    old, new = change.old, change.new
    assert isinstance(old, Column) and isinstance(new, Column)
    if old.type == new.type or new.inherited or new.generated is not None or old.generated is not None:
        return
    parent = new.parent
    assert parent is not None
    now = asking.context.was.get(new.address, new.address).name
    plain = Image(asking.speech, replace(asking.context, new=asking.context.old), parent)
    (name,) = asking.names([new.name])
    found = asking.speech.misfit(name, old, new, asking.context.new)
    if found is None:
        return
    what = f"do not fit {new.type} in {now}"
    if found.condition:
        yield asked(plain, new.address, what, found.condition)
    else:
        count = f"SELECT count({found.attempt}) FROM {plain.item()}"
        yield Probe(address=new.address, table=plain.now, what=what, count=count, only_tries=True)


def new_check(change: Create | Alter, asking: Asking) -> Iterator[Probe]:
    """Rows against a condition, of a check that is made or that begins to hold for all of them."""
    check = change.new
    assert isinstance(check, Check)
    if not _holds(check) or (isinstance(change, Alter) and _holds(change.old) and "expression" not in change.fields):
        return
    parent = check.parent
    assert parent is not None
    columns = [r.name for r in check.refs if r.kind == "column" and r.parent == check.table]
    image = asking.image(parent, columns or None)
    yield asked(image, check.address, f"are against {check.expression}", f"NOT ({check.expression})")


def _holds(o: Any) -> bool:
    return bool(o.enforced) and not o.not_valid


def new_key(change: Create, asking: Asking) -> Iterator[Probe]:
    key = change.new
    assert isinstance(key, Key)
    if key.without_overlaps:
        return
    distinct = not getattr(key, "nulls_not_distinct", False)
    yield repeated(key, asking, asking.names(key.columns), ", ".join(key.columns), key.columns, distinct=distinct)


def repeated(
    key: Any, asking: Asking, terms: Sequence[str], said: str, needed: Iterable[str] | None, *, where: str = "",
    distinct: bool = True,
) -> Probe:  # fmt: skip
    """The rows that say again what another says in all terms; those with NULL in one of them say nothing, where NULL
    is distinct from NULL. Of five that say the same, four are too many."""
    image = asking.image(key.parent, needed)
    conditions = [f"({where})"] if where else []
    conditions += [f"{t} IS NOT NULL" for t in terms] if distinct else []
    only = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    named = [f"{t} AS k{i}" for i, t in enumerate(terms, 1)]
    places = ", ".join(str(i) for i, _ in enumerate(terms, 1))
    groups = f"FROM {image.item()}{only} GROUP BY {places} HAVING count(*) > 1"
    return Probe(
        address=key.address,
        table=image.now,
        what=f"say again in {said} what another says",
        count=f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT {', '.join(named)}, count(*) AS n {groups}) AS repeated",
        sample=f"SELECT {', '.join(named)} {groups} ORDER BY {places}",
        keys=tuple(said.split(", ")) if len(terms) > 1 else (said,),
        made_up=image.made_up,
    )


def new_foreign_key(change: Create | Alter, asking: Asking) -> Iterator[Probe]:
    """Rows that refer to nothing, of a foreign key that is made or that begins to hold for all of them."""
    key = change.new
    assert isinstance(key, ForeignKey)
    if not _holds(key) or key.period or (isinstance(change, Alter) and _holds(change.old)):
        return
    parent = key.parent
    assert parent is not None
    image = asking.image(parent, key.columns)
    mine = asking.names(key.columns, asking.speech.ident("child"))
    complete = " AND ".join(f"{c} IS NOT NULL" for c in mine)
    condition = f"{complete} AND {_nowhere(key, asking, mine)}"
    if key.match == "full" and len(mine) > 1:
        some = " OR ".join(f"{c} IS NOT NULL" for c in mine)
        condition = f"({condition}) OR (({some}) AND NOT ({complete}))"
    keys = image.keys()
    where = f"FROM {image.item('child')} WHERE {condition}"
    shown = ", ".join(asking.names(keys, asking.speech.ident("child")))
    target = asking.context.was.get(key.target_address, key.target_address)
    yield Probe(
        address=key.address,
        table=image.now,
        what=f"refer by {', '.join(key.columns)} to no row of {target.dotted}",
        count=f"SELECT count(*) {where}",
        sample=f"SELECT {shown} {where} ORDER BY {shown}",
        keys=keys,
        made_up=image.made_up,
        beside=(target,),
    )


def _nowhere(key: ForeignKey, asking: Asking, mine: Sequence[str]) -> str:
    """That there is no such row in the table that a foreign key points at; of one that is made now, there is none."""
    target = key.target_address
    if target in asking.context.new and target not in asking.context.old:
        return "1 = 1"
    columns = key.target_columns
    if not columns:
        keys = (o for o in asking.context.new.children(target) if isinstance(o, PrimaryKey))
        columns = next((k.columns for k in keys), ())
    theirs = asking.names(columns, asking.speech.ident("parent"))
    equal = " AND ".join(f"{a} = {b}" for a, b in zip(theirs, mine, strict=False)) or "1 = 1"
    return f"NOT EXISTS (SELECT 1 FROM {asking.image(target, columns).item('parent')} WHERE {equal})"
