"""What must hold for every pair of scripts: as for other pairs, and the server's own dump is the judge of both ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.postgresql import DIALECT
from reconciler.dialects.postgresql.scratch import with_database
from reconciler.dialects.postgresql.spelling import columns_sorted
from reconciler.dialects.session import Session
from reconciler.model.tables import Table
from reconciler.plan.plan import Plan
from tests.fuzz import things_others, things_programs  # noqa: F401  they enter their kinds into the registry
from tests.fuzz.pairs import Broken, Held, Round, held
from tests.fuzz.strategies import Draw
from tests.fuzz.things import Script, drawn, loaded, script
from tests.proof.postgresql_dumps import dumped
from tests.servers import Postgres


@dataclass
class Scripts:
    """Two schemas as scripts; what the server refuses of them is no part of them."""

    before: Script
    after: Script
    follow_order: bool = False


def drawn_scripts(seed: int, major: int) -> Scripts:
    draw = Draw(seed)
    before, after = drawn(draw, major)
    return Scripts(script(before), script(after), draw.chance(0.25))


class _Dumped(Round):
    """A way there and back on which the dump of each end is that of the database which the script made."""

    in_order = False  # what a table inherits stands first, whatever the plan kept of the old order
    server: Postgres
    dumps: dict[int, dict[str, str]]

    def target(self, session: Session, plan: Plan, wanted: Side) -> Side:
        if not self.follow_order:
            return wanted
        live = self.dialect.inspect(session, Scope())
        lineage = (t for t in plan.new.of(Table) if (t.inherits or t.partition_of is not None) and t.address in live)
        as_live = (replace(t, columns=live.get(t.address, t).columns) for t in lineage)  # type: ignore[attr-defined]
        return Side(label="target", catalog=plan.new.replaced(as_live))

    def arrived(self, session: Session, wanted: Side) -> None:
        found = dump_of(session, self.server)
        if (expected := self.dumps[id(wanted.catalog)]) != found:
            different = [
                f"{key}\n  wanted: {expected.get(key)}\n  found:  {found.get(key)}"
                for key in sorted(expected.keys() | found.keys())
                if expected.get(key) != found.get(key)
            ]
            raise self.broken("the dumps differ: " + "\n".join(different))


_OF_A_PARENT: Final = re.compile(r"(?: CONSTRAINT (?:\w+|\"(?:[^\"]|\"\")+\"))? NOT NULL")


def dump_of(session: Session, server: Postgres) -> dict[str, str]:
    """A dump without NOT NULL in partitions: from 18 on it is said with the name that it has there. Whether a column
    takes NULL is compared without a dump. Before 18 the same of children, whose own one is not told from the parent's.
    Statistics objects list their columns by name, and not as the table does: that order is set aside in tables too."""
    ((name,),) = session.rows("SELECT current_database()")
    children = {
        f"TABLE {schema} {table}"
        for schema, table in session.rows(
            "SELECT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition OR "
            "current_setting('server_version_num')::int < 180000"
        )
    }
    found = dumped(with_database(server.admin_url, name), server.major)
    found |= {k: _columns_sorted(text) for k, text in found.items() if k.startswith("STATISTICS ")}
    return {k: _not_null_left_out(text) if k in children else text for k, text in found.items()}


def _columns_sorted(text: str) -> str:
    """A target is said by a statement behind the object's own."""
    first, end, rest = text.partition(";\n")
    return columns_sorted(first + end.strip()) + end[1:] + rest


def _not_null_left_out(text: str) -> str:
    """Line by line: what a check says of NULL stays."""
    return "\n".join(s if " CHECK (" in s else _OF_A_PARENT.sub("", s) for s in text.split("\n"))


def hold_scripts(pair: Scripts, server: Postgres) -> Held:
    """Raises Broken where the pair is not brought there and back."""
    before, first = _end(pair.before, server)
    after, second = _end(pair.after, server)
    dumps = {id(before.catalog): first, id(after.catalog): second}

    def made(*given: object) -> Round:
        found = _Dumped(*given)  # type: ignore[arg-type]
        found.server, found.dumps = server, dumps
        return found

    return held(made, pair.follow_order, DIALECT, before, after, lambda: _empty(server))


def _end(said: Script, server: Postgres) -> tuple[Side, dict[str, str]]:
    with _empty(server) as session:
        taken = loaded(session, said)
        catalog = DIALECT.inspect(session, Scope())
        if catalog.unmodelled:
            raise Broken(f"not modelled: {catalog.unmodelled}\n" + "\n".join(taken))
        return Side(label="the script", catalog=catalog), dump_of(session, server)


@contextmanager
def _empty(server: Postgres) -> Iterator[Session]:
    session = server.session()
    try:
        yield session
    finally:
        session.close()


def reduced(pair: Scripts, server: Postgres, *, like: str = "") -> Scripts:
    """The smallest pair that still fails (with `like` in what is said), things taken away on both sides at once."""

    def fails(labels: Sequence[str], cut: Scripts) -> bool:
        left = _only(cut, labels)
        try:
            hold_scripts(left, server)
        except Exception as error:  # noqa: BLE001  any failure is the one that is looked for
            return like in f"{type(error).__name__} {error}"
        finally:
            server.drop_databases()
        return False

    labels = list(dict.fromkeys(label for label, _ in (*pair.before, *pair.after)))
    size = len(labels) // 2
    while size:
        at = 0
        while at < len(labels):
            fewer = labels[:at] + labels[at + size :]
            if fails(fewer, pair):
                labels = fewer
            else:
                at += size
        size //= 2
    return _only(pair, labels)


def _only(pair: Scripts, labels: Sequence[str]) -> Scripts:
    keep = set(labels)
    before, after = ([(n, s) for n, s in side if n in keep] for side in (pair.before, pair.after))
    return Scripts(before, after, pair.follow_order)
