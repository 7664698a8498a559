"""Which files of a folder are manifests, and their bytes. Knows nothing of what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

SUFFIXES: Final = (".yaml", ".yml")


def manifest_files(path: Path) -> list[tuple[str, bytes]]:
    """Path and bytes of the manifests of a folder and those below it, sorted; a file is its own. Hidden ones and links
    are left out."""
    found = []
    for name in [str(path)] if path.is_file() else sorted(_below(str(path))):
        with open(name, "rb") as file:  # noqa: PTH123 (a Path for each of thousands of files costs more than to read it)
            found.append((name, file.read()))
    return found


def _below(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path)
            elif entry.name.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False):
                yield entry.path


def is_manifest(path: PurePosixPath | Path) -> bool:
    return path.suffix in SUFFIXES and not any(part.startswith(".") for part in path.parts)
