"""The trust root looked at, a next version of it signed, and one that came from elsewhere taken on."""

from __future__ import annotations

from pathlib import Path

from ..apply import ledger
from ..config.project import Environment
from ..errors import ReconcileError, RefusedError
from ..model.codec import digest, encoded
from ..review.signers import TRUST
from ..review.ssh import read_signature, signed, signing_key
from ..review.trust import SETTING, SIGNATURES, VARIABLE, TrustRoot
from .gate import remembered
from .suspending import word, written
from .workspace import Workspace


def root_of(ws: Workspace) -> TrustRoot:
    """The trust root of this applier."""
    if ws.trust is None:
        raise ReconcileError("there is no trust root", next=f"git config {SETTING} FOLDER, or set {VARIABLE}")
    return ws.trust


def sign(ws: Workspace, key: Path | None) -> Path:
    """Signs the newest version with a key of the version before; gives the file."""
    root = root_of(ws)
    if root.before is None:
        why = "the first version is trusted because the applier was told where it is"
        next_step = f"copy {root.version} to {root.version + 1}, and edit that"
        raise RefusedError("there is nothing to sign", why=why, next=next_step)
    folder = Path(root.place)
    if not folder.is_dir():
        why = "a pinned commit cannot be changed"
        raise RefusedError("the signatures cannot be written", where=root.place, why=why,
                           next=f"{VARIABLE}=FOLDER reconcile trust --sign, on a checkout of it elsewhere")  # fmt: skip
    with signing_key(ws.required.root, key) as file:
        armor = signed(root.change, TRUST, file)
    signature = read_signature(armor)
    assert signature is not None, "what ssh-keygen gave was looked at"
    signer = root.before.signers.of_key(signature.key)
    if signer is None or signer.principal not in root.before.policy.root.who:
        why = f"those of version {root.before.version} who count: {', '.join(root.before.policy.root.who)}"
        raise RefusedError("your signature would not count", why=why, next="--key FILE")
    path = folder / str(root.version) / SIGNATURES / f"{digest(signature.key)[:12]}.sig"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(armor)
    return path


def take_on(ws: Workspace, environment: Environment, reason: str) -> bool:
    """An environment trusts this root from now on, whatever it trusted before: an entry of its ledger says who said so.

    For a root whose persons are gone, or a database that came from elsewhere. False where it trusts it already.
    """
    root = root_of(ws)
    with ws.session(environment, read_only=True) as session:
        known = remembered(ledger.entries(session, ws.dialect))
    if known == root.mark:
        return False
    detail = encoded({"trust": root.mark, "before": known}).decode()
    written(ws, environment, word(ws, environment, "trust", reason, detail))
    return True
