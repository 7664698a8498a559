"""The ledger: what was done to an environment, and the schema it had when we last left it. Tables in that environment.

Reading needs no more than SELECT and works where the tables are not there yet. Texts pass the scrubber on their way
in, so that no secret ever lands in them.
"""

from __future__ import annotations

import base64
import datetime
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final, Literal

import msgspec

from .. import __version__
from ..config.secrets import scrubbed
from ..dialects.base import Dialect
from ..dialects.session import Session
from ..errors import DatabaseError, ReconcileError
from ..model import codec
from ..model.access import OWNERS, Access
from ..model.catalog import Catalog
from . import journal
from .journal import open_run as open_run
from .tables import exists, insert, rows_if_there

Action = Literal[
    "apply", "push", "baseline", "stamp", "record", "approved", "break-glass", "refused", "suspend", "resume", "trust",
    "acknowledged",
]  # fmt: skip

MOVES: Final[tuple[Action, ...]] = ("apply", "push", "baseline", "stamp", "record")
"""The acts that leave the database at a revision, or with another schema than before."""

_SHORT: Final = 255
_PART: Final = 32_000  # characters: below every dialect's shortest TEXT and largest packet
_LEDGER: Final = (
    "seq BIGINT NOT NULL PRIMARY KEY, at VARCHAR(40) NOT NULL, environment VARCHAR(255) NOT NULL, "
    "revision VARCHAR(255) NOT NULL, action VARCHAR(32) NOT NULL, actor VARCHAR(255) NOT NULL, "
    "commit_id VARCHAR(64) NOT NULL, sql_digest VARCHAR(64) NOT NULL, statements BIGINT NOT NULL, "
    "duration_ms BIGINT NOT NULL, tool VARCHAR(64) NOT NULL, message TEXT NOT NULL, approvers TEXT NOT NULL, "
    "statement VARCHAR(64) NOT NULL, detail TEXT NOT NULL, previous VARCHAR(64) NOT NULL, hash VARCHAR(64) NOT NULL"
)
_RECORDED: Final = (
    "part INTEGER NOT NULL PRIMARY KEY, revision VARCHAR(255) NOT NULL, fingerprint VARCHAR(64) NOT NULL, "
    "server VARCHAR(40) NOT NULL, at VARCHAR(40) NOT NULL, snapshot TEXT NOT NULL"
)
_ENTRY_COLUMNS: Final = (
    "seq, at, environment, revision, action, actor, commit_id, sql_digest, statements, duration_ms, tool, message, "
    "approvers, statement, detail, previous, hash"
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One act. `seq` orders them, not the clock; `sql_digest` is over the statements that ran.

    `approvers` and `statement`: who approved it, and the digest of what they approved. `detail`: JSON, by the action.
    `hash` is over all of it and `previous`, the hash of the entry before: a row that is changed later shows.
    """

    environment: str
    revision: str
    action: Action | str
    actor: str
    commit_id: str = ""
    sql_digest: str = ""
    statements: int = 0
    duration_ms: int = 0
    message: str = ""
    seq: int = 0
    at: str = ""
    tool: str = f"reconcile {__version__}"
    approvers: str = ""
    statement: str = ""
    detail: str = ""
    previous: str = ""
    hash: str = ""

    @property
    def details(self) -> dict[str, Any]:
        """Raises ReconcileError for an entry that was changed into something that cannot be read."""
        try:
            return msgspec.json.decode(self.detail, type=dict[str, Any]) if self.detail else {}
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            what = f"entry #{self.seq} of the ledger cannot be read"
            next_step = f"reconcile audit --env {self.environment} --verify"
            raise ReconcileError(what, why=str(error), next=next_step) from None

    @property
    def computed(self) -> str:
        """The hash that this entry must have."""
        parts = (str(getattr(self, name)).encode() for name in _ENTRY_COLUMNS.split(", ") if name != "hash")
        return codec.digest(*parts)


class Recorded(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The schema as it was when we last left the environment, and the revisions it was at."""

    revision: tuple[str, ...]
    fingerprint: str
    at: str
    dialect: str
    server: tuple[int, ...]
    snapshot: bytes
    """JSON lines of `model.codec`."""

    @cached_property
    def catalog(self) -> Catalog:
        found = codec.objects(self.snapshot)
        said = [o.says for o in found if isinstance(o, Access)]
        kept = (o for o in found if not isinstance(o, Access))
        return Catalog(kept, dialect=self.dialect, version=self.server, says=said[0] if said else frozenset())


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def ensure(session: Session, dialect: Dialect) -> None:
    """Our tables, made where they are missing; call it under the lock, in a transaction."""
    shapes = {"ledger": _LEDGER, "journal": journal.COLUMNS, "recorded": _RECORDED}
    missing = [name for name in shapes if not exists(session, dialect.ledger(name))]
    setup = [*dialect.ledger_setup, *(f"CREATE TABLE {dialect.ledger(name)} ({shapes[name]})" for name in missing)]
    for statement in setup if missing else ():
        try:
            session.execute(statement)
        except DatabaseError as error:
            error.next = "let this role create the ledger's tables, or have another role make them first"
            raise


def write(session: Session, dialect: Dialect, entry: Entry) -> Entry:
    """Appends an entry; number, time, hash and scrubbing are given here. In a transaction, under the lock."""
    table = dialect.ledger("ledger")
    before = last(session, dialect)
    texts: dict[str, Any] = {f: scrubbed(getattr(entry, f)) for f in ("message", "approvers")}
    texts |= {f: scrubbed(getattr(entry, f))[:_SHORT] for f in ("environment", "actor", "revision")}
    number, previous = (before.seq + 1, before.hash) if before is not None else (1, "")
    written = msgspec.structs.replace(entry, seq=number, at=now(), previous=previous, **texts)
    written = msgspec.structs.replace(written, hash=written.computed)
    insert(session, dialect, table, {name: getattr(written, name) for name in _ENTRY_COLUMNS.split(", ")})
    return written


def entries(session: Session, dialect: Dialect) -> list[Entry]:
    """What was done, oldest first; [] where we never were."""
    return _entries(session, f"SELECT {_ENTRY_COLUMNS} FROM {dialect.ledger('ledger')} ORDER BY seq")


def last(session: Session, dialect: Dialect, *actions: Action) -> Entry | None:
    """What was done last, of some actions or of all."""
    table = dialect.ledger("ledger")
    among = f" WHERE action IN ({', '.join(map(dialect.literal, actions))})" if actions else ""
    newest = f"(SELECT max(seq) FROM {table}{among})"
    found = _entries(session, f"SELECT {_ENTRY_COLUMNS} FROM {table} WHERE seq = {newest}")
    return found[0] if found else None


def _entries(session: Session, sql: str) -> list[Entry]:
    names = _ENTRY_COLUMNS.split(", ")
    rows = rows_if_there(session, sql) or []
    return [msgspec.convert(dict(zip(names, row, strict=True)), Entry, strict=False) for row in rows]


def recorded(session: Session, dialect: Dialect) -> Recorded | None:
    """The schema as we last left it; None where we never were. Raises ReconcileError for a damaged record."""
    columns = "revision, fingerprint, server, at, snapshot"
    rows = rows_if_there(session, f"SELECT {columns} FROM {dialect.ledger('recorded')} ORDER BY part")
    if not rows:
        return None
    revision, fingerprint, server, at, _ = rows[0]
    try:
        text = zlib.decompress(base64.b64decode("".join(row[4] for row in rows)))
    except (ValueError, zlib.error) as error:
        raise ReconcileError(
            "the recorded schema cannot be read",
            where=session.target,
            why=str(error),
            next="see what is there (`reconcile drift`), then record it anew (`reconcile drift --adopt`)",
        ) from None
    return Recorded(
        revision=_names(revision),
        fingerprint=fingerprint,
        at=at,
        dialect=dialect.name,
        server=tuple(int(n) for n in server.split(".") if n),
        snapshot=text,
    )


def left(session: Session, dialect: Dialect) -> tuple[tuple[str, ...], str] | None:
    """The revisions and the fingerprint of the schema as we last left it; None where we never were."""
    rows = rows_if_there(session, f"SELECT revision, fingerprint FROM {dialect.ledger('recorded')} WHERE part = 0")
    return (_names(rows[0][0]), str(rows[0][1])) if rows else None


def recorded_fingerprint(session: Session, dialect: Dialect) -> str:
    """What tells one recorded schema from another without reading it; "" where we never were."""
    rows = rows_if_there(session, f"SELECT revision, fingerprint, at FROM {dialect.ledger('recorded')} WHERE part = 0")
    return " ".join(rows[0]) if rows else ""


def write_recorded(session: Session, dialect: Dialect, revision: Iterable[str], live: Catalog) -> None:
    """The schema as it is now, in place of the one recorded before. In a transaction, under the lock."""
    table = dialect.ledger("recorded")
    text = base64.b64encode(zlib.compress(b"\n".join(codec.lines([*live.values(), *_said(live)])))).decode()
    shared: dict[str, Any] = {
        "revision": ",".join(sorted(revision)),
        "fingerprint": codec.fingerprint(live),
        "server": ".".join(map(str, session.version)),
        "at": now(),
    }
    session.execute(f"DELETE FROM {table}")
    for part, start in enumerate(range(0, len(text), _PART)):
        insert(session, dialect, table, {"part": part, **shared, "snapshot": text[start : start + _PART]})


def _said(live: Catalog) -> Iterator[Access]:
    """What the catalog is about, as one more line, where it is about any opt-in kinds."""
    if live.says:
        words = {topic: "managed" for topic in ("grants", "roles") if topic in live.says}
        owner = "" if OWNERS in live.says else None
        yield Access(name="access", owner=owner, **words)  # type: ignore[arg-type]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
