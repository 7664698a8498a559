"""What was computed before from the very same input: kept in the user's cache folder, and never needed.

A memo that cannot be read or written is no error: the answer is computed again. Nothing secret is put into one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .. import __version__

_KEPT = 200


def key_of(*parts: str | bytes) -> str:
    """The key of an input: every part of it, and the version of this program."""
    h = hashlib.sha256(__version__.encode())
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        h.update(len(data).to_bytes(8, "big") + data)
    return h.hexdigest()


def recalled(key: str) -> bytes | None:
    """What was kept under a key, or None."""
    with suppress(OSError):
        return (_folder() / key).read_bytes()
    return None


def keep(key: str, value: bytes) -> None:
    """Keeps a value; the oldest beyond a few hundred go."""
    with suppress(OSError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f".{key}.{os.getpid()}"
        part.write_bytes(value)
        part.replace(folder / key)
        _trim(folder.iterdir())


def _trim(files: Iterable[Path]) -> None:
    found = sorted(files, key=lambda p: p.stat().st_mtime, reverse=True)
    for old in found[_KEPT:]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "reconcile" / "memo"
