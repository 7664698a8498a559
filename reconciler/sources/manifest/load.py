"""Manifests as units: every document of every file, with all that is wrong with them in one run.

Reads bytes that somebody else fetched (a folder, a commit); opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ...config import checked, yamltext
from ...config.nodes import Document
from ...diagnostics import Finding, in_order
from ...dialects.base import Scope
from ...model import codec
from ...model.address import Address
from ...model.namespaces import Schema
from ...model.objects import Object
from ...model.profile import Profile
from ..mentions import needs_of, texts_of
from ..written import Unit, WordIndex, Written, words_of
from .checks import cross_checked
from .forms import API_VERSION, Metadata
from .kinds import OUTSIDE, Kind, kinds
from .remembered import Memory
from .schemas import message_schema
from .understood import Elsewhere, Manifest, Places


def load_manifests(
    files: Iterable[tuple[str, bytes]],
    *,
    profile: Profile | None = None,
    scope: Scope | None = None,
    origin: str = "",
    memory: Memory | None = None,
) -> Written:
    """What the files (name as the user knows it, bytes) say; check `findings`, or call `sound()` on the result."""
    with codec.collector_frozen():
        manifests: list[Manifest] = []
        findings: list[Finding] = []
        fresh: list[tuple[bytes, list[Manifest]]] = []
        for name, data in files:
            known = memory.recall(name, data) if memory is not None else None
            if known is None:
                known = _read(name, data, profile, findings)
                fresh.append((data, known))
            manifests += known
        manifests.sort(key=lambda m: (m.document.file, m.document.line))
        unread = {f.address for f in findings}  # "" for what cannot even be named
        findings += cross_checked(manifests, profile, scope or Scope(), unread)
        index = WordIndex()
        made = {id(m): m.unit or _unit(m, index) for m in manifests}
        units = [*made.values(), *_implied_schemas(manifests, profile)]
        if memory is not None and not findings:
            for data, read in fresh:
                memory.learn(data, [(m, made[id(m)]) for m in read])
            memory.close()
    units = list({u.address: u for u in reversed(units)}.values())
    return Written(
        units=tuple(sorted(units, key=lambda u: u.address)),
        names={a: was for m in manifests for a, was in m.parts.names.items()},
        findings=tuple(in_order(findings)),
        origin=origin,
    )


def _read(name: str, data: bytes, profile: Profile | None, findings: list[Finding]) -> list[Manifest]:
    """The manifests of one file; what is wrong with it goes to `findings`."""
    parsed = yamltext.documents(data, name)
    findings += parsed.findings
    if parsed.findings:
        return []
    found = (_manifest(document, profile, findings) for document in parsed.documents)
    return [m for m in found if m is not None]


def _manifest(document: Document, profile: Profile | None, findings: list[Finding]) -> Manifest | None:
    kind = _kind(document, findings)
    if kind is None:
        return None
    form, wrong = checked.converted(document, kind.document, lambda: message_schema(kind.word))
    if form is None:
        subject = _subject(kind, document, profile)
        findings += [msgspec.structs.replace(f, address=subject) for f in wrong]
        return None
    metadata: Metadata = form.metadata  # type: ignore[attr-defined]
    schema = _schema(kind, metadata.schema, profile)
    parts = kind.read(metadata, form.spec, schema, profile)  # type: ignore[attr-defined]
    manifest = Manifest(document, kind, metadata, parts, tuple(parts.objects))
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
    objects = tuple(manifest.parts.objects)
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


def _implied_schemas(manifests: Iterable[Manifest], profile: Profile | None) -> Iterator[Unit]:
    """Schemas that objects are in and that no manifest is about."""
    first: dict[Address, Manifest] = {}
    for m in manifests:
        address = Address("schema", "", m.address.schema)
        if address.name and not (profile is not None and profile.implicit(address)):
            first.setdefault(address, m)
    for address in first.keys() - {m.address for m in manifests}:
        objects = (Schema(name=address.name),)
        spans = Elsewhere(first[address], address)
        yield Unit(address=address, digest=_digest(objects), objects=objects, spans=spans)
