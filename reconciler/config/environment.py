"""An environment: which database, under which policy, after which branch; and its URL, resolved as late as possible.

Everything that turns a written URL into a usable one is here, and every secret met on the way is remembered so that
it never shows in anything printed.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import msgspec

from ..diagnostics import Span
from ..errors import ReconcileError, RefusedError
from .paths import inside
from .projectfile import Elsewhere
from .rules import Rules
from .secrets import masked, remember, remember_url

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
COMMANDS: Final = "RECONCILE_COMMANDS"
_PATIENCE: Final = 30.0
_SECRET_NAME: Final = re.compile(r"(?i)pass|pwd|secret|token")
_RELATIVE_SQLITE: Final = re.compile(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)([^?]+)(.*)")


class UrlSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a URL comes from: one of a text with `${VARIABLE}` in it, a variable, the first line of a file, or what a
    program prints."""

    literal: str = ""
    env: str = ""
    file: str = ""
    command: tuple[str, ...] = ()
    root: Path = Path()
    span: Span = Span()
    owner: str = ""

    def __str__(self) -> str:
        """The source as a person may see it: never what it resolves to."""
        if self.command:
            return f"command:{self.command[0]}"
        return f"env:{self.env}" if self.env else f"file:{self.file}" if self.file else masked(self.literal)

    def __repr__(self) -> str:
        return f"UrlSource({self})"

    def url(self) -> str:
        """The URL, its passwords remembered for scrubbing; a relative SQLite path is taken from the project's root."""
        text = self._read()
        remember_url(text)
        if not text:
            raise ReconcileError(f"{self} gives an empty URL", where=str(self.span), next="set it to a database URL")
        match = _RELATIVE_SQLITE.fullmatch(text)
        return f"{match[1]}{self.root / match[2]}{match[3]}" if match else text

    def _read(self) -> str:
        if self.env:
            return self._variable(self.env)
        if self.file:
            return self._first_line()
        if self.command:
            return self._printed()
        return _VARIABLE.sub(lambda match: self._variable(match[1]), self.literal).strip()

    def _variable(self, name: str) -> str:
        text = os.environ.get(name, "").strip()
        if not text:
            state = "is empty" if name in os.environ else "is not set"
            why = f"{self.owner} takes its URL from it" if self.owner else "a URL is taken from it"
            next_step = f"export {name}=... and try again"
            raise ReconcileError(f"environment variable {name} {state}", where=str(self.span), why=why, next=next_step)
        if _SECRET_NAME.search(name):
            remember(text)
        return text

    def _first_line(self) -> str:
        path = Path(self.file) if Path(self.file).is_absolute() else inside(self.root, self.file)
        try:
            with path.open("rb") as stream:
                line = stream.read(8192).splitlines()[:1]
            return line[0].decode().strip() if line else ""
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror or "" if isinstance(error, OSError) else "its first line is not text"
            raise ReconcileError(f"cannot read a URL from {self.file}", where=str(self.span), why=why) from None

    def _printed(self) -> str:
        """The first line that the program prints. What it writes to its standard error is not shown: it may be the
        secret."""
        if os.environ.get(COMMANDS) != "1":
            raise RefusedError(
                f"{self.command[0]} is not run",
                where=str(self.span),
                why="reconcile.yaml can be changed by any branch, so it alone does not make this program run others",
                next=f"set {COMMANDS}=1 where you trust what is checked out",
            )
        try:
            done = subprocess.run(
                self.command, cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE,
                check=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            why = f"it took more than {_PATIENCE:.0f} s"
        except subprocess.CalledProcessError as error:
            why = f"it ended with exit status {error.returncode}"
        except OSError as error:
            why = error.strerror or ""
        else:
            line = done.stdout.splitlines()[:1]
            return line[0].decode(errors="replace").strip() if line else ""
        raise ReconcileError(f"cannot have a URL from {self.command[0]}", where=str(self.span), why=why) from None


def url_source(written: str | Elsewhere, root: Path, owner: str, span: Span) -> UrlSource:
    """Where a URL comes from, as a file says it; a password in the text is remembered for scrubbing."""
    if isinstance(written, Elsewhere):
        return UrlSource(
            env=written.env or "", file=written.file or "", command=tuple(written.command or ()), root=root, span=span,
            owner=owner,
        )  # fmt: skip
    if written.startswith("env:"):
        return UrlSource(env=written.removeprefix("env:"), root=root, span=span, owner=owner)
    if "${" not in written:
        remember_url(written)
    return UrlSource(literal=written, root=root, span=span, owner=owner)


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One database that follows git.

    `policy` in words: none, merged, signed, merged and signed; unlisted where the trust root does not name it.
    `rules` is what the trust root says of it; without a trust root there are none.
    """

    name: str
    url_source: UrlSource
    policy: str = "merged"
    branch: str = "main"
    remote: str | None = None
    rules: Rules | None = None
    keep_dropped: int = 30
    """Days from when it was applied here, for which a tombstone is kept here."""
    span: Span = Span()

    @property
    def tracked_ref(self) -> str:
        """The full ref that counts: the remote's branch as last fetched, else the local branch."""
        return f"refs/remotes/{self.remote}/{self.branch}" if self.remote else f"refs/heads/{self.branch}"

    @property
    def merged(self) -> bool:
        """Whether only the branch that is tracked counts."""
        return "merged" in self.policy

    @property
    def signed(self) -> bool:
        """Whether persons have to sign what is applied."""
        return "signed" in self.policy

    def url(self) -> str:
        """The database URL, with its secrets; ask for it as late as possible, and never print it."""
        return self.url_source.url()
