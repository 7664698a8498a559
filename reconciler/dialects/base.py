"""What a dialect gives: data and tables of functions, behind one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal, Protocol

import msgspec

from ..model.address import Address
from ..model.catalog import Catalog
from ..model.changes import Change, Impact, Statement, Step, Verb, subject, verb
from ..model.objects import Object
from ..model.probes import Probe
from ..model.profile import Profile
from ..model.rights import Right
from .emulation import Emulation
from .session import Session


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """Objects that a project leaves alone: a kind ("" for any) and a pattern over `schema.name` or the bare name."""

    kind: str = ""
    name: str = "*"

    def matches(self, address: Address) -> bool:
        if self.kind and self.kind != address.kind:
            return False
        own = address.parent or address.name
        names = (address.name, own, f"{address.schema}.{address.name}", f"{address.schema}.{own}")
        return any(fnmatchcase(n, self.name) for n in names)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a database: the managed schemas (None for all that are not the system's), what is left alone,
    and the tables of the revision history and of our ledger, which are never part of a catalog."""

    schemas: tuple[str, ...] | None = None
    unmanaged: tuple[Pattern, ...] = ()
    hidden: frozenset[str] = frozenset({"alembic_version"})
    topics: frozenset[str] = frozenset()
    """The opt-in kinds that are read as well: owners, grants, roles."""
    keeps_definers: bool = True
    """Whether a definer is part of what has one, or is none of the project's business."""

    def leaves_alone(self, address: Address) -> bool:
        return any(p.matches(address) for p in self.unmanaged)


class Rendering(msgspec.Struct, frozen=True, kw_only=True):
    """What a renderer may look at beside its step: the profile of the server and both catalogs."""

    profile: Profile
    old: Catalog
    new: Catalog
    called: Mapping[Address, Address] = {}
    """Where what is renamed stands at the end, by each address that it has until then."""


class Probing(Rendering, frozen=True, kw_only=True):
    """What probes look at: both catalogs, the old one after the renames, and under which addresses it stands now."""

    was: Mapping[Address, Address] = {}


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is to be allowed: to see what there is and count rows (`plan`), or to carry steps out (`apply`).

    role: "" for whoever is connected. reads: tables whose rows are counted, as they are called now.
    """

    use: Literal["plan", "apply"]
    steps: Sequence[Step] = ()
    context: Probing
    version_table: str = "alembic_version"
    reads: tuple[Address, ...] = ()
    role: str = ""


Renderer = Callable[[Step, Rendering], Iterator[Statement]]
Rendered = list[tuple[Step, list[Statement]]]
"""The steps of a plan with their statements, in order."""


class RenderTable:
    """Renderers by verb and kind, filled by a decorator that refuses a duplicate."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._table: dict[tuple[Verb, str], Renderer] = {}

    def on(self, verb: Verb, *kinds: type[Object]) -> Callable[[Renderer], Renderer]:
        def add(render: Renderer) -> Renderer:
            for kind in kinds:
                if (verb, kind.kind) in self._table:
                    raise ValueError(f"{self.dialect}: {verb} {kind.kind} is rendered twice")
                self._table[verb, kind.kind] = render
            return render

        return add

    def __call__(self, step: Step, context: Rendering) -> list[Statement]:
        change: Change = step.change
        return list(self._table[verb(change), subject(change).kind](step, context))


class Connect(Protocol):
    def __call__(self, url: str, *, create: bool = False, read_only: bool = False) -> Session: ...


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's transaction that holds locks: who it is, the bare names of the tables, for how long, since when (a
    time of day in UTC), and what it last ran, without a value. `doing` where nobody tells which tables it holds."""

    who: str
    tables: tuple[str, ...]
    seconds: int
    since: str = ""
    query: str = ""
    doing: str = ""


class Unfit(msgspec.Struct, frozen=True):
    """Why nothing can be applied to a database, and what to do about it."""

    why: str
    next: str


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One database product.

    profile: what the planner must know, by server version. inspect: the whole catalog in a few set-based queries, in
    one read-only transaction. render: the statements of a step. impact: what a step does to others.
    quoted: an identifier, always quoted. ledger: the qualified, quoted name of one of our own tables
    (`ledger("ledger")`), with the statements that make its schema. alembic: SQLAlchemy's name of the dialect.
    """

    name: str
    schemes: tuple[str, ...]
    profile: Callable[[Sequence[int]], Profile]
    connect: Connect
    inspect: Callable[[Session, Scope], Catalog]
    render: Callable[[Step, Rendering], list[Statement]]
    impact: Callable[[Step, Rendering], Impact]
    quoted: Callable[[str], str]
    literal: Callable[[str], str]
    """A text as a SQL literal."""
    ledger: Callable[[str], str]
    stamp: Callable[[Session], str]
    """A cheap text that differs after every change of the schema (and may differ without one)."""
    ledger_setup: tuple[str, ...] = ()
    transactional_ddl: bool = True
    system_schemas: frozenset[str] = frozenset()
    alembic: str = ""
    is_absent: Callable[[str], bool] = lambda url: False
    """Whether a URL names a database that does not exist yet and that writing would make (a SQLite file)."""
    empty_url: str = ""
    """Where such a database is not there yet: the URL of an empty one to read instead."""
    framed: Callable[[Rendered, Rendering], Rendered] = lambda said, context: said
    """The statements of a whole plan with what must stand before and after all of them (SQLite takes the enforcement
    of foreign keys off around a rebuild; that is not transactional, and what is between it is one transaction)."""
    as_text: Callable[[str, str], str] = lambda column, type: f"CAST({column} AS text)"
    """A column (quoted, with its type) as an expression that gives its value as text that any driver can read."""
    strict_casts: bool = True
    """Whether CAST refuses a text that is none of its type's; where it does not, only an INSERT can tell."""
    fits: Callable[[str, str], bool] = lambda type, value: True
    """Where CAST does not tell: whether a text may be a value of a type."""
    operations: bool = True
    """Whether revisions say what they do in Alembic's own operations where those mean exactly that; else in SQL."""
    emulation: Emulation = Emulation()
    """What it keeps as something else in a project that has other dialects beside it."""
    holders: Callable[[Session, str], Sequence[Holder]] = lambda session, sql: ()
    """Who holds the locks that a statement asks for, the oldest first, where the server tells. May raise
    DatabaseError."""
    said_impact: Callable[[str], Impact] = lambda sql: Impact(scan=True)
    """What a statement does to others, as far as its words tell; what is not known is taken to be long."""
    probes: Callable[[Iterable[Step], Probing], Iterable[Probe]] = lambda steps, context: ()
    """The questions about rows that some steps raise: on which would they fail?"""
    rights: Callable[[Session, Claim], Sequence[Right]] = lambda session, claim: ()
    """What a role must be allowed, each with whether it is."""
    seen_done: Callable[[Session, str], bool | None] = lambda session, sql: None
    """Whether a statement was done whose effect no catalog shows and the server tells; None for all others."""
    unfit: Callable[[Session], Unfit | None] = lambda session: None
    """Why nothing can be applied to this database as it is reached (a replica, read-only)."""


def statements(dialect: Dialect, steps: Iterable[Step], context: Rendering) -> Rendered:
    """The steps with their SQL, in order."""
    return dialect.framed([(s, dialect.render(s, context)) for s in steps], context)
