"""Signatures by `ssh-keygen -Y`: making them with the user's key, and asking whether one is good.

Whether a signature is good is ssh-keygen's exit status and nothing else; what is read from the signature itself only
says why it is not.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from ..config.secrets import scrubbed
from ..errors import ReconcileError
from .git import GitError, git, lines
from .signers import Signers, string_at

_ARMOR: Final = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)-----END SSH SIGNATURE-----\n?", re.DOTALL
)
_MAGIC: Final = b"SSHSIG"
_SECONDS: Final = 30.0
_USUAL: Final = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature says of itself: the public key it claims, and the namespace."""

    armor: bytes
    key: bytes
    namespace: str


def read_signature(armor: bytes) -> Signature | None:
    """What an armored signature says of itself; None where it is cut short or none at all."""
    match = _ARMOR.fullmatch(armor)
    if match is None:
        return None
    try:
        blob = base64.b64decode(match[1].replace(b"\n", b""), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not blob.startswith(_MAGIC):
        return None
    key, at = string_at(blob, len(_MAGIC) + 4)
    namespace, at = string_at(blob, at)
    if not key or at > len(blob):
        return None
    return Signature(armor=armor, key=key, namespace=namespace.decode("ascii", "replace"))


def verified(
    statement: bytes, signature: bytes, namespace: str, principal: str, signers: Signers, revoked: bytes = b""
) -> bool:
    """Whether ssh-keygen finds the signature good over these bytes, by this person, by this machine's clock."""
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        files = {"signers": signers.text, "signature": signature} | ({"revoked": revoked} if revoked else {})
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text)
        command = ["-Y", "verify", "-n", namespace, "-I", principal, "-f", "signers", "-s", "signature"]
        command += ["-r", "revoked"] if revoked else []
        return _run(command, folder, statement).returncode == 0


def signed(statement: bytes, namespace: str, key: Path) -> bytes:
    """The armored signature by a key: a private one, or a public one whose private half an agent or a device holds."""
    terminal = sys.stderr.isatty()
    done = _run(["-Y", "sign", "-n", namespace, "-f", str(key)], None, statement, asks=terminal)
    if done.returncode or read_signature(done.stdout) is None:
        said = scrubbed(os.fsdecode(done.stderr or b"").strip().splitlines()[-1]) if done.stderr else ""
        raise ReconcileError(
            "nothing was signed",
            where=str(key),
            why=said or f"ssh-keygen ended with exit status {done.returncode}",
            next="ssh-add the key, plug in the device, or name another with --key FILE",
        )
    return done.stdout


@contextmanager
def signing_key(root: Path, named: Path | None) -> Iterator[Path]:
    """The key to sign with: the one named, git's `user.signingKey`, or the first usual one in ~/.ssh."""
    if named is not None:
        if not named.is_file():
            raise ReconcileError(f"there is no key {named}", next="--key FILE: a private key, or the .pub of one")
        yield named
        return
    configured = _configured(root)
    if configured.startswith(("key::", "ssh-", "sk-ssh-", "ecdsa-", "sk-ecdsa-")):
        with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
            file = Path(folder) / "key.pub"
            file.write_text(configured.removeprefix("key::") + "\n")
            yield file
        return
    if configured:
        yield Path(configured).expanduser()
        return
    usual = [Path.home() / ".ssh" / name for name in _USUAL]
    found = next((k for k in usual if k.is_file()), None) or next(
        (k.with_name(k.name + ".pub") for k in usual if k.with_name(k.name + ".pub").is_file()), None
    )
    if found is None:
        raise ReconcileError("there is no key to sign with", next="--key FILE, or git config user.signingKey FILE")
    yield found


def _configured(root: Path) -> str:
    """git's signing key, where git signs with SSH."""
    try:
        if lines(git(root, "config", "--get", "gpg.format")) != ["ssh"]:
            return ""
        return lines(git(root, "config", "--get", "user.signingKey"))[0]
    except GitError:
        return ""


def _run(
    args: list[str], folder: str | None, given: bytes, *, asks: bool = False
) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.run(
            ["ssh-keygen", *args],
            cwd=folder,
            input=given,
            stdout=subprocess.PIPE,
            stderr=None if asks else subprocess.PIPE,
            env=env,
            timeout=None if asks else _SECONDS,
            check=False,
        )
    except FileNotFoundError:
        why = "no ssh-keygen on PATH"
        raise ReconcileError("ssh-keygen is not installed", why=why, next="install OpenSSH 8.9 or newer") from None
    except subprocess.TimeoutExpired:
        raise ReconcileError(f"ssh-keygen took more than {_SECONDS:g} seconds", next="try it by hand") from None
