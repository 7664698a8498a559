"""The persons whose signatures count: `allowed_signers` of a trust root, read strictly.

ssh-keygen takes more than is safe here (a principal `*`, a key for every namespace, authorities that make keys), so the
file is checked before it is ever given to it. One line is one key of one person; a person may have several.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from ..diagnostics import Finding, Span
from ..errors import ForbiddenError

APPROVAL: Final = "reconcile-approval-v1"
TRUST: Final = "reconcile-trust-v1"
COMMIT: Final = "git"
"""The namespace in which git signs commits."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._%+@-]{0,127}")
_KEY: Final = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+")
_OPTION: Final = re.compile(r'(?P<name>[a-z-]+)(?:="(?P<text>[^"]*)")?(?:,|$)')


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """One key of one person, and what it may sign."""

    principal: str
    namespaces: tuple[str, ...]
    valid_after: str = ""
    valid_before: str = ""
    key_type: str
    key: bytes
    line: int

    @property
    def fingerprint(self) -> str:
        return key_fingerprint(self.key)


class Signers(msgspec.Struct, frozen=True):
    """All keys; `text` is what ssh-keygen is given."""

    all: tuple[Signer, ...]
    text: bytes

    def of_key(self, key: bytes) -> Signer | None:
        return next((s for s in self.all if s.key == key), None)

    @property
    def principals(self) -> frozenset[str]:
        return frozenset(s.principal for s in self.all)


def key_fingerprint(key: bytes) -> str:
    """As `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def read_signers(text: bytes, name: str) -> Signers:
    """The signers in an allowed_signers file. Raises ForbiddenError that names every line which is not safe."""
    findings: list[Finding] = []
    found: list[Signer] = []
    for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                found.append(_signer(line, number))
            except _WrongError as wrong:
                findings.append(_finding(name, number, wrong.what, wrong.next))
    findings += _shared(found, name)
    if findings:
        raise ForbiddenError("allowed_signers is not safe", sorted(findings, key=lambda f: f.span), where=name)
    lines = [_line(s) for s in found]
    return Signers(tuple(found), "".join(lines).encode())


class _WrongError(Exception):
    def __init__(self, what: str, next: str) -> None:
        super().__init__(what)
        self.what, self.next = what, next


def _signer(line: str, number: int) -> Signer:
    if "\r" in line:
        raise _WrongError("the line ends with CR", "write it with LF alone")
    principal, options, key_type, key = _parts(line)
    if any(c in principal for c in "*?!"):
        raise _WrongError(f"{principal!r} is a pattern", "name one person exactly")
    if "," in principal:
        raise _WrongError(f"{principal!r} names several persons", "write a line for each, with a key of their own")
    if not _NAME.fullmatch(principal):
        raise _WrongError(f"{principal!r} is no principal", "write it like alice@example.com")
    if "cert-authority" in options:
        raise _WrongError("cert-authority lets somebody else make keys", "name the keys themselves")
    namespaces = tuple(options.get("namespaces", "").split(",")) if options.get("namespaces") else ()
    if not namespaces:
        wanted = f'namespaces="{APPROVAL}"'
        raise _WrongError("it has no namespaces, so whatever the key signs would count", f"add {wanted}")
    if any(c in n for n in namespaces for c in "*?!"):
        raise _WrongError("its namespaces hold a pattern", f"name them, such as {APPROVAL}")
    if unknown := sorted(set(options) - {"namespaces", "valid-after", "valid-before"}):
        raise _WrongError(f"unknown option {unknown[0]}", "namespaces, valid-after and valid-before are known")
    return Signer(
        principal=principal,
        namespaces=namespaces,
        valid_after=options.get("valid-after", ""),
        valid_before=options.get("valid-before", ""),
        key_type=key_type,
        key=key,
        line=number,
    )


def _parts(line: str) -> tuple[str, dict[str, str], str, bytes]:
    """The principal, the options, the type of the key and its bytes."""
    words = line.strip().split()
    at = next((i for i, word in enumerate(words) if i and _KEY.fullmatch(word)), 0)
    if not at or at > 2 or len(words) <= at + 1:
        raise _WrongError("it is not: principal options key-type key", "see ALLOWED SIGNERS in man ssh-keygen")
    try:
        key = base64.b64decode(words[at + 1], validate=True)
    except (binascii.Error, ValueError):
        raise _WrongError("its key is not base64", "copy it from the .pub file") from None
    if string_at(key, 0)[0].decode("ascii", "replace") != words[at]:
        raise _WrongError(f"its key is not of type {words[at]}", "copy both from the .pub file")
    return words[0], _options(words[1] if at == 2 else ""), words[at], key


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    end = 0
    while end < len(text):
        match = _OPTION.match(text, end)
        if match is None or match["name"] in found:
            raise _WrongError(f"its options cannot be read: {text}", 'write namespaces="...",valid-before="..."')
        found[match["name"]] = match["text"] or ""
        end = match.end()
    return found


def _line(s: Signer) -> str:
    options = [f'namespaces="{",".join(s.namespaces)}"']
    options += [f'{n}="{t}"' for n, t in (("valid-after", s.valid_after), ("valid-before", s.valid_before)) if t]
    return f"{s.principal} {','.join(options)} {s.key_type} {base64.b64encode(s.key).decode()}\n"


def _shared(found: list[Signer], name: str) -> Iterator[Finding]:
    owners: dict[bytes, Signer] = {}
    for s in found:
        first = owners.setdefault(s.key, s)
        if first is not s:
            whose = "the same person" if first.principal == s.principal else "two persons"
            message = f"the key of line {first.line} again: one key for {whose}"
            yield _finding(name, s.line, message, "remove one of them")


def _finding(name: str, line: int, message: str, next_step: str) -> Finding:
    return Finding(rule="allowed-signers", message=message, span=Span(name, line), next=next_step)


def string_at(data: bytes, at: int) -> tuple[bytes, int]:
    """The length-framed string of SSH's wire format at a place, and where it ends; b"" where it is cut short."""
    size = int.from_bytes(data[at : at + 4], "big")
    return data[at + 4 : at + 4 + size], at + 4 + size
