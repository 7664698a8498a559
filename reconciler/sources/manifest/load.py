"""Manifests as units: every document of every file, with all that is wrong with them in one run.

Reads bytes that somebody else fetched (a folder, a commit); opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from ...config import checked, yamltext
from ...config.nodes import Document
from ...diagnostics import Finding, Span, in_order
from ...dialects.base import Dialect, Scope
from ...model import codec
from ...model.access import GRANTS, OWNERS, ROLES, Access, Owner
from ...model.address import Address
from ...model.namespaces import Schema
from ...model.objects import Object
from ...model.profile import Profile
from ..mentions import needs_of, texts_of
from ..written import Unit, WordIndex, Written, words_of
from .access import NAME, OWNED, add_access, owner_by_name
from .checks import cross_checked
from .emulate import emulated
from .forms import API_VERSION, Metadata
from .kinds import OUTSIDE, Kind, kinds
from .overlay import Meant, meant_for
from .remembered import Memory
from .schemas import message_schema
from .understood import Elsewhere, Manifest, Places

_MOST: Final = 200
"""Findings of one file after which nobody needs more."""


def load_manifests(
    files: Iterable[tuple[str, bytes]],
    *,
    profile: Profile | None = None,
    scope: Scope | None = None,
    origin: str = "",
    memory: Memory | None = None,
    emulating: Dialect | None = None,
) -> Written:
    """What the files (name as the user knows it, bytes) say; check `findings`, or call `sound()` on the result.

    emulating: the dialect that the manifests are for, where they are written for others as well.
    """
    with codec.collector_frozen():
        manifests: list[Manifest] = []
        findings: list[Finding] = []
        fresh: list[tuple[bytes, list[Manifest]]] = []
        flat = emulating is not None and profile is not None and not profile.default_schema
        for name, data in files:
            known = memory.recall(name, data) if memory is not None else None
            if known is None:
                known = _read(name, data, profile, findings, flat)
                fresh.append((data, known))
            manifests += known
        manifests.sort(key=lambda m: (m.document.file, m.document.line))
        unread = {f.address for f in findings}  # "" for what cannot even be named
        if emulating is not None and profile is not None:
            manifests = emulated(manifests, emulating, profile, findings)
        findings += cross_checked(manifests, profile, scope or Scope(), unread)
        index = WordIndex()
        made = {id(m): m.unit or _unit(m, index) for m in manifests if not m.kind.model.topic}
        units = [*made.values(), *_implied_schemas((m for m in manifests if not m.kind.model.topic), profile)]
        if memory is not None and not findings:
            for data, read in fresh:
                memory.learn(data, [(m, made.get(id(m))) for m in read])
            memory.close()
    units = list({u.address: u for u in reversed(units)}.values())
    told = Told(manifests, profile, scope)
    findings += told.findings()
    return Written(
        units=tuple(sorted(units, key=lambda u: u.address)),
        names={a: was for m in manifests for a, was in m.parts.names.items()},
        findings=tuple(in_order(findings)),
        origin=origin,
        facts={"access": told.access},
        says=told.says,
        access=tuple(told.objects(units)),
        places={m.address: m.place(0) for m in manifests if m.kind.model.topic},
    )


def _read(name: str, data: bytes, profile: Profile | None, findings: list[Finding], flat: bool) -> list[Manifest]:
    """The manifests of one file; what is wrong with it goes to `findings`. flat: schemas are left out."""
    parsed = yamltext.documents(data, name)
    findings += parsed.findings
    if parsed.findings:
        return []
    found: list[Manifest] = []
    before = len(findings)
    for d in parsed.documents:
        if len(findings) - before > _MOST:
            message = f"more than {_MOST} findings; what follows in this file is not read"
            findings.append(Finding(rule="too-many", message=message, span=Span(name, d.line)))
            break
        meant = meant_for(d, profile.name) if profile is not None else Meant(d)
        manifest = _manifest(meant, profile, findings, flat) if meant is not None else None
        if manifest is not None:
            found.append(manifest)
    return found


def _manifest(meant: Meant, profile: Profile | None, findings: list[Finding], flat: bool) -> Manifest | None:
    document = meant.document
    kind = _kind(document, findings)
    if kind is None:
        return None
    form, wrong = checked.converted(document, kind.document, lambda: message_schema(kind.word))
    if form is None:
        subject = _subject(kind, document, profile)
        findings += [msgspec.structs.replace(f, address=subject) for f in wrong]
        return None
    metadata: Metadata = form.metadata  # type: ignore[attr-defined]
    schema = "" if flat else _schema(kind, metadata.schema, profile)
    parts = kind.read(metadata, form.spec, schema, profile)  # type: ignore[attr-defined]
    if kind.model.kind in OWNED:
        add_access(parts, form.spec)  # type: ignore[attr-defined]
    manifest = Manifest(document, kind, metadata, parts, tuple(parts.objects), own=meant.own)
    findings += [manifest.finding("manifest", w.message, w.path, w.next) for w in parts.wrong]
    if kind.model.kind in OUTSIDE and metadata.schema:
        message = f"a {kind.word} is in no schema"
        findings.append(manifest.finding("manifest", message, ("metadata", "schema"), "remove metadata.schema"))
    return manifest


def _schema(kind: Kind, written: str | None, profile: Profile | None) -> str:
    if kind.model.kind in OUTSIDE:
        return ""
    if written is not None:
        return written
    return profile.default_schema if profile is not None else ""


def _kind(document: Document, findings: list[Finding]) -> Kind | None:
    """The kind that a document says it is; a finding where it says none that we know."""
    texts = document.texts
    if not isinstance(texts, dict) or "kind" not in texts:
        next_step = f"begin with apiVersion: {API_VERSION} and kind: Table"
        findings.append(Finding(rule="manifest", message="not a manifest", span=document.start, next=next_step))
        return None
    word = texts["kind"]
    found = kinds().get(word) if isinstance(word, str) else None
    if found is None:
        findings.append(
            Finding(
                rule="unknown-kind",
                message=f"unknown kind {word}",
                span=document.at("kind"),
                next=checked.did_you_mean(str(word), kinds()) or f"known: {', '.join(kinds())}",
            )
        )
    return found


def _subject(kind: Kind, document: Document, profile: Profile | None) -> str:
    """The address of a document whose form is wrong, as far as it can be told."""
    metadata = document.texts.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return ""
    schema = metadata.get("schema")
    schema = _schema(kind, schema if isinstance(schema, str) else None, profile)
    return str(Address(kind.model.kind, schema, metadata["name"], str(metadata.get("table") or "")))


def _unit(manifest: Manifest, index: WordIndex) -> Unit:
    objects = tuple(o for o in manifest.parts.objects if not o.topic)
    return Unit(
        address=objects[0].address,
        digest=_digest(objects),
        objects=objects,
        needs=needs_of(objects),
        words=words_of(texts_of(objects), index),
        spans=Places(manifest),
    )


def _digest(objects: Iterable[Object]) -> str:
    """What was written, whatever the order of keys where it does not matter."""
    return codec.digest(b"\n".join(sorted(map(codec.encoded, objects))))


class Told:
    """What the manifests say of owners, grants and roles: nothing, unless one of them is about access."""

    def __init__(self, manifests: Sequence[Manifest], profile: Profile | None, scope: Scope | None) -> None:
        self._manifests, self._profile, self._scope = manifests, profile, scope
        found = [m for m in manifests if m.kind.model is Access]
        self._first = found[0] if found else None
        access = found[0].parts.objects[0] if found else Access(name=NAME)
        assert isinstance(access, Access)
        self.access = access
        self.says = access.says
        if scope is not None:
            self.says &= scope.topics

    def objects(self, units: Iterable[Unit]) -> Iterator[Object]:
        """All of them, owners of what names none included."""
        written = [o for m in self._manifests for o in m.parts.objects if o.topic in self.says]
        owners = self._owners(units)
        if OWNERS in self.says:
            yield from (Owner(on=on, role=role) for on, role in owners.items())
        yield from owner_by_name((o for o in written if not isinstance(o, Owner)), owners)

    def _owners(self, units: Iterable[Unit]) -> dict[Address, str]:
        said = {o.on: o.role for m in self._manifests for o in m.parts.objects if isinstance(o, Owner)}
        usual = self.access.owner
        if usual is None:
            return said
        found: dict[Address, str] = {}
        for u in units:
            if u.address.kind not in OWNED or (u.address not in said and self._comes_by_itself(u.address)):
                continue
            found[u.address] = said.get(u.address) or self._with_table(u, said) or usual
        return found

    def _comes_by_itself(self, address: Address) -> bool:
        return self._profile is not None and self._profile.implicit(address)

    def _with_table(self, u: Unit, said: Mapping[Address, str]) -> str | None:
        """A sequence that belongs to a column has the owner of the table."""
        column = getattr(u.objects[0], "owned_by", None) if u.objects else None
        return said.get(Address("table", column.schema, column.parent)) if column is not None else None

    def findings(self) -> Iterator[Finding]:
        """Owners and grants that nobody will look at."""
        for m in self._manifests:
            for n, o in enumerate(m.parts.objects):
                if not o.topic or o.topic in self.says or isinstance(o, Access):
                    continue
                place, address = m.parts.places[n], str(o.address)
                if o.topic in self.access.says:
                    next_step = f"add {o.topic} to spec.manage in reconcile.yaml"
                    found = m.finding("not-managed", f"{o.topic} are not managed", place, next_step, address=address)
                    yield msgspec.structs.replace(found, level="warning")
                else:
                    message = f"no manifest says that {o.topic} are managed"
                    yield m.finding("not-managed", message, place, _SAY_SO[o.topic], address=address)
                break


_SAY_SO: Final = {
    OWNERS: "write a manifest of kind: Access with spec.owner, the owner of whatever names none",
    GRANTS: "write a manifest of kind: Access with spec.grants: managed",
    ROLES: "write a manifest of kind: Access with spec.roles: managed",
}


def _implied_schemas(manifests: Iterable[Manifest], profile: Profile | None) -> Iterator[Unit]:
    """Schemas that objects are in and that no manifest is about."""
    first: dict[Address, Manifest] = {}
    manifests = list(manifests)
    for m in manifests:
        address = Address("schema", "", m.address.schema)
        if address.name and not (profile is not None and profile.implicit(address)):
            first.setdefault(address, m)
    for address in first.keys() - {m.address for m in manifests}:
        objects = (Schema(name=address.name),)
        spans = Elsewhere(first[address], address)
        yield Unit(address=address, digest=_digest(objects), objects=objects, spans=spans)
