"""What a source may look at when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from ..config.project import Project
from ..dialects.base import Dialect, Scope
from ..model.profile import Profile

ReadTree = Callable[[str, str], Mapping[str, bytes]]
"""The files under a path of the repository at a ref: their paths as in the repository → their bytes."""


class SourceContext(msgspec.Struct, frozen=True, kw_only=True):
    """`dialect` is what definitions are written for (None: whatever the source itself says, as a database URL does);
    `version` that of the server they are meant for, where it is known; `portable`: they are written for other dialects
    as well, and what this one lacks is emulated or refused."""

    project: Project | None = None
    dialect: Dialect | None = None
    version: tuple[int, ...] = ()
    portable: bool = False
    scope: Scope = Scope()
    cwd: Path = msgspec.field(default_factory=Path.cwd)
    read_tree: ReadTree | None = None

    @property
    def root(self) -> Path:
        """The folder that paths and modules are taken from beside the working directory."""
        return self.project.root if self.project is not None else self.cwd

    @property
    def emulating(self) -> Dialect | None:
        """The dialect, where sources are written for others as well."""
        return self.dialect if self.portable else None

    def profile(self) -> Profile | None:
        return self.dialect.profile(self.version) if self.dialect is not None else None
