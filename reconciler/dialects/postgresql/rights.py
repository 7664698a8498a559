"""What a role must be allowed for a plan to be made, and to be carried out; and whether it is. Tried on 15 and 18.

A right over what the plan itself makes is nobody's to give. Where no GRANT gives a right, what is said is a comment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import structs

from ...model.access import DefaultPrivilege, Grant, Owner
from ...model.address import Address
from ...model.catalog import Catalog
from ...model.changes import Change, Create, Rebuild, subject, verb
from ...model.namespaces import Extension
from ...model.objects import Object
from ...model.programs import Function, MaterializedView
from ...model.rights import Right
from ...model.tables import Column, ForeignKey, Table
from ..base import Claim
from ..session import Session
from .inspect import LEDGER_SCHEMA
from .spelling import at, ident

_LEDGER: Final = ("ledger", "journal", "recorded")
_WRITES: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")


def rights(session: Session, claim: Claim) -> list[Right]:
    """Each right once, in the order in which it is first needed."""
    judge = _Judge(session, claim)
    found = _to_plan(judge, claim) if claim.use == "plan" else _to_apply(judge, claim)
    return list({r.grant: r for r in found}.values())


def _to_plan(judge: _Judge, claim: Claim) -> Iterator[Right]:
    """The catalog is everybody's to read; what is read beside it is where the database stands, and rows to count."""
    yield judge.on_database("CONNECT", "to connect")
    schema, table = _version_table(claim)
    for name, tables in ((schema, [table]), (LEDGER_SCHEMA, _LEDGER)):
        for each in tables:
            if judge.there(name, each):
                yield judge.on_schema("USAGE", name)
                yield judge.on_table("SELECT", Address("table", name, each), "to see where the database stands")
    for a in claim.reads:
        yield judge.on_schema("USAGE", a.schema)
        yield judge.on_table("SELECT", a, "to count the rows that stand in the way")


def _to_apply(judge: _Judge, claim: Claim) -> Iterator[Right]:
    yield judge.on_database("CONNECT", "to connect")
    yield from _bookkeeping(judge, claim)
    for a in claim.reads:
        yield judge.on_table("SELECT", a, "to count the rows that stand in the way")
    for step in claim.steps:
        yield from _of(step.change, judge)


def _bookkeeping(judge: _Judge, claim: Claim) -> Iterator[Right]:
    """What apply writes of its own: where the database stands, and what was done."""
    schema, table = _version_table(claim)
    if not judge.has_schema(LEDGER_SCHEMA):
        yield judge.on_database("CREATE", f"to make the schema {LEDGER_SCHEMA}")
    elif not all(judge.there(LEDGER_SCHEMA, name) for name in _LEDGER):
        yield judge.on_database("CREATE", f"to make the schema {LEDGER_SCHEMA}")  # IF NOT EXISTS asks for it, too
        yield judge.on_schema("CREATE", LEDGER_SCHEMA)
    if not judge.there(schema, table):
        yield judge.on_schema("CREATE", schema)
    for name, tables in ((schema, [table]), (LEDGER_SCHEMA, _LEDGER)):
        for each in tables:
            if judge.there(name, each):
                yield judge.on_schema("USAGE", name)
                for word in _WRITES:
                    yield judge.on_table(word, Address("table", name, each), "to keep what was done")


def _version_table(claim: Claim) -> tuple[str, str]:
    schema, _, table = claim.version_table.rpartition(".")
    return schema or "public", table


