"""Approvals as files: a signature with the few words of its own that the statement needs, and whether it is good.

A file is data from anywhere. What is taken from it are claims (verdict, until when, why, which SQL): they go into the
statement that is derived here, and a false one makes the signature a bad one. Behind the signature stands a copy of the
statement and of the SQL as they were signed; it is read only to say what moved since, and gives no permission.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Final

import msgspec

from ..config.rules import Signed
from ..errors import UNSEEN
from ..model.codec import digest
from .signers import APPROVAL, key_fingerprint
from .ssh import Signature, read_signature, verified
from .statement import Statement, Verdict, moved, read_statement
from .trust import TrustRoot

SUFFIX: Final = ".approval"
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LARGEST: Final = 4_000_000
_FORM: Final = re.compile(
    rb"reconcile-approval v1\n"
    rb"verdict: (?P<verdict>approve|reject|break-glass)\n"
    rb"not-after: (?P<not_after>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    rb"sql: (?P<sql>[0-9a-f]{64})\n"
    rb"reason: (?P<reason>[^\n]{0,2000})\n"
    rb"(?P<armor>-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]+-----END SSH SIGNATURE-----\n)"
    rb"(?P<copy>\{[^\n]*\}\n)(?P<text>.*)",
    re.DOTALL,
)
_HARMFUL: Final = re.compile(rf"[\x00-\x1f\x7f-\x9f{UNSEEN}]")


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One approval or rejection and whether it is good; `why` says why not.

    `moved`: what differs from the statement that was signed, where that signature was good then; `head` and `sql_text`:
    where that statement led, and its SQL where that is sure. `spent`: that is applied already.
    """

    path: str
    principal: str = ""
    key: str = ""
    verdict: Verdict = "approve"
    not_after: str = ""
    reason: str = ""
    sql: str = ""
    good: bool = False
    why: str = ""
    moved: tuple[tuple[str, str, str], ...] = ()
    head: tuple[str, ...] = ()
    spent: bool = False
    sql_text: str = ""

    @property
    def who(self) -> str:
        return self.principal or self.key or "somebody"


def approval_text(statement: Statement, signature: bytes, sql_text: str) -> bytes:
    """The file of an approval."""
    head = (
        f"reconcile-approval v1\nverdict: {statement.verdict}\nnot-after: {statement.not_after}\n"
        f"sql: {statement.sql}\nreason: {statement.reason}\n"
    )
    return head.encode() + signature + statement.text + sql_text.encode("utf-8", "surrogatepass")


def approval_name(statement: Statement, key: bytes) -> str:
    """A name that the same approval by the same key has again; another verdict of that key takes its place."""
    return f"{statement.subject[:16]}-{digest(key)[:12]}{SUFFIX}"


def sound_reason(text: str) -> bool:
    """Whether a reason can stand on one line anywhere without misleading whoever reads it."""
    return not _HARMFUL.search(text) and len(text.encode()) <= 2000


def votes(
    files: Mapping[str, bytes], now: Statement, root: TrustRoot, rules: Signed, clock: datetime.datetime
) -> list[Vote]:
    """Every approval in some files, judged against the statement as it is now.

    Where that has no SQL yet (`sql` is ""), the SQL that an approval claims is taken: to be compared once it is known.
    """
    return [judged(path, data, now, root, rules, clock) for path, data in sorted(files.items())]


