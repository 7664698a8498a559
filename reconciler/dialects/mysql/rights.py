"""What an account must be allowed for a plan to be made, and to be carried out; as tried on MariaDB 10.11.

An account sees of a catalog only what it has some right on. So whoever reads it must be able to read all of it, or
would take what it does not see for what is not there. A right on what is not there yet is one on the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ...errors import DatabaseError
from ...model.address import Address
from ...model.changes import Alter, Change, Create, Drop, Rebuild, Rename, Step, subject, verb
from ...model.namespaces import Sequence
from ...model.rights import Right
from ...model.tables import ForeignKey
from ..base import Claim
from ..disturbance import is_disturbance
from ..session import Session
from .casts import converted
from .flavour import is_mariadb
from .inspect import LEDGER_PREFIX
from .programs import passed
from .tokens import literal, quoted

_LEDGER: Final = tuple(f"{LEDGER_PREFIX}{name}" for name in ("ledger", "journal", "recorded"))
_ROUTINES: Final = frozenset({"function", "procedure", "package", "package_body"})
_SEES: Final = ("SELECT", "SHOW VIEW", "TRIGGER", "EVENT")
_LINE: Final = re.compile(r"GRANT (?P<words>.+?) ON (?P<on>(?:`(?:[^`]|``)*`|\*)\.(?:`(?:[^`]|``)*`|\*)) TO ")
_ON: Final = re.compile(r"(`(?:[^`]|``)*`|\*)\.(`(?:[^`]|``)*`|\*)\Z")


def rights(session: Session, claim: Claim) -> list[Right]:
    """Each right once, in the order in which it is first needed."""
    judge = _Judge(session, claim)
    found = list(_to_see(judge))
    if claim.use == "apply":
        found += _bookkeeping(judge, claim)
        found += [r for step in claim.steps for r in _of(step, judge)]
    return list({r.grant: r for r in found}.values())


def _to_see(judge: _Judge) -> Iterator[Right]:
    for word in _SEES:
        yield judge.on_database(word, "to see all that is there")
    if judge.has_routines:
        yield judge.on_routines()


def _bookkeeping(judge: _Judge, claim: Claim) -> Iterator[Right]:
    version = claim.version_table.rpartition(".")[2]
    for name in (version, *_LEDGER):
        if judge.there(name):
            for word in ("INSERT", "UPDATE", "DELETE"):
                yield judge.on_table(word, name, "to keep what was done")
        else:
            for word in ("CREATE", "INSERT", "UPDATE", "DELETE"):
                yield judge.on_database(word, f"to make {name}, and to keep there what was done")


class _Judge:
    """What one account has, by SHOW GRANTS: words by where they hold."""

    def __init__(self, session: Session, claim: Claim) -> None:
        self._session, self._claim = session, claim
        me, database = session.rows("SELECT current_user(), database()")[0]
        self._account = claim.role or str(me)
        self._database = str(database or "")
        self._held: list[tuple[str, str, frozenset[str]]] = []
        self._read(claim.role)

    def in_old(self, address: Address) -> bool:
        return address in self._claim.context.old

    def live(self, address: Address) -> Address:
        return self._claim.context.was.get(address, address)

    def there(self, table: str) -> bool:
        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = %s"
        return bool(self._session.rows(query, (table,)))

    def on_database(self, word: str, why: str) -> Right:
        return self._right(word, why, f"{quoted(self._database)}.*", self._database, "*")

    def on_table(self, word: str, table: str, why: str, schema: str = "") -> Right:
        own = schema or self._database
        return self._right(word, why, f"{quoted(own)}.{quoted(table)}", own, table)

    def on_server(self, words: tuple[str, ...], why: str) -> Right:
        held = any(self._has(w, "*", "*") for w in words)
        return Right(what=why, grant=f"GRANT {words[0]} ON *.* TO {self._to}", held=held)

    @property
    def has_routines(self) -> bool:
        context = self._claim.context
        return any(o.kind in _ROUTINES for catalog in (context.old, context.new) for o in catalog.values())

    def on_routines(self) -> Right:
        """MariaDB shows what they say to whoever may read its table of them; MySQL 8 has a right of its own."""
        why = "to see what routines say"
        if is_mariadb(self._session.version):
            return self._right("SELECT", why, "mysql.proc", "mysql", "proc")
        return self.on_server(("SHOW_ROUTINE", "SELECT"), why)

    @property
    def _to(self) -> str:
        user, at, host = self._account.rpartition("@")
        return f"{literal(user)}@{literal(host)}" if at else quoted(self._account)

    def _right(self, word: str, why: str, on: str, database: str, table: str) -> Right:
        return Right(what=why, grant=f"GRANT {word} ON {on} TO {self._to}", held=self._has(word, database, table))

    def _has(self, word: str, database: str, table: str) -> bool:
        wanted = {word} if word == "GRANT OPTION" else {word, "ALL PRIVILEGES"}
        return any(wanted & words and _covers(d, t, database, table) for d, t, words in self._held)

    def _read(self, account: str) -> None:
        query = f"SHOW GRANTS FOR {self._to}" if account else "SHOW GRANTS"
        try:
            lines = [str(line) for (line,) in self._session.rows(query)]
        except DatabaseError as error:
            if is_disturbance(error):
                raise
            return  # whoever may not see it gets told all of them
        for line in lines:
            found = _LINE.match(line)  # not one on a routine, nor of a role
            on = _ON.match(found["on"]) if found is not None else None
            if found is not None and on is not None:
                whole = re.sub(r"[A-Z ]+\([^)]*\)", "", found["words"])  # what is granted on columns alone is not
                words = {w.strip() for w in whole.split(",")}
                words |= {"GRANT OPTION"} if line.endswith("WITH GRANT OPTION") else set()
                self._held.append((_bare(on[1]), _bare(on[2]), frozenset(words)))


def _bare(text: str) -> str:
    return text[1:-1].replace("``", "`") if text.startswith("`") else text


def _covers(database: str, table: str, wanted: str, own: str) -> bool:
    """A database may be a pattern (`app\\_%`), where the grant is on all of it."""
    if database == "*":
        return True
    if table == "*":
        pattern = "".join(_PATTERN.get(p, re.escape(p)) for p in re.findall(r"\\.|.", database))
        return re.fullmatch(pattern, wanted) is not None
    return (database, table) == (wanted, own)


_PATTERN: Final = {"%": ".*", "_": ".", "\\_": "_", "\\%": "%"}


def _of(step: Step, judge: _Judge) -> Iterator[Right]:
    change = step.change
    o = subject(change)
    needs = _NEEDS.get((verb(change), o.kind)) or _NEEDS.get(("", o.kind)) or _altered
    yield from needs(change, judge)
    for part in (*step.folded, *(change.after if isinstance(change, Rebuild) else ())):
        if isinstance(part, ForeignKey):
            yield from _referred(part, judge)
    yield from _definer(change, judge)


def _altered(change: Change, judge: _Judge) -> Iterator[Right]:
    """A part of a table, or a table that stays: whoever may alter it may do all of that."""
    o = subject(change)
    table = o.parent or (change.old.address if not isinstance(change, Create) else o.address)
    if judge.in_old(table):
        name = judge.live(table).name
        yield judge.on_table("ALTER", name, f"to change the table {name}")
        if converted(change):
            yield judge.on_table("UPDATE", name, f"to rewrite addresses in {name}")
    else:
        yield judge.on_database("ALTER", f"to change the table {table.name}, which is not there yet")


def _made(change: Change, judge: _Judge) -> Iterator[Right]:
    """A table or a sequence."""
    o = subject(change)
    why = f"to {verb(change)} {o.kind} {o.name}"
    if isinstance(change, Create):
        yield judge.on_database("CREATE", why)
    elif isinstance(change, Drop):
        yield judge.on_table("DROP", judge.live(o.address).name, why)
    elif isinstance(change, Rename):
        for word in ("ALTER", "DROP"):
            yield judge.on_table(word, change.old.name, why)
        for word in ("CREATE", "INSERT"):
            yield judge.on_database(word, why)
    else:
        yield from _altered(change, judge)
        if isinstance(change, Alter) and isinstance(change.new, Sequence) and isinstance(change.old, Sequence):
            name = judge.live(change.old.address).name
            if passed(change.old, change.new) is not None:
                yield judge.on_table("INSERT", name, f"to bring the sequence {name} forward")


def _foreign_key(change: Change, judge: _Judge) -> Iterator[Right]:
    key = subject(change)
    assert isinstance(key, ForeignKey)
    yield from _altered(change, judge)
    if isinstance(change, Create):
        yield from _referred(key, judge)


def _referred(key: ForeignKey, judge: _Judge) -> Iterator[Right]:
    target = key.target_address
    if judge.in_old(target) or key.target_schema:
        name = judge.live(target).name
        yield judge.on_table("REFERENCES", name, f"to have a foreign key point at {name}", key.target_schema)
    else:
        yield judge.on_database("REFERENCES", f"to have a foreign key point at {target.name}")


def _view(change: Change, judge: _Judge) -> Iterator[Right]:
    o = subject(change)
    if isinstance(change, Create):
        yield judge.on_database("CREATE VIEW", f"to make the view {o.name}")
    else:
        if not isinstance(change, Drop):
            yield judge.on_database("CREATE VIEW", f"to change the view {o.name}")
        yield judge.on_table("DROP", judge.live(change.old.address).name, f"to {verb(change)} the view {o.name}")


def _trigger(change: Change, judge: _Judge) -> Iterator[Right]:
    """Seeing them is being allowed to make them."""
    yield judge.on_database("TRIGGER", "to see all that is there")


def _routine(change: Change, judge: _Judge) -> Iterator[Right]:
    word = "CREATE ROUTINE" if isinstance(change, Create) else "ALTER ROUTINE"
    yield judge.on_database(word, f"to {verb(change)} {subject(change).kind} {subject(change).name}")
    if verb(change) in ("alter", "rebuild"):
        yield judge.on_database("CREATE ROUTINE", f"to make {subject(change).name} anew")


def _event(change: Change, judge: _Judge) -> Iterator[Right]:
    yield judge.on_database("EVENT", "to see all that is there")


def _database(change: Change, judge: _Judge) -> Iterator[Right]:
    yield judge.on_database("ALTER", "to change what is so in the whole database")


def _accounts(change: Change, judge: _Judge) -> Iterator[Right]:
    yield judge.on_server(("CREATE USER",), "to make and change accounts and roles")


def _grant(change: Change, judge: _Judge) -> Iterator[Right]:
    yield judge.on_database("GRANT OPTION", "to grant what it has itself")


def _definer(change: Change, judge: _Judge) -> Iterator[Right]:
    """What runs as somebody else is made by whoever may say so."""
    definer = getattr(subject(change), "definer", None)
    if definer and verb(change) != "drop":
        yield judge.on_server(("SET USER", "SUPER"), "to make what runs as another account")


_Needs = Callable[[Change, Any], Iterator[Right]]
_NEEDS: Final[Mapping[tuple[str, str], _Needs]] = {
    **{("", kind): _made for kind in ("table", "sequence")},
    ("", "foreign_key"): _foreign_key,
    ("", "view"): _view,
    ("", "trigger"): _trigger,
    **{("", kind): _routine for kind in _ROUTINES},
    ("", "event"): _event,
    ("", "database"): _database,
    **{("", kind): _accounts for kind in ("role", "membership")},
    **{("", kind): _grant for kind in ("grant", "owner")},
}