class _Judge:
    """What one role has."""

    def __init__(self, session: Session, claim: Claim) -> None:
        self._session, self._claim = session, claim
        me, database = session.rows("SELECT current_user::text, current_database()::text")[0]
        self.role = claim.role or str(me)
        self._database = ident(str(database))
        found = session.rows("SELECT rolsuper, rolcreaterole FROM pg_catalog.pg_roles WHERE rolname = %s", (self.role,))
        self._known = bool(found)
        self._all, self._makes_roles = found[0] if found else (False, False)

    @property
    def old(self) -> Catalog:
        return self._claim.context.old

    def live(self, address: Address) -> Address:
        return self._claim.context.was.get(address, address)

    def there(self, schema: str, table: str) -> bool:
        return bool(self._session.rows(
            "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relname = %s", (schema, table)))  # fmt: skip

    def has_schema(self, name: str) -> bool:
        return bool(self._session.rows("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (name,)))

    def on_database(self, word: str, why: str) -> Right:
        query = "SELECT pg_catalog.has_database_privilege(%s, current_database(), %s)"
        return self._right(why, f"GRANT {word} ON DATABASE {self._database}", query, word)

    def on_schema(self, word: str, schema: str) -> Right:
        why = f"to make objects in schema {schema}" if word == "CREATE" else f"to reach what is in schema {schema}"
        query = ("SELECT pg_catalog.has_schema_privilege(%s, oid, %s) FROM pg_catalog.pg_namespace "
                 "WHERE nspname = %s")  # fmt: skip
        return self._right(why, f"GRANT {word} ON SCHEMA {ident(schema)}", query, word, schema)

    def on_table(self, word: str, table: Address, why: str) -> Right:
        query = ("SELECT pg_catalog.has_table_privilege(%s, c.oid, %s) FROM pg_catalog.pg_class c "
                 "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                 "WHERE n.nspname = %s AND c.relname = %s")  # fmt: skip
        return self._right(why, f"GRANT {word} ON TABLE {at(table)}", query, word, table.schema, table.name)

    def on_other(self, word: str, kind: str, name: str, why: str) -> Right:
        """A right on a language, a wrapper or a server; on one that is not there yet, it is whoever makes it's."""
        words, catalog, column = _OTHERS[kind]
        query = f"SELECT pg_catalog.has_{kind}_privilege(%s, oid, %s) FROM pg_catalog.{catalog} WHERE {column} = %s"
        there = self._session.rows(f"SELECT 1 FROM pg_catalog.{catalog} WHERE {column} = %s", (name,))
        right = self._right(why, f"GRANT {word} ON {words} {ident(name)}", query, word, name)
        return right if there else structs.replace(right, held=True)

    def own(self, address: Address) -> Iterator[Right]:
        """Being, or being a member of, who owns what is there already."""
        query = _OWNERS.get(address.kind)
        if query is None or (address not in self.old and address.kind != "schema"):
            return
        live = self.live(address)
        name = live.name.partition("(")[0] if live.kind in ("function", "aggregate", "procedure") else live.name
        values = (live.schema, name) if query.count("%s") == 2 else (name,)
        told = f"SELECT pg_catalog.pg_get_userbyid(o)::text FROM ({query}) AS x(o)"
        for (owner,) in self._session.rows(told, values)[:1]:
            what = f"{live.kind.replace('_', ' ')} {live.dotted}"
            yield from self.member(str(owner), f"to change {what}, which is {owner}'s")

    def member(self, role: str, why: str) -> Iterator[Right]:
        """A role that is to be made is nobody's yet; to be oneself takes nothing."""
        if role != self.role and self._session.rows("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", (role,)):
            held = self._asked("SELECT pg_catalog.pg_has_role(%s, %s, 'USAGE')", (self.role, role))
            yield Right(what=why, grant=self._to(f"GRANT {ident(role)}"), held=held)

    def make_roles(self) -> Right:
        grant = f"ALTER ROLE {ident(self.role)} CREATEROLE"
        return Right(what="to make and change roles", grant=grant, held=self._all or self._makes_roles)

    def superuser(self, why: str, instead: tuple[str, ...] = ()) -> Right:
        """Also who is a member of the role that stands for superusers on a hosted server, or of one named `instead`."""
        query = ("SELECT bool_or(pg_catalog.pg_has_role(%s, oid, 'USAGE')) FROM pg_catalog.pg_roles "
                 "WHERE rolname = ANY(%s)")  # fmt: skip
        held = self._asked(query, (self.role, [*_HOSTED, *instead]))
        return Right(what=why, grant=f"-- only a superuser may: apply as one, {why}", held=held)

    def trusted(self, extension: str) -> bool:
        """Whether whoever may create in a database may make an extension there; the server says so of what it has."""
        query = ("SELECT bool_and(trusted OR NOT superuser) FROM pg_catalog.pg_available_extension_versions "
                 "WHERE name = %s")  # fmt: skip
        return bool(self._session.rows(query, (extension,))[0][0])

    def _right(self, why: str, grant: str, query: str, word: str, *values: str) -> Right:
        return Right(what=why, grant=self._to(grant), held=self._asked(query, (self.role, word, *values)))

    def _to(self, grant: str) -> str:
        return f"{grant} TO {ident(self.role)}"

    def _asked(self, query: str, values: tuple[Any, ...]) -> bool:
        if self._all or not self._known:
            return bool(self._all)
        found = self._session.rows(query, values)
        return bool(found and found[0][0])


_HOSTED: Final = ("rds_superuser", "cloudsqlsuperuser", "alloydbsuperuser", "azure_pg_admin")
_OTHERS: Final = {
    "language": ("LANGUAGE", "pg_language", "lanname"),
    "foreign_data_wrapper": ("FOREIGN DATA WRAPPER", "pg_foreign_data_wrapper", "fdwname"),
    "server": ("FOREIGN SERVER", "pg_foreign_server", "srvname"),
}
_RELATION: Final = (
    "SELECT c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = %s AND c.relname = %s"
)
_TYPE: Final = (
    "SELECT t.typowner FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
    "WHERE n.nspname = %s AND t.typname = %s"
)
_ROUTINE: Final = (
    "SELECT p.proowner FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname = %s AND p.proname = %s"
)
_OWNERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("table", "view", "materialized_view", "sequence"), _RELATION),
    **dict.fromkeys(("enum", "domain", "composite_type", "range_type"), _TYPE),
    **dict.fromkeys(("function", "procedure", "aggregate"), _ROUTINE),
    "schema": "SELECT nspowner FROM pg_catalog.pg_namespace WHERE nspname = %s",
    "extension": "SELECT extowner FROM pg_catalog.pg_extension WHERE extname = %s",
    "server": "SELECT srvowner FROM pg_catalog.pg_foreign_server WHERE srvname = %s",
    "publication": "SELECT pubowner FROM pg_catalog.pg_publication WHERE pubname = %s",
    "collation": "SELECT c.collowner FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n "
    "ON n.oid = c.collnamespace WHERE n.nspname = %s AND c.collname = %s",
}
"""By kind, who owns an object of some schema and name, or of some name where it is in no schema."""


def _of(change: Change, judge: _Judge) -> Iterator[Right]:
    """What one change needs: by its verb and kind, else by its kind, else as any part, or any object of a schema."""
    o = subject(change)
    needs = _NEEDS.get((verb(change), o.kind)) or _NEEDS.get(("", o.kind))
    if needs is None:
        needs = _part if o.parent is not None else _whole
    yield from needs(change, judge)


def _part(change: Change, judge: _Judge) -> Iterator[Right]:
    parent = subject(change).parent
    if parent is not None:
        yield from judge.own(parent)


def _whole(change: Change, judge: _Judge) -> Iterator[Right]:
    """An object of a schema: made anew it needs the schema, changed its owner; what is renamed needs both."""
    o = subject(change)
    if not isinstance(change, Create):
        yield from judge.own(change.old.address)
    if verb(change) in ("create", "rename", "rebuild"):
        yield from _in_schema(o.schema, judge)
    if isinstance(change, Rebuild):
        yield from _tables_of(change.before, judge)


def _in_schema(schema: str, judge: _Judge) -> Iterator[Right]:
    """A schema that this plan makes is its own."""
    address = Address("schema", "", schema)
    if schema and (address in judge.old or judge.has_schema(schema)):
        yield judge.on_schema("CREATE", judge.live(address).name)


def _tables_of(parts: Iterable[Object], judge: _Judge) -> Iterator[Right]:
    for o in parts:
        if isinstance(o, Column) and o.parent is not None:
            yield from judge.own(o.parent)


def _indexed(change: Change, judge: _Judge) -> Iterator[Right]:
    yield from _part(change, judge)
    if isinstance(change, Create):
        yield from _in_schema(subject(change).schema, judge)


def _table(change: Change, judge: _Judge) -> Iterator[Right]:
    yield from _whole(change, judge)
    o = subject(change)
    if isinstance(o, Table):
        for above in (*o.inherits, *([o.partition_of] if o.partition_of else [])):
            yield from judge.own(above)
        if o.server is not None and isinstance(change, Create):
            yield judge.on_other("USAGE", "server", o.server, f"to make a table of server {o.server}")


def _foreign_key(change: Change, judge: _Judge) -> Iterator[Right]:
    key = subject(change)
    assert isinstance(key, ForeignKey)
    yield from _part(change, judge)
    if key.target_address in judge.old:
        live = judge.live(key.target_address)
        if isinstance(change, Create):
            yield judge.on_table("REFERENCES", live, f"to have a foreign key point at {live.dotted}")


def _trigger(change: Change, judge: _Judge) -> Iterator[Right]:
    parent = subject(change).parent
    assert parent is not None
    if isinstance(change, Create) and parent in judge.old and subject(change).comment is None:
        live = judge.live(parent)
        yield judge.on_table("TRIGGER", live, f"to make a trigger on {live.dotted}")
    else:
        yield from judge.own(parent)


def _schema(change: Change, judge: _Judge) -> Iterator[Right]:
    if verb(change) in ("create", "rename"):
        yield judge.on_database("CREATE", f"to make the schema {subject(change).name}")
    if not isinstance(change, Create):
        yield from judge.own(change.old.address)


def _extension(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    assert isinstance(o, Extension)
    if not isinstance(change, Create):
        yield from judge.own(o.address)
    elif judge.trusted(o.name):
        yield judge.on_database("CREATE", f"to make the extension {o.name}")
    else:
        yield judge.superuser(f"to make the extension {o.name}")


def _function(change: Change, judge: _Judge) -> Iterator[Right]:
    yield from _whole(change, judge)
    o = subject(change)
    if isinstance(o, Function) and o.language in ("c", "internal"):
        yield judge.superuser(f"to make the function {o.address.dotted} in {o.language}")
    elif isinstance(o, Function) and o.language and verb(change) != "drop":
        yield judge.on_other("USAGE", "language", o.language, f"to make functions in {o.language}")


def _materialized(change: Change, judge: _Judge) -> Iterator[Right]:
    yield from _whole(change, judge)
    o = subject(change)
    if isinstance(o, MaterializedView) and isinstance(change, Create):
        for ref in sorted(set(o.refs)):
            if ref.kind in ("table", "view", "materialized_view") and ref in judge.old:
                yield judge.on_table("SELECT", judge.live(ref), f"to fill {o.address.dotted}")


def _owner(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    assert isinstance(o, Owner)
    yield from judge.own(o.on)
    yield from judge.member(o.role, f"to make {o.on.dotted} be {o.role}'s")


def _grant(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    assert isinstance(o, Grant)
    yield from judge.own(o.on)


def _default(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    assert isinstance(o, DefaultPrivilege)
    yield from judge.member(o.role, f"to say what is given of what {o.role} makes")


def _roles(change: Change, judge: _Judge) -> Iterator[Right]:
    yield judge.make_roles()


def _mighty(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    yield judge.superuser(f"to {verb(change)} {o.kind.replace('_', ' ')} {o.name}")


def _subscription(change: Change, judge: _Judge) -> Iterator[Right]:
    name = subject(change).name
    yield judge.superuser(f"to {verb(change)} subscription {name}", ("pg_create_subscription",))


def _server(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    if isinstance(change, Create):
        wrapper = str(getattr(o, "wrapper", ""))
        if Address("foreign_data_wrapper", "", wrapper) in judge.old:
            yield judge.on_other("USAGE", "foreign_data_wrapper", wrapper, f"to make servers of {wrapper}")
    else:
        yield from judge.own(change.old.address)


def _publication(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    if isinstance(change, Create):
        yield judge.on_database("CREATE", f"to make the publication {o.name}")
        if getattr(o, "all_tables", False) or getattr(o, "schemas", ()):
            yield judge.superuser(f"to publish every table in {o.name}")
    else:
        yield from judge.own(change.old.address)


def _nothing(change: Change, judge: _Judge) -> Iterator[Right]:
    """What nobody can tell by a right: a cast is its types' owner's."""
    return iter(())


_Needs = Callable[[Change, _Judge], Iterator[Right]]
_NEEDS: Final[Mapping[tuple[str, str], _Needs]] = {
    ("", "table"): _table,
    **{("", kind): _indexed for kind in ("index", "primary_key", "unique", "exclusion")},
    ("", "foreign_key"): _foreign_key,
    ("", "trigger"): _trigger,
    ("", "schema"): _schema,
    ("", "extension"): _extension,
    ("", "function"): _function,
    ("", "materialized_view"): _materialized,
    ("", "owner"): _owner,
    ("", "grant"): _grant,
    ("", "default_privilege"): _default,
    **{("", kind): _roles for kind in ("role", "membership")},
    **{
        ("", kind): _mighty
        for kind in ("foreign_data_wrapper", "event_trigger", "operator_class", "operator_family")
    },
    ("", "subscription"): _subscription,
    ("", "server"): _server,
    ("", "publication"): _publication,
    ("", "cast"): _nothing,
}
