"""Signing with the keys that people have: in a file, in an agent, as git's setting; and what is said where it fails."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import ReconcileError
from reconciler.review.signers import read_signers
from reconciler.review.ssh import read_signature, signed, signing_key, verified

SPACE = "reconcile-approval-v1"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "alice"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file


@pytest.fixture
def agent(key: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that holds the key, whose private half is no longer in a file."""
    folder = tempfile.mkdtemp(prefix="agent-")  # a socket's path is short
    socket = Path(folder) / "s"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.02)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    subprocess.run(["ssh-add", "-q", str(key)], check=True, capture_output=True)
    key.unlink()
    yield
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


def is_good(armor: bytes, key: Path, statement: bytes = b"text\n", principal: str = "alice") -> bool:
    line = f'alice namespaces="{SPACE}" {" ".join(key.with_suffix(".pub").read_text().split()[:2])}\n'
    return verified(statement, armor, SPACE, principal, read_signers(line.encode(), "allowed_signers"))


def test_a_key_in_a_file(key: Path) -> None:
    armor = signed(b"text\n", SPACE, key)
    signature = read_signature(armor)
    assert signature is not None and signature.namespace == SPACE
    assert is_good(armor, key)
    assert not is_good(armor, key, b"texd\n") and not is_good(armor, key, principal="bob")


def test_a_key_in_an_agent(key: Path, agent: None) -> None:
    assert is_good(signed(b"text\n", SPACE, key.with_suffix(".pub")), key)


def test_a_key_that_nobody_holds(key: Path) -> None:
    key.unlink()
    with pytest.raises(ReconcileError, match="nothing was signed") as error:
        signed(b"text\n", SPACE, key.with_suffix(".pub"))
    assert error.value.why and "ssh-add" in error.value.next


def test_which_key_is_taken(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    subprocess.run(["git", "init", "-q", str(tmp_path / "r")], check=True)
    config = ["git", "-C", str(tmp_path / "r"), "config"]

    def taken(named: Path | None = None) -> str:
        with signing_key(tmp_path / "r", named) as file:
            return file.read_text()

    with pytest.raises(ReconcileError, match="no key to sign with"):
        taken()
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    (tmp_path / "home" / ".ssh" / "id_ed25519").write_text("usual")
    assert taken() == "usual"
    subprocess.run([*config, "user.signingKey", str(key)], check=True)
    assert taken() == "usual"  # git does not sign with SSH
    subprocess.run([*config, "gpg.format", "ssh"], check=True)
    assert taken() == key.read_text()
    subprocess.run([*config, "user.signingKey", "key::ssh-ed25519 AAAA"], check=True)
    assert taken() == "ssh-ed25519 AAAA\n"
    assert taken(key) == key.read_text()
    with pytest.raises(ReconcileError, match="there is no key"):
        taken(tmp_path / "gone")


@pytest.mark.parametrize("armor", [b"", b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"])
def test_what_is_no_signature(armor: bytes) -> None:
    assert read_signature(armor) is None
