"""The trust root: who may sign, and what each environment asks. Never read from the branch under review.

It is a folder with one subfolder a version (`1`, `2`, …), each with policy.yaml and allowed_signers, perhaps with
revoked_keys, and from the second on with signatures by a quorum of the version before. The applier's own configuration
says where it lies: a path outside of the repository's working tree, or a commit named by its whole id.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from ..config.policy import Policy, read_policy
from ..diagnostics import Finding
from ..errors import ForbiddenError, ReconcileError, RefusedError
from ..model.codec import digest
from .git import GitError, git, lines
from .repository import Repository
from .signers import TRUST, Signers, read_signers
from .ssh import read_signature, verified

VARIABLE: Final = "RECONCILE_TRUST"
SETTING: Final = "reconcile.trust"
POLICY: Final = "policy.yaml"
SIGNERS: Final = "allowed_signers"
REVOKED: Final = "revoked_keys"
SIGNATURES: Final = "signatures"
_PINNED: Final = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64}):(.*)")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")


class TrustRoot(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a trust root. `signatures`: those by which the version before agreed to it."""

    place: str
    version: int
    policy: Policy
    signers: Signers
    revoked: bytes = b""
    digest: str
    signatures: Mapping[str, bytes] = {}
    before: TrustRoot | None = None

    @property
    def mark(self) -> str:
        """What an environment's ledger remembers of the root that it was last applied under."""
        return f"{self.version}:{self.digest}"

    def expired(self, key: bytes) -> bool:
        """Whether a key of ours is out of its time now; only to say why a signature is not good."""
        signer = self.signers.of_key(key)
        now = datetime.datetime.now().astimezone()
        if signer is None:
            return False
        after, before = _moment(signer.valid_after), _moment(signer.valid_before)
        return bool((after and now < after) or (before and now >= before))

    @property
    def change(self) -> bytes:
        """The text that a quorum of the version before signs."""
        value = {
            "digest": self.digest,
            "previous": self.before.digest if self.before else "",
            "repository": self.policy.repository,
            "version": self.version,
        }
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def configured(project: Path) -> str:
    """Where the applier's own configuration says that the trust root lies: RECONCILE_TRUST, else git's setting.

    "" where neither says anything; what cannot be asked is an error, and never the same as no trust root.
    """
    if named := os.environ.get(VARIABLE, "").strip():
        return named
    if not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return ""
    git(project, "rev-parse", "--git-dir")  # a repository that git does not trust would look like one without settings
    try:
        return lines(git(project, "config", "--get", SETTING))[0].strip()
    except GitError as error:
        if error.status != 1:
            raise
        return ""


def trust_root(place: str, project: Path) -> TrustRoot:
    """The newest version there, with those before it. Raises RefusedError for a place that a branch can change."""
    pinned = _PINNED.fullmatch(place)
    files = _pinned_files(project, pinned[1], pinned[2], place) if pinned else _folder_files(project, place)
    versions = sorted({int(p.split("/")[0]) for p in files if _NUMBER.fullmatch(p.split("/")[0])})
    if not versions:
        why = f"it needs a folder 1 with {POLICY} and {SIGNERS}"
        raise ReconcileError("the trust root is empty", where=place, why=why, next="see docs/approvals.md")
    root: TrustRoot | None = None
    for version in versions:
        root = _version(place, version, {p: t for p, t in files.items() if p.startswith(f"{version}/")}, root, project)
    assert root is not None
    return root


def _folder_files(project: Path, place: str) -> dict[str, bytes]:
    folder = Path(place)
    if not folder.is_absolute():
        why = "it is neither an absolute path nor COMMIT:FOLDER with the whole id of a commit"
        next_step = f"git config {SETTING} /etc/reconcile/NAME"
        raise RefusedError(f"{place!r} is no place for a trust root", why=why, next=next_step)
    whole = folder.resolve()
    try:
        tree: Path | None = Repository.around(project).root.resolve()
    except ReconcileError:
        tree = None
    if tree is not None and whole.is_relative_to(tree):
        raise RefusedError(
            "the trust root lies in the repository's working tree",
            where=place,
            why="a branch under review could change who may approve it",
            next=f"put it elsewhere, or pin a commit: git config {SETTING} $(git rev-parse main):FOLDER",
        )
    if not whole.is_dir():
        next_step = f"correct {VARIABLE}, or git config {SETTING}"
        raise ReconcileError("there is no trust root", where=place, why="no such folder", next=next_step)
    found = {}
    for path in sorted(whole.rglob("*")):
        if path.is_symlink():
            why = "what it leads to can change"
            raise RefusedError(f"{path} is a symbolic link", why=why, next="put the file itself there")
        if path.is_file():
            found[path.relative_to(whole).as_posix()] = path.read_bytes()
    return found


