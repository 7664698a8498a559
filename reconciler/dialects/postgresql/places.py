"""Where our own servers may live and as whom they run: folders, their owners, and what an unprivileged user reaches."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from ...errors import ReconcileError
from .binaries import Binaries

_SERVICE_USERS: Final = ("nobody", "postgres")  # nobody first: it owns nothing that a statement could read


def scratch_home() -> Path:
    """The folder of all scratch servers: in the user's cache, or in a temporary folder where that cannot serve."""
    with_home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    home = Path(with_home) / "reconcile" / "scratch"
    if home.is_absolute() and _usable(home):
        return home
    return temporary_home()


def temporary_home() -> Path:
    """A folder of ours among the temporary ones, the same for every process of this user. Raises ReconcileError."""
    name = f"reconcile-scratch-{os.geteuid()}"
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
        if not os.geteuid() or os.access(base, os.W_OK):
            if service_identity() and not _traversable(Path(base)):
                continue
            return private_folder(Path(base) / name, traversable=bool(service_identity()))
    raise ReconcileError("no temporary folder can be written", next="set TMPDIR to a folder that can")


def private_folder(folder: Path, *, traversable: bool = False) -> Path:
    """The folder, made if need be, in which nobody else can write; others may only pass through a `traversable` one.

    Raises ReconcileError where it belongs to another user: then somebody prepared it, for us to fall into.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), service_identity().get("user")}:
        raise ReconcileError(f"{folder} belongs to another user", next="remove it, or set TMPDIR or XDG_CACHE_HOME")
    wanted = 0o711 if traversable else 0o700
    if stat.S_IMODE(found.st_mode) != wanted:
        folder.chmod(wanted)
    return folder


@cache
def service_identity() -> dict[str, Any]:
    """As whom a server runs, in `subprocess`'s words; {} (ourselves) except for root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    import pwd

    for name in _SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise ReconcileError(
        "PostgreSQL does not run as root, and no unprivileged user was found",
        why=f"looked for {', '.join(_SERVICE_USERS)}",
        next="run this as another user, or name a server for scratch databases",
    )


@cache
def reachable(binaries: Binaries) -> Path:
    """The folder of programs, as the server's user can run them: a copy where theirs is in root's private folders."""
    if not service_identity() or _traversable(binaries.folder):
        return binaries.folder
    digest = hashlib.sha256(os.fsencode(binaries.folder)).hexdigest()[:10]
    copy = scratch_home() / f"programs-{binaries.version[0]}.{binaries.version[1]}-{digest}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
        try:
            for place in _installation(binaries):
                shutil.copytree(place, draft / place.relative_to(binaries.folder.parents[2]), symlinks=True)
            _open_to_all(draft)
            draft.rename(copy)
        except OSError:
            if not copy.exists():  # else another process was quicker
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return copy / binaries.folder.relative_to(binaries.folder.parents[2])


def _installation(binaries: Binaries) -> list[Path]:
    """`package/pginstall18`, and the `package.libs` to which a wheel's programs are bound by a relative path."""
    package = binaries.folder.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    return [binaries.folder.parent, *([libraries] if binaries.origin == "embedded" and libraries.is_dir() else [])]


def _usable(home: Path) -> bool:
    try:
        private_folder(home, traversable=bool(service_identity()))
    except (OSError, ReconcileError):
        return False
    return os.access(home, os.W_OK) and (not service_identity() or _traversable(home))


def _traversable(folder: Path) -> bool:
    """Whether any user can reach what is in the folder."""
    real = folder.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (real, *real.parents))


def _open_to_all(folder: Path) -> None:
    for place in (folder, *_below(folder)):
        mode = place.stat().st_mode
        place.chmod(mode | 0o444 | (0o111 if place.is_dir() or mode & stat.S_IXUSR else 0))


def _below(folder: Path) -> Iterator[Path]:
    return (place for place in folder.rglob("*") if not place.is_symlink())
