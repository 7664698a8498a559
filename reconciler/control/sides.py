"""Any source as a catalog: what `diff`, `push`, `import` and `plan` compare.

A database is read; a snapshot is decoded; manifests and models are judged by a scratch database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ..config.secrets import masked
from ..diagnostics import Finding
from ..dialects.base import Dialect, Scope
from ..dialects.registry import dialect_named, dialect_of_url, is_url
from ..errors import InputError, ReconcileError
from ..model.access import TOPICS
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.codec import encoded
from ..plan.settle import orders
from ..sources import memo, registry
from ..sources.context import SourceContext
from ..sources.findings import without_portability
from ..sources.folded import folded
from ..sources.normalise import normalise
from ..sources.snapshot import Snapshot
from ..sources.written import Written
from . import judged
from .workspace import Workspace


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a comparison: its catalog, the renames that its author asks for, and what is to be said about it.

    `digests` and `orders` are those of written sources: what a lockfile remembers of a unit, and a table's columns in
    the order in which they were written.
    """

    label: str
    catalog: Catalog
    names: Mapping[Address, str] = {}
    findings: tuple[Finding, ...] = ()
    digests: Mapping[Address, str] = {}
    orders: Mapping[Address, tuple[str, ...]] = {}
    written: bool = False


def pair(before: str, after: str, ws: Workspace, *, dialect: str | None) -> tuple[Side, Side, Dialect]:
    """Both sides of a comparison, written ones judged by a server of the other side's version."""
    chosen = dialect_of(ws, (before, after), dialect)
    ws = ws.suited(chosen.name)
    context = context_of(ws, chosen)
    found = _loaded((before, after), ws, context)
    version = next((c.version for c in found if isinstance(c, Catalog) and c.version), None)
    first, second = (
        side_of(label, value, ws, chosen, context, version) for label, value in zip((before, after), found, strict=True)
    )
    return first, second, chosen


def _loaded(texts: Sequence[str], ws: Workspace, context: SourceContext) -> list[Catalog | Written]:
    """What the sources say. Outside of a project a folder says what it is about; databases are read for that too."""
    if ws.project is not None:
        return [registry.load(text, context) for text in texts]
    scope = msgspec.structs.replace(context.scope, topics=frozenset(TOPICS))
    told = msgspec.structs.replace(context, scope=scope)
    found = {text: registry.load(text, told) for text in texts if not is_url(text)}
    more = frozenset().union(*(v.says for v in found.values()))
    scope = msgspec.structs.replace(scope, topics=context.scope.topics | more)
    read = msgspec.structs.replace(context, scope=scope)
    return [found[text] if text in found else registry.load(text, read) for text in texts]


def one(
    text: str, ws: Workspace, *, dialect: str | None = None, known: Snapshot | None = None, known_digest: str = "",
    key: str = "",
) -> tuple[Side, Dialect]:
    """One source as a catalog. Manifests that are the very bytes that `known` was made from are not read again, and
    those that were judged before beside it (`known_digest` tells one snapshot from another) are not judged again;
    `key` (judged.key_of) tells those bytes."""
    chosen = dialect_of(ws, (text,), dialect)
    ws = ws.suited(chosen.name)
    context = context_of(ws, chosen)
    key = key if known is not None else ""
    if key and known is not None and memo.recalled(key) == judged.told(known.written, known.catalog):
        return Side(label=text, catalog=known.catalog, digests=known.written, orders=known.orders, written=True), chosen
    beside = memo.key_of("judged", key, known_digest) if key and known_digest else ""
    if beside and known is not None and (side := _recalled(beside, text, known)) is not None:
        return side, chosen
    (value,) = _loaded((text,), ws, context)
    side = side_of(text, value, ws, chosen, context, known.version if known else ws.version, known)
    if key and not without_portability(side.findings):
        memo.keep(key, judged.told(side.digests, side.catalog))
        if beside and known is not None and not ws.notices:
            kept = judged.judged(side.catalog, side.names, side.digests, side.findings, known)
            if kept is not None:
                memo.keep(beside, encoded(kept))
    return side, chosen


