"""The MariaDB server programs that are installed on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from ..postgresql.binaries import Binaries

_PLACES: Final = (
    "/usr/sbin",
    "/usr/libexec",
    "/usr/bin",
    "/usr/local/mariadb/bin",
    "/usr/local/mysql/bin",
    "/usr/local/bin",
    "/opt/homebrew/opt/mariadb/bin",
    "/usr/local/opt/mariadb/bin",
    "/opt/local/lib/mariadb/bin",
)
_INSTALLERS: Final = ("mariadb-install-db", "mysql_install_db")


class ServerPrograms(Binaries, frozen=True):
    """One installation: its version, and the folder of `mariadbd`."""

    def __str__(self) -> str:
        return f"MariaDB {'.'.join(map(str, self.version))} ({self.folder})"

    @property
    def installer(self) -> Path | None:
        """The script that makes a data folder: beside the server, in the installation's `bin` or `scripts`, or on
        the path."""
        root = self.folder.parent
        folders = (self.folder, root / "bin", root / "scripts")
        beside = (folder / name for folder in folders for name in _INSTALLERS)
        found = next((p for p in beside if os.access(p, os.X_OK)), None)
        on_path = next(filter(None, map(shutil.which, _INSTALLERS)), None)
        return found or (Path(on_path) if on_path else None)


@cache
def server_programs() -> ServerPrograms | None:
    """The first installation that is found, None where there is none."""
    for folder in _folders():
        program = folder / "mariadbd"
        if os.access(program, os.X_OK) and (version := _version(program)):
            found = ServerPrograms(version=version, origin="local", folder=program.resolve().parent)
            if found.installer is not None:
                return found
    return None


def places_searched() -> str:
    """What `server_programs` looked at, for the message that nothing was found."""
    return f"mariadbd in PATH, {', '.join(_PLACES)}"


def _folders() -> Iterator[Path]:
    for place in dict.fromkeys((*os.environ.get("PATH", "").split(os.pathsep), *_PLACES)):
        if place:
            yield Path(place)


def _version(program: Path) -> tuple[int, int] | None:
    command = [str(program), "--no-defaults", "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"Ver (\d+)\.(\d+)[.\d]*-MariaDB", said)
    return (int(match[1]), int(match[2])) if match else None
