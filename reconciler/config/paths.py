"""Paths that a file of the project names: always inside the project."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import RefusedError


def inside(root: Path, text: str) -> Path:
    """The absolute path that `text` names under `root`; refused where it would leave it, also through a symlink."""
    if not text.strip() or "\0" in text:
        raise RefusedError("a path is empty", next="name a folder or file of the project")
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).drive or text.startswith("~"):
        raise RefusedError(f"path {text!r} is absolute", why="every path is relative to the project", next="shorten it")
    if ".." in PurePosixPath(text).parts or "\\" in text:
        next_step = "name a folder of the project, with forward slashes"
        raise RefusedError(f"path {text!r} leaves the project", why="it holds .. or a backslash", next=next_step)
    path = root / text
    if not path.resolve().is_relative_to(root.resolve()):
        next_step = "put the files themselves into the project"
        raise RefusedError(
            f"path {text!r} leaves the project", why="a symbolic link on it points outside", next=next_step
        )
    return path