def _recalled(key: str, text: str, known: Snapshot) -> Side | None:
    """The side that was judged before, None where that is not remembered."""
    found = judged.recalled(key)
    if found is None:
        return None
    try:
        catalog = found.beside(known)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return Side(
        label=text, catalog=catalog, names=dict(found.names), digests=dict(found.digests), orders=orders(catalog),
        findings=found.findings, written=True,
    )  # fmt: skip


def side_of(
    label: str,
    value: Catalog | Written,
    ws: Workspace,
    dialect: Dialect,
    context: SourceContext,
    version: Sequence[int] | None,
    known: Snapshot | None = None,
) -> Side:
    """What was loaded as a side; raises InputError with every finding of a written source that has errors."""
    if isinstance(value, Catalog):
        return Side(label=label, catalog=value)
    value = folded(value.sound(), dialect.profile(version or ()))
    scratch = ws.scratch(dialect, version)
    try:
        found = normalise(value, dialect=dialect, scratch=scratch, known=known, scope=context.scope)
    except InputError as error:
        if context.portable:
            raise with_way_out(error, dialect.name) from None
        raise
    return Side(
        label=label,
        catalog=found.catalog,
        names=found.names,
        findings=tuple(found.findings),
        digests=found.digests,
        orders=orders(found.catalog),
        written=True,
    )


def with_way_out(error: InputError, dialect: str) -> InputError:
    """The error in which every definition that one of several dialects refuses says how it may get its own words."""
    way_out = f"say what it is there, dialects: {{{dialect}: ...}}, or leave it to others, metadata: {{only: [...]}}"
    findings = [msgspec.structs.replace(f, next=f.next or way_out) for f in error.findings]
    return InputError(error.what, findings, where=error.where, why=error.why, next=error.next)


def dialect_of(ws: Workspace, sources: Sequence[str], asked: str | None) -> Dialect:
    """The dialect that a database among the sources has, else the one asked for, else the project's."""
    told = {text: d for text in sources if (d := _told_dialect(text, ws)) is not None}
    if len({d.name for d in told.values()}) > 1:
        raise ReconcileError(
            "databases of different dialects are not compared: "
            + ", ".join(f"{masked(text)} is of {d.name}" for text, d in told.items()),
            why="a definition means what its own database makes of it",
            next="compare each with what is desired: reconcile diff manifests/ env:NAME",
        )
    if told:
        return next(iter(told.values()))
    if asked:
        return dialect_named(asked)
    if ws.project is not None and ws.project.several:
        names = ", ".join(ws.project.dialects)
        raise ReconcileError(
            "nothing says which of the project's dialects is meant", where=str(ws.project.file),
            why=f"it has {names}", next=f"add --dialect {ws.project.dialect}",
        )  # fmt: skip
    if ws.project is not None:
        return ws.dialect
    raise ReconcileError(
        "no database and no project says which dialect is meant",
        why="manifests and models can be read for any",
        next="add --dialect postgresql, sqlite or mysql",
    )


def _told_dialect(text: str, ws: Workspace) -> Dialect | None:
    """The dialect of a source that is a database, None for any other."""
    if is_url(text):
        return dialect_of_url(text)
    if ws.project is not None and text.startswith("env:"):
        return dialect_named(ws.dialect_of(text.removeprefix("env:")))
    return None


def context_of(ws: Workspace, dialect: Dialect, scope: Scope | None = None) -> SourceContext:
    """What sources may know of where they are read."""
    read_tree = ws.read_tree if ws.project is not None else None
    return SourceContext(
        dialect=dialect, scope=scope or ws.scope, project=ws.project, cwd=ws.cwd, read_tree=read_tree,
        portable=ws.project is not None and ws.project.several and dialect.name in ws.project.dialects,
    )  # fmt: skip
