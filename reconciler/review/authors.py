"""Who wrote the revisions that are to be approved: by the signatures of the commits, not by the names in them.

A name in a commit is whatever its maker typed. Where commits are not signed by a key of the trust root, nobody knows
who wrote them, and the count of approvals makes up for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from .git import git, lines
from .signers import COMMIT
from .ssh import read_signature, verified
from .trust import TrustRoot


class Authors(msgspec.Struct, frozen=True, kw_only=True):
    """`proven`: persons who signed commits; `named`: what unsigned commits say of who made them."""

    proven: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def authors_of(root: Path, commit: str, paths: Iterable[str], trust: TrustRoot) -> Authors:
    """Who made the commits, up to one of them, that touched any of these paths; in a shallow clone nobody knows."""
    found = lines(git(root, "log", "--format=%H%x1f%ae%x1f%ce", "--no-show-signature", commit, "--", *sorted(paths)))
    proven: set[str] = set()
    shallow = lines(git(root, "rev-parse", "--is-shallow-repository")) == ["true"]
    named = {"whoever made what this shallow clone lacks"} if shallow else set[str]()
    for line in found:
        identity, author, committer = line.split("\x1f")
        signer = _signer(git(root, "cat-file", "commit", identity), trust)
        if signer is None:
            named |= {author, committer}
        else:
            proven.add(signer)
    return Authors(proven=tuple(sorted(proven)), named=tuple(sorted(named)))


def _signer(commit: bytes, trust: TrustRoot) -> str | None:
    """The person whose good SSH signature a raw commit carries."""
    payload, armor = _split(commit)
    signature = read_signature(armor)
    signer = trust.signers.of_key(signature.key) if signature else None
    if signer is None or not verified(payload, armor, COMMIT, signer.principal, trust.signers, trust.revoked):
        return None
    return signer.principal


def _split(commit: bytes) -> tuple[bytes, bytes]:
    """What git signs of a commit, and the signature: its header and the lines that go on with a blank."""
    head, _, message = commit.partition(b"\n\n")
    kept: list[bytes] = []
    armor: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        if line.startswith(b" ") and inside:
            armor.append(line[1:])
            continue
        inside = line.startswith(b"gpgsig ")
        (armor if inside else kept).append(line.removeprefix(b"gpgsig ") if inside else line)
    text = b"\n".join(armor)
    return b"\n".join(kept) + b"\n\n" + message, text.rstrip(b"\n") + b"\n"