def judged(
    path: str, data: bytes, now: Statement, root: TrustRoot, rules: Signed, clock: datetime.datetime
) -> Vote:
    """One approval judged."""
    match = _FORM.fullmatch(data) if len(data) <= _LARGEST else None
    signature = read_signature(match["armor"]) if match else None
    if match is None or signature is None:
        return Vote(path=path, why=_unreadable(data))
    vote = _claimed(path, match, signature)
    signer = root.signers.of_key(signature.key)
    if vote is None:
        return Vote(path=path, why="its reason is not one plain line of text")
    if signer is None:
        return _bad(vote, f"its key {vote.key} is not in allowed_signers")
    vote = msgspec.structs.replace(vote, principal=signer.principal)
    if signature.namespace != APPROVAL:
        return _bad(vote, f"it was signed for the namespace {signature.namespace!r}, not {APPROVAL!r}")
    statement = msgspec.structs.replace(
        now, verdict=vote.verdict, not_after=vote.not_after, reason=vote.reason, sql=now.sql or vote.sql
    )
    if not verified(statement.text, signature.armor, APPROVAL, signer.principal, root.signers, root.revoked):
        return _refused(vote, match, signature, statement, root)
    until = datetime.datetime.strptime(vote.not_after, TIME).replace(tzinfo=datetime.UTC)
    if until < clock:
        return _bad(vote, f"it ended at {vote.not_after}")
    if until > clock + datetime.timedelta(seconds=rules.valid_for + _SKEW):
        return _bad(vote, f"it would be valid until {vote.not_after}, longer than the policy allows")
    return msgspec.structs.replace(vote, good=True)


_SKEW: Final = 300.0
"""Seconds by which the approver's clock may be ahead of ours."""


def _claimed(path: str, match: re.Match[bytes], signature: Signature) -> Vote | None:
    reason = match["reason"].decode("utf-8", "replace")
    try:
        datetime.datetime.strptime(match["not_after"].decode(), TIME)
    except ValueError:
        return None
    if not sound_reason(reason):
        return None
    return Vote(
        path=path,
        key=key_fingerprint(signature.key),
        verdict=match["verdict"].decode(),  # type: ignore[arg-type]  # one of the three, by the pattern
        not_after=match["not_after"].decode(),
        reason=reason,
        sql=match["sql"].decode(),
    )


def _bad(vote: Vote, why: str) -> Vote:
    return msgspec.structs.replace(vote, why=why)


def _unreadable(data: bytes) -> str:
    if b"\r\n" in data:
        return "its lines end with CRLF: mark *.approval as -text in .gitattributes"
    return "it is cut short, or no approval"


def _refused(vote: Vote, match: re.Match[bytes], signature: Signature, statement: Statement, root: TrustRoot) -> Vote:
    """Why ssh-keygen did not find it good: the key, the person, or what was signed."""
    args = (signature.armor, APPROVAL, vote.principal, root.signers)
    copy = match["copy"]
    if verified(statement.text, *args):
        return _bad(vote, f"the key {vote.key} was revoked")
    signer = root.signers.of_key(signature.key)
    if signer is not None and APPROVAL not in signer.namespaces:
        return _bad(vote, f"the key {vote.key} may not sign approvals: its namespaces lack {APPROVAL}")
    if root.expired(signature.key):
        return _bad(vote, f"the key {vote.key} is out of its time (valid-after, valid-before)")
    if not verified(copy, *args, root.revoked):
        if root.revoked and verified(copy, *args):
            return _bad(vote, f"the key {vote.key} was revoked")
        return _bad(vote, "the signature is not over this text: forged or damaged")
    signed = read_statement(copy)
    if signed is None:
        return _bad(vote, "what it signs is no statement of this version")
    if (signed.repository, signed.environment) != (statement.repository, statement.environment):
        return _bad(vote, f"it is for {signed.environment} of {signed.repository}")
    differs = tuple(moved(signed, statement))
    if not differs:
        return _bad(vote, "its verdict, time or reason are not those that were signed")
    text = match["text"].decode("utf-8", "surrogatepass")
    sure = text if sql_text_digest(text) == signed.sql else ""
    why = f"stale: {', '.join(field for field, _, _ in differs)} moved"
    return msgspec.structs.replace(vote, why=why, moved=differs, head=signed.head, sql_text=sure)


def sql_text_digest(text: str) -> str:
    """What a statement holds of the SQL: the digest of exactly the text that people are shown."""
    return digest(text.encode("utf-8", "surrogatepass"))