def _pinned_files(project: Path, commit: str, folder: str, place: str) -> dict[str, bytes]:
    folder = folder.strip("/")
    if ".." in folder.split("/"):
        raise RefusedError(f"{place!r} leaves the repository", next="name a folder of that commit")
    prefix = f"{folder}/" if folder else ""
    files = Repository.around(project).files(commit, folder)
    return {p.removeprefix(prefix): t for p, t in files.items() if p.startswith(prefix)}


def _version(
    place: str, version: int, files: Mapping[str, bytes], before: TrustRoot | None, project: Path
) -> TrustRoot:
    def text(name: str) -> bytes:
        found = files.get(f"{version}/{name}")
        if found is None:
            raise ReconcileError(f"the trust root lacks {version}/{name}", where=place, next="see docs/approvals.md")
        return found

    policy = read_policy(text(POLICY), f"{place}/{version}/{POLICY}", project)
    signers = read_signers(text(SIGNERS), f"{place}/{version}/{SIGNERS}")
    if strangers := sorted(policy.principals - signers.principals):
        message = f"{', '.join(strangers)}: named in {POLICY}, and without a key in {SIGNERS}"
        finding = Finding(rule="policy", message=message, next=f"add their keys to {SIGNERS}, or remove their names")
        raise ForbiddenError("the policy is not usable", [finding], where=f"{place}/{version}")
    signatures = {p: t for p, t in files.items() if p.startswith(f"{version}/{SIGNATURES}/")}
    own = {p.split("/", 1)[1]: t for p, t in files.items() if p not in signatures}
    return TrustRoot(
        place=place,
        version=version,
        policy=policy,
        signers=signers,
        revoked=files.get(f"{version}/{REVOKED}", b""),
        digest=digest(*(part for p, t in sorted(own.items()) for part in (p.encode(), t))),
        signatures=signatures,
        before=before,
    )


def require_succession(root: TrustRoot, remembered: str) -> None:
    """Raises RefusedError where the root did not come from the one that was trusted last by a quorum of each before.

    remembered: the mark of the root that an environment was last applied under, "" for none.
    """
    chain = _chain(root)
    known = remembered or chain[0].mark
    places = [i for i, r in enumerate(chain) if r.mark == known]
    if not places:
        number, _, was = known.partition(":")
        raise RefusedError(
            "the trust root is not the one that this environment was last applied under, nor came from it",
            where=root.place,
            why=f"version {number} with the digest {was[:12]} is not in it: it was replaced or taken back",
            next="put the versions back; a change needs the signatures of the version before (reconcile trust --sign)",
        )
    for older, newer in zip(chain[places[0] :], chain[places[0] + 1 :], strict=False):
        agreed = agreeing(newer)
        if len(agreed) < older.policy.root.threshold:
            raise RefusedError(
                f"version {newer.version} of the trust root is not agreed to",
                where=root.place,
                why=f"{len(agreed)} of {older.policy.root.threshold} signed it ({', '.join(agreed) or 'nobody'}); "
                f"those of version {older.version} who count: {', '.join(older.policy.root.who)}",
                next="reconcile trust --sign, by each of them",
            )


def agreeing(root: TrustRoot) -> tuple[str, ...]:
    """The persons of the version before who signed this version and count."""
    older = root.before
    if older is None:
        return ()
    found = set()
    for armor in root.signatures.values():
        signature = read_signature(armor)
        signer = older.signers.of_key(signature.key) if signature else None
        if signer is None or signer.principal not in older.policy.root.who:
            continue
        if verified(root.change, armor, TRUST, signer.principal, older.signers, older.revoked):
            found.add(signer.principal)
    return tuple(sorted(found))


def _chain(root: TrustRoot) -> list[TrustRoot]:
    chain = [root]
    while (before := chain[0].before) is not None:
        chain.insert(0, before)
    return chain


def _moment(text: str) -> datetime.datetime | None:
    """A time of allowed_signers: YYYYMMDD[HHMM[SS]], local unless it ends in Z."""
    if not text:
        return None
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(text.rstrip("Z")))
    if form is None:
        return None
    found = datetime.datetime.strptime(text.rstrip("Z"), form)
    return found.replace(tzinfo=datetime.UTC) if text.endswith("Z") else found.astimezone()
